"""Candidates: which places may refer to which keys, from names and types alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditor.catalog import Catalog, Column, Table
from auditor.references.actors import Actors
from auditor.references.by_values import ByValues
from auditor.references.candidate import Candidate, Hint, Place
from auditor.references.configured import NOTHING, Told
from auditor.references.hints import hints_of
from auditor.references.joins import NO_JOINS, Joins, probability_of
from auditor.references.joins import told as how_joined
from auditor.references.key import KEY_FAMILIES, Key
from auditor.references.keys import Keys
from auditor.references.names import Name, name
from auditor.references.ranges import WHOLE
from auditor.references.same_name import is_copy
from auditor.references.spans import Spans
from auditor.references.words import FOREIGN_WORDS, GLUED_ROLES

MOST_PER_PLACE = 5
LEAST_PRIOR = 0.04
_LEAST_NAMED = 0.5

_MEASURES = frozenset(
    """
    version count position score rank level amount total size length width height quantity qty age year month day
    hour minute second ms duration percent rate weight sequence seq order sort priority retry attempt port flag
    """.split()  # noqa: SIM905
)
TYPE_WORDS = ("type", "class", "table", "kind", "model")


def candidates(
    catalog: Catalog,
    keys: Keys,
    spans: Spans,
    *,
    inside_json: Iterable[Place] = (),
    by_type: Iterable[Candidate] = (),
    told: Told = NOTHING,
    joins: Joins = NO_JOINS,
) -> tuple[Candidate, ...]:
    """Every place that may refer to something, with the keys it may refer to, at most five each, likeliest first.

    `inside_json` are the places that a look-up found inside JSON columns, `by_type` what is known of columns that refer
    to several tables (they are no plain references), `told` what the configuration says of tables, `joins` what is
    written of columns.
    """
    actors = Actors.of(catalog, keys, told.actors)
    polymorphic = tuple(by_type)
    known = {(each.place.table.oid, each.place.column.name) for each in polymorphic}
    plain = (each for each in places_of(catalog, keys) if (each.table.oid, each.column.name) not in known)
    places = [*plain, *arrays_of(catalog), *inside_json]
    likely = [(place, _of_place(place, keys, actors, joins)) for place in places]
    return (*polymorphic, *_with_values(likely, keys, spans))


def _with_values(likely: list[tuple[Place, list[Candidate]]], keys: Keys, spans: Spans) -> Iterator[Candidate]:
    """The likely candidates, and where names say nothing those that values suggest."""
    unnamed = [place for place, found in likely if not any(each.prior >= _LEAST_NAMED for each in found)]
    by_values = ByValues.of(keys, spans, unnamed)
    wanted = {place.identity for place in unnamed}
    for place, found in likely:
        hints: dict[Key, Hint] = {}
        for key, hint in by_values.hints_of(place) if place.identity in wanted else ():
            hints.setdefault(key, hint)
        known = {each.key for each in found}
        others = {key: hint for key, hint in hints.items() if key not in known and not _is_itself(place, key)}
        further = [_candidate(place, key, (hint,), keys) for key, hint in others.items()]
        yield from sorted([*found, *further], key=lambda each: (-each.prior, each.key.full_name))[:MOST_PER_PLACE]


def places_of(catalog: Catalog, keys: Keys) -> Iterator[Place]:
    """The columns in scope that may refer to something and do not say so."""
    for table in catalog.measurable():
        known = {column for constraint in table.foreign_keys() for column in constraint.columns}
        for column in table.columns:
            if column.name in known or column.type.family not in KEY_FAMILIES:
                continue
            if not _is_measure(column) or _is_called_like_a_table(table, column, keys):
                yield Place(table=table, column=column, family=column.type.family)


def arrays_of(catalog: Catalog) -> Iterator[Place]:
    """The columns in scope that may hold many keys each."""
    for table in catalog.measurable():
        for column in table.columns:
            element = column.type.element
            if element is not None:
                yield Place(table=table, column=column, is_array=True, family=element.family)


def _is_measure(column: Column) -> bool:
    called = name(column.name)
    return column.type.family in ("integer", "numeric") and not called.suffix and called.words[-1] in _MEASURES


def _is_called_like_a_table(table: Table, column: Column, keys: Keys) -> bool:
    """`user_rank` beside a table of ranks, `net_access_level` beside one of net access levels."""
    words = name(column.name).words
    if len(words) < 2:
        return False
    ends = ("".join(words[start:]) for start in range(len(words)))
    return any(keys.by_table_name.get(table.schema, end) or keys.by_core.get(table.schema, end) for end in ends)


def _of_place(place: Place, keys: Keys, actors: Actors, joins: Joins) -> list[Candidate]:
    hints: defaultdict[Key, dict[str, Hint]] = defaultdict(dict)
    for key, hint in hints_of(place, keys, actors):
        is_other = not _is_itself(place, key) and not _is_referred_to(place, key.table)
        if is_other and are_comparable(place.family, key.family):
            hints[key].setdefault(hint.text, hint)
    near = {name(key.table.name).joined for key in hints if key.table.schema == place.table.schema}
    found = [
        _candidate(place, key, tuple(told.values()), keys)
        for key, told in hints.items()
        if key.table.schema == place.table.schema or name(key.table.name).joined not in near
    ]
    found = _with_joins(place, found, keys, joins)
    return sorted(
        (candidate for candidate in found if candidate.prior >= LEAST_PRIOR),
        key=lambda each: (-each.prior, each.key.full_name),
    )[:MOST_PER_PLACE]


def _is_itself(place: Place, key: Key) -> bool:
    """Whether the key stands at that place, or in what the place's table is a copy of."""
    is_same = key.column.name == place.column.name and not place.path
    return is_same and (key.table.oid == place.table.oid or is_copy(place.table, key.table))


