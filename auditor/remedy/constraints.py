"""Operations that add or validate a constraint, or take it away to bring its violations back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Guarded, Table
from auditor.model import Note, Part, Phase, Step, printable, psql_text
from auditor.remedy import order
from auditor.remedy.attempts import patient
from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.script import LONG, block, digest, named, oid_of, refuse, transaction, when, words
from auditor.sql import Condition, Expression, Sql

# Constraints are made in this order: a foreign key needs the unique key that it refers to.
CHECKS, KEYS, FOREIGN_KEYS, LATER = range(4)


@dataclass(frozen=True, kw_only=True)
class Named:
    """A constraint of that name and kind (pg_constraint.contype) on a table, whether it is there or not."""

    schema: str
    table: str
    name: str
    kind: str

    def is_there(self, more: str = "") -> Sql:
        """Whether it is, and whether it is also so."""
        return sql.compose(
            "EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = {table} AND k.conname = {name}"
            " AND k.contype = {kind}{more})",
            table=oid_of(self.schema, self.table),
            name=sql.literal(self.name),
            kind=sql.literal(self.kind),
            more=Sql(f" AND {more}" if more else ""),
        )

    def add(self, definition: str, unless: str = "false") -> Sql:
        """Adds it where no constraint has that name, so that it can be run again, and unless that holds."""
        change = when(f"NOT ({self._taken()} OR {unless})", f"{self._alter('ADD')} {definition};")
        return patient(change, self._place)

    def unbroken(self, broken: str, unless: str = "false") -> Sql:
        """Fails where rows would break it, before it is added: once it stands NOT VALID, no such row can be updated."""
        refusal = refuse(
            "rows of % break the constraint % that is to be added; nothing has been changed",
            *reversed(self._words()),
            hint="Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.",
        )
        rows = f"SELECT FROM {sql.quote(self.schema, self.table)} WHERE {broken}"
        return block(when(f"NOT ({self._taken()} OR {unless}) AND EXISTS ({rows})", refusal))

    def _taken(self) -> Sql:
        return sql.compose(
            "EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = {table} AND k.conname = {name})",
            table=oid_of(self.schema, self.table),
            name=sql.literal(self.name),
        )

    def drop(self, more: str = "") -> Sql:
        """Drops it where it is there, is of this kind, and is also so."""
        return patient(when(self.is_there(more), f"{self._alter('DROP')};"), self._place)

    def validate(self) -> Sql:
        """Validates it where it is there: nothing to do where it is valid already."""
        return patient(when(self.is_there(), f"{self._alter('VALIDATE')};"), self._place)

    def verify(self, more: str = "") -> Sql:
        """Fails while it is not there, or not valid, or not also so."""
        refusal = refuse("the constraint % of % is not there, or not valid", *self._words())
        valid = f"k.convalidated AND {more}" if more else "k.convalidated"
        return block(when(f"NOT {self.is_there(valid)}", refusal))

    def _alter(self, verb: str) -> Sql:
        return sql.compose(
            "ALTER TABLE {table} {verb} CONSTRAINT {name}",
            table=sql.name(self.schema, self.table),
            verb=Sql(verb),
            name=sql.name(self.name),
        )

    @property
    def _place(self) -> tuple[str, str]:
        return self.schema, self.table

    def _words(self) -> tuple[Sql, Sql]:
        return words(self.name), words(f"{self.schema}.{self.table}")


def on_table(table: Table, name: str, kind: str) -> Named:
    """The constraint of that name on that table."""
    return Named(schema=table.schema, table=table.name, name=name, kind=kind)


def free_name(table: Table, *parts: str, suffix: str) -> str:
    """A name for a new constraint, which no constraint of the table has."""
    taken = {constraint.name for constraint in table.constraints} | {index.name for index in table.indexes}
    name, number = sql.derived_name(*parts, suffix=suffix), 0
    while name in taken:
        number += 1
        name = sql.derived_name(*parts, suffix=f"{suffix}{number}")
    return name


def constraint_step(  # noqa: PLR0917
    phase: Phase,
    rank: int,
    table: Table,
    title: str,
    parts: Sequence[Part],
    lock: str,
    *,
    verb: str,
    rollback_part: int = 0,
) -> Step:
    """A step about a constraint; its identity is what it does."""
    return Step(
        id=f"{verb}-{digest(table.schema, table.name, psql_text(parts))}",
        phase=phase,
        order=(rollback_part + rank, f"{table.schema}.{table.name} {title}"),
        title=title,
        parts=tuple(parts),
        lock=lock,
    )


def scans(table: Table) -> str:
    """The lock of a validation."""
    return f"SHARE UPDATE EXCLUSIVE on {named(table)}, for a scan: reads and writes go on"


def exclusive(*tables: Guarded) -> str:
    """The lock of a change to the definition alone."""
    return f"ACCESS EXCLUSIVE on {' and '.join(map(named, tables))}, for milliseconds: reads and writes wait"


@dataclass(frozen=True, kw_only=True)
class _AddCheck:
    table: Table
    condition: Condition
    suffix: str

    def steps(self, _: PlanContext) -> Iterator[Step | Note]:
        """The steps of this constraint."""
        definition = sql.compose("CHECK ({condition}) NOT VALID", condition=self.condition)
        broken = sql.compose("({condition}) IS FALSE", condition=self.condition)
        # Two conditions on the same columns are two constraints.
        suffix = f"{digest(definition)[:6]}_{self.suffix}"
        name = free_name(self.table, self.table.name, *columns_of(self.condition), suffix=suffix)
        yield from added_and_validated(self.table, on_table(self.table, name, "c"), definition, broken, CHECKS)


def columns_of(expression: Expression) -> tuple[str, ...]:
    """The names of the columns that an expression uses, in its order."""
    found = (each for each in sa.sql.visitors.iterate(expression) if isinstance(each, sa.ColumnClause))
    return tuple(dict.fromkeys(str(column.name) for column in found if column.table is not None))


def added_and_validated(table: Table, constraint: Named, definition: str, broken: str, rank: int) -> Iterator[Step]:
    """Adds a constraint NOT VALID, then validates it in a transaction of its own; drops it on rollback.

    Both after the clean-up: while it stands NOT VALID, every update of an old violating row fails. `broken` is true of
    the rows that break it.
    """
    called = f"{printable(constraint.name)} on {named(table)}"
    yield constraint_step(
        Phase.CONSTRAINTS,
        rank,
        table,
        f"add and validate {called}",
        (
            looked_at(called, constraint.unbroken(broken)),
            transaction(f"add {called}", constraint.add(definition)),
            transaction(f"validate {called}", constraint.validate(), timeout=LONG),
        ),
        f"{exclusive(table)}; then {scans(table)}",
        verb="add",
    )
    yield verified(table, constraint, rank)
    yield dropped(table, constraint, rank)


def looked_at(called: str, check: Sql) -> Part:
    """Reads all rows before a strong lock is asked for."""
    return transaction(f"no row breaks {called}", "SET LOCAL row_security = off;", check, timeout=LONG)


def verified(table: Table, constraint: Named, rank: int, more: str = "") -> Step:
    """Fails while the constraint is not there and valid, and also so."""
    title = f"{printable(constraint.name)} on {named(table)} is valid"
    parts = (transaction(title, constraint.verify(more)),)
    return constraint_step(
        Phase.VERIFY, 1_000_000 + rank, table, title, parts, "none: reads the catalog", verb="verify"
    )


def dropped(table: Table, constraint: Named, rank: int, more: str = "", *, referenced: Table | None = None) -> Step:
    """Drops a constraint that the plan made, last made first; a foreign key's triggers stand on both tables."""
    title = f"drop {printable(constraint.name)} of {named(table)}"
    locked = both(table, referenced)
    parts = (transaction(title, constraint.drop(more), tables=len(locked)),)
    return constraint_step(
        Phase.ROLLBACK, LATER - rank, table, title, parts, exclusive(*locked), verb="drop", rollback_part=order.DROP
    )


def both(table: Table, referenced: Table | None) -> tuple[Table, ...]:
    """The tables of a foreign key, or the one of any other constraint."""
    return (table,) if referenced is None or referenced.oid == table.oid else (table, referenced)


def add_check(table: Table, condition: Condition, suffix: str) -> Operation:
    """Adds a CHECK NOT VALID, and validates it."""
    return _AddCheck(table=table, condition=condition, suffix=suffix)
