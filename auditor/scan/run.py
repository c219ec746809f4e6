"""Scans on several connections that share the audit's snapshot, the largest tables first."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import psycopg

from auditor.config import Config
from auditor.connect import Connection, Session, WorkerUnavailableError
from auditor.model import Outcome
from auditor.planner import ScanPlan, Unseen, measured
from auditor.probe import Measurement
from auditor.scan.attempt import attempt
from auditor.scan.board import Board

Progress = Callable[[int, int, int, int], None]
"""Called now and then with rows done, rows in all, tables done, tables in all; by the catalog's estimates."""

_TICK_S = 0.2
_WATCH_S = 1.0

_WHO_BLOCKS = """
SELECT DISTINCT blocker
FROM (SELECT DISTINCT pid FROM pg_locks WHERE NOT granted) AS waiting, unnest(pg_blocking_pids(pid)) AS blocker
"""


def run_scans(
    session: Session,
    plan: ScanPlan,
    config: Config,
    *,
    since: float | None = None,
    progress: Progress | None = None,
) -> dict[int, Measurement | Unseen]:
    """What came of each probe, by its `id()`; the plan holds the probes.

    No failure of the server is raised: it is the outcome of the probes that it concerns. `config.budget` is the
    seconds for the audit, which began at `since` (monotonic; None: now), `config.connections` how many connections
    scan.
    """
    board = Board(plan)
    budget = _Budget(config.budget, monotonic() if since is None else since)
    if plan.batches:
        _scan(session, board, _Following(plan, board, progress), config, budget)
    unanswered = board.stopped or Unseen(Outcome.ERROR, "no connection to the server is left")
    numbers = {quantity: unanswered for scan in plan.scans for quantity in scan.quantities} | board.numbers
    return {
        id(probe): answer if isinstance(answer, Unseen) else measured(answer, numbers, board.keys)
        for probe, answer in plan.answers
    }


def _scan(session: Session, board: Board, following: "_Following", config: Config, budget: "_Budget") -> None:
    jobs = min(session.jobs(config.connections), following.batches)
    first = _first_worker(session)
    watcher = None if first is session.main else session.main
    with ThreadPoolExecutor(jobs, thread_name_prefix="scan") as pool:
        work = [pool.submit(_work, board, session, first)]
        work += [pool.submit(_work, board, session, None) for _ in range(jobs - 1) if watcher is not None]
        try:
            _oversee(board, work, watcher, following, budget)
        except BaseException:
            _drain(board)
            raise
    for each in work:
        each.result()


def _drain(board: Board) -> None:
    """Cancel until nothing runs: a cancel that comes before its statement has begun is lost."""
    while True:
        board.stop(Unseen(Outcome.ERROR, "the audit was interrupted"))
        if board.is_finished:
            return
        board.wait(_TICK_S)


def _first_worker(session: Session) -> Connection:
    """A connection of its own, so that the session's main one can watch; the main one where there can be no other."""
    try:
        return session.worker()
    except WorkerUnavailableError:
        return session.main


def _work(board: Board, session: Session, worker: Connection | None) -> None:
    """Scan until nothing is left; on a new connection where there is none yet, or the last one broke."""
    with suppress(WorkerUnavailableError):
        while not board.is_finished:
            if worker is None or not worker.is_usable:
                worker = session.worker()
            if (task := board.take(worker)) is not None:
                board.settle(worker, attempt(worker, board, task))
    if worker is not None and worker is not session.main:
        worker.close()


def _oversee(
    board: Board,
    work: list[Future[None]],
    watcher: Connection | None,
    following: "_Following",
    budget: "_Budget",
) -> None:
    next_watch = monotonic() + _WATCH_S
    while not board.is_finished and not all(each.done() for each in work):
        board.wait(_TICK_S)
        following.tell()
        if budget.is_spent:
            board.stop(Unseen(Outcome.SKIPPED, f"over the budget of {budget.seconds:g} s"))
        if watcher is not None and monotonic() > next_watch:
            _give_way(board, watcher)
            next_watch = monotonic() + _WATCH_S
    following.tell()


def _give_way(board: Board, watcher: Connection) -> None:
    """Cancel the scans whose locks somebody waits for: a migration behind our ACCESS SHARE, and all who queue behind
    it. They are tried again later."""
    running = board.running()
    if not running:
        return
    try:
        [blockers] = watcher.execute_and_roll_back([_WHO_BLOCKS])
    except psycopg.Error:
        return
    for (pid,) in blockers:
        if pid in running:
            board.cancel(running[pid])


@dataclass(frozen=True, slots=True)
class _Budget:
    """How many seconds the audit may take, and when it began."""

    seconds: float
    since: float

    @property
    def is_spent(self) -> bool:
        return monotonic() > self.since + self.seconds


class _Following:
    """Tells the progress: a scan is done as soon as its last number, or that there is none, is known."""

    def __init__(self, plan: ScanPlan, board: Board, progress: Progress | None) -> None:
        self.batches = len(plan.batches)
        self._scans = plan.scans
        self._board = board
        self._progress = progress

    def tell(self) -> None:
        if self._progress is None:
            return
        numbers = self._board.numbers
        left = [scan for scan in self._scans if scan.quantities[-1] not in numbers]
        total = sum(scan.rows for scan in self._scans)
        tables = {scan.tables[0].oid for scan in self._scans}
        tables_left = {scan.tables[0].oid for scan in left}
        self._progress(total - sum(scan.rows for scan in left), total, len(tables) - len(tables_left), len(tables))
