"""sentinel-reference."""

from collections.abc import Iterator
from functools import partial

from auditor.check import Example, Facts, check
from auditor.knowledge.orphan_kinds import is_sure, remedies_for
from auditor.knowledge.orphans import (
    intended_action,
    proposed_key,
    referenced_text,
    subject_of_reference,
    then_declare,
    undeclared,
)
from auditor.knowledge.wording import counted
from auditor.model import Certainty, Reference, Severity
from auditor.probe import Judgement, Measurement, ReferenceProbe
from auditor.references import AntiJoin, anti_join


@check(
    severity=Severity.WARNING,
    examples=[
        Example(
            given="""CREATE TABLE calls (id int PRIMARY KEY);
                     CREATE TABLE notes (id int PRIMARY KEY, call_id int);
                     CREATE INDEX ON notes (call_id);
                     INSERT INTO calls SELECT n FROM generate_series(1, 50) AS n;
                     INSERT INTO notes SELECT n, CASE WHEN n > 50 THEN 0 ELSE n END FROM generate_series(1, 52) AS n;
                     ANALYZE""",
            finds=["notes(call_id): 2 of 52"],
        )
    ],
)
def sentinel_reference(facts: Facts) -> Iterator[ReferenceProbe]:
    """A reference that holds a sentinel where NULL is meant: `0`, `-1`, an empty text, the nil uuid.

    Why it matters:
        The rows have lost nothing, they refer to nothing: that is what NULL says. No foreign key can be added while
        the sentinels stand, and each join has to know them. Counted apart from orphans; a 0 that exists among the
        referenced keys is a key.
    False positives:
        A sentinel row that is still to be inserted ("unknown customer"): insert it, and the finding goes.
    Remedy:
        Set the key NULL. Where the column is NOT NULL, that has to be dropped first, by whoever knows what reads it.
    """
    for reference in undeclared(facts):
        join = anti_join(facts.catalog, reference)
        if join is not None and any(each.name == "sentinel" for each in join.kinds):
            yield ReferenceProbe(
                **join.parts,
                only="sentinel",
                subject=subject_of_reference(join, reference),
                judge=partial(_judge, facts, reference, join),
                proposes=proposed_key(facts, reference, join),
                reference=reference,
            )


def _judge(facts: Facts, reference: Reference, join: AntiJoin, measured: Measurement) -> Judgement | None:
    if not measured.violations:
        return None
    action = intended_action(facts, reference)
    remedies = remedies_for(facts, reference, join, "sentinel", measured)
    return Judgement(
        message=f"{subject_of_reference(join, reference)} refers to {referenced_text(reference)} and holds a sentinel "
        f"instead of NULL in {measured.violations:,} of {counted(measured.population, 'value')}",
        hint=_hint(join, reference, can_be_set=bool(remedies)),
        severity=Severity.BLOCKER if action or is_sure(facts, reference, measured) else Severity.WARNING,
        certainty=Certainty.PROVEN if action else Certainty.INFERRED,
        remedies=remedies,
        parameters=(referenced_text(reference),),
    )


def _hint(join: AntiJoin, reference: Reference, *, can_be_set: bool) -> str:
    if can_be_set:
        return f"Set them NULL{then_declare(join, reference)}"
    if reference.json_path:
        return f"Remove the key from the JSON{then_declare(join, reference)}"
    is_not_null = join.table.column(reference.columns[0]).not_null
    first = "Drop NOT NULL, and set them NULL" if is_not_null else "Set them NULL by hand: a key contains the column"
    return f"{first}{then_declare(join, reference)}"
