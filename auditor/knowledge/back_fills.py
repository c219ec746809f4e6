"""Rows that are referred to and not there: where they can be made of their key alone."""

from collections.abc import Iterator

from auditor.catalog import Column, Constraint, Table, Type
from auditor.check import Facts
from auditor.knowledge.nullability import is_intended_not_null
from auditor.model import Reference
from auditor.references import AntiJoin, anti_join
from auditor.remedy import Operation, Referring, Remedy, back_fill
from auditor.remedy.obstacles import unchangeable

_KIND = "back-fill"


def is_asked_for(facts: Facts) -> bool:
    """Whether the configuration chooses it for any finding: only then are the missing rows counted as well, by all who
    count orphans, so that it is one anti-join as ever."""
    return _KIND in facts.config.remedies.values()


def back_fills(
    facts: Facts, join: AntiJoin, constraint: Constraint | None, then: tuple[Operation, ...], missing: int | None
) -> Iterator[Remedy]:
    """The remedy that makes the missing rows, offered where a key is all that such a row needs; never chosen.

    `missing` is how many there are, None where nobody counted.
    """
    if _is_possible(facts, join):
        operation = back_fill(
            (_referring(join, constraint), *_others(facts, join)),
            join.violation_of("plain"),
            join.referenced,
            join.referenced_columns,
            missing,
        )
        yield Remedy(
            kind=_KIND,
            summary="insert the missing rows, of which nothing is known but the key",
            operations=(operation, *then),
            chosen=False,
        )


def _is_possible(facts: Facts, join: AntiJoin) -> bool:
    referenced, keys = join.referenced, join.referenced_columns
    if join.elements is not None or join.escapes is not None or unchangeable(referenced):
        return False
    if not any({*key} == {*keys} for key in referenced.candidate_keys()):
        return False
    pairs = zip(join.columns, keys, strict=False)
    if not all(are_comparable(join.table.column(one).type, referenced.column(key).type) for one, key in pairs):
        return False
    if any(_refers_by_itself(referenced, each) for each in facts.references_of(referenced)):
        return False
    return all(
        not column.generated if column.name in keys else _goes_without_saying(facts, referenced, column)
        for column in referenced.columns
    )


def are_comparable(referencing: Type, referenced: Type) -> bool:
    """Whether a foreign key may join the two types (CREATE TABLE, REFERENCES: their `=` has to be in the key's index
    operator family)."""
    if referencing.base == referenced.base:
        return referencing.base_schema == referenced.base_schema
    plain = {"text", "varchar", "bpchar"}
    return referencing.family == referenced.family == "integer" or {referencing.base, referenced.base} <= plain


def _refers_by_itself(table: Table, reference: Reference) -> bool:
    """Whether a row of which nothing is said refers to another of its table, by default: the two would hold each other
    when they are to go again."""
    is_own = (reference.ref_schema, reference.ref_table) == (table.schema, table.name)
    return is_own and any(table.column(column).default is not None for column in reference.columns)


def _goes_without_saying(facts: Facts, table: Table, column: Column) -> bool:
    """Whether a row can be inserted that says nothing of the column."""
    follows = column.default is not None or column.identity or column.generated
    return follows or not (column.not_null or is_intended_not_null(facts, table, column.name))


def _referring(join: AntiJoin, constraint: Constraint | None) -> Referring:
    return Referring(
        table=join.table,
        population=join.population,
        target=join.target,
        match=join.match,
        orphaned=join.violation,
        values=tuple(value for value, _ in join.pairs),
        key=constraint if constraint is not None and constraint.enforced else None,
    )


def _others(facts: Facts, own: AntiJoin) -> Iterator[Referring]:
    """What else refers to the table, by a foreign key, or by inference that is as good."""
    for reference in facts.references:
        if (reference.ref_schema, reference.ref_table) == (own.referenced.schema, own.referenced.name):
            join = anti_join(facts.catalog, reference) if _is_sure(facts, reference) else None
            if join is not None and join.table.kind in ("table", "partitioned") and not _is_same(join, own):
                yield _referring(join, _key_of(join.table, reference))


def _is_sure(facts: Facts, reference: Reference) -> bool:
    sure = reference.declared or reference.confidence >= facts.config.thresholds.blocker_confidence
    return sure and not (reference.is_array or reference.alternatives)


def _is_same(one: AntiJoin, other: AntiJoin) -> bool:
    places = [(each.table.oid, each.columns, each.referenced_columns) for each in (one, other)]
    return places[0] == places[1]


def _key_of(table: Table, reference: Reference) -> Constraint | None:
    if not reference.declared:
        return None
    return next((each for each in table.foreign_keys() if each.name == reference.constraint), None)
