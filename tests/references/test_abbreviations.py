"""Abbreviations that declared foreign keys teach count as names in other columns, too."""

import pytest

from tests.references.inferring import line, references
from tests.servers import Database

GIVEN = """CREATE TABLE customers (id int PRIMARY KEY);
    INSERT INTO customers SELECT 7 * n FROM generate_series(1, 200) n;
    CREATE TABLE purchase_orders (id int PRIMARY KEY);
    INSERT INTO purchase_orders SELECT 9 * n FROM generate_series(1, 200) n;
    CREATE TABLE addresses (id int PRIMARY KEY); INSERT INTO addresses SELECT 11 * n FROM generate_series(1, 200) n;
    CREATE TABLE customer_addresses (id int PRIMARY KEY);
    INSERT INTO customer_addresses SELECT 13 * n FROM generate_series(1, 200) n;
    CREATE TABLE shipments (id int PRIMARY KEY, c int, p int, a int);
    INSERT INTO shipments SELECT n, 7 * n, 9 * n, 11 * n FROM generate_series(1, 200) n; """

TAUGHT = {
    "cust": (
        "CREATE TABLE bills (cust_id int REFERENCES customers)",
        "c TO ship_cust_id",
        "shipments(ship_cust_id) -> customers(id)",
        "named role + customers + id: cust stands for customers, as in bills(cust_id)",
    ),
    "by a column with a role": (
        "CREATE TABLE bills (paying_cust int REFERENCES customers)",
        "c TO cust_to_id",
        "shipments(cust_to_id) -> customers(id)",
        "named customers + id, and a role behind it: cust stands for customers, as in bills(paying_cust)",
    ),
    "initials": (
        "CREATE TABLE bills (po_id int REFERENCES purchase_orders)",
        "p TO old_po_no",
        "shipments(old_po_no) -> purchase_orders(id)",
        "named role + purchase_orders + no: po stands for purchase_orders, as in bills(po_id)",
    ),
    "two words in one": (
        "CREATE TABLE bills (purord_id int REFERENCES purchase_orders)",
        "p TO old_purord_id",
        "shipments(old_purord_id) -> purchase_orders(id)",
        "named role + purchase_orders + id: purord stands for purchase_orders, as in bills(purord_id)",
    ),
    "a word of another table": (
        "CREATE TABLE bills (cust_adr_id int REFERENCES customer_addresses)",
        "a TO ship_adr_id",
        "shipments(ship_adr_id) -> addresses(id)",
        "named role + addresses + id: adr stands for address, as in bills(cust_adr_id)",
    ),
}


@pytest.mark.parametrize("taught", TAUGHT)
def test_what_a_foreign_key_abbreviates_is_read_elsewhere(taught: str, database18: Database) -> None:
    declared, renamed, expected, told = TAUGHT[taught]
    rename = f"ALTER TABLE shipments RENAME {renamed}"
    before = references(database18, f"{GIVEN} {rename}; ANALYZE")
    assert not any("stands for" in " ".join(each.evidence) for each in before)
    (found,) = [each for each in references(database18, f"{declared}; ANALYZE") if line(each) == expected]
    assert told in found.evidence
    assert found.confidence >= 0.8


UNTAUGHT = {
    "a role": ("CREATE TABLE bills (payer_id int REFERENCES customers)", "c TO next_payer_id"),
    "two meanings": (
        """CREATE TABLE custodians (id int PRIMARY KEY);
        CREATE TABLE bills (cust_id int REFERENCES customers, old_cust_id int REFERENCES custodians)""",
        "c TO ship_cust_id",
    ),
    "a table of that name": (
        "CREATE TABLE cust (id int PRIMARY KEY, cust_id int REFERENCES customers)",
        "c TO ship_cust_id",
    ),
    "a part of the table's name": (
        """CREATE TABLE order_entries (id int PRIMARY KEY);
        CREATE TABLE bills (order_id int REFERENCES order_entries)""",
        "p TO last_order_id",
    ),
}


@pytest.mark.parametrize("untaught", UNTAUGHT)
def test_what_abbreviates_nothing_or_several_things_is_not_learned(untaught: str, database18: Database) -> None:
    declared, renamed = UNTAUGHT[untaught]
    found = references(database18, f"{GIVEN} ALTER TABLE shipments RENAME {renamed}; {declared}; ANALYZE")
    assert not any("stands for" in text for each in found for text in each.evidence)
