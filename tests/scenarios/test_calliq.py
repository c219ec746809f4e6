"""calliq end to end: every defect with its exact count and no other; the plan applied, and rolled back."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

import auditor
from auditor.config import load_config
from auditor.demo.server import CONFIG
from auditor.model import Audit, Severity
from auditor.wiring import all_formats
from tests.identity import Snapshot, snapshot_of
from tests.servers import Database

EXPECTED = Path(auditor.__file__).parent / "demo" / "calliq.expected.toml"


@dataclass(frozen=True, order=True)
class Found:
    check: str
    subject: str
    name: str
    violations: int | None
    population: int | None


def audited(database: Database) -> Audit:
    return auditor.run(database.dsn, config=load_config(CONFIG))


def expected() -> list[Found]:
    entries = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))["finding"]
    return sorted(
        Found(e["check"], e["subject"], e.get("name", ""), e.get("violations"), e.get("population")) for e in entries
    )


def found(audit: Audit) -> list[Found]:
    return sorted(
        Found(
            finding.check,
            str(finding.subject).partition(' "')[0],
            finding.subject.name or "",
            finding.violations,
            finding.population,
        )
        for finding in audit.findings
    )


def test_every_defect_is_found_with_its_exact_count_and_no_other(calliq: Database) -> None:
    audit = audited(calliq)

    assert found(audit) == expected()
    assert audit.summary.complete


def write_plan(audit: Audit, folder: Path) -> list[Path]:
    for name, text in all_formats()["sql"].render(audit).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted((folder / "plan").glob("[0-8]*.sql"))


def run(database: Database, file: Path) -> None:
    done = database.psql(file)
    assert done.returncode == 0, f"{file.name}: {done.stderr[-3000:]}"


def test_the_plan_applied_twice_leaves_no_blocker_and_rolled_back_leaves_no_trace(
    calliq: Database, tmp_path: Path
) -> None:
    with calliq.connect() as connection:
        before = snapshot_of(connection, calliq.pg_dump())
    files = write_plan(audited(calliq), tmp_path)

    for _ in range(2):
        for file in files:
            run(calliq, file)
    after = audited(calliq)

    assert [str(finding.message) for finding in after.findings if finding.severity is Severity.BLOCKER] == []

    run(calliq, tmp_path / "plan" / "90-rollback.sql")
    with calliq.connect() as connection:
        assert snapshot_of(connection, calliq.pg_dump()) == with_its_violated_key_not_valid(before)


def with_its_violated_key_not_valid(before: Snapshot) -> Snapshot:
    """The one exception to the identity law: a key that was validated *and* violated cannot come back validated."""
    key = ("constraint", "usage_reservations", "usage_reservations_org_id_fkey")
    definition = (
        "    ADD CONSTRAINT usage_reservations_org_id_fkey FOREIGN KEY (org_id) REFERENCES public.organizations(id)"
    )
    assert f"{definition};" in before.schema
    return Snapshot(
        rows=before.rows,
        schema=tuple(f"{definition} NOT VALID;" if line == f"{definition};" else line for line in before.schema),
        flags=before.flags - Counter([(*key, "true")]) + Counter([(*key, "false")]),
    )


@pytest.mark.parametrize("name", ["json", "html", "sql"])
def test_a_stored_report_gives_every_format_again_byte_by_byte(calliq18: Database, name: str) -> None:
    from auditor.model.codec import from_json, to_json

    audit = audited(calliq18)
    render = all_formats()[name].render

    assert render(from_json(to_json(audit))) == render(audit)
