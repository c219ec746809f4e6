"""Operations that build indexes, without blocking writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor import sql
from auditor.catalog import Index, Leaf, Table
from auditor.model import Note, Part, Phase, Step, printable, psql_text
from auditor.remedy import order
from auditor.remedy.attempts import patient
from auditor.remedy.constraints import columns_of
from auditor.remedy.index_names import IndexName, free_index_name, leaf_index
from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.partitioned import index_tree
from auditor.remedy.script import block, digest, named, outside, refuse, transaction, when, words
from auditor.remedy.waiting import unhindered
from auditor.sql import Condition, Expression, Sql

_LAST = 9


def index_step(phase: Phase, table: Table, title: str, parts: Sequence[Part], place: int = 0) -> Step:
    """A step of statements that PostgreSQL refuses in a transaction, and of what is looked at before them."""
    if phase is Phase.INDEXES:
        parts = (transaction("who would make a build wait", unhindered()), *parts)
    return Step(
        id=f"index-{digest(table.schema, table.name, psql_text(parts))}",
        phase=phase,
        order=(place, f"{table.schema}.{table.name} {title}"),
        title=title,
        parts=tuple(parts),
        lock=f"SHARE UPDATE EXCLUSIVE on {named(table)}, for the time of a build: reads and writes go on",
    )


@dataclass(frozen=True, kw_only=True)
class _CreateIndex:
    table: Table
    keys: tuple[str | Expression, ...]
    unique: bool
    where: Condition | None
    suffix: str
    only: tuple[Leaf, ...] = ()

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        if self.only:
            yield from self._on_some(context)
            return
        root = self._index(context, self.table.schema, self.table.name)
        title = f"index {printable(root.name)} on {named(self.table)}"
        if self.table.kind == "partitioned":
            yield from self._partitioned(context, root, title)
        else:
            built = root.built(title, self._unique, self._definition)
            yield index_step(Phase.INDEXES, self.table, title, [*self._checked(title, root), *built])
            yield index_step(Phase.ROLLBACK, self.table, f"drop {title}", [root.dropped(f"drop {title}")], _LAST)
        yield index_is_valid(self.table, root)

    def _partitioned(self, context: PlanContext, root: IndexName, title: str) -> Iterator[Step]:
        """The root's index is made of those of the leaves, and reads no row."""
        tree = index_tree(context, self.table, root, self._columns, f"{self._unique}{self._definition}", self.suffix)
        leaves = tree.leaves
        each = f"{title}, on each partition"
        builds = [part for leaf in leaves for part in leaf.built(each, self._unique, self._definition)]
        yield index_step(Phase.INDEXES, self.table, each, [*self._checked(title, root), *builds])
        place = self.table.schema, self.table.name
        lock = f"SHARE on {named(self.table)} and its partitions, for milliseconds: writes wait"
        whole = transaction(title, patient(tree.united(self._hollow), place))
        yield _step(Phase.INDEXES, 1, self.table, title, whole, lock)
        drop = patient(when(root.is_valid(), f"DROP INDEX {sql.quote(root.schema, root.name)};"), place)
        text = transaction(f"drop {title}", drop)
        lock = f"ACCESS EXCLUSIVE on {named(self.table)} and its partitions, for milliseconds: reads and writes wait"
        yield _step(Phase.ROLLBACK, _LAST, self.table, f"drop {title}", text, lock)
        drops = [leaf.dropped(f"drop {each}") for leaf in leaves]
        yield index_step(Phase.ROLLBACK, self.table, f"drop {each}", drops, _LAST + 1)

    def _hollow(self, index: IndexName) -> str:
        place = sql.quote(index.of_schema, index.of)
        return f"CREATE {self._unique}INDEX {sql.quote(index.name)} ON ONLY {place} {self._definition};"

    def _on_some(self, context: PlanContext) -> Iterator[Step]:
        """The others have an index of their own: one of the root would take these over, and a rollback drop them."""
        for leaf in self.only:
            index = self._on_leaf(context, leaf)
            title = f"index {printable(index.name)} on {printable(f'{leaf.schema}.{leaf.name}')}"
            built = index.built(title, self._unique, self._definition)
            yield index_step(Phase.INDEXES, self.table, title, built)
            yield index_step(Phase.ROLLBACK, self.table, f"drop {title}", [index.dropped(f"drop {title}")], _LAST)
            yield index_is_valid(self.table, index)

    def _index(self, context: PlanContext, schema: str, table: str) -> IndexName:
        """Named after the columns that its keys use, and distinct where keys are expressions or rows are left out."""
        is_plain = self.where is None and all(isinstance(key, str) for key in self.keys)
        suffix = self.suffix if is_plain else f"{digest(self._definition)[:6]}_{self.suffix}"
        name = free_index_name(context, schema, table, *self._columns, suffix=suffix)
        return IndexName(schema=schema, name=name, of_schema=schema, of=table)

    def _on_leaf(self, context: PlanContext, leaf: Leaf) -> IndexName:
        return leaf_index(context, leaf, self._columns, f"{self._unique}{self._definition}", self.suffix)

    @property
    def _columns(self) -> tuple[str, ...]:
        return tuple(name for key in self.keys for name in ((key,) if isinstance(key, str) else columns_of(key)))

    def _checked(self, title: str, root: IndexName) -> tuple[Part, ...]:
        where = "" if self.where is None else sql.render_condition(self.where)
        return (root.unique(title, self._keys, where),) if self.unique else ()

    @property
    def _keys(self) -> tuple[str, ...]:
        return tuple(sql.quote(key) if isinstance(key, str) else sql.compose("({key})", key=key) for key in self.keys)

    @property
    def _unique(self) -> str:
        return "UNIQUE " if self.unique else ""

    @property
    def _definition(self) -> Sql:
        keys = ", ".join(self._keys)
        where = "" if self.where is None else sql.compose(" WHERE {where}", where=self.where)
        return Sql(f"({keys}){where}")


