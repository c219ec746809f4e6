"""sentinel-reference."""

from collections.abc import Iterator

from auditor.check import Example, Facts, check
from auditor.knowledge.orphan_kinds import Orphans, orphan_probes
from auditor.knowledge.orphans import then_declare
from auditor.knowledge.wording import counted
from auditor.model import Severity
from auditor.probe import ReferenceProbe


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
    yield from orphan_probes(facts, "sentinel", _worded)


def _worded(found: Orphans) -> tuple[str, str]:
    measured = found.measured
    message = (
        f"{found.refers} holds a sentinel instead of NULL in {measured.violations:,} of "
        f"{counted(measured.population, 'value')}"
    )
    return message, f"{_first(found)}{then_declare(found.join, found.reference, found.column)}"


def _first(found: Orphans) -> str:
    if found.remedies:
        return "Set them NULL"
    if found.reference.json_path:
        return "Remove the key from the JSON"
    is_not_null = found.join.table.column(found.reference.columns[0]).not_null
    return "Drop NOT NULL, and set them NULL" if is_not_null else "Set them NULL by hand: a key contains the column"
