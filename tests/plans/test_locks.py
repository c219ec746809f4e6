"""The locks that each step takes are those that it declares; none is strong while rows are read."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from auditor.catalog import Catalog
from auditor.check import Check, Example
from auditor.config import parse_config
from auditor.model import Part, Phase, Plan, Step
from auditor.remedy import Operation, add_foreign_key, batches, create_index, set_aside, set_not_null
from auditor.remedy.script import LONG
from auditor.wiring import all_checks
from tests.examples.circle import audit
from tests.plans.calliq import plan_of
from tests.remedy.applying import attempt, column, plan_for, run, table
from tests.servers import Database, Servers, found_versions

STRENGTH = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
MODES = re.compile("|".join(sorted(STRENGTH, key=len, reverse=True)))

EXAMPLES = [
    pytest.param(check, example, id=f"{check.id}-{number}")
    for check in all_checks()
    for number, example in enumerate(check.examples, 1)
    if example.has_plan
]

HELD = """
SELECT upper(regexp_replace(regexp_replace(l.mode, 'Lock$', ''), '([a-z])([A-Z])', '\\1 \\2', 'g')),
    (SELECT p.relnamespace::regnamespace || '.' || p.relname FROM pg_class AS p
     WHERE p.oid = coalesce(pg_partition_root(c.oid), c.oid))
FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE l.pid = {pid} AND l.granted AND l.locktype = 'relation' AND c.relkind IN ('r', 'p', 'v', 'm')
    AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'auditor_quarantine'
