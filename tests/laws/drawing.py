"""A database while it is drawn: its tables, what their rows hold, and the script that makes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import strategies as st

from auditor.sql import literal, quote

T = TypeVar("T")

NAMES = ("users", "orgs", "calls", "notes", "plans", "items")
SUFFIXES = ("", ' "%', " $$é", "\n--", " '\\:x */", " {0} " + 39 * "l")

_ADDRESSES = ("Ann@x.org", "bo@x.org", " cy@x.org", "ann@x.org", "dee@x.org", "Bo@x.org ")


class Script(str):
    """A script that a failing example prints as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"a database\n{self}"


@dataclass
class Table:
    """A table while it is drawn. Rows are lists of SQL values; those of a key are distinct.

    `partitioning` is what follows its definition, `parts` are the statements that make its partitions, `leaves` their
    names in SQL.
    """

    name: str
    kind: str
    rows: int
    key: tuple[str, ...]
    key_types: tuple[str, ...]
    suffix: str
    partitioning: str = ""
    parts: list[str] = field(default_factory=list)
    leaves: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    comparable: list[str] = field(default_factory=list)
    references: list[tuple[str, ...]] = field(default_factory=list)
    values: list[list[str]] = field(default_factory=list)

    @property
    def sql(self) -> str:
        """Its name in SQL, as in `schema.table` of a configuration."""
        return quote(self.name)

    def column(self, name: str) -> str:
        """The name that a column gets, as it is in the catalog."""
        return name + self.suffix

    def key_values(self, number: int) -> tuple[str, ...]:
        """The key of the row of that number, whether there is one or not."""
        if self.kind == "uuid":
            return (f"md5('{number}')::uuid",)
        if self.kind == "text":
            return (f"'k{number}'",)
        if self.kind == "address":
            return (literal(_ADDRESSES[number % 6] + ("" if number < 7 else str(number))),)
        return (str(number % 2), str(number)) if self.kind == "composite" else (str(number),)

    def add(self, name: str, definition: str, values: list[str] | None = None) -> None:
        """A column, written by INSERT where there are values."""
        self.columns.append(f"{quote(name)} {definition}")
        if values is not None:
            self.written.append(name)
            self.comparable += [] if definition.startswith(("json", "point")) else [name]
            for row, value in zip(self.values, values, strict=True):
                row.append(value)

    def partition(self, by: str, bounds: dict[str, str], below: str = "") -> None:
        """Partitions of these bounds by number, the first of which is itself partitioned where something is `below`."""
        self.partitioning = f" PARTITION BY {by}"
        for number, bound in bounds.items():
            name = quote(f"{number} {self.name}")
            is_split = below and not self.parts
            self.parts.append(f"CREATE TABLE {name} PARTITION OF {self.sql} {bound}{below if is_split else ''};")
            if is_split:
                leaf = quote(f"{number}a {self.name}")
                self.parts.append(f"CREATE TABLE {leaf} PARTITION OF {name} FOR VALUES WITH (MODULUS 1, REMAINDER 0);")
            self.leaves.append(leaf if is_split else name)


@dataclass
class Drawing:
    """What is drawn so far; the script's parts in their order."""

    draw: st.DrawFn
    version: int
    suffix: str
    tables: list[Table] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    intend: list[str] = field(default_factory=list)
    types: set[str] = field(default_factory=set)

    def choose(self, *choices: T) -> T:
        return self.draw(st.sampled_from(choices))

    def perhaps(self) -> bool:
        return self.draw(st.booleans())

    def each(self, table: Table, value: Callable[[int], str]) -> list[str]:
        """A value for each row, by a number that is drawn."""
        return [value(self.draw(st.integers(0, 9))) for _ in range(table.rows)]

    def script(self) -> Script:
        parts = [f"--! {line}" for intention in self.intend for line in intention.splitlines()]
        parts += sorted(self.types)
        parts += [_creation(table) for table in self.tables]
        parts += [*self.before, "SET session_replication_role = replica;"]
        parts += [_insertion(table) for table in self.tables if table.rows]
        parts += ["RESET session_replication_role;", *self.after, *dict.fromkeys(self.last), "ANALYZE;"]
        return Script("\n".join(parts) + "\n")


def _creation(table: Table) -> str:
    keys = names(table.key)
    columns = [f"{quote(name)} {kind}" for name, kind in zip(table.key, table.key_types, strict=True)]
    key = {"none": [], "unique": [f"UNIQUE ({keys})"]}.get(table.kind, [f"PRIMARY KEY ({keys})"])
    inner = ", ".join([*columns, *table.columns, *key])
    return "\n".join([f"CREATE TABLE {table.sql} ({inner}){table.partitioning};", *table.parts])


def _insertion(table: Table) -> str:
    rows = ",\n    ".join(
        f"({', '.join((*table.key_values(number), *values))})" for number, values in enumerate(table.values, 1)
    )
    return (
        f"INSERT INTO {table.sql} ({names([*table.key, *table.written])}) OVERRIDING SYSTEM VALUE VALUES\n    {rows};"
    )


def names(columns: Iterable[str]) -> str:
    """Names in SQL, with commas."""
    return ", ".join(quote(column) for column in columns)


def intended(kind: str, table: Table, *more: str) -> str:
    """A constraint of the coming migration, as the configuration tells it."""
    lines = ("[[intend]]", f'kind = "{kind}"', f"table = {json.dumps(f'public.{table.sql}')}", *more)
    return "\n".join(line for line in lines if line)
