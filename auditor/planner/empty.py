"""Tables without a page: one count proves that there is no row, and no predicate needs to be looked at.

A database of 3,000 empty tables asks some 80,000 questions; their expressions would take half a gigabyte.
"""

from dataclasses import replace

import sqlalchemy as sa

from auditor.catalog import Table
from auditor.probe import KeyProbe, Measurement, Probe, ReferenceProbe, RowProbe

_NEVER = sa.false()
_NOTHING = sa.table("nothing")


def has_no_page(table: Table) -> bool:
    """Whether the table had no page when the catalog was read, which is after the snapshot was taken.

    Then no row is visible, unless it was truncated or rewritten in between, which the scan notices by its file node;
    or its size could not be read, because somebody held a lock: so the rows are counted all the same.
    """
    return table.pages == 0 and table.has_rows_of_its_own


def lightened(probe: Probe) -> Probe:
    """The same question without its expressions and its judge where nobody will evaluate them."""
    if not has_no_page(probe.table):
        return probe
    match probe:
        case RowProbe():
            return replace(probe, violation=_NEVER, population=None, judge=_nothing_to_judge)
        case KeyProbe():
            return probe if probe.proven else replace(probe, keys=(), where=None, judge=_nothing_to_judge)
        case ReferenceProbe():
            bare = replace(probe, population=_NEVER, match=_NEVER, target=_NOTHING, pairs=(), escapes=None)
            return replace(bare, elements=None, kinds=(), judge=_nothing_to_judge)


def _nothing_to_judge(_: Measurement) -> None:
    """A population of 0 is not judged."""
