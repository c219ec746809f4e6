"""References to several tables, one by each type: `commentable_id` beside `commentable_type`.

Each type is mapped to a table by its name (`Post`, `App\\Models\\Post`, `blog.post`) and looked up by itself. What
types there are the statistics say, else a bounded sample; a type that names no table leads nowhere.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from auditor import sql
from auditor.catalog import Catalog, Column, Table
from auditor.catalog.estimates import current
from auditor.model import Coverage, When
from auditor.references.asked import OVERRUN, Connection, answers
from auditor.references.candidate import Candidate, Hint, Place
from auditor.references.candidates import TYPE_WORDS, are_comparable
from auditor.references.key import KEY_FAMILIES, Key
from auditor.references.keys import Keys
from auditor.references.look_up import obstacle_at, rows_of
from auditor.references.names import Name, name
from auditor.references.unseen import unlooked_column
from auditor.sql import Sql

MOST_TYPES = 50
_BY_NAME, _BY_TAIL = 0.9, 0.7
_NAMESPACE = re.compile(r"[\\:./]+")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A column that holds keys, and the one beside it that says of which table."""

    table: Table
    id: Column
    type: Column

    @property
    def types(self) -> Place:
        """Where the types stand."""
        return Place(table=self.table, column=self.type, family="text")


def candidates_by_type(
    connection: Connection, catalog: Catalog, keys: Keys, empty: frozenset[int]
) -> tuple[tuple[Candidate, ...], tuple[Coverage, ...]]:
    """For each type that names a table the reference to it, to be looked up; and the columns whose types nobody saw.

    `empty` are the oids of tables that are known to be empty.
    """
    found = [pair for pair in pairs(catalog) if pair.table.oid not in empty]
    if not found:
        return (), ()
    known = {id(pair): _types_by_statistics(pair) for pair in found}
    unknown = [pair for pair in found if known[id(pair)] is None]
    possible = [pair for pair in unknown if not obstacle_at(pair.table, pair.type)]
    answered, failed = answers(connection, possible, _statement)
    known.update((id(pair), row[1]) for pair, row in answered)
    candidates = (each for pair in found for each in _candidates(pair, known[id(pair)] or (), keys))
    unseen = (unlooked_column(pair.types, OVERRUN) for pair in failed)
    return tuple(candidates), tuple(unseen)


def pairs(catalog: Catalog) -> Iterator[Pair]:
    """The pairs in scope, by name: the same words, then a word for key and one for type."""
    for table in catalog.measurable():
        known = {column for constraint in table.foreign_keys() for column in constraint.columns}
        kinds = {
            name(column.name).words[:-1]: column
            for column in table.columns
            if name(column.name).words[-1] in TYPE_WORDS and (column.type.family == "text" or _is_enum(column))
        }
        for column in table.columns:
            called = name(column.name)
            beside = kinds.get(called.stem_words) if called.is_key_like and called.stem_words else None
            if beside is not None and column.name not in known and column.type.family in KEY_FAMILIES:
                yield Pair(table=table, id=column, type=beside)


def _is_enum(column: Column) -> bool:
    return column.type.category == "E"


def _types_by_statistics(pair: Pair) -> Sequence[str] | None:
    """All that the statistics hold, which is all there are unless a type is rare; None where they hold nothing, or tell
    of other rows."""
    statistics = current(pair.table, pair.type)
    if statistics is None or not (statistics.most_common or statistics.histogram):
        return None
    return tuple(dict.fromkeys((*statistics.most_common, *statistics.histogram)))


def _statement(asked: Sequence[Pair]) -> Sql:
    """One statement: a row (number, types) for each."""
    branches = (
        sql.compose(
            "SELECT {number}, ARRAY(SELECT DISTINCT c::text FROM {rows} WHERE c IS NOT NULL LIMIT {most})",
            number=number,
            rows=rows_of(pair.types),
            most=MOST_TYPES + 1,
        )
        for number, pair in enumerate(asked)
    )
    return Sql("\nUNION ALL ".join(branches))


def _candidates(pair: Pair, types: Sequence[str], keys: Keys) -> Iterator[Candidate]:
    """One candidate for each table that a type names; of more than 50 types none is taken for one."""
    named: defaultdict[Key, list[tuple[str, float]]] = defaultdict(list)
    for text in types if len(types) <= MOST_TYPES else ():
        for key, share in _keys_of(pair, text, keys):
            named[key].append((text, share))
    others = len(types) - sum(map(len, named.values()))
    for key, found in named.items():
        when = When(column=pair.type.name, values=tuple(sorted(text for text, _ in found)))
        told = f"{pair.type.name} {', '.join(when.values)} names {key.table.name}"
        hint = Hint(probability=min(share for _, share in found), text=told + _left(others))
        place = Place(table=pair.table, column=pair.id, when=when, family=pair.id.type.family)
        doubts = () if pair.id.type.family == key.family else ((0.5, "another type"),)
        yield Candidate(place=place, key=key, hints=(hint,), doubts=doubts)


def _left(number: int) -> str:
    if not number:
        return ""
    return f"; {number} other {'type names' if number == 1 else 'types name'} no table"


def _keys_of(pair: Pair, text: str, keys: Keys) -> Iterator[tuple[Key, float]]:
    """The primary key of the one table that the type names: by its whole name, else by its end."""
    parts = [part for part in _NAMESPACE.split(text) if part]
    whole = [name(part) for part in ("_".join(parts), *parts[-1:])]
    for index, share in ((keys.by_table_name, _BY_NAME), (keys.by_table_tail, _BY_TAIL)):
        for called in whole:
            found = _fitting(pair, called, index.get(pair.table.schema, called.joined))
            if len(found) == 1:
                yield found[0], share
                return


def _fitting(pair: Pair, called: Name, found: Iterable[Key]) -> list[Key]:
    fitting = [key for key in found if key.is_primary and are_comparable(pair.id.type.family, key.family)]
    near = [key for key in fitting if key.table.schema == pair.table.schema]
    return (near or fitting) if called.joined else []
