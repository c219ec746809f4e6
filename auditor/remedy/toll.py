"""What a clean-up will take, in numbers: rows that go along, the quarantine's size. Estimates, from the statistics."""

from collections.abc import Iterator, Mapping
from math import floor, log10

from auditor.catalog import Table
from auditor.catalog.estimates import null_fraction
from auditor.model import Note
from auditor.remedy.closure import Closure, Edge
from auditor.remedy.script import named

_WORTH_SAYING = 1_000_000  # bytes
_MEGABYTE = 1_000_000


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
    return "" if rows is None else f" (about {_rounded(rows):,} rows)"


def _rounded(number: float) -> int:
    """To two digits: it is an estimate."""
    whole = round(number)
    return whole if whole < 100 else round(whole, 1 - floor(log10(whole)))


def room(title: str, tables: tuple[Table, ...], going: Mapping[int, float], images: int) -> Iterator[Note]:
    """How much the quarantine will hold, of each row so many images; and the log, for whoever archives it."""
    sizes = {table.oid: table.bytes / table.rows for table in tables if table.rows}
    held = images * sum(rows * sizes.get(oid, 0.0) for oid, rows in going.items())
    if held >= _WORTH_SAYING:
        megabytes = max(1, round(held / _MEGABYTE))
        yield Note(
            f"{title}: the quarantine takes up to {_rounded(megabytes):,} MB, the write-ahead log about"
            f" {_rounded(3 * megabytes):,} MB"
        )
