"""Files that people read, for the calliq scenario, as they are; `make golden` writes them anew."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest

from auditor.config import PlanFormat, load_config
from auditor.demo.server import CONFIG
from auditor.engine import Clock, audit
from auditor.model import Audit
from auditor.wiring import all_checks, all_formats, terminal_text
from tests.servers import Database

OTHERS: tuple[PlanFormat, ...] = ("steps", "alembic")
HERE = Path(__file__).parent / "calliq"


@pytest.fixture(scope="module")
def rendered(request: pytest.FixtureRequest) -> dict[str, str]:
    servers = request.getfixturevalue("servers")
    with servers.calliq(18).clone("calliq") as database:
        files: dict[str, str] = {}
        value = without_chance(audited(database))
    for each in all_formats().values():
        files |= each.render(value)
    files |= {f"{name}/{file}": text for name in OTHERS for file, text in part_of_plan(value, name).items()}
    return files | {"terminal.txt": terminal_text(value, color=False, width=None, plan=None)}


def part_of_plan(value: Audit, plan_format: PlanFormat) -> dict[str, str]:
    """The plan of one table's findings in that format; `plan.json` is that of psql's folder."""
    concerned = [each.fingerprint for each in value.findings if each.subject.table == "referrals"]
    files = all_formats(plan_format)["sql"].render(replace(value, plan=value.plan.concerning(concerned)))
    return {name: text for name, text in files.items() if not name.endswith("plan.json")}


def audited(database: Database) -> Audit:
    clock = Clock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC), monotonic())
    return audit(database.dsn, all_checks(), load_config(CONFIG), clock=clock)


def without_chance(value: Audit) -> Audit:
    """The audit without what differs from run to run: times, oids in statements, sizes on disk."""
    return replace(
        value,
        run=replace(value.run, duration_s=0.0, statements=0, rows_read_by_client=0, jobs=2),
        database=replace(value.database, name="calliq", bytes=0, server_version="18", system_identifier=None, oid=None),
        tables=tuple(replace(table, bytes=0) for table in value.tables),
        scans=(),
    )


def test_the_files_are_as_they_were(rendered: dict[str, str]) -> None:
    if "AUDITOR_WRITE_GOLDEN" in os.environ:
        _write(rendered)
    stored = {str(path.relative_to(HERE)): path.read_text(encoding="utf-8") for path in HERE.rglob("*.*")}

    assert sorted(stored) == sorted(rendered)
    for name, text in rendered.items():
        assert text == stored[name], f"{name} differs from the golden file: look at it, then `make golden`"


def _write(rendered: dict[str, str]) -> None:
    for old in HERE.rglob("*.*"):
        old.unlink()
    for name, text in rendered.items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
