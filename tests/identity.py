"""What the identity law compares: a database before a plan, and after the plan was applied and rolled back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import psycopg
from psycopg import sql

_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (c.relkind IN ('r', 'p') AND NOT c.relispartition OR c.relkind = 'm' AND c.relispopulated)
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
ORDER BY 1, 2
"""

# What a dump does not show.
_FLAGS = """
SELECT 'constraint', k.conrelid::regclass::text, k.conname, k.convalidated::text FROM pg_constraint k
WHERE k.conrelid >= 16384
UNION ALL
SELECT 'index', i.indrelid::regclass::text, i.indexrelid::regclass::text, i.indisvalid::text FROM pg_index i
WHERE i.indrelid >= 16384 AND i.indrelid NOT IN (SELECT oid FROM pg_class WHERE relkind = 't')
UNION ALL
SELECT 'trigger', t.tgrelid::regclass::text, t.tgname, t.tgenabled::text FROM pg_trigger t
WHERE t.tgrelid >= 16384 AND NOT t.tgisinternal
"""


@dataclass(frozen=True)
class Snapshot:
    """Whole rows as text, each as often as it occurs, by table; the schema's dump; what the dump does not show."""

    rows: dict[str, Counter[str]]
    schema: tuple[str, ...]
    flags: Counter[tuple[str, ...]]


def snapshot_of(connection: psycopg.Connection, dump: str) -> Snapshot:
    """All of the database that the law is about; `dump` is the text of `pg_dump --schema-only`.

    Outside the law, and not in here: ctid and order, statistics, sequence positions.
    """
    connection.execute("SET row_security = off")
    tables = connection.execute(_TABLES).fetchall()
    return Snapshot(
        rows={f"{schema}.{name}": _rows(connection, schema, name) for schema, name in tables},
        schema=tuple(dump.splitlines()),
        flags=Counter(connection.execute(_FLAGS).fetchall()),
    )


def _rows(connection: psycopg.Connection, schema: str, name: str) -> Counter[str]:
    """Each row with the relation that holds it."""
    query = sql.SQL("SELECT whole.tableoid::regclass::text || whole::text FROM {} AS whole")
    return Counter(row for (row,) in connection.execute(query.format(sql.Identifier(schema, name))))
