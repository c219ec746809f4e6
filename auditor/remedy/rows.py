"""Operations on rows: setting aside, assigning."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from auditor.catalog import Table
from auditor.model import Note, Step, printable
from auditor.remedy import order
from auditor.remedy.batches import Change, Picked, violating
from auditor.remedy.changes import around, broken_keys_reopened, identity, there_and_back
from auditor.remedy.closure import Closure, closure_of, removal, unforeseen
from auditor.remedy.guards import complete, ready
from auditor.remedy.images import Columns, assign_statement, set_aside_statement
from auditor.remedy.obstacles import (
    crowded,
    cut_off,
    fills_beside,
    followers_of,
    frozen,
    held_in_its_partition,
    is_null,
    keyless,
    mends_a_check,
    unchangeable,
)
from auditor.remedy.operation import Fill, Operation, PlanContext, Refusal
from auditor.remedy.quarantine import Quarantine
from auditor.remedy.restore import Return, put_back, take_back
from auditor.remedy.script import digest, named
from auditor.remedy.toll import described, dragged, room_of, room_to_remove, told
from auditor.sql import Condition, Expression, Sql


@dataclass(frozen=True, kw_only=True)
class _SetAside:
    table: Table
    violation: Condition
    checked: bool

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        step = f"set-aside-{identity(self.table, self.violation)}"
        rank = order.CHECKED if self.checked else order.SET_ASIDE
        rows = violating(self.violation)
        yield from removal_steps(context, step, closure_of(context, self.table), rows, rank=rank)


@dataclass(frozen=True, kw_only=True)
class Move:
    """An update that runs before rows are set aside, in the same transaction, and is taken back after they are back."""

    step: str
    table: Table
    columns: tuple[str, ...]
    statements: tuple[Sql, ...]


Moves = Callable[[Condition | None], Sequence[Move]]


def removal_steps(  # noqa: PLR0917
    context: PlanContext,
    step: str,
    closure: Closure,
    rows: Picked,
    moves: Moves = lambda _: (),
    rank: int = order.SET_ASIDE,
) -> Iterator[Step | Note]:
    """Sets aside the violating rows and what refers to them, and brings all of it back."""
    table, moved = closure.tables[0], moves(None)
    updated = tuple(_updated(closure, moved))
    reasons = [f"{named(each)}: {reason}" for each in closure.tables if (reason := unchangeable(each))]
    reasons += [f"{named(each)}: {reason}" for each in updated if (reason := frozen(context, each))]
    if reasons:
        yield Refusal(f"rows of {named(table)} are not set aside by this plan; {'; '.join(reasons)}")
        return
    quarantines = [Quarantine(each, context.plan_id) for each in closure.tables]
    others = [Quarantine(each, context.plan_id) for each in updated]
    for quarantine in (*quarantines, *others):
        yield from around(context, quarantine)
    for quarantine in quarantines:
        yield from broken_keys_reopened(context, quarantine.table)
    title = f"set aside rows of {named(table)}"
    going = dragged(closure, context.violations)
    if along := described(closure, context.violations):
        yield Note(f"{title}: {along}")
    taken = room_to_remove(closure, going, (move.table for move in moved))
    yield from told(title, taken)
    change = Change(
        step=step,
        title=title,
        rows=rows,
        tables=tuple(each.table for each in (*quarantines, *others)),
        expected=sum(going.values()),
        checks=(ready((*quarantines, *others)), unforeseen(closure, rows(None))),
        statements=lambda batch: _removed(step, closure, quarantines, rows(batch), moves(batch)),
        path=not _fires(quarantines + others),
        room=taken,
    )
    expected = None if moved else context.violations
    back = _returns(context, step, quarantines, closure, moved)
    yield from there_and_back(context, change, rank, expected, back)


def _removed(
    step: str, closure: Closure, quarantines: Sequence[Quarantine], rows: Condition, moves: Sequence[Move]
) -> Iterator[Sql]:
    yield from (statement for move in moves for statement in move.statements)
    if closure.taking or closure.letting_go:
        yield from removal(step, closure, quarantines, rows)
    else:
        yield set_aside_statement(quarantines[0], step, rows)


def _updated(closure: Closure, moves: Sequence[Move]) -> Iterator[Table]:
    yield from (edge.table for edge in closure.letting_go)
    yield from (move.table for move in moves)


def _returns(
    context: PlanContext, step: str, quarantines: Sequence[Quarantine], closure: Closure, moves: Sequence[Move]
) -> Iterator[Return]:
    yield put_back(step, quarantines)
    for number, edge in reversed(list(enumerate(closure.letting_go))):
        yield take_back(f"{step}.{number}", Quarantine(edge.table, context.plan_id), edge.let_go)
    for move in reversed(moves):
        yield take_back(move.step, Quarantine(move.table, context.plan_id), move.columns)


@dataclass(frozen=True, kw_only=True)
class _Assign:
    table: Table
    values: Mapping[str, Expression]
    violation: Condition
    fills: bool
    relinks: bool

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        first = (complete(self.table, self.values, self.violation),) if self.fills else ()
        rank = order.RELINK if self.relinks else order.ASSIGN
        yield from assignment_steps(context, self.table, self.values, violating(self.violation), rank, first)


def assignment_steps(  # noqa: PLR0917
    context: PlanContext,
    table: Table,
    values: Mapping[str, Expression],
    rows: Picked,
    rank: int,
    first: tuple[Sql, ...] = (),
) -> Iterator[Step | Note]:
    """Assigns, and takes back what was assigned; `first` runs before anything is changed."""
    followers = followers_of(context, table, values)
    reason = unchangeable(table) or keyless(table) or cut_off(context, followers) or crowded(table, values)
    reason = reason or frozen(context, table) or held_in_its_partition(context, table, values)
    if reason is not None:
        yield Refusal(f"{named(table)}: {reason}; its rows are not updated by this plan")
        return
    for each, key in followers:
        yield Note(
            f"{named(each)}({', '.join(key.columns)}) follows what is assigned in {named(table)}, as its"
            " foreign key says ON UPDATE CASCADE, and follows it back on a rollback; no copy of its rows is kept"
        )
    if moves := any(table.column(column).places_rows for column in values):
        yield _moving(table, context.violations)
    rank = min(rank, order.FILL) if mends_a_check(table, values) else rank
    step = _assigning(identity(table, rows(None), values), table, values)
    quarantine = Quarantine(table, context.plan_id)
    together = {**values, **fills_beside(context, table, values)} if rank <= order.FILL else values
    yield from around(context, quarantine)
    change = Change(
        step=step,
        title=_title(table, values) + (", moving rows to other partitions" * moves),
        rows=rows,
        tables=(table,),
        expected=float(context.violations or 0),
        checks=(ready((quarantine,)),),
        statements=lambda batch: (assign_statement(quarantine, step, together, rows(batch)),),
        path=not _fires([quarantine]),
        first=first,
        room=room_of((table, context.violations, 2)),
    )
    yield from told(change.title, change.room)
    yield from there_and_back(context, change, rank, context.violations, [take_back(step, quarantine, together)])


_SHORT = 40


def _title(table: Table, values: Mapping[str, Expression]) -> str:
    """What the columns become, where that is said in a word; what follows from the row is in the SQL."""
    place = f"{named(table)}({printable(', '.join(values))})"
    if all(map(is_null, values.values())):
        return f"set {place} to NULL"
    texts = [each.name for each in values.values() if isinstance(each, sa.ColumnClause) and each.is_literal]
    is_short = len(texts) == len(values) == 1 and len(texts[0]) <= _SHORT
    return f"set {place} to {printable(texts[0])}" if is_short else f"assign {place}"


def fill_of(operation: Operation) -> Fill | None:
    """What the operation assigns in place of something else than a reference that leads nowhere; None for others."""
    if not isinstance(operation, _Assign) or any(is_null(value) for value in operation.values.values()):
        return None
    return Fill(table=operation.table, values=operation.values, violation=operation.violation)


def _moving(table: Table, rows: int | None) -> Note:
    number = "rows" if rows is None else f"up to {rows:,} rows"
    return Note(
        f"{named(table)}: {number} move to another partition, as a delete and an insert there do: so triggers fire; who"
        " updates such a row meanwhile gets the error 40001 and has to try again; a rollback moves them back"
    )


def _assigning(identity: str, table: Table, columns: Iterable[str]) -> str:
    """The identity of a step that assigns: it tells which columns, so that conflicts show without a look at SQL."""
    return f"assign-{identity}@" + "+".join(sorted(digest(table.schema, table.name, column) for column in columns))


def assigned_columns(step: str) -> frozenset[str]:
    """The columns that the step of this identity assigns to, as hashes of their names."""
    _, marked, columns = step.partition("@")
    return frozenset(columns.split("+") if marked else ())


def _fires(quarantines: Sequence[Quarantine]) -> bool:
    """Whether triggers of the users' own run: they may need the connection's search_path."""
    return any(trigger.enabled != "D" for each in quarantines for trigger in each.table.triggers)


def set_aside(table: Table, violation: Condition, *, checked: bool = False) -> Operation:
    """Moves the violating rows into the quarantine; what declared foreign keys refer to them with goes along.

    `checked` where they violate a check that is NOT VALID, which refuses any update of them.
    """
    return _SetAside(table=table, violation=violation, checked=checked)


def assign(
    table: Table, values: Columns, violation: Condition, *, fills: bool = False, relinks: bool = False
) -> Operation:
    """Assigns values, by column name, in the violating rows; old and new rows go into the quarantine.

    `fills` where the values are to replace NULL: where one of them is NULL itself, nothing is changed.
    `relinks` where they make the rows refer to others.
    """
    return _Assign(table=table, values=dict(values), violation=violation, fills=fills, relinks=relinks)
