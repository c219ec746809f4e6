"""What declared foreign keys teach: a column of the same name in another table mostly refers to the same key."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from auditor.catalog import Catalog, Table
from auditor.references.names import Name, name
from auditor.references.style import Style
from auditor.references.words import ABOVE_PEOPLE, TRAILING_ROLES

_OF_SAME_NAME, _OF_SAME_TAIL, _OF_OTHER_SCHEMA = 0.9, 0.65, 0.9
_OF_PARTS = 0.3
"""`order_lines.status_id` refers to order_statuses: in tables that are not about orders the name may mean others."""

_LEAST = 0.05
_OF_GENERIC = 0.5
"""What one table alone calls `status` or `parent_id` says little of others."""
_ROLES = TRAILING_ROLES | frozenset("by of at on in with for as via per".split())  # noqa: SIM905

Column = tuple[int, str]


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A declared column, and the key that it refers to; None for that of its own table."""

    told: str
    target: Column | None
    weight: float


@dataclass(frozen=True, kw_only=True)
class Lead:
    """Where columns of a name lead, as far as declared ones say; `target` is None for their own table's key."""

    target: Column | None
    probability: float
    text: str


Lessons = Mapping[tuple[str, str], Sequence[Lesson]]
"""By schema (empty: all of them) and a name."""


@dataclass(frozen=True)
class Taught:
    """The lessons by the column's name, whole and without its first words."""

    wholes: Lessons = field(default_factory=dict)
    tails: Lessons = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog, style: Style) -> "Taught":
        """From all foreign keys of one column in the catalog."""
        wholes: defaultdict[tuple[str, str], list[Lesson]] = defaultdict(list)
        tails: defaultdict[tuple[str, str], list[Lesson]] = defaultdict(list)
        for schema, called, lesson in _lessons(catalog, style):
            for each in (schema, ""):
                wholes[each, called.joined].append(lesson)
                for tail in _tails(called):
                    tails[each, tail].append(lesson)
        return cls(dict(wholes), dict(tails))

    def leads(self, schema: str, called: Name) -> Sequence[Lead]:
        """Where columns of that name in that schema lead: as others of the whole name, else of the same last words."""
        if (schema, called.text) not in self._known:
            self._known[schema, called.text] = tuple(self._found(schema, called)) if called.stem else ()
        return self._known[schema, called.text]

    @cached_property
    def _known(self) -> dict[tuple[str, str], Sequence[Lead]]:
        return {}

    def _found(self, schema: str, called: Name) -> Iterator[Lead]:
        asked = [(self.wholes, called.joined, _OF_SAME_NAME)]
        for tail in (called.joined, *_tails(called)):
            asked += [(self.wholes, tail, _OF_SAME_TAIL), (self.tails, tail, _OF_SAME_TAIL)]
        for known, text, most in asked:
            own, all_of_them = known.get((schema, text)), known.get(("", text))
            if own or all_of_them:
                share = most if own else most * _OF_OTHER_SCHEMA
                yield from _leads(own or all_of_them or (), share, is_generic=called.is_generic)
                return


def _lessons(catalog: Catalog, style: Style) -> Iterator[tuple[str, Name, Lesson]]:
    for table in catalog.tables:
        for constraint in table.foreign_keys():
            referenced = catalog.by_oid(constraint.referenced_oid)
            called = name(constraint.columns[0])
            if referenced is None or len(constraint.columns) != 1 or not called.stem:
                continue
            is_of_people = called.is_actor or called.stem in ABOVE_PEOPLE  # users who created users
            is_own = referenced.oid == table.oid and not is_of_people
            weight = _OF_PARTS if not is_own and _is_about_the_same(table, referenced, called, style) else 1.0
            target = None if is_own else (referenced.oid, constraint.referenced_columns[0])
            told = f"{table.name}({constraint.columns[0]})"
            yield table.schema, called, Lesson(told=told, target=target, weight=weight)


def _is_about_the_same(table: Table, referenced: Table, called: Name, style: Style) -> bool:
    """Whether both tables' names share a word that the column leaves out, as it goes without saying there."""
    if table.oid == referenced.oid:
        return False
    own, theirs = ({*_core(each, style)} for each in (table, referenced))
    return bool(own & theirs - {*called.words})


def _core(table: Table, style: Style) -> tuple[str, ...]:
    cores = style.cores_of(table.schema, table.name)
    return cores[-1] if cores else name(table.name).words


def _tails(called: Name) -> Iterator[str]:
    """The last words, a role before them aside, that say more than that they are a key, or a role themselves."""
    for start in range(1, len(called.stem_words)):
        tail = name("_".join(called.words[start:]))
        says_little = len(tail.stem_words) == 1 and (tail.stem.isdigit() or tail.stem in _ROLES)
        if tail.stem and not tail.is_generic and not says_little:
            yield tail.joined


def _leads(lessons: Sequence[Lesson], most: float, *, is_generic: bool) -> Iterator[Lead]:
    """Each target as often as it is meant."""
    by_target: defaultdict[Column | None, list[Lesson]] = defaultdict(list)
    for each in lessons:
        by_target[each.target].append(each)
    for target, told in by_target.items():
        share = most * sum(each.weight for each in told) / len(lessons)
        share *= _OF_GENERIC if is_generic and len(told) == 1 else 1.0
        if share >= _LEAST:
            further = f" and {len(told) - 1} more" if len(told) > 1 else ""
            yield Lead(target=target, probability=share, text=f"declared so by {told[0].told}{further}")
