"""The constraints of the coming migration: `[[intend]]` of the configuration, resolved against the catalog."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

import msgspec

from auditor.catalog import Catalog, Table
from auditor.catalog.index import quoted
from auditor.config import Config, Intention, parse_columns
from auditor.errors import AuditorError
from auditor.model import Reference


@dataclass(frozen=True, kw_only=True)
class Intended:
    """One intention whose table and columns exist."""

    intention: Intention
    table: Table

    @property
    def kind(self) -> str:
        """`not-null`, `foreign-key`, `unique` or `check`."""
        return self.intention.kind

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names."""
        return self.intention.columns

    @property
    def expression(self) -> str | None:
        """The whole key as text where expressions are part of it."""
        if not self.intention.expressions:
            return None
        return ", ".join((*map(quoted, self.columns), *self.intention.expressions))


def require_known(catalog: Catalog, config: Config) -> None:
    """Raises AuditorError where the configuration names what is not there: nobody would look at it, and nobody say so.

    Schemas and tables of the scope, e-mail columns, roles and schemas of the API.
    """
    for glob in catalog.scope.unmatched(catalog.tables) if catalog.tables else ():
        known = {name for each in catalog.tables for name in (each.schema, each.name, f"{each.schema}.{each.name}")}
        raise AuditorError(f"no table is named by {glob!r}", _nearest(glob, sorted(known)))
    texts = list(_text_columns(catalog)) if config.columns.email else []
    for glob in config.columns.email:
        if not any(fnmatchcase(column, glob) for column in texts):
            raise AuditorError(f"columns.email names {glob}: there is no such column of text", _nearest(glob, texts))
    for name in config.api.roles or ():
        if catalog.role(name) is None:
            raise AuditorError(
                f"api.roles names {name}: there is no such role", _nearest(name, [role.name for role in catalog.roles])
            )
    schemas = {table.schema for table in catalog.tables}
    if catalog.tables and config.api.schemas and schemas.isdisjoint(config.api.schemas):
        named = ", ".join(config.api.schemas)
        raise AuditorError(f"api.schemas names {named}: no table is there", _nearest(named, sorted(schemas)))


def _text_columns(catalog: Catalog) -> Iterator[str]:
    for table in catalog.tables:
        for column in table.columns:
            if column.type.family == "text":
                yield f"{table.schema}.{table.name}.{column.name}"


def intended(catalog: Catalog, config: Config) -> tuple[Intended, ...]:
    """The intentions on tables in scope.

    Raises AuditorError for one that names no table or column, or lacks what its kind needs.
    """
    resolved = (resolve(catalog, each) for each in config.intend)
    return tuple(each for each in resolved if catalog.scope.includes(each.table))


def intended_out_of_scope(catalog: Catalog, config: Config) -> tuple[Intended, ...]:
    """The intentions on the other tables. AuditorError as above."""
    resolved = (resolve(catalog, each) for each in config.intend)
    return tuple(each for each in resolved if not catalog.scope.includes(each.table))


def intended_references(catalog: Catalog, config: Config) -> tuple[tuple[Reference, Intended], ...]:
    """The foreign keys of the coming migration, as references whose confidence is 1.0.

    Raises AuditorError as `intended` does, and where the two sides do not match.
    """
    return tuple(
        (reference_of(catalog, each), each) for each in intended(catalog, config) if each.kind == "foreign-key"
    )


def declares_not_null(table: Table, column: str) -> bool:
    """Whether a constraint that is not validated says NOT NULL: `CHECK (c IS NOT NULL) NOT VALID`, from 18 on
    `NOT NULL c NOT VALID` (ALTER TABLE)."""
    return any(
        not (constraint.validated and constraint.enforced) and not_null_column(table, constraint.name) == column
        for constraint in table.constraints
    )


def not_null_column(table: Table, constraint: str) -> str | None:
    """The column that this constraint of the table says is NOT NULL and nothing else; None for others."""
    for each in table.constraints:
        if each.name == constraint and each.kind == "not-null" and len(each.columns) == 1:
            return each.columns[0]
        if each.name == constraint and each.kind == "check" and each.expression and len(each.columns) == 1:
            column = each.columns[0]
            escaped = column.replace('"', '""')
            tested = each.expression.strip().removeprefix("(").removesuffix(")")
            return column if tested in (f"{quoted(column)} IS NOT NULL", f'"{escaped}" IS NOT NULL') else None
    return None


def resolve(catalog: Catalog, intention: Intention) -> Intended:
    """The intention with its table, in scope or not. AuditorError as above."""
    table = resolve_table(catalog, intention.table, "[[intend]]")
    _require_columns(table, (*intention.columns, *intention.end))
    _require_parts(intention)
    _require_fitting(intention)
    return Intended(intention=intention, table=table)


def resolve_table(catalog: Catalog, text: str, key: str) -> Table:
    """The table that `key` of the configuration names, in scope or not. AuditorError where there is none."""
    named = parse_columns(text)
    table = catalog.table(named.schema, named.table)
    if table is None or table.kind not in ("table", "partitioned"):
        known = [f"{each.schema}.{each.name}" for each in catalog.measurable()]
        problem = "there is no such table" if table is None else f"that is a {table.kind}"
        raise AuditorError(f"{key} names {text}: {problem}", _nearest(text, known))
    return table


