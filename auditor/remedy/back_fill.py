"""Back-filling: rows that others refer to and that are not there are made, of their key alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table
from auditor.catalog.catalog import QUARANTINE_SCHEMA
from auditor.model import Note, Phase, Step, printable
from auditor.remedy import order
from auditor.remedy.batches import Change, violating
from auditor.remedy.changes import firing, holds_no, identity, mended
from auditor.remedy.guards import ready
from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.quarantine import Quarantine, relation_of
from auditor.remedy.referring import Memory, Referring, loose_keys_reopened, may_hold_orphans, unseen, used
from auditor.remedy.restore import Return, take_away
from auditor.remedy.script import inner, named, refuse, when, words
from auditor.remedy.toll import room_of, told
from auditor.sql import Condition, Sql

_MISSING = "auditor_missing"


@dataclass(frozen=True, kw_only=True)
class _BackFill:
    """`referring` are all that refer to the table, first those whose orphans, where `violation` holds, need the rows;
    `columns` are those that they refer to, `missing` how many rows are, where somebody counted."""

    referring: tuple[Referring, ...]
    violation: Condition
    referenced: Table
    columns: tuple[str, ...]
    missing: int | None

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        quarantine = Quarantine(self.referenced, context.plan_id)
        change = self._change(context, quarantine)
        yield from quarantine.steps(context)
        yield from firing(self.referenced)
        yield from loose_keys_reopened(context, self.referring)
        yield from self._told(context)
        yield from told(change.title, change.room)
        yield self._forward(context, change)
        yield self._backward(context, change, quarantine)
        yield holds_no(self._table, self.violation, context)

    @property
    def _table(self) -> Table:
        return self.referring[0].table

    def _step(self) -> str:
        return f"back-fill-{identity(self._table, self.violation)}"

    def _change(self, context: PlanContext, quarantine: Quarantine) -> Change:
        memories = [self._memory(context, each) for each in self.referring if may_hold_orphans(context, each)]
        rows = violating(self.violation)
        return Change(
            step=self._step(),
            title=f"insert into {named(self.referenced)} the rows that {named(self._table)} refers to",
            rows=rows,
            tables=(self._table, self.referenced),
            expected=float(context.violations or 0),
            checks=(ready((quarantine,)),),
            statements=lambda batch: (self._made(quarantine, rows(batch)),),
            path=not any(trigger.enabled != "D" for trigger in self.referenced.triggers),
            first=tuple(statement for memory in memories for statement in memory.noted()),
            room=room_of((self.referenced, context.violations, 1)),
        )

    def _memory(self, context: PlanContext, referring: Referring) -> Memory:
        return Memory(referring=referring, plan_id=context.plan_id, step=self._step())

    def _forward(self, context: PlanContext, change: Change) -> Step:
        return Step(
            id=change.step,
            phase=Phase.CLEANUP,
            order=order.made(context, self.referenced, change.step),
            title=change.title,
            parts=(change.part(context),),
            lock=self._lock,
            rows=self._most(context),
            room=change.room,
        )

    @property
    def _lock(self) -> str:
        weak = f"ROW SHARE on {named(self._table)}, ROW EXCLUSIVE on {named(self.referenced)}: only writers of the same"
        if not self._numbered:
            return f"{weak} rows wait"
        return (
            f"{weak} rows wait; SHARE ROW EXCLUSIVE on {named(self.referenced)} while rows are inserted, where its"
            " sequence has to be set forward: writes wait"
        )

    def _backward(self, context: PlanContext, change: Change, quarantine: Quarantine) -> Step:
        title = f"take rows out of {named(self.referenced)} that this plan has inserted"
        lasting = mended(context, self._table, self.violation)
        return Step(
            id=f"undo-{change.step}",
            phase=Phase.ROLLBACK,
            order=order.undone(order.made(context, self.referenced, change.step)),
            title=title,
            parts=(change.undoing(context, title, [self._return(context, quarantine)], lasting),),
            lock=f"SHARE ROW EXCLUSIVE on {named(self.referenced)} where it has triggers, else ROW EXCLUSIVE on"
            f" {named(self.referenced)}: only writers of the same rows wait",
        )

    def _return(self, context: PlanContext, quarantine: Quarantine) -> Return:
        in_use = [
            used(
                each, quarantine, self.columns, self._memory(context, each) if may_hold_orphans(context, each) else None
            )
            for each in self.referring
        ]
        return take_away(self._step(), quarantine, self.columns, in_use, unseen(self.referenced, self.referring))

    def _most(self, context: PlanContext) -> int | None:
        """How many rows are inserted, at most one for each that violates."""
        return self.missing or context.violations

    def _told(self, context: PlanContext) -> Iterator[Note]:
        most = self._most(context)
        number = "rows" if most is None else "1 row" if most == 1 else f"{most:,} rows"
        number = number if self.missing or most is None else f"up to {number}"
        keys, place = printable(", ".join(self.columns)), named(self.referenced)
        yield Note(
            f"inserts {number} into {place}, one for each key ({keys}) that {named(self._table)} refers to and that is"
            " not there; of the rest of such a row nothing is known: it is NULL, or what the column has as its default."
            " A rollback takes out those that are as they were inserted, and that nothing refers to but what did before"
        )
        if self._numbered:
            yield Note(
                f"{place}: where its sequence is behind the keys that are inserted, it is set forward, but not past the"
                " half of its numbers; a rollback leaves it there"
            )

    @property
    def _numbered(self) -> tuple[Column, ...]:
        """The columns of the key that a sequence may number."""
        columns = [self.referenced.column(each) for each in self.columns]
        return tuple(
            each
            for each in columns
            if each.type.family == "integer" and (each.identity or "nextval(" in (each.default or ""))
        )

    def _made(self, quarantine: Quarantine, rows: Condition) -> Sql:
        """The missing keys, in the types of the referenced columns; then their rows, and their images."""
        refusal = refuse(
            "no row of % can be inserted that has a key alone: %; nothing has been changed",
            words(f"{self.referenced.schema}.{self.referenced.name}"),
            "SQLERRM",
            hint="Choose another remedy under [remedies] in the configuration; then write the plan again.",
        )
        steps = (*self._missing(rows), *map(self._sequence, self._numbered), self._inserted(quarantine))
        body = "\n".join((*steps, "EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN", refusal))
        return inner(body, "own text;\nlast_one numeric;\nmost numeric;", "a row for each missing key")

    def _missing(self, rows: Condition) -> tuple[Sql, ...]:
        relation = relation_of(self._table)
        values = [each.label(f"key_{number}") for number, each in enumerate(self.referring[0].values)]
        held = sa.select(*values).select_from(relation).where(rows).with_for_update(read=True, of=relation).cte("held")
        keys = sql.relation("pg_temp", _MISSING, self.columns)
        found = sa.select(*held.c).distinct()
        made = sql.compose(
            "CREATE TEMPORARY TABLE {missing} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA;",
            missing=sql.name("pg_temp", _MISSING),
            columns=sql.Names(self.columns),
            table=sql.name(self.referenced.schema, self.referenced.name),
        )
        return made, Sql(sql.render(sa.insert(keys).from_select(list(self.columns), found)) + ";")

    def _sequence(self, column: Column) -> Sql:
        """Sets it forward where it would come to a number that is inserted; nobody else draws one meanwhile."""
        table = sql.quote(self.referenced.schema, self.referenced.name)
        owner = f"pg_catalog.pg_get_serial_sequence({sql.literal(table)}, {sql.literal(column.name)})"
        read = (
            "EXECUTE pg_catalog.format('SELECT last_value::numeric - (NOT is_called)::integer FROM %s', own)"
            " INTO last_one;"
        )
        half = (
            "(SELECT s.seqmax / 2 FROM pg_catalog.pg_sequence AS s"
            " WHERE s.seqrelid = own::pg_catalog.regclass AND s.seqincrement > 0)"
        )
        key = sql.quote(column.name)
        most = f"most := (SELECT pg_catalog.max(key.{key}) FROM pg_temp.{_MISSING} AS key WHERE key.{key} <= {half});"  # noqa: S608
        forward = when("most > last_one", Sql("PERFORM pg_catalog.setval(own::pg_catalog.regclass, most::bigint);"))
        locked = Sql(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE;\n{read}\n{forward}")
        found = Sql(f"{read}\n{most}\n{when('most > last_one', locked)}")
        return Sql(f"own := {owner};\n{when('own IS NOT NULL', found)}")

    def _inserted(self, quarantine: Quarantine) -> Sql:
        return sql.compose(
            """WITH made AS (INSERT INTO {table} AS fresh ({columns}) OVERRIDING SYSTEM VALUE
SELECT {columns} FROM {missing}
ON CONFLICT ({columns}) DO NOTHING RETURNING fresh.*)
INSERT INTO {kept} ({meta}, {all}) SELECT {step}, 'new', pg_catalog.gen_random_uuid(), {all} FROM made;""",
            table=sql.name(self.referenced.schema, self.referenced.name),
            columns=sql.Names(self.columns),
            missing=sql.name("pg_temp", _MISSING),
            kept=sql.name(QUARANTINE_SCHEMA, quarantine.name),
            meta=sql.Names(quarantine.meta[:3]),
            all=sql.Names(quarantine.columns),
            step=sql.literal(self._step()),
        )


def left_null(operation: Operation) -> Iterator[tuple[str, str, str]]:
    """The columns that the rows which the operation inserts leave NULL, by schema, table and name."""
    if isinstance(operation, _BackFill):
        table = operation.referenced
        for column in table.columns:
            if column.name not in operation.columns and not (column.default or column.identity or column.generated):
                yield table.schema, table.name, column.name


def back_fill(
    referring: Sequence[Referring],
    violation: Condition,
    referenced: Table,
    columns: tuple[str, ...],
    missing: int | None = None,
) -> Operation:
    """Inserts the rows that the first of those who refer needs where `violation` holds: the key, and nothing else.

    `referring` are all who refer to the table: a rollback leaves what others have come to refer to. `missing` is how
    many rows that will be, where it is known.
    """
    return _BackFill(
        referring=tuple(referring), violation=violation, referenced=referenced, columns=tuple(columns), missing=missing
    )
