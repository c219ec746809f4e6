"""misspelled-reference."""

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
            given="""CREATE TABLE clients (id int PRIMARY KEY, client_name text NOT NULL UNIQUE);
                     CREATE TABLE meetings (id int PRIMARY KEY, client_name text NOT NULL);
                     CREATE INDEX ON meetings (client_name);
                     INSERT INTO clients SELECT n, 'Client ' || n FROM generate_series(1, 50) AS n;
                     INSERT INTO meetings SELECT n, 'Client ' || n FROM generate_series(1, 50) AS n;
                     INSERT INTO meetings VALUES (51, 'client 7'), (52, ' Client 8');
                     ANALYZE""",
            finds=["meetings(client_name): 2 of 52"],
            variants=("plain", "quoted", "schema"),
            because="a partitioned twin has no unique key on the name",
        )
    ],
)
def misspelled_reference(facts: Facts) -> Iterator[ReferenceProbe]:
    """A reference by text that finds its row but for case, or blanks around it.

    Why it matters:
        The row is there, and joins do not find it. Counted apart from orphans, because nothing has to be given up:
        exactly one key is equal when both are trimmed and lower-cased.
    False positives:
        Two keys that differ by case and mean different things: only one of them exists, or they would not be counted.
    Remedy:
        Spell the key as the referenced row does; then declare the foreign key.
    """
    for reference in undeclared(facts):
        join = anti_join(facts.catalog, reference)
        if join is not None and any(each.name == "near-miss" for each in join.kinds):
            yield ReferenceProbe(
                **join.parts,
                only="near-miss",
                subject=subject_of_reference(join, reference),
                judge=partial(_judge, facts, reference, join),
                proposes=proposed_key(facts, reference, join),
                reference=reference,
            )


def _judge(facts: Facts, reference: Reference, join: AntiJoin, measured: Measurement) -> Judgement | None:
    if not measured.violations:
        return None
    action = intended_action(facts, reference)
    remedies = remedies_for(facts, reference, join, "near-miss", measured)
    summary = remedies[0].summary
    return Judgement(
        message=f"{subject_of_reference(join, reference)} refers to {referenced_text(reference)} and differs by case "
        f"or blanks alone in {measured.violations:,} of {counted(measured.population, 'value')}",
        hint=f"{summary[0].upper()}{summary[1:]}{then_declare(join, reference)}",
        severity=Severity.BLOCKER if action or is_sure(facts, reference, measured) else Severity.WARNING,
        certainty=Certainty.PROVEN if action else Certainty.INFERRED,
        remedies=remedies,
        parameters=(referenced_text(reference),),
    )
