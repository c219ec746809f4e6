"""In which order the steps of a phase run.

Clean-up goes from the tables that refer to others to those that are referred to; rollback the other way round.
"""

from auditor.catalog import Table
from auditor.remedy.operation import PlanContext

Order = tuple[int, str]

# What runs first among the steps of one table: what takes rows away leaves less to do for what assigns.
SET_ASIDE, DUPLICATES, ASSIGN = range(3)

# A near miss is spelled as the row that it means while that is there: a table may refer to itself.
RELINK = -1

# What mends a check that is NOT VALID comes before the steps of all tables: the check refuses any update of such a row,
# also when what it refers to goes.
CHECKED, FILL = -1_000_000, -999_999

# Rows that others refer to are made before all that.
MADE = -2_000_000

# Before everything else in its file.
FIRST = -1_000_000_000

# Rollback in four parts.
DROP, RESTORE, ADD_AGAIN, END = (part * 10_000_000 for part in range(4))


def forward(context: PlanContext, table: Table, rank: int, tie: str) -> Order:
    """The place of a clean-up step: the more tables a table refers to, directly or through others, the earlier.

    Of two tables in one circle, which refer to the same tables, the first by name.
    """
    return -(_depth(context, table) * 10 - rank), f"{table.schema}.{table.name} {tie}"


def backward(context: PlanContext, table: Table, rank: int, tie: str) -> Order:
    """The place of the step that undoes it: exactly the other way round, among the other restoring steps."""
    return undone(forward(context, table, rank, tie))


def made(context: PlanContext, table: Table, tie: str) -> Order:
    """The place of a step that makes rows of this table: those that it refers to may have to be made first."""
    return MADE + _depth(context, table), f"{table.schema}.{table.name} {tie}"


def undone(order: Order) -> Order:
    """Among the restoring steps, the place of what undoes the clean-up step of that place."""
    place, name = order
    return RESTORE + 1_000_000 - place, _reversed(name)


def _reversed(name: str) -> str:
    """A text that sorts the other way round: each byte's complement, and an end that follows every digit."""
    return "".join(f"{255 - byte:02x}" for byte in name.encode()) + "~"


def _depth(context: PlanContext, table: Table) -> int:
    """How many other tables can be reached from this one by following references."""
    reached, ahead = {table.oid}, [table]
    while ahead:
        for oid in _referenced(context, ahead.pop()) - reached:
            reached.add(oid)
            referenced = context.catalog.by_oid(oid)
            ahead += [referenced] if referenced else []
    return len(reached) - 1


def _referenced(context: PlanContext, table: Table) -> set[int]:
    declared = {key.referenced_oid for key in table.foreign_keys() if key.referenced_oid is not None}
    inferred = {each.referenced.oid for each in context.referrals if each.table.oid == table.oid}
    return declared | inferred
