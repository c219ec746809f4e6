"""Adding a foreign key: a fence before the clean-up, validation after it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor import sql
from auditor.catalog import Action, Leaf, Table
from auditor.model import Note, Part, Phase, Step, printable
from auditor.remedy.constraints import (
    FOREIGN_KEYS,
    Named,
    both,
    constraint_step,
    dropped,
    exclusive,
    free_name,
    on_table,
    verified,
)
from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.script import LONG, named, oid_of, transaction
from auditor.remedy.uniqueness import can_be_unique
from auditor.sql import Sql

_HARMLESS = ("NO ACTION", "RESTRICT")


@dataclass(frozen=True, kw_only=True)
class _AddForeignKey:
    table: Table
    columns: tuple[str, ...]
    referenced: Table
    referenced_columns: tuple[str, ...]
    on_delete: Action
    on_update: Action

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        has_key = self.referenced.proves_unique(self.referenced_columns)
        if not has_key and not can_be_unique(self.referenced, self.referenced_columns):
            yield Note(
                f"{self._called}: no foreign key, because the partitioned {named(self.referenced)} cannot be known to"
                " have a unique key of these columns alone"
            )
            return
        is_fence = has_key and self._is_harmless and not self._is_assigned_to(context)
        adding = Phase.FENCE if is_fence else Phase.CONSTRAINTS
        if adding is Phase.FENCE:
            yield Note(
                f"{self._called}: from the fence on, new rows have to refer to rows that are there, and referenced rows"
                " cannot be deleted; an application that inserts the referring row first fails"
            )
        yield from self._leafwise(adding) if self._is_leafwise(context) else self._directly(adding)

    @property
    def _is_harmless(self) -> bool:
        """Whether the fence deletes and changes nothing by itself while rows are set aside."""
        return self.on_delete in _HARMLESS and self.on_update in _HARMLESS

    def _is_assigned_to(self, context: PlanContext) -> bool:
        """Whether the clean-up changes the keys that it refers to: it would hold them fast."""
        return any(
            fill.table.oid == self.referenced.oid and {*fill.values} & {*self.referenced_columns}
            for fill in context.fills
        )

    def _is_leafwise(self, context: PlanContext) -> bool:
        """Before 18 a partitioned table's foreign key cannot be NOT VALID; those of its leaves can."""
        return self.table.kind == "partitioned" and context.catalog.server.major < 18

    def _directly(self, adding: Phase) -> Iterator[Step]:
        constraint = on_table(self.table, self._name, "f")
        add = transaction(f"add {self._called}", constraint.add(f"{self._definition} NOT VALID"), tables=2)
        yield self._step(adding, 0, f"add {self._called}", (add,), self._add_lock)
        validation = transaction(f"validate {self._called}", constraint.validate(), timeout=LONG)
        yield self._validation((validation,), self._scan_lock)
        yield verified(self.table, constraint, FOREIGN_KEYS, self._leads_there)
        yield dropped(self.table, constraint, FOREIGN_KEYS, self._leads_there, referenced=self.referenced)

    def _leafwise(self, adding: Phase) -> Iterator[Step]:
        """The root's key takes those of the leaves for its own, and reads no row."""
        root = on_table(self.table, self._name, "f")
        leaves = [_on_leaf(leaf, self._name) for leaf in self.table.leaves]
        adds = [
            transaction(f"add {self._called}, on a partition", leaf.add(f"{self._definition} NOT VALID"), tables=2)
            for leaf in leaves
        ]
        validations = [
            transaction(f"validate {self._called}, on a partition", leaf.validate(), timeout=LONG) for leaf in leaves
        ]
        title = f"add {self._called}, of which the partitions' are parts"
        whole = transaction(title, root.add(self._definition), tables=2)
        yield self._step(adding, 0, f"add {self._called}", adds, self._add_lock)
        attached = exclusive(*both(self.table, self.referenced))
        yield self._validation((*validations, whole), f"{self._scan_lock}; then {attached}")
        yield verified(self.table, root, FOREIGN_KEYS, self._leads_there)
        yield self._leafwise_drop(root, leaves)

    def _leafwise_drop(self, root: Named, leaves: Sequence[Named]) -> Step:
        step = dropped(self.table, root, FOREIGN_KEYS, self._leads_there, referenced=self.referenced)
        rest = [
            transaction(
                f"drop {self._called}, on a partition",
                leaf.drop(f"k.conparentid = 0 AND {self._leads_there}"),
                tables=2,
            )
            for leaf in leaves
        ]
        return constraint_step(
            Phase.ROLLBACK, step.order[0], self.table, step.title, (*step.parts, *rest), step.lock,
            verb="drop",
        )  # fmt: skip

    def _validation(self, parts: Sequence[Part], lock: str) -> Step:
        return self._step(Phase.CONSTRAINTS, 1, f"validate {self._called}", parts, lock)

    def _step(self, phase: Phase, place: int, title: str, parts: Sequence[Part], lock: str) -> Step:
        return constraint_step(phase, FOREIGN_KEYS + place, self.table, title, parts, lock, verb="foreign-key")

    @property
    def _name(self) -> str:
        return free_name(self.table, self.table.name, *self.columns, suffix="fkey")

    @property
    def _called(self) -> str:
        columns = printable(", ".join(self.columns))
        return f"the foreign key of {named(self.table)}({columns}) to {named(self.referenced)}"

    @property
    def _definition(self) -> Sql:
        return sql.compose(
            "FOREIGN KEY ({columns}) REFERENCES {referenced} ({keys}){actions}",
            columns=sql.Names(self.columns),
            referenced=sql.name(self.referenced.schema, self.referenced.name),
            keys=sql.Names(self.referenced_columns),
            actions=Sql(
                "".join(
                    f" ON {event} {action}"
                    for event, action in (("DELETE", self.on_delete), ("UPDATE", self.on_update))
                    if action != "NO ACTION"
                )
            ),
        )

    @property
    def _leads_there(self) -> str:
        return f"k.confrelid = {oid_of(self.referenced.schema, self.referenced.name)}"

    @property
    def _add_lock(self) -> str:
        tables = " and ".join(map(named, both(self.table, self.referenced)))
        return f"SHARE ROW EXCLUSIVE on {tables}, for milliseconds: writes wait"

    @property
    def _scan_lock(self) -> str:
        return (
            f"SHARE UPDATE EXCLUSIVE on {named(self.table)} and ROW SHARE on {named(self.referenced)}, for a scan:"
            " reads and writes go on"
        )


def _on_leaf(leaf: Leaf, name: str) -> Named:
    return Named(schema=leaf.schema, table=leaf.name, name=name, kind="f")


def add_foreign_key(  # noqa: PLR0917
    table: Table,
    columns: tuple[str, ...],
    referenced: Table,
    referenced_columns: tuple[str, ...],
    on_delete: Action = "NO ACTION",
    on_update: Action = "NO ACTION",
) -> Operation:
    """Adds a foreign key NOT VALID before the clean-up, and validates it after.

    One that deletes or changes rows by itself is added after the clean-up only.
    """
    return _AddForeignKey(
        table=table,
        columns=tuple(columns),
        referenced=referenced,
        referenced_columns=tuple(referenced_columns),
        on_delete=on_delete,
        on_update=on_update,
    )
