"""From a reference to the anti-join that counts its orphans: which rows refer, and what they have to find."""

from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Catalog, Column, Constraint, Operator, Table, Type
from auditor.model import Reference
from auditor.probe import EQUALS, OrphanKind, OrphanName, of_kind, orphans, relation
from auditor.references.kinds import kinds_of

TARGET = "ref"
"""What every anti-join calls the referenced table."""

Pair = tuple[sql.Expression, sql.Expression]


@dataclass(frozen=True, kw_only=True)
class AntiJoin:
    """The parts of a `ReferenceProbe` that follow from the reference alone; `ReferenceProbe(**join.parts, …)`.

    The fields are as documented there: `target` is an alias, so that a table may refer to itself.
    """

    table: Table
    referenced: Table
    population: sql.Condition
    target: sa.sql.selectable.NamedFromClause
    match: sql.Condition
    pairs: tuple[Pair, ...]
    escapes: sql.Condition | None
    elements: sa.TableValuedColumn[Any] | None
    kinds: tuple[OrphanKind, ...]
    columns: tuple[str, ...]
    referenced_columns: tuple[str, ...]

    @property
    def violation(self) -> sql.Condition:
        """True of the orphans."""
        return orphans(self.population, self.target, self.match, self.escapes, self.elements)

    def violation_of(self, kind: OrphanName) -> sql.Condition:
        """True of the orphans of that kind."""
        return sa.and_(self.violation, of_kind(self.kinds, kind)) if self.kinds else self.violation

    @property
    def parts(self) -> dict[str, Any]:
        """The fields by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def anti_join(catalog: Catalog, reference: Reference) -> AntiJoin | None:
    """The anti-join of that reference, declared or inferred.

    None where equality does not say what it means (a temporal foreign key, PERIOD), or where a table or column of it
    is not in the catalog.
    """
    table = catalog.table(reference.schema, reference.table)
    referenced = catalog.table(reference.ref_schema, reference.ref_table)
    if table is None or referenced is None or not _is_known(table, referenced, reference):
        return None
    constraint = _constraint_of(table, reference)
    if constraint is not None and constraint.has_period:
        return None
    target = relation(referenced).alias(TARGET)
    elements = _elements(table, reference)
    values = referencing_values(table, reference) if elements is None else (elements,)
    keys = tuple(target.c[column] for column in reference.ref_columns)
    if constraint is not None and len(constraint.equality) == len(values):
        compared = _declared(constraint, keys, values)
    else:
        compared = _inferred(table, referenced, reference, keys, values)
    return AntiJoin(
        table=table,
        referenced=referenced,
        population=_population(table, reference, values),
        target=target,
        match=sa.and_(*(condition for condition, _ in compared)),
        pairs=tuple(pair for _, pair in compared),
        escapes=_partly_null(values) if constraint is not None and constraint.match_full else None,
        elements=elements,
        kinds=_kinds(catalog.server.encoding, table, referenced, reference),
        columns=reference.columns_read,
        referenced_columns=reference.ref_columns,
    )


def _population(table: Table, reference: Reference, values: tuple[sql.Expression, ...]) -> sql.Condition:
    if reference.is_array:
        column = relation(table).c[reference.columns[0]]
        return sa.and_(column.is_not(None), sa.func.cardinality(column) > 0)
    return sa.and_(*(value.is_not(None) for value in values), *meant(table, reference))


def _elements(table: Table, reference: Reference) -> sa.TableValuedColumn[Any] | None:
    """`unnest(tag_ids) AS auditor_element`, where the reference is that of an array's elements. The name stands alone
    in conditions, so it is one that no column has."""
    if not reference.is_array:
        return None
    return sa.func.unnest(relation(table).c[reference.columns[0]]).column_valued("auditor_element")


def meant(table: Table, reference: Reference) -> tuple[sql.Condition, ...]:
    """True of the rows that a conditional reference speaks of; nothing where it speaks of all."""
    if reference.when is None:
        return ()
    column = table.column(reference.when.column)
    value = relation(table).c[column.name]
    named = value if column.type.base in ("text", "varchar") else sa.cast(value, sa.Text())
    return value.is_not(None), named.in_([sa.literal(each) for each in sorted(reference.when.values)])


def _kinds(encoding: str, table: Table, referenced: Table, reference: Reference) -> tuple[OrphanKind, ...]:
    if reference.declared or reference.is_array or len(reference.columns) > 1:
        return ()
    (value,) = referencing_values(table, reference)
    type_ = None if reference.json_path else table.column(reference.columns[0]).type
    return tuple(kinds_of(referenced, referenced.column(reference.ref_columns[0]), value, type_, encoding))


def referencing_values(table: Table, reference: Reference) -> tuple[sql.Expression, ...]:
    """The referencing columns, or the text that lies at the reference's path inside its JSON column."""
    row = relation(table)
    if reference.json_path:
        return (sql.json_text(row.c[reference.columns[0]], reference.json_path),)
    return tuple(row.c[column] for column in reference.columns)


