"""Operations on rows that share a key: one of each group stays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor import sql
from auditor.catalog import Table
from auditor.config import Keep
from auditor.model import Note, Step, printable
from auditor.remedy import order
from auditor.remedy.changes import identity
from auditor.remedy.closure import closure_of
from auditor.remedy.groups import Group
from auditor.remedy.guards import ending
from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.re_pointing import keys_in_the_way, links_to, move_of, obstacle
from auditor.remedy.rows import Move, assignment_steps, removal_steps
from auditor.remedy.script import named
from auditor.sql import Condition, Expression


@dataclass(frozen=True, kw_only=True)
class _SetAsideDuplicates:
    group: Group

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        table = self.group.table
        step = f"set-aside-duplicates-{identity(table, self.group.losers)}"
        yield Note(f"{named(table)}: of rows that share a key {self.group.stays} stays, by {self.group.by}")
        links = list(links_to(context, table))

        def moves(batch: Condition | None) -> list[Move]:
            group = self.group.of(batch)
            return [move_of(context, step, group, link, number) for number, link in movable]

        obstacles = [obstacle(context, link) for link in links]
        movable = [(number, link) for number, link in enumerate(links) if obstacles[number] is None]
        for link, reason in zip(links, obstacles, strict=True):
            if reason is not None:
                yield Note(f"{named(link.table)} refers to {named(table)}: {reason}; its rows are not re-pointed")
            elif keys := keys_in_the_way(context, link):
                yield Note(
                    f"{named(link.table)} refers to {named(table)}: a row that would come to share a key"
                    f" ({keys}) is not re-pointed, and treated like those that refer to a row that goes"
                )
        yield from removal_steps(context, step, closure_of(context, table), self.group.rows, moves, order.DUPLICATES)


@dataclass(frozen=True, kw_only=True)
class _EndDuplicates:
    group: Group
    live: Condition
    values: Mapping[str, Expression]

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        table = self.group.table
        yield Note(
            f"{named(table)}: of rows that share a key {self.group.stays} stays as it is, by {self.group.by}; the"
            f" others get {_told(self.values)}"
        )
        first = (ending(table, self.values, self.group.losers, self.live),)
        yield from assignment_steps(context, table, self.values, self.group.rows, order.DUPLICATES, first)


def _told(values: Mapping[str, Expression]) -> str:
    return printable(", ".join(f"{sql.quote(name)} = {sql.render_condition(value)}" for name, value in values.items()))


def set_aside_duplicates(
    table: Table,
    keys: tuple[Expression, ...],
    where: Condition | None,
    keep: Keep,
    nulls_not_distinct: bool = False,
) -> Operation:
    """Moves all but one row of each group into the quarantine; what referred to them refers to the one that stays."""
    group = Group(table=table, keys=tuple(keys), where=where, keep=keep, nulls_not_distinct=nulls_not_distinct)
    return _SetAsideDuplicates(group=group)


def end_duplicates(
    table: Table,
    keys: tuple[Expression, ...],
    where: Condition,
    values: Mapping[str, Expression],
    keep: Keep,
) -> Operation:
    """Assigns values (`status = 'ended'`) in all but one row of each group, after which `where` is not true of them."""
    group = Group(table=table, keys=tuple(keys), where=where, keep=keep, nulls_not_distinct=False)
    return _EndDuplicates(group=group, live=where, values=dict(values))
