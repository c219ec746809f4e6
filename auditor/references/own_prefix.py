"""What names say where every column carries a prefix of its table: `ol_item_key`, `ss_sold_date_sk`, `h_ca_id`."""

from collections.abc import Iterator

from auditor.references.candidate import Hint, Place
from auditor.references.key import Key
from auditor.references.keys import Keys
from auditor.references.names import name
from auditor.references.roles import Named, abbreviates, fit, told

_LEAST_GLUED = 4
_COMMON = 0.2
"""`cat_title` is unique, and other tables have titles, too."""


def unprefixed(place: Place, keys: Keys) -> Named:
    """Without the prefix it is the name of a key, with that one's prefix (`h_ca_id` → ca_id) or without it
    (`ol_item_key` → i_item_key), or of a table (`rev_page` → page), or ends so (`ss_sold_date_sk` → d_date_sk)."""
    words = () if place.path else keys.without_prefix(place.table, place.column.name)
    if words and place.column.name.lower().endswith(words[-1]):  # `cat_pages` counts them
        called = name("_".join(words))
        for key in keys.by_table_name.get(place.table.schema, called.stem):
            share = fit(called, key, exact=0.88, other=0.82, bare=0.82)
            if share:
                yield key, Hint(probability=share, text=f"{told(key, called)}, without its own table's prefix")
    for start in range(len(words)):
        found = dict(_named(place, words[start:], keys, is_role=start > 0))
        for key, (share, text) in found.items():
            yield key, Hint(probability=share / len(found) ** 0.5, text=f"{text} but for the tables' prefixes")
        if found:
            return
    yield from _shortened(place, words, keys)


def _named(
    place: Place, words: tuple[str, ...], keys: Keys, *, is_role: bool
) -> Iterator[tuple[Key, tuple[float, str]]]:
    schema, tail = place.table.schema, "".join(words)
    whole = [key for key in keys.by_name.get(schema, tail) if keys.has_prefix(key.table, key.column.name)]
    says_key = bool(whole) or name("_".join(words)).is_key_like
    for key in whole or keys.by_unprefixed_name.get(schema, tail):
        if is_role or key.table.oid != place.table.oid:
            share = (0.78 if is_role else 0.85) if says_key else _COMMON
            yield key, (share, f"{'ends with' if is_role else 'the same name as'} {key.column.name}")


def _shortened(place: Place, words: tuple[str, ...], keys: Keys) -> Named:
    """`ss_addr_sk` → ca_address_sk; `ss_cdemo_sk` → cd_demo_sk of customer_demographics."""
    called = name("_".join(words)) if words else None
    if called is None or not called.suffix or not called.stem:
        return
    short = called.stem_words[-1]
    for key in keys.by_unprefixed_suffix.get(place.table.schema, called.suffix):
        theirs = name("_".join(keys.without_prefix(key.table, key.column.name))).stem
        if abbreviates(short, theirs):
            yield key, Hint(probability=0.66, text=f"{short} abbreviates {key.column.name}")
        elif len(theirs) >= _LEAST_GLUED and short != theirs and short.endswith(theirs):
            begins = name(key.table.name).joined.startswith(short[: -len(theirs)])
            yield key, Hint(probability=0.75 if begins else 0.3, text=f"ends with {key.column.name} but for its prefix")
