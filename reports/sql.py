"""`plan/`: the SQL files that psql runs in order, `plan.json`, and a README for whoever has never seen the tool."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from auditor.model import Audit, Phase, Plan, Step, printable
from reports import numbers
from reports.format import Format
from reports.notes import grouped
from reports.phases import WHAT
from reports.templating import markdown_page

_NAMED = 6  # fingerprints of a step in the README: a guard is there for all of them


@dataclass(frozen=True, slots=True)
class _Part:
    """A file of the plan as its README tells of it."""

    phase: Phase
    what: str
    steps: tuple[Step, ...]

    @property
    def rows(self) -> int | None:
        return _rows(self.steps)


def render(audit: Audit) -> dict[str, str]:
    """The files of the plan folder; phases without a step have none, a plan without steps only its README."""
    files = {"plan/README.md": _readme(audit)}
    if not audit.plan.steps:
        return files
    for phase in Phase:
        if steps := _steps(audit, phase):
            files[f"plan/{phase.file}"] = _file(audit, phase, steps)
    files["plan/plan.json"] = _plan_json(audit)
    return dict(sorted(files.items()))


def _steps(audit: Audit, phase: Phase) -> tuple[Step, ...]:
    return tuple(step for step in audit.plan.steps if step.phase is phase)


def _file(audit: Audit, phase: Phase, steps: tuple[Step, ...]) -> str:
    blocks = [_header(audit, phase, steps), "\\set ON_ERROR_STOP on\n\\encoding UTF8"]
    blocks += ["\n".join((*_step_comment(number, step), step.sql.rstrip("\n"))) for number, step in enumerate(steps, 1)]
    return "\n\n".join(blocks) + "\n"


def _header(audit: Audit, phase: Phase, steps: tuple[Step, ...]) -> str:
    database, run, rows = audit.database, audit.run, _rows(steps)
    return _comment(
        f"{phase.file}: {WHAT[phase]}",
        f"plan {audit.plan.id} for database {database.name} on {database.host}, PostgreSQL {database.server_version}",
        f"audited {run.started_at}, run {run.id}, auditor {audit.tool.version}",
        numbers.of(len(steps), "step") + ("" if rows is None else f"; {numbers.of(rows, 'row')} expected to change"),
        f"read it, then: psql -X -v ON_ERROR_STOP=1 -f {phase.file}",
        "it can be stopped anywhere and run again",
    )


def _step_comment(number: int, step: Step) -> Iterator[str]:
    rows = "" if step.rows is None else f"; {numbers.of(step.rows, 'row')} expected"
    block = "" if step.transactional else "; outside transactions"
    yield _comment(
        f"step {number}: {step.title}",
        f"finding {', '.join(step.fingerprints) or '(none: needed by the others)'}",
        f"lock {step.lock}{rows}{block}",
    )


def _comment(*lines: str) -> str:
    """SQL comment lines. A newline in a name would end the comment and begin a statement: `printable` writes it out."""
    return "\n".join(f"-- {printable(line)}" for line in lines)


def _rows(steps: tuple[Step, ...]) -> int | None:
    """How many rows the steps are expected to change; None where no step says."""
    known = [step.rows for step in steps if step.rows is not None]
    return sum(known) if known else None


def _plan_json(audit: Audit) -> str:
    document = {
        "schema_version": audit.schema_version,
        "run": audit.run.id,
        "database": audit.database.name,
        **msgspec.to_builtins(audit.plan),
        "audit": msgspec.to_builtins(_what_it_follows_from(audit)),
    }
    return json.dumps(document, indent=2) + "\n"


def _what_it_follows_from(audit: Audit) -> Audit:
    """The audit without what a report says more: a plan is rehearsed and verified where there is no report."""
    findings = tuple(replace(each, witnesses=(), detection_sql=None, remedies=()) for each in audit.findings)
    bare = Plan(id=audit.plan.id)
    return replace(audit, coverage=(), checks=(), findings=findings, constraints=(), plan=bare, scans=())


def _readme(audit: Audit) -> str:
    parts = [_Part(phase, WHAT[phase], steps) for phase in Phase if (steps := _steps(audit, phase))]
    return markdown_page(
        "plan.md.j2",
        audit=audit,
        rehearsal=audit.plan.rehearsal,
        parts=parts,
        present={part.phase for part in parts},
        most=_NAMED,
        notes=grouped(note.text for note in audit.plan.notes),
    )


SQL = Format("sql", render)
