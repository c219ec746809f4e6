"""Operations on rows that share a key: one of each group stays."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table
from auditor.model import Note, Step, printable
from auditor.remedy import order
from auditor.remedy.changes import identity
from auditor.remedy.closure import closure_of, keys_into
from auditor.remedy.images import assign_statement, equal
from auditor.remedy.obstacles import keyless, unchangeable
from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.quarantine import Quarantine, relation_of
from auditor.remedy.rows import Move, assignment_steps, removal_steps
from auditor.remedy.script import inner, named
from auditor.sql import Condition, Expression, Sql

Keep = Literal["oldest", "newest"]

_BIRTH = ("created_at", "inserted_at", "created_on", "created", "creation_date", "date_created", "createdat")


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Rows of a table that share a key, and which of them stays."""

    table: Table
    keys: tuple[Expression, ...]
    where: Condition | None
    keep: Keep
    nulls_not_distinct: bool
    batch: Condition | None = None

    def of(self, batch: Condition | None) -> "_Group":
        """Those that a row of the batch is in."""
        return replace(self, batch=batch)

    def rows(self, batch: Condition | None) -> Condition:
        """The rows that do not stay, all or those of the batch."""
        losers = self.of(batch).losers
        return losers if batch is None else sa.and_(losers, batch)

    def ranked(self, columns: tuple[str, ...] = ()) -> sa.Subquery:
        """Each row's place in its group, 1 for the one that stays, with these columns, and with that one's."""
        relation = relation_of(self.table)
        window: dict[str, Any] = {"partition_by": self.keys, "order_by": self._age()}
        population = [*self._population, *self._mates()]
        own = [relation.c[column].label(f"own_{number}") for number, column in enumerate(columns)]
        stays = [
            sa.func.first_value(relation.c[column]).over(**window).label(f"stays_{number}")
            for number, column in enumerate(columns)
        ]
        place = sa.func.row_number().over(**window).label("number")
        leaf, ctid = _whereabouts()
        found = sa.select(leaf.label("leaf"), ctid.label("place"), place, *own, *stays).select_from(relation)
        return found.where(*population).subquery("ranked")

    @property
    def _population(self) -> list[Condition]:
        narrowed = [] if self.where is None else [self.where]
        return narrowed if self.nulls_not_distinct else [*narrowed, *(key.is_not(None) for key in self.keys)]

    def _mates(self) -> Iterator[Condition]:
        """Leaves out the groups that no row of the batch is in. Not for keys whose text we did not make: what type they
        are of, and by what they are equal, is not known here."""
        if self.batch is None or any(isinstance(key, sa.ColumnClause) and key.is_literal for key in self.keys):
            return
        labelled = [key.label(f"auditor_key_{number}") for number, key in enumerate(self.keys)]
        found = sa.select(*labelled).select_from(relation_of(self.table)).where(*self._population, self.batch)
        mates = found.subquery("mates")
        same = [self._equal(key, mates.c[f"auditor_key_{number}"]) for number, key in enumerate(self.keys)]
        yield sa.exists(sa.select(sa.literal(1)).select_from(mates).where(*same))

    def _equal(self, key: Expression, other: Expression) -> Condition:
        same = equal(self.table.column(key.name), key, other) if isinstance(key, sa.ColumnClause) else key == other
        return sa.or_(same, sa.and_(key.is_(None), other.is_(None))) if self.nulls_not_distinct else same

    @property
    def losers(self) -> Condition:
        """True of the rows that do not stay. Grouped as the key probe groups, so by the types' own equality."""
        ranked = self.ranked()
        others = sa.select(ranked.c.leaf, ranked.c.place).where(ranked.c.number > 1)
        return sa.tuple_(*_whereabouts(f"{sql.quote(self.table.schema, self.table.name)}.")).in_(others)

    @property
    def by(self) -> str:
        """What the age is told by, for people."""
        birth = self._birth()
        columns = ([birth.name] if birth else []) + list(self.table.row_key())
        return ", then ".join(columns) or "their place in the table"

    def _birth(self) -> Column | None:
        return next(
            (c for name in _BIRTH for c in self.table.columns if c.name.lower() == name and c.type.category == "D"),
            None,
        )

    def _age(self) -> list[Expression]:
        """The row that stays first; without a time of birth the key, as numbered keys grow with time."""
        relation, birth = relation_of(self.table), self._birth()
        columns = [relation.c[column] for column in (*([birth.name] if birth else []), *self.table.row_key())]
        ages: list[Expression] = [*columns, sa.literal_column("tableoid"), sa.literal_column("ctid")]
        return [age.desc().nulls_last() if self.keep == "newest" else age.asc().nulls_last() for age in ages]


def _whereabouts(prefix: str = "") -> tuple[Expression, Expression]:
    """A row's leaf and place, which hold for the length of a statement, and of a lock."""
    return sa.literal_column(f"{prefix}tableoid"), sa.literal_column(f"{prefix}ctid")


@dataclass(frozen=True, kw_only=True)
class _SetAsideDuplicates:
    group: _Group

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        table = self.group.table
        step = f"set-aside-duplicates-{identity(table, self.group.losers)}"
        yield Note(f"{named(table)}: of rows that share a key the {self.group.keep} stays, by {self.group.by}")
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
    group: _Group
    values: Mapping[str, Expression]

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        table = self.group.table
        yield Note(f"{named(table)}: of rows that share a key the {self.group.keep} stays as it is, by {self.group.by}")
        yield from assignment_steps(context, table, self.values, self.group.rows, order.DUPLICATES)


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


def _move(context: PlanContext, step: str, group: _Group, link: _Link, number: int) -> Move:
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
    leaf, place = _whereabouts(f"{sql.quote(link.table.schema, link.table.name)}.")
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
    )


def _moving_columns(link: _Link) -> tuple[str, ...]:
    numbers = range(len(link.columns))
    return (*(f"own_{number}" for number in numbers), *(f"stays_{number}" for number in numbers))


def _moving(group: _Group, link: _Link, name: str) -> Sql:
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
    group = _Group(table=table, keys=tuple(keys), where=where, keep=keep, nulls_not_distinct=nulls_not_distinct)
    return _SetAsideDuplicates(group=group)


def end_duplicates(
    table: Table,
    keys: tuple[Expression, ...],
    where: Condition | None,
    values: Mapping[str, Expression],
    keep: Keep,
) -> Operation:
    """Assigns values (`status = 'ended'`) in all but one row of each group."""
    group = _Group(table=table, keys=tuple(keys), where=where, keep=keep, nulls_not_distinct=False)
    return _EndDuplicates(group=group, values=dict(values))
