"""Remedies, and plans made of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby, product

from auditor.model import Note, Phase, Plan, RemedySql, Step
from auditor.remedy.back_fill import left_null
from auditor.remedy.guards import is_server_step, server_step
from auditor.remedy.not_valid import validates
from auditor.remedy.operation import Fill, Operation, PlanContext, Refusal, bare
from auditor.remedy.room import asking_for_room
from auditor.remedy.rows import assigned_columns, fill_of

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


def validated_by(remedy: Remedy) -> frozenset[tuple[str, str, str]]:
    """The constraints that are there and that the remedy validates, by schema, table and name."""
    return frozenset(named for each in remedy.operations if (named := validates(each)))


def filled_by(remedy: Remedy) -> tuple[Fill, ...]:
    """What the remedy assigns in place of NULL."""
    return tuple(fill for each in remedy.operations if (fill := fill_of(bare(each))))


def emptied_by(remedy: Remedy) -> frozenset[tuple[str, str, str]]:
    """The columns that rows which the remedy inserts leave NULL, by schema, table and name."""
    return frozenset(place for each in remedy.operations for place in left_null(bare(each)))


def plan_of(remedy: Remedy, context: PlanContext) -> Plan:
    """The steps of one remedy, each with the finding's fingerprint; none where rows that stand in its way stay."""
    yielded = [each for operation in remedy.operations for each in operation.steps(context)]
    if refusals := [each for each in yielded if isinstance(each, Refusal)]:
        yielded = [*refusals]
    notes = tuple(Note(each.text, (context.fingerprint,)) for each in yielded if isinstance(each, Note))
    steps = [each for each in yielded if isinstance(each, Step)]
    if steps:
        steps += [server_step(context, phase) for phase in {Phase.GUARD, *(step.phase for step in steps)}]
    marked = tuple(replace(step, fingerprints=(context.fingerprint,)) for step in steps)
    return compose(Plan(id=context.plan_id, steps=marked, notes=notes))


def sql_of(plan: Plan) -> RemedySql:
    """The plan's SQL by phase, as the report shows it beside a finding; what guards every plan is left out."""
    shown = (step for step in _sorted(plan.steps) if step.phase is not Phase.GUARD and not is_server_step(step))
    texts = {
        phase.value: "\n\n".join(step.sql for step in steps)
        for phase, steps in groupby(shown, key=lambda step: step.phase)
    }
    return RemedySql(**texts)


def compose(*plans: Plan) -> Plan:
    """One plan from several: each step and note once, with the fingerprints of all, sorted by phase and order. Where
    all steps together take much room, one more asks whether it is there.

    Associative, commutative, idempotent; the empty plan is the unit. Steps that assign to the same column are noted.
    """
    by_id: dict[str, list[Step]] = {}
    for step in (step for plan in plans for step in plan.steps):
        by_id.setdefault(step.id, []).append(step)
    plan_id = min((plan.id for plan in plans if plan.id), default="")
    united = [_united(equal) for equal in by_id.values() if not equal[0].asks_for_room]
    steps = _sorted((*united, *asking_for_room(united, plan_id)))
    notes: dict[str, set[str]] = {}
    for note in (*(note for plan in plans for note in plan.notes), *_conflicts(steps)):
        notes.setdefault(note.text, set()).update(note.fingerprints)
    united_notes = tuple(Note(text, tuple(sorted(findings))) for text, findings in sorted(notes.items()))
    return Plan(id=plan_id, steps=steps, notes=united_notes)


def _sorted(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: (_PHASES.index(step.phase), step.order, step.id)))


def _united(equal: Sequence[Step]) -> Step:
    """Equal steps differ in their fingerprints alone, and in the rows that two checks counted, and what these take."""
    if len(equal) == 1:
        return equal[0]
    rows = max((each.rows for each in equal if each.rows is not None), default=None)
    room = max((each.room for each in equal if each.room is not None), default=None)
    fingerprints = tuple(sorted({fingerprint for each in equal for fingerprint in each.fingerprints}))
    alike = {replace(each, rows=rows, room=room, fingerprints=fingerprints) for each in equal}
    return min(alike, key=repr)


def _conflicts(steps: Iterable[Step]) -> Iterator[Note]:
    """Two findings whose remedies assign to one column, not the same: which wins is for the reader to decide.

    One note for each pair of findings, so that it is the same whatever was composed first.
    """
    assigning: dict[str, list[Step]] = {}
    for step in steps:
        for column in assigned_columns(step.id) if step.phase is Phase.CLEANUP else ():
            assigning.setdefault(column, []).append(step)
    for one, other in (pair for of_column in assigning.values() for pair in combinations(of_column, 2)):
        for pair in product(one.fingerprints, other.fingerprints):
            first, second = sorted(pair)
            text = (
                f"{first} and {second} both assign to a column ({one.title}; {other.title}): where a row concerns"
                " both, the value of the step that runs later stays"
            )
            yield Note(text, (first, second))
