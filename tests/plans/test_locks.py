"""The locks that each step takes are those that it declares; none is strong while rows are read."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg

from auditor.model import Part, Phase, Step
from auditor.remedy.script import LONG
from tests.plans.calliq import plan_of
from tests.servers import Database

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

HELD = """
SELECT DISTINCT upper(regexp_replace(regexp_replace(l.mode, 'Lock$', ''), '([a-z])([A-Z])', '\\1 \\2', 'g'))
FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE l.pid = pg_backend_pid() AND l.granted AND c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname = 'public'
"""


def test_every_step_takes_the_locks_that_it_declares(calliq: Database, tmp_path: Path) -> None:
    steps = plan_of(calliq, tmp_path).audit.plan.steps
    seen = set[int]()
    with calliq.connect() as connection:
        for step in steps:
            for part in step.parts:
                taken = locks_of(connection, part)
                seen.add(taken)
                assert taken <= declared(step), f"{step.title}: {STRENGTH[taken]}, declared {step.lock}"
                if f"statement_timeout = '{LONG}'" in part.settings and reads_under_weak_locks(step):
                    assert taken <= STRENGTH.index("SHARE UPDATE EXCLUSIVE"), step.title
    assert {step.phase for step in steps} == {*Phase}
    assert STRENGTH.index("ACCESS EXCLUSIVE") in seen


def locks_of(connection: psycopg.Connection, part: Part) -> int:
    """The strongest that the part holds at its end; outside of transactions that is none."""
    if not part.transactional:
        run_outside(connection, part)
        return 0
    with connection.transaction():
        for setting in part.settings:
            connection.execute(f"SET LOCAL {setting}".encode())
        for statement in part.statements:
            connection.execute(statement.encode())
        connection.execute("SET LOCAL search_path = public")
        return max((STRENGTH.index(mode) for (mode,) in connection.execute(HELD)), default=0)


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
    """All but what PostgreSQL has no other way for: a view's query, and triggers that are not to fire."""
    return "while its query runs" not in step.lock and "where it has triggers" not in step.lock
