"""What names say: words, singulars, and the parts that mean "key", "who did it" or "the one above"."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

KEY_WORDS = frozenset("id key code uuid guid no num nr nbr number pk fk sk cd ref oid uid".split())  # noqa: SIM905
"""A column whose name ends so holds a key, of its own table or of another."""

NUMBER_WORDS = frozenset("no num nr nbr number code ref cd".split())  # noqa: SIM905
"""Those that people count or abbreviate by: an `order_number` is seldom the `id` of an order."""

NATURAL_KEY_WORDS = KEY_WORDS | {"name", "slug", "symbol", "email", "login", "username", "abbreviation", "iso"}
"""What a text key is called."""

GENERIC_WORDS = NATURAL_KEY_WORDS | frozenset(
    """
    type status state kind value label title description version position rank level priority token hash date
    time year month day count amount total score size length width height content body text note data url path
    category class parent owner user row seq sequence order sort flag language locale md5 sha256 checksum address phone
    """.split()  # noqa: SIM905
)
"""Column names that many tables share without referring to each other."""

PARENT_WORDS = frozenset(
    "parent root previous prev next predecessor successor ancestor supersede superseded superior".split()  # noqa: SIM905
)
ABOVE_PHRASES = frozenset({"reportsto", "reportto", "replyto", "inreplyto", "repliesto", "mergedinto", "copyof"})
"""Together with PARENT_WORDS: the column refers to its own table."""

ACTOR_WORDS = frozenset(
    """
    creator author owner updater uploader approver reviewer assignee assigner requester reporter sender recipient
    receiver modifier editor moderator inviter invitee deleter publisher submitter banner purchaser redeemer
    manager supervisor assignor verifier operator performer initiator actor closer resolver locker blocker
    annotator rep representative agent setter requestee voter proposer seconder collector voider buyer seller cashier
    follower commenter organizer coordinator leader signer grantor grantee translator salesrep salesperson who whom
    """.split()  # noqa: SIM905
)
"""People in a role: the column refers to the table of users."""

ACTOR_PHRASES = frozenset({("assigned", "to"), ("delegated", "to"), ("escalated", "to")})
"""The same in two words."""

TRAILING_ROLES = frozenset("from to old new source target src dst parent trx 1 2 3 4 a b".split())  # noqa: SIM905
"""Roles that stand behind what they qualify: `account_from`, `user_2_id`."""

GLUED_ROLES = frozenset(
    """
    src source dst dest destination target sub super parent child root old new from to orig ship bill home holding subj
    obj prev next default base ref main master link pre post
    """.split()  # noqa: SIM905
)
"""Roles that stand before a name without a separator: `srcfeature_id`."""

OPPOSITES = (
    ("parent", "child"), ("subject", "object"), ("subj", "obj"), ("source", "target"), ("src", "dst"), ("from", "to"),
    ("ancestor", "descendant"), ("predecessor", "successor"), ("left", "right"), ("first", "second"), ("a", "b"),
)  # fmt: skip
"""Two columns with these roles, side by side: the two ends of a link between rows of one table."""

FOREIGN_WORDS = frozenset(
    "external ext extern legacy provider remote thirdparty stripe paypal github gitlab google facebook twitter slack sfdc aws oauth sso".split()  # noqa: SIM905, E501
)
"""As a role they say that the key is somebody else's: `stripe_customer_id`."""

PEOPLE = (
    "user", "usr", "account", "person", "people", "member", "employee", "staff", "profile", "customer", "admin",
    "borrower", "patron", "editor", "worker", "operator",
)  # fmt: skip
"""Tables of people, the likeliest to be who acts first."""

_IRREGULAR = {"people": "person", "children": "child", "men": "man", "indices": "index", "feet": "foot"}
_GLUED_SUFFIXES = ("uuid", "guid", "id", "code", "key", "number", "nr", "no")
_BY_WHOM = re.compile(r"[a-z]{3,}(ed|en)by")
_DOING = frozenset("create created write update updated modify modified delete deleted change changed".split())  # noqa: SIM905
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


@dataclass(frozen=True)
class Name:
    """A name taken apart: `words` in lower case and singular, split at separators and at changes of case."""

    text: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        """`createdByID` and `created_by_ids` are both created, by, id."""
        return tuple(singular(word.lower()) for word in _WORD.findall(self.text)) or (self.text.lower(),)

    @cached_property
    def joined(self) -> str:
        """The words without separators."""
        return "".join(self.words)

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
        return self.suffix in KEY_WORDS

    @cached_property
    def is_actor(self) -> bool:
        """`created_by`, `approver_id`, `owner`: who did it, or whose it is."""
        words = self.stem_words
        if not words:
            return False
        if (len(words) > 1 and words[-1] == "by") or _BY_WHOM.fullmatch(words[-1]):
            return True
        does = self.suffix == "uid" and len(words) == 1 and words[0] in _DOING
        return does or words[-1] in ACTOR_WORDS or words[-2:] in ACTOR_PHRASES

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
        stem = "".join(self.stem_words)
        return self.stem_words[0] in PARENT_WORDS or stem in ABOVE_PHRASES


def _ends(word: str, suffix: str) -> bool:
    return len(word) > len(suffix) + 2 and word.endswith(suffix)


@lru_cache(maxsize=200_000)
def name(text: str) -> Name:
    """That name taken apart, once."""
    return Name(text)
