"""Types of columns, what compares them, and what the statistics say of their values."""

import re
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar, overload


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Operator:
    """An operator with its schema: with an empty search_path it is written `OPERATOR(schema.=)`."""

    schema: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A type as pg_type has it, a domain resolved to what it is made of.

    `category` is pg_type.typcategory (N number, S string, D date/time, U user, B boolean, A array, E enum …);
    `base` is the name of the underlying base type for a domain, else the type's own name;
    `equality` is the `=` of the default btree (else hash) operator class, None where the type has none;
    `not_validated` are the constraints of domains in it that are NOT VALID.
    """

    oid: int
    schema: str
    name: str
    category: str
    is_domain: bool = False
    base_schema: str
    base: str
    equality: Operator | None
    not_validated: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The group within which keys can refer to each other: `integer`, `text`, `uuid`, `json`, or the base name."""
        return _FAMILIES.get(self.base, self.base)

    @property
    def element(self) -> "Type | None":
        """The type of an array's elements, where it is one of PostgreSQL's own that keys have; None for others."""
        base = self.base.removeprefix("_")
        if self.category != "A" or self.base_schema != "pg_catalog" or base not in _ELEMENTS or base == self.base:
            return None
        equality = Operator(schema="pg_catalog", name="=")
        category = "S" if base in ("text", "varchar", "bpchar") else "U" if base == "uuid" else "N"
        return Type(
            oid=0,
            schema="pg_catalog",
            name=base,
            category=category,
            base_schema="pg_catalog",
            base=base,
            equality=equality,
        )


_ELEMENTS = frozenset({"int2", "int4", "int8", "text", "varchar", "bpchar", "uuid"})
_FAMILIES = {
    "int2": "integer",
    "int4": "integer",
    "int8": "integer",
    "text": "text",
    "varchar": "text",
    "bpchar": "text",
    "citext": "text",
    "name": "text",
    "json": "json",
    "jsonb": "json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Collation:
    """A column's own collation where it differs from the type's default; `deterministic` as in pg_collation."""

    schema: str
    name: str
    deterministic: bool


_ELEMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^{},"]+)', re.DOTALL)


Value = TypeVar("Value", str, float)


class _Array(Sequence[Value]):
    """The values in PostgreSQL's text of a one-dimensional array without NULLs (Array Input and Output Syntax).

    Kept as that one text and taken apart when it is asked for: a thousand tables have a million such values.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @abstractmethod
    def _values(self) -> tuple[Value, ...]: ...

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Value, ...]: ...
    def __getitem__(self, index: int | slice) -> Value | tuple[Value, ...]:
        return self._values()[index]

    def __len__(self) -> int:
        return len(self._values())

    def __bool__(self) -> bool:
        return self._text != "{}"

    def __iter__(self) -> Iterator[Value]:
        return iter(self._values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._values() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._text!r})"


class ArrayText(_Array[str]):
    """The elements' own text, whatever their type."""

    __slots__ = ()

    def _values(self) -> tuple[str, ...]:
        return tuple(
            plain or re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) for quoted, plain in _ELEMENT.findall(self._text)
        )


class ArrayNumbers(_Array[float]):
    """The elements as numbers."""

    __slots__ = ()

    def _values(self) -> tuple[float, ...]:
        return tuple(map(float, self._text.strip("{}").split(",")))


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStatistics:
    """A row of pg_stats (for a partitioned table the inherited one).

    `distinct` is n_distinct: positive a count, negative the negated share of rows. `most_common` and `histogram`
    are values as text: personal data, so they are held in memory only and left out of every JSON.
    """

    null_fraction: float
    distinct: float
    average_width: int
    most_common: Sequence[str] = ()
    most_common_frequencies: Sequence[float] = ()
    histogram: Sequence[str] = ()
