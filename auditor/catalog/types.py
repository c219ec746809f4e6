"""Types of columns, what compares them, and what the statistics say of their values."""

from dataclasses import dataclass


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
    `equality` is the `=` of the default btree (else hash) operator class, None where the type has none.
    """

    oid: int
    schema: str
    name: str
    category: str
    is_domain: bool = False
    base_schema: str
    base: str
    equality: Operator | None

    @property
    def family(self) -> str:
        """The group within which keys can refer to each other: `integer`, `text`, `uuid`, `json`, or the base name."""
        return _FAMILIES.get(self.base, self.base)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStatistics:
    """A row of pg_stats (for a partitioned table the inherited one).

    `distinct` is n_distinct: positive a count, negative the negated share of rows. `most_common` and `histogram`
    are values as text: personal data, so they are held in memory only and left out of every JSON.
    """

    null_fraction: float
    distinct: float
    average_width: int
    most_common: tuple[str, ...] = ()
    most_common_frequencies: tuple[float, ...] = ()
    histogram: tuple[str, ...] = ()
