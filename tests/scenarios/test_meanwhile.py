"""What others do to the tables while the audit runs: never a false all-clear."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from auditor.check import Check, Facts
from auditor.config import Config
from auditor.engine import audit
from auditor.model import Audit, Outcome, Severity
from auditor.probe import Verdict
from auditor.wiring import all_checks
from tests.servers import Database

TABLES = ("dropped", "truncated", "rewritten", "locked", "left_alone")


@pytest.fixture
def populated(database: Database) -> Database:
    with database.connect() as connection:
        for table in TABLES:
            connection.execute(f"CREATE TABLE {table} (id int PRIMARY KEY, email text)")
            connection.execute(f"INSERT INTO {table} SELECT n, 'Ann' || n || '@x.org' FROM generate_series(1, 100) n")
        connection.execute("ANALYZE")
    return database


def audit_while(database: Database, *statements: str) -> Audit:
    """An audit during which, after the catalog was read and before any scan, others run these statements."""
    other = psycopg.connect(database.dsn)

    def interfere(_: Facts) -> Iterator[Verdict]:
        for statement in statements:
            other.execute(statement)
            if not statement.startswith("LOCK"):
                other.commit()
        return iter(())

    meddling = Check(
        id="meddling",
        family="tests",
        severity=Severity.ADVICE,
        summary="",
        sections={},
        examples=(),
        implies=(),
        rule=interfere,
    )
    with other:
        return audit(database.dsn, [meddling, *all_checks()], Config())


def outcomes(found: Audit, table: str) -> set[Outcome]:
    return {entry.outcome for entry in found.coverage if entry.subject.table == table}


def reasons(found: Audit, table: str) -> str:
    return " ".join(entry.reason for entry in found.coverage if entry.subject.table == table)


def test_dropped_truncated_rewritten_and_locked_tables_are_errors_and_the_rest_is_right(populated: Database) -> None:
    found = audit_while(
        populated,
        "DROP TABLE dropped",
        "TRUNCATE truncated",
        "ALTER TABLE rewritten ALTER COLUMN id TYPE bigint",
        "LOCK TABLE locked IN ACCESS EXCLUSIVE MODE",
    )

    for table in ("dropped", "truncated", "rewritten", "locked"):
        assert outcomes(found, table) == {Outcome.ERROR}, table
        assert reasons(found, table)
    assert outcomes(found, "left_alone") == set()
    assert {
        (finding.subject.table, finding.violations)
        for finding in found.findings
        if finding.check == "email-not-lowercase"
    } == {("left_alone", 100)}
    assert not found.summary.complete


def test_a_role_behind_row_security_is_told_that_rows_are_hidden(database18: Database) -> None:
    database18.psql("""
        CREATE ROLE behind LOGIN;
        CREATE TABLE tenants (id int PRIMARY KEY, email text);
        CREATE TABLE open_to_all (id int PRIMARY KEY, email text);
        INSERT INTO tenants VALUES (1, 'Ann@x.org'), (2, 'bo@x.org');
        INSERT INTO open_to_all VALUES (1, 'Ann@x.org'), (2, 'bo@x.org');
        ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tenants FOR SELECT USING (id = 2);
        GRANT SELECT ON tenants, open_to_all TO behind;
        ANALYZE;
    """)
    try:
        found = audit(f"{database18.dsn} user=behind", all_checks(), Config())
    finally:
        database18.psql("DROP OWNED BY behind; DROP ROLE behind")

    assert outcomes(found, "tenants") == {Outcome.HIDDEN}
    assert [f.subject.table for f in found.findings if f.check == "email-not-lowercase"] == ["open_to_all"]
    assert not found.summary.complete
