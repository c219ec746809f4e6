"""What a finding is about, and how that is named for people and machines."""

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from typing import Literal

SubjectKind = Literal[
    "database", "schema", "table", "column", "key", "constraint", "index", "policy", "view", "role", "function"
]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Subject:
    """An object of the database.

    `columns` are those of `table` that the finding is about; `name` that of a constraint, index, policy or role;
    `expression` stands in for a column where the values lie inside one: `metadata->>'call_id'`.
    Names are as in the catalog: not quoted, not folded.
    """

    kind: SubjectKind
    schema: str | None = None
    table: str | None = None
    columns: tuple[str, ...] = ()
    name: str | None = None
    expression: str | None = None

    def __str__(self) -> str:
        """`public.transcripts(call_id)`, `public.calls "calls_org_fk"`; on one line, whatever the names hold."""
        place = ".".join(part for part in (self.schema, self.table) if part is not None)
        inner = self.expression or ", ".join(self.columns)
        text = place + (f"({inner})" if inner else "")
        if self.name is not None:
            text = f'{text} "{self.name}"' if text else self.name
        return printable(text or self.kind)


def printable(text: str) -> str:
    """The text with every control, format, surrogate and separator character written as `\\uXXXX`.

    A newline in a table's name forges a line of a report, an escape sequence drives the terminal, and a
    right-to-left mark turns a line around (Unicode TR 36): none of them reaches a reader's screen.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _is_plain(character) else _escaped(character) for character in text)


def _is_plain(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def fingerprint(check: str, subject: Subject, parameters: tuple[str, ...] = ()) -> str:
    """The identity of a finding: `F-` and ten hexadecimal digits.

    A hash of check, subject and what distinguishes two findings of the check on one subject; never of counts,
    messages or times, so that it stays from night to night.
    """
    identity = [
        check,
        [subject.kind, subject.schema, subject.table, list(subject.columns), subject.name, subject.expression],
        list(parameters),
    ]
    digest = hashlib.sha256(json.dumps(identity, ensure_ascii=True).encode()).hexdigest()
    return f"F-{digest[:10]}"
