"""What a place's name says about the key it may refer to: one rule a function, each a look-up in an index.

The probabilities are priors, weighed on public schemas; the values decide.
"""

import re

from auditor.references.abbreviations import spelled_out
from auditor.references.actors import Actors
from auditor.references.candidate import Hint, Place
from auditor.references.keys import Keys, start_of
from auditor.references.names import Name, name
from auditor.references.own_prefix import unprefixed
from auditor.references.roles import (
    VOWELS,
    Named,
    abbreviates,
    about,
    at_ends,
    behind,
    end_of_word,
    fit,
    in_pairs,
    run_together,
    told,
    turned_round,
    without_prefix,
)
from auditor.references.same_name import is_extension, same_name
from auditor.references.words import ABOVE_PEOPLE, COUNTED_ON

_ELSEWHERE = COUNTED_ON | {"root"}
"""`root_cause_id`, `previous_employer_id`: these rows stand in another table."""


def hints_of(place: Place, keys: Keys, actors: Actors) -> Named:
    """Every hint that the rules below find; a key may get several."""
    called = name(place.last_name)
    yield from _table_and_key(place, called, keys)
    yield from same_name(place, called, keys)
    yield from _role_and_table(place, called, keys)
    yield from _role_and_key(place, called, keys)
    yield from _named_key(place, called, keys)
    yield from _run_together(place, called, keys)
    yield from _end_of_table(place, called, keys)
    yield from _own_table_and_name(place, called, keys)
    yield from unprefixed(place, keys)
    yield from _above(place, called, keys)
    yield from _shared_primary(place, called, keys)
    yield from _abbreviation(place, called, keys)
    yield from _spelled_out(place, called, keys)
    yield from without_prefix(place, called, keys)
    yield from behind(place, called, keys)
    yield from run_together(place, called, keys)
    yield from end_of_word(place, called, keys)
    yield from in_pairs(place, called, keys)
    yield from at_ends(place, called, keys)
    yield from turned_round(place, called, keys)
    yield from _commented(place, keys)
    yield from _as_declared(place, called, keys)
    yield from actors.hints_of(place, called)


def _table_and_key(place: Place, called: Name, keys: Keys) -> Named:
    for key in keys.by_table_name.get(place.table.schema, called.stem):
        share = fit(called, key, exact=0.92, other=0.80, bare=0.80)
        if share:
            yield key, Hint(probability=share, text=told(key, called))


def _role_and_table(place: Place, called: Name, keys: Keys) -> Named:
    for start in range(1, len(called.stem_words)):
        for key in keys.by_table_name.get(place.table.schema, "".join(called.stem_words[start:])):
            share = fit(called, key, exact=0.80, other=0.65, bare=0.70 if keys.style.is_bare else 0.55)
            if share and (called.suffix or len(called.stem_words) - start > 1 or key.family != "text"):
                yield key, Hint(probability=share, text=told(key, called, "role"))


def _role_and_key(place: Place, called: Name, keys: Keys) -> Named:
    for start in range(1, len(called.words)):
        for key in keys.by_name.get(place.table.schema, "".join(called.words[start:])):
            share = 0.7 if key.is_named_after_table else 0.45
            share *= 0.5 if is_extension(key, keys) else 1.0
            yield key, Hint(probability=share, text=f"ends with the key's name {key.column.name}")


def _named_key(place: Place, called: Name, keys: Keys) -> Named:
    """`actions."Client"` → clients.client_name: that it is the name goes without saying."""
    for key in keys.by_stem.get(place.table.schema, called.joined) if place.family == "text" else ():
        if key.table.oid != place.table.oid:
            yield key, Hint(probability=0.75, text=f"named as the key {key.column.name}, without its last word")


def _run_together(place: Place, called: Name, keys: Keys) -> Named:
    """`billtoaddressid`: no separator says where the role ends."""
    if len(called.words) > 1 or not called.suffix:
        return
    for start in range(2, len(called.joined) - 5):
        for key in keys.by_name.get(place.table.schema, called.joined[start:]):
            yield key, Hint(probability=0.70, text=f"ends with the key's name {key.column.name}")
        if len(called.stem) - start < 4:
            continue
        for key in keys.by_table_name.get(place.table.schema, called.stem[start:]):
            if fit(called, key, exact=1, other=0.8, bare=0) and not key.is_named_after_table:
                yield key, Hint(probability=0.60, text=told(key, called, "role"))


def _end_of_table(place: Place, called: Name, keys: Keys) -> Named:
    """`forum_posts.topic_id`: the first words of forum_topics go without saying."""
    found = [key for key in keys.by_table_tail.get(place.table.schema, called.stem) if key.table.oid != place.table.oid]
    own = name(place.table.name).words
    near = [key for key in found if name(key.table.name).words[0] == own[0]]
    tables = len({key.table.oid for key in near or found})
    for key in near or found:
        fitting = fit(called, key, exact=1.0, other=0.85, bare=0.7)
        share = 0.80 if near else 0.62
        if fitting:
            alone = share * fitting / tables**0.5
            yield key, Hint(probability=alone, text=f"named as the end of {key.table.name}")


