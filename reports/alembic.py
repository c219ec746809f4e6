"""`plan/` for Alembic: one revision, whose upgrade is the plan and whose downgrade is the rollback.

One, because the rollback is one: it drops what refuses the old rows before it brings any of them back.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.model import Audit, Part, Phase, Step, printable
from reports import numbers
from reports.format import Format
from reports.plan import plan_json, readme, written_for
from reports.templating import python_page

_NAMED = 6


@dataclass(frozen=True, slots=True)
class _Call:
    """A step as the revision calls it; `about` stands in a comment before it."""

    about: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _Function:
    """One of the two that Alembic calls."""

    name: str
    calls: tuple[_Call, ...]


def files(audit: Audit) -> dict[str, Iterable[str]]:
    """The revision in `plan/alembic/`, to be copied beside the team's own."""
    steps = audit.plan.steps
    if not steps:
        return {"plan/README.md": (readme(audit, "alembic", {}),)}
    name = f"alembic/{_revision(audit)}.py"
    places = {phase: f"{name}, {_name_of(phase)}" for phase in Phase if any(step.phase is phase for step in steps)}
    return {
        "plan/README.md": (readme(audit, "alembic", places),),
        f"plan/{name}": (_text(audit),),
        "plan/plan.json": plan_json(audit),
    }


def _name_of(phase: Phase) -> str:
    return "downgrade" if phase is Phase.ROLLBACK else "upgrade"


def _revision(audit: Audit) -> str:
    """Alembic keeps 32 characters, and takes some of them for operators."""
    return re.sub(r"[^a-z0-9]", "", audit.plan.id.lower())[:32] or "plan"


def _text(audit: Audit) -> str:
    steps, run = audit.plan.steps, audit.run
    return python_page(
        "revision.py.j2",
        summary=(
            f"{written_for(audit)}.\n\naudited {run.started_at}, run {run.id}, auditor {audit.tool.version}\n"
            f"{numbers.of(len(steps), 'step')}; it can be stopped anywhere and upgraded, or downgraded, again\n"
        ),
        revision=_revision(audit),
        functions=[_function(audit, name) for name in ("upgrade", "downgrade")],
        settings=list(dict.fromkeys(part.settings for step in steps for part in step.parts)),
    )


def _function(audit: Audit, name: str) -> _Function:
    steps = [step for step in audit.plan.steps if _name_of(step.phase) == name]
    return _Function(name, tuple(_Call(_about(number, step), step.parts) for number, step in enumerate(steps, 1)))


def _about(number: int, step: Step) -> str:
    rows = "" if step.rows is None else f"; {numbers.of(step.rows, 'row')} expected"
    found = ", ".join(step.fingerprints[:_NAMED]) + " …" * (len(step.fingerprints) > _NAMED)
    return printable(f"{step.phase} {number}: {step.title}; {found}; lock {step.lock}{rows}")


ALEMBIC = Format("sql", files)
