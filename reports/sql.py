"""`plan/` for psql, the default: SQL files that are run in order, `plan.json`, and a README."""

from collections.abc import Iterator

from auditor.model import Audit, Phase, Step
from reports import numbers
from reports.format import Format, whole
from reports.phases import WHAT
from reports.plan import comment, plan_json, readme, rows_of, steps_of, written_for


def render(audit: Audit) -> dict[str, str]:
    """The files of the plan folder; phases without a step have none, a plan without steps only its README."""
    phases = {phase: phase.file for phase in Phase if steps_of(audit, phase)}
    files = {"plan/README.md": readme(audit, "psql", phases)}
    if not phases:
        return files
    for phase, file in phases.items():
        files[f"plan/{file}"] = _file(audit, phase, steps_of(audit, phase))
    files["plan/plan.json"] = plan_json(audit)
    return dict(sorted(files.items()))


def _file(audit: Audit, phase: Phase, steps: tuple[Step, ...]) -> str:
    blocks = [_header(audit, phase, steps), "\\set ON_ERROR_STOP on\n\\encoding UTF8"]
    blocks += [
        "\n".join((*_step_comment(number, step), f"\\echo step {number} of {len(steps)}", step.sql.rstrip("\n")))
        for number, step in enumerate(steps, 1)
    ]
    return "\n\n".join(blocks) + "\n"


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


SQL = Format("sql", whole(render))
