"""Adding a unique key: its index first, concurrently, then the constraint on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor import sql
from auditor.catalog import Table
from auditor.model import Note, Phase, Step, printable
from auditor.remedy import order
from auditor.remedy.attempts import patient
from auditor.remedy.constraints import KEYS, LATER, Named, constraint_step, exclusive, on_table, verified
from auditor.remedy.index_names import IndexName, free_index_name
from auditor.remedy.indexes import index_step
from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.partitioned import index_tree
from auditor.remedy.script import named, transaction
from auditor.sql import Sql


def can_be_unique(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether a unique key of these columns is known to be possible.

    On a partitioned table it has to contain the partition key, which every key that is there contains.
    """
    if table.kind != "partitioned":
        return True
    keys = table.candidate_keys()
    return bool(keys) and set.intersection(*(set(key) for key in keys)) <= {*columns}


@dataclass(frozen=True, kw_only=True)
class _AddUnique:
    table: Table
    columns: tuple[str, ...]

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        title = f"{named(self.table)}({printable(', '.join(self.columns))})"
        if not can_be_unique(self.table, self.columns):
            yield Note(f"no unique key for {title}: it would have to contain the key that the table is partitioned by")
            return
        name = free_index_name(context, self.table.schema, self.table.name, *self.columns, suffix="key")
        yield from (
            self._partitioned(context, title, name) if self.table.kind == "partitioned" else self._plain(title, name)
        )
        yield verified(self.table, on_table(self.table, name, "u"), KEYS)

    def _plain(self, title: str, name: str) -> Iterator[Step]:
        index = IndexName(schema=self.table.schema, name=name, of_schema=self.table.schema, of=self.table.name)
        constraint = on_table(self.table, name, "u")
        yield self._built(index, (index,), title)
        lock = exclusive(self.table)
        made = transaction(f"unique key of {title}", constraint.add(f"UNIQUE USING INDEX {sql.quote(name)}"))
        yield constraint_step(
            Phase.CONSTRAINTS, KEYS, self.table, f"unique key of {title}", (made,), lock, verb="unique"
        )
        yield self._dropped(title, constraint, (index,))

    def _partitioned(self, context: PlanContext, title: str, name: str) -> Iterator[Step]:
        """The root's key is made of those of the leaves, and reads no row."""
        whole = IndexName(schema=self.table.schema, name=name, of_schema=self.table.schema, of=self.table.name)
        tree = index_tree(context, self.table, whole, self.columns, "UNIQUE", "key")
        leaves = [(_key(index), f"UNIQUE USING INDEX {sql.quote(index.name)}") for index in tree.leaves]
        yield self._built(whole, tree.leaves, title)
        adds = [leaf.add(definition) for leaf, definition in leaves]
        place = self.table.schema, self.table.name
        made = transaction(f"unique key of {title}", *adds, patient(tree.united(self._hollow), place))
        lock = exclusive(self.table)
        yield constraint_step(
            Phase.CONSTRAINTS, KEYS, self.table, f"unique key of {title}", (made,), lock, verb="unique"
        )
        yield self._dropped(title, _key(whole), tree.leaves, [leaf for leaf, _ in leaves])

    def _hollow(self, index: IndexName) -> Sql:
        return sql.compose(
            "ALTER TABLE ONLY {table} ADD CONSTRAINT {name} UNIQUE ({columns});",
            table=sql.name(index.of_schema, index.of),
            name=sql.name(index.name),
            columns=sql.Names(self.columns),
        )

    def _built(self, whole: IndexName, indexes: Sequence[IndexName], title: str) -> Step:
        keys = sql.compose("({columns})", columns=sql.Names(self.columns))
        called = f"unique index on {title}"
        builds = [part for index in indexes for part in index.built(called, "UNIQUE ", keys)]
        checked = whole.unique(called, [sql.quote(column) for column in self.columns])
        return index_step(Phase.INDEXES, self.table, called, [checked, *builds])

    def _dropped(
        self, title: str, constraint: Named, indexes: Sequence[IndexName], leaves: Sequence[Named] = ()
    ) -> Step:
        drops = (constraint.drop(), *(leaf.drop("k.conparentid = 0") for leaf in leaves))
        parts = (
            transaction(f"drop the unique key of {title}", *drops),
            *(index.dropped(f"drop the unique index on {title}") for index in indexes),
        )
        return constraint_step(
            Phase.ROLLBACK, LATER - KEYS, self.table, f"drop the unique key of {title}", parts,
            exclusive(self.table), verb="drop", rollback_part=order.DROP,
        )  # fmt: skip


def _key(index: IndexName) -> Named:
    return Named(schema=index.of_schema, table=index.of, name=index.name, kind="u")


def add_unique(table: Table, columns: tuple[str, ...]) -> Operation:
    """Builds a unique index concurrently, and makes a constraint of it."""
    return _AddUnique(table=table, columns=tuple(columns))
