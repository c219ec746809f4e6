"""What names say about roles beside the plain ones: behind the name, run together with it, in pairs; and about tables
that carry their schema's prefix. One rule a function, as in hints.py."""

from collections.abc import Iterator

from auditor.catalog import Table
from auditor.references.candidate import Hint, Place
from auditor.references.key import Key
from auditor.references.keys import Keys
from auditor.references.names import Name, name
from auditor.references.words import GLUED_ROLES, NUMBER_WORDS, OPPOSITES, TRAILING_ROLES

Named = Iterator[tuple[Key, Hint]]

_LEAST_GLUED = 4
VOWELS = frozenset("aeiou")
_LONGEST_PREFIX = 4
_ORDINALS = (("0", "1"), ("1", "2"), ("a", "b"))


def fit(called: Name, key: Key, *, exact: float, other: float, bare: float) -> float:
    """How well the rest of the name fits the key's: the same word, another word for a key, or none."""
    if called.suffix == key.tail:
        return exact if called.is_key_like or key.family != "text" else 0.75 * exact
    if called.suffix:
        fitting = key.is_primary and called.is_key_like and name(key.column.name).is_key_like
        return (0.5 * other if called.suffix in NUMBER_WORDS and key.tail == "id" else other) if fitting else 0.0
    if key.family == "text":
        natural = key.tail in ("name", "code", "slug", "symbol", "id")
        return (bare if key.is_named_after_table else 0.6 * bare) if natural else 0.0
    return bare if key.is_primary else 0.0


def told(key: Key, called: Name, role: str = "") -> str:
    """`named role + films + id`."""
    return f"named {' + '.join(part for part in (role, key.table.name, called.suffix) if part)}"


def without_prefix(place: Place, called: Name, keys: Keys) -> Named:
    """`user_id` → ad_user, `product` → product_product: the prefix of the schema's tables goes without saying."""
    bare = 0.80 if keys.style.is_bare else 0.70
    for start in range(len(called.stem_words)):
        named = keys.by_core.get(place.table.schema, "".join(called.stem_words[start:]))
        found = _nearest(place, [key for key in named if start or key.table.oid != place.table.oid])
        tables = len({key.table.oid for key in found})
        for key in found:
            share = fit(called, key, exact=0.82, other=0.70, bare=bare) if start == 0 else _in_role(called, key, keys)
            if share:
                text = told(key, called, "role" if start else "") + ", without the tables' prefix"
                yield key, Hint(probability=share / tables**0.5, text=text)


def _in_role(called: Name, key: Key, keys: Keys) -> float:
    return fit(called, key, exact=0.72, other=0.60, bare=0.74 if keys.style.is_bare else 0.40)


def _nearest(place: Place, found: list[Key]) -> list[Key]:
    """Those of tables with the place's own prefix, if there are any."""
    own = name(place.table.name).words[0]
    return [key for key in found if name(key.table.name).words[0] == own] or found


def behind(place: Place, called: Name, keys: Keys) -> Named:
    """`account_from_id`, `ident_type2`, `product_category_parent_id`: the role follows what it qualifies."""
    words = called.stem_words
    if called.is_led:
        yield from _behind_led(place, called, keys)
    if len(words) < 2 or words[-1] not in TRAILING_ROLES:
        return
    if len(words) == 2 and keys.has_prefix(place.table, place.column.name):
        return  # `comment_source_id` of comments: the first word is the prefix of all columns
    plain = name("_".join((*words[:-1], called.suffix)).rstrip("_"))
    found = keys.by_table_name.get(place.table.schema, plain.stem) + keys.by_core.get(place.table.schema, plain.stem)
    for key in dict.fromkeys(found):
        share = fit(plain, key, exact=0.72, other=0.6, bare=0.5)
        if share:
            yield key, Hint(probability=share, text=f"{told(key, plain)}, and a role behind it")
    for key in keys.by_name.get(place.table.schema, plain.joined) if plain.suffix else ():
        yield key, Hint(probability=0.70, text=f"the key's name {key.column.name}, and a role behind it")


def _behind_led(place: Place, called: Name, keys: Keys) -> Named:
    """`id_usuario_alta`, `fk_facture_source`: where the word for key stands first, all roles follow."""
    for end in range(len(called.stem_words) - 1, 0, -1):
        stem = "".join(called.stem_words[:end])
        found = keys.by_table_name.get(place.table.schema, stem) + keys.by_core.get(place.table.schema, stem)
        for key in dict.fromkeys(found):
            share = fit(called, key, exact=0.75, other=0.65, bare=0.0)
            if share:
                yield key, Hint(probability=share, text=f"{told(key, called)}, and a role behind it")
        named = keys.by_name.get(place.table.schema, stem + called.suffix)
        for key in named:
            yield key, Hint(probability=0.72, text=f"the key's name {key.column.name}, and a role behind it")
        if found or named:
            return


def run_together(place: Place, called: Name, keys: Keys) -> Named:
    """`srcfeature_id`, `lieferadresse_id`: a role stands before the name without a separator, a well-known one tells
    more; or behind it, `doctypetarget_id`."""
    last = called.stem_words[-1] if called.stem_words and called.stem not in keys.names_of_tables else ""
    is_told = called.is_key_like or (not called.suffix and place.family == "text")
    for end in range(2, len(last) - _LEAST_GLUED + 1) if is_told else ():
        role, rest = last[:end], last[end:]
        share = 0.65 if role in GLUED_ROLES else 0.5 if len(rest) > _LEAST_GLUED and called.is_key_like else 0.0
        for key in _called(place, rest, keys) if share else ():
            fitting = fit(called, key, exact=share, other=0.85 * share, bare=0.8 * share)
            if fitting:
                yield key, Hint(probability=fitting, text=told(key, called, role))
    for end in range(_LEAST_GLUED + 1, len(last) - 1) if called.is_key_like else ():
        for key in _called(place, last[:end], keys):
            fitting = fit(called, key, exact=0.5, other=0.4, bare=0.0)
            if fitting:
                yield key, Hint(probability=fitting, text=f"{told(key, called)}, and a role behind it")


