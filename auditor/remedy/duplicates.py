"""Operations on rows that share a key: one of each group stays."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Table
from auditor.config import Keep
from auditor.model import Note, Step, printable
from auditor.remedy import order
from auditor.remedy.changes import identity
from auditor.remedy.closure import closure_of, keys_into
from auditor.remedy.groups import Group, whereabouts
from auditor.remedy.guards import ending
from auditor.remedy.images import assign_statement, equal
from auditor.remedy.obstacles import keyless, unchangeable
from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.quarantine import Quarantine, relation_of
from auditor.remedy.rows import Move, assignment_steps, removal_steps
from auditor.remedy.script import inner, named
from auditor.sql import Condition, Expression, Sql


@dataclass(frozen=True, kw_only=True)
class _SetAsideDuplicates:
    group: Group

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        table = self.group.table
        step = f"set-aside-duplicates-{identity(table, self.group.losers)}"
        yield Note(f"{named(table)}: of rows that share a key {self.group.stays} stays, by {self.group.by}")
        links = list(_links_to(context, table))

        def moves(batch: Condition | None) -> list[Move]:
            group = self.group.of(batch)
            return [_move(context, step, group, link, number) for number, link in movable]

        obstacles = [_obstacle(context, link) for link in links]
        movable = [(number, link) for number, link in enumerate(links) if obstacles[number] is None]
        for link, reason in zip(links, obstacles, strict=True):
            if reason is not None:
                yield Note(f"{named(link.table)} refers to {named(table)}: {reason}; its rows are not re-pointed")
            elif keys := _keys_with(link):
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


@dataclass(frozen=True, kw_only=True)
class _Link:
    """Columns that refer to columns of the table whose duplicates go, by a foreign key or by inference."""

    table: Table
    columns: tuple[str, ...]
    referenced: tuple[str, ...]


def _obstacle(context: PlanContext, link: _Link) -> str | None:
    """Why rows cannot refer to another row instead, or None."""
    if any({*link.columns} & {*key.referenced_columns} for _, key in keys_into(context, link.table)):
        return "it does so by a key that others refer to"
    if any({*key} <= {*link.columns} for key in link.table.candidate_keys()):
        return "it does so by a key of its own, which the row that stays may have"
    return unchangeable(link.table) or keyless(link.table)


def _links_to(context: PlanContext, table: Table) -> Iterator[_Link]:
    """Every foreign key to the table, and every inferred reference that lies in columns of its own."""
    found = {
        _Link(table=each, columns=key.columns, referenced=key.referenced_columns): None
        for each, key in keys_into(context, table)
    }
    for each in context.referrals:
        if each.referenced.oid == table.oid and each.reference.is_plain:
            reference = each.reference
            found.setdefault(_Link(table=each.table, columns=reference.columns, referenced=reference.ref_columns))
    yield from found


def _move(context: PlanContext, step: str, group: Group, link: _Link, number: int) -> Move:
    """Re-points what refers to a row that goes to the one that stays in its stead."""
    label = f"{step}.moved.{number}"
    moving = sql.relation("pg_temp", f"auditor_moving_{number}", _moving_columns(link))
    relation = relation_of(link.table)
    pairs = list(enumerate(link.columns))
    matches = [
        equal(group.table.column(referenced), moving.c[f"own_{place}"], relation.c[column])
        for (place, column), referenced in zip(pairs, link.referenced, strict=True)
    ]
    taken = {column: moving.c[f"stays_{place}"] for place, column in pairs}
    refers = sa.and_(sa.true(), *matches)

    def update(condition: Condition) -> Sql:
        return assign_statement(Quarantine(link.table, context.plan_id), label, {}, condition, (moving, taken))

    updated = _those_that_may(link, moving, refers, update) if _keys_with(link) else update(refers)
    return Move(
        step=label, table=link.table, columns=link.columns, statements=(_moving(group, link, moving.name), updated)
    )


def _keys_with(link: _Link) -> str:
    """The unique indexes that may refuse a row which refers to another one by now, by name."""
    found = (each for each in link.table.unique_indexes if any(each.reads(column) for column in link.columns))
    return printable(", ".join(each.name for each in found))


def _those_that_may(link: _Link, moving: sa.TableClause, refers: Condition, update: Callable[[Condition], Sql]) -> Sql:
    """All rows at once; where a unique index refuses one of them, one by one: what it refuses stays as it is."""
    relation = relation_of(link.table)
    leaf, place = whereabouts(f"{sql.quote(link.table.schema, link.table.name)}.")
    found = sa.select(leaf.label("leaf"), place.label("place")).select_from(relation).join(moving, sa.true())
    locked = sql.render(found.where(refers).with_for_update(of=relation))
    this_leaf: Expression = sa.literal_column("auditor_row.leaf")
    this_place: Expression = sa.literal_column("auditor_row.place")
    this_one = sa.and_(refers, leaf == this_leaf, place == this_place)
    return inner(
        f"""{update(refers)}
EXCEPTION WHEN unique_violation OR exclusion_violation THEN
FOR auditor_row IN {locked} LOOP
BEGIN
{update(this_one)}
EXCEPTION WHEN unique_violation OR exclusion_violation THEN
    NULL;
END;
END LOOP;""",
        "auditor_row record;",
        "all at once, or one by one where a unique index refuses some of them",
    )


def _moving_columns(link: _Link) -> tuple[str, ...]:
    numbers = range(len(link.columns))
    return (*(f"own_{number}" for number in numbers), *(f"stays_{number}" for number in numbers))


def _moving(group: Group, link: _Link, name: str) -> Sql:
    """Notes which values of the referenced columns go, and which come in their stead."""
    ranked = group.ranked(link.referenced)
    pairs = [(ranked.c[f"own_{n}"], ranked.c[f"stays_{n}"]) for n in range(len(link.columns))]
    differs = sa.or_(*(sa.cast(own, sa.Text()).is_distinct_from(sa.cast(stays, sa.Text())) for own, stays in pairs))
    columns = [ranked.c[column] for column in _moving_columns(link)]
    found = sa.select(*columns).distinct().where(ranked.c.number > 1, differs)
    return Sql(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {sql.render(found)};")


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
