"""The audit's session: one read-only transaction whose snapshot other connections share."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from auditor.connect.connection import SAVEPOINT, Connection, Row, StatementLog, adapters, summary_of
from auditor.connect.failures import breakdown, connection_failure, transaction_failure
from auditor.errors import AuditorError
from auditor.model import ScanRecord

OLDEST_SERVER = 15
NEWEST_TESTED_SERVER = 18

_CONNECT_TIMEOUT_S = 10

# What the text that goes in and comes out depends on, whatever server, database and role have as their defaults. And
# no parallel queries: the audit takes one process of the server for each of its jobs, and no more. With as many jobs
# as cores it is also faster so (6.0 s against 7.4, 5 million rows on two cores).
_SETTINGS = {
    "search_path": "",
    "row_security": "off",
    "idle_in_transaction_session_timeout": "0",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "quote_all_identifiers": "off",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "client_min_messages": "error",
}
_IDENTITY = """SELECT s.system_identifier::pg_catalog.text, d.oid::bigint
FROM pg_catalog.pg_control_system() s, pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()"""

# The third tells one server from another behind the same address.
_STATE = """pg_catalog.current_setting('transaction_read_only'), pg_catalog.current_setting('transaction_isolation'),
  pg_catalog.pg_postmaster_start_time()::pg_catalog.text"""


class WorkerUnavailableError(Exception):
    """No further connection can share the snapshot; `reason` says why, for a person. The audit goes on with fewer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def open_session(dsn: str, *, statement_timeout_s: float, lock_timeout_s: float = 1.0) -> Session:
    """Connect and begin the audit's transaction; 0 seconds is no limit. `dsn` comes from `resolve`.

    Everything is set with `SET LOCAL`, so that it ends with the transaction and poolers hand nothing on.
    Raises AuditorError where there is no connection, the server is too old, or no read-only snapshot can be had.
    """
    timeouts = {"statement_timeout": statement_timeout_s, "lock_timeout": lock_timeout_s}
    return Session(dsn, {name: f"{round(seconds * 1000)}ms" for name, seconds in timeouts.items()})


