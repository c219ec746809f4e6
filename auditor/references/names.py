"""What names say: words, singulars, and the parts that mean "key", "who did it" or "the one above"."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

from auditor.references.words import (
    ABOVE_PHRASES,
    ACTOR_PHRASES,
    ACTOR_WORDS,
    COUNTED_ON,
    GENERIC_WORDS,
    GLUED_NOISE,
    KEY_WORDS,
    LEADING_KEY_WORDS,
    NATURAL_KEY_WORDS,
    NOBODY,
    NUMBER_WORDS,
    PARENT_WORDS,
    TABLE_NOISE,
    THINGS_AS_WELL,
    TRAILING_ROLES,
)

_LEAST_SINGULAR = 4
_IRREGULAR = {"people": "person", "children": "child", "men": "man", "indices": "index", "feet": "foot"}
_GLUED_SUFFIXES = ("uuid", "guid", "id", "code", "key", "number", "nr", "no")
_BY_WHOM = re.compile(
    r"user(id)?(creat|modifi|updat|delet)ed|[a-z]{3,}(ed|en)by|(\w{3,}t|ge\w{3,}en)von|\w{3,}epar|\w{2,}[ai]d[oa]por"
)
"""`usermodified`, `createdby`, `erstellt_von`, `cree_par`, `creado_por`."""
_DOING = frozenset("create created write update updated modify modified delete deleted change changed".split())  # noqa: SIM905
_HUNGARIAN = re.compile(r"^(lng|str|int|dbl|dtm|bln|cur|chr|sng|byt|mem|vch|fld|tbl|tlkp)(?=[A-Z])")
"""Before a name its type, or that it is a table: `lngKundeID`, `tblKunde`."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


@lru_cache(maxsize=100_000)
def singular(word: str) -> str:
    """A form that singular and plural share; both sides are reduced alike, so it need not be English."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and re.search(r"(ss|sh|ch|x|z|us)es$", word):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def singulars(joined: str) -> tuple[str, ...]:
    """What else the singular may be, in languages with other plurals: abteilung for abteilungen, flor for flores."""
    found = (joined[: -len(ending)] for ending in ("en", "n", "e") if joined.endswith(ending))
    return tuple(each for each in found if len(each) >= _LEAST_SINGULAR)


@dataclass(frozen=True)
class Name:
    """A name taken apart: `words` in lower case and singular, split at separators and at changes of case."""

    text: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        """`createdByID` and `created_by_ids` are created, by, id; `id_film` and `ref_id_film` are film, id."""
        first, *others = self._written
        if not self.is_led:
            return self._written
        return tuple(others) if first == "fk" and others[-1] in KEY_WORDS else (*others, first)

    @cached_property
    def _written(self) -> tuple[str, ...]:
        found = [word.lower() for word in _WORD.findall(_HUNGARIAN.sub("", _without_accents(self.text)))]
        while len(found) > 2 and found[0] == "ref" and found[1] in {*LEADING_KEY_WORDS, "ref"}:
            del found[0]
        return tuple(map(singular, found)) or (self.text.lower(),)

    @cached_property
    def is_led(self) -> bool:
        """Whether the word that means key stands first; a role then stands last: `id_usuario_alta`."""
        first, *others = self._written
        return first in LEADING_KEY_WORDS and bool(others) and (first == "fk" or others[-1] not in KEY_WORDS)

    @cached_property
    def joined(self) -> str:
        """The words without separators."""
        return "".join(self.words)

    @cached_property
    def meant(self) -> tuple[str, ...]:
        """The words of a table's name without noise behind them: po, header for po_headers_all."""
        return without_noise(self.words)

    @cached_property
    def suffix(self) -> str:
        """The word at the end that means key, also where nothing separates it (`shipmethodid`); else empty."""
        last = self.words[-1]
        if last in NATURAL_KEY_WORDS:
            return last
        return next((word for word in _GLUED_SUFFIXES if _ends(last, word)), "")

    @cached_property
    def stem(self) -> str:
        """The joined name without its suffix; empty where the name is nothing but the suffix."""
        return self.joined[: len(self.joined) - len(self.suffix)]

    @cached_property
    def stem_words(self) -> tuple[str, ...]:
        """The words without the suffix."""
        if not self.suffix:
            return self.words
        last = self.words[-1][: -len(self.suffix)]
        return (*self.words[:-1], *((singular(last),) if last else ()))

    @property
    def is_key_like(self) -> bool:
        """Whether the name says that a key stands here."""
        has_role = len(self.words) > 2 and self.words[-1] in TRAILING_ROLES and self.words[-2] in KEY_WORDS
        return self.suffix in KEY_WORDS or has_role

    @cached_property
    def is_actor(self) -> bool:
        """`created_by`, `approver_id`, `owner`: who did it, or whose it is."""
        words = self.stem_words
        if len(words) > 1 and words[-1].isdigit():
            words = words[:-1]
        if not words:
            return False
        if (len(words) > 1 and words[-1] == "by") or _BY_WHOM.fullmatch("".join(words[-2:])):
            return True
        if words[0] in NOBODY and len(words) > 1:
            return False
        does = self.suffix == "uid" and len(words) == 1 and words[0] in _DOING
        is_person = words[-1] in ACTOR_WORDS and (bool(self.suffix) or words[-1] not in THINGS_AS_WELL)
        return does or is_person or words[-2:] in ACTOR_PHRASES

    @cached_property
    def is_person_in_role(self) -> bool:
        """`redeemer_id`: a word of doing (-er, -or, -ee) that is in no list; says little by itself."""
        words = self.stem_words
        return self.is_key_like and len(words) == 1 and len(words[0]) > 4 and words[0].endswith(("er", "or", "ee"))

    @property
    def is_generic(self) -> bool:
        """Whether many tables have such a column without referring to each other: `name`, `rowguid`, `md5`."""
        return self.joined in GENERIC_WORDS or self.stem in GENERIC_WORDS

    @cached_property
    def is_above(self) -> bool:
        """`parent_id`, `reports_to`, `previous_version_id`: another row of the same table."""
        if not self.stem_words or self.suffix not in KEY_WORDS | {""}:
            return False
        if self.suffix in NUMBER_WORDS and self.stem_words[-1] in COUNTED_ON:
            return False
        stem = "".join(self.stem_words)
        return self.stem_words[0] in PARENT_WORDS or stem in ABOVE_PHRASES


def without_noise(words: tuple[str, ...]) -> tuple[str, ...]:
    """Of a table's name the words that say what it holds."""
    *first, last = words
    if first and last in TABLE_NOISE:
        return tuple(first)
    glued = next((noise for noise in GLUED_NOISE if last.endswith(noise) and len(last) >= len(noise) + 3), "")
    return (*first, singular(last.removesuffix(glued))) if glued else words


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _ends(word: str, suffix: str) -> bool:
    return len(word) > len(suffix) + 2 and word.endswith(suffix)


@lru_cache(maxsize=200_000)
def name(text: str) -> Name:
    """That name taken apart, once."""
    return Name(text)
