"""The process around an audit: signals, pipes, folders, exit codes, and a password that nobody sees."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from urllib.parse import quote

import psycopg
import pytest
from psycopg import conninfo

from auditor.embedded import private_server
from tests.cli.test_command_line import DIRTY, auditor
from tests.servers import Database, found_versions
from tests.signals import hear_sigint

SLOW = """CREATE FUNCTION slow(int) RETURNS bool LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_catalog.pg_sleep(0.1); RETURN true; END';
    CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL); INSERT INTO t SELECT n, n FROM generate_series(1, 3000) n;
    ALTER TABLE t ADD CONSTRAINT slow CHECK (slow(n)) NOT VALID; ANALYZE;"""
AUDITORS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'auditor' AND datname = %s"
SCANNING = AUDITORS + " AND state = 'active' AND query LIKE '%%slow%%count%%' OR wait_event = 'PgSleep'"


@contextmanager
def started(*arguments: str, folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "AUDITOR", "DATABASE"))}
    command = [sys.executable, "-m", "auditor", *arguments]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=inherited | environment,
        preexec_fn=hear_sigint,  # noqa: PLW1509
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def wait_until_scanning(watcher: psycopg.Connection, database: str) -> None:
    while not watcher.execute(SCANNING, [database]).fetchone() > (0,):  # type: ignore[operator]
        sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_audit_and_what_it_runs_on_the_server(
    database18: Database, tmp_path: Path, number: signal.Signals
) -> None:
    database18.psql(SLOW)
    with database18.connect() as watcher, started("run", database18.dsn, folder=tmp_path) as process:
        wait_until_scanning(watcher, database18.name)
        process.send_signal(number)
        stdout, stderr = process.communicate()
        assert process.returncode == 128 + number
        assert stderr.strip() == "auditor: interrupted, nothing was changed"
        assert stdout == ""
        while watcher.execute(AUDITORS, [database18.name]).fetchone() != (0,):
            sleep(0.05)


def test_the_server_goes_down_while_the_audit_runs(tmp_path: Path) -> None:
    with private_server(found_versions()[18]) as dsn, psycopg.connect(dsn, autocommit=True) as watcher:
        watcher.execute(SLOW.encode())
        with started("run", dsn, folder=tmp_path) as process:
            wait_until_scanning(watcher, "postgres")
            watcher.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""
            )
            watcher.execute("ALTER SYSTEM SET max_connections = 10")
            watcher.execute(b"ALTER DATABASE postgres CONNECTION LIMIT 0")
            watcher.execute(b"ALTER USER postgres CONNECTION LIMIT 0")
            stdout, stderr = process.communicate()
        assert "Traceback" not in stderr
        assert process.returncode == 3, stdout + stderr
        assert "not seen" in stdout


def test_a_reader_that_leaves_early_is_no_error(database18: Database, tmp_path: Path) -> None:
    database18.psql(DIRTY)
    command = [sys.executable, "-m", "auditor", "run", database18.dsn]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
    assert (tmp_path / "audit" / "report.json").exists()


@pytest.mark.parametrize("command", ["run", "plan", "demo"])
def test_a_folder_that_cannot_be_written_is_said_before_the_audit(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    source = [] if command == "demo" else ["postgresql://localhost:1/x"]
    done = auditor(command, *source, "--out", "file/audit", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("auditor: file/audit cannot be written")


def test_nothing_of_an_older_plan_is_left(database18: Database, tmp_path: Path) -> None:
    database18.psql(DIRTY)
    auditor("run", database18.dsn, folder=tmp_path)
    assert (tmp_path / "audit" / "plan" / "20-backup-and-cleanup.sql").exists()
    database18.psql("DROP TABLE books; DROP TABLE authors; CREATE TABLE empty (id int PRIMARY KEY)")
    done = auditor("run", database18.dsn, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "audit" / "plan").iterdir()] == ["README.md"]


@pytest.mark.parametrize(("fail_on", "code"), [("blocker", 0), ("warning", 1), ("advice", 1), ("never", 0)])
def test_fail_on(database18: Database, tmp_path: Path, fail_on: str, code: int) -> None:
    database18.psql("CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL); INSERT INTO users VALUES (1, 'Ann')")
    done = auditor("run", database18.dsn, "--fail-on", fail_on, folder=tmp_path)
    assert done.returncode == code, done.stdout


def test_advice_alone_fails_on_advice_alone(database18: Database, tmp_path: Path) -> None:
    database18.psql("CREATE TABLE users (id int PRIMARY KEY, age int); INSERT INTO users VALUES (1, 2)")
    codes = [
        auditor("run", database18.dsn, "--fail-on", fail_on, folder=tmp_path).returncode
        for fail_on in ("warning", "advice")
    ]
    assert codes == [0, 1]


def test_incomplete_wins_over_findings_and_both_are_said(database18: Database, tmp_path: Path) -> None:
    database18.psql(
        DIRTY + "CREATE ROLE partly LOGIN; GRANT SELECT ON authors, books TO partly; CREATE TABLE closed ()"
    )
    dsn = f"{database18.dsn} user=partly"
    try:
        run = auditor("run", dsn, folder=tmp_path)
        plan = auditor("plan", dsn, "--out", "p", folder=tmp_path)
        stored = auditor("plan", "audit/report.json", "--out", "p", folder=tmp_path)
        report = auditor("report", "audit/report.json", "--out", "r", folder=tmp_path)
    finally:
        database18.psql("DROP OWNED BY partly; DROP ROLE partly")
    assert run.returncode == 3
    assert "1 blocker" in run.stdout
    assert "INCOMPLETE" in run.stdout
    assert (plan.returncode, stored.returncode, report.returncode) == (3, 3, 0)
    assert "the plan may lack steps" in plan.stderr


# --- passwords -----------------------------------------------------------------------------------------------------

PASSWORD = "p@s's /w:ö%rd\\"


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """The folder of the socket of a server that wants a password."""
    with private_server(found_versions()[18]) as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(DIRTY.encode())
            connection.execute(SLOW.encode())
            literal = psycopg.sql.Literal(PASSWORD).as_string(connection)
            connection.execute(f"CREATE ROLE ann LOGIN SUPERUSER PASSWORD {literal}".encode())
            [(file,)] = connection.execute("SHOW hba_file").fetchall()
            Path(file).write_text("local all ann scram-sha-256\nlocal all all trust\n", encoding="utf-8")
            connection.execute("SELECT pg_reload_conf()")
        yield str(conninfo.conninfo_to_dict(dsn)["host"])


def forms(host: str) -> list[tuple[list[str], dict[str, str]]]:
    encoded, socket = quote(PASSWORD, safe=""), quote(host, safe="")
    keywords = conninfo.make_conninfo(host=host, user="ann", dbname="postgres", password=PASSWORD, port=5432)
    at_host = {"PGHOST": host, "PGUSER": "ann", "PGDATABASE": "postgres", "PGPORT": "5432"}
    url = f"postgresql://ann:{encoded}@/postgres?host={socket}&port=5432"
    return [
        ([url], {}),
        ([url.replace("postgresql://", "postgres://")], {}),
        ([url.replace("postgresql://", "postgresql+psycopg://")], {}),
        ([keywords], {}),
        ([], {"AUDITOR_DSN": url}),
        ([], {"DATABASE_URL": keywords}),
        ([], at_host | {"PGPASSWORD": PASSWORD}),
        ([f"postgresql://ann@/postgres?host={socket}&port=5432"], {"PGPASSWORD": PASSWORD}),
    ]


@pytest.mark.parametrize("form", range(8))
def test_a_password_in_every_form_is_understood_and_never_shown(guarded: str, tmp_path: Path, form: int) -> None:
    arguments, environment = forms(guarded)[form]
    done = auditor("run", *arguments, "--skip", "constraints", folder=tmp_path, **environment)
    assert done.returncode == 1, done.stderr
    shown = done.stdout + done.stderr
    for path in (tmp_path / "audit").rglob("*"):
        shown += path.read_text(encoding="utf-8") if path.is_file() else ""
    for secret in (PASSWORD, quote(PASSWORD, safe=""), json.dumps(PASSWORD)[1:-1], "w:ö"):
        assert secret not in shown


def test_a_service_and_a_password_file(guarded: str, tmp_path: Path) -> None:
    services, passwords = tmp_path / "services", tmp_path / "passwords"
    services.write_text(f"[app]\nhost={guarded}\nport=5432\ndbname=postgres\nuser=ann\n", encoding="utf-8")
    escaped = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    passwords.write_text(f"*:*:*:ann:{escaped}\n", encoding="utf-8")
    passwords.chmod(0o600)
    environment = {"PGSERVICEFILE": str(services), "PGPASSFILE": str(passwords)}
    for arguments, more in ((["service=app"], {}), (["postgresql://?service=app"], {}), ([], {"PGSERVICE": "app"})):
        done = auditor("run", *arguments, "--only", "views", folder=tmp_path, **environment, **more)
        assert done.returncode == 0, done.stderr


def test_a_wrong_password_is_said_in_a_line(guarded: str, tmp_path: Path) -> None:
    dsn = f"postgresql://ann:wr0ng@/postgres?host={quote(guarded, safe='')}&port=5432"
    done = auditor("run", dsn, folder=tmp_path)
    assert done.returncode == 2
    assert 'password authentication failed for user "ann"' in done.stderr
    assert "wr0ng" not in done.stdout + done.stderr
    done = auditor("run", dsn.replace(":wr0ng", ""), folder=tmp_path)
    assert done.returncode == 2
    assert "no password supplied" in done.stderr


def test_neither_the_process_nor_the_server_shows_the_password(guarded: str, tmp_path: Path) -> None:
    arguments, _ = forms(guarded)[0]
    with (
        psycopg.connect(host=guarded, port=5432, user="postgres", dbname="postgres", autocommit=True) as watcher,
        started("run", *arguments, folder=tmp_path) as process,
    ):
        wait_until_scanning(watcher, "postgres")
        shown = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode()
        shown += str(watcher.execute("SELECT * FROM pg_stat_activity").fetchall())
    assert "user=ann" in shown
    assert "w%3A" not in shown
    assert PASSWORD not in shown
