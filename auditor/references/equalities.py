"""Which two columns a parsed text sets equal; those of views are the columns of tables that they show."""

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.catalog import Catalog, Table
from auditor.references.written import LONGEST, Written

Column = tuple[int, str]
Equality = tuple[Column, Column]

_LEAVES = frozenset(("column_ref", "a_const", "range_var", "type_name", "string", "param_ref"))
"""Below these nothing is set equal: most of a text."""

Scope = dict[str, Table | None]


class Equalities:
    """Of any number of texts; each view's definition is read once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._shown: dict[int, Mapping[str, Column]] = {}

    def of(self, text: Written) -> set[Equality]:
        """The pairs of columns that the text sets equal, each once; none where it does not parse."""
        reader = _Reader(self._catalog, text.schema, self._shown)
        try:
            return {pair for tree in text.trees() for pair in reader.read(tree)}
        except RecursionError:
            return set()


class _Reader:
    """Walks a parsed text, with the tables that each query names."""

    def __init__(self, catalog: Catalog, schema: str, shown: dict[int, Mapping[str, Column]]) -> None:
        self._catalog = catalog
        self._schema = schema
        self._shown = shown

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
                one, other = (self._of(table, name) for (table,) in sides)
                if one and other:
                    yield (one, other)

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
                return self._of(scope[names[-2]], column)
            if len(names) == 1:
                owners = [table for table in scope.values() if table is not None and table.has_column(column)]
                if owners:
                    return self._of(owners[0], column) if len(owners) == 1 else None
        return None

    def _of(self, table: Table | None, column: str) -> Column | None:
        """That column, or the one that a view shows under this name."""
        if table is None or not table.has_column(column):
            return None
        if table.kind in ("table", "partitioned"):
            return (table.oid, column)
        if table.oid not in self._shown:
            self._shown[table.oid] = dict(self._columns_of(table))
        return self._shown[table.oid].get(column)

    def _columns_of(self, view: Table) -> Iterator[tuple[str, Column]]:
        """The columns of a view that are columns of tables. The server writes each out, in order, with full names."""
        text = Written(kind="view", schema=view.schema, text=view.definition or "")
        for tree in text.trees() if 0 < len(text.text) <= LONGEST else ():
            query = tree.stmts[0].stmt.select_stmt
            for target, column in zip(query.target_list, view.columns, strict=False):
                origin = self._column(target.res_target.val, [self._scope(query)])
                if origin is not None:
                    yield column.name, origin
