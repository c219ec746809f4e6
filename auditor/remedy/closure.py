"""What refers to rows that are set aside, by foreign keys or by inference: it goes with them, or lets go of them.

PostgreSQL's own CASCADE, SET NULL and SET DEFAULT never do the work: what they change is in no backup.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Constraint, Table
from auditor.catalog.catalog import QUARANTINE_SCHEMA
from auditor.remedy.acting_keys import none_unforeseen
from auditor.remedy.images import assign_statement
from auditor.remedy.operation import PlanContext
from auditor.remedy.quarantine import Quarantine, number_of, relation_of
from auditor.remedy.script import inner, refuse
from auditor.sql import Condition, Expression, Sql


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A reference from `table` to `referenced`: by a foreign key, `key`, or by inference, where that is None.

    `columns` are the referring ones; `let_go` those to set NULL when the referenced row goes, empty where the
    referring row goes with it.
    """

    table: Table
    columns: tuple[str, ...]
    referenced: Table
    target: sa.sql.selectable.NamedFromClause
    match: Condition
    let_go: tuple[str, ...]
    key: Constraint | None = None

    def refers(self, going: sa.TableClause) -> Condition:
        """True of the rows of `table` that refer to a row which is noted in `going`."""
        noted = self.target.join(going, _stands_at(sql.quote(self.target.name), going))
        return sa.exists(sa.select(sa.literal(1)).select_from(noted).where(self.match))


@dataclass(frozen=True)
class Closure:
    """The tables whose rows go, the first being the one that a violation names; the edges on which they go or let go.

    In `taking`, rows of an edge's referenced table are complete before it is followed, unless there is a `circle`.
    """

    tables: tuple[Table, ...]
    taking: tuple[Edge, ...]
    letting_go: tuple[Edge, ...]
    circle: bool


def closure_of(context: PlanContext, table: Table) -> Closure:
    """Everything that references lead to, from `table` backwards."""
    tables, taking, letting_go = [table], list[Edge](), list[Edge]()
    for each in tables:
        for edge in edges_into(context, each):
            (letting_go if edge.let_go else taking).append(edge)
            if not edge.let_go and edge.table not in tables:
                tables.append(edge.table)
    graph: dict[int, set[int]] = {each.oid: set() for each in tables}
    for edge in taking:
        graph[edge.table.oid].add(edge.referenced.oid)
    try:
        ranks = {oid: rank for rank, oid in enumerate(TopologicalSorter(graph).static_order())}
    except CycleError:
        return Closure(tuple(tables), tuple(taking), tuple(letting_go), True)
    ordered = sorted(taking, key=lambda edge: ranks[edge.referenced.oid])
    return Closure(tuple(tables), tuple(ordered), tuple(letting_go), False)


def edges_into(context: PlanContext, table: Table) -> Iterator[Edge]:
    """What refers to that table: by enforced foreign keys, and by inference."""
    for each, key in keys_into(context, table):
        yield _declared(each, key, table)
    for referral in context.referrals:
        if referral.referenced.oid == table.oid:
            yield Edge(
                table=referral.table,
                columns=referral.reference.columns,
                referenced=table,
                target=referral.target,
                match=referral.match,
                let_go=referral.let_go if referral.table.row_key() else (),
            )


def keys_into(context: PlanContext, table: Table) -> Iterator[tuple[Table, Constraint]]:
    """The enforced foreign keys that refer to that table, each with the table that has it."""
    for each, key in context.catalog.foreign_keys_into(table):
        if key.enforced and not key.has_period:
            yield each, key


def _declared(table: Table, key: Constraint, referenced: Table) -> Edge:
    target = relation_of(referenced).alias("referenced")
    here = relation_of(table)
    pairs = zip(key.referenced_columns, key.columns, key.equality, strict=True)
    compared = (sql.operate(target.c[one], (by.schema, by.name), here.c[other]) for one, other, by in pairs)
    return Edge(
        table=table,
        columns=key.columns,
        referenced=referenced,
        target=target,
        match=sa.and_(*compared),
        let_go=_let_go(table, key),
        key=key,
    )


def _let_go(table: Table, key: Constraint) -> tuple[str, ...]:
    """The columns to set NULL where that is what the foreign key asks for, and the old row can be kept."""
    if key.on_delete != "SET NULL" or not table.row_key():
        return ()
    if any(index.may_refuse_null(column) for index in table.unique_indexes for column in key.columns):
        return ()
    return tuple(column for column in key.columns if not table.column(column).not_null)


def removal(step: str, closure: Closure, quarantines: Sequence[Quarantine], violation: Condition) -> tuple[Sql, ...]:
    """Notes the rows that go, under lock; lets others go of them; deletes them all in one statement.

    In one statement no order is needed, circles included: foreign keys are checked at its end.
    """
    noted = [_note(number) for number in range(len(closure.tables))]
    definitions = [Sql(f"CREATE TEMPORARY TABLE {note.name} (leaf oid, place tid) ON COMMIT DROP;") for note in noted]
    first = _noting(closure.tables[0], noted[0], violation) + ";"
    releases = [
        _release(f"{step}.{number}", edge, closure, noted, quarantines[0].plan_id)
        for number, edge in enumerate(closure.letting_go)
    ]
    return (*definitions, Sql(first), *_followed(closure, noted), *releases, _deletion(step, quarantines, noted))


