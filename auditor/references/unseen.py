"""What the inference did not look at: said as coverage, because its silence is no all-clear."""

from collections.abc import Iterable, Iterator

from auditor.catalog import Table
from auditor.model import Coverage, Outcome, Reference, Subject, printable
from auditor.references.asked import NO_VALUES, OVERRUN
from auditor.references.candidate import Candidate, Place
from auditor.references.composite import Composite
from auditor.references.levels import FAMILY
from auditor.references.look_up import INHERITED, Evidence, Inclusion, hidden, obstacle, obstacle_at


def unlooked_column(place: Place, reason: str) -> Coverage:
    """The coverage of a column into which nobody looked for keys."""
    is_hidden = bool(obstacle_at(place.table, place.column)) and not place.table.unread
    return _coverage(place.table, (place.column.name,), None, reason, is_hidden)


def unlooked_candidates(
    candidates: Iterable[Candidate], evidence: Evidence, known: Iterable[Reference], least: float
) -> Iterator[Coverage]:
    """The places that may hold a reference, had their values been looked up: names alone are not enough to measure it
    (`least` is the confidence that is), and no other reference was found there.

    `known` are all references. What a hidden table refers to is left out: it is hidden as a whole; and what no foreign
    key finds, which is told elsewhere.
    """
    settled = {
        (each.schema, each.table, column, each.json_path)
        for each in known
        for column in each.columns
        if each.declared or each.confidence >= least
    }
    for candidate in candidates:
        place, reason = candidate.place, evidence.get(candidate.identity, Inclusion()).reason
        here = (place.table.schema, place.table.name, place.column.name, place.path)
        told = ("", NO_VALUES, INHERITED.format(table=candidate.key.table.name))
        if here in settled or reason in told or hidden(place.table):
            continue
        settled.add(here)
        is_hidden = bool(obstacle(candidate)) and not candidate.key.table.unread
        yield _coverage(place.table, (place.column.name,), place.expression, reason, is_hidden)


def unlooked_composite(each: Composite, reason: str) -> Coverage:
    """The same of several columns."""
    return _coverage(each.table, each.columns, None, reason, is_hidden=reason != OVERRUN)


def _coverage(table: Table, columns: tuple[str, ...], expression: str | None, reason: str, is_hidden: bool) -> Coverage:
    subject = Subject(kind="column", schema=table.schema, table=table.name, columns=columns, expression=expression)
    outcome = Outcome.HIDDEN if is_hidden else Outcome.ERROR
    return Coverage(check=FAMILY, subject=subject, outcome=outcome, reason=f"its references: {printable(reason)}")
