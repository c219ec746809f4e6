"""What the identity law compares: a database before a plan, and after the plan was applied and rolled back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from difflib import unified_diff

import psycopg

from auditor import sql
from auditor.model import printable

Flag = tuple[str, str, str, str]
"""Kind, table and name as the server writes them, state."""
Name = tuple[str, str]
"""Schema and name of a table, unquoted."""
_SHOWN = 6
# Of an entry in a dump: a name may hold a newline, too.
_END = ";\n\n\n--"

_TABLES = """
SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE (c.relkind IN ('r', 'p') AND NOT c.relispartition OR c.relkind = 'm' AND c.relispopulated)
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
ORDER BY 1, 2
"""

# What a dump does not show.
_FLAGS = """
SELECT 'constraint', k.conrelid::pg_catalog.regclass::text, k.conname, k.convalidated::text
FROM pg_catalog.pg_constraint k WHERE k.conrelid >= 16384
UNION ALL
SELECT 'index', i.indrelid::pg_catalog.regclass::text, i.indexrelid::pg_catalog.regclass::text, i.indisvalid::text
FROM pg_catalog.pg_index i
WHERE i.indrelid >= 16384 AND i.indrelid NOT IN (SELECT oid FROM pg_catalog.pg_class WHERE relkind = 't')
UNION ALL
SELECT 'trigger', t.tgrelid::pg_catalog.regclass::text, t.tgname, t.tgenabled::text
FROM pg_catalog.pg_trigger t WHERE t.tgrelid >= 16384 AND NOT t.tgisinternal
"""

_HASHED = """
SELECT pg_catalog.count(*), coalesce(sum(('x' || left(h, 16))::bit(64)::bigint), 0)::text,
    coalesce(sum(('x' || right(h, 16))::bit(64)::bigint), 0)::text
FROM (SELECT md5(whole.tableoid::regclass::text || whole::text) AS h FROM {} AS whole) AS hashed"""


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows a table has, and a sum over the hashes of whole rows: equal for equal multisets."""

    number: int
    digest: tuple[str, str]


@dataclass(frozen=True)
class Snapshot:
    """Each table's rows; the schema's dump; what the dump does not show."""

    rows: dict[Name, Rows]
    schema: tuple[str, ...]
    flags: Counter[Flag]


def snapshot_of(connection: psycopg.Connection, dump: str) -> Snapshot:
    """All of the database that the law is about; `dump` is the text of `pg_dump --schema-only`.

    Outside the law, and not in here: ctid and order, statistics, sequence positions.
    """
    connection.execute("SET row_security = off; SET search_path = ''")
    return Snapshot(
        rows={name: _rows(connection, *name) for name in tables_of(connection)},
        schema=tuple(dump.split("\n")),
        flags=flags_of(connection),
    )


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


def with_keys_not_valid(before: Snapshot, keys: Collection[tuple[str, str]]) -> Snapshot:
    """As before, but for these constraints (table, name; quoted), which a dump then writes with NOT VALID."""
    validated = Counter[Flag]({("constraint", *key, "true"): 1 for key in keys})
    unvalidated = Counter[Flag]({("constraint", *key, "false"): 1 for key in keys})
    text = "\n".join(before.schema)
    for table, name in keys:
        begin = text.find(f"ALTER TABLE ONLY {table}\n    ADD CONSTRAINT {sql.quote(name)} ")
        end = text.find(_END, begin)
        text = f"{text[:end]} NOT VALID{text[end:]}" if -1 not in (begin, end) else text
    return replace(before, schema=tuple(text.split("\n")), flags=before.flags - validated + unvalidated)


def keys_no_longer_valid(before: Snapshot, after: Snapshot) -> frozenset[tuple[str, str]]:
    """The constraints (table, name) that were valid and are not."""
    lost, new = before.flags - after.flags, after.flags - before.flags
    was = {(table, name) for kind, table, name, state in lost if (kind, state) == ("constraint", "true")}
    return frozenset((table, name) for kind, table, name, state in new if (table, name) in was and state == "false")


_WITH_TRIGGERS = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal AND t.tgenabled <> 'D')"""


def has_triggers(connection: psycopg.Connection) -> bool:
    """Whether triggers of the team's own may write where no plan does."""
    row = connection.execute(_WITH_TRIGGERS).fetchone()
    return row is not None and bool(row[0])


def grown(before: Snapshot, after: Snapshot) -> dict[Name, int]:
    """By how many rows tables have grown that both have."""
    return {
        table: more
        for table in before.rows.keys() & after.rows.keys()
        if (more := after.rows[table].number - before.rows[table].number) > 0
    }


def with_rows_of(before: Snapshot, after: Snapshot, tables: Collection[Name]) -> Snapshot:
    """As before, but for the rows of these tables."""
    return replace(before, rows=before.rows | {table: after.rows[table] for table in tables})


def failed_builds_dropped(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """The indexes that were invalid, and are not there any more."""
    there = {name for kind, _, name, _ in after.flags if kind == "index"}
    return tuple(
        sorted(
            name for kind, _, name, state in before.flags if (kind, state) == ("index", "false") and name not in there
        )
    )


def without_indexes(before: Snapshot, names: Collection[str]) -> Snapshot:
    """As before, but for these indexes, which no dump holds."""
    kept = {flag: number for flag, number in before.flags.items() if flag[0] != "index" or flag[2] not in names}
    return replace(before, flags=Counter(kept))


def differences(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """What is not as before, one sentence for each place; nothing where the law holds."""
    for table in sorted(before.rows.keys() | after.rows.keys()):
        yield from _rows_differ(printable(".".join(table)), before.rows.get(table), after.rows.get(table))
    changed = [
        line.strip()
        for line in unified_diff(before.schema, after.schema, lineterm="", n=0)
        if line[:1] in "+-" and line[:3] not in ("+++", "---") and line[1:].strip(" -")
    ]
    if changed:
        more = f" and {len(changed) - _SHOWN} lines more" if len(changed) > _SHOWN else ""
        yield f"the schema differs: {printable('; '.join(changed[:_SHOWN]))}{more}"
    yield from _flags_differ("before", before.flags - after.flags)
    yield from _flags_differ("now", after.flags - before.flags)


_VALID = {"true": "valid", "false": "not valid"}
_STATES = {
    "constraint": _VALID,
    "index": _VALID,
    "trigger": {"O": "enabled", "D": "disabled", "A": "enabled always", "R": "enabled for replicas"},
}


def _flags_differ(when: str, flags: Counter[Flag]) -> Iterator[str]:
    for kind, table, name, state in sorted(flags):
        yield printable(f"the {kind} {name} of {table} is {_STATES[kind].get(state, state)} only {when}")


def _rows_differ(table: str, before: Rows | None, after: Rows | None) -> Iterator[str]:
    if before is None:
        yield f"{table} is there that was not, or is filled"
    elif after is None:
        yield f"{table} is gone, or empty"
    elif before.number != after.number:
        yield f"{table} has {after.number:,} rows, it had {before.number:,}"
    elif before != after:
        yield f"{table} has as many rows as before ({before.number:,}), and not the same"
