"""What is to be scanned, what is being scanned, and what came of it: shared by the workers, under one lock."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import psycopg

from auditor.connect import Connection
from auditor.planner import Quantity, Scan, ScanPlan, Unseen

_STALE_CANCEL_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Task:
    """Scans for one statement. `attempts` counts how often it gave way; it is not tried before `not_before`."""

    scans: tuple[Scan, ...]
    attempts: int = 0
    not_before: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Outturn:
    """What came of a task: numbers, keys of violating rows met, and tasks that follow from it."""

    numbers: Mapping[Quantity, int | Unseen]
    keys: Mapping[Quantity, tuple[str, ...]] = field(default_factory=dict)
    then: Sequence[Task] = ()


class Board:
    """Tasks, workers and numbers. `stopped` says why nothing further is begun."""

    def __init__(self, plan: ScanPlan) -> None:
        self._changed = threading.Condition()
        self._tasks = deque(Task(scans=batch) for batch in plan.batches)
        self._running: dict[Connection, Task] = {}
        self._cancelled: dict[Connection, float] = {}
        self.numbers: dict[Quantity, int | Unseen] = {}
        self.keys: dict[Quantity, tuple[str, ...]] = {}
        self.stopped: Unseen | None = None

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do, or to wait for."""
        return not self._running and (not self._tasks or self.stopped is not None)

    def wait(self, seconds: float) -> None:
        """Wait until something has changed, at most so long."""
        with self._changed:
            if not self.is_finished:
                self._changed.wait(seconds)

    def take(self, worker: Connection) -> Task | None:
        """The next task for this worker; waits while others may still give some back. None: there will be none."""
        with self._changed:
            while not self.is_finished and self.stopped is None:
                task = self._ready()
                if task is not None:
                    self._running[worker] = task
                    return task
                self._changed.wait(0.1)
            return None

    def settle(self, worker: Connection, outturn: Outturn) -> None:
        """Note what came of the task that the worker took."""
        with self._changed:
            del self._running[worker]
            for quantity, number in outturn.numbers.items():
                if not isinstance(self.numbers.get(quantity), int):  # what was counted once is not unsaid by a failure
                    self.numbers[quantity] = number
            self.keys.update(outturn.keys)
            self._tasks.extendleft(reversed([task for task in outturn.then if not task.not_before]))
            self._tasks.extend(task for task in outturn.then if task.not_before)
            self._changed.notify_all()

    def running(self) -> dict[int, Connection]:
        """The workers that scan at this moment, by their server process."""
        with self._changed:
            return {worker.backend_pid: worker for worker in self._running}

    def cancel(self, worker: Connection) -> None:
        """Cancel what this worker runs, and remember that it was us."""
        self._cancelled[worker] = monotonic()
        with suppress(psycopg.Error):
            worker.cancel()

    def has_cancelled(self, worker: Connection) -> bool:
        """Whether a statement of this worker that ends now was cancelled by us: a cancel that comes too late for its
        statement hits the next one."""
        return monotonic() - self._cancelled.get(worker, float("-inf")) < _STALE_CANCEL_S

    def stop(self, because: Unseen) -> None:
        """Begin nothing further, and cancel what runs; may be called again."""
        with self._changed:
            self.stopped = because
            self._changed.notify_all()
        for worker in self.running().values():
            self.cancel(worker)

    def _ready(self) -> Task | None:
        now = monotonic()
        for task in self._tasks:
            if task.not_before <= now:
                self._tasks.remove(task)
                return task
        return None
