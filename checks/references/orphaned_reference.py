"""orphaned-reference."""

from collections.abc import Iterator

from auditor.check import Example, Facts, check
from auditor.knowledge.naming import names_by_words
from auditor.knowledge.orphan_kinds import Orphans, orphan_probes
from auditor.knowledge.orphans import then_declare
from auditor.knowledge.wording import counted
from auditor.model import Severity
from auditor.probe import ReferenceProbe


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
        case, accents or blanks alone, is counted apart: `sentinel-reference`, `misspelled-reference`. Where a key is
        all that a missing row needs (its other columns may be NULL, or have a default), `back-fill` under `[remedies]`
        inserts these rows instead; nothing chooses that by itself.
    """
    yield from orphan_probes(facts, "plain", _worded)


def _worded(found: Orphans) -> tuple[str, str]:
    reference, measured = found.reference, found.measured
    elements = f"{counted(measured.groups, 'element')} in " if reference.is_array else ""
    message = (
        f"{found.refers} finds no row there for {elements}{measured.violations:,} of "
        f"{counted(measured.population, 'value')}"
    )
    return message, f"{_first(found)}{then_declare(found.join, reference, found.column)}"


def _first(found: Orphans) -> str:
    summary = found.remedies[0].summary
    if names_by_words(found.join.referenced, found.reference.ref_columns):
        return f"Correct what is only misspelled, for the rest {summary}"
    return f"{summary[0].upper()}{summary[1:]}"