def _is_referred_to(place: Place, by: Table) -> bool:
    """Whether a foreign key of that table refers to the column: then the column does not refer to the table."""
    return place.is_plain and any(
        each.referenced_oid == place.table.oid and place.column.name in each.referenced_columns
        for each in by.foreign_keys()
    )


def _with_joins(place: Place, found: list[Candidate], keys: Keys, joins: Joins) -> list[Candidate]:
    """The candidates and those that joins alone name; what is joined to one key hardly refers to another."""
    joined = joins.of_place(place)
    if not joined:
        return found
    known = {(each.key.table.oid, each.key.column.name): each for each in found}
    for oid, column in joined:
        key = next((each for each in keys.by_oid.get(oid, ()) if each.column.name == column), None)
        if key is not None and (oid, column) not in known and are_comparable(place.family, key.family):
            known[oid, column] = _candidate(place, key, (), keys)
    often = max(each.total() for each in joined.values())
    return [_joined(each, joined.get(target), often) for target, each in known.items()]


def _joined(candidate: Candidate, joined: Counter[str] | None, often: int) -> Candidate:
    if joined is None:
        return replace(candidate, doubts=(*candidate.doubts, (1 / (1 + often), "joined to another key")))
    hint = Hint(probability=0.0, text=how_joined(joined))
    return replace(candidate, hints=(*candidate.hints, hint), joined=probability_of(joined))


def are_comparable(family: str, key_family: str) -> bool:
    """Whether values of that family can be keys of the other: the same, both numbers, or one of them kept as text."""
    return (
        family == key_family
        or (family == "text" and key_family in ("uuid", "integer"))
        or {family, key_family} <= WHOLE
    )


def _candidate(place: Place, key: Key, hints: tuple[Hint, ...], keys: Keys) -> Candidate:
    doubts = tuple(_doubts(place, key, max((hint.probability for hint in hints), default=1.0), keys))
    return Candidate(
        place=place,
        key=key,
        hints=hints,
        doubts=doubts,
        is_actor=any(hint.text.startswith("names who acts") for hint in hints),
    )


def _doubts(place: Place, key: Key, strongest: float, keys: Keys) -> Iterator[tuple[float, str]]:
    called = name(place.last_name)
    if place.is_plain:
        yield from _doubts_of_column(place, key, called, keys)
    if place.family != key.family:
        share = 0.5 if key.family == "uuid" else 0.8 if place.family in WHOLE and not place.path else 0.2
        yield share, "another type"
    if key.table.schema != place.table.schema:
        yield 0.8, "another schema"
    if len(called.stem_words) > 1 and called.stem_words[0] in FOREIGN_WORDS:
        yield 0.2, "named like a key of another system"
    if not (called.is_key_like or called.is_actor or called.is_above):
        if place.family in ("integer", "numeric") and strongest < 0.8 and not keys.style.is_bare:
            yield 0.45, "not named like a key"
        if place.family == "text" and not called.suffix and strongest <= 0.8:
            yield 0.4, "not named like a key"
    if place.is_plain and not called.suffix and called.words[-1] != place.last_name.lower()[-len(called.words[-1]) :]:
        yield 0.3, "in the plural: it may count them"
    if called.is_actor and place.family == "text" and not called.is_key_like and "by" not in called.words:
        yield 0.3, "it may hold a name"


def _doubts_of_column(place: Place, key: Key, called: Name, keys: Keys) -> Iterator[tuple[float, str]]:
    table, column = place.table, place.column
    if table.primary_key == (column.name,):
        if column.identity or "nextval" in (column.default or ""):
            yield 0.1, "its own table's surrogate key"
        else:
            yield _of_own_key(place, key, called), "its own primary key"
    elif any(own.column.name == column.name for own in keys.by_oid.get(table.oid, ())):
        yield 0.7, "unique in its own table"
    is_own = bool(called.stem) and called.stem == name(table.name).joined
    if is_own and not _is_part_of_key(place, key) and not _is_in_role(called, key):
        yield 0.05, "named after its own table"
    if called.stem_words and _has_type_beside(table, called):
        yield 0.3, "a type stands beside it: it may refer to several tables"


def _of_own_key(place: Place, key: Key, called: Name) -> float:
    """`user_id` as the key of user_profiles shares that of users; as the key of forum_users it hardly refers to any."""
    if called.stem and called.stem == name(key.table.name).joined:
        return 0.8
    if called.stem and "".join(name(place.table.name).meant).endswith(called.stem):
        return 0.05
    return 0.8 if key.is_named_after_table and name(key.column.name).joined == called.joined else 0.45


def _is_part_of_key(place: Place, key: Key) -> bool:
    """`parts (part_id, colour)` → part_types.part_id: a part of its table's key, named like the whole of another."""
    own = place.table.primary_key
    return len(own) > 1 and place.column.name in own and name(key.column.name).joined == name(place.column.name).joined


def _is_in_role(called: Name, key: Key) -> bool:
    """`related_results (related_result_id)` → results: the table and its column are named after the other's role."""
    theirs = name(key.table.name).joined
    return called.stem.endswith(theirs) and called.stem.removesuffix(theirs) in GLUED_ROLES


def _has_type_beside(table: Table, called: Name) -> bool:
    return any(
        other.words[:-1] == called.stem_words and other.words[-1] in TYPE_WORDS
        for other in (name(column.name) for column in table.columns)
    )
