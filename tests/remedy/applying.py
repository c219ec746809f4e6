"""Plans made of operations, run by psql as a person runs them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from auditor import sql
from auditor.catalog import Catalog, Table
from auditor.model import Phase, Plan, Reference
from auditor.probe import relation
from auditor.references import anti_join
from auditor.remedy import Operation, PlanContext, Referral, Remedy, compose, plan_of
from tests.catalog.reading import catalog_of
from tests.identity import Snapshot, snapshot_of
from tests.servers import Database

Choose = Callable[[Catalog], Iterable[Operation]]
FORWARD = (Phase.GUARD, Phase.FENCE, Phase.CLEANUP, Phase.INDEXES, Phase.CONSTRAINTS)


def plan_for(
    database: Database, choose: Choose, *, violations: int | None = None, references: tuple[Reference, ...] = ()
) -> Plan:
    """The plan of these operations on that database, each a remedy of its own."""
    catalog = catalog_of(database)
    plans = [
        plan_of(
            Remedy(kind="test", summary="", operations=(operation,)),
            PlanContext(
                catalog=catalog,
                plan_id="p0123456789",
                fingerprint=f"F-{number:010}",
                violations=violations,
                referrals=tuple(_referral(catalog, each) for each in references),
            ),
        )
        for number, operation in enumerate(choose(catalog))
    ]
    return compose(*plans)


def _referral(catalog: Catalog, reference: Reference) -> Referral:
    join = anti_join(catalog, reference)
    assert join is not None
    return Referral(
        reference=reference, table=join.table, referenced=join.referenced, target=join.target, match=join.match
    )


def script(plan: Plan, phase: Phase) -> str:
    """The file of that phase."""
    steps = "\n\n".join(step.sql for step in plan.steps if step.phase is phase)
    return f"\\set ON_ERROR_STOP on\n\\encoding UTF8\n\n{steps}\n"


def run(database: Database, plan: Plan, *phases: Phase) -> None:
    """Runs the files of these phases in order; each has to succeed."""
    for phase in phases:
        done = attempt(database, plan, phase)
        assert done.returncode == 0, f"{phase}: {done.stderr}\n{script(plan, phase)}"


def attempt(database: Database, plan: Plan, phase: Phase) -> subprocess.CompletedProcess[str]:
    return database.psql(script(plan, phase))


def state(database: Database) -> Snapshot:
    with database.connect() as connection:
        return snapshot_of(connection, database.pg_dump())


def full_circle(database: Database, plan: Plan) -> Snapshot:
    """Applies twice, verifies, rolls back twice; returns what the database was like in between.

    It has to fail verification before, and be as before at the end.
    """
    before = state(database)
    run(database, plan, *FORWARD)
    between = state(database)
    run(database, plan, *FORWARD)
    assert state(database) == between
    run(database, plan, Phase.VERIFY)
    run(database, plan, Phase.ROLLBACK)
    assert state(database) == before
    run(database, plan, Phase.ROLLBACK)
    assert state(database) == before
    return between


def squawk(plan: Plan, version: int, folder: Path) -> str:
    """What squawk says of the files that build constraints; empty where it says nothing."""
    program = Path(__import__("sys").executable).with_name("squawk")
    found = []
    for phase in (Phase.FENCE, Phase.INDEXES, Phase.CONSTRAINTS):
        file = folder / phase.file
        file.write_text(script(plan, phase))
        done = subprocess.run(
            [program, "--include", "require-table-schema", "--pg-version", f"{version}.0", file],
            capture_output=True,
            text=True,
            check=False,
        )
        found += [done.stdout] if done.returncode else []
    return "\n".join(found)


def table(catalog: Catalog, name: str, schema: str = "public") -> Table:
    found = catalog.table(schema, name)
    assert found is not None
    return found


def column(table: Table, name: str) -> sql.Expression:
    return relation(table).c[name]
