"""Why rows of a table are not changed by a plan, and what changes along with them by itself."""

from collections.abc import Iterable, Iterator, Mapping

import sqlalchemy as sa

from auditor.catalog import Constraint, Table
from auditor.model import printable
from auditor.remedy.closure import keys_into
from auditor.remedy.constraints import columns_of
from auditor.remedy.operation import Fill, PlanContext
from auditor.remedy.quarantine import relation_of
from auditor.remedy.script import named
from auditor.sql import Expression


def unchangeable(table: Table) -> str | None:
    """Why rows of this relation are not changed, or None."""
    if table.kind not in ("table", "partitioned"):
        return f"it is a {table.kind}"
    if table.has_children or table.inherits_from:
        return "it takes part in inheritance, where a row brought back could land in another table"
    if table.has_foreign_leaves:
        return "a part of it lies on another server"
    return None


def keyless(table: Table) -> str | None:
    """Why an old row could not be found again after an update, or None."""
    return None if table.row_key() else "it has no key by which a row could be found again; give it a primary key first"


def frozen(context: PlanContext, table: Table) -> str | None:
    """Why rows cannot be updated, or None: every update of a row that violates a check fails, whatever it changes."""
    stuck = [each for each in _loose_checks(table) if (table.schema, table.name, each.name) in context.stuck]
    names = ", ".join(printable(each.name) for each in stuck)
    return f"no row that violates {names} can be updated, and nothing is chosen for these rows" if stuck else None


def held_in_its_partition(context: PlanContext, table: Table, columns: Iterable[str]) -> str | None:
    """Why a key that tells partitions apart is not assigned: a row that moves is checked like a new one; or None."""
    if table.kind != "partitioned" or not {*columns} & {*table.row_key()}:
        return None
    broken = [printable(key.name) for key in table.foreign_keys() if key.enforced and not _holds(context, table, key)]
    return f"a row that violates {', '.join(broken)} cannot move to another partition" if broken else None


def cut_off(context: PlanContext, followers: Iterable[tuple[Table, Constraint]]) -> str | None:
    """Why referenced values are not changed: their referring rows hold them fast, or would lose them, in no backup; or
    None. A foreign key that is violated is taken away while rows are brought back, so nothing follows by it then."""
    lost = [
        f"{named(each)} ON UPDATE {key.on_update}{'' if _holds(context, each, key) else ', by a key that is violated'}"
        for each, key in followers
        if key.on_update != "CASCADE" or not _holds(context, each, key)
    ]
    return f"what refers to it does not follow ({', '.join(lost)})" if lost else None


def crowded(table: Table, values: Mapping[str, Expression]) -> str | None:
    """Why one value for several rows is not assigned: a unique index might refuse it; or None.

    Values that are computed from the row's own are another matter: rows that share one are duplicates, and mended as
    such.
    """
    constant = {column: value for column, value in values.items() if not columns_of(value)}
    names = {
        printable(index.name)
        for column, value in constant.items()
        for index in table.unique_indexes
        if (index.may_refuse_null(column) if is_null(value) else index.reads(column))
    }
    return f"rows might come to share a key of {', '.join(sorted(names))}" if names else None


def is_null(value: Expression) -> bool:
    """Whether it is NULL in so many words."""
    return isinstance(value, sa.sql.elements.Null)


def _holds(context: PlanContext, table: Table, key: Constraint) -> bool:
    return key.validated and (table.schema, table.name, key.name) not in context.broken


def followers_of(context: PlanContext, table: Table, columns: Iterable[str]) -> tuple[tuple[Table, Constraint], ...]:
    """The foreign keys to these columns: what becomes of the referring rows when a referenced value changes."""
    assigned = {*columns}
    return tuple((each, key) for each, key in keys_into(context, table) if assigned & {*key.referenced_columns})


def fills_beside(context: PlanContext, table: Table, columns: Iterable[str]) -> dict[str, Expression]:
    """What else has to be filled in the same rows: no row that still violates another check that is NOT VALID can be
    updated."""
    row, own = relation_of(table), {*columns}
    return {
        column: sa.case((fill.violation, value), else_=row.c[column])
        for fill in context.fills
        if fill.table.oid == table.oid and not _is_refused(context, fill)
        for column, value in fill.values.items()
        if column not in own and mends_a_check(table, (column,))
    }


def _is_refused(context: PlanContext, fill: Fill) -> bool:
    followers = followers_of(context, fill.table, fill.values)
    return bool(crowded(fill.table, fill.values) or cut_off(context, followers))


def left_violated(context: PlanContext) -> frozenset[tuple[str, str, str]]:
    """The checks that are NOT VALID, by schema, table and name, which a fill is to mend that is refused by itself."""
    return frozenset(
        (fill.table.schema, fill.table.name, each.name)
        for fill in context.fills
        if _is_refused(context, fill)
        for each in _loose_checks(fill.table)
        if {*fill.values} & {*each.columns}
    )


def mends_a_check(table: Table, columns: Iterable[str]) -> bool:
    """Whether these columns are in a constraint that rows may violate, which is validated once they are mended."""
    return any({*columns} & {*each.columns} for each in _loose_checks(table))


def _loose_checks(table: Table) -> Iterator[Constraint]:
    for each in table.constraints:
        if each.kind in ("check", "not-null") and each.enforced and not each.validated:
            yield each
