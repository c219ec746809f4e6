"""What a server says when it refuses: for a person, and without the values of rows that it may repeat."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import psycopg
from psycopg import errors

from auditor.model import printable

# psql with VERBOSITY=verbose: `psql:<stdin>:12: ERROR:  23505: duplicate key …`, then lines with a label each.
_HEAD = re.compile(r"^psql:<stdin>:(?P<line>\d+): [^:]+: +(?P<code>[0-9A-Z]{5}): (?P<message>.*)$")
_FIELD = re.compile(
    r"^(?P<label>LINE \d+|DETAIL|HINT|QUERY|CONTEXT|(?:SCHEMA|TABLE|COLUMN|DATATYPE|CONSTRAINT) NAME|LOCATION): +(.*)$"
)
_HARMLESS = ("00", "01", "02")
# Here PostgreSQL's own first line names objects alone; elsewhere (22P02: invalid input syntax …) it repeats values.
_NAMES_ONLY = ("0A", "23", "25", "28", "2B", "3D", "3F", "40", "42", "53", "54", "55", "57", "58")
_RAISE = "exec_stmt_raise"
_OURS = "inline_code_block"
_FUNCTION = re.compile(r"function (\S.*?\(.*?\)) line \d+")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as the server sent it; `line` is where in the script it was, None where there is none.

    `labels` are its other parts by the names that psql gives them.
    """

    code: str
    message: str
    line: int | None = None
    labels: dict[str, str] = field(default_factory=dict)

    def told(self, *, values: bool) -> str:
        """In one line; with what rows hold only where `values` were asked for."""
        if values:
            detail = self.labels.get("DETAIL")
            return printable(f"{self.message} ({self.code}{f': {detail}' if detail else ''})")
        if self._is_raised:
            return printable(self._ours) if self._is_ours else printable(self._named)
        named = self.code[:2] in _NAMES_ONLY
        return printable(f"{self.message} ({self.code})" if named else self._named)

    @property
    def _ours(self) -> str:
        hint = self.labels.get("HINT")
        return f"{self.message} ({hint})" if hint else self.message

    @property
    def _is_raised(self) -> bool:
        return self.code == "P0001" or self.labels.get("LOCATION", "").startswith(_RAISE)

    @property
    def _is_ours(self) -> bool:
        """Raised by a block of the plan, not by a function that it sets off."""
        return _OURS in self.labels.get("CONTEXT", "").partition("\n")[0]

    @property
    def _named(self) -> str:
        """Code and name of the error, and the objects that it is about."""
        place = [self.labels[label] for label in ("SCHEMA NAME", "TABLE NAME", "COLUMN NAME") if label in self.labels]
        constraint = self.labels.get("CONSTRAINT NAME")
        raised = _FUNCTION.search(self.labels.get("CONTEXT", "").partition("\n")[0])
        return (
            f"{self.code} {_name_of(self.code)}"
            + (f" of {'.'.join(place)}" if place else "")
            + (f", constraint {constraint}" if constraint else "")
            + (f", in the function {raised[1]}" if raised else "")
            + "; its text may hold values of rows and is left out"
        )


def _name_of(code: str) -> str:
    try:
        return errors.lookup(code).__name__
    except KeyError:
        return "Error"


def refusal_of(error: psycopg.Error) -> Refusal:
    """What psycopg raised."""
    said = error.diag
    found = {
        "DETAIL": said.message_detail,
        "HINT": said.message_hint,
        "CONTEXT": said.context,
        "SCHEMA NAME": said.schema_name,
        "TABLE NAME": said.table_name,
        "COLUMN NAME": said.column_name,
        "CONSTRAINT NAME": said.constraint_name,
        "LOCATION": said.source_function,
    }
    labels = {label: text for label, text in found.items() if text}
    return Refusal(said.sqlstate or "08000", said.message_primary or "the connection broke", labels=labels)


def refusal_in(stderr: str) -> Refusal:
    """The error that psql stopped at."""
    lines = stderr.splitlines()
    heads = [(number, head) for number, line in enumerate(lines) if (head := _HEAD.match(line))]
    stops = [each for each in heads if each[1]["code"][:2] not in _HARMLESS]
    if not stops:
        return Refusal("08000", "psql stops, and says nothing that is known to hold no values of rows")
    number, head = stops[-1]
    labels: dict[str, str] = {}
    message, label = head["message"], ""
    for line in lines[number + 1 :]:
        if _HEAD.match(line):
            break
        if found := _FIELD.match(line):
            label = found["label"]
            labels[label] = found[2]
        elif label:
            labels[label] += f"\n{line}"
        else:
            message += f"\n{line}"
    return Refusal(head["code"], message, int(head["line"]), labels)
