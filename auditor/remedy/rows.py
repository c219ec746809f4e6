"""Operations on rows: setting aside, assigning."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from auditor.catalog import Table
from auditor.model import Step
from auditor.remedy.operation import Operation, PlanContext
from auditor.sql import Condition, Expression

Keep = Literal["oldest", "newest"]


@dataclass(frozen=True, kw_only=True)
class _Pending:
    table: Table

    def steps(self, context: PlanContext) -> Iterator[Step]:
        return iter(())


def set_aside(table: Table, violation: Condition) -> Operation:
    """Moves the violating rows into the quarantine."""
    return _Pending(table=table)


def assign(table: Table, values: Mapping[str, Expression], violation: Condition) -> Operation:
    """Assigns values, by column name, in the violating rows; old and new rows go into the quarantine."""
    return _Pending(table=table)


def set_aside_duplicates(
    table: Table,
    keys: tuple[Expression, ...],
    where: Condition | None,
    keep: Keep,
    nulls_not_distinct: bool = False,
) -> Operation:
    """Moves all but one row of each group into the quarantine; what referred to them refers to the one that stays."""
    return _Pending(table=table)


def end_duplicates(
    table: Table,
    keys: tuple[Expression, ...],
    where: Condition | None,
    values: Mapping[str, Expression],
    keep: Keep,
) -> Operation:
    """Assigns values (`status = 'ended'`) in all but one row of each group."""
    return _Pending(table=table)
