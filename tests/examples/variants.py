"""The same database under other circumstances: names that need quoting, another schema, partitions.

Made from the loaded database, never by rewriting DDL text; what else has to follow (the configuration, the names in
findings) is translated here, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec
import psycopg
from psycopg import sql

from auditor.config import Config, Intention, parse_columns
from tests.servers import Database

# No letter and no digit, so that checks that go by names still recognise what it is appended to.
SUFFIX = " \"%:\\<'€"
OTHER_SCHEMA = 'other "schema'


@dataclass(frozen=True)
class Variant:
    """What became of the names. `columns` are the old names of all columns."""

    schema: str = "public"
    suffix: str = ""
    columns: frozenset[str] = frozenset()

    def original(self, text: str) -> str:
        """A subject of a finding with the names of before, and without the schema."""
        bare = text.removeprefix(f"{self.schema}.")
        if not self.suffix:
            return bare
        within = re.escape(self.suffix.replace('"', '""'))
        return re.sub(rf'"([^"]*){within}"', r"\1", bare).replace(self.suffix, "")

    def config(self, config: Config) -> Config:
        """The configuration with the names of now."""
        intend = tuple(self._intention(each) for each in config.intend)
        schemas = config.api.schemas
        if schemas is None and self.schema != "public":
            schemas = (self.schema,)
        return msgspec.structs.replace(config, intend=intend, api=msgspec.structs.replace(config.api, schemas=schemas))

    def _intention(self, each: Intention) -> Intention:
        return msgspec.structs.replace(
            each,
            table=self._place(each.table),
            columns=tuple(column + self.suffix for column in each.columns),
            references=each.references and self._place(each.references),
            expression=each.expression and self._text(each.expression),
            expressions=tuple(self._text(text) for text in each.expressions),
            where=each.where and self._text(each.where),
            condition=each.condition and self._text(each.condition),
        )

    def _place(self, text: str) -> str:
        named = parse_columns(text)
        place = f"{_quoted(self.schema)}.{_quoted(named.table + self.suffix)}"
        columns = ", ".join(_quoted(column + self.suffix) for column in named.columns)
        return f"{place}({columns})" if columns else place

    def _text(self, text: str) -> str:
        if not self.suffix:
            return text
        pieces = re.split(r"('(?:[^']|'')*')", text)
        return "".join(piece if piece.startswith("'") else re.sub(r"\w+", self._word, piece) for piece in pieces)

    def _word(self, match: re.Match[str]) -> str:
        return _quoted(match[0] + self.suffix) if match[0] in self.columns else match[0]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def make(database: Database, variant: str) -> Variant:
    """Changes the loaded database into that variant."""
    with database.connect() as connection:
        if variant == "quoted":
            return _rename(connection)
        if variant == "schema":
            return _move(connection)
        if variant == "partitioned":
            _partition(connection)
        return Variant()


_RELATIONS = """
SELECT relname, relkind FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
"""

_KINDS = {"r": "TABLE", "p": "TABLE", "v": "VIEW", "m": "MATERIALIZED VIEW"}


def _move(connection: psycopg.Connection) -> Variant:
    schema = sql.Identifier(OTHER_SCHEMA)
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO PUBLIC").format(schema))
    for name, kind in connection.execute(_RELATIONS).fetchall():
        moved = sql.SQL("ALTER {} public.{} SET SCHEMA {}")
        connection.execute(moved.format(sql.SQL(_KINDS[kind]), sql.Identifier(name), schema))
    return Variant(schema=OTHER_SCHEMA)


_NAMED = """
SELECT 'ALTER TABLE public.%I RENAME CONSTRAINT %I TO %I', c.relname, k.conname
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = 'public'::regnamespace AND k.conparentid = 0 AND k.coninhcount = 0
    AND c.relkind IN ('r', 'p')
