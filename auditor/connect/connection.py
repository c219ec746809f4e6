"""One connection inside the audit's transaction: it sends statements, keeps account of them, and gives locks back."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import adapt
from psycopg.types.string import TextLoader

from auditor.model import ScanRecord

Row = tuple[Any, ...]

SAVEPOINT = "SAVEPOINT auditor"
"""Set once, when the transaction begins, and rolled back to again and again: set together with a statement, it would
not exist where the server cannot parse that statement, and the transaction with its snapshot would be lost."""

_ROLL_BACK = "ROLLBACK TO SAVEPOINT auditor"
_AS_PYTHON = {"bool", "int2", "int4", "int8", "oid", "float4", "float8", "numeric"}


def adapters() -> adapt.AdaptersMap:
    """Loaders for what the audit reads: numbers, booleans and arrays as Python's, all else as the server's text.

    Python has no date 'infinity' and no year 10000, so reading such a row as dates would fail; JSON and the like
    would lose how they are written.
    """
    loaders = adapt.AdaptersMap(psycopg.adapters)
    for known in psycopg.adapters.types:
        if known.name not in _AS_PYTHON:
            loaders.register_loader(known.oid, TextLoader)
    return loaders


def summary_of(error: BaseException) -> str:
    """An error without the values that the server's message may repeat: `22P02 InvalidTextRepresentation`."""
    sqlstate = getattr(error, "sqlstate", None)
    return f"{sqlstate} {type(error).__name__}" if sqlstate else type(error).__name__


class StatementLog:
    """Every statement sent by every connection of a session, in the order of sending; for use by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: list[ScanRecord | None] = []
        self.statements = 0

    @property
    def records(self) -> tuple[ScanRecord, ...]:
        """One for each message: statements sent together are timed together. Those still running are left out."""
        with self._lock:
            return tuple(record for record in self._records if record is not None)

    def sent(self, statements: int) -> int:
        """Note that a message of so many statements goes out; gives the number to `finished` it with."""
        with self._lock:
            self._records.append(None)
            self.statements += statements
            return len(self._records) - 1

    def finished(self, number: int, record: ScanRecord) -> None:
        """Note how a message ended."""
        with self._lock:
            self._records[number] = record


class Connection:
    """A connection inside the session's transaction.

    Statements are text with their values in them, sent without parameters: nothing is prepared on the server, which
    poolers would lose, and a `%` is a `%`. Errors of the server are raised as psycopg's.
    """

    def __init__(self, raw: psycopg.Connection[Row], log: StatementLog) -> None:
        self._raw = raw
        self._log = log
        self._busy = threading.Lock()

    @property
    def server_version(self) -> int:
        """The server's version as 180004."""
        return self._raw.info.server_version

    @property
    def host(self) -> str:
        """The host that libpq connected to: a name, an address or a socket's folder."""
        return self._raw.info.host

    @property
    def backend_pid(self) -> int:
        """The server's process that serves this connection: who waits for its locks is asked by this number."""
        return self._raw.info.backend_pid

    @property
    def is_usable(self) -> bool:
        """Whether the connection still stands."""
        return not self._raw.closed and not self._raw.broken

    def execute(self, statement: str) -> list[Row]:
        """Send one statement; give its rows. After an error, only leaving a `savepoint` makes the connection usable."""
        return self.send([statement])[0]

    def send(self, statements: Sequence[str]) -> list[list[Row]]:
        """Send statements in one message; give the rows of each. At 40 ms to the server each message counts."""
        return self._send(statements, "")

    def execute_and_roll_back(self, statements: Sequence[str]) -> list[list[Row]]:
        """As `send` inside a `savepoint`, in the same one message."""
        try:
            return self._send(statements, _ROLL_BACK)
        except psycopg.Error:
            self._roll_back()
            raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is done inside is always rolled back, also after an error: the locks are given back, `SET LOCAL` is
        undone, the snapshot is kept. Not to be nested."""
        try:
            yield
        finally:
            self._roll_back()

    def copy(self, statement: str) -> Generator[bytes, None, None]:
        """Send a `COPY … TO STDOUT`; give what the server sends, piece by piece. Not in the account of statements."""
        with self._busy, self._raw.cursor() as cursor, cursor.copy(statement.encode()) as stream:
            for piece in stream:
                yield bytes(piece)

    def cancel(self) -> None:
        """Ask the server to cancel what runs here; for use from another thread. The statement then fails (57014)."""
        if self.is_usable:
            self._raw.cancel_safe(timeout=5)

    def close(self) -> None:
        """Cancel what still runs, and close."""
        if self._busy.locked():
            with suppress(psycopg.Error):
                self.cancel()
        freed = self._busy.acquire(timeout=5)
        self._raw.close()
        if freed:
            self._busy.release()

    def _send(self, statements: Sequence[str], then: str) -> list[list[Row]]:
        number = self._log.sent(len(statements))
        started, results, error = time.perf_counter(), [], None
        try:
            with self._busy:
                results = self._rows_of([*statements, then] if then else statements)[: len(statements)]
        except BaseException as raised:
            error = summary_of(raised)
            raise
        finally:
            taken = time.perf_counter() - started
            rows = sum(map(len, results))
            self._log.finished(number, ScanRecord(sql=";\n".join(statements), duration_s=taken, rows=rows, error=error))
        return results

    def _rows_of(self, statements: Sequence[str]) -> list[list[Row]]:
        with self._raw.cursor() as cursor:
            cursor.execute(";\n".join(statements).encode())
            results = [_fetched(cursor)]
            while cursor.nextset():
                results.append(_fetched(cursor))
            return results

    def _roll_back(self) -> None:
        """Where this fails the connection is lost: what led here says more, and the next statement says so too."""
        with self._busy, suppress(psycopg.Error):
            self._raw.execute(_ROLL_BACK)


def _fetched(cursor: psycopg.Cursor[Row]) -> list[Row]:
    return cursor.fetchall() if cursor.description else []
