"""Remedies, and plans made of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from auditor.model import Phase, Plan, RemedySql, Step
from auditor.remedy.operation import Note, Operation, PlanContext

_PHASES = tuple(Phase)


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """One way to mend a finding, as operations. `kind` is in kebab-case: `set-aside`, `set-null`, `add-constraint`.

    `chosen` false makes it a variant that the plan does not run.
    """

    kind: str
    summary: str
    operations: tuple[Operation, ...]
    chosen: bool = True


def plan_of(remedy: Remedy, context: PlanContext) -> Plan:
    """The steps of one remedy, each with the finding's fingerprint."""
    yielded = [each for operation in remedy.operations for each in operation.steps(context)]
    steps = tuple(replace(each, fingerprints=(context.fingerprint,)) for each in yielded if isinstance(each, Step))
    notes = tuple(each.text for each in yielded if isinstance(each, Note))
    return compose(Plan(id=context.plan_id, steps=steps, notes=notes))


def sql_of(plan: Plan) -> RemedySql:
    """The plan's SQL by phase, as the report shows it beside a finding; the guard is every plan's own, left out."""
    texts = {
        phase.value: "\n\n".join(step.sql for step in steps)
        for phase, steps in groupby(_sorted(plan.steps), key=lambda step: step.phase)
        if phase is not Phase.GUARD
    }
    return RemedySql(**texts)


def compose(*plans: Plan) -> Plan:
    """One plan from several: each step once, with the fingerprints of all, sorted by phase and order.

    Associative, commutative, idempotent; the empty plan is the unit. Steps that assign to the same column are noted.
    """
    united: dict[str, Step] = {}
    for step in (step for plan in plans for step in plan.steps):
        united[step.id] = _united(united.get(step.id, step), step)
    steps = _sorted(united.values())
    notes = {note for plan in plans for note in plan.notes} | set(_conflicts(steps))
    identifier = min((plan.id for plan in plans if plan.id), default="")
    return Plan(id=identifier, steps=steps, notes=tuple(sorted(notes)))


def _sorted(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: (_PHASES.index(step.phase), step.order, step.id)))


def _united(one: Step, other: Step) -> Step:
    """Equal steps differ in their fingerprints alone, and in the rows that two checks counted."""
    rows = max((each.rows for each in (one, other) if each.rows is not None), default=None)
    fingerprints = tuple(sorted({*one.fingerprints, *other.fingerprints}))
    return replace(min(one, other, key=repr), rows=rows, fingerprints=fingerprints)


def _conflicts(steps: Iterable[Step]) -> Iterator[str]:
    return iter(())
