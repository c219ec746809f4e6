"""orphaned-reference."""

from collections.abc import Iterator
from functools import partial

from auditor.check import Example, Facts, check
from auditor.knowledge.naming import names_by_words
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
            given="""CREATE TABLE calls (id uuid PRIMARY KEY);
                     CREATE TABLE transcripts (id int PRIMARY KEY, call_id uuid NOT NULL);
                     INSERT INTO calls SELECT md5(n::text)::uuid FROM generate_series(1, 50) AS n;
                     INSERT INTO transcripts SELECT n, md5(n::text)::uuid FROM generate_series(1, 52) AS n;
                     ANALYZE""",
            finds=["transcripts(call_id): 2 of 52"],
        ),
        Example(
            given="""CREATE TABLE calls (id int PRIMARY KEY);
                     CREATE TABLE notes (id int PRIMARY KEY, written_for int);
                     INSERT INTO calls VALUES (1), (2);
                     INSERT INTO notes VALUES (1, 1), (2, 3), (3, NULL)""",
            config="""[[intend]]
                      kind = "foreign-key"
                      table = "public.notes"
                      columns = ["written_for"]
                      references = "public.calls(id)" """,
            finds=["notes(written_for): 1 of 2"],
        ),
        Example(
            given="""CREATE TABLE calls (id int PRIMARY KEY);
                     CREATE TABLE users (id int PRIMARY KEY);
                     CREATE TABLE notes (id int PRIMARY KEY, subject_type text, subject_id int);
                     CREATE INDEX ON notes (subject_type, subject_id);
                     INSERT INTO calls SELECT 3 * n FROM generate_series(1, 50) AS n;
                     INSERT INTO users SELECT 5 * n FROM generate_series(1, 50) AS n;
                     INSERT INTO notes SELECT n, 'Call', 3 * n FROM generate_series(1, 52) AS n;
                     INSERT INTO notes SELECT 100 + n, 'User', 5 * n FROM generate_series(1, 51) AS n;
                     ANALYZE""",
            finds=[
                "notes(subject_id WHERE subject_type = 'Call'): 2 of 52",
                "notes(subject_id WHERE subject_type = 'User'): 1 of 51",
            ],
            variants=("plain", "schema", "partitioned"),
            because="the types name tables, which another name would not be",
        ),
        Example(
            given="""CREATE TABLE tags (id int PRIMARY KEY);
                     CREATE TABLE notes (id int PRIMARY KEY, tag_ids int[]);
                     INSERT INTO tags SELECT 3 * n FROM generate_series(1, 50) AS n;
                     INSERT INTO notes SELECT n, ARRAY[3 * n, NULL, 3 * (n + 1)] FROM generate_series(1, 51) AS n;
                     INSERT INTO notes VALUES (100, '{}'), (101, NULL);
                     ANALYZE""",
            finds=["notes(unnest(tag_ids)): 2 of 51"],
            variants=("plain", "schema", "partitioned"),
            because="another name would not end in ids",
        ),
    ],
)
def orphaned_reference(facts: Facts) -> Iterator[ReferenceProbe]:
    """Rows that refer to a row that does not exist, where no foreign key is declared.

    Why it matters:
        What the row belonged to is gone: joins lose it, and the foreign key cannot be added. References are inferred
        from names, types, statistics and rows, also inside JSON, in arrays, and by type (`subject_type`, `subject_id`:
        each type by itself); confidence and evidence stand beside the finding.
    False positives:
        A column that resembles a reference and is none, or that may outlive what it names: reject it under
        `[references]` in the configuration. Below a confidence of 0.8, and where no row at all refers to one that is
        there, the finding is a warning.
    Remedy:
        Set the key NULL where the column may be NULL, else set the rows aside; then declare the foreign key, with an
        index on the referencing columns. Below that confidence nothing is done unless you choose it, nor where the key
        is a name: there, correct what is only misspelled first. What stands for NULL, and what differs from a key by
        case or blanks alone, is counted apart: `sentinel-reference`, `misspelled-reference`.
    """
    for reference in undeclared(facts):
        join = anti_join(facts.catalog, reference)
        if join is not None:
            yield ReferenceProbe(
                **join.parts,
                only="plain",
                subject=subject_of_reference(join, reference),
                judge=partial(_judge, facts, reference, join),
                proposes=proposed_key(facts, reference, join),
                reference=reference,
            )


def _judge(facts: Facts, reference: Reference, join: AntiJoin, measured: Measurement) -> Judgement | None:
    if not measured.violations:
        return None
    action = intended_action(facts, reference)
    remedies = remedies_for(facts, reference, join, "plain", measured)
    is_spelled = names_by_words(join.referenced, reference.ref_columns)
    return Judgement(
        message=f"{subject_of_reference(join, reference)} refers to {referenced_text(reference)} and finds no row "
        f"there for {_number(reference, measured)} of {counted(measured.population, 'value')}",
        hint=_hint(join, reference, remedies[0].summary, is_spelled=is_spelled),
        severity=Severity.BLOCKER if action or is_sure(facts, reference, measured) else Severity.WARNING,
        certainty=Certainty.PROVEN if action else Certainty.INFERRED,
        remedies=remedies,
        parameters=(referenced_text(reference),),
    )


def _number(reference: Reference, measured: Measurement) -> str:
    elements = f"{counted(measured.groups, 'element')} in " if reference.is_array else ""
    return f"{elements}{measured.violations:,}"


def _hint(join: AntiJoin, reference: Reference, summary: str, *, is_spelled: bool) -> str:
    first = f"{summary[0].upper()}{summary[1:]}"
    if is_spelled:
        first = f"Correct what is only misspelled, for the rest {summary}"
    return f"{first}{then_declare(join, reference)}"
