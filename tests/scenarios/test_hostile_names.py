"""Names that people do not choose and databases have: audited, reported, planned, the plan run and rolled back."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg import sql

import auditor
from auditor.wiring import all_formats, terminal_text
from tests.identity import snapshot_of
from tests.scenarios.test_calliq import run, write_plan
from tests.servers import Database

HOSTILE = (
    "Order; DROP",
    'a"b',
    "<script>alert(1)</script>",
    "ünï çode",
    "100%",
    ":x",
    "$$",
    "*/",
    "back\\slash",
    "new\nline",
    "ta\tb",
    "esc\x1b[31mape",
    "right\u202eleft",
    "l" * 63,
    "é" * 31,
    "select",
    "'",
    "{brace}",
    "--",
)


def create(database: Database, name: str) -> None:
    """A referenced and a referencing table with dirty rows, all of whose names are hostile."""
    referenced = name
    schema, key, table = sql.Identifier(name), sql.Identifier(name), sql.Identifier(referenced)
    with database.connect() as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        connection.execute(sql.SQL("CREATE TABLE {}.{} ({} int PRIMARY KEY, email text)").format(schema, table, key))
        connection.execute(sql.SQL("CREATE TABLE {}.child ({} int PRIMARY KEY, parent int)").format(schema, key))
        connection.execute(sql.SQL("INSERT INTO {}.{} VALUES (1, 'Ann@x.org'), (2, 'bo@x.org')").format(schema, table))
        connection.execute(sql.SQL("INSERT INTO {}.child VALUES (1, 1), (2, 2), (3, 77)").format(schema))
        connection.execute(
            sql.SQL("ALTER TABLE {}.child ADD CONSTRAINT {} FOREIGN KEY (parent) REFERENCES {}.{} NOT VALID").format(
                schema, sql.Identifier(name), schema, table
            )
        )
        connection.execute("ANALYZE")


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_audited_reported_planned_run_and_rolled_back(database18: Database, tmp_path: Path, name: str) -> None:
    create(database18, name)
    with database18.connect() as connection:
        before = snapshot_of(connection, database18.pg_dump())

    audit = auditor.run(database18.dsn, skip=["missing-not-null"])

    counts = {(f.check, f.subject.schema, f.violations) for f in audit.findings}
    assert {("unvalidated-foreign-key", name, 1), ("email-not-lowercase", name, 1)} <= counts
    assert audit.summary.complete
    text = terminal_text(audit, color=False, width=None, plan=None)
    assert not {"\x1b", "\u202e", "\t"} & set(text)
    assert "<script>alert" not in all_formats()["html"].render(audit)["report.html"]

    for file in write_plan(audit, tmp_path):
        run(database18, file)
    again = auditor.run(database18.dsn, skip=["missing-not-null"])
    assert {f.check for f in again.findings} & {"unvalidated-foreign-key", "email-not-lowercase"} == set()

    run(database18, tmp_path / "plan" / "90-rollback.sql")
    with database18.connect() as connection:
        assert snapshot_of(connection, database18.pg_dump()) == before
