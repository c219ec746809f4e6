"""The catalog's rows into values: one function for each kind of object, each keyed by the relation's oid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from sys import intern
from typing import Any, Literal

from auditor.catalog.constraint import Action, Constraint
from auditor.catalog.index import Index, IndexKey
from auditor.catalog.security import Grant, Policy
from auditor.catalog.table import Column, Trigger
from auditor.catalog.types import ArrayNumbers, ArrayText, Collation, ColumnStatistics, Operator, Type

Row = tuple[Any, ...]
ColumnNames = Mapping[tuple[int, int], str]
"""(relation's oid, column's number) to the column's name."""

_KINDS: dict[str, Literal["primary-key", "unique", "foreign-key", "check", "exclusion", "not-null"]] = {
    "p": "primary-key",
    "u": "unique",
    "f": "foreign-key",
    "c": "check",
    "x": "exclusion",
    "n": "not-null",
}
_ACTIONS: dict[str, Action] = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_COMMANDS: dict[str, Literal["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]] = {
    "*": "ALL",
    "r": "SELECT",
    "a": "INSERT",
    "w": "UPDATE",
    "d": "DELETE",
}


Unread = set[int]
"""Oids of relations of which some text could not be had: readers add to it."""


def types_of(rows: Iterable[Row]) -> dict[int, Type]:
    """Types by oid, each domain resolved to what it is made of."""
    by_oid = {row[0]: row for row in rows}
    return {oid: _type(row, by_oid) for oid, row in by_oid.items()}


def _type(row: Row, by_oid: Mapping[int, Row]) -> Type:
    oid, schema, name, category, base_oid, *_ = row
    base = _base(row, by_oid)
    return Type(
        oid=oid,
        schema=intern(schema),
        name=intern(name),
        category=category,
        is_domain=base_oid != 0,
        base_schema=intern(base[1]),
        base=intern(base[2]),
        equality=_equality(base, by_oid),
        not_validated=tuple(_not_validated(row, by_oid)),
    )


def _not_validated(row: Row, by_oid: Mapping[int, Row]) -> Iterator[str]:
    """Of the domain, of what it is made of, and of what an array holds."""
    yield from row[5]
    for part in (row[4], row[6]):
        if part in by_oid:
            yield from _not_validated(by_oid[part], by_oid)


def _base(row: Row, by_oid: Mapping[int, Row]) -> Row:
    while row[4] in by_oid:
        row = by_oid[row[4]]
    return row


def _equality(base: Row, by_oid: Mapping[int, Row]) -> Operator | None:
    """The operator class's `=`; none for arrays of what has none (json[]), where `=` exists and always fails."""
    *_, element, schema, name = base
    if schema is None:
        return None
    if element in by_oid and _equality(_base(by_oid[element], by_oid), by_oid) is None:
        return None
    return Operator(schema=intern(schema), name=intern(name))


def columns_of(
    rows: Iterable[Row],
    types: Mapping[int, Type],
    statistics: Mapping[tuple[int, str], ColumnStatistics],
    not_valid: set[tuple[int, int]],
    unread: Unread,
) -> dict[int, list[Column]]:
    """Columns by relation. `not_valid` are those whose NOT NULL is not valid yet (18 sets attnotnull all the same)."""
    found: dict[int, list[Column]] = defaultdict(list)
    for relation, number, name, type_oid, type_text, not_null, has_default, default, *rest in rows:
        identity, generated, collation_schema, collation, deterministic, readable, comment, places = rest
        if type_oid not in types or readable is None or (has_default and default is None):
            unread.add(relation)
        if type_oid not in types:
            continue
        found[relation].append(
            Column(
                name=intern(name),
                number=number,
                type=types[type_oid],
                type_text=intern(type_text),
                not_null=not_null and (relation, number) not in not_valid,
                default=default and intern(default),
                identity=identity,
                generated=generated,
                collation=collation and Collation(schema=collation_schema, name=collation, deterministic=deterministic),
                readable=readable is not False,
                places_rows=places is True,
                comment=comment,
                statistics=statistics.get((relation, name)),
            )
        )
    return found


def statistics_of(rows: Iterable[Row]) -> dict[tuple[int, str], ColumnStatistics]:
    """Statistics by relation and column."""
    return {
        (relation, column): ColumnStatistics(
            null_fraction=null_fraction,
            distinct=distinct,
            average_width=width,
            most_common=ArrayText(most_common) if most_common else (),
            most_common_frequencies=ArrayNumbers(intern(frequencies)) if frequencies else (),
            histogram=ArrayText(histogram) if histogram else (),
        )
        for relation, column, null_fraction, distinct, width, most_common, frequencies, histogram in rows
    }


def not_valid_columns(rows: Iterable[Row]) -> set[tuple[int, int]]:
    """(relation, column number) of the NOT NULL constraints among the constraints that are not valid."""
    return {(row[1], number) for row in rows if row[3] == "n" and not row[7] for number in row[4]}


def constraints_of(rows: Iterable[Row], names: ColumnNames, unread: Unread) -> dict[int, list[Constraint]]:
    """Constraints by relation."""
    found: dict[int, list[Constraint]] = defaultdict(list)
    for row in rows:
        relation, definition = row[1], row[5]
        if definition is None or (row[3] == "c" and row[6] is None):
            unread.add(relation)
        else:
            found[relation].append(_constraint(row, names))
    return found


def _constraint(row: Row, names: ColumnNames) -> Constraint:
    oid, relation, name, kind, key, definition, expression, validated, enforced, deferrable, deferred, *rest = row
    no_inherit, index, referenced, referenced_columns, schemas, operators, match_full, *actions = rest
    on_delete, on_update, has_period, nulls_not_distinct = actions
    equality = zip(schemas or (), operators or (), strict=True)
    return Constraint(
        oid=oid,
        name=intern(name),
        kind=_KINDS[kind],
        columns=tuple(names[relation, number] for number in key or () if (relation, number) in names),
        definition=definition,
        expression=expression,
        validated=validated,
        enforced=enforced,
        deferrable=deferrable,
        deferred=deferred,
        no_inherit=no_inherit,
        nulls_not_distinct=bool(nulls_not_distinct),
        index=index,
        referenced_oid=referenced or None,
        referenced_columns=tuple(map(intern, referenced_columns or ())),
        equality=tuple(Operator(schema=intern(schema), name=intern(operator)) for schema, operator in equality),
        match_full=match_full,
        on_delete=_ACTIONS.get(on_delete, "NO ACTION"),
        on_update=_ACTIONS.get(on_update, "NO ACTION"),
        has_period=has_period,
    )


def indexes_of(rows: Iterable[Row], names: ColumnNames, unread: Unread) -> dict[int, list[Index]]:
    """Indexes by relation."""
    found: dict[int, list[Index]] = defaultdict(list)
    for row in rows:
        relation, numbers, expressions, has_predicate, predicate, definition = row[1], row[5], *row[10:14]
        lacks_expression = 0 in numbers and expressions is None
        if definition is None or lacks_expression or (has_predicate and predicate is None):
            unread.add(relation)
        else:
            found[relation].append(_index(row, names))
    return found


def _index(row: Row, names: ColumnNames) -> Index:
    oid, relation, schema, name, method, numbers, key_count, *_ = row
    unique, primary, valid, ready, immediate, nulls_not_distinct, being_built, constraint, size, own_names, _ = row[14:]
    columns = own_names or [names.get((relation, number)) for number in numbers]
    return Index(
        oid=oid,
        schema=intern(schema),
        name=intern(name),
        method=intern(method),
        keys=tuple(_index_key(row, place, columns[place]) for place in range(key_count)),
        included=tuple(column or "" for column in columns[key_count:]),
        predicate=row[12],
        definition=row[13],
        unique=unique,
        primary=primary,
        valid=valid,
        ready=ready,
        immediate=immediate,
        nulls_not_distinct=nulls_not_distinct,
        being_built=being_built,
        constraint=constraint,
        bytes=size,
    )


def _index_key(row: Row, place: int, column: str | None) -> IndexKey:
    numbers, options, operator_classes, collations, expressions = row[5], *row[7:11]
    return IndexKey(
        column=column,
        expression=expressions[place] if numbers[place] == 0 else None,
        operator_class=intern(operator_classes[place]),
        collation=collations[place],
        descending=bool(options[place] & 1),
        nulls_first=bool(options[place] & 2),
    )


def policies_of(rows: Iterable[Row], unread: Unread) -> dict[int, list[Policy]]:
    """Policies by relation."""
    found: dict[int, list[Policy]] = defaultdict(list)
    for relation, name, command, permissive, roles, has_using, using, has_check, check, columns in rows:
        if (has_using and using is None) or (has_check and check is None):
            unread.add(relation)
            continue
        found[relation].append(
            Policy(
                name=name,
                command=_COMMANDS[command],
                permissive=permissive,
                roles=tuple(roles),
                using=using,
                with_check=check,
                columns=tuple(columns),
            )
        )
    return found


def triggers_of(rows: Iterable[Row], unread: Unread) -> dict[int, list[Trigger]]:
    """Triggers by relation."""
    found: dict[int, list[Trigger]] = defaultdict(list)
    for relation, name, enabled, definition in rows:
        if definition is None:
            unread.add(relation)
        else:
            found[relation].append(Trigger(name=name, enabled=enabled, definition=definition))
    return found


def grants_of(rows: Iterable[Row]) -> tuple[dict[str, tuple[Grant, ...]], dict[int, list[Grant]]]:
    """Privileges on whole tables by the text of their list, and those on columns by relation."""
    whole: dict[str, list[Grant]] = defaultdict(list)
    by_columns: dict[tuple[int, str, str, bool], list[str]] = defaultdict(list)
    for relation, column, acl, role, privilege, grantable in rows:
        if relation is None:
            whole[acl].append(Grant(role=intern(role), privilege=intern(privilege), grantable=grantable))
        else:
            by_columns[relation, role, privilege, grantable].append(column)
    parts: dict[int, list[Grant]] = defaultdict(list)
    for (relation, role, privilege, grantable), columns in by_columns.items():
        parts[relation].append(Grant(role=role, privilege=privilege, columns=tuple(columns), grantable=grantable))
    return {acl: tuple(grants) for acl, grants in whole.items()}, parts
