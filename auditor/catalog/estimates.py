"""What the statistics say of a column beforehand. They prune, and they suggest; they prove nothing."""

from auditor.catalog.table import Column, Table
from auditor.catalog.types import ColumnStatistics


def current(table: Table, column: Column) -> ColumnStatistics | None:
    """The statistics of the column, where they tell of the rows that the table has now."""
    return None if table.has_stale_statistics else column.statistics


def sample(column: Column) -> tuple[str, ...]:
    """Values of the column as text: the most common ones and the histogram's bounds; empty without statistics."""
    statistics = column.statistics
    return () if statistics is None else (*statistics.most_common, *statistics.histogram)


def frequency(column: Column, value: str) -> float:
    """The share of rows that hold this value, 0.0 where it is not among the most common."""
    if column.statistics is None:
        return 0.0
    common = zip(column.statistics.most_common, column.statistics.most_common_frequencies, strict=False)
    return next((share for each, share in common if each == value), 0.0)


def null_fraction(column: Column) -> float | None:
    """The share of NULLs, None without statistics."""
    return None if column.statistics is None else column.statistics.null_fraction


def distinct_values(table: Table, column: Column) -> float | None:
    """About how many distinct values the column has, None without statistics."""
    if column.statistics is None or table.rows is None:
        return None
    distinct = column.statistics.distinct
    return -distinct * table.rows if distinct < 0 else distinct


def distinct_share(table: Table, column: Column) -> float | None:
    """Distinct values by non-null ones (0 to about 1), None without statistics or without a value."""
    distinct = distinct_values(table, column)
    if distinct is None or column.statistics is None or not table.rows:
        return None
    values = table.rows * (1 - column.statistics.null_fraction)
    return distinct / values if values >= 1 else None
