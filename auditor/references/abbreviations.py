"""Abbreviations that declared foreign keys teach: where `cust_id` refers to customers, `cust` stands for customer."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.catalog import Catalog, Constraint, Table
from auditor.references.names import Name, name
from auditor.references.style import Style
from auditor.references.words import GLUED_ROLES, KEY_WORDS, PARENT_WORDS, TRAILING_ROLES

_LEAST = 2
_ROLES = GLUED_ROLES | KEY_WORDS | PARENT_WORDS | TRAILING_ROLES

Words = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Abbreviation:
    """A word that stands for others, and how that is told."""

    words: Words
    text: str


def learned(catalog: Catalog, style: Style) -> Mapping[str, Abbreviation]:
    """By the short word; left out are those that stand for several things, or are a table's name themselves."""
    found: defaultdict[str, dict[Words, Abbreviation]] = defaultdict(dict)
    for table in catalog.tables:
        for constraint in table.foreign_keys():
            referenced = catalog.by_oid(constraint.referenced_oid)
            if referenced is not None and len(constraint.columns) == 1:
                for short, abbreviation in _told_by(table, constraint, referenced, style):
                    found[short].setdefault(abbreviation.words, abbreviation)
    tables = {name(table.name).joined for table in catalog.tables}
    sole = {short: several for short, several in found.items() if len(several) == 1 and short not in tables}
    return {short: abbreviation for short, several in sole.items() for abbreviation in several.values()}


def _told_by(
    table: Table, constraint: Constraint, referenced: Table, style: Style
) -> Iterator[tuple[str, Abbreviation]]:
    (column,), (key,) = constraint.columns, constraint.referenced_columns
    called = name(column)
    if called.is_actor:
        return
    whole = name(referenced.name).words
    spellings = (whole, *style.cores_of(referenced.schema, referenced.name), name(key).stem_words)
    for short, words in next((pairs for each in spellings if (pairs := _aligned(called.stem_words, each))), ()):
        meant = referenced.name if words == whole else " ".join(words)
        text = f"{short} stands for {meant}, as in {table.name}({column})"
        yield short, Abbreviation(words=words, text=text)


def _aligned(short: Words, long: Words) -> tuple[tuple[str, Words], ...]:
    """The words of a column, a role before them aside, that shorten those of a table: one for one, or one for all."""
    tail = short[-len(long) :] if long else ()
    if len(tail) == len(long) and tail != long and all(map(_is_same_or_shorter, tail, long)):
        return tuple((word, (full,)) for word, full in zip(tail, long, strict=True) if word != full)
    if len(long) > 1 and short and short[-1] not in long and _shortens_all(short[-1], long):
        return ((short[-1], long),)
    return ()


def _is_same_or_shorter(short: str, word: str) -> bool:
    return short == word or _shortens(short, word)


def _shortens(short: str, word: str) -> bool:
    """`adr`, `wh`: the first letter and others in order. A foreign key says the rest."""
    letters = iter(word)
    is_shorter = _LEAST <= len(short) < len(word) and short[0] == word[0]
    return is_shorter and short not in _ROLES and all(letter in letters for letter in short)


def _shortens_all(short: str, words: Words) -> bool:
    """`po` for purchase orders, `custaddr` for customer addresses: letters of each word, its first one among them."""
    if not words:
        return not short
    first, *others = words
    ends = range(1, len(short) + 1) if short not in _ROLES else ()
    return any(
        (short[:end] == first[:1] or short[:end] == first or _shortens(short[:end], first))
        and _shortens_all(short[end:], tuple(others))
        for end in ends
    )


def spelled_out(called: Name, known: Mapping[str, Abbreviation]) -> tuple[Name, str] | None:
    """The name with its abbreviations in full, and how these are told; None where it has none."""
    used = [known[word] for word in dict.fromkeys(called.stem_words) if word in known]
    if not used:
        return None
    words = [full for word in called.stem_words for full in (known[word].words if word in known else (word,))]
    in_full = name("_".join((*words, called.suffix) if called.suffix else words))
    return in_full, "; ".join(each.text for each in used)
