"""The target's schema on the copy: what `pg_dump` writes, what it leaves out, and what could not be made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql as names

from auditor import sql
from auditor.connect import Connection
from auditor.model import printable

Object = tuple[str, str, str, str]
"""Kind, table (as text), name and, where a dump does not show it, state."""

_OBJECTS = """
SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialised view' WHEN 'S' THEN 'sequence'
    WHEN 'f' THEN 'foreign table' ELSE 'table' END, n.nspname::pg_catalog.text, c.relname::pg_catalog.text,
    CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN 'empty' ELSE '' END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.oid >= 16384 AND c.relpersistence <> 't' AND {own_relation}
UNION ALL
SELECT CASE k.contype WHEN 'f' THEN 'foreign key' ELSE 'constraint' END, k.conrelid::pg_catalog.regclass::text,
    k.conname, CASE WHEN k.convalidated THEN 'valid' ELSE 'not valid' END
FROM pg_catalog.pg_constraint k WHERE k.conrelid >= 16384
UNION ALL
SELECT 'index', i.indrelid::pg_catalog.regclass::text, i.indexrelid::pg_catalog.regclass::text,
    CASE WHEN i.indisvalid THEN 'valid' ELSE 'not valid' END
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class t ON t.oid = i.indrelid WHERE t.oid >= 16384 AND t.relkind <> 't'
UNION ALL
SELECT 'column', a.attrelid::pg_catalog.regclass::text, a.attname, ''
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
UNION ALL
SELECT 'default', d.adrelid::pg_catalog.regclass::text, a.attname, ''
FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE d.adrelid >= 16384
UNION ALL
SELECT 'trigger', t.tgrelid::pg_catalog.regclass::text, t.tgname, t.tgenabled::text
FROM pg_catalog.pg_trigger t WHERE t.tgrelid >= 16384 AND NOT t.tgisinternal
UNION ALL
SELECT 'policy', p.polrelid::pg_catalog.regclass::text, p.polname, '' FROM pg_catalog.pg_policy p
UNION ALL
SELECT 'function', n.nspname, p.oid::pg_catalog.regprocedure::text, ''
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.oid >= 16384 AND {own_function}
"""
# Whatever else has a name of its own.
_CATALOGS = {
    "pg_type": "each.typtype IN ('d', 'e', 'r') OR each.typtype = 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class c"
    " WHERE c.oid = each.typrelid AND c.relkind = 'c')",
    "pg_collation": "true",
    "pg_operator": "true",
    "pg_opclass": "true",
    "pg_opfamily": "true",
    "pg_cast": "true",
    "pg_conversion": "true",
    "pg_language": "true",
    "pg_ts_config": "true",
    "pg_ts_dict": "true",
    "pg_foreign_server": "true",
    "pg_event_trigger": "true",
    "pg_publication": "true",
    "pg_statistic_ext": "true",
    "pg_rewrite": "each.rulename <> '_RETURN'",
}
_NAMED = """
UNION ALL
SELECT said.type, '', said.identity, '' FROM pg_catalog.{catalog} each,
LATERAL pg_catalog.pg_identify_object('pg_catalog.{catalog}'::pg_catalog.regclass, each.oid, 0) said
WHERE each.oid >= 16384 AND ({condition}) AND {own}"""
_OWN = """NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.{catalog}'::pg_catalog.regclass AND d.objid = {oid} AND d.deptype = 'e')"""
OBJECTS = _OBJECTS.format(
    own_relation=_OWN.format(catalog="pg_class", oid="c.oid"), own_function=_OWN.format(catalog="pg_proc", oid="p.oid")
) + "".join(
    _NAMED.format(catalog=catalog, condition=condition, own=_OWN.format(catalog=catalog, oid="each.oid"))
    for catalog, condition in _CATALOGS.items()
)

_EXTENSIONS = "SELECT e.extname FROM pg_catalog.pg_extension e WHERE e.extname <> 'plpgsql' ORDER BY 1"

_FOREIGN_KEYS = """
SELECT k.conrelid::pg_catalog.regclass::text, k.conname, pg_catalog.pg_get_constraintdef(k.oid)
FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0 AND k.convalidated"""

