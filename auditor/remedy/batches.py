"""Changes of many rows, some at a time: a commit for each batch, so that nobody waits for longer than one takes.

A work list in the quarantine's schema holds the rows that are still to be done. It is made once, under the guard, and
gets shorter with each batch, in the same transaction: killed anywhere and run again, a step goes on where it was.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Table
from auditor.catalog.catalog import QUARANTINE_SCHEMA
from auditor.model import Part, Room
from auditor.remedy.attempts import attempts
from auditor.remedy.guards import guarded
from auditor.remedy.images import equal
from auditor.remedy.operation import PlanContext
from auditor.remedy.quarantine import relation_of
from auditor.remedy.restore import Return, undone
from auditor.remedy.script import LONG, begun, block, committing, digest, transaction
from auditor.sql import Condition, Expression, Sql

AT_ONCE = 10_000
"""So many rows are changed in one statement, which is easier to read."""
BATCH = 1_000
"""Less than a second's work, also where triggers fire and indexes are many."""
PAUSE = 0.05
"""Seconds between batches, for whoever waits."""

NO_ROOM = Room(0, 0)

Picked = Callable[[Condition | None], Condition]
"""What is true of the rows to change: of all of them or, given what is true of a batch's rows, of those."""


def violating(violation: Condition) -> Picked:
    """The rows that violate, also by the time that their batch comes."""
    return lambda batch: violation if batch is None else sa.and_(violation, batch)


