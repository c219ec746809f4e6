"""Rows from the target to the copy: streams of COPY, nothing in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import psycopg

from auditor import sql
from auditor.connect import Connection, summary_of
from auditor.model import printable

# Generated columns follow from the others; an extension's own tables come with it.
_SOURCES = """
SELECT n.nspname, c.relname, ARRAY(
    SELECT a.attname FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2"""

_SEQUENCES = """
SELECT pg_catalog.format('%I.%I', s.schemaname, s.sequencename), s.last_value
FROM pg_catalog.pg_sequences s WHERE s.last_value IS NOT NULL"""

# A snapshot does not see that a table was truncated or rewritten: its rows are gone without an error.
_SAME_FILE = """
SELECT c.relfilenode = pg_catalog.pg_relation_filenode(c.oid) FROM pg_catalog.pg_class c
WHERE c.oid = {}::pg_catalog.regclass"""

# What text means on the way in; no trigger and no foreign key refuses a dirty row.
_LOADING = """
SET session_replication_role = replica; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = postgres;
SET xmloption = content; SET TimeZone = 'UTC'; SET search_path = ''; SET row_security = off"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A relation that holds rows itself: a table, a partition."""

    schema: str
    name: str
    columns: tuple[str, ...]

    def __str__(self) -> str:
        return printable(f"{self.schema}.{self.name}")

    @property
    def whole(self) -> str:
        """All of its rows."""
        return f"{sql.quote(self.schema, self.name)} ({_list(self.columns)})"


class RewrittenError(Exception):
    """A table was truncated or rewritten while its rows were read."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of which tables came over, what did not, with the reason, and what stands in for something."""

    rows: dict[str, int]
    gaps: tuple[str, ...]
    notes: tuple[str, ...] = ()


def sources_of(source: Connection) -> tuple[Stored, ...]:
    """Whatever holds rows and has a column that can be written."""
    stored = (Stored(schema, name, tuple(columns)) for schema, name, columns in source.execute(_SOURCES))
    return tuple(each for each in stored if each.columns)


def narrowed(stored: Iterable[Stored], target: psycopg.Connection) -> tuple[Stored, ...]:
    """Those that the copy has, with the columns that it has."""
    there = {(schema, name): set(columns) for schema, name, columns in target.execute(_SOURCES.encode()).fetchall()}
    return tuple(
        replace(each, columns=tuple(column for column in each.columns if column in there[each.schema, each.name]))
        for each in stored
        if (each.schema, each.name) in there
    )


def load(source: Connection, target: psycopg.Connection, parts: Iterable[tuple[Stored, str]]) -> Loaded:
    """Copies rows: each part is a table and what COPY reads of it."""
    target.execute(_LOADING)
    numbers: dict[str, int] = {}
    gaps = []
    for stored, what in parts:
        try:
            if number := _stream(source, target, stored, what):
                numbers[str(stored)] = numbers.get(str(stored), 0) + number
        except (psycopg.Error, RewrittenError) as error:
            gaps.append(f"rows of {stored} could not be copied: {summary_of(error)}")
    gaps += _sequences(source, target)
    return Loaded(numbers, tuple(gaps), tuple(_large_objects(source)))


def _stream(source: Connection, target: psycopg.Connection, stored: Stored, what: str) -> int:
    read, write = f"COPY {what} TO STDOUT", f"COPY {stored.whole} FROM STDIN".encode()
    with source.savepoint(), target.cursor() as cursor:
        with closing(source.copy(read)) as pieces, cursor.copy(write) as stream:
            for piece in pieces:
                stream.write(piece)
        ((same,),) = source.execute(_SAME_FILE.format(sql.literal(sql.quote(stored.schema, stored.name))))
        if not same:
            raise RewrittenError
        return cursor.rowcount


def _sequences(source: Connection, target: psycopg.Connection) -> Iterator[str]:
    """What triggers write meanwhile is numbered as on the target."""
    for name, value in source.execute(_SEQUENCES):
        try:
            target.execute(f"SELECT pg_catalog.setval({sql.literal(name)}, {value})".encode())
        except psycopg.Error as error:
            yield f"the sequence {printable(name)} could not be set: {summary_of(error)}"


def _large_objects(source: Connection) -> Iterator[str]:
    """The schema's dump makes them, as rows name them and triggers may remove them."""
    ((number,),) = source.execute("SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata")
    if number:
        yield f"{number:,} large objects are empty there"


def _list(columns: Iterable[str]) -> str:
    return ", ".join(sql.quote(column) for column in columns)
