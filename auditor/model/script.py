"""What a step is made of, apart from the frame that psql or another runner puts around it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from auditor.model.subject import printable

_ASKED = "auditor_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Statements that run in one transaction or, where PostgreSQL refuses it in any, a single one outside.

    `settings` (`lock_timeout = '2s'`) hold for them alone. Outside, `condition` is an SQL expression that says whether
    the statement is needed; `repairs` is true where it clears away what a failure of the part after it left behind, and
    `may_fail` where its failure is what it is for. Each can be run again.
    """

    title: str
    settings: tuple[str, ...] = ()
    statements: tuple[str, ...]
    transactional: bool = True
    condition: str | None = None
    repairs: bool = False
    may_fail: bool = False


def psql_text(parts: Iterable[Part]) -> str:
    """The parts for psql, each with its own frame, whatever the session before it set."""
    return "\n".join(line for group in _framed(parts) for line in group)


def _framed(parts: Iterable[Part]) -> Iterator[Iterator[str]]:
    """Those outside transactions share the settings of the one before, where they have the same."""
    frames = groupby(enumerate(parts), lambda each: (each[0], ()) if each[1].transactional else (-1, each[1].settings))
    for _, frame in frames:
        together = [part for _, part in frame]
        yield _transaction(together[0]) if together[0].transactional else _outside(together)


def _transaction(part: Part) -> Iterator[str]:
    yield f"-- {printable(part.title)}"
    yield "BEGIN ISOLATION LEVEL READ COMMITTED;"
    yield from (f"SET LOCAL {setting};" for setting in part.settings)
    yield from part.statements
    yield "COMMIT;"


def _outside(parts: list[Part]) -> Iterator[str]:
    settings = parts[0].settings
    yield from (f"-- {title}" for title in dict.fromkeys(printable(part.title) for part in parts))
    yield from (f"SET {setting};" for setting in settings)
    for part in parts:
        yield from _conditional(part)
    yield from (f"RESET {setting.split(' ')[0]};" for setting in settings)


def _conditional(part: Part) -> Iterator[str]:
    """psql asks, as no block can hold such a statement."""
    if part.condition is not None:
        yield f"SELECT {part.condition} AS {_ASKED} \\gset"
        yield f"\\if :{_ASKED}"
    if part.may_fail:
        yield "\\echo the next statement is to end in an error, and what follows runs all the same"
        yield "\\set ON_ERROR_STOP off"
    yield from part.statements
    if part.may_fail:
        yield "\\set ON_ERROR_STOP on"
    if part.condition is not None:
        yield "\\endif"
