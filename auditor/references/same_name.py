"""What it says that a key has the place's own name: much, unless several tables share it. Then one of them is the base,
and the others extend it by sharing its key."""

from math import sqrt

from auditor.catalog import Table
from auditor.references.candidate import Hint, Place
from auditor.references.key import Key, are_alike, is_made_by_server
from auditor.references.keys import Keys
from auditor.references.names import Name, name
from auditor.references.roles import Named
from auditor.references.words import COPY_WORDS


def same_name(place: Place, called: Name, keys: Keys) -> Named:
    """`molregno` → molecule_dictionary.molregno."""
    same = [key for key in keys.by_name.get(place.table.schema, called.joined) if key.table.oid != place.table.oid]
    primary = [key for key in same if key.is_primary]
    base = _base_for(place, called, primary, keys) if primary else None
    for key in same:
        share = _share_of_primary(place, key, primary, base) if key.is_primary else _share_of_unique(key, same, primary)
        if _is_common(called, key, primary):
            share *= 0.25
        if not key.is_named_after_table and _is_key_of_its_own(place, called, key, keys):
            share *= 0.25
        elif is_extension(key, keys):
            share *= 0.5
        yield key, Hint(probability=share, text=f"the same name as the key {key.table.name}.{key.column.name}")


def is_extension(key: Key, keys: Keys) -> bool:
    """Whether the key's name tells another table than its own, all of whose rows it extends: `server_info.server_id`
    beside servers; or says that it refers to something. Where it extends some of them, the values tell."""
    if key not in keys.extensions:
        keys.extensions[key] = _is_extension(key, keys)
    return keys.extensions[key]


def _is_extension(key: Key, keys: Keys) -> bool:
    called, own = name(key.column.name), name(key.table.name)
    if called.text.lower().startswith("fk"):
        return True
    if not key.is_primary or not called.stem or called.stem in (own.joined, "".join(own.meant)):
        return False
    if is_made_by_server(key.column):
        return False
    schema = key.table.schema
    named = [*keys.by_table_name.get(schema, called.stem), *keys.by_core.get(schema, called.stem)]
    glued = (each for each in keys.by_glued_tail.get(schema, called.stem) if _begins(own, name(each.table.name)))
    bases = (each for each in (*named, *glued) if each.table.oid != key.table.oid and each.is_primary)
    return any(are_alike(key.table, base.table) for base in bases)


def is_copy(table: Table, of: Table) -> bool:
    """Whether the table holds rows of the other as they were, deleted ones, too, and so does not refer to it:
    `orders_backup_2024`, `tmp_orders`, with the columns of orders and no others."""
    own, theirs = {*name(table.name).words}, {*name(of.name).words}
    added = {word for word in own - theirs if not word.isdigit()}
    is_called_so = theirs < own and added <= COPY_WORDS
    return is_called_so and {column.name for column in table.columns} == {column.name for column in of.columns}


def _begins(own: Name, base: Name) -> bool:
    return own.joined != base.joined and own.joined.startswith(base.joined)


def _is_common(called: Name, key: Key, primary: list[Key]) -> bool:
    """Whether many tables have such a column without referring to each other: not where it is a primary key's name."""
    return called.is_generic and not key.is_named_after_table and not (primary == [key] and called.stem)


def _is_key_of_its_own(place: Place, called: Name, key: Key, keys: Keys) -> bool:
    """Whether the place is a key, too, or the other key is a reference itself: `scores.product_id`, unique, beside a
    table of products."""
    named = keys.by_table_name.get(place.table.schema, called.stem) + keys.by_core.get(place.table.schema, called.stem)
    refers = called.stem and any(each.table.oid != key.table.oid for each in named)
    own = (place.column.name,) in place.table.candidate_keys()
    return own or bool(refers and not _is_part_of(place.table, key.table))


def _share_of_unique(key: Key, same: list[Key], primary: list[Key]) -> float:
    """What it says that a key has the place's name that is unique, but not the one by which rows are referred to."""
    if primary:
        return 0.15
    alone = 0.78 if key.is_named_after_table else 0.7 if name(key.column.name).is_key_like else 0.6
    return alone / sqrt(len(same))


def _share_of_primary(place: Place, key: Key, primary: list[Key], base: Key | None) -> float:
    """The same of primary keys, of which `base` is the one that the others extend."""
    if base is not None and base.table.oid == place.table.oid and are_alike(key.table, base.table):
        return 0.3  # the base does not refer to what extends it
    if len(primary) == 1 or _is_part_of(place.table, key.table):
        return 0.85  # of those that share a key, the one that the referencing table's name begins or ends with
    alike = [each for each in primary if base is not None and each is not base and are_alike(each.table, base.table)]
    if alike and (key is base or key in alike):
        return 0.8 if key is base else 0.3
    return 0.8 if key.is_named_after_table else 0.45


def _base_for(place: Place, called: Name, primary: list[Key], keys: Keys) -> Key | None:
    """The base of the keys of that name, the place's own with them; sought once for all places that are none."""
    own = [key for key in keys.by_oid.get(place.table.oid, ()) if key.is_primary and key.column is place.column]
    if own:
        return _base([*primary, *own])
    named = (place.table.schema, called.joined)
    if named not in keys.bases:
        keys.bases[named] = _base(primary)
    return keys.bases[named]


def _base(primary: list[Key]) -> Key | None:
    """The one of these keys of one name that the others extend: the first sign tells that only one of them has."""
    for sign in (_is_made_by_server, _is_named_whole, _is_named, _has_words_of_all, _has_noise, _begins_so):
        found = [key for key in primary if sign(key, primary)]
        if len(found) == 1:
            return found[0]
    return None


def _is_made_by_server(key: Key, _: list[Key]) -> bool:
    return is_made_by_server(key.column)


def _is_named_whole(key: Key, _: list[Key]) -> bool:
    """`vm_static.vm_id` where noise is left out: the key's name is all that its table's says."""
    return "".join(name(key.table.name).meant) == name(key.column.name).stem


def _is_named(key: Key, _: list[Key]) -> bool:
    return key.is_named_after_table


def _has_words_of_all(key: Key, primary: list[Key]) -> bool:
    """`actions` beside `fsm_actions` and `old_actions`."""
    words = {*name(key.table.name).words}
    return all(words <= {*name(each.table.name).words} for each in primary)


def _has_noise(key: Key, _: list[Key]) -> bool:
    """`molecule_dictionary`: what is called a list of them all."""
    return name(key.table.name).meant != name(key.table.name).words


def _begins_so(key: Key, _: list[Key]) -> bool:
    """`component_sequences.component_id`."""
    return name(key.table.name).joined.startswith(name(key.column.name).stem)


def _is_part_of(table: Table, whole: Table) -> bool:
    """`employeepayhistory` of `employee`: the one name begins or ends with the other."""
    own, theirs = name(table.name).joined, name(whole.name).joined
    return own.startswith(theirs) or own.endswith(theirs)