class Session:
    """An open audit; use it as a context manager, which closes every connection, also after Ctrl-C.

    An error of the server that nobody has dealt with leaves it as an AuditorError.

    `main` holds the snapshot and stays open until all workers are there.
    """

    def __init__(self, dsn: str, timeouts: dict[str, str]) -> None:
        self._dsn = dsn
        self._timeouts = timeouts
        self._guard = threading.Lock()
        self._opened: list[Connection] = []
        self._snapshot: str | None = None
        self._notes: list[str] = []
        self._log = StatementLog()
        try:
            self.main, self._server = self._first()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, psycopg.Error):
            raise breakdown(error) from None

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is not as usual: a newer server, a snapshot that cannot be shared."""
        return tuple(self._notes)

    @property
    def host(self) -> str:
        """The host's name for the report; `local socket` where there is none. Never a user or password."""
        host = self.main.host
        return "local socket" if not host or host.startswith(("/", "@")) else host

    @property
    def snapshot(self) -> str | None:
        """The snapshot's name, for whoever reads beside this session (pg_dump); None where it cannot be shared."""
        return self._snapshot

    def identity(self) -> tuple[str, int] | None:
        """The cluster's system identifier, which only its physical copies share, and the database's oid in it; None
        where the role may not ask."""
        try:
            ((row,),) = self.main.execute_and_roll_back([_IDENTITY])
        except psycopg.Error:
            return None
        identifier, oid = row
        return str(identifier), int(oid)

    @property
    def records(self) -> tuple[ScanRecord, ...]:
        """The messages sent so far by all connections, in the order of sending; those still running are left out."""
        return self._log.records

    @property
    def statements(self) -> int:
        """How many statements were sent: a message may hold several. Rolling back to the savepoint is not counted."""
        return self._log.statements

    def jobs(self, wanted: int) -> int:
        """How many workers there can be at most: `wanted`, or one where the snapshot cannot be shared."""
        return wanted if self._snapshot is not None else 1

    def worker(self) -> Connection:
        """A new connection that sees the same snapshot, with the same settings; for use from any thread.

        Raises WorkerUnavailableError where there can be none: the audit then goes on with those it has.
        """
        if self._snapshot is None:
            raise WorkerUnavailableError("the snapshot cannot be shared")
        try:
            connection = self._connect()
        except psycopg.Error as error:
            raise WorkerUnavailableError(f"another connection is refused: {summary_of(error)}") from None
        try:
            server, _ = self._begin(connection, snapshot=self._snapshot)
        except psycopg.Error as error:
            connection.close()
            raise WorkerUnavailableError(f"the snapshot cannot be imported: {summary_of(error)}") from None
        if server != self._server:
            connection.close()
            raise WorkerUnavailableError("the address leads to several servers")
        return connection

    def close(self) -> None:
        """Cancel what still runs and close every connection."""
        with self._guard:
            opened, self._opened = self._opened, []
        for connection in opened:
            with suppress(psycopg.Error):
                connection.close()

    def _first(self) -> tuple[Connection, str]:
        try:
            connection = self._connect()
        except psycopg.Error as error:
            raise connection_failure(error, self._dsn) from None
        self._note_version(connection.server_version // 10_000)
        try:
            return connection, self._begin_and_export(connection)
        except psycopg.Error as error:
            raise transaction_failure(error) from None

    def _begin_and_export(self, connection: Connection) -> str:
        try:
            server, self._snapshot = self._begin(connection, export=True)
        except psycopg.Error as error:
            connection.execute("ROLLBACK")
            server, _ = self._begin(connection)
            self._notes.append(f"The snapshot cannot be shared ({summary_of(error)}): one worker does all scans.")
        return server

    def _note_version(self, major: int) -> None:
        if major < OLDEST_SERVER:
            raise AuditorError(
                f"the server's version {major} is not supported", f"Use PostgreSQL {OLDEST_SERVER} or newer."
            )
        if major > NEWEST_TESTED_SERVER:
            self._notes.append(f"PostgreSQL {major} is newer than {NEWEST_TESTED_SERVER}, the newest that was tested.")

    def _connect(self) -> Connection:
        options: dict[str, Any] = {"application_name": "auditor", "client_encoding": "UTF8"}
        if "connect_timeout" not in conninfo_to_dict(self._dsn) and "PGCONNECT_TIMEOUT" not in os.environ:
            options["connect_timeout"] = _CONNECT_TIMEOUT_S
        raw: psycopg.Connection[Row] = psycopg.connect(
            self._dsn, autocommit=True, prepare_threshold=None, context=_Loaders(), **options
        )
        connection = Connection(raw, self._log)
        with self._guard:
            self._opened.append(connection)
        return connection

    def _begin(
        self, connection: Connection, *, snapshot: str | None = None, export: bool = False
    ) -> tuple[str, str | None]:
        """Begin the transaction in one message; give the server's identity and the exported snapshot's name."""
        settings = _SETTINGS | self._timeouts
        if connection.server_version >= 170_000:
            settings["transaction_timeout"] = "0"
        begin = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"]
        if snapshot is not None:
            begin.append(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)).as_string(None))
        *_, rows, _ = connection.send([*begin, _set_up(settings, export), SAVEPOINT])
        read_only, isolation, server, exported = rows[0][-4:]
        if (read_only, isolation) != ("on", "repeatable read"):
            raise AuditorError(
                f"the transaction is {isolation} and its read_only is {read_only}, in spite of BEGIN",
                "Connect to PostgreSQL itself: something between rewrites statements.",
            )
        return server, exported


class _Loaders:
    """What psycopg asks for under the name of a context: how values become Python's."""

    adapters = adapters()
    connection = None


def _set_up(settings: dict[str, str], export: bool) -> str:
    """One SELECT that sets everything until the transaction's end and tells what came about."""
    set_all = [
        sql.SQL("pg_catalog.set_config({}, {}, true)").format(sql.Literal(name), sql.Literal(value))
        for name, value in settings.items()
    ]
    exported = "pg_catalog.pg_export_snapshot()" if export else "NULL"
    return (
        sql.SQL("SELECT {}")
        .format(sql.SQL(",\n  ").join([*set_all, sql.SQL(_STATE), sql.SQL(exported)]))
        .as_string(None)
    )