def _require_columns(table: Table, columns: Iterable[str]) -> None:
    for column in columns:
        if not table.has_column(column):
            name = f"{table.schema}.{table.name}"
            known = [each.name for each in table.columns]
            raise AuditorError(f"[[intend]] names {name}({column}): there is no such column", _nearest(column, known))


def _require_parts(intention: Intention) -> None:
    is_one = bool(intention.columns) != (intention.expression is not None)
    lacking = {
        "not-null": None if intention.columns else "columns",
        "unique": None if intention.columns or intention.expressions else "columns or expressions",
        "foreign-key": None if is_one and intention.references else "references, and either columns or expression",
        "check": None if intention.condition else "condition",
    }[intention.kind]
    if lacking:
        raise AuditorError(f"[[intend]] {intention.kind} on {intention.table} is incomplete", f"add {lacking}")


_PARTS_OF_ALL = ("kind", "table")
_PARTS = {
    "not-null": ("columns", "fill", "nulls"),
    "unique": ("columns", "expressions", "where", "keep", "end"),
    "foreign-key": ("columns", "expression", "column", "references", "on-delete"),
    "check": ("condition",),
}


def _require_fitting(intention: Intention) -> None:
    """What says nothing of its kind would be passed over in silence."""
    place = f"[[intend]] {intention.kind} on {intention.table}"
    blank = Intention(kind=intention.kind, table=intention.table)
    for each in msgspec.structs.fields(Intention):
        known = (*_PARTS_OF_ALL, *_PARTS[intention.kind])
        if each.encode_name not in known and getattr(intention, each.name) != getattr(blank, each.name):
            raise AuditorError(f"{place} has no use for {each.encode_name}", f"it takes {', '.join(known[2:])}")
    if intention.column is not None and intention.expression is None:
        raise AuditorError(f"{place} names a column for a key that is in one", "add expression, or leave column out")
    if intention.fill is not None and intention.nulls is not None:
        raise AuditorError(f"{place} says twice what becomes of NULL", "write either fill or nulls")
    if intention.end and intention.where is None:
        raise AuditorError(f"{place} ends rows of a key that all rows have", "add where, or leave end out")


def _nearest(wrong: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(wrong, list(known), n=1, cutoff=0.0)
    return f"did you mean {near[0]}?" if near else "see which tables this role can see"


def reference_of(catalog: Catalog, each: Intended) -> Reference:
    """The reference that an intended foreign key declares. AuditorError where the two sides do not match."""
    intention, table = each.intention, each.table
    assert intention.references is not None
    named = parse_columns(intention.references)
    referenced = catalog.table(named.schema, named.table)
    if referenced is None:
        known = [f"{other.schema}.{other.name}" for other in catalog.measurable()]
        raise AuditorError(
            f"[[intend]] names {intention.references}: there is no such table", _nearest(intention.references, known)
        )
    _require_columns(referenced, named.columns)
    columns, path = _key_of(each)
    ref_columns = named.columns or referenced.primary_key
    if len(columns) != len(ref_columns):
        raise AuditorError(
            f"[[intend]] foreign-key on {intention.table} compares {len(columns)} with {len(ref_columns)} columns",
            "name as many columns in references as in columns",
        )
    return Reference(
        schema=table.schema,
        table=table.name,
        columns=columns,
        expression=intention.expression if path else None,
        ref_schema=referenced.schema,
        ref_table=referenced.name,
        ref_columns=ref_columns,
        declared=False,
        confidence=1.0,
        evidence=("named by the configuration",),
        json_path=path,
    )


def _key_of(each: Intended) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns and the path inside JSON: once the column is there that is to hold the key, it is the key."""
    column = each.intention.column
    if column is not None and each.table.has_column(column):
        return (column,), ()
    return (each.columns, ()) if each.columns else _inside_json(each.table, each.intention.expression or "")


_STRING = r"'((?:[^']|'')*)'"
_COLUMN = r'([^\W\d]\w*|"(?:[^"]|"")+")'
_JSON = re.compile(rf"\s*{_COLUMN}\s*((?:->\s*{_STRING}\s*)*)->>\s*{_STRING}\s*")


def _inside_json(table: Table, expression: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The column and the path of `metadata->'call'->>'id'`."""
    match = _JSON.fullmatch(expression)
    if match is None:
        raise AuditorError(
            f"[[intend]] foreign-key on {table.schema}.{table.name}: {expression!r} leads into no JSON column",
            "write column->>'key' or column->'outer'->>'key'",
        )
    column = match[1][1:-1].replace('""', '"') if match[1].startswith('"') else match[1].lower()
    _require_columns(table, (column,))
    outer = [key.replace("''", "'") for key in re.findall(_STRING, match[2])]
    return (column,), (*outer, match[4].replace("''", "'"))