"""


def test_every_step_takes_the_locks_that_it_declares(calliq: Database, tmp_path: Path) -> None:
    steps = plan_of(calliq, tmp_path).audit.plan.steps

    seen = held_against(calliq, steps)

    assert {step.phase for step in steps} == {*Phase}
    assert STRENGTH.index("ACCESS EXCLUSIVE") in seen


@pytest.mark.parametrize("version", [15, 18])
@pytest.mark.parametrize(("check", "example"), EXAMPLES)
def test_so_does_every_step_of_every_example(servers: Servers, check: Check, example: Example, version: int) -> None:
    if version < example.minimum_version or version not in found_versions():
        return
    with servers.version(version).database() as database:
        assert database.psql(example.given).returncode == 0
        held_against(database, audit(database, parse_config(example.config), check.id).plan.steps)


PARTITIONED = """
CREATE TABLE orgs (id int PRIMARY KEY);
CREATE TABLE events (org int, at int NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10);
INSERT INTO orgs VALUES (1);
INSERT INTO events VALUES (1, 1);
"""


def test_so_does_every_step_of_a_partitioned_tables_foreign_key(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(PARTITIONED)
    plan = plan_for(database, lambda c: [add_foreign_key(table(c, "events"), ("org",), table(c, "orgs"), ("id",))])

    held_against(database, plan.steps)


def test_who_needs_two_strong_locks_waits_half_as_long_for_each(database: Database) -> None:
    """Writers wait behind the first for as long as we wait for the second."""
    with database.connect() as connection:
        connection.execute("CREATE TABLE orgs (id int PRIMARY KEY); CREATE TABLE notes (org int, at int)")
    plan = plan_for(
        database,
        lambda c: [
            add_foreign_key(table(c, "notes"), ("org",), table(c, "orgs"), ("id",)),
            set_not_null(table(c, "notes"), "at"),
        ],
    )

    waits = {
        (len({*re.findall(r"public\.\w+", step.lock)}), setting)
        for step in plan.steps
        if "ROW EXCLUSIVE" in step.lock or "ACCESS EXCLUSIVE" in step.lock
        for part in step.parts
        for setting in part.settings
        if setting.startswith("lock_timeout") and "validate" not in part.title
    }
    assert waits == {(2, "lock_timeout = '1s'"), (1, "lock_timeout = '2s'")}


def held_against(database: Database, steps: Iterable[Step]) -> set[int]:
    """Runs the steps, each of which may take the locks that it declares and no stronger one; gives the strengths."""
    seen = set[int]()
    with database.connect() as connection:
        for step in steps:
            for part in step.parts:
                held = locks_of(connection, part)
                taken = max((strength for strength, _ in held), default=0)
                seen.add(taken)
                assert taken <= declared(step), f"{step.title}: {STRENGTH[taken]}, declared {step.lock}"
                strong = {table for strength, table in held if strength >= STRENGTH.index("SHARE UPDATE EXCLUSIVE")}
                assert all(table in step.lock for table in strong), f"{step.title}: {strong}, declared {step.lock}"
                if f"statement_timeout = '{LONG}'" in part.settings and reads_under_weak_locks(step):
                    assert taken <= STRENGTH.index("SHARE UPDATE EXCLUSIVE"), step.title
    return seen


def locks_of(connection: psycopg.Connection, part: Part) -> list[tuple[int, str]]:
    """Those that the part holds at its end, by table; outside of transactions there are none."""
    if not part.transactional:
        run_outside(connection, part)
        return []
    with connection.transaction():
        for setting in part.settings:
            connection.execute(f"SET LOCAL {setting}".encode())
        for statement in part.statements:
            connection.execute(statement.encode())
        return held_by(connection, connection.info.backend_pid)


def held_by(connection: psycopg.Connection, pid: int) -> list[tuple[int, str]]:
    return [(STRENGTH.index(mode), table) for mode, table in connection.execute(HELD.format(pid=pid).encode())]


def run_outside(connection: psycopg.Connection, part: Part) -> None:
    if part.condition is not None:
        row = connection.execute(f"SELECT {part.condition}".encode()).fetchone()
        if row is None or not row[0]:
            return
    try:
        for statement in part.statements:
            connection.execute(statement.encode())
    except psycopg.errors.UniqueViolation:
        assert part.may_fail


def declared(step: Step) -> int:
    return max((STRENGTH.index(mode) for mode in MODES.findall(step.lock)), default=0)


def reads_under_weak_locks(step: Step) -> bool:
    """All but what PostgreSQL has no other way for: a view's query, triggers that are not to fire, and a sequence that
    nobody is to draw from."""
    strong = ("while its query runs", "where it has triggers", "where its sequence")
    return not any(each in step.lock for each in strong)


TABLE = """
CREATE TABLE t (id int PRIMARY KEY, bad bool);
INSERT INTO t SELECT n, n > 3 FROM generate_series(1, 5) AS n;
"""
WAITING = "SELECT a.pid FROM pg_stat_activity AS a WHERE a.application_name = 'psql' AND a.wait_event_type = 'Lock'"


@pytest.mark.parametrize("phase", [Phase.CLEANUP, Phase.INDEXES, Phase.ROLLBACK])
def test_what_runs_outside_transactions_waits_with_no_stronger_lock_than_it_declares(
    database: Database, phase: Phase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held up by an update of its rows, a batch waits as it changes them, a concurrent build or drop in its midst."""
    monkeypatch.setattr(batches, "AT_ONCE", 0)
    with database.connect() as connection:
        connection.execute(TABLE)
    steps, built = plan_for(database, changes, violations=2), plan_for(database, index)
    plan = steps if phase is Phase.CLEANUP else built
    run(database, plan, *(each for each in (Phase.GUARD, Phase.INDEXES) if each is not phase and steps_in(plan, each)))

    with psycopg.connect(database.dsn) as holder, ThreadPoolExecutor() as pool:
        holder.execute("UPDATE t SET bad = bad WHERE id = 5")
        running = pool.submit(attempt, database, plan, phase)
        taken = locks_while_waiting(database)
        holder.rollback()
        assert running.result().returncode == 0

    most = max(declared(step) for step in steps_in(plan, phase))
    assert 0 < taken <= most <= STRENGTH.index("SHARE UPDATE EXCLUSIVE")


def changes(catalog: Catalog) -> list[Operation]:
    return [set_aside(table(catalog, "t"), column(table(catalog, "t"), "bad").is_(sa.true()))]


def index(catalog: Catalog) -> list[Operation]:
    return [create_index(table(catalog, "t"), ("bad",))]


def steps_in(plan: Plan, phase: Phase) -> list[Step]:
    return [step for step in plan.steps if step.phase is phase]


def locks_while_waiting(database: Database) -> int:
    """The strongest lock of the psql that waits for one."""
    with database.connect() as connection:
        while (waiting := connection.execute(WAITING.encode()).fetchone()) is None:
            time.sleep(0.05)
        return max((strength for strength, _ in held_by(connection, waiting[0])), default=0)
