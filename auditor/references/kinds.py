"""Orphans that are no lost rows: a sentinel that stands for NULL, and keys that are near misses of another."""

from collections.abc import Iterator

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table, Type
from auditor.probe import OrphanKind, relation

SENTINELS = ("", "-", "0", "-1", "n/a", "none", "null", "00000000-0000-0000-0000-000000000000")
"""What is written, in lower case, where nothing is meant."""

_NIL, _NUMBERS = "00000000-0000-0000-0000-000000000000", (0, -1)
_MOST_FOLDED = 1_000_000

# Marks that are written over and under letters, and letters with a stroke, which Unicode does not take apart.
_MARKS = r"[\u0300-\u036f]"
_STROKES = ("đðħıłøŧĐÐĦŁØŦ", "ddhilotddhlot")
_LIGATURES = (("æ", "ae"), ("œ", "oe"), ("þ", "th"), ("ß", "ss"))


def kinds_of(
    referenced: Table, key: Column, value: sql.Expression, type_: Type | None, encoding: str
) -> Iterator[OrphanKind]:
    """The kinds of orphans of a single-column reference; `type_` is that of the values, None for text out of JSON;
    `encoding` the database's.

    The conditions say nothing of whether the row is an orphan: a 0 that exists is a key like any other.
    """
    family = "text" if type_ is None else type_.family
    is_sentinel = _is_sentinel(value, family)
    if is_sentinel is None:
        return
    yield OrphanKind(name="sentinel", condition=is_sentinel)
    if family == "text" and key.type.family == "text" and (referenced.rows or 0) <= _MOST_FOLDED:
        yield OrphanKind(name="near-miss", condition=sa.and_(~is_sentinel, _is_near(referenced, key, value, encoding)))


def folded(value: sql.Expression) -> sql.Expression:
    """The text without what people mistype: its case, and the blanks around it."""
    return sa.func.lower(sa.func.btrim(sa.cast(value, sa.Text())))


def spellings(value: sql.Expression, encoding: str) -> tuple[sql.Expression, ...]:
    """What two spellings of one key have in common, the nearer first: all but case and blanks; all but accents, too."""
    return (folded(value), _unaccented(value)) if encoding == "UTF8" else (folded(value),)


def _unaccented(value: sql.Expression) -> sql.Expression:
    """Also without accents, by the server's own means, which only a database in UTF8 has. ASCII has none to lose.

    A collation that is not deterministic knows no patterns; the database's own always does.
    """
    text = sa.collate(sa.cast(value, sa.Text()), "default")
    apart = sa.func.normalize(text, sa.literal_column("NFKD"))
    bare = sa.func.lower(sa.func.btrim(sa.func.regexp_replace(apart, _MARKS, "", "g")))
    bare = sa.func.translate(bare, *_STROKES)
    for ligature, letters in _LIGATURES:
        bare = sa.func.replace(bare, ligature, letters)
    return sa.case((sa.func.octet_length(text) == sa.func.char_length(text), folded(value)), else_=bare)


def _is_sentinel(value: sql.Expression, family: str) -> sql.Condition | None:
    """Literals are compared: a cast could fail, or lose an index's order."""
    if family in ("integer", "numeric"):
        return value.in_([sa.literal(number) for number in _NUMBERS])
    if family == "uuid":
        return value == sa.literal(_NIL)
    if family == "text":
        return folded(value).in_([sa.literal(text) for text in SENTINELS])
    return None


def _is_near(referenced: Table, key: Column, value: sql.Expression, encoding: str) -> sql.Condition:
    """Whether exactly one key is equal but for case and blanks, or else but for accents as well. Not correlated, so
    that each is hashed once, and that only when the first orphan is met."""
    named = relation(referenced).alias("near").c[key.name]

    def is_unique(own: sql.Expression, theirs: sql.Expression) -> sql.Condition:
        keys = sa.select(theirs).where(named.is_not(None)).group_by(theirs)
        return own.in_(keys.having(sa.func.count() == 1))

    return sa.or_(*map(is_unique, spellings(value, encoding), spellings(named, encoding)))
