"""Why rows of a table are not changed by a plan, and what changes along with them by itself."""

from collections.abc import Iterable, Iterator

from auditor.catalog import Constraint, Table
from auditor.model import printable
from auditor.remedy.closure import keys_into
from auditor.remedy.operation import PlanContext
from auditor.remedy.script import named


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


def cut_off(followers: Iterable[tuple[Table, Constraint]]) -> str | None:
    """Why referenced values are not changed: their referring rows would lose them, in no backup; or None."""
    lost = [f"{named(each)} ON UPDATE {key.on_update}" for each, key in followers if key.on_update != "CASCADE"]
    return f"what refers to it would lose its values ({', '.join(lost)})" if lost else None


def followers_of(context: PlanContext, table: Table, columns: Iterable[str]) -> tuple[tuple[Table, Constraint], ...]:
    """The foreign keys to these columns that change referring rows when a referenced value changes."""
    assigned = {*columns}
    return tuple(
        (each, key)
        for each, key in keys_into(context, table)
        if assigned & {*key.referenced_columns} and key.on_update not in ("NO ACTION", "RESTRICT")
    )


def mends_a_check(table: Table, columns: Iterable[str]) -> bool:
    """Whether these columns are in a constraint that rows may violate, which is validated once they are mended."""
    return any({*columns} & {*each.columns} for each in _loose_checks(table))


def _loose_checks(table: Table) -> Iterator[Constraint]:
    for each in table.constraints:
        if each.kind in ("check", "not-null") and each.enforced and not each.validated:
            yield each
