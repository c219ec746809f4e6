"""Orphans that are no lost rows: a sentinel that stands for NULL, and keys that differ by case or blanks alone."""

from collections.abc import Iterator

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table, Type
from auditor.probe import OrphanKind, relation

SENTINELS = ("", "-", "0", "-1", "n/a", "none", "null", "00000000-0000-0000-0000-000000000000")
"""What is written, in lower case, where nothing is meant."""

_NIL, _NUMBERS = "00000000-0000-0000-0000-000000000000", (0, -1)
_MOST_FOLDED = 1_000_000


def kinds_of(referenced: Table, key: Column, value: sql.Expression, type_: Type | None) -> Iterator[OrphanKind]:
    """The kinds of orphans of a single-column reference; `type_` is that of the values, None for text out of JSON.

    The conditions say nothing of whether the row is an orphan: a 0 that exists is a key like any other.
    """
    family = "text" if type_ is None else type_.family
    is_sentinel = _is_sentinel(value, family)
    if is_sentinel is None:
        return
    yield OrphanKind(name="sentinel", condition=is_sentinel)
    if family == "text" and key.type.family == "text" and (referenced.rows or 0) <= _MOST_FOLDED:
        yield OrphanKind(name="near-miss", condition=sa.and_(~is_sentinel, _is_near(referenced, key, value)))


def folded(value: sql.Expression) -> sql.Expression:
    """The text without what people mistype: its case, and the blanks around it."""
    return sa.func.lower(sa.func.btrim(sa.cast(value, sa.Text())))


def _is_sentinel(value: sql.Expression, family: str) -> sql.Condition | None:
    """Literals are compared: a cast could fail, or lose an index's order."""
    if family in ("integer", "numeric"):
        return value.in_([sa.literal(number) for number in _NUMBERS])
    if family == "uuid":
        return value == sa.literal(_NIL)
    if family == "text":
        return folded(value).in_([sa.literal(text) for text in SENTINELS])
    return None


def _is_near(referenced: Table, key: Column, value: sql.Expression) -> sql.Condition:
    """Whether exactly one key is equal but for case and blanks. Not correlated, so that it is hashed once, and that
    only when the first orphan is met."""
    named = relation(referenced).alias("near").c[key.name]
    keys = sa.select(folded(named)).where(named.is_not(None)).group_by(folded(named))
    return folded(value).in_(keys.having(sa.func.count() == 1))