def _note(number: int) -> sa.TableClause:
    return sql.relation("pg_temp", f"auditor_going_{number}", ("leaf", "place"))


def _stands_at(table: str, note: sa.TableClause) -> Condition:
    """That a row of the table, so named in its statement, is noted."""
    leaf: Expression = sa.literal_column(f"{table}.tableoid")
    place: Expression = sa.literal_column(f"{table}.ctid")
    return sa.and_(note.c.place == place, note.c.leaf == leaf)


def _is_noted(table: Table, note: sa.TableClause) -> Condition:
    name = sql.quote(table.schema, table.name)
    return sa.exists(sa.select(sa.literal(1)).select_from(note).where(_stands_at(name, note)))


def _noting(table: Table, note: sa.TableClause, condition: Condition) -> str:
    leaf: Expression = sa.literal_column("tableoid")
    place: Expression = sa.literal_column("ctid")
    found = sa.select(leaf, place).select_from(relation_of(table)).where(condition).with_for_update()
    return sql.render(sa.insert(note).from_select(["leaf", "place"], found))


def _followed(closure: Closure, noted: Sequence[sa.TableClause]) -> Iterator[Sql]:
    place = {table.oid: note for table, note in zip(closure.tables, noted, strict=True)}
    statements = [
        _noting(
            edge.table,
            place[edge.table.oid],
            sa.and_(edge.refers(place[edge.referenced.oid]), ~_is_noted(edge.table, place[edge.table.oid])),
        )
        for edge in closure.taking
    ]
    if not closure.circle:
        yield from (Sql(f"{statement};") for statement in statements)
        return
    counted = "\n".join(
        f"{each};\nGET DIAGNOSTICS number = ROW_COUNT;\nfresh := fresh + number;" for each in statements
    )
    body = f"LOOP\nfresh := 0;\n{counted}\nEXIT WHEN fresh = 0;\nEND LOOP;"
    yield inner(body, "fresh bigint;\nnumber bigint;", "the references form a circle: once more until no row is new")


def _release(step: str, edge: Edge, closure: Closure, noted: Sequence[sa.TableClause], plan_id: str) -> Sql:
    place = {table.oid: note for table, note in zip(closure.tables, noted, strict=True)}
    condition = edge.refers(place[edge.referenced.oid])
    if edge.table.oid in place:
        condition = sa.and_(condition, ~_is_noted(edge.table, place[edge.table.oid]))
    nulls: dict[str, Expression] = {column: sa.null() for column in edge.let_go}
    return assign_statement(Quarantine(edge.table, plan_id), step, nulls, condition)


def _deletion(step: str, quarantines: Sequence[Quarantine], noted: Sequence[sa.TableClause]) -> Sql:
    gone = [
        sql.compose(
            "gone_{number} AS (DELETE FROM {table} AS going USING {note} AS note"
            " WHERE going.ctid = note.place AND going.tableoid = note.leaf RETURNING going.*)",
            number=number,
            table=sql.name(each.table.schema, each.table.name),
            note=sql.name("pg_temp", noted[number].name),
        )
        for number, each in enumerate(quarantines)
    ]
    kept = [
        sql.compose(
            "INSERT INTO {kept} ({meta}, {columns}) SELECT {step}, 'old', pg_catalog.gen_random_uuid(), {columns}"
            " FROM gone_{number}",
            number=number,
            kept=sql.name(QUARANTINE_SCHEMA, each.name),
            meta=sql.Names(each.meta[:3]),
            columns=sql.Names(each.columns),
            step=sql.literal(step),
        )
        for number, each in enumerate(quarantines)
    ]
    inner = [f"kept_{number} AS ({statement})" for number, statement in enumerate(kept[:-1])]
    return Sql("WITH " + ",\n".join((*gone, *inner)) + f"\n{kept[-1]};")


def unforeseen(closure: Closure, violation: Condition) -> Sql:
    """Stops where a foreign key that the audit has not seen would take rows along, or change them, by itself.

    Where no row is left to go it takes none: the second time, it may be one that this plan has added.
    """
    edges = (*closure.taking, *closure.letting_go)
    refusal = refuse(
        "the foreign key % of % was not there at the time of the audit, and would change or delete rows that no backup"
        " holds; nothing has been changed",
        "found.called",
        "found.place",
        hint="Audit again, and use the plan of that audit.",
    )
    return none_unforeseen(
        closure.tables,
        refusal,
        named=[(edge.table, (edge.key.name,)) for edge in edges if edge.key is not None],
        # What was inferred may have been declared since, by this plan's own later steps among others.
        on_columns=[(edge.table, edge.columns) for edge in edges if edge.key is None],
        also=f"({number_of(closure.tables[0], violation)}) > 0",
    )