def _own_table_and_name(place: Place, called: Name, keys: Keys) -> Named:
    """`account.kind` → account_kind; `artist.name`, a number, → artist_name, also `sort_name`."""
    stem = called.stem if called.is_key_like else called.joined if place.family != "text" else called.stem
    if not stem:
        return
    for own in _own_names(place):
        for key in keys.by_table_name.get(place.table.schema, own + stem):
            share = 0.82 if key.family != "text" and key.is_primary else 0.75 if called.suffix == key.tail else 0.65
            yield key, Hint(probability=share, text=f"{place.table.name} + {place.last_name} names {key.table.name}")
        if called.is_key_like or len(called.words) < 2 or place.family == "text":
            continue
        for key in keys.by_table_name.get(place.table.schema, own + called.words[-1]):
            if key.family != "text" and key.is_primary:
                text = f"{place.table.name} + {called.words[-1]} names {key.table.name}"
                yield key, Hint(probability=0.65, text=text)


def _own_names(place: Place) -> tuple[str, ...]:
    """What the place's table is called, with and without noise behind."""
    own = name(place.table.name)
    return tuple(dict.fromkeys((own.joined, "".join(own.meant))))


def _above(place: Place, called: Name, keys: Keys) -> Named:
    own = name(place.table.name)
    rest = "".join(called.stem_words[1:])
    to_itself = called.is_above and not any(in_pairs(place, called, keys))
    to_itself = to_itself and (not rest or own.joined.endswith(rest) or called.stem_words[-1] == "to")
    manages = called.stem in ABOVE_PEOPLE and own.words[-1] in ("employee", "staff", "user", "person", "member")
    unknown = called.is_above and called.stem_words[0] not in _ELSEWHERE and rest and not to_itself
    unknown = unknown and not keys.by_table_tail.get(place.table.schema, rest)
    unknown = unknown and not keys.by_table_name.get(place.table.schema, rest)
    for key in keys.by_oid.get(place.table.oid, ()) if to_itself or manages or unknown else ():
        if key.is_primary:
            share = 0.80 if to_itself or manages else 0.5
            yield key, Hint(probability=share, text=f"{place.last_name} names another row of the same table")
    if to_itself and len(place.table.primary_key) != 1:
        yield from _above_of_another(place, keys)


def _above_of_another(place: Place, keys: Keys) -> Named:
    """`tag_inheritance (tag_id, parent_id)`: no row of its own can be meant, but one of the table that it is about."""
    for key in about(place.table, keys):
        yield key, Hint(probability=0.70, text=f"{place.last_name}, in a table about {key.table.name}")


def _shared_primary(place: Place, called: Name, keys: Keys) -> Named:
    """A table that extends another by sharing its key: `user_profiles.user_id` as primary key, also `id`."""
    own = name(place.table.name)
    if place.path or place.table.primary_key != (place.column.name,) or len(own.words) < 2:
        return
    for end in range(1, len(own.words)):
        for key in keys.by_table_name.get(place.table.schema, "".join(own.words[:end])):
            if key.is_primary and name(key.column.name).joined == called.joined:
                share = 0.65 if called.stem and not called.is_generic else 0.12
                yield key, Hint(probability=share, text=f"its table's name begins with {key.table.name}")


def _abbreviation(place: Place, called: Name, keys: Keys) -> Named:
    if not called.suffix or not called.stem:
        return
    short = called.stem_words
    for key in keys.by_table_start.get(place.table.schema, start_of(short, 2 if VOWELS & {*short[0]} else 1)):
        known = keys.spellings(key)
        if short not in known and key.table.oid != place.table.oid and any(_abbreviate(short, each) for each in known):
            yield key, Hint(probability=0.66, text=f"{called.stem} abbreviates {key.table.name}")
    initials = keys.by_initials.get(place.table.schema, called.stem)
    for key in initials:
        share = 0.5 if len(initials) == 1 else 0.4
        yield key, Hint(probability=share, text=f"the initials of {key.table.name}")


def _abbreviate(short: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return len(short) == len(words) and all(map(abbreviates, short, words))


def _spelled_out(place: Place, called: Name, keys: Keys) -> Named:
    """`ship_cust_id`, where a declared key says that `cust` stands for customers: it is named as in full."""
    spelled = spelled_out(called, keys.short)
    if spelled is None:
        return
    in_full, text = spelled
    for rule in (_table_and_key, _role_and_table, _end_of_table, without_prefix, behind):
        for key, hint in rule(place, in_full, keys):
            yield key, Hint(probability=0.95 * hint.probability, text=f"{hint.text}: {text}")


def _commented(place: Place, keys: Keys) -> Named:
    """`COMMENT ON COLUMN … IS 'the payer, see customers.id'`: what names a table and its key means it."""
    for table, column in _TABLE_AND_COLUMN.findall(place.column.comment or "") if place.is_plain else ():
        for key in keys.by_table_name.get(place.table.schema, name(table).joined):
            if name(key.column.name).joined == name(column).joined and key.table.oid != place.table.oid:
                yield key, Hint(probability=0.85, text=f"its comment names {key.table.name}.{key.column.name}")


def _as_declared(place: Place, called: Name, keys: Keys) -> Named:
    """`b.vendor_ref`, where `a(vendor_ref)` refers to partners, and says so."""
    for lead in keys.taught.leads(place.table.schema, called):
        oid, column = lead.target or (place.table.oid, "")
        for key in keys.by_oid.get(oid, ()):
            is_meant = key.column.name == column or (lead.target is None and key.is_primary)
            if is_meant and (key.family == place.family or place.path):
                yield key, Hint(probability=lead.probability, text=lead.text)


_TABLE_AND_COLUMN = re.compile(r"\b([^\W\d]\w*)\s?[.(]\s?([^\W\d]\w*)")