@dataclass(frozen=True)
class WorkList:
    """The rows that a step has still to do, by key (by place where there is none), each with its batch's number."""

    table: Table
    plan_id: str
    step: str

    @property
    def name(self) -> Sql:
        """Its table's; which does not begin with the plan's id, as it is no quarantine."""
        return sql.quote(QUARANTINE_SCHEMA, self._own_name)

    def made(self, violation: Condition, size: int) -> Sql:
        """Notes the rows that violate, so many for each batch."""
        number = sa.func.row_number().over().op("/")(sa.literal(size))
        key = (value.label(label) for label, value, _ in self._key)
        found = sa.select(number.label("batch"), *key).select_from(relation_of(self.table)).where(violation)
        return Sql(
            f"CREATE TABLE {self.name} AS {sql.render(found)};\n"
            f"REVOKE ALL ON TABLE {self.name} FROM PUBLIC;\n"
            f"ALTER TABLE {self.name} ENABLE ROW LEVEL SECURITY;\n"
            f"CREATE INDEX ON {self.name} (batch);\n"
            f"ANALYZE {self.name};"
        )

    @property
    def holds(self) -> Condition:
        """True of the rows of the batch `auditor_block.batch`."""
        labels = tuple(label for label, _, _ in self._key)
        todo = sql.relation(QUARANTINE_SCHEMA, self._own_name, ("batch", *labels))
        present: Expression = sa.literal_column("auditor_block.batch")
        same = (
            equal(self.table.column(column), value, todo.c[label]) if column else value == todo.c[label]
            for label, value, column in self._key
        )
        return sa.exists(sa.select(sa.literal(1)).select_from(todo).where(todo.c.batch == present, *same))

    def taken(self, tables: Iterable[Table]) -> Sql:
        """Waits for a session that works on it: one whose psql was killed goes on for a while."""
        return attempts((f"PERFORM pg_catalog.pg_advisory_lock({self._lock});",), tables)

    @property
    def released(self) -> Sql:
        """Lets others work on it."""
        return Sql(f"PERFORM pg_catalog.pg_advisory_unlock({self._lock});")

    @property
    def _own_name(self) -> str:
        return sql.derived_name("todo", self.plan_id, suffix=digest(self.step))

    @property
    def _lock(self) -> int:
        return int(digest(self.plan_id, self.step), 16)

    @property
    def _key(self) -> tuple[tuple[str, Expression, str | None], ...]:
        """What the list calls each part of the key, the expression, and the column where it is one."""
        relation, key = relation_of(self.table), self.table.row_key()
        if key:
            return tuple((f"key_{number}", relation.c[column], column) for number, column in enumerate(key))
        name = sql.quote(self.table.schema, self.table.name)
        return tuple((f"key_{each}", sa.literal_column(f"{name}.{each}"), None) for each in ("tableoid", "ctid"))


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of the rows of a table that violate, and of the tables that it drags along.

    `rows` says which, `expected` how many with all that goes along; `statements` are those that change all of them or,
    given what is true of its rows, one batch. `checks` run before each batch, `first` once before all of them.
    `room` is what all of it takes.
    """

    step: str
    title: str
    rows: Picked
    tables: tuple[Table, ...]
    expected: float
    checks: tuple[Sql, ...]
    statements: Callable[[Condition | None], Iterable[Sql]]
    path: bool
    first: tuple[Sql, ...] = ()
    room: Room = NO_ROOM

    def work_list(self, context: PlanContext) -> WorkList:
        """The rows that are still to be done, where it goes in batches."""
        return WorkList(self.tables[0], context.plan_id, self.step)

    def part(self, context: PlanContext) -> Part:
        """The change: at once, or in batches."""
        return self._in_batches(context) if self._is_large(context) else self._at_once(context)

    def _at_once(self, context: PlanContext) -> Part:
        guard = guarded(self.tables[0], self.rows(None), context)
        statements = (*self.checks, *guard, *self.first, *self.statements(None))
        change = block(attempts(statements, self.tables))
        return transaction(self.title, change, timeout=LONG, path=self.path, rows=True)

    def _in_batches(self, context: PlanContext) -> Part:
        todo = self.work_list(context)
        guard = guarded(self.tables[0], self.rows(None), context, todo.name)
        made = todo.made(self.rows(None), self._size(context))
        noted = attempts((*self.checks, made, *guard, *self.first), self.tables)
        done = Sql(f"DELETE FROM {todo.name} AS todo WHERE todo.batch = auditor_block.batch;")  # noqa: S608
        now = (*self.checks, *self.statements(todo.holds), done)
        next_one = begun(self.path)
        body = f"""{next_one}
{todo.taken(self.tables)}
IF pg_catalog.to_regclass({sql.literal(todo.name)}) IS NULL THEN
{noted}
{next_one}
END IF;
LOOP
batch := (SELECT pg_catalog.min(todo.batch) FROM {todo.name} AS todo);
EXIT WHEN batch IS NULL;
{attempts(now, self.tables, between=next_one)}
{next_one}
PERFORM pg_catalog.pg_sleep({PAUSE});
END LOOP;
DROP TABLE {todo.name};
{todo.released}"""  # noqa: S608
        return committing(f"{self.title}, in batches", block(body, "batch bigint;"))

    def undoing(self, context: PlanContext, title: str, returns: list[Return], mended: Sql | None) -> Part:
        """What brings the changed rows back: at once, or a batch at a time."""
        if not self._is_large(context):
            return transaction(title, undone(returns, mended), timeout=LONG, rows=True)
        todo = self.work_list(context)
        taken = f"{todo.taken(self.tables)}\nDROP TABLE IF EXISTS {todo.name};"
        paused = f"{begun()}\nPERFORM pg_catalog.pg_sleep({PAUSE});"
        undoing = undone(returns, mended, before=taken, begun=paused, after=todo.released)
        return committing(f"{title}, in batches", undoing)

    def _is_large(self, context: PlanContext) -> bool:
        """Whether so many rows are expected to change that others would wait for them."""
        return (self.expected if context.violations is not None else self.tables[0].rows or 0) > AT_ONCE

    def _size(self, context: PlanContext) -> int:
        """Violating rows for each batch: fewer where each takes others along."""
        share = (context.violations or 1) / max(self.expected, context.violations or 1)
        return max(1, round(BATCH * share))
