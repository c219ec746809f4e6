"""The only module that turns expressions into text: for the server, and for people to read and run.

Both get the same text: literals are inlined, and it is sent without parameters, so that what the report shows
is what was run. Identifiers are quoted only where PostgreSQL needs it (SQL Key Words, appendix C of its manual).
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter
from typing import Any, NewType
from weakref import WeakValueDictionary

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import base
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from auditor.model import printable

Sql = NewType("Sql", str)
"""Text that this module made: whole statements, or fragments of them."""

Expression = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]

MAX_IDENTIFIER_BYTES = 63

_RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both
    case cast char character check coalesce collate collation column concurrently constraint create cross
    current_catalog current_date current_role current_schema current_time current_timestamp current_user dec
    decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign
    freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect
    interval into is isnull join json json_array json_arrayagg json_exists json_object json_objectagg json_query
    json_scalar json_serialize json_table json_value lateral leading least left like limit localtime
    localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on
    only or order out outer overlaps overlay placing position precision primary real references returning right
    row select session_user setof similar smallint some substring symmetric system_user table tablesample then
    time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when
    where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi
    xmlroot xmlserialize xmltable
    """.split()  # noqa: SIM905
)


class _Preparer(base.PGIdentifierPreparer):
    """Quotes what pg_get_keywords() of 16 and 18 does not call unreserved; SQLAlchemy's own list lacks some of it."""

    reserved_words = _RESERVED  # type: ignore[assignment]


class _Dialect(base.PGDialect):
    """PostgreSQL with standard_conforming_strings on, `%` and `:` left as they are, and names of any length."""

    preparer = _Preparer
    supports_statement_cache = False
    max_identifier_length = 10_000

    def __init__(self) -> None:
        super().__init__(paramstyle="named")  # type: ignore[no-untyped-call]
        self._backslash_escapes = False


_DIALECT = _Dialect()
_PREPARER = _Preparer(_DIALECT)


class _Only(sa.TableClause):
    """A table without those that inherit from it: `ONLY` wherever a statement reads or changes it."""

    inherit_cache = True


@compiles(_Only)
def _render_only(table: _Only, compiler: SQLCompiler, **options: Any) -> str:
    name = compiler.visit_table(table, **options)  # type: ignore[no-untyped-call]
    return f"ONLY {name}" if options.get("asfrom") else name


_ALIVE: WeakValueDictionary[tuple[str, str, tuple[str, ...], bool], sa.TableClause] = WeakValueDictionary()


@lru_cache(maxsize=4096)
def relation(schema: str, name: str, columns: tuple[str, ...], *, only: bool = False) -> sa.TableClause:
    """The one table object of that relation, for as long as an expression holds it: two would be a cartesian product
    to SQLAlchemy. Every name is quoted by our rule, also one that SQLAlchemy would fold. `only`: without the
    tables that inherit from it."""
    identity = (schema, name, columns, only)
    found = _ALIVE.get(identity)
    if found is None:
        kind = _Only if only else sa.TableClause
        found = kind(_exact(name), *(sa.column(_exact(column)) for column in columns), schema=_exact(schema))
        _ALIVE[identity] = found
    return found


def _exact(name: str) -> str:
    """A name that is rendered as it is: quoted where it must be, and never folded."""
    return sa.sql.quoted_name(name, quote=True) if _needs_quotes(name) else name


@lru_cache(maxsize=4096)
def _needs_quotes(name: str) -> bool:
    return name in _RESERVED or re.fullmatch(r"[a-z_][a-z0-9_]*", name) is None


def render(statement: sa.sql.ClauseElement) -> Sql:
    """A whole statement as text, literals inlined. Never part of one: a predicate that is compiled outside its
    statement loses its correlation."""
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})
    return Sql(str(compiled))


def render_condition(condition: Expression) -> Sql:
    """An expression on one table's columns, without the table's name: for CHECK, partial indexes, index keys."""
    compiled = condition.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True, "include_table": False})
    return Sql(str(compiled))


