"""Who referred to a row before a plan made it, and who has come to since: only the former may be left without it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Constraint, Table
from auditor.catalog.catalog import QUARANTINE_SCHEMA
from auditor.model import Note, Step
from auditor.remedy.acting_keys import none_unforeseen
from auditor.remedy.constraints import on_table
from auditor.remedy.images import equal
from auditor.remedy.not_valid import KINDS, broken_key_reopened
from auditor.remedy.operation import PlanContext
from auditor.remedy.quarantine import Quarantine, relation_of
from auditor.remedy.script import digest, refuse
from auditor.sql import Condition, Expression, Sql


@dataclass(frozen=True, kw_only=True, eq=False)
class Referring:
    """Rows of `table` that refer to rows of another: those of the `population` that `match` one of `target`, an alias
    of the referenced table; `orphaned` is true of those that find none.

    `values` are what they refer by, `key` is the foreign key that is enforced there, None where there is none.
    """

    table: Table
    population: Condition
    target: sa.sql.selectable.NamedFromClause
    match: Condition
    orphaned: Condition
    values: tuple[Expression, ...]
    key: Constraint | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Memory:
    """A table in the quarantine's schema that holds which rows of one table were orphans, and by what they referred.

    Its name does not begin with the plan's id, as nothing in it is to be brought back.
    """

    referring: Referring
    plan_id: str
    step: str

    def noted(self) -> tuple[Sql, ...]:
        """Notes the orphans as they are now, beside those of an earlier run."""
        columns = [each.label(name) for name, each in self._kept.items()]
        found = sa.select(*columns).select_from(relation_of(self.referring.table))
        orphans = sql.render(found.where(self.referring.orphaned))
        return (
            Sql(f"CREATE TABLE IF NOT EXISTS {self._place} AS {sql.render(found)} WITH NO DATA;"),
            Sql(f"REVOKE ALL ON TABLE {self._place} FROM PUBLIC;"),
            Sql(f"ALTER TABLE {self._place} ENABLE ROW LEVEL SECURITY;"),
            Sql(f"INSERT INTO {self._place} {orphans} EXCEPT SELECT * FROM {self._place};"),  # noqa: S608
        )

    def holds(self) -> Condition:
        """Whether the referring row is one of these, and refers by what it did: not while a foreign key would act on
        it, which a rollback takes away first."""
        memory = sql.relation(QUARANTINE_SCHEMA, self._name, tuple(self._kept))
        same = (sa.cast(memory.c[name], sa.Text()) == sa.cast(each, sa.Text()) for name, each in self._kept.items())
        held = sa.exists(sa.select(sa.literal(1)).select_from(memory).where(*same))
        return held if self.referring.key is None else sa.and_(held, ~_stands(self.referring))

    @property
    def _kept(self) -> dict[str, Expression]:
        """By what a row is known again: its key, else all of it; and what it refers by."""
        table = self.referring.table
        relation, key = relation_of(table), table.row_key()
        whole: Expression = sa.literal_column(f"({sql.quote(table.schema, table.name)}.*)::pg_catalog.text")
        known: list[Expression] = [relation.c[column] for column in key] or [whole]
        return {
            **{f"key_{number}": each for number, each in enumerate(known)},
            **{f"value_{number}": each for number, each in enumerate(self.referring.values)},
        }

    @property
    def _name(self) -> str:
        table = self.referring.table
        what = digest(
            self.step, table.schema, table.name, [sql.render(sa.select(each)) for each in self._kept.values()]
        )
        return sql.derived_name("todo", self.plan_id, suffix=what)

    @property
    def _place(self) -> Sql:
        return sql.quote(QUARANTINE_SCHEMA, self._name)


def _stands(referring: Referring) -> Condition:
    """Whether the foreign key is there at the time."""
    assert referring.key is not None
    there: sa.ColumnClause[bool] = sa.literal_column(
        f"({on_table(referring.table, referring.key.name, KINDS['foreign-key']).is_there()})", sa.Boolean()
    )
    return there


def may_hold_orphans(context: PlanContext, referring: Referring) -> bool:
    """Whether rows may find nothing: there is no foreign key, or one that is not valid, or violated all the same."""
    key, table = referring.key, referring.table
    return key is None or not key.validated or (table.schema, table.name, key.name) in context.broken


def used(referring: Referring, quarantine: Quarantine, columns: tuple[str, ...], memory: Memory | None) -> Sql:
    """The numbers of the rows made at `auditor_block.moment`, known again by these columns, to which a row refers by
    now that did not before."""
    made, target = quarantine.relation.alias("made"), referring.target
    number, moment = made.c[quarantine.meta[2]], made.c[quarantine.meta[3]]
    same = [equal(quarantine.table.column(each), target.c[each], made.c[each]) for each in columns]
    rows = made.join(target, sa.and_(*same)).join(relation_of(referring.table), referring.match)
    present: Expression = sa.literal_column("auditor_block.moment")
    found = sa.select(number).select_from(rows).where(moment == present, referring.population)
    return sql.render(found if memory is None else found.where(~memory.holds()))


def loose_keys_reopened(context: PlanContext, referring: tuple[Referring, ...]) -> Iterator[Step | Note]:
    """A foreign key that orphans violate would act on them when the row that was made for them goes again."""
    for each in referring:
        if each.key is not None and may_hold_orphans(context, each):
            yield from broken_key_reopened(context, each.table, each.key)


def unseen(referenced: Table, referring: Sequence[Referring]) -> Sql:
    """Stops where a foreign key that the audit has not seen would delete or change rows when one that was inserted goes
    again."""
    refusal = refuse(
        "the foreign key % of % was not there at the time of the audit, and would delete or change rows that refer to"
        " what is taken out; nothing has been changed",
        "found.called",
        "found.place",
        hint="Drop that key; run this file again; then add it.",
    )
    known = [(each.table, (each.key.name,)) for each in referring if each.key is not None]
    return none_unforeseen([referenced], refusal, named=known)
