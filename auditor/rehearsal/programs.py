"""PostgreSQL's own programs on this machine: whose `pg_dump` reads a server, and whose server takes a copy."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from auditor.embedded import embedded_binaries
from auditor.errors import AuditorError

_DEBIAN = Path("/usr/lib/postgresql")
_EMBEDDED = (16, 18)
_SPEECH = {"LC_ALL": "C", "LANGUAGE": "", "PGCLIENTENCODING": "UTF8"}
_INSTALL = "pip install 'auditor[embedded]', or install PostgreSQL's client programs of that version"


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with `pg_dump` and `psql` of one version."""

    folder: Path
    version: int

    @property
    def can_serve(self) -> bool:
        """Whether a server is there too."""
        return all((self.folder / name).exists() for name in ("initdb", "postgres", "pg_ctl"))

    def dump(self, dsn: str, *options: str) -> str:
        """What pg_dump writes; AuditorError where it fails.

        Subscriptions are left out: a copy is never to connect to anything.
        """
        settled = ("--no-subscriptions", "--no-password", "--lock-wait-timeout=5s", "--encoding=UTF8")
        done = self._run(dsn, "pg_dump", *settled, *options)
        if done.returncode != 0:
            raise AuditorError(f"pg_dump cannot read the schema: {_last_line(done.stderr)}", "see what it lacks")
        lines = done.stdout.splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith(("\\restrict ", "\\unrestrict ")))

    def psql(self, dsn: str, script: str, *, stop: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs a text as `psql -f` does; stops at the first error unless told otherwise. It tells all about errors."""
        settings = ("-v", f"ON_ERROR_STOP={int(stop)}", "-v", "VERBOSITY=verbose", "-v", "SHOW_CONTEXT=errors")
        return self._run(dsn, "psql", "-X", "-q", *settings, "-w", "-f", "-", text=script)

    def _run(self, dsn: str, name: str, *options: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """A password goes through the environment: everybody on the machine can read arguments. What the program says
        is read: it says so in English."""
        parts = conninfo_to_dict(dsn)
        password = parts.pop("password", None)
        environment = os.environ | _SPEECH | ({"PGPASSWORD": str(password)} if password else {})
        command = [str(self.folder / name), *options, "-d", make_conninfo("", **parts)]
        return subprocess.run(
            command, input=text, capture_output=True, encoding="utf-8", errors="replace", env=environment, check=False
        )


def client_for(version: int) -> Programs:
    """Programs that can read a server of that version: the nearest that is not older."""
    fit = [each for each in _found() if each.version >= version]
    if not fit:
        raise AuditorError(f"there is no pg_dump of version {version} or newer on this machine", _INSTALL)
    return min(fit, key=lambda each: each.version)


def server_for(version: int) -> Programs:
    """Programs with a server that can hold a copy of one of that version: the nearest that is not older.

    The machine's own are taken before the embedded ones: they bring extensions.
    """
    fit = [each for each in _found() if each.version >= version and each.can_serve]
    if not fit:
        raise AuditorError(
            f"there is no PostgreSQL server of version {version} or newer on this machine",
            "pip install 'auditor[embedded]', or name a copy with --on",
        )
    return min(fit, key=lambda each: each.version)


def _found() -> Iterator[Programs]:
    """Debian's folders, those on the PATH, the embedded ones; each that has both programs."""
    folders = [*_DEBIAN.glob("*/bin"), *map(Path, os.get_exec_path())]
    for folder in dict.fromkeys((*folders, *_embedded())):
        if (folder / "pg_dump").exists() and (folder / "psql").exists():
            said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=False)
            if number := re.search(r" (\d+)", said.stdout):
                yield Programs(folder, int(number[1]))


def _embedded() -> Iterator[Path]:
    for version in _EMBEDDED:
        try:
            yield embedded_binaries(version)
        except AuditorError:
            continue


def _last_line(output: str) -> str:
    lines = output.strip().splitlines()
    return lines[-1] if lines else "it says nothing"