def _called(place: Place, stem: str, keys: Keys) -> list[Key]:
    return keys.by_table_name.get(place.table.schema, stem) or keys.by_core.get(place.table.schema, stem)


def end_of_word(place: Place, called: Name, keys: Keys) -> Named:
    """`review_id` → reviews_productreview, `flags.type_id` → flagtypes: the end of a table's last word; what stands
    before it begins the referencing table's name as well, or is a word of tables, also behind a role, `old_server_id` →
    rhnserver."""
    if not called.is_key_like or called.stem in keys.names_of_tables:
        return
    for start in range(len(called.stem_words)):
        stem = "".join(called.stem_words[start:])
        found = list(_ending(place, stem, keys))
        near = [each for each in found if each[1] > 0.5] or found
        for key, share in near:
            fitting = fit(called, key, exact=share, other=0.85 * share, bare=0.0)
            if fitting:
                text = f"{stem} ends {key.table.name}"
                yield key, Hint(probability=fitting / len(near) ** 0.5, text=text)
        if found:
            return


def _ending(place: Place, stem: str, keys: Keys) -> Iterator[tuple[Key, float]]:
    own = name(place.table.name)
    for key in keys.by_glued_tail.get(place.table.schema, stem):
        word = name(key.table.name).words[-1]
        head = word[: -len(stem)]
        begins = own.words[-1].startswith(head) or own.words[0].startswith(head)
        if key.table.oid != place.table.oid and (begins or (len(stem) > _LEAST_GLUED and keys.is_head(head))):
            yield key, 0.66 if begins else 0.45


def in_pairs(place: Place, called: Name, keys: Keys) -> Named:
    """`page_links (source_id, target_id)` → pages: two opposite roles, in a table named after one table and a word."""
    if not has_opposite(place, called):
        return
    for key in about(place.table, keys):
        yield key, Hint(probability=0.78, text=f"one of two opposite ends of links between {key.table.name}")


def about(table: Table, keys: Keys) -> list[Key]:
    """The primary keys of the table that another is about: which the longest beginning of its name names, `pages` for
    `page_links`."""
    words = name(table.name).words
    begins = (keys.by_table_name.get(table.schema, "".join(words[:end])) for end in range(len(words) - 1, 0, -1))
    primary = ([key for key in found if key.is_primary] for found in begins)
    return [key for key in next(filter(None, primary), []) if key.table.oid != table.oid]


def turned_round(place: Place, called: Name, keys: Keys) -> Named:
    """`actiontypecv` → cv_actiontype, `status_lk` → lk_status: what the table's name begins with stands behind."""
    for length in range(2, _LONGEST_PREFIX + 1):
        rest, behind_it = called.joined[:-length], called.joined[-length:]
        for key in keys.by_core.get(place.table.schema, rest) if rest else ():
            if key.is_primary and name(key.table.name).joined == behind_it + rest:
                yield key, Hint(probability=0.85, text=f"{key.table.name}, turned round")


def at_ends(place: Place, called: Name, keys: Keys) -> Named:
    """`l_artist_label (entity0, entity1)` → artist, label: two columns that are only numbered, in a table named after
    two tables, in their order; not where others are named after these: `student_exam (student_id, exam_id, grade_1,
    grade_2)`."""
    *stem, last = called.words
    beside = {name(column.name).words for column in place.table.columns} if stem and place.is_plain else set()
    pair = next((pair for pair in _ORDINALS if last in pair and {(*stem, each) for each in pair} <= beside), None)
    if pair is None:
        return
    own = name(place.table.name).words
    stems = {name(column.name).stem for column in place.table.columns}
    for begin, middle in ((first, split) for first in (0, 1) for split in range(first + 1, len(own))):
        ends = ["".join(own[begin:middle]), "".join(own[middle:])]
        found = [keys.by_table_name.get(place.table.schema, end) for end in ends]
        for key in found[pair.index(last)] if all(found) and stems.isdisjoint(ends) else ():
            if key.is_primary and key.family == place.family:
                yield key, Hint(probability=0.85, text=f"{place.table.name} names the tables at its ends")


def has_opposite(place: Place, called: Name) -> bool:
    """Whether a column of the opposite role stands beside it: `child_id` beside `parent_id`."""
    words = called.stem_words
    if len(words) != 1 or not place.is_plain:
        return False
    other = {end: start for start, end in OPPOSITES} | dict(OPPOSITES)
    beside = other.get(words[0])
    return beside is not None and any(
        name(column.name).stem_words == (beside,) and column.type.family == place.family
        for column in place.table.columns
    )


def abbreviates(short: str, word: str) -> bool:
    """`dept` and `department`: the same first letters, the others in order; `pkg` and `package`: the same first letter
    and no vowel; or the same word."""
    if short == word:
        return True
    letters = iter(word)
    begins = word[:2] == short[:2] or (word[:1] == short[:1] and not VOWELS & {*short})
    return 3 <= len(short) < len(word) and begins and all(c in letters for c in short)
