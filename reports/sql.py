"""`plan/` for psql, the default: SQL files that are run in order, `plan.json`, and a README."""

from collections.abc import Iterable, Iterator

from auditor.model import Audit, Phase, Step
from reports import numbers
from reports.format import Format
from reports.phases import WHAT
from reports.plan import comment, plan_json, readme, rows_of, steps_of, written_for


def files(audit: Audit) -> dict[str, Iterable[str]]:
    """The files of the plan folder; phases without a step have none, a plan without steps only its README."""
    phases = {phase: phase.file for phase in Phase if steps_of(audit, phase)}
    written: dict[str, Iterable[str]] = {"plan/README.md": (readme(audit, "psql", phases),)}
    if not phases:
        return written
    for phase, file in phases.items():
        written[f"plan/{file}"] = _file(audit, phase, steps_of(audit, phase))
    written["plan/plan.json"] = plan_json(audit)
    return dict(sorted(written.items()))


def _file(audit: Audit, phase: Phase, steps: tuple[Step, ...]) -> Iterator[str]:
    yield f"{_header(audit, phase, steps)}\n\n\\set ON_ERROR_STOP on\n\\encoding UTF8\n"
    for number, step in enumerate(steps, 1):
        yield "\n" + "\n".join((*_step_comment(number, step), f"\\echo step {number} of {len(steps)}"))
        yield "\n" + step.sql.rstrip("\n") + "\n"


def _header(audit: Audit, phase: Phase, steps: tuple[Step, ...]) -> str:
    run, rows = audit.run, rows_of(steps)
    return comment(
        f"{phase.file}: {WHAT[phase]}",
        written_for(audit),
        f"audited {run.started_at}, run {run.id}, auditor {audit.tool.version}",
        numbers.of(len(steps), "step") + ("" if rows is None else f"; {numbers.of(rows, 'row')} expected to change"),
        f"read it, then: psql -X -v ON_ERROR_STOP=1 -f {phase.file}",
        "it can be stopped anywhere and run again",
    )


def _step_comment(number: int, step: Step) -> Iterator[str]:
    rows = "" if step.rows is None else f"; {numbers.of(step.rows, 'row')} expected"
    block = "" if step.transactional else "; outside transactions"
    yield comment(
        f"step {number}: {step.title}",
        f"finding {', '.join(step.fingerprints) or '(none: needed by the others)'}",
        f"lock {step.lock}{rows}{block}",
    )


SQL = Format("sql", files)
