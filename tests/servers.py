"""The PostgreSQL servers of the tests: which there are, and databases on them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from auditor.demo import calliq
from auditor.embedded import embedded_binaries, private_server

_MACHINES_OWN = Path("/usr/lib/postgresql/15/bin")
_numbers = count(1)


@cache
def found_versions() -> dict[int, Path]:
    """The folder of binaries for each version: embedded 16 and 18, and the machine's own 15 where found."""
    found = {16: embedded_binaries(16), 18: embedded_binaries(18)}
    own = _machines_own()
    return {15: own, **found} if own else found


def versions_with(extension: str) -> list[int]:
    """The versions whose binaries bring that extension."""
    return [version for version, binaries in found_versions().items() if _brings(binaries, extension)]


def _brings(binaries: Path, extension: str) -> bool:
    shared = Path(_output(str(binaries / "pg_config"), "--sharedir").strip())
    return (shared / "extension" / f"{extension}.control").exists()


def _machines_own() -> Path | None:
    if (_MACHINES_OWN / "initdb").exists():
        return _MACHINES_OWN
    pg_config = shutil.which("pg_config")
    if pg_config is None or " 15." not in _output(pg_config, "--version"):
        return None
    binaries = Path(_output(pg_config, "--bindir").strip())
    return binaries if (binaries / "initdb").exists() else None


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@dataclass(frozen=True)
class Database:
    """One database on one server; whoever made it drops it."""

    name: str
    server: Server

    @property
    def dsn(self) -> str:
        return make_conninfo(self.server.dsn, dbname=self.name)

    @property
    def server_version(self) -> int:
        """The major version, as 18."""
        return self.server.version

    def connect(self) -> psycopg.Connection:
        """A new connection in autocommit; use it as a context manager, which closes it."""
        return psycopg.connect(self.dsn, autocommit=True)

    def psql(self, script: Path | str) -> subprocess.CompletedProcess[str]:
        """Run a file, or a text, with this server's own psql; stops at the first error, returncode 3."""
        command: list[str | Path] = [self.server.binaries / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.dsn]
        if isinstance(script, Path):
            return self._run([*command, "-f", script])
        return self._run([*command, "-f", "-"], script)

    def pg_dump(self) -> str:
        """The schema as this server's own pg_dump writes it, without the random key of `\\restrict`."""
        dumped = self._run([self.server.binaries / "pg_dump", "--schema-only", "-d", self.dsn])
        dumped.check_returncode()
        lines = dumped.stdout.splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith(("\\restrict ", "\\unrestrict ")))

    @contextmanager
    def clone(self, name: str | None = None) -> Iterator[Database]:
        """A copy, dropped at the end. Nobody may be connected to this database meanwhile."""
        with self.server.database(name, template=self.name) as copy:
            yield copy

    def _run(self, command: list[str | Path], text: str | None = None) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return subprocess.run(command, input=text, capture_output=True, text=True, env=environment, check=False)


@dataclass(frozen=True)
class Server:
    """A running private server of one version."""

    version: int
    dsn: str
    binaries: Path

    @contextmanager
    def database(
        self, name: str | None = None, template: str = "template0", encoding: str | None = None
    ) -> Iterator[Database]:
        """A fresh database, dropped at the end whoever is still connected."""
        database = self.create_database(name or f"test_{next(_numbers)}", template, encoding)
        try:
            yield database
        finally:
            self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name)))

    def create_database(self, name: str, template: str = "template0", encoding: str | None = None) -> Database:
        """A database that lives as long as the server."""
        other = f" ENCODING {encoding} LOCALE_PROVIDER libc LOCALE 'C'" if encoding else ""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + other)
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return Database(name, self)

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement)


@dataclass(frozen=True)
class Servers:
    """The servers of one test process: each starts when it is first asked for."""

    _stack: ExitStack
    _running: dict[int, Server] = field(default_factory=dict)
    _calliq: dict[int, Database] = field(default_factory=dict)

    def version(self, version: int) -> Server:
        if version not in self._running:
            binaries = found_versions()[version]
            dsn = self._stack.enter_context(private_server(binaries))
            with psycopg.connect(dsn, autocommit=True) as connection:
                calliq.create_roles(connection)
            self._running[version] = Server(version, dsn, binaries)
        return self._running[version]

    def calliq(self, version: int) -> Database:
        """The calliq scenario in its default size, loaded once for each server: to be cloned, not changed."""
        if version not in self._calliq:
            template = self.version(version).create_database("calliq_template")
            with template.connect() as connection:
                calliq.load(connection)
            self._calliq[version] = template
        return self._calliq[version]


@contextmanager
def servers() -> Iterator[Servers]:
    """Nothing runs at first; everything that was started is stopped at the end."""
    with ExitStack() as stack:
        yield Servers(stack)
