"""What looks like a reference in some schemas and is none in ordinary ones."""

import pytest

from tests.references.inferring import lines, references
from tests.servers import Database

NOT_MEANT = {
    "flags, programs and things": (
        """CREATE TABLE users (id int PRIMARY KEY, name text);
        CREATE TABLE members (id int PRIMARY KEY, is_admin smallint, is_staff int, event_handler int,
            css_selector int, scheduler int, validator int, max_editor int, created_by int)""",
        ["members(created_by) -> users(id)"],
    ),
    "people with whom one deals": (
        """CREATE TABLE contacts (id int PRIMARY KEY, name text);
        CREATE TABLE deals (id int PRIMARY KEY, created_by int, owner_id int, contact_id int)""",
        ["deals(contact_id) -> contacts(id)"],
    ),
    "users of another application": (
        """CREATE SCHEMA hr; CREATE TABLE hr.employees (id int PRIMARY KEY);
        CREATE SCHEMA shop; CREATE TABLE shop.users (id int PRIMARY KEY);
        CREATE TABLE hr.leaves (id int PRIMARY KEY, approved_by int)""",
        ["hr.leaves(approved_by) -> hr.employees(id)"],
    ),
    "numbered columns beside those that name the tables": (
        """CREATE TABLE student (id int PRIMARY KEY); CREATE TABLE exam (id int PRIMARY KEY);
        CREATE TABLE student_exam (student_id int, exam_id int, grade_1 int, grade_2 int,
            PRIMARY KEY (student_id, exam_id))""",
        ["student_exam(exam_id) -> exam(id)", "student_exam(student_id) -> student(id)"],
    ),
    "the next number": (
        """CREATE TABLE series (id int PRIMARY KEY, next_number int, next_no int, previous_code int);
        CREATE TABLE tickets (id int PRIMARY KEY, root_cause_id int, previous_employer_id int, parent_id int)""",
        ["tickets(parent_id) -> tickets(id)"],
    ),
    "the end of another word": (
        """CREATE TABLE transactions (id int PRIMARY KEY); CREATE TABLE conversions (id int PRIMARY KEY);
        CREATE TABLE steps (id int PRIMARY KEY, action_id int, app_version_id int)""",
        [],
    ),
    "a copy, and what was deleted since": (
        """CREATE TABLE items (order_id int, line_no int, PRIMARY KEY (order_id, line_no));
        CREATE TABLE orders (order_id int PRIMARY KEY, at date);
        INSERT INTO items SELECT n / 5, n % 5 FROM generate_series(5, 500) AS n;
        INSERT INTO orders SELECT generate_series(1, 100);
        CREATE TABLE items_backup (LIKE items INCLUDING ALL); INSERT INTO items_backup TABLE items;
        CREATE TABLE tmp_orders AS TABLE orders; CREATE TABLE orders_old_2024 AS TABLE orders;
        DELETE FROM orders WHERE order_id = 7; DELETE FROM items WHERE order_id = 9; ANALYZE""",
        ["items(order_id) -> orders(order_id)", "items_backup(order_id) -> orders(order_id)"],
    ),
    "what two tables of facts have in common": (
        """CREATE TABLE population (country_code text, year int, PRIMARY KEY (country_code, year));
        CREATE TABLE sales (id int PRIMARY KEY, country_code text, year int);
        INSERT INTO population SELECT chr(65 + n % 26), 2000 + n / 26 FROM generate_series(0, 259) AS n;
        INSERT INTO sales SELECT n, chr(65 + n % 26), 2000 + n % 10 FROM generate_series(0, 900) AS n; ANALYZE""",
        [],
    ),
}


@pytest.mark.parametrize("case", NOT_MEANT)
def test_it_is_not_reported(database18: Database, case: str) -> None:
    script, expected = NOT_MEANT[case]
    found = references(database18, script)
    assert lines(tuple(each for each in found if each.confidence >= 0.8)) == expected


def test_hours_and_weeks_are_no_codes(database18: Database) -> None:
    script = """CREATE TABLE branches (branch_no text PRIMARY KEY);
        CREATE TABLE sales (id int PRIMARY KEY, week text, hour text, branch text);
        INSERT INTO branches SELECT to_char(n, 'FM00') FROM generate_series(1, 80) AS n;
        INSERT INTO sales SELECT n, to_char(1 + n % 52, 'FM00'), to_char(n % 24, 'FM00'), to_char(1 + n % 80, 'FM00')
            FROM generate_series(1, 900) AS n; ANALYZE"""
    found = [each for each in references(database18, script) if each.confidence >= 0.8]
    assert lines(tuple(found)) == ["sales(branch) -> branches(branch_no)"]


def test_numbered_ends_count_from_nought_or_one(database18: Database) -> None:
    script = """CREATE TABLE artist (id int PRIMARY KEY); CREATE TABLE label (id int PRIMARY KEY);
        CREATE TABLE l_artist_label (id int PRIMARY KEY, entity1 int, entity2 int)"""
    assert lines(references(database18, script)) == [
        "l_artist_label(entity1) -> artist(id)",
        "l_artist_label(entity2) -> label(id)",
    ]


def test_a_history_is_no_copy(database18: Database) -> None:
    script = """CREATE TABLE accounts (account_id int PRIMARY KEY, balance int);
        CREATE TABLE account_history (history_id int PRIMARY KEY, account_id int, balance int, changed_at date)"""
    assert lines(references(database18, script)) == ["account_history(account_id) -> accounts(account_id)"]


def test_customers_who_can_log_in_act(database18: Database) -> None:
    script = """CREATE TABLE customers (id int PRIMARY KEY, email text, password_hash text);
        CREATE TABLE carts (cart_no int PRIMARY KEY, owner_id int)"""
    assert lines(references(database18, script)) == ["carts(owner_id) -> customers(id)"]


def test_who_is_told_to_act_acts(database18: Database) -> None:
    script = """CREATE TABLE contacts (id int PRIMARY KEY); CREATE TABLE deals (deal int PRIMARY KEY, created_by int)"""
    found = references(database18, script, '[references]\nactor-table = "public.contacts"')
    assert lines(found) == ["deals(created_by) -> contacts(id)"]
