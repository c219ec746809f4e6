"""The plan of calliq, and databases of one name to run it on: as they were, or after it was applied."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import psycopg

import auditor
from auditor.catalog.catalog import QUARANTINE_SCHEMA
from auditor.config import load_config
from auditor.demo.server import CONFIG
from auditor.model import Audit
from reports import SQL
from tests.identity import snapshot_of
from tests.servers import Database

NAME = "calliq_in_motion"

_SESSIONS = "FROM pg_stat_activity AS a WHERE a.datname = %s AND a.application_name = 'psql'"

Rows = dict[str, Counter[str]]
State = tuple[Rows, tuple[str, ...], Counter[tuple[str, str, str, str]]]


@dataclass(frozen=True)
class PlanFiles:
    """The files of a plan, in their order."""

    audit: Audit
    forward: tuple[Path, ...]
    rollback: tuple[Path, ...]


def plan_of(database: Database, folder: Path) -> PlanFiles:
    """Audits, and writes the plan; verification is left out."""
    audit = auditor.run(database.dsn, config=load_config(CONFIG))
    for name, text in SQL.render(audit).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return PlanFiles(
        audit=audit,
        forward=tuple(sorted((folder / "plan").glob("[0-4]*.sql"))),
        rollback=(folder / "plan" / "90-rollback.sql",),
    )


@contextmanager
def copy_of(template: Database) -> Iterator[Database]:
    """A copy under the name that the plan is written for."""
    with template.clone(NAME) as copy:
        yield copy


def begin(database: Database, files: Sequence[Path]) -> subprocess.Popen[bytes]:
    """One psql that runs these files, in a session of its own that a test may kill."""
    command: list[str | Path] = [database.server.binaries / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    command += ["-d", database.dsn]
    for file in files:
        command += ["-f", file]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(database: Database, files: Sequence[Path]) -> None:
    """Runs these files to their end; each statement has to succeed."""
    done = begin(database, files)
    _, said = done.communicate()
    assert done.returncode == 0, said.decode()[-3000:]


def settle(database: Database) -> None:
    """Waits until no session of psql is left, as what was killed goes on for a while."""
    with psycopg.connect(database.server.dsn, autocommit=True) as connection:
        while connection.execute(f"SELECT {_SESSIONS}".encode(), [database.name]).fetchone():
            sleep(0.05)


def lets_be(psql: subprocess.Popen[bytes], seconds: float) -> bool:
    """Waits; whether it still runs."""
    try:
        psql.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def kill(_: Database, psql: subprocess.Popen[bytes]) -> None:
    """As `kill -9` does: its server process notices when it next has something to say."""
    psql.kill()
    psql.communicate()


def terminate(database: Database, psql: subprocess.Popen[bytes]) -> None:
    """Ends its server process."""
    with psycopg.connect(database.server.dsn, autocommit=True) as connection:
        connection.execute(f"SELECT pg_terminate_backend(a.pid) {_SESSIONS}".encode(), [database.name])
    psql.communicate()


def state(database: Database) -> State:
    """Rows, schema and flags; of rows in the quarantine what they hold, not when and under which number they came."""
    with database.connect() as connection:
        whole = snapshot_of(connection, database.pg_dump())
        rows = {name: kept for name, kept in whole.rows.items() if not name.startswith(QUARANTINE_SCHEMA)}
        for name in whole.rows.keys() - rows.keys():
            schema, _, table = name.partition(".")
            query = f"SELECT (to_jsonb(q) - 'auditor_row' - 'auditor_at')::text FROM {schema}.{table} AS q"
            rows[name] = Counter(row for (row,) in connection.execute(query.encode()))
    return rows, whole.schema, whole.flags
