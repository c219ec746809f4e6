"""What declared foreign keys teach: a column of the same name in another table mostly refers to the same key."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.catalog import Catalog, Table
from auditor.references.names import Name, name
from auditor.references.style import Style

_OF_SAME_NAME, _OF_SAME_TAIL, _OF_OTHER_SCHEMA = 0.9, 0.65, 0.9
_OF_PARTS = 0.3
"""`order_lines.status_id` refers to order_statuses: in tables that are not about orders the name may mean others."""

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


@dataclass(frozen=True)
class Taught:
    """The lessons by schema (empty: all of them) and by the column's name, whole and without its first words."""

    wholes: Mapping[tuple[str, str], Sequence[Lesson]] = field(default_factory=dict)
    tails: Mapping[tuple[str, str], Sequence[Lesson]] = field(default_factory=dict)

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

    def leads(self, schema: str, called: Name) -> Iterator[Lead]:
        """Where columns of that name in that schema lead: as others of the whole name, else of the same last words."""
        if not called.stem:
            return
        if found := self._known(self.wholes, schema, called.joined):
            yield from _leads(*found, _OF_SAME_NAME)
            return
        for tail in (called.joined, *_tails(called)):
            if found := self._known(self.wholes, schema, tail) or self._known(self.tails, schema, tail):
                yield from _leads(*found, _OF_SAME_TAIL)
                return

    def _known(
        self, known: Mapping[tuple[str, str], Sequence[Lesson]], schema: str, text: str
    ) -> tuple[Sequence[Lesson], float] | None:
        if (schema, text) in known:
            return known[schema, text], 1.0
        return (known["", text], _OF_OTHER_SCHEMA) if ("", text) in known else None


def _lessons(catalog: Catalog, style: Style) -> Iterator[tuple[str, Name, Lesson]]:
    for table in catalog.tables:
        for constraint in table.foreign_keys():
            referenced = catalog.by_oid(constraint.referenced_oid)
            if referenced is None or len(constraint.columns) != 1 or not name(constraint.columns[0]).stem:
                continue
            called = name(constraint.columns[0])
            target = (referenced.oid, constraint.referenced_columns[0]) if referenced.oid != table.oid else None
            weight = _OF_PARTS if target and _is_about_the_same(table, referenced, called, style) else 1.0
            told = f"{table.name}({constraint.columns[0]})"
            yield table.schema, called, Lesson(told=told, target=target, weight=weight)


def _is_about_the_same(table: Table, referenced: Table, called: Name, style: Style) -> bool:
    """Whether both tables' names share a word that the column leaves out, as it goes without saying there."""
    words, theirs = ({*style.cores_of(each.schema, each.name)[-1:]} for each in (table, referenced))
    own = {word for core in words or {name(table.name).words} for word in core}
    other = {word for core in theirs or {name(referenced.name).words} for word in core}
    return bool(own & other - {*called.words})


def _tails(called: Name) -> Iterator[str]:
    """The last words, a role before them aside, that say more than that they are a key."""
    for start in range(1, len(called.stem_words)):
        tail = name("_".join(called.words[start:]))
        if tail.stem and not tail.is_generic:
            yield tail.joined


def _leads(lessons: Sequence[Lesson], share: float, most: float) -> Iterator[Lead]:
    """Each target as often as it is meant."""
    weights: defaultdict[Column | None, float] = defaultdict(float)
    for each in lessons:
        weights[each.target] += each.weight
    for target, weight in weights.items():
        told = [each.told for each in lessons if each.target == target]
        further = f" and {len(told) - 1} more" if len(told) > 1 else ""
        yield Lead(
            target=target, probability=share * most * weight / len(lessons), text=f"declared so by {told[0]}{further}"
        )
