"""What a clean-up will take, in numbers: rows that go along, the quarantine's size. Estimates, from the statistics."""

from collections.abc import Iterable, Iterator, Mapping
from math import floor, log10

from auditor.catalog import Table
from auditor.catalog.estimates import null_fraction
from auditor.model import Note, Room
from auditor.remedy.closure import Closure, Edge
from auditor.remedy.script import named

_WORTH_SAYING = 5_000_000  # bytes
_MEGABYTE = 1_000_000
_PAGE = 8192
_BESIDE = 200  # what the quarantine notes beside a row, with the entry in its key
_SPARE = 1.2  # pages that are not full
_LOGGED = 3  # the row's copy, that of its page, and what TOAST has of it


def dragged(closure: Closure, violations: int | None) -> dict[int, float]:
    """How many rows of each table go, by oid, where that can be told: not in a circle, not without statistics."""
    going = {} if violations is None else {closure.tables[0].oid: float(violations)}
    if closure.circle:
        return going
    for edge in closure.taking:
        rows, share = going.get(edge.referenced.oid), _referring(edge)
        if rows is not None and share is not None:
            going[edge.table.oid] = min(edge.table.rows or 0.0, going.get(edge.table.oid, 0.0) + rows * share)
    return going


def _referring(edge: Edge) -> float | None:
    """How many rows of its table refer to one of the referenced, on average."""
    if edge.table.rows is None or not edge.referenced.rows:
        return None
    nulls = [null_fraction(edge.table.column(column)) or 0.0 for column in (edge.key.columns if edge.key else ())]
    return edge.table.rows * (1 - max(nulls, default=0.0)) / edge.referenced.rows


def described(closure: Closure, violations: int | None) -> str:
    """What goes along, for the reader of the plan; empty where nothing does."""
    going = dragged(closure, violations)
    itself = any(edge.table is edge.referenced for edge in closure.taking)
    taken = [f"{named(table)}{_about(going.get(table.oid))}" for table in closure.tables[1:]]
    taken += [f"other rows of {named(closure.tables[0])}"] if itself else []
    released = [
        f"{named(edge.table)}({', '.join(edge.let_go)}){_about(_released(edge, going))}" for edge in closure.letting_go
    ]
    parts = [f"rows that refer to them go with them: {', '.join(taken)}"] if taken else []
    parts += [f"rows that refer to them are set NULL: {', '.join(released)}"] if released else []
    return "; ".join(parts)


def _released(edge: Edge, going: Mapping[int, float]) -> float | None:
    rows, share = going.get(edge.referenced.oid), _referring(edge)
    return None if rows is None or share is None else rows * share


def _about(rows: float | None) -> str:
    if rows is None:
        return ""
    number = _rounded(rows)
    return f" (about {number:,} row{'s' * (number != 1)})" if number else " (hardly any)"


def _rounded(number: float) -> int:
    """To two digits: it is an estimate."""
    whole = round(number)
    return whole if whole < 100 else round(whole, 1 - floor(log10(whole)))


def room_of(*changed: tuple[Table, float | None, int]) -> Room:
    """What is taken by changes of rows of a table, about so many, of each of which the quarantine keeps so many images.

    After a checkpoint the first change of a page logs all of it: few rows on many pages log far more than they are.
    """
    known = [(table, rows, images) for table, rows, images in changed if table.rows and rows]
    held = _SPARE * sum(images * rows * (table.bytes / (table.rows or 1.0) + _BESIDE) for table, rows, images in known)
    pages = sum(
        min(rows, table.pages) * (1 if images == 1 else 2 + len(table.indexes)) for table, rows, images in known
    )
    return Room(round(held), round(_LOGGED * held + pages * _PAGE))


def room_to_remove(closure: Closure, going: Mapping[int, float], moving: Iterable[Table]) -> Room:
    """What it takes to set rows aside with all that goes along; of `moving`, rows that refer to them are re-pointed."""
    first = closure.tables[0]
    moved = ((table, _each(table, first, going), 2) for table in moving)
    released = ((edge.table, _released(edge, going), 2) for edge in closure.letting_go)
    return room_of(*((table, going.get(table.oid), 1) for table in closure.tables), *released, *moved)


def _each(table: Table, referenced: Table, going: Mapping[int, float]) -> float:
    return going.get(referenced.oid, 0.0) * (table.rows or 0.0) / (referenced.rows or 1.0)


def told(title: str, room: Room) -> Iterator[Note]:
    """The room that a step takes, for whoever archives the log; nothing where it is little."""
    if room.log >= _WORTH_SAYING:
        yield Note(
            f"{title}: the quarantine takes up to {megabytes(room.quarantine)}, the write-ahead log up to"
            f" {megabytes(room.log)}; see that there is room for both, also where the log is archived or kept for a"
            " replica"
        )


def megabytes(number: int) -> str:
    """To two digits, and never none."""
    return f"{_rounded(max(1, number / _MEGABYTE)):,} MB"
