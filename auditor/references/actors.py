"""Who acts: `created_by`, `approver_id` and the like all refer to one table of people, decided once for a schema."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from auditor.catalog import Catalog, Table
from auditor.references.candidate import Hint, Place
from auditor.references.key import KEY_FAMILIES, Key
from auditor.references.keys import Keys
from auditor.references.names import Name, name
from auditor.references.words import PEOPLE

_SHARES = (0.81, 0.45, 0.30)
_UNLISTED = 0.5
_OUTSIDE = 0.4
_OUTSIDERS = frozenset({"contact", "customer"})
_LOG_IN = frozenset({"password", "passwd", "pwd", "login", "username"})
_TOLD = 0.92
_USERS = {(word,) for word in ("user", "usr", "benutzer", "utilisateur", "usuario")}
_PASSING = frozenset({"temp", "tmp", "pending", "deleted", "old"})


@dataclass(frozen=True)
class Actors:
    """The tables of people, likeliest first."""

    ranked: tuple[Key, ...]
    shares: tuple[float, ...] = _SHARES
    is_told: bool = False
    """Whether the configuration names them."""
    tables: frozenset[str] = frozenset()
    """The names of all tables: `customer_id` beside a table of customers names no role."""

    @classmethod
    def of(cls, catalog: Catalog, keys: Keys, told: Table | None = None) -> "Actors":
        """Tables called users come before those whose names end so, before other people; then the more often named.

        `told` is the table that the configuration names: then there is no other.
        """
        tables = frozenset(name(key.table.name).joined for key in keys.all)
        if told is not None:
            return cls(tuple(keys.by_oid[told.oid][:1]), (_TOLD,), is_told=True, tables=tables)
        named = Counter(
            name(column.name).stem
            for table in catalog.tables
            for column in table.columns
            if column.type.family in KEY_FAMILIES
        )
        ranks = [(rank, -named[name(key.table.name).joined], key) for key in keys.all for rank in _rank(key)]
        ranked = sorted(ranks, key=lambda each: (*each[:2], each[2].full_name))
        return cls(tuple(key for *_, key in ranked) or _declared(catalog, keys), tables=tables)

    def hints_of(self, place: Place, called: Name) -> Iterator[tuple[Key, Hint]]:
        """The people that the place may name, where its name is that of an actor."""
        if self._is_table(called) or not (called.is_actor or called.is_person_in_role):
            return
        schema = place.table.schema
        if schema not in self._ordered:
            self._ordered[schema] = self._near(schema)
        fitting = [key for key in self._ordered[schema] if key.family == place.family]
        for key, share in zip(fitting, self.shares, strict=False):
            weight = share if called.is_actor else share * _UNLISTED
            weight *= 1.0 if self.is_told or _act(key) else _OUTSIDE
            yield key, Hint(probability=weight, text=f"names who acts: {key.table.name}")

    @cached_property
    def _ordered(self) -> dict[str, list[Key]]:
        return {}

    def _near(self, schema: str) -> list[Key]:
        """The people in the order in which a schema means them: its own first, unless it has none who act, and another
        one has users."""
        has_people = any(key.table.schema == schema and _act(key) for key in self.ranked)

        def distance(key: Key) -> int:
            if key.table.schema == schema:
                return 0 if has_people else 1
            return int(has_people) if _holds_users(key.table) else 2

        return sorted(self.ranked, key=distance)

    def _is_table(self, called: Name) -> bool:
        """`customer_id`, `old_customer` beside a table of customers; `id_medico_solicitante` beside one of doctors."""
        words = called.stem_words
        begins = called.is_led and any("".join(words[:end]) in self.tables for end in range(1, len(words)))
        return begins or any("".join(words[start:]) in self.tables for start in range(len(words)))


def _declared(catalog: Catalog, keys: Keys) -> tuple[Key, ...]:
    """Where no table is called like people: those that `created_by` and the like refer to where that is declared."""
    found: Counter[Key] = Counter()
    for table in catalog.tables:
        for constraint in table.foreign_keys():
            called = name(constraint.columns[0])
            if called.is_actor and called.stem_words[-1] == "by":
                named = keys.by_oid.get(constraint.referenced_oid or 0, ())
                found.update(key for key in named if (key.column.name,) == constraint.referenced_columns)
    return tuple(key for key, _ in found.most_common())


def _rank(key: Key) -> Iterator[int]:
    table = name(key.table.name)
    words = table.words if table.words[-1] in PEOPLE else table.meant
    if not key.is_primary or words[0] in _PASSING:
        return
    if table.words == ("user",):
        yield 0
    elif words[-1] in PEOPLE and len(words) < 3 and (words[-1] != "account" or words[0] in PEOPLE):
        yield 1 + PEOPLE.index(words[-1]) * 2 + (len(words) > 1)


def _act(key: Key) -> bool:
    """Whether those people are likely to work with the database: those with whom one deals are not, unless they can
    log in."""
    is_outside = name(key.table.name).meant[-1] in _OUTSIDERS
    return not is_outside or any(not _LOG_IN.isdisjoint(name(column.name).words) for column in key.table.columns)


def _holds_users(table: Table) -> bool:
    """Whether it is called users and nothing more: then a schema without people means it, wherever it stands."""
    return name(table.name).meant in _USERS


def decided(scores: dict[tuple[str, Key], list[float]]) -> dict[str, Key]:
    """For each schema the table of people with the highest sum of scores over all its columns that name actors."""
    sums: defaultdict[str, dict[Key, float]] = defaultdict(dict)
    for (schema, key), values in scores.items():
        sums[schema][key] = sum(values)
    return {schema: max(found, key=lambda key: (found[key], key.full_name)) for schema, found in sums.items()}