def comparison(
    referenced: Column, target: sql.Expression, referencing: Type | None, value: sql.Expression
) -> tuple[sql.Condition, Pair]:
    """When `value` refers to the row whose key is `target`; and the two expressions that are compared.

    `referencing` is None for text out of JSON. Within a family the operator is that of a foreign key between the two
    types; else both are compared as text, never by a cast that may fail on what somebody stored.
    """
    theirs = referenced.type
    if referencing is not None and _have_common_operator(referencing, theirs):
        operator = theirs.equality if theirs.base == referencing.base else None
    elif theirs.base == "citext":
        operator, value = theirs.equality, sa.cast(value, _Named(theirs))
    elif theirs.family == "text":
        operator = None
        value = value if referencing is None else sa.cast(value, sa.Text())
    else:
        operator = None
        text = value if referencing is None or referencing.family == "text" else sa.cast(value, sa.Text())
        value = sa.func.lower(text) if theirs.family == "uuid" else text
        target = sa.cast(target, sa.Text())
    return _operate(target, operator or EQUALS, value), (value, target)


class _Named(sa.types.UserDefinedType[str]):
    """A type by its qualified name."""

    cache_ok = True

    def __init__(self, named: Type) -> None:
        self.text = sql.quote(named.base_schema, named.base)

    def get_col_spec(self, **_: Any) -> str:
        return self.text


def _is_known(table: Table, referenced: Table, reference: Reference) -> bool:
    return (
        len(reference.columns) == len(reference.ref_columns) > 0
        and all(table.has_column(column) for column in reference.columns_read)
        and all(referenced.has_column(column) for column in reference.ref_columns)
        and (not reference.is_array or table.column(reference.columns[0]).type.element is not None)
    )


def _constraint_of(table: Table, reference: Reference) -> Constraint | None:
    if not reference.declared:
        return None
    return next((each for each in table.foreign_keys() if each.name == reference.constraint), None)


def _declared(
    constraint: Constraint, keys: tuple[sql.Expression, ...], values: tuple[sql.Expression, ...]
) -> list[tuple[sql.Condition, Pair]]:
    declared = zip(keys, constraint.equality, values, strict=True)
    return [(_operate(key, operator, value), (value, key)) for key, operator, value in declared]


def _inferred(
    table: Table,
    referenced: Table,
    reference: Reference,
    keys: tuple[sql.Expression, ...],
    values: tuple[sql.Expression, ...],
) -> list[tuple[sql.Condition, Pair]]:
    types = [_type_of(table.column(column).type, reference) for column in reference.columns]
    columns = [referenced.column(column) for column in reference.ref_columns]
    return [comparison(*each) for each in zip(columns, keys, types, values, strict=True)]


def _type_of(column: Type, reference: Reference) -> Type | None:
    if reference.json_path:
        return None
    return column.element if reference.is_array else column


def _have_common_operator(referencing: Type, referenced: Type) -> bool:
    """Whether `=` takes both without an explicit cast: citext = text finds text's operator, text = citext none of
    citext's, because text becomes citext only on assignment."""
    if referencing.base == referenced.base:
        return referenced.base_schema == referencing.base_schema and referenced.equality is not None
    if referenced.base == "citext":
        return False
    numbers = {"integer", "numeric"}
    return referencing.family == referenced.family == "text" or {referencing.family, referenced.family} <= numbers


def _operate(left: sql.Expression, operator: Operator, right: sql.Expression) -> sql.Condition:
    return sql.operate(left, (operator.schema, operator.name), right)


def _partly_null(values: tuple[sql.Expression, ...]) -> sql.Condition:
    """MATCH FULL refuses a key that is NULL in some columns and not in others (CREATE TABLE, REFERENCES)."""
    return sa.and_(
        sa.or_(*(value.is_(None) for value in values)),
        sa.or_(*(value.is_not(None) for value in values)),
    )
