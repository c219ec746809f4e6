"""What the identity law compares: a database before a plan, and after the plan was applied and rolled back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from auditor import sql
from auditor.connect import summary_of
from auditor.errors import AuditorError
from auditor.model import printable

Flag = tuple[str, str, str, str]
"""Kind, table and name as the server writes them, state."""
Name = tuple[str, str]
"""Schema and name of a table, unquoted."""
Dump = Callable[..., str]
"""What pg_dump writes with these options."""

# Triggers may remove large objects with the rows that name them.
_TABLES = """
SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE (c.relkind IN ('r', 'p') AND NOT c.relispartition OR c.relkind = 'm' AND c.relispopulated)
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
    OR c.oid = 'pg_catalog.pg_largeobject_metadata'::pg_catalog.regclass
ORDER BY 1, 2
"""

# What this role may not read: not at all, or not all rows of it.
_CLOSED = """
SELECT n.nspname, c.relname, closed.wholly, c.relkind IN ('r', 'p')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
LATERAL (SELECT NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE')
    AND pg_catalog.has_table_privilege(c.oid, 'SELECT')) AS wholly) closed
WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND n.nspname !~ '^pg_(toast|temp)' AND (closed.wholly OR pg_catalog.row_security_active(c.oid))
ORDER BY 1, 2
"""

# What a dump does not show. A foreign key's own triggers bear numbers: they are told by what they run.
_FLAGS = """
SELECT 'constraint', k.conrelid::pg_catalog.regclass::text, k.conname, k.convalidated::text
FROM pg_catalog.pg_constraint k WHERE k.conrelid >= 16384
UNION ALL
SELECT 'index', i.indrelid::pg_catalog.regclass::text, i.indexrelid::pg_catalog.regclass::text,
    (i.indisvalid AND i.indisready AND i.indislive)::text
FROM pg_catalog.pg_index i
WHERE i.indrelid >= 16384 AND i.indrelid NOT IN (SELECT oid FROM pg_catalog.pg_class WHERE relkind = 't')
UNION ALL
SELECT 'trigger', t.tgrelid::pg_catalog.regclass::text, CASE WHEN t.tgisinternal
    THEN pg_catalog.format('%s of %s', t.tgfoid::pg_catalog.regproc, k.conname) ELSE t.tgname END, t.tgenabled::text
FROM pg_catalog.pg_trigger t LEFT JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint WHERE t.tgrelid >= 16384
"""

# Not bare `whole`: a column may be called so.
_HASHED = """
SELECT pg_catalog.count(*), coalesce(sum(('x' || left(h, 16))::bit(64)::bigint), 0)::text,
    coalesce(sum(('x' || right(h, 16))::bit(64)::bigint), 0)::text
FROM (SELECT md5(whole.tableoid::regclass::text || (whole.*)::text) AS h FROM {} AS whole) AS hashed"""

# What the text of a row depends on, whatever the role has as its defaults.
_READING = """
SET row_security = off; SET search_path = ''; SET statement_timeout = 0; SET extra_float_digits = 1;
SET DateStyle = 'ISO, YMD'; SET IntervalStyle = postgres; SET TimeZone = 'UTC'; SET bytea_output = hex"""


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows a table has, and a sum over the hashes of whole rows: equal for equal multisets."""

    number: int
    digest: tuple[str, str]


@dataclass(frozen=True)
class Snapshot:
    """Each table's rows; the schema's dump; what the dump does not show.

    `unread` are tables whose rows could not be read, with the reason, `undumped` those whose definition is not in the
    dump either; `no_dump` says why there is none at all.
    """

    rows: dict[Name, Rows]
    schema: tuple[str, ...]
    flags: Counter[Flag]
    unread: dict[Name, str]
    undumped: frozenset[Name] = frozenset()
    no_dump: str = ""

    @property
    def tables(self) -> frozenset[Name]:
        """All that are there, read or not."""
        return frozenset((*self.rows, *self.unread))


def snapshot_of(connection: psycopg.Connection, dump: Dump) -> Snapshot:
    """All of the database that the law is about, as far as this role may see it.

    Outside the law, and not in here: ctid and order, statistics, sequence positions.
    """
    connection.execute(_READING.encode())
    unread, undumped = _closed(connection)
    no_dump = text = ""
    try:
        text = dump("--schema-only", "--create", *(f"--exclude-table={_pattern(name)}" for name in sorted(undumped)))
    except AuditorError as error:
        no_dump = error.message
    rows = {}
    for name in tables_of(connection):
        if name not in unread:
            try:
                rows[name] = _rows(connection, *name)
            except psycopg.Error as error:
                if connection.broken:
                    raise
                unread[name] = f"reading it ends with {summary_of(error)}"
    return Snapshot(rows, tuple(text.split("\n")), flags_of(connection), unread, undumped, no_dump)


def _closed(connection: psycopg.Connection) -> tuple[dict[Name, str], frozenset[Name]]:
    """Tables whose rows this role may not read, and why; those among them that pg_dump would stumble over."""
    ((role,),) = connection.execute("SELECT current_user::pg_catalog.text")
    unread, undumped = {}, set()
    for schema, name, wholly, dumped in connection.execute(_CLOSED).fetchall():
        unread[schema, name] = printable(
            f"{role} may not read it" if wholly else f"row security hides rows of it from {role}"
        )
        if wholly and dumped:
            undumped.add((schema, name))
    return unread, frozenset(undumped)


def _pattern(name: Name) -> str:
    """As pg_dump matches it alone: in quotes nothing is folded, and no sign means another."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in name)


def tables_of(connection: psycopg.Connection) -> list[Name]:
    """Schema and name of all that holds rows, partitioned tables as one."""
    return connection.execute(_TABLES).fetchall()


def flags_of(connection: psycopg.Connection) -> Counter[Flag]:
    """Constraints validated, indexes valid, triggers enabled: kind, table, name, state."""
    return Counter(connection.execute(_FLAGS).fetchall())


def _rows(connection: psycopg.Connection, schema: str, name: str) -> Rows:
    """Each row counts with the relation that holds it."""
    row = connection.execute(_HASHED.format(sql.quote(schema, name)).encode()).fetchone()
    assert row is not None
    return Rows(row[0], (row[1], row[2]))


_WITH_TRIGGERS = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal AND t.tgenabled <> 'D')
    OR EXISTS (SELECT FROM pg_catalog.pg_event_trigger e WHERE e.evtenabled <> 'D')"""


def has_triggers(connection: psycopg.Connection) -> bool:
    """Whether triggers of the team's own may write where no plan does."""
    row = connection.execute(_WITH_TRIGGERS).fetchone()
    return row is not None and bool(row[0])
