"""Joins that somebody wrote: which columns views, functions, policies and recorded statements set equal.

The text is parsed with the server's own grammar (postgast, the extra `sql`); without it this evidence is absent. Only
what resolves to two columns of tables in the catalog counts; what does not parse says nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from auditor.catalog import Catalog, Table
from auditor.model import Coverage, Outcome, Subject
from auditor.references.candidate import Place
from auditor.references.key import Key, is_made_by_server
from auditor.references.keys import Keys
from auditor.references.unseen import FAMILY
from auditor.references.written import Written, written_in

Column = tuple[int, str]
Equality = tuple[Column, Column]

ABSENT = "joins in views, functions and policies are not read: they need postgast (pip install 'auditor[sql]')"
_LEAST, _EACH, _MOST, _WORTH = 0.6, 0.1, 0.99, 0.9


def can_parse() -> bool:
    """Whether the parser is installed."""
    return find_spec("postgast") is not None


@dataclass(frozen=True)
class Joins:
    """For each referring column the keys that it is set equal to, with how often in what."""

    by_column: Mapping[Column, Mapping[Column, Counter[str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog, keys: Keys, statements: Iterable[str] = ()) -> "Joins":
        """From all that is written in the catalog, and from these statements. Empty without the parser."""
        if not can_parse():
            return cls()
        directed = _Directed(catalog, keys)
        found: defaultdict[Column, defaultdict[Column, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for text in written_in(catalog, statements):
            for referring, referred in {pair for each in equalities(catalog, text) for pair in directed.of(each)}:
                found[referring][referred][text.kind] += 1
        return cls({column: dict(targets) for column, targets in found.items()})

    def of_place(self, place: Place) -> Mapping[Column, Counter[str]]:
        """What that place is joined to; nothing for one that is no plain column."""
        return self.by_column.get((place.table.oid, place.column.name), {}) if place.is_plain else {}


_PLURALS = {"view": "views", "policy": "policies", "function": "functions", "statement": "statements"}


NO_JOINS = Joins()


def probability_of(joined: Counter[str]) -> float:
    """How likely joins alone make the reference: one .63, four .9."""
    return _WORTH * min(_MOST, _LEAST + _EACH * joined.total())


def told(joined: Counter[str]) -> str:
    """`joined in 2 views and 1 function`."""
    parts = [f"{number} {kind if number == 1 else _PLURALS[kind]}" for kind, number in sorted(joined.items())]
    return f"joined in {' and '.join(parts)}"


class _Directed:
    """Which side of an equality is the referenced key."""

    def __init__(self, catalog: Catalog, keys: Keys) -> None:
        self._catalog = catalog
        self._keys: dict[Column, Key] = {(key.table.oid, key.column.name): key for key in keys.all}

    def of(self, equality: Equality) -> Iterator[Equality]:
        """The column that refers and the key that it refers to; nothing where neither is a key, or both are alike."""
        one, other = equality
        mine, theirs = self._keys.get(one), self._keys.get(other)
        if one == other or (mine is None and theirs is None):
            return
        if mine is None or theirs is None:
            yield (one, other) if theirs is not None else (other, one)
            return
        ranks = _rank(mine), _rank(theirs)
        if ranks[0] != ranks[1]:
            yield (one, other) if ranks[0] < ranks[1] else (other, one)


def _rank(key: Key) -> tuple[bool, float]:
    """Of two keys the one whose values the server makes is referred to, else the one with more rows."""
    return (is_made_by_server(key.column), key.table.rows or 0.0)


def equalities(catalog: Catalog, text: Written) -> set[Equality]:
    """The pairs of columns that a text sets equal, each once; none where it does not parse."""
    try:
        return {pair for tree in text.trees() for pair in _Reader(catalog, text.schema).read(tree)}
    except RecursionError:
        return set()


def joins_of(catalog: Catalog, statements: Iterable[str] = ()) -> Joins:
    """All joins that are written in the catalog, and in these statements."""
    is_anything_written = can_parse() and any(True for _ in written_in(catalog, statements))
    return Joins.of(catalog, Keys.of(catalog), statements) if is_anything_written else NO_JOINS


def unparsed(catalog: Catalog) -> Iterator[Coverage]:
    """That this evidence is absent, where there would be some."""
    if not can_parse() and any(True for _ in written_in(catalog)):
        database = Subject(kind="database")
        yield Coverage(check=FAMILY, subject=database, outcome=Outcome.SKIPPED, reason=ABSENT, excused=True)


_LEAVES = frozenset(("column_ref", "a_const", "range_var", "type_name", "string", "param_ref"))
"""Below these nothing is set equal: most of a text."""

Scope = dict[str, Table | None]


class _Reader:
    """Walks a parsed text, with the tables that each query names."""

    def __init__(self, catalog: Catalog, schema: str) -> None:
        self._catalog = catalog
        self._schema = schema

    def read(self, tree: Any) -> Iterator[Equality]:
        """Every equality of two columns below this node."""
        yield from self._walk(tree, [])

    def _walk(self, node: Any, scopes: list[Scope]) -> Iterator[Equality]:
        kind = node.DESCRIPTOR.name
        if kind == "Node":
            which = node.WhichOneof("node")
            if which is not None and which not in _LEAVES:
                yield from self._walk(getattr(node, which), scopes)
            return
        if kind in ("SelectStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"):
            scopes = [*scopes, self._scope(node)]
        elif kind == "A_Expr":
            yield from self._equal(node, scopes)
        elif kind == "SubLink":
            yield from self._in(node, scopes)
        elif kind == "JoinExpr":
            yield from self._using(node)
        for _, value in node.ListFields():
            for each in value if hasattr(value, "__len__") and not isinstance(value, str | bytes) else (value,):
                if hasattr(each, "DESCRIPTOR"):
                    yield from self._walk(each, scopes)

    def _scope(self, query: Any) -> Scope:
        scope: Scope = {}
        for name in ("from_clause", "using_clause"):
            for item in getattr(query, name, ()):
                scope.update(self._tables(item))
        if query.DESCRIPTOR.name != "SelectStmt" and query.HasField("relation"):
            scope.update(self._named(query.relation))
        return scope

    def _tables(self, item: Any) -> Scope:
        which = item.WhichOneof("node")
        inner = getattr(item, which) if which else item
        if which == "range_var":
            return self._named(inner)
        if which == "join_expr":
            return {**self._tables(inner.larg), **self._tables(inner.rarg)}
        return {inner.alias.aliasname: None} if which and hasattr(inner, "alias") else {}

    def _named(self, range_var: Any) -> Scope:
        alias = range_var.alias.aliasname or range_var.relname
        return {alias: self._table(range_var.schemaname, range_var.relname)}

    def _table(self, schema: str, name: str) -> Table | None:
        """The table of that name: in the schema that is named, else in the text's own, else the only one."""
        if schema:
            return self._catalog.table(schema, name)
        return self._catalog.table(self._schema, name) or self._catalog.table("public", name)

    def _equal(self, node: Any, scopes: list[Scope]) -> Iterator[Equality]:
        is_equality = len(node.name) > 0 and node.name[-1].string.sval == "=" and node.kind in (1, 2, 6, 7)
        one, other = self._column(node.lexpr, scopes), self._column(node.rexpr, scopes)
        if is_equality and one and other:
            yield (one, other)

    def _in(self, node: Any, scopes: list[Scope]) -> Iterator[Equality]:
        """`a.b_id IN (SELECT b.id …)`."""
        query = node.subselect.select_stmt
        if not node.HasField("testexpr") or len(query.target_list) != 1:
            return
        one = self._column(node.testexpr, scopes)
        other = self._column(query.target_list[0].res_target.val, [*scopes, self._scope(query)])
        if one and other:
            yield (one, other)

    def _using(self, node: Any) -> Iterator[Equality]:
        """`a JOIN b USING (b_id)`: between the two tables that have the column, where there are no more."""
        here, there = self._tables(node.larg), self._tables(node.rarg)
        for each in node.using_clause:
            name = each.string.sval
            sides = [[t for t in side.values() if t is not None and t.has_column(name)] for side in (here, there)]
            if len(sides[0]) == len(sides[1]) == 1:
                yield ((sides[0][0].oid, name), (sides[1][0].oid, name))

    def _column(self, node: Any, scopes: list[Scope]) -> Column | None:
        """The table's column that an expression is, casts aside."""
        while node.WhichOneof("node") == "type_cast":
            node = node.type_cast.arg
        if node.WhichOneof("node") != "column_ref":
            return None
        names = [each.string.sval for each in node.column_ref.fields if each.WhichOneof("node") == "string"]
        if len(names) not in (1, 2, 3) or len(names) != len(node.column_ref.fields):
            return None
        *_, column = names
        for scope in reversed(scopes):
            if len(names) > 1 and names[-2] in scope:
                return _of(scope[names[-2]], column)
            if len(names) == 1:
                owners = [table for table in scope.values() if table is not None and table.has_column(column)]
                if owners:
                    return _of(owners[0], column) if len(owners) == 1 else None
        return None


def _of(table: Table | None, column: str) -> Column | None:
    is_table = table is not None and table.kind in ("table", "partitioned") and table.has_column(column)
    return (table.oid, column) if table is not None and is_table else None
