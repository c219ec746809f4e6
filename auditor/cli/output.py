"""Where reports go: files in a folder, or one report on stdout."""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from auditor import wiring
from auditor.config import PlanFormat, nearest
from auditor.errors import AuditorError
from auditor.model import Audit

_PLAN = (
    "[0-9][0-9]-*.sql",
    "plan.json",
    "steps/[0-9]*.sql",
    "steps/[0-9]*.sql.conf",
    "rollback/[0-9]*.sql",
    "rollback/[0-9]*.sql.conf",
    "alembic/p[0-9]*.py",
)
"""The files of a plan in any of its formats, below its folder."""


def check_formats(formats: Sequence[str], out: str) -> tuple[str, ...]:
    """The names of formats, each once; AuditorError for one that is unknown, or that stdout cannot take."""
    names = tuple(dict.fromkeys(name.strip() for text in formats for name in text.split(",") if name.strip()))
    known = wiring.all_formats()
    for name in names:
        if name not in known:
            raise AuditorError(f"there is no format {name!r}; there are {', '.join(known)}", nearest(name, [*known]))
    if out == "-" and (len(names) != 1 or "sql" in names):
        raise AuditorError("--out - takes one format that is one file", "use --format json --out -")
    return names


def check_folder(out: str) -> None:
    """AuditorError where nothing can be written to the folder: better before the audit than after it."""
    if out == "-":
        return
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from None


@contextmanager
def readers_may_leave() -> Iterator[None]:
    """Writing to a pipe whose reader has left (`| head`) is no error."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(audit: Audit, formats: Sequence[str], out: str, plan_format: PlanFormat = "psql") -> tuple[Path, ...]:
    """Writes the formats below the folder `out` (or one of them to stdout for `-`); gives the files."""
    known = wiring.all_formats(plan_format)
    if out == "-":
        with readers_may_leave():
            for pieces in known[formats[0]].files(audit).values():
                sys.stdout.writelines(pieces)
        return ()
    if "sql" in formats:
        _forget_plan(Path(out))
    return tuple(
        _written(Path(out) / path, pieces) for name in formats for path, pieces in known[name].files(audit).items()
    )


def _forget_plan(out: Path) -> None:
    """Removes the files of an earlier plan: one that is not written now would be run with the new ones."""
    for old in (found for pattern in _PLAN for found in (out / "plan").glob(pattern)):
        try:
            old.unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(old, error) from None


def _written(path: Path, pieces: Iterable[str]) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
    except OSError as error:
        raise _unwritable(path, error) from None
    return path


def _unwritable(path: Path, error: OSError) -> AuditorError:
    return AuditorError(f"{path} cannot be written: {error.strerror}", "name another folder with --out")
