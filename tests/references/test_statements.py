"""Joins in the statements that a server has recorded are evidence; what is not recorded, or not shown, is said.

pg_stat_statements has to be loaded when a server starts: it gets one of its own, of each version that brings it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import auditor
from auditor.config import parse_config
from auditor.embedded import private_server
from auditor.model import Audit
from tests.servers import Database, Server, Servers, found_versions, versions_with

EXTENSION = "pg_stat_statements"

PEOPLE = """CREATE TABLE person (pk int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, nm text);
    CREATE TABLE thing (id int PRIMARY KEY, xx int);
    INSERT INTO person (nm) SELECT 'x' FROM generate_series(1, 100);
    INSERT INTO thing SELECT 1000 + n, 1 + n % 105 FROM generate_series(1, 300) n; ANALYZE;"""

JOINS = (
    "SELECT p.nm FROM thing t JOIN person p ON p.pk = t.xx WHERE t.id = 1007",
    "UPDATE thing AS t SET id = t.id FROM person AS p WHERE t.xx = p.pk AND p.nm = 'y'",
    "SELECT count(*) FROM thing WHERE xx IN (SELECT pk FROM person)",
)


@pytest.fixture(scope="module", params=[pytest.param(v, id=f"pg{v}") for v in versions_with(EXTENSION)])
def recording(request: pytest.FixtureRequest) -> Iterator[Server]:
    binaries = found_versions()[request.param]
    with private_server(binaries) as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET shared_preload_libraries = '{EXTENSION}'".encode())
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        _restart(binaries, Path(row[0]))
        yield Server(request.param, dsn, binaries)


def _restart(binaries: Path, data: Path) -> None:
    """As the user whose server it is: root may not."""
    owner = data.stat()
    is_other = owner.st_uid != os.geteuid()
    subprocess.run(
        [binaries / "pg_ctl", "restart", "-D", data, "-w", "-l", data / "restart.log"],
        cwd=data,
        check=True,
        stdout=subprocess.DEVNULL,
        user=owner.st_uid if is_other else None,
        group=owner.st_gid if is_other else None,
        extra_groups=[] if is_other else None,
    )


@pytest.fixture
def people(recording: Server) -> Iterator[Database]:
    with recording.database() as fresh, fresh.connect() as connection:
        connection.execute(f"CREATE EXTENSION {EXTENSION}; SELECT {EXTENSION}_reset()".encode())
        connection.execute(PEOPLE.encode())
        yield fresh


def test_what_the_application_joins_is_evidence(people: Database) -> None:
    assert _evidence(auditor.run(people.dsn)) == []
    with people.connect() as connection:
        for statement in JOINS:
            connection.execute(statement.encode())

    found = auditor.run(people.dsn)

    (evidence,) = _evidence(found)
    assert evidence[0] == "joined in 3 statements"
    orphans = {each.check: (each.violations, each.population) for each in found.findings}
    assert orphans["orphaned-reference"] == (10, 300)
    assert _said(found) == []


def test_what_the_audit_itself_asks_is_no_evidence(people: Database) -> None:
    """Else each night would bear out what the last one guessed."""
    accepted = parse_config('[references]\naccept = ["public.thing(xx) -> public.person(pk)"]')
    (finding,) = (f for f in auditor.run(people.dsn, config=accepted).findings if f.check == "orphaned-reference")
    with people.connect() as connection:
        connection.execute((finding.detection_sql or "").encode())
    assert _evidence(auditor.run(people.dsn)) == []


def test_what_others_run_is_not_shown_to_everybody(people: Database) -> None:
    with people.connect() as connection:
        for statement in JOINS:
            connection.execute(statement.encode())
        connection.execute("DROP ROLE IF EXISTS sees_tables; CREATE ROLE sees_tables LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO sees_tables")
    try:
        blind = auditor.run(f"{people.dsn} user=sees_tables")
        assert _evidence(blind) == []
        (said,) = _said(blind)
        assert "pg_read_all_stats" in said
        assert blind.summary.complete
    finally:
        with people.connect() as connection:
            connection.execute("DROP OWNED BY sees_tables; DROP ROLE sees_tables")


def test_without_the_extension_it_is_said(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(PEOPLE.encode())
    found = auditor.run(database18.dsn)
    (said,) = _said(found)
    assert said.endswith("not installed in this database")
    assert found.summary.complete


@pytest.mark.parametrize("version", versions_with(EXTENSION))
def test_without_its_library_the_view_raises_an_error_which_is_said(servers: Servers, version: int) -> None:
    with servers.version(version).database() as database:
        with database.connect() as connection:
            connection.execute(f"CREATE EXTENSION {EXTENSION}; {PEOPLE}".encode())
        found = auditor.run(database.dsn)
        (said,) = _said(found)
        assert said.endswith("are not read: 55000 ObjectNotInPrerequisiteState")
        assert found.summary.complete


def _evidence(found: Audit) -> list[tuple[str, ...]]:
    return [each.evidence for each in found.references if each.columns == ("xx",)]


def _said(found: Audit) -> list[str]:
    return [each.reason for each in found.coverage if EXTENSION in each.reason or "statements that run" in each.reason]
