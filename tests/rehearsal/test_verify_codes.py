"""What `auditor verify` ends with where it cannot see all, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from tests.cli.test_command_line import DIRTY, auditor
from tests.rehearsal.rehearsing import execute, plan_of
from tests.servers import Database

ROLE = "verifying"


@pytest.fixture
def reader(database18: Database) -> Iterator[str]:
    """The DSN of a role that may read all tables but for what row security hides."""
    execute(database18, f"{DIRTY} CREATE ROLE {ROLE} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLE};")
    yield make_conninfo(database18.dsn, user=ROLE)
    execute(database18, f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE};")


def test_what_is_hidden_or_dropped_is_not_gone(database18: Database, reader: str, tmp_path: Path) -> None:
    plan = plan_of(database18, tmp_path, "--only", "orphaned-reference")
    execute(database18, "ALTER TABLE books ENABLE ROW LEVEL SECURITY")

    hidden = auditor("verify", str(plan), reader, folder=tmp_path)
    execute(database18, "DROP TABLE books")
    dropped = auditor("verify", str(plan), reader, folder=tmp_path)

    for done in (hidden, dropped):
        assert done.returncode == 3, done.stdout + done.stderr
        assert "unseen  F-" in done.stdout
        assert "0 findings of the plan gone, 0 left, 1 that nobody can tell of, 0 new" in done.stdout
    assert 'row-level security policy for table "books"' in hidden.stdout
    assert 'relation "public.books" does not exist' in dropped.stdout


def test_nobody_there_is_wrong_use(database18: Database, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path, "--only", "orphaned-reference")

    nobody = auditor("verify", str(plan), f"{database18.dsn} port=1", folder=tmp_path)
    no_plan = auditor("verify", str(tmp_path), database18.dsn, folder=tmp_path)

    assert (nobody.returncode, no_plan.returncode) == (2, 2)
    assert "no connection" in nobody.stderr
    assert "name a plan folder or a report.json" in no_plan.stderr
