"""One task on one connection: what it brought, or what its failure means for each of its scans."""

from collections.abc import Callable, Iterable
from time import monotonic

import psycopg

from auditor import sql
from auditor.catalog import Table
from auditor.connect import Connection, Row
from auditor.planner import Quantity, Scan, Unseen, halves, statement_of
from auditor.scan import failure
from auditor.scan.board import Board, Outturn, Task

ATTEMPTS = 3
"""How often a scan that gave way is tried again, after 1, 2 and 4 seconds."""


def attempt(connection: Connection, board: Board, task: Task) -> Outturn:
    """Run the task in a savepoint that is rolled back in any case, so that its locks are given back."""
    settings = task.scans[0].settings if len(task.scans) == 1 else ()
    try:
        *_, rows = connection.execute_and_roll_back([*settings, statement_of(task.scans)])
    except psycopg.Error as error:
        return _failed(connection, board, task, error)
    numbers = {quantity: number for row in rows for quantity, number in _numbers(task.scans[row[0]], row)}
    return Outturn(numbers=numbers, keys={task.scans[row[0]].quantities[0]: tuple(row[2]) for row in rows if row[2]})


def _numbers(scan: Scan, row: Row) -> Iterable[tuple[Quantity, int | Unseen]]:
    _, counts, _, filenodes = row
    moved = tuple(table for table in scan.tables if not _is_as_before(table, scan.tables, set(filenodes)))
    if moved:
        return _all(scan, failure.rewritten(moved))
    return zip(scan.quantities, counts, strict=True)


def _is_as_before(table: Table, tables: tuple[Table, ...], present: set[int | None]) -> bool:
    """Whether every leaf that the snapshot knows is still there with its file; and, for a partitioned table, no
    other: the snapshot does not keep partitions from being attached and detached."""
    known = {leaf.filenode for each in tables for leaf in each.leaves if leaf.filenode}
    unknown = present - known - {None, 0}
    return all(leaf.filenode in present for leaf in table.leaves if leaf.filenode) and (
        not unknown or table.kind != "partitioned"
    )


def _failed(connection: Connection, board: Board, task: Task, error: psycopg.Error) -> Outturn:
    if not connection.is_usable and len(task.scans) == 1:
        return _ended(task, lambda scan: failure.lost(scan.tables, error))
    if connection.is_usable and error.sqlstate == failure.ABORTED:
        with connection.savepoint():
            return _later(task)
    if error.sqlstate == failure.CANCELLED and board.has_cancelled(connection):
        return _cancelled(task, board.stopped)
    if len(task.scans) > 1:  # one missing or locked table does not spoil the others
        return Outturn(numbers={}, then=[Task(scans=(scan,), attempts=task.attempts) for scan in task.scans])
    if error.sqlstate == failure.LOCKED and task.attempts:
        return _later(task)
    return _alone(connection, board, task.scans[0], error)


def _alone(connection: Connection, board: Board, scan: Scan, error: psycopg.Error) -> Outturn:
    reason = failure.error_of(error, scan.tables)
    if not (failure.is_caused_by_a_probe(error) and _are_there(connection, error, scan.tables)):
        return Outturn(numbers=dict(_all(scan, reason)))
    parts = halves(scan)
    if len(parts) == 2:
        return Outturn(numbers={}, then=[Task(scans=(part,)) for part in parts])
    guilty = [quantity for quantity in scan.quantities if not parts or quantity not in parts[0].quantities]
    then = [Task(scans=(part,)) for part in parts if part.quantities[0] not in board.numbers]
    return Outturn(numbers=dict.fromkeys(guilty, reason), then=then)


def _are_there(connection: Connection, error: psycopg.Error, tables: tuple[Table, ...]) -> bool:
    """Whether a missing table is one that some function of users' own names: those that we name are where they were."""
    if error.sqlstate != failure.MISSING_TABLE:
        return True
    checks = (
        sql.compose(
            "to_regclass({name})::oid::bigint IS NOT DISTINCT FROM {oid}",
            name=sql.literal(sql.quote(table.schema, table.name)),
            oid=table.oid,
        )
        for table in tables
    )
    try:
        [[(found,)]] = connection.execute_and_roll_back([f"SELECT {' AND '.join(checks)}"])
    except psycopg.Error:
        return False
    return bool(found)


def _cancelled(task: Task, stopped: Unseen | None) -> Outturn:
    return _later(task) if stopped is None else _ended(task, lambda _: stopped)


def _later(task: Task) -> Outturn:
    if task.attempts >= ATTEMPTS:
        return _ended(task, lambda scan: failure.gave_way(scan.tables, task.attempts + 1))
    pause = 2.0**task.attempts
    again = Task(scans=task.scans, attempts=task.attempts + 1, not_before=monotonic() + pause)
    return Outturn(numbers={}, then=[again])


def _ended(task: Task, reason: Callable[[Scan], Unseen]) -> Outturn:
    return Outturn(numbers={quantity: number for scan in task.scans for quantity, number in _all(scan, reason(scan))})


def _all(scan: Scan, reason: Unseen) -> list[tuple[Quantity, int | Unseen]]:
    return [(quantity, reason) for quantity in scan.quantities]
