"""The session: nothing is written, all see one snapshot, locks are given back, errors hold no secret."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from time import sleep
from urllib.parse import quote

import psycopg
import pytest
from psycopg import conninfo

from auditor.connect import Connection, Session, WorkerUnavailableError, open_session, resolve
from auditor.errors import AuditorError
from tests.servers import Database, Server


def opened(database: Database, **timeouts: float) -> Session:
    return open_session(database.dsn, **({"statement_timeout_s": 20.0, "lock_timeout_s": 0.3} | timeouts))


def test_writing_is_refused(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE TABLE t (a int)")
    with opened(database) as session:
        for who in (session.main, session.worker()):
            for statement in ("INSERT INTO public.t VALUES (1)", "CREATE TABLE public.u (a int)", "TRUNCATE public.t"):
                with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), who.savepoint():
                    who.execute(statement)
            assert who.execute("SELECT count(*) FROM public.t") == [(0,)]


def test_workers_see_one_snapshot_though_rows_are_committed(database: Database) -> None:
    with database.connect() as writer, opened(database) as session:
        writer.execute("CREATE TABLE late (a int)")
        first = session.worker()
        with pytest.raises(psycopg.errors.UndefinedTable), first.savepoint():
            first.execute("SELECT FROM pg_catalog.pg_class WHERE oid = 'public.late'::regclass; SELECT FROM public.lat")
        assert first.execute("SELECT count(*) FROM pg_catalog.pg_class WHERE relname = 'late'") == [(0,)]
    with database.connect() as writer, opened(database) as session:
        writer.execute("INSERT INTO late VALUES (1)")
        second = session.worker()
        writer.execute("INSERT INTO late VALUES (2)")
        third = session.worker()
        counts = [who.execute("SELECT count(*) FROM public.late") for who in (session.main, second, third)]
        assert counts == [[(0,)]] * 3
        session.main.close()
        assert third.execute("SELECT count(*) FROM public.late") == [(0,)]
        with pytest.raises(WorkerUnavailableError, match="cannot be imported"):
            session.worker()


def test_settings(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(
            f"""ALTER DATABASE {database.name} SET search_path = 'public';
            ALTER DATABASE {database.name} SET statement_timeout = '1min';
            ALTER DATABASE {database.name} SET standard_conforming_strings = off;
            ALTER DATABASE {database.name} SET quote_all_identifiers = on;
            ALTER DATABASE {database.name} SET "DateStyle" = 'SQL, DMY'""".encode()
        )
    names = ("search_path", "row_security", "statement_timeout", "lock_timeout", "standard_conforming_strings", "jit",
             "DateStyle", "TimeZone", "quote_all_identifiers", "idle_in_transaction_session_timeout",
             "application_name", "transaction_isolation")  # fmt: skip
    expected = ("", "off", "20s", "300ms", "on", "off", "ISO, YMD", "UTC", "off", "0", "auditor", "repeatable read")
    ask = "SELECT " + ", ".join(f"pg_catalog.current_setting('{name}')" for name in names)
    with opened(database) as session:
        assert session.main.execute(ask) == session.worker().execute(ask) == [expected]
        assert session.notes == ()
        assert session.jobs(4) == 4


def test_a_savepoint_gives_locks_back_and_survives_errors(database: Database) -> None:
    with database.connect() as other, opened(database) as session:
        other.execute("CREATE TABLE t (a int)")
        pid = session.main.backend_pid
        held = "SELECT count(*) FROM pg_locks WHERE pid = %s AND relation = 't'::regclass"
        with session.main.savepoint():
            session.main.execute("SET LOCAL search_path = 'public'")
            session.main.execute("SELECT count(*) FROM t")
            assert other.execute(held, [pid]).fetchone() == (1,)
        assert other.execute(held, [pid]).fetchone() == (0,)
        assert session.main.execute("SELECT pg_catalog.current_setting('search_path')") == [("",)]
        assert session.main.execute_and_roll_back(["SELECT 1", "SELECT FROM public.t", "SELECT 2, '%s'"]) == [
            [(1,)], [], [(2, "%s")]
        ]  # fmt: skip
        assert other.execute(held, [pid]).fetchone() == (0,)
        with pytest.raises(psycopg.errors.DivisionByZero):
            session.main.execute_and_roll_back(["SELECT FROM public.t", "SELECT 1 / 0"])
        with pytest.raises(psycopg.errors.SyntaxError):
            session.main.execute_and_roll_back(["SELECT FROM public.t", "SELECT FROM WHERE"])
        assert other.execute(held, [pid]).fetchone() == (0,)
        assert session.main.execute("SELECT 1") == [(1,)]


def test_timeouts(database: Database) -> None:
    with database.connect() as other, opened(database, statement_timeout_s=0.2) as session:
        with pytest.raises(psycopg.errors.QueryCanceled):
            session.main.execute_and_roll_back(["SELECT pg_catalog.pg_sleep(60)"])
        other.execute("CREATE TABLE t (a int)")
    with database.connect() as other, opened(database) as session:
        other.execute("BEGIN; LOCK TABLE t")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            session.main.execute_and_roll_back(["SELECT FROM public.t"])
        assert session.records[-1].error == "55P03 LockNotAvailable"


def test_cancel_from_another_thread(database: Database) -> None:
    with database.connect() as watcher, opened(database) as session:
        worker = session.worker()
        errors: list[str | None] = []
        thread = Thread(target=_sleep, args=(worker, errors))
        thread.start()
        _wait_until_active(watcher, worker.backend_pid)
        worker.cancel()
        thread.join()
        assert errors == ["57014"]
        assert worker.execute("SELECT 1") == [(1,)]


def test_leaving_the_session_ends_what_runs_and_every_connection(database: Database) -> None:
    errors: list[str | None] = []
    with database.connect() as watcher:
        with suppress(KeyboardInterrupt), opened(database) as session:
            worker = session.worker()
            thread = Thread(target=_sleep, args=(worker, errors))
            thread.start()
            _wait_until_active(watcher, worker.backend_pid)
            raise KeyboardInterrupt
        thread.join()
        assert errors == ["57014"]
        left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'auditor' AND datname = %s"
        while watcher.execute(left, [database.name]).fetchone() != (0,):
            sleep(0.02)


def _sleep(connection: Connection, errors: list[str | None]) -> None:
    try:
        connection.execute_and_roll_back(["SELECT pg_catalog.pg_sleep(60)"])
    except psycopg.Error as error:
        errors.append(error.sqlstate)


def _wait_until_active(watcher: psycopg.Connection, pid: int) -> None:
    asleep = "SELECT FROM pg_stat_activity WHERE pid = %s AND wait_event = 'PgSleep'"
    while not watcher.execute(asleep, [pid]).fetchall():
        sleep(0.02)


def test_statements_are_kept_in_the_order_of_sending(database: Database) -> None:
    with opened(database) as session:
        session.main.execute("SELECT 1 UNION ALL SELECT 2")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            session.main.execute_and_roll_back(["SELECT 3", "SELECT 'a secret'::pg_catalog.int4"])
        begin, ones, failed = session.records
        assert begin.sql.startswith("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        assert (ones.sql, ones.rows, ones.error) == ("SELECT 1 UNION ALL SELECT 2", 2, None)
        assert (failed.sql, failed.rows) == ("SELECT 3;\nSELECT 'a secret'::pg_catalog.int4", 0)
        assert failed.error == "22P02 InvalidTextRepresentation"
        assert session.statements == 6


def test_values_come_as_the_server_writes_them(database: Database) -> None:
    with opened(database) as session:
        assert session.main.execute(
            """SELECT 1, true, 1.5::float8, 'infinity'::date, '9999-12-31'::date + 9, '{"b":  1}'::json,
            '\\x00ff'::bytea,
            'a3bb189e-8bf9-3888-9912-ace4e6543002'::uuid, int4range(1, 5), ARRAY[1, NULL], ROW(1, 'a'),
            ARRAY['infinity'::timestamptz]"""
        ) == [
            (1, True, 1.5, "infinity", "10000-01-09", '{"b":  1}', "\\x00ff", "a3bb189e-8bf9-3888-9912-ace4e6543002",
             "[1,5)", [1, None], "(1,a)", ["infinity"])
        ]  # fmt: skip


def test_no_more_connections_are_no_more_workers(database: Database) -> None:
    role = f"{database.name}_few"
    with database.connect() as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1".encode())
    try:
        with (
            open_session(conninfo.make_conninfo(database.dsn, user=role), statement_timeout_s=20) as session,
            pytest.raises(WorkerUnavailableError, match="another connection is refused"),
        ):
            session.worker()
    finally:
        with database.connect() as connection:
            connection.execute(f"DROP ROLE {role}".encode())


def test_what_a_role_has_set_for_itself_disturbs_nothing(database: Database) -> None:
    role = f"{database.name}_hurried"
    hurried = {
        "statement_timeout": "'500ms'",
        "lock_timeout": "'1ms'",
        "idle_in_transaction_session_timeout": "'500ms'",
        "search_path": "nowhere",
        "row_security": "on",
        "default_transaction_isolation": "serializable",
        "default_transaction_read_only": "on",
    }
    with database.connect() as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
        for name, value in hurried.items():
            connection.execute(f"ALTER ROLE {role} SET {name} = {value}".encode())
    try:
        with open_session(conninfo.make_conninfo(database.dsn, user=role), statement_timeout_s=20) as session:
            for who in (session.main, session.worker()):
                asked = "SELECT pg_catalog.pg_sleep(0.7), pg_catalog.current_setting('row_security')"
                assert who.execute(asked) == [("", "off")]
            sleep(0.7)
            assert session.main.execute("SELECT 1") == [(1,)]
    finally:
        with database.connect() as connection:
            connection.execute(f"DROP ROLE {role}".encode())


@pytest.mark.parametrize("name", ["a'b\"c \\ <script> %s $$ ü", "postgresql://h", "dbname=x", "x" * 63])
def test_databases_with_hostile_names(server: Server, name: str) -> None:
    with server.database(name) as database:
        url = f"postgresql://postgres@/{quote(name, safe='')}"
        socket = conninfo.conninfo_to_dict(database.dsn)["host"]
        for dsn in (database.dsn, f"{url}?host={quote(str(socket), safe='')}&port=5432"):
            with open_session(resolve(dsn, {}), statement_timeout_s=20) as session:
                assert session.main.execute("SELECT pg_catalog.current_database()::pg_catalog.text") == [(name,)]


def _end_while_it_works(database: Database) -> None:
    with database.connect() as other, opened(database) as session:
        other.execute("SELECT pg_terminate_backend(%s)", [session.main.backend_pid])
        while session.main.execute("SELECT 1"):
            sleep(0.02)


def test_a_connection_that_breaks_is_an_error_with_a_hint(database: Database) -> None:
    with pytest.raises(AuditorError) as raised:
        _end_while_it_works(database)
    assert raised.value.message.startswith("the connection broke while the audit ran: ")
    assert raised.value.__suppress_context__


def test_the_host_is_never_a_path(database18: Database) -> None:
    with opened(database18) as session:
        assert session.host == "local socket"


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"user": "nobody_of_that_name"}, 'role "nobody_of_that_name" does not exist'),
        ({"dbname": "nowhere"}, 'database "nowhere" does not exist'),
        ({"host": "127.0.0.1", "port": "1"}, "Connection refused"),
        ({"host": "h.invalid"}, "h.invalid"),
        ({"user": "s3cret"}, "the server cannot be reached"),
    ],
)
def test_no_connection(database18: Database, keywords: dict[str, str], message: str) -> None:
    dsn = conninfo.make_conninfo(database18.dsn, **({"password": "s3cret"} | keywords))
    with pytest.raises(AuditorError) as raised:
        open_session(dsn, statement_timeout_s=20)
    error = raised.value
    assert message in error.message
    assert "s3cret" not in error.message + error.hint
    assert "\n" not in error.message
    assert error.hint
    assert error.__cause__ is None
    assert error.__suppress_context__
