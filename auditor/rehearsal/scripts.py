"""The scripts of a plan, each run as its reader or its runner would run it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import psycopg
import sqlalchemy as sa

from auditor.config import PlanFormat
from auditor.errors import AuditorError
from auditor.model import Phase, Step
from auditor.rehearsal.programs import Programs
from auditor.rehearsal.refusal import Refusal, refusal_in, refusal_of

FORWARD = tuple(phase for phase in Phase if phase is not Phase.ROLLBACK)
_ALONE = "-- migrate:up transaction:false\n"
_STEP = re.compile(r"^-- (step \d+: .*)$", re.MULTILINE)
Frame = Literal["psql", "transaction", "alone", "upgrade", "downgrade"]


@dataclass(frozen=True, slots=True)
class Script:
    """A file of a plan: by psql, as a runner sends it (in a transaction or alone), or by a function of a revision."""

    name: str
    text: str
    frame: Frame = "psql"

    def run(self, dsn: str, programs: Programs) -> Refusal | None:
        """Runs it; gives the error that it stops at."""
        if self.frame == "psql":
            done = programs.psql(dsn, self.text)
            return refusal_in(done.stderr) if done.returncode != 0 else None
        try:
            if self.frame in ("upgrade", "downgrade"):
                _run_revision(self, dsn)
            else:
                _send(self, dsn)
        except psycopg.Error as error:
            return refusal_of(error)
        return None

    def place(self, line: int | None) -> str:
        """Where that line is: the file, and the step that it belongs to."""
        if line is None:
            return self.name
        above = "\n".join(self.text.split("\n")[:line])
        steps = _STEP.findall(above)
        return f"{self.name}, {steps[-1]}, line {line:,}" if steps else f"{self.name}, line {line:,}"

    def without(self, steps: Sequence[Step]) -> Script | None:
        """The script without these steps, as many lines long; None where it holds nothing else."""
        if self.frame != "psql":
            parts = ("\n".join(part.statements) for step in steps for part in step.parts)
            return None if any(part in self.text for part in parts) else self
        text = self.text
        for step in steps:
            body = step.sql.rstrip("\n")
            text = text.replace(body, "-- left out" + "\n" * body.count("\n"), 1)
        return replace(self, text=text)


@dataclass(frozen=True, slots=True)
class Scripts:
    """All of a plan's: `forward` with its verification, and `back`."""

    layout: PlanFormat
    forward: tuple[Script, ...]
    back: tuple[Script, ...]

    def without(self, steps: Sequence[Step]) -> Scripts:
        """Those that are left, and are shorter, where these steps are not to be run."""
        forward, back = (
            tuple(kept for each in scripts if (kept := each.without(steps)) is not None)
            for scripts in (self.forward, self.back)
        )
        return replace(self, forward=forward, back=back)


def scripts_in(folder: Path) -> Scripts:
    """What there is in that plan folder, in whichever of the formats; OSError where it cannot be read."""
    if (folder / "alembic").is_dir():
        return _revision(folder)
    if (folder / "steps").is_dir():
        forward, back = (_numbered(folder, name) for name in ("steps", "rollback"))
        return Scripts("steps", forward, back)
    return psql_scripts({file.name: file.read_text(encoding="utf-8") for file in folder.glob("[0-9]*.sql")})


def psql_scripts(files: dict[str, str]) -> Scripts:
    """Those for psql, of texts by the names of their files."""
    forward = tuple(Script(phase.file, files[phase.file]) for phase in FORWARD if phase.file in files)
    rollback = Phase.ROLLBACK.file
    return Scripts("psql", forward, (Script(rollback, files[rollback]),) if rollback in files else ())


def _numbered(folder: Path, name: str) -> tuple[Script, ...]:
    files = sorted((folder / name).glob("*.sql"), key=lambda file: file.name)
    texts = ((f"{name}/{file.name}", file.read_text(encoding="utf-8")) for file in files)
    return tuple(Script(place, text, "alone" if text.startswith(_ALONE) else "transaction") for place, text in texts)


def _revision(folder: Path) -> Scripts:
    try:
        import alembic  # noqa: F401
    except ImportError:
        raise AuditorError(
            f"{folder} is a plan for Alembic, which is not installed here",
            "pip install alembic, or name the report.json: its plan is then rehearsed as psql runs it",
        ) from None
    files = sorted((folder / "alembic").glob("*.py"))
    texts = [(f"alembic/{file.name}", file.read_text(encoding="utf-8")) for file in files]
    forward, back = (tuple(Script(*each, frame) for each in texts) for frame in ("upgrade", "downgrade"))
    return Scripts("alembic", forward, back)


def _send(script: Script, dsn: str) -> None:
    """As runners do: the whole file in one message, nothing in it is a parameter."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        if script.frame == "transaction":
            with connection.transaction():
                connection.execute(script.text.encode())
        else:
            connection.execute(script.text.encode())


def _run_revision(script: Script, dsn: str) -> None:
    """Under Alembic's operations, without its table of versions: which revision is next is none of the plan's."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    functions: dict[str, Any] = {"__name__": "revision"}
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=sa.NullPool)
    try:
        exec(compile(script.text, script.name, "exec"), functions)  # noqa: S102 (whoever names a plan runs it)
        with engine.connect() as connection, Operations.context(MigrationContext.configure(connection)):
            functions[script.frame]()
    except sa.exc.DBAPIError as error:
        if not isinstance(error.orig, psycopg.Error):
            raise
        raise error.orig from None
    except (SyntaxError, KeyError, NameError) as error:
        raise AuditorError(f"{script.name} is no revision of a plan: {type(error).__name__}", "write it anew") from None
