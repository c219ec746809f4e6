"""misspelled-reference."""

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
    """A reference by text that finds its row but for case, accents, or blanks around it.

    Why it matters:
        The row is there, and joins do not find it. Counted apart from orphans, because nothing has to be given up:
        exactly one key is equal when both are trimmed and lower-cased, or else when both lose their accents as well (ł
        is l, ß is ss then; where the database is encoded in UTF8).
    False positives:
        Two keys that differ by case or accents and mean different things: only one of them exists, or they would not
        be counted.
    Remedy:
        Spell the key as the referenced row does; then declare the foreign key.
    """
    yield from orphan_probes(facts, "near-miss", _worded)


def _worded(found: Orphans) -> tuple[str, str]:
    measured, summary = found.measured, found.remedies[0].summary
    message = (
        f"{found.refers} differs by case, accents or blanks alone in {measured.violations:,} of "
        f"{counted(measured.population, 'value')}"
    )
    return message, f"{summary[0].upper()}{summary[1:]}{then_declare(found.join, found.reference, found.column)}"
