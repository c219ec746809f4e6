"""A candidate: a place that may refer to a key, and what speaks for it before any value is seen."""

import re
from dataclasses import dataclass
from math import exp, log

from auditor.catalog import Column, Table
from auditor.model import When
from auditor.references.expressions import array_expression, expression_by_type, expression_inside
from auditor.references.key import Key
from auditor.references.names import name

_PLURAL_KEY = re.compile(r"(id|uuid)s$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the referring values stand: a column, or a path inside a JSON column.

    `family` is the family of the values; for JSON that of the pattern which the sampled values have. `when` narrows
    the rows to those of some types, `is_array` says that each value holds many.
    """

    table: Table
    column: Column
    path: tuple[str, ...] = ()
    when: When | None = None
    is_array: bool = False
    family: str

    @property
    def identity(self) -> tuple[int, str, tuple[str, ...]]:
        """What tells it from other places."""
        narrowed = () if self.when is None else (self.when.column, *self.when.values)
        return (self.table.oid, self.column.name, self.path or narrowed)

    @property
    def is_plain(self) -> bool:
        """Whether it is a column with one value a row, and every row counts: its statistics speak of it."""
        return not self.path and self.when is None and not self.is_array

    @property
    def last_name(self) -> str:
        """The name to judge by: the column's (`tag_id` for `tag_ids`), or the last key of the path (`call_id` for
        `{"call": {"id": …}}`)."""
        if self.is_array:
            return _PLURAL_KEY.sub(r"\1", self.column.name)
        if not self.path:
            return self.column.name
        return self.path[-1] if name(self.path[-1]).stem else "_".join(self.path[-2:])

    @property
    def expression(self) -> str | None:
        """`metadata->>'call_id'`, `owner_id WHERE owner_type = 'User'`, `unnest(tag_ids)`; None for a plain column."""
        if self.when is not None:
            return expression_by_type(self.column.name, self.when)
        if self.is_array:
            return array_expression(self.column.name)
        return expression_inside(self.column.name, self.path) if self.path else None


@dataclass(frozen=True, kw_only=True)
class Hint:
    """One piece of evidence from names: how likely it makes the reference by itself, and how it is told."""

    probability: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A place and a key that it may refer to. `hints` speak for it; `doubts` are factors on the odds, with reasons.

    `joined` is how likely the joins that somebody wrote make it, which is evidence apart from names.
    `is_actor` marks those of `created_by` and the like: their target is decided once for a schema.
    """

    place: Place
    key: Key
    hints: tuple[Hint, ...]
    doubts: tuple[tuple[float, str], ...] = ()
    is_actor: bool = False
    joined: float = 0.0

    @property
    def identity(self) -> tuple[int, str, tuple[str, ...], int, str]:
        """What tells it from other candidates."""
        return (*self.place.identity, self.key.table.oid, self.key.column.name)

    @property
    def prior(self) -> float:
        """The probability from names and types: the strongest hint, 35 % of each further one, then the doubts."""
        ordered = sorted((hint.probability for hint in self.hints), reverse=True)
        against = 1.0 - (ordered[0] if ordered else 0.0)
        for further in ordered[1:]:
            against *= 1.0 - 0.35 * further
        against *= 1.0 - self.joined
        odds = logit(1.0 - against) + sum(log(factor) for factor, _ in self.doubts)
        return probability(odds)


def logit(share: float) -> float:
    """The log-odds of a probability."""
    bounded = min(max(share, 1e-6), 1 - 1e-6)
    return log(bounded / (1 - bounded))


def probability(odds: float) -> float:
    """The probability of log-odds."""
    return 1.0 / (1.0 + exp(-odds))
