"""Sends look-ups: few statements, each short, none that can break the audit."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import psycopg

from auditor.catalog import Catalog
from auditor.references.candidate import Candidate
from auditor.references.look_up import (
    INHERITED,
    MOST_ARE_HERE,
    Evidence,
    Inclusion,
    emptiness,
    hidden,
    is_known_empty,
    obstacle,
    source_of,
    statement_of,
)
from auditor.references.matching import may_fall_into_gaps
from auditor.sql import Sql

LOOK_UP_MS = 100
NO_VALUES = "there are no values to look up"
OVERRUN = f"the look-up of its values did not end within {LOOK_UP_MS} ms"
_MOST_MS = 2000
_BATCH = 150
_MOST_LOST_S = 5.0
_BY_INDEX = "SET LOCAL enable_seqscan = off"
"""Else a small table is read from its first row for each value, where its index has it in two pages: three times the
time for a thousand tables of 200 rows."""

Row = tuple[Any, ...]
Asked = TypeVar("Asked")


class Connection(Protocol):
    """What look-ups need of a connection inside the audit's transaction."""

    def execute_and_roll_back(self, statements: Sequence[str]) -> list[list[Row]]:
        """Send statements inside a savepoint, roll back to it, give the rows of each."""


def answers(
    connection: Connection,
    asked: Sequence[Asked],
    statement: Callable[[Sequence[Asked]], Sql],
    *settings: str,
) -> tuple[list[tuple[Asked, Row]], list[Asked]]:
    """The rows that `statement` gives for all that is asked, and those whose look-up failed.

    A row's first value is the index of what it answers. One statement for 150 of them; where it fails (an overrun of
    its time limit, a lock, a lost privilege) its halves are tried apart, and the one that fails alone once more, as
    caches are warm then. When 5 seconds are lost on failures, nothing is tried again. `settings` hold for
    these statements alone.
    """
    answered: list[tuple[Asked, Row]] = []
    failed: list[Asked] = []
    batches = [(asked[start : start + _BATCH], False) for start in range(0, len(asked), _BATCH)]
    lost = 0.0
    while batches:
        (batch, is_last_try), started = batches.pop(0), time.monotonic()
        rows = _rows_of(connection, statement(batch), len(batch), settings)
        if rows is not None:
            answered += [(batch[row[0]], row) for row in rows]
            continue
        lost += time.monotonic() - started
        if is_last_try or lost > _MOST_LOST_S:
            failed += batch
        else:
            middle = len(batch) // 2
            halves = [batch[:middle], batch[middle:]]
            batches += [(half, len(batch) == 1) for half in halves if half]
    return answered, failed


def _rows_of(connection: Connection, statement: Sql, number: int, settings: Sequence[str]) -> list[Row] | None:
    limit = min(LOOK_UP_MS * number, _MOST_MS)
    limits = [f"SET LOCAL statement_timeout = {limit}", f"SET LOCAL lock_timeout = {LOOK_UP_MS}"]
    try:
        return connection.execute_and_roll_back([*limits, *settings, statement])[-1]
    except psycopg.Error as error:
        if error.sqlstate is None or error.sqlstate.startswith("08"):
            raise
        return None


def empty_tables(connection: Connection, catalog: Catalog) -> frozenset[int]:
    """The oids of the tables in scope without a row: those without a page, and those of the never analysed that show
    none. Nothing is looked up there."""
    without_page = {each.oid for each in catalog.measurable() if is_known_empty(each)}
    visible = (each for each in catalog.measurable() if each.oid not in without_page and not hidden(each))
    answered, _ = answers(connection, [each for each in visible if each.rows is None], emptiness)
    return frozenset(without_page | {table.oid for table, (_, has_rows) in answered if not has_rows})


def look_up(connection: Connection, found: Sequence[Candidate], empty: frozenset[int]) -> Evidence:
    """The inclusion of every candidate; where none could be measured, the reason. `empty`: oids of empty tables."""
    evidence: Evidence = {}
    possible = []
    for candidate in found:
        reason = obstacle(candidate)
        if candidate.place.table.oid in empty:
            reason = NO_VALUES
        if reason:
            evidence[candidate.identity] = Inclusion(reason=reason)
        else:
            possible.append(candidate)
    possible.sort(key=lambda candidate: candidate.key.table.oid)
    answered, failed = answers(connection, possible, statement_of, _BY_INDEX)
    evidence.update((candidate.identity, _inclusion(candidate, row)) for candidate, row in answered)
    overrun = Inclusion(reason=OVERRUN)
    evidence.update((candidate.identity, overrun) for candidate in failed)
    return evidence


def _inclusion(candidate: Candidate, row: Row) -> Inclusion:
    _, values, share, above_gaps, in_gaps, has_rows = row
    source = source_of(candidate.place)
    if not values:
        return Inclusion(source=source, is_empty=not has_rows, reason=NO_VALUES)
    table = candidate.key.table
    if table.has_children and (not has_rows or float(share or 0.0) < MOST_ARE_HERE):
        return Inclusion(source=source, reason=INHERITED.format(table=table.name))
    tells_gaps = may_fall_into_gaps(candidate)
    return Inclusion(
        share=float(share or 0.0),
        values=values,
        above_gaps=above_gaps if tells_gaps else 0,
        in_gaps=in_gaps if tells_gaps else 0,
        source=source,
        is_empty=not has_rows,
    )
