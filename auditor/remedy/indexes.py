"""Operations that build indexes."""

from auditor.catalog import Index, Table
from auditor.remedy.operation import Operation
from auditor.remedy.rows import _Pending
from auditor.sql import Condition, Expression


def create_index(
    table: Table,
    keys: tuple[str | Expression, ...],
    unique: bool = False,
    where: Condition | None = None,
    suffix: str = "idx",
) -> Operation:
    """Builds an index concurrently."""
    return _Pending(table=table)


def rebuild_index(table: Table, index: Index) -> Operation:
    """Rebuilds an invalid index concurrently."""
    return _Pending(table=table)
