"""What surrounds every change of rows: its quarantine before it, its step, its verification, its rollback."""

from collections.abc import Iterable, Iterator, Mapping

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Table
from auditor.model import Note, Phase, Step, printable
from auditor.remedy import order
from auditor.remedy.batches import Change
from auditor.remedy.not_valid import broken_key_reopened, reopened
from auditor.remedy.operation import PlanContext
from auditor.remedy.quarantine import Quarantine, number_of, relation_of
from auditor.remedy.restore import Return
from auditor.remedy.script import LONG, at_most, block, digest, named, refuse, transaction, words
from auditor.sql import Condition, Expression, Sql


def around(context: PlanContext, quarantine: Quarantine) -> Iterator[Step | Note]:
    """What every change of a table's rows needs: its quarantine; and constraints that would refuse the old rows."""
    yield from quarantine.steps(context)
    yield from firing(quarantine.table)
    for constraint in quarantine.table.constraints:
        if not constraint.validated and constraint.enforced:
            yield from reopened(context, quarantine.table, constraint)


def firing(table: Table) -> Iterator[Note]:
    """Which triggers fire."""
    if fired := [printable(each.name) for each in table.triggers if each.enabled in "OA"]:
        yield Note(
            f"{named(table)}: triggers fire during the clean-up ({', '.join(fired)}), not on a rollback;"
            " what they write into other tables stays"
        )


def broken_keys_reopened(context: PlanContext, table: Table) -> Iterator[Step | Note]:
    """A validated foreign key would refuse the rows that violate it all the same, whatever they are set aside for."""
    for key in table.foreign_keys():
        if key.validated and (table.schema, table.name, key.name) in context.broken:
            yield from broken_key_reopened(context, table, key)


def there_and_back(
    context: PlanContext, change: Change, rank: int, rows: int | None, back: Iterable[Return]
) -> Iterator[Step]:
    """The three steps of a change: it, its rollback, and that no row of its kind is left."""
    yield changing(context, change, rank, rows)
    yield restoring(context, change, rank, back)
    yield holds_no(change.tables[0], change.rows(None), context)


def changing(context: PlanContext, change: Change, rank: int, rows: int | None) -> Step:
    """The clean-up."""
    table = change.tables[0]
    return Step(
        id=change.step,
        phase=Phase.CLEANUP,
        order=order.forward(context, table, rank, change.step),
        title=change.title,
        parts=(change.part(context),),
        lock=row_lock(*change.tables),
        rows=rows,
        room=change.room if change.room.log else None,
    )


def restoring(context: PlanContext, change: Change, rank: int, back: Iterable[Return]) -> Step:
    """The rollback of a change of rows."""
    table = change.tables[0]
    title = f"bring back rows of {named(table)}"
    return Step(
        id=f"undo-{change.step}",
        phase=Phase.ROLLBACK,
        order=order.backward(context, table, rank, change.step),
        title=title,
        parts=(change.undoing(context, title, list(back), mended(context, table, change.rows(None))),),
        lock=f"SHARE ROW EXCLUSIVE on {named(table)} where it has triggers, else {row_lock(table)}",
    )


def mended(context: PlanContext, table: Table, violation: Condition) -> Sql | None:
    """That no row violates any more; None where none did at the time of the audit, as far as is known."""
    if not context.violations:
        return None
    # Counted, not asked for one: a plan that hopes to meet one soon compares every row with every other.
    return Sql(f"({number_of(table, violation)}) = 0")


def holds_no(table: Table, violation: Condition, context: PlanContext) -> Step:
    """Fails while a row violates."""
    title = f"no row of {named(table)} violates"
    refusal = refuse("% rows of % violate", "number", words(f"{table.schema}.{table.name}"))
    body = at_most(0, number_of(table, violation), refusal)
    return Step(
        id=f"verify-{identity(table, violation)}",
        phase=Phase.VERIFY,
        order=order.forward(context, table, 0, identity(table, violation)),
        title=title,
        parts=(
            transaction(
                title,
                "SET LOCAL row_security = off;",
                block(body, "number bigint;"),
                timeout=LONG,
            ),
        ),
        lock=f"ACCESS SHARE on {named(table)}: nobody waits",
    )


def identity(table: Table, violation: Condition, values: Mapping[str, Expression] | None = None) -> str:
    """What the change is, as a hash: which rows, and what becomes of them."""
    rows = sa.select(sa.literal(1)).select_from(relation_of(table)).where(violation)
    assigned = [
        (column, sql.render(sa.select(value).select_from(relation_of(table))))
        for column, value in sorted((values or {}).items())
    ]
    return digest(table.schema, table.name, sql.render(rows), assigned)


def row_lock(*tables: Table) -> str:
    """The lock of a change of rows, in words."""
    places = ", ".join(dict.fromkeys(named(table) for table in tables))
    return f"ROW EXCLUSIVE on {places}: only writers of the same rows wait"
