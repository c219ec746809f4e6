"""missing-foreign-key."""

from collections.abc import Iterator
from functools import partial

from auditor.check import Example, Facts, check
from auditor.knowledge.back_fills import is_asked_for
from auditor.knowledge.json_keys import asked_column, moved
from auditor.knowledge.orphans import (
    declaration,
    intended_action,
    is_declared,
    obstacles,
    referenced_text,
    subject_of_reference,
    undeclared,
)
from auditor.knowledge.proposals import proposed_key
from auditor.knowledge.wording import counted
from auditor.model import Certainty, Reference, Severity, printable
from auditor.probe import Judgement, Measurement, ReferenceProbe
from auditor.references import AntiJoin, anti_join
from auditor.remedy import Remedy


@check(
    severity=Severity.ADVICE,
    examples=[
        Example(
            given="""CREATE TABLE calls (id uuid PRIMARY KEY);
                     CREATE TABLE transcripts (id int PRIMARY KEY, call_id uuid NOT NULL);
                     INSERT INTO calls SELECT md5(n::text)::uuid FROM generate_series(1, 50) AS n;
                     INSERT INTO transcripts SELECT n, md5(n::text)::uuid FROM generate_series(1, 50) AS n;
                     ANALYZE""",
            finds=["transcripts(call_id): 0 of 50"],
        )
    ],
)
def missing_foreign_key(facts: Facts) -> Iterator[ReferenceProbe]:
    """A reference without orphans and without a foreign key: it can be declared today.

    Why it matters:
        Nothing keeps the rule that all rows obey: the next purge of referenced rows leaves orphans.
    False positives:
        A reference that is meant to outlive what it names (an archive, a log): reject it under `[references]`.
    Remedy:
        Declare the foreign key NOT VALID and validate it, after the index on the referencing columns and the unique
        constraint on the referenced ones, where these are missing.
    """
    for reference in undeclared(facts):
        join = anti_join(facts.catalog, reference)
        is_plain = reference.is_plain or asked_column(facts, reference) is not None
        if join is None or not is_plain or is_declared(join.table, join.referenced, reference):
            continue
        yield ReferenceProbe(
            **join.parts,
            subject=subject_of_reference(join, reference),
            judge=partial(_judge, facts, reference, join),
            proposes=proposed_key(facts, reference, join),
            counts_keys=is_asked_for(facts),
            reference=reference,
        )


def _judge(facts: Facts, reference: Reference, join: AntiJoin, measured: Measurement) -> Judgement | None:
    if measured.violations:
        return None
    action = intended_action(facts, reference)
    then = moved(join, reference, asked_column(facts, reference), action or "NO ACTION")
    then = then or declaration(join.table, join.referenced, reference, action or "NO ACTION")
    # What the plan declares it has to know by when it sets rows aside: a guess takes no row along, and is not declared.
    is_sure = action is not None or reference.confidence >= facts.config.thresholds.blocker_confidence
    remedy = Remedy(kind="add-constraint", summary="declare the foreign key", operations=then, chosen=is_sure)
    return Judgement(
        message=f"{subject_of_reference(join, reference)} refers to {referenced_text(reference)}, finds it for all of "
        f"{counted(measured.population, 'value')}, and has no foreign key",
        hint=_hint(join, reference, asked_column(facts, reference) if then else None),
        certainty=Certainty.PROVEN if action else Certainty.INFERRED,
        remedies=(remedy,) if then else (),
        parameters=(referenced_text(reference),),
    )


def _hint(join: AntiJoin, reference: Reference, column: str | None) -> str:
    if column is not None:
        return f"Give the key a column of its own, {printable(column)}, and declare it"
    first = [*obstacles(join.table, join.referenced, reference)]
    if not join.table.finds(reference.columns):
        first.append(f"{subject_of_reference(join, reference)} needs an index, or each delete reads the whole table")
    return f"Declare it; first: {'; '.join(first)}" if first else "Declare it"
