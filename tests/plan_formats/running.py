"""Plans in other formats than psql's: written, and run as their runners run them."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

import auditor
from auditor.config import PlanFormat, load_config
from auditor.demo.server import CONFIG
from auditor.model import Audit, Severity
from auditor.remedy import batches
from auditor.wiring import all_formats
from tests.identity import Snapshot, snapshot_of
from tests.servers import Database


def audited(database: Database) -> Audit:
    """With calliq's configuration where it is a calliq; else with none."""
    with database.connect() as connection:
        found = connection.execute("SELECT FROM pg_tables WHERE tablename = 'usage_metrics'").fetchone()
    return auditor.run(database.dsn, config=None if found is None else load_config(CONFIG))


def blockers(database: Database) -> list[str]:
    return [finding.message for finding in audited(database).findings if finding.severity is Severity.BLOCKER]


def write_plan(database: Database, plan_format: PlanFormat, folder: Path) -> Path:
    """The plan folder for a database."""
    for name, text in all_formats(plan_format)["sql"].render(audited(database)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "plan"


def state(database: Database) -> Snapshot:
    with database.connect() as connection:
        return snapshot_of(connection, database.pg_dump())


RUNNERS_TABLE = "applied"


def make_runners_table(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(f"CREATE TABLE {RUNNERS_TABLE} (version text PRIMARY KEY)".encode())


def run_files(database: Database, folder: Path) -> None:
    """A runner: each file that it has not noted yet in a transaction of its own, and the note in the same one.

    Its table has no schema before its name: a file that leaves another search_path behind breaks it.
    """
    with database.connect() as connection:
        for file in sorted(folder.glob("*.sql")):
            noted = connection.execute(f"SELECT FROM {RUNNERS_TABLE} WHERE version = %s".encode(), [file.name])
            if noted.fetchone() is None:
                _run_file(connection, file)


def _run_file(connection: psycopg.Connection, file: Path) -> None:
    note = f"INSERT INTO {RUNNERS_TABLE} VALUES (%s)".encode()
    text = file.read_text(encoding="utf-8")
    if text.startswith("-- migrate:up transaction:false\n"):
        assert file.with_name(f"{file.name}.conf").read_text().startswith("executeInTransaction=false\n")
        connection.execute(text.encode())
        connection.execute(note, [file.name])
        return
    assert text.startswith("-- migrate:up\n")
    with connection.transaction():
        connection.execute(text.encode())
        connection.execute(note, [file.name])


def in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """calliq is small: from here on most of its findings go in several batches."""
    monkeypatch.setattr(batches, "AT_ONCE", 15)
    monkeypatch.setattr(batches, "BATCH", 7)
    monkeypatch.setattr(batches, "PAUSE", 0)


def forget_runs(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(f"TRUNCATE {RUNNERS_TABLE}".encode())
