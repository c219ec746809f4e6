"""Near misses: keys that are spelled as the one row that they mean, before anything is given up."""

from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa

from auditor import sql
from auditor.check import Facts
from auditor.knowledge.foreign_keys import DeclaredKey
from auditor.knowledge.orphans import clean_ups
from auditor.probe import Measurement, relation
from auditor.references import AntiJoin
from auditor.references.kinds import spellings
from auditor.remedy import Counted, Operation, Remedy, assign

KIND, SUMMARY = "relink", "spell their key as the referenced row does"


def relink(join: AntiJoin, encoding: str) -> Operation:
    """The key as the referenced row spells it: the only one that is equal but for case and blanks, or else accents."""
    column = relation(join.table).c[join.columns[0]]
    key = relation(join.referenced).alias("near").c[join.referenced_columns[0]]
    alike = zip(spellings(key, encoding), spellings(column, encoding), strict=True)
    found = (_keys_by(theirs, key).op("->>")(own) for theirs, own in alike)
    # Where a collation holds spellings to be equal that are not, the key stays, and is found by the verification.
    values = {join.columns[0]: sa.func.coalesce(*found, column)}
    return assign(join.table, values, join.violation_of("near-miss"), relinks=True)


def _keys_by(spelling: sql.Expression, key: sql.Expression) -> sa.ScalarSelect[object]:
    """All keys by spelling, but for those that share one. Not correlated, so that the table is read once, and not once
    for each orphan: of all that the server can look up by text, an object is what it surely builds once."""
    alone = sa.select(spelling.label("spelling"), sa.cast(sa.func.min(key), sa.Text()).label("key"))
    keys = alone.where(key.is_not(None)).group_by(spelling).having(sa.func.count() == 1).subquery("keys")
    return sa.select(sa.func.jsonb_object_agg(keys.c.spelling, keys.c.key)).scalar_subquery()


def declared_clean_ups(
    facts: Facts, key: DeclaredKey, then: tuple[Operation, ...], measured: Measurement
) -> tuple[Remedy, ...]:
    """What can be done about the orphans of a foreign key, the chosen remedy first; `then` are the operations that
    follow. Near misses are relinked first, whatever becomes of the others."""
    near = _near_misses(measured)
    action, constraint = key.constraint.on_delete, key.constraint
    if near == measured.violations or not near:
        ways = clean_ups(facts, replace(key.join, kinds=()), action, constraint, then, measured)
        return (_relinked(facts, key, then), *(replace(each, chosen=False) for each in ways)) if near else ways
    first = Counted(operation=relink(key.join, facts.catalog.server.encoding), violations=near)
    others = clean_ups(facts, key.join, action, constraint, (), measured)
    return tuple(
        replace(
            each,
            summary=f"{SUMMARY} where that is all that differs; else {each.summary}",
            operations=(first, *_counted(each.operations, measured.violations - near), *then),
        )
        for each in others
    )


def of_them_near(measured: Measurement) -> str:
    """How a message ends that has counted all orphans: how many of them are near misses."""
    near = _near_misses(measured)
    return f"; {near:,} of them {'differs' if near == 1 else 'differ'} by case, accents or blanks alone" if near else ""


def _near_misses(measured: Measurement) -> int:
    return dict(measured.by_kind).get("near-miss", 0)


def _relinked(facts: Facts, key: DeclaredKey, then: tuple[Operation, ...]) -> Remedy:
    return Remedy(kind=KIND, summary=SUMMARY, operations=(relink(key.join, facts.catalog.server.encoding), *then))


def _counted(operations: tuple[Operation, ...], violations: int) -> Iterator[Operation]:
    return (Counted(operation=each, violations=violations) for each in operations)
