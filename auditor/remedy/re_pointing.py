"""What refers to a row that goes refers to the one that stays in its stead, before anything goes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Table
from auditor.model import printable
from auditor.remedy.closure import keys_into
from auditor.remedy.groups import Group, whereabouts
from auditor.remedy.images import assign_statement, equal
from auditor.remedy.obstacles import keyless, unchangeable
from auditor.remedy.operation import KeyToCome, PlanContext
from auditor.remedy.quarantine import Quarantine, free_name, relation_of
from auditor.remedy.rows import Move
from auditor.remedy.script import inner
from auditor.sql import Condition, Expression, Sql


@dataclass(frozen=True, kw_only=True)
class Link:
    """Columns that refer to columns of the table whose duplicates go, by a foreign key or by inference."""

    table: Table
    columns: tuple[str, ...]
    referenced: tuple[str, ...]

    @property
    def whereabouts(self) -> tuple[Expression, Expression]:
        """A row's leaf and place."""
        return whereabouts(f"{sql.quote(self.table.schema, self.table.name)}.")


def obstacle(context: PlanContext, link: Link) -> str | None:
    """Why rows cannot refer to another row instead, or None."""
    if any({*link.columns} & {*key.referenced_columns} for _, key in keys_into(context, link.table)):
        return "it does so by a key that others refer to"
    if any({*key} <= {*link.columns} for key in link.table.candidate_keys()):
        return "it does so by a key of its own, which the row that stays may have"
    return unchangeable(link.table) or keyless(link.table)


def links_to(context: PlanContext, table: Table) -> Iterator[Link]:
    """Every foreign key to the table, and every inferred reference that lies in columns of its own."""
    found = {
        Link(table=each, columns=key.columns, referenced=key.referenced_columns): None
        for each, key in keys_into(context, table)
    }
    for each in context.referrals:
        if each.referenced.oid == table.oid and each.reference.is_plain:
            reference = each.reference
            found.setdefault(Link(table=each.table, columns=reference.columns, referenced=reference.ref_columns))
    yield from found


def move_of(context: PlanContext, step: str, group: Group, link: Link, number: int) -> Move:
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
    free = [_shares_none(link, key, moving, refers) for key in _to_come(context, link)]
    refers = sa.and_(refers, *free)

    def update(condition: Condition) -> Sql:
        return assign_statement(Quarantine(link.table, context.plan_id), label, {}, condition, (moving, taken))

    updated = _those_that_may(link, moving, refers, update) if _keys_with(link) else update(refers)
    return Move(
        step=label, table=link.table, columns=link.columns, statements=(_moving(group, link, moving.name), updated)
    )


def _keys_with(link: Link) -> tuple[str, ...]:
    """The unique indexes that may refuse a row which refers to another one by now, by name."""
    found = (each for each in link.table.unique_indexes if any(each.reads(column) for column in link.columns))
    return tuple(printable(each.name) for each in found)


def _to_come(context: PlanContext, link: Link) -> list[KeyToCome]:
    """The unique keys to come that such a row might break; no index is there that would refuse it."""
    return [
        each for each in context.keys_to_come if each.table.oid == link.table.oid and {*each.columns} & {*link.columns}
    ]


def keys_in_the_way(context: PlanContext, link: Link) -> str:
    """The unique keys, there and to come, that such a row may break, for people."""
    coming = (", ".join(sql.render_condition(part) for part in each.keys) for each in _to_come(context, link))
    return ", ".join((*_keys_with(link), *(printable(f"the one to come of {keys}") for keys in coming)))


def _shares_none(link: Link, key: KeyToCome, moving: sa.TableClause, refers: Condition) -> Condition:
    """True of the rows that share the key with no other one once they refer to the row that stays."""
    leaf, place, moved = own = tuple(free_name(link.table, name) for name in ("leaf", "place", "moved"))
    keys = [sql.render_condition(each) for each in key.keys]
    where = [*(f"({each}) IS NOT NULL" for each in keys), *([f"({key.where})"] if key.where else [])]
    ranked = sql.compose(
        "SELECT {leaf} AS leaf, {place} AS place, {moved} AS moved, row_number() OVER (PARTITION BY {keys}"
        " ORDER BY {moved}, {leaf}, {place}) AS number FROM ({rows}) AS {table} ({names}) WHERE {where}",
        leaf=sql.name(leaf),
        place=sql.name(place),
        moved=sql.name(moved),
        keys=Sql(", ".join(keys)),
        rows=_as_it_will_be(link, moving, refers),
        table=sql.name(link.table.name),
        names=sql.Names((*own, *(column.name for column in link.table.columns))),
        where=Sql(" AND ".join(where)),
    )
    return sa.literal_column(
        f"({', '.join(str(each) for each in link.whereabouts)}) NOT IN (SELECT ranked.leaf, ranked.place"  # noqa: S608
        f" FROM ({ranked}) AS ranked WHERE ranked.moved AND ranked.number > 1)",
        sa.Boolean(),
    )


def _as_it_will_be(link: Link, moving: sa.TableClause, refers: Condition) -> Sql:
    """Where each row of the table is, whether it is re-pointed, and its columns once it is."""
    relation, moved = relation_of(link.table), moving.c.own_0.is_not(None)
    stays = {column: moving.c[f"stays_{number}"] for number, column in enumerate(link.columns)}
    values = [
        sa.case((moved, stays[name]), else_=value) if name in stays else value for name, value in relation.c.items()
    ]
    labelled = [each.label(f"auditor_{number}") for number, each in enumerate((*link.whereabouts, moved, *values))]
    return sql.render(sa.select(*labelled).select_from(relation.outerjoin(moving, refers)))


def _those_that_may(link: Link, moving: sa.TableClause, refers: Condition, update: Callable[[Condition], Sql]) -> Sql:
    """All rows at once; where a unique index refuses one of them, one by one: what it refuses stays as it is."""
    relation = relation_of(link.table)
    leaf, place = link.whereabouts
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


def _moving_columns(link: Link) -> tuple[str, ...]:
    numbers = range(len(link.columns))
    return (*(f"own_{number}" for number in numbers), *(f"stays_{number}" for number in numbers))


def _moving(group: Group, link: Link, name: str) -> Sql:
    """Notes which values of the referenced columns go, and which come in their stead."""
    ranked = group.ranked(link.referenced)
    pairs = [(ranked.c[f"own_{n}"], ranked.c[f"stays_{n}"]) for n in range(len(link.columns))]
    differs = sa.or_(*(sa.cast(own, sa.Text()).is_distinct_from(sa.cast(stays, sa.Text())) for own, stays in pairs))
    columns = [ranked.c[column] for column in _moving_columns(link)]
    found = sa.select(*columns).distinct().where(ranked.c.number > 1, differs)
    return Sql(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {sql.render(found)};")
