"""What foreign keys that are declared say of columns that declare nothing."""

import pytest

from tests.references.inferring import lines, references
from tests.servers import Database

PARTNERS = """CREATE TABLE partners (id int PRIMARY KEY);
    CREATE TABLE orders (order_no int PRIMARY KEY, vendor_ref int REFERENCES partners (id));"""
TAUGHT = {
    "the same name": (
        "CREATE TABLE bills (bill_no int PRIMARY KEY, vendor_ref int)",
        ["bills(vendor_ref) -> partners(id)"],
    ),
    "a role before it": (
        "CREATE TABLE bills (bill_no int PRIMARY KEY, second_vendor_ref int)",
        ["bills(second_vendor_ref) -> partners(id)"],
    ),
    "in another schema": (
        'CREATE SCHEMA "Old"; CREATE TABLE "Old".bills (bill_no int PRIMARY KEY, "VendorRef" int)',
        ["Old.bills(VendorRef) -> partners(id)"],
    ),
    "its own table": (
        """CREATE TABLE nodes (node_no int PRIMARY KEY, hangs_on int REFERENCES nodes (node_no));
        CREATE TABLE shelves (shelf_no int PRIMARY KEY, hangs_on int)""",
        ["shelves(hangs_on) -> shelves(shelf_no)"],
    ),
    "who acts": (
        """CREATE TABLE agents (agent_no int PRIMARY KEY); ALTER TABLE orders ADD created_by int REFERENCES agents;
        CREATE TABLE bills (bill_no int PRIMARY KEY, approved_by int)""",
        ["bills(approved_by) -> agents(agent_no)"],
    ),
    "a value of another type": ("CREATE TABLE bills (bill_no int PRIMARY KEY, vendor_ref text)", []),
    "of parts of one thing": (
        """CREATE TABLE order_statuses (id int PRIMARY KEY); CREATE TABLE parcel_statuses (id int PRIMARY KEY);
        CREATE TABLE order_lines (line_no int PRIMARY KEY, status_id int REFERENCES order_statuses (id));
        CREATE TABLE parcels (parcel_no int PRIMARY KEY, status_id int)""",
        ["parcels(status_id) -> parcel_statuses(id)"],
    ),
    "people who are above, or made, others": (
        """CREATE TABLE users (id int PRIMARY KEY, created_by int REFERENCES users);
        CREATE TABLE employees (employee_id int PRIMARY KEY, manager_id int REFERENCES employees);
        CREATE TABLE departments (department_id int PRIMARY KEY, manager_id int, created_by int)""",
        ["departments(created_by) -> users(id)", "departments(manager_id) -> employees(employee_id)"],
    ),
    "owners that are no people": (
        """CREATE TABLE users (id int PRIMARY KEY, name text); CREATE TABLE companies (id int PRIMARY KEY);
        CREATE TABLE buildings (building_no int PRIMARY KEY, owner_id int REFERENCES companies);
        CREATE TABLE papers (paper_no int PRIMARY KEY, created_by int, approved_by int)""",
        ["papers(approved_by) -> users(id)", "papers(created_by) -> users(id)"],
    ),
    "names that say nothing elsewhere": (
        """CREATE TABLE states (id int PRIMARY KEY); CREATE TABLE posts (id int PRIMARY KEY);
        CREATE TABLE tickets (ticket_no int PRIMARY KEY, status int REFERENCES states);
        CREATE TABLE comments (id int PRIMARY KEY, parent_id int REFERENCES posts, valid_to int REFERENCES posts);
        CREATE TABLE matches (match_no int PRIMARY KEY, round_1 int REFERENCES posts);
        CREATE TABLE devices (device_no int PRIMARY KEY, status int, paid_to int, price_1 int);
        CREATE TABLE topics (id int PRIMARY KEY, parent_id int)""",
        ["topics(parent_id) -> topics(id)"],
    ),
    "two that disagree": (
        """CREATE TABLE shops (id int PRIMARY KEY);
        CREATE TABLE offers (offer_no int PRIMARY KEY, vendor_ref int REFERENCES shops (id));
        CREATE TABLE bills (bill_no int PRIMARY KEY, vendor_ref int)""",
        [],
    ),
}


@pytest.mark.parametrize("case", TAUGHT)
def test_declared_keys_teach(database18: Database, case: str) -> None:
    script, expected = TAUGHT[case]
    found = references(database18, PARTNERS + script)
    assert lines(tuple(each for each in found if each.confidence >= 0.6)) == expected


def test_it_is_told_who_declares(database18: Database) -> None:
    script = "CREATE TABLE bills (bill_no int PRIMARY KEY, vendor_ref int)"
    (found,) = (each for each in references(database18, PARTNERS + script) if not each.declared)
    assert found.evidence[0] == "declared so by orders(vendor_ref)"
