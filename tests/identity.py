"""What the identity law compares, with whole rows in place of their hashes: a test that fails shows them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import psycopg
from psycopg import sql

from auditor.rehearsal.identity import Flag, flags_of, tables_of


@dataclass(frozen=True)
class Snapshot:
    """Whole rows as text, each as often as it occurs, by table; the schema's dump; what the dump does not show."""

    rows: dict[str, Counter[str]]
    schema: tuple[str, ...]
    flags: Counter[Flag]


def snapshot_of(connection: psycopg.Connection, dump: str) -> Snapshot:
    """All of the database that the law is about; `dump` is the text of `pg_dump --schema-only`.

    Outside the law, and not in here: ctid and order, statistics, sequence positions.
    """
    connection.execute("SET row_security = off")
    return Snapshot(
        rows={f"{schema}.{name}": _rows(connection, schema, name) for schema, name in tables_of(connection)},
        schema=tuple(dump.splitlines()),
        flags=flags_of(connection),
    )


def _rows(connection: psycopg.Connection, schema: str, name: str) -> Counter[str]:
    """Each row with the relation that holds it."""
    query = sql.SQL("SELECT whole.tableoid::regclass::text || (whole.*)::text FROM {} AS whole")
    return Counter(row for (row,) in connection.execute(query.format(sql.Identifier(schema, name))))