def index_is_valid(table: Table, index: IndexName) -> Step:
    """Fails while the index is not there, or invalid."""
    title = f"index {printable(index.name)} on {named(table)} is valid"
    refusal = refuse(
        "the index % of % is not there, or invalid", words(index.name), words(f"{index.of_schema}.{index.of}")
    )
    text = transaction(title, block(when(f"NOT {index.is_valid()}", refusal)))
    return _step(Phase.VERIFY, 1_000_000, table, title, text, "none: reads the catalog")


def _step(  # noqa: PLR0917
    phase: Phase, place: int, table: Table, title: str, part: Part, lock: str
) -> Step:
    return Step(
        id=f"index-{digest(table.schema, table.name, psql_text((part,)))}",
        phase=phase,
        order=(place, f"{table.schema}.{table.name} {title}"),
        title=title,
        parts=(part,),
        lock=lock,
    )


@dataclass(frozen=True, kw_only=True)
class _RebuildIndex:
    table: Table
    index: Index

    def steps(self, _: PlanContext) -> Iterator[Step | Note]:
        title = f"index {printable(self.index.name)} on {named(self.table)}"
        if self.table.kind == "partitioned":
            yield Note(f"{title}: no rebuild makes it valid; build it on each partition, and attach these to it")
            return
        index = IndexName(
            schema=self.index.schema, name=self.index.name, of_schema=self.table.schema, of=self.table.name
        )
        rebuilt = f"rebuild {title}"
        yield index_step(Phase.INDEXES, self.table, rebuilt, [*self._checked(rebuilt, index), *index.rebuilt(rebuilt)])
        yield index_is_valid(self.table, index)
        cleared = f"drop what a rebuild of {title} left behind"
        yield index_step(Phase.ROLLBACK, self.table, cleared, index.cleared(cleared))
        if not self.index.unique:
            yield Note(f"{title}: rolling back leaves it valid")
            return
        gone = f"drop {title}, which would refuse the duplicates"
        yield index_step(Phase.ROLLBACK, self.table, gone, [index.dropped_if_valid(gone)])
        as_it_was = f"{title} as it was, which an error is to end"
        yield index_step(Phase.ROLLBACK, self.table, as_it_was, [self._failing(as_it_was)], order.ADD_AGAIN)

    def _checked(self, title: str, index: IndexName) -> tuple[Part, ...]:
        """Where the keys are compared as the columns are: what shares a key makes no half-built index."""
        plain = self.index.columns if all(key.collation is None for key in self.index.keys) else ()
        if not (plain and self.index.unique) or self.index.nulls_not_distinct:
            return ()
        return (index.unique(title, tuple(map(sql.quote, plain)), self.index.predicate or ""),)

    def _failing(self, title: str) -> Part:
        """With the duplicates back, the build fails as it did, and leaves the index invalid as it was."""
        create = self.index.definition.replace(" INDEX ", " INDEX CONCURRENTLY IF NOT EXISTS ", 1)
        return outside(title, f"{create};", may_fail=True)


def create_index(
    table: Table,
    keys: tuple[str | Expression, ...],
    unique: bool = False,
    where: Condition | None = None,
    suffix: str = "idx",
    *,
    only: tuple[Leaf, ...] = (),
) -> Operation:
    """Builds an index concurrently, on `only` these partitions where there are some; a key is a column's name or an
    expression."""
    return _CreateIndex(table=table, keys=tuple(keys), unique=unique, where=where, suffix=suffix, only=only)


def rebuild_index(table: Table, index: Index) -> Operation:
    """Rebuilds an invalid index concurrently; duplicates have to be gone by then."""
    return _RebuildIndex(table=table, index=index)
