"""A plan as it lies on disk: its SQL files, the audit that it follows from, and where its rehearsal is written."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from auditor import wiring
from auditor.config import Config
from auditor.errors import AuditorError
from auditor.model import Audit, Phase, Plan, Rehearsal, Step
from auditor.model.codec import from_json
from auditor.rehearsal.scripts import Scripts, psql_scripts, scripts_in
from auditor.stored import read_audit

_AGAIN = "audit again, and use the plan of that audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFolder:
    """A plan: `audit` holds it and what it is to mend; `scripts` are its files as they are.

    `path` is the folder, None where the plan comes from a report.json, `report` that file, beside it or by itself.
    """

    audit: Audit
    scripts: Scripts
    path: Path | None = None
    report: Path | None = None

    @property
    def planned(self) -> frozenset[str]:
        """The fingerprints of the findings that the plan has steps for."""
        return frozenset(each for step in self.audit.plan.steps for each in step.fingerprints)

    @property
    def major(self) -> int:
        """The server's version that the plan is written for."""
        return int(self.audit.database.server_version.partition(".")[0])

    def steps(self, phase: Phase) -> tuple[Step, ...]:
        """The steps of one file."""
        return tuple(step for step in self.audit.plan.steps if step.phase is phase)

    def scripts_without(self, steps: Collection[Step]) -> Scripts:
        """The scripts without these steps. A revision is written anew; where somebody edited it, it stays as it is."""
        if not steps or self.scripts.layout != "alembic":
            return self.scripts.without(tuple(steps))
        kept = replace(self.audit.plan, steps=tuple(each for each in self.audit.plan.steps if each not in steps))
        forward, back = self.scripts.forward, self.scripts.back
        name = f"plan/{forward[0].name}"
        before, after = (
            wiring.all_formats("alembic")["sql"].render(audit).get(name, "")
            for audit in (self.audit, replace(self.audit, plan=kept))
        )
        if forward[0].text != before or not after:
            return self.scripts
        forward, back = (tuple(replace(each, text=after) for each in scripts) for scripts in (forward, back))
        return replace(self.scripts, forward=forward, back=back)

    def config(self, base: Config) -> Config:
        """`base` with the settings that the audit recorded: so the same is asked again.

        The audit records how many constraints of the coming migration it was told, not which.
        """
        recorded = self.audit.run.options
        values = {name: json.loads(text) for name, text in recorded.items() if name != "intend"}
        config = msgspec.convert(msgspec.to_builtins(base) | values, Config)
        if config.differences().get("intend") != recorded.get("intend"):
            raise AuditorError(
                "the audit of this plan was told other constraints of the coming migration",
                "name its auditor.toml with --config",
            )
        return config


def read_plan(path: Path) -> PlanFolder:
    """The plan in that folder, or that the report.json holds. AuditorError where there is none, or nothing to do."""
    plan = _of_report(path) if path.is_file() else _of_folder(path)
    if not plan.audit.plan.steps:
        raise AuditorError(f"{path} has no steps: there is nothing to try", "see the report")
    return plan


def _of_report(path: Path) -> PlanFolder:
    audit = read_audit(path)
    files = wiring.all_formats()["sql"].render(audit)
    texts = {name.removeprefix("plan/"): text for name, text in files.items()}
    return PlanFolder(audit=audit, scripts=psql_scripts(texts), report=path)


def _of_folder(path: Path) -> PlanFolder:
    document = _document(path / "plan.json")
    try:
        audit = from_json(json.dumps(document["audit"]))
        audit = replace(audit, plan=msgspec.convert(document, Plan))
        scripts = scripts_in(path)
    except (KeyError, ValueError, OSError) as error:
        raise AuditorError(f"{path} is no plan folder of this version: {error}", _AGAIN) from None
    lacks = _missing(audit, scripts)
    if lacks:
        raise AuditorError(f"{path} lacks {lacks[0]}", "write the plan anew, or name the report.json of its audit")
    return PlanFolder(audit=audit, scripts=scripts, path=path, report=_report_beside(path, audit))


def _missing(audit: Audit, scripts: Scripts) -> list[str]:
    """The files that such a plan consists of, and that are not there."""
    there = {f"plan/{each.name}" for each in (*scripts.forward, *scripts.back)}
    whole = wiring.all_formats(scripts.layout)["sql"].render(audit)
    return [name.removeprefix("plan/") for name in whole if name.endswith((".sql", ".py")) and name not in there]


def _report_beside(path: Path, audit: Audit) -> Path | None:
    """The report.json beside it that holds the same plan, whole."""
    report = path.parent / "report.json"
    try:
        other = from_json(report.read_text(encoding="utf-8"))
        return report if (other.run, other.plan.steps) == (audit.run, audit.plan.steps) else None
    except (OSError, ValueError):
        return None


def _document(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise AuditorError(f"{file} cannot be read: {error.strerror}", "name a plan folder or a report.json") from None
    except ValueError as error:
        raise AuditorError(f"{file} is not JSON: {error}", _AGAIN) from None
    if not isinstance(document, dict):
        raise AuditorError(f"{file} is no plan", _AGAIN)
    return document


def record(plan: PlanFolder, rehearsal: Rehearsal) -> tuple[Path, ...]:
    """Writes what came of it beside the plan's SQL and into the reports; the SQL stays as it was rehearsed."""
    audit = _with(plan.audit, rehearsal)
    written = {}
    if plan.path is not None:
        folder = wiring.all_formats(plan.scripts.layout)["sql"].render(audit)
        written = {plan.path / name: folder[f"plan/{name}"] for name in ("plan.json", "README.md")}
    if plan.report is not None:
        whole = _with(read_audit(plan.report), rehearsal)
        written[plan.report] = wiring.all_formats()["json"].render(whole)["report.json"]
        page = plan.report.with_suffix(".html")
        if page.exists():
            written[page] = wiring.all_formats()["html"].render(whole)["report.html"]
    for file, text in written.items():
        _write(file, text)
    return tuple(written)


def _with(audit: Audit, rehearsal: Rehearsal) -> Audit:
    return replace(audit, plan=replace(audit.plan, rehearsal=rehearsal))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AuditorError(f"{file} cannot be written: {error.strerror}", "let it be writable") from None
