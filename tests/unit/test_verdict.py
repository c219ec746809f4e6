"""What an audit comes to in words, and what a row of the readiness matrix says of itself."""

from __future__ import annotations

from auditor.config import Config, Intention
from auditor.engine import audit
from auditor.model import Audit
from auditor.wiring import all_checks
from tests.servers import Database

ORDERS = """
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL);
CREATE INDEX ON orders (customer_id);
"""
ROWS = """
INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 20) n;
INSERT INTO orders SELECT n, n % 20 + 1 FROM generate_series(1, 100) n;
ANALYZE;
"""
DECLARED = "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers;"


def audited(database: Database, *script: str, **config: object) -> Audit:
    done = database.psql("\n".join(script))
    assert done.returncode == 0, done.stderr
    return audit(database.dsn, all_checks(), Config(**config))  # type: ignore[arg-type]


def verdict(database: Database, *script: str) -> str:
    return audited(database, *script).summary.verdict


def test_a_database_without_tables_is_not_called_clean(database18: Database) -> None:
    assert verdict(database18) == "There was nothing to audit: no table is in scope."


def test_nothing_found_says_in_what(database18: Database) -> None:
    assert verdict(database18, ORDERS, ROWS, DECLARED) == "Nothing found in 2 tables with about 120 rows."


def test_empty_tables_prove_nothing(database18: Database) -> None:
    assert verdict(database18, ORDERS, DECLARED, "ANALYZE;") == (
        "Nothing found in 2 tables. 1 of 2 tables is empty: nothing is proved of rows to come."
    )


def test_rows_in_the_way_are_counted(database18: Database) -> None:
    orphans = "UPDATE orders SET customer_id = 900 WHERE id <= 3;"
    assert verdict(database18, ORDERS, ROWS, orphans).startswith(
        "1 of 1 possible constraint cannot be added yet: 3 rows stand in the way. 1 blocker."
    )


def test_a_row_of_the_matrix_says_what_blocks_it(database18: Database) -> None:
    intended = tuple(
        Intention(kind="not-null", table="public.people", columns=(column,)) for column in ("name", "email", "age")
    )
    audit = audited(
        database18,
        "CREATE TABLE people (id int PRIMARY KEY, name text, email text, age int);",
        "INSERT INTO people SELECT n, 'p', CASE WHEN n > 5 THEN 'a' || n || '@x.org' END, nullif(n, 1)"
        " FROM generate_series(1, 50) n;",
        intend=intended,
    )
    rows = {each.subject.columns: each for each in audit.constraints if each.kind == "not-null"}
    assert [(row.state, row.reason) for _, row in sorted(rows.items())] == [
        ("blocked", "1 row is NULL"),
        ("blocked", "5 rows are NULL"),
        ("ready", ""),
    ]


def test_an_intended_constraint_of_an_empty_table_is_ready_and_not_proved(database18: Database) -> None:
    audit = audited(
        database18,
        "CREATE TABLE people (id int PRIMARY KEY, name text);",
        intend=(Intention(kind="not-null", table="public.people", columns=("name",)),),
    )
    (row,) = [each for each in audit.constraints if each.intended]
    assert (row.state, row.reason) == ("ready", "the table is empty: nothing is proved")


def test_what_was_not_seen_is_in_the_verdict(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute("CREATE ROLE verdict_reader LOGIN")
    try:
        database18.psql(ORDERS + ROWS + DECLARED)
        audit_ = audit(f"{database18.dsn} user=verdict_reader", all_checks(), Config())
        assert audit_.summary.verdict == (
            "Not everything was seen: 2 of 2 tables only in part or not at all. Nothing found in what was seen."
        )
    finally:
        with database18.connect() as connection:
            connection.execute("DROP ROLE verdict_reader")