UNION ALL
SELECT 'ALTER INDEX public.%2$I RENAME TO %3$I', c.relname, i.relname
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT 'ALTER POLICY %2$I ON public.%1$I RENAME TO %3$I', c.relname, p.polname
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'public'::regnamespace
"""

_COLUMNS = """
SELECT c.relname, c.relkind, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped
"""


def _rename(connection: psycopg.Connection) -> Variant:
    for template, table, name in connection.execute(_NAMED).fetchall():
        _format_and_run(connection, template, table, name, name + SUFFIX)
    columns = connection.execute(_COLUMNS).fetchall()
    for table, kind, name in columns:
        renamed = f"ALTER {_KINDS[kind]} public.%I RENAME COLUMN %I TO %I"
        _format_and_run(connection, renamed, table, name, name + SUFFIX)
    for table, kind in connection.execute(_RELATIONS).fetchall():
        _format_and_run(connection, f"ALTER {_KINDS[kind]} public.%I RENAME TO %I", table, table + SUFFIX)
    return Variant(suffix=SUFFIX, columns=frozenset(name for _, _, name in columns))


def _format_and_run(connection: psycopg.Connection, template: str, *names: str) -> None:
    statement = connection.execute("SELECT format(%s, VARIADIC %s::text[])", [template, list(names)]).fetchone()
    assert statement is not None
    connection.execute(statement[0].encode())


# Everything that LIKE … INCLUDING ALL does not bring along, as statements to be run again on the twin. CHECKs are
# among them: LIKE would validate those that are not.
_TO_RESTORE = """
SELECT format('ALTER TABLE public.%I ADD CONSTRAINT %I %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = 'public'::regnamespace AND k.contype IN ('f', 'c') AND k.conparentid = 0
UNION ALL
SELECT format('ALTER TABLE public.%I OWNER TO %I', relname, pg_get_userbyid(relowner)) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
UNION ALL
SELECT format('ALTER TABLE public.%I %s ROW LEVEL SECURITY', relname, w.words)
FROM pg_class, LATERAL (VALUES ('ENABLE', relrowsecurity), ('FORCE', relforcerowsecurity)) AS w (words, holds)
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND w.holds
UNION ALL
SELECT format(
    'CREATE POLICY %I ON public.%I AS %s FOR %s TO %s', policyname, tablename, permissive, cmd,
    (SELECT string_agg(CASE WHEN r = 'public' THEN 'PUBLIC' ELSE quote_ident(r) END, ', ') FROM unnest(roles) AS r)
) || coalesce(' USING (' || qual || ')', '') || coalesce(' WITH CHECK (' || with_check || ')', '')
FROM pg_policies WHERE schemaname = 'public'
UNION ALL
SELECT format(
    'GRANT %s ON public.%I TO %s', a.privilege_type, c.relname,
    CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
)
FROM pg_class c, aclexplode(c.relacl) AS a
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.grantee <> c.relowner
"""

_FOREIGN_KEYS = """
SELECT c.relname, k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = 'public'::regnamespace AND k.contype = 'f'
"""

# A table can be partitioned by what every unique index of it contains.
_KEYS = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
    AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum <> ALL (i.indkey))
ORDER BY c.relname, a.attnum
"""


def _partition(connection: psycopg.Connection) -> None:
    restored = [statement for (statement,) in connection.execute(_TO_RESTORE).fetchall()]
    for table, name in connection.execute(_FOREIGN_KEYS).fetchall():
        _format_and_run(connection, "ALTER TABLE public.%I DROP CONSTRAINT %I", table, name)
    keys: dict[str, str] = {}
    for table, column in connection.execute(_KEYS).fetchall():
        keys.setdefault(table, column)
    assert keys, "nothing of this example can be partitioned"
    before = connection.execute(_RELATIONS).fetchall()
    for table, column in keys.items():
        _make_twin(connection, table, column)
    untouched = {name for name, _ in before} - {*keys}
    foreign_keys = [statement for statement in restored if "FOREIGN KEY" in statement]
    _run_all(connection, foreign_keys)
    for table in keys:
        _fill_twin(connection, table)
    rest = [each for each in restored if each not in foreign_keys and not _is_about(each, untouched)]
    _run_all(connection, rest)
    connection.execute("ANALYZE")


def _original(table: str) -> str:
    return f"{table}_original"


def _make_twin(connection: psycopg.Connection, table: str, column: str) -> None:
    _format_and_run(connection, "ALTER TABLE public.%I RENAME TO %I", table, _original(table))
    like = "CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL EXCLUDING CONSTRAINTS) PARTITION BY HASH (%I)"
    _format_and_run(connection, like, table, _original(table), column)
    for number in range(2):
        part = f"CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES WITH (MODULUS 2, REMAINDER {number})"
        _format_and_run(connection, part, f"{table}_{number}", table)


def _fill_twin(connection: psycopg.Connection, table: str) -> None:
    """Past the foreign keys: what violated one is to violate it again."""
    connection.execute("SET session_replication_role = replica")
    _format_and_run(
        connection, "INSERT INTO public.%I OVERRIDING SYSTEM VALUE TABLE public.%I", table, _original(table)
    )
    connection.execute("RESET session_replication_role")
    _format_and_run(connection, "DROP TABLE public.%I", _original(table))


def _run_all(connection: psycopg.Connection, statements: list[str]) -> None:
    for statement in statements:
        connection.execute(statement.encode())


def _is_about(statement: str, tables: set[str]) -> bool:
    return any(re.search(rf'\bpublic\."?{re.escape(table)}"?\s', statement) for table in tables)
