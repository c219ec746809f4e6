"""Indexes of a partitioned table: one of the whole, and, one by one, those built on its partitions as its parts.

A plain CREATE INDEX on the whole would take an equal index for its own that a partition had before, and a rollback
would drop that with it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from auditor import sql
from auditor.catalog import Table
from auditor.remedy.index_names import IndexName, leaf_index
from auditor.remedy.operation import PlanContext
from auditor.remedy.script import oid_of, when


@dataclass(frozen=True, kw_only=True)
class IndexTree:
    """The names of an index of the whole, and of its parts by their partition's oid."""

    table: Table
    whole: IndexName
    parts: Mapping[int, IndexName]

    @property
    def leaves(self) -> tuple[IndexName, ...]:
        """Those that hold rows."""
        return tuple(self.parts[leaf.oid] for leaf in self.table.leaves)

    def united(self, make: Callable[[IndexName], str]) -> str:
        """The statements that make each index without rows, by `make`, and put the parts into it: no row is read."""
        made = [when(f"{oid_of(each.schema, each.name)} IS NULL", make(each)) for each in self._hollow()]
        return "\n".join((*made, *self._attached()))

    def _hollow(self) -> Iterator[IndexName]:
        yield self.whole
        yield from (self.parts[each.oid] for each in self.table.partitions if each.kind == "partitioned")

    def _attached(self) -> Iterator[str]:
        for each in self.table.partitions:
            above = self.parts.get(each.parent, self.whole)
            part = self.parts[each.oid]
            yield (
                f"ALTER INDEX {sql.quote(above.schema, above.name)}"
                f" ATTACH PARTITION {sql.quote(part.schema, part.name)};"
            )


def index_tree(  # noqa: PLR0917
    context: PlanContext, table: Table, whole: IndexName, columns: tuple[str, ...], definition: str, suffix: str
) -> IndexTree:
    """An index of the whole with names for its parts."""
    parts = {each.oid: leaf_index(context, each, columns, definition, suffix) for each in table.partitions}
    return IndexTree(table=table, whole=whole, parts=parts)
