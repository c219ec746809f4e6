"""The circle that every example goes through: find → plan → apply → clean → roll back → as before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from psycopg.conninfo import make_conninfo

import auditor
from auditor.config import Config
from auditor.model import Audit, Finding, Phase, Severity
from reports import SQL
from tests.examples.variants import Variant
from tests.identity import Snapshot, snapshot_of
from tests.servers import Database


def audit(database: Database, config: Config, *only: str, role: str = "postgres") -> Audit:
    """The audit of that database by these checks, by all of them where none is named."""
    return auditor.run(make_conninfo(database.dsn, user=role), config=config, only=only)


def found(audited: Audit, check: str, variant: Variant) -> list[str]:
    """The findings of one check as an example writes them, sorted."""
    return sorted(_line(finding, variant) for finding in audited.findings if finding.check == check)


def _line(finding: Finding, variant: Variant) -> str:
    place = variant.original(str(replace(finding.subject, schema=variant.schema)))
    if finding.violations is None:
        return place
    return f"{place}: {finding.violations} of {finding.population}"


def serious(audited: Audit) -> set[str]:
    """Every finding at warning or above, by what it is and where."""
    return {
        f"{finding.check} {finding.subject}"
        for finding in audited.findings
        if finding.severity.rank >= Severity.WARNING.rank
    }


def snapshot(database: Database) -> Snapshot:
    """What the identity law compares."""
    with database.connect() as connection:
        return snapshot_of(connection, database.pg_dump())


def write_plan(audited: Audit, folder: Path) -> Path:
    """The plan folder as `auditor plan` writes it."""
    for name, text in SQL.render(audited).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "plan"


def apply(database: Database, plan: Path) -> None:
    """Runs the files of the plan in their order, all but the rollback."""
    for phase in Phase:
        if phase is not Phase.ROLLBACK and (plan / phase.file).exists():
            _run(database, plan / phase.file)


def roll_back(database: Database, plan: Path) -> None:
    """Runs the rollback."""
    _run(database, plan / Phase.ROLLBACK.file)


def _run(database: Database, file: Path) -> None:
    done = database.psql(file)
    assert done.returncode == 0, f"{file.name} fails: {done.stderr}\n{file.read_text()}"
