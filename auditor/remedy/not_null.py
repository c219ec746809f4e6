"""Setting a column NOT NULL, in the form that the server's version allows without a scan under a strong lock."""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor import sql
from auditor.catalog import Table
from auditor.model import Note, Phase, Step, printable
from auditor.remedy import order
from auditor.remedy.attempts import patient
from auditor.remedy.constraints import (
    CHECKS,
    LATER,
    added_and_validated,
    constraint_step,
    exclusive,
    free_name,
    looked_at,
    on_table,
    scans,
)
from auditor.remedy.not_valid import validate_constraint
from auditor.remedy.operation import Operation, PlanContext, Refusal
from auditor.remedy.script import LONG, block, named, oid_of, refuse, transaction, when, words
from auditor.sql import Sql


@dataclass(frozen=True, kw_only=True)
class _SetNotNull:
    table: Table
    column: str

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        if (self.table.schema, self.table.name, self.column) in context.emptied:
            called = f"{named(self.table)}({printable(self.column)})"
            yield Refusal(f"{called} is not set NOT NULL: rows that this plan inserts leave it NULL")
        elif context.catalog.server.major >= 18:
            name = free_name(self.table, self.table.name, self.column, suffix="not_null")
            definition = f"NOT NULL {sql.quote(self.column)} NOT VALID"
            broken = f"{sql.quote(self.column)} IS NULL"
            yield from added_and_validated(self.table, on_table(self.table, name, "n"), definition, broken, CHECKS)
        else:
            yield from self._by_check()

    def _by_check(self) -> Iterator[Step]:
        """Until 18: a CHECK of exactly this form, once valid, spares SET NOT NULL its scan under a strong lock."""
        name = free_name(self.table, self.table.name, self.column, suffix="is_set")
        check = on_table(self.table, name, "c")
        column, place = sql.quote(self.column), (self.table.schema, self.table.name)
        title = f"set {named(self.table)}({printable(self.column)}) NOT NULL"
        altered = f"ALTER TABLE {sql.quote(self.table.schema, self.table.name)} ALTER COLUMN {column}"
        is_set = _is_not_null(self.table, self.column)
        add = check.add(f"CHECK ({column} IS NOT NULL) NOT VALID", unless=is_set)
        parts = (
            looked_at(f"{printable(name)} on {named(self.table)}", check.unbroken(f"{column} IS NULL", unless=is_set)),
            transaction(f"{title}: a check that says the same", add),
            transaction(f"{title}: validated", check.validate(), timeout=LONG),
            transaction(
                title,
                patient(when(f"NOT ({is_set})", f"{altered} SET NOT NULL;"), place),
                check.drop(),
            ),
        )  # fmt: skip
        lock = f"{exclusive(self.table)}; then {scans(self.table)}"
        yield constraint_step(Phase.CONSTRAINTS, CHECKS, self.table, title, parts, lock, verb="add")
        refusal = refuse("% of % is not NOT NULL", words(self.column), words(f"{self.table.schema}.{self.table.name}"))
        verify = f"{named(self.table)}({printable(self.column)}) is NOT NULL"
        yield constraint_step(
            Phase.VERIFY, 1_000_000, self.table, verify,
            (transaction(verify, block(when(f"NOT ({is_set})", refusal))),),
            "none: reads the catalog", verb="verify",
        )  # fmt: skip
        undo = f"{named(self.table)}({printable(self.column)}) accepts NULL again"
        back = transaction(undo, patient(when(is_set, f"{altered} DROP NOT NULL;"), place), check.drop())
        yield constraint_step(
            Phase.ROLLBACK,
            LATER,
            self.table,
            undo,
            (back,),
            exclusive(self.table),
            verb="drop",
            rollback_part=order.DROP,
        )


def _is_not_null(table: Table, column: str) -> Sql:
    return Sql(
        "EXISTS (SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attnotnull"
        f" AND a.attrelid = {oid_of(table.schema, table.name)} AND a.attname = {sql.literal(column)})"
    )


def set_not_null(table: Table, column: str) -> Operation:
    """Sets a column NOT NULL without a scan under a strong lock; the form depends on the server's version.

    From 18 on it may be that already, but NOT VALID, and a column has one such constraint only.
    """
    for each in table.constraints:
        if each.kind == "not-null" and each.columns == (column,) and not each.validated:
            return validate_constraint(table, each)
    return _SetNotNull(table=table, column=column)