_INVALID_INDEXES = """
SELECT i.indexrelid::pg_catalog.regclass::text, pg_catalog.pg_get_indexdef(i.indexrelid)
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relkind = 'i' ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class Missing:
    """What the target has and the copy has not; `extensions` are those without which it could not be made."""

    objects: tuple[Object, ...]
    extensions: tuple[str, ...]

    @property
    def gaps(self) -> Iterator[str]:
        """A sentence for each kind; none where an extension is missing and nothing depends on it."""
        kinds = dict.fromkeys(kind for kind, *_ in self.objects if kind not in _ELSEWHERE)
        since = f", which needs {', '.join(self.extensions)}" if self.extensions else ""
        for kind in kinds:
            named = [_named(each) for each in self.objects if each[0] == kind]
            yield printable(f"not on the copy{since}: {kind} {', '.join(named)}")

    @property
    def elsewhere(self) -> Iterator[str]:
        """A sentence on what leads to other servers: no copy has that."""
        named = [f"{each[0]} {_named(each)}" for each in self.objects if each[0] in _ELSEWHERE]
        if named:
            yield printable(f"left out, as it leads to other servers: {', '.join(named)}")

    @property
    def tables(self) -> frozenset[str]:
        """The relations, quoted, that are missing."""
        return frozenset(sql.quote(place, name) for kind, place, name, _ in self.objects if kind in _RELATIONS)

    @property
    def columns(self) -> frozenset[tuple[str, str]]:
        """The columns that tables lack, each with its table, quoted."""
        return frozenset((place, name) for kind, place, name, _ in self.objects if kind == "column")


_ELSEWHERE = ("foreign table", "server")
_RELATIONS = ("table", "view", "materialised view", "foreign table")


def missing_extensions(source: Connection, target: psycopg.Connection) -> tuple[str, ...]:
    """The target's extensions that the copy has not."""
    there = {name for (name,) in target.execute(_EXTENSIONS)}
    return tuple(name for (name,) in source.execute(_EXTENSIONS) if name not in there)


def missing(source: Connection, target: psycopg.Connection) -> Missing:
    """Compares both catalogs: what `psql` said on the way is a consequence, or does not matter."""
    target.execute("SET search_path = ''")
    there = {tuple(row) for row in target.execute(OBJECTS.encode()).fetchall()}
    here = {(kind, place, name, state) for kind, place, name, state in source.execute(OBJECTS)}
    lost = here - there
    tables = {sql.quote(place, name) for kind, place, name, _ in lost if kind in _RELATIONS}
    columns = {(place, name) for kind, place, name, _ in lost if kind == "column"}
    named = (
        each for each in lost if each[1] not in tables and not (each[0] == "default" and (each[1], each[2]) in columns)
    )
    return Missing(tuple(sorted(named)), missing_extensions(source, target))


def cut_off(target: psycopg.Connection) -> None:
    """Takes away all that leads to another server: no copy reads there, and no trigger of it writes there."""
    for (server,) in target.execute("SELECT s.srvname FROM pg_catalog.pg_foreign_server s").fetchall():
        target.execute(names.SQL("DROP SERVER {} CASCADE").format(names.Identifier(server)))


def add_violated_keys(source: Connection, target: psycopg.Connection) -> None:
    """Foreign keys that are validated and violated: no dump restores them. As on the target they are called valid."""
    there = {(table, name) for table, name, _ in target.execute(_FOREIGN_KEYS)}
    for table, name, definition in source.execute(_FOREIGN_KEYS):
        if (table, name) not in there:
            _try(
                target,
                f"ALTER TABLE {table} ADD CONSTRAINT {sql.quote(name)} {definition} NOT VALID",
                "UPDATE pg_catalog.pg_constraint SET convalidated = true"  # noqa: S608
                f" WHERE conrelid = {sql.literal(table)}::pg_catalog.regclass AND conname = {sql.literal(name)}",
            )


def add_invalid_indexes(source: Connection, target: psycopg.Connection) -> None:
    """Indexes that a build left unfinished: no dump holds them. Made where they find no rows, and called invalid."""
    for name, definition in source.execute(_INVALID_INDEXES):
        _try(
            target,
            definition,
            "UPDATE pg_catalog.pg_index SET indisvalid = false, indisready = false"  # noqa: S608
            f" WHERE indexrelid = {sql.literal(name)}::pg_catalog.regclass",
        )


def _try(target: psycopg.Connection, *statements: str) -> None:
    """All or none of them; what then is missing is found by comparing the catalogs."""
    try:
        with target.transaction():
            for statement in statements:
                target.execute(statement.encode())
    except psycopg.Error:
        return


def _named(each: Object) -> str:
    kind, place, name, _ = each
    if kind in (*_RELATIONS, "sequence"):
        return f"{place}.{name}"
    return name if kind in ("index", "function") or not place else f"{name} of {place}"
