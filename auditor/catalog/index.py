"""Indexes, and which questions they answer."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexKey:
    """One key column of an index: the column's name, or the expression's text.

    `operator_class` and `collation` are written `schema.name`; `collation` is None where it is the column's own, or
    the type has none.
    """

    column: str | None
    expression: str | None
    operator_class: str
    collation: str | None = None
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A row of pg_index. On a partitioned table the root's index; `valid` is then the root's.

    `being_built` is true while pg_stat_progress_create_index shows it; `constraint` names the constraint it backs.
    """

    oid: int
    schema: str
    name: str
    method: str
    keys: tuple[IndexKey, ...]
    included: tuple[str, ...] = ()
    predicate: str | None = None
    definition: str
    unique: bool = False
    primary: bool = False
    valid: bool = True
    ready: bool = True
    immediate: bool = True
    nulls_not_distinct: bool = False
    being_built: bool = False
    constraint: str | None = None
    bytes: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the key columns; empty where a key is an expression."""
        names = tuple(key.column for key in self.keys if key.column is not None)
        return names if len(names) == len(self.keys) else ()

    @property
    def is_complete(self) -> bool:
        """Valid, and about every row: no predicate."""
        return self.valid and self.ready and self.predicate is None

    def reads(self, column: str) -> bool:
        """Whether that column is a key, or in an expression among its keys, or in its predicate."""
        return self.computes_with(column) or any(key.column == column for key in self.keys)

    def computes_with(self, column: str) -> bool:
        """Whether an expression among its keys, or its predicate, reads that column."""
        texts = (*(key.expression for key in self.keys), self.predicate)
        return any(text is not None and mentions(text, column) for text in texts)

    def may_refuse_null(self, column: str) -> bool:
        """Whether a row may come to share a key with another because this column of it becomes NULL."""
        return self.computes_with(column) or (self.nulls_not_distinct and self.reads(column))

    def proves_unique(self, columns: tuple[str, ...]) -> bool:
        """Whether no two rows can share a key of exactly these columns (or of fewer of them)."""
        return (
            self.unique and self.is_complete and self.immediate and bool(self.columns) and {*self.columns} <= {*columns}
        )

    def finds(self, columns: tuple[str, ...]) -> bool:
        """Whether looking up rows by equality on all of these columns can use this index.

        True for a btree whose leading key columns are these in any order ((b, a) serves (a, b)); or a hash index on the
        one column. A partial index serves only where its predicate says nothing but `column IS NOT NULL`
        of these columns; BRIN and GIN do not serve a foreign key's look-ups, nor does an index whose collation is
        not the column's (its order is another).
        """
        if not (self.valid and self.ready and columns) or not self._predicate_is_implied_by(columns):
            return False
        leading = {key.column for key in self.keys[: len(columns)] if key.collation is None}
        if self.method == "hash":
            return len(columns) == 1 and leading == {*columns}
        return self.method == "btree" and leading == {*columns}

    def _predicate_is_implied_by(self, columns: tuple[str, ...]) -> bool:
        if self.predicate is None:
            return True
        if not re.fullmatch(rf"{_NOT_NULL}(?: AND {_NOT_NULL})*", self.predicate):
            return False
        return {_unquoted(name) for name in re.findall(f"({_NAME}) IS NOT NULL", self.predicate)} <= {*columns}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionIndex:
    """An index of one partition that no valid index of the table above stands for: the partition's own, or (`attached`)
    part of an index that is not valid as a whole. `oid` is the partition's."""

    oid: int
    schema: str
    partition: str
    index: Index
    attached: bool = False


# As pg_get_expr writes it: `(a IS NOT NULL)`, `((a IS NOT NULL) AND ("B" IS NOT NULL))`.
_NAME = r'"(?:[^"]|"")+"|[a-z_][a-z0-9_]*'
_NOT_NULL = rf"\(*(?:{_NAME}) IS NOT NULL\)*"


_NAMES = re.compile(r"'(?:[^']|'')*'|\"((?:[^\"]|\"\")*)\"|([^\W\d][\w$]*)")


def mentions(expression: str, column: str) -> bool:
    """Whether the column's name stands in the expression as a name: not inside a literal, nor as part of another."""
    names = ((each[1] or "").replace('""', '"') or (each[2] or "").lower() for each in _NAMES.finditer(expression))
    return column in names


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def quoted(name: str) -> str:
    """The name as the server's own deparser writes it: quoted only where it must be (no look at key words)."""
    if re.fullmatch(r"[a-z_][a-z0-9_$]*", name):
        return name
    return '"' + name.replace('"', '""') + '"'