def operate(left: Expression, operator: tuple[str, str], right: Expression) -> Condition:
    """`left operator right` with the operator given as (schema, name).

    With an empty search_path a bare `=` on citext falls back to text and finds orphans that are none; so operators
    from outside pg_catalog are written `OPERATOR(schema.name)` (Lexical Structure, operator precedence).
    """
    schema, name = operator
    symbol = name if schema == "pg_catalog" else f"OPERATOR({quote(schema)}.{name})"
    return left.op(symbol, is_comparison=True, return_type=sa.Boolean())(right)


def json_text(column: Expression, path: tuple[str, ...]) -> Expression:
    """`column -> 'outer' ->> 'inner'`: the scalar at that path as text, NULL where there is none."""
    *outer, last = path
    value = column
    for key in outer:
        value = value.op("->")(sa.literal(key))
    return value.op("->>", return_type=sa.Text())(sa.literal(last))


def quote(*names: str) -> Sql:
    """A name, or a qualified one, quoted where it must be."""
    return Sql(".".join(_PREPARER.quote_identifier(name) if _needs_quotes(name) else name for name in names))


def literal(value: str | int | float | bool | None) -> Sql:
    """A literal; strings as standard_conforming_strings reads them."""
    if value is None:
        return Sql("NULL")
    if isinstance(value, bool):
        return Sql("true" if value else "false")
    if isinstance(value, int | float):
        return Sql(repr(value))
    return Sql("'" + value.replace("'", "''") + "'")


def comment(text: str) -> Sql:
    """One comment line. A newline in a name would end it: control characters are escaped."""
    return Sql(f"-- {printable(text)}")


def dollar_quoted(body: str) -> Sql:
    """The body in dollar quotes whose tag does not occur in it."""
    tag, number = "$auditor$", 0
    while tag[:-1] in body:
        number += 1
        tag = f"$auditor{number}$"
    return Sql(f"{tag}{body}{tag}")


def derived_name(*parts: str, suffix: str) -> str:
    """A name for an object made of others' names, never longer than 63 bytes, never another's by truncation.

    `parts` are joined by `_` and cut at a character; where anything had to be cut, a hash of the whole stands in for
    it, because PostgreSQL silently truncates (and `CREATE INDEX IF NOT EXISTS` then silently makes nothing).
    """
    whole = "_".join((*parts, suffix))
    if len(whole.encode()) <= MAX_IDENTIFIER_BYTES:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:8]
    room = MAX_IDENTIFIER_BYTES - len(f"_{digest}_{suffix}".encode())
    stem = "_".join(parts).encode()[:room].decode(errors="ignore")
    return f"{stem}_{digest}_{suffix}"


@dataclass(frozen=True, slots=True)
class Name:
    """A name, or a qualified one, for `compose`."""

    parts: tuple[str, ...]


def name(*parts: str) -> Name:
    """`name("public", "calls")` for `compose`."""
    return Name(parts)


@dataclass(frozen=True, slots=True)
class Names:
    """A comma-separated list of names for `compose`."""

    names: tuple[str, ...]


def compose(template: str, /, **parts: "Sql | Name | Names | Expression | int") -> Sql:
    """SQL from a template with `{places}`: names are quoted, expressions rendered, text must be `Sql` already.

    The template is a constant of ours (`{{` and `}}` for braces). A condition is rendered without its table's name.
    """
    pieces: list[str] = []
    for text, field, _, _ in Formatter().parse(template):
        pieces.append(text)
        if field is not None:
            pieces.append(_fragment(parts[field]))
    return Sql("".join(pieces))


def _fragment(part: "Sql | Name | Names | Expression | int") -> str:
    if isinstance(part, Name):
        return quote(*part.parts)
    if isinstance(part, Names):
        return ", ".join(quote(each) for each in part.names)
    if isinstance(part, sa.sql.ClauseElement):
        return render_condition(part)
    return str(part)
