"""What stops a file, or a step, before it changes anything: it was written for something else than what is there."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Server, Table
from auditor.catalog.catalog import QUARANTINE_SCHEMA
from auditor.model import Part, Phase, Step
from auditor.remedy import order
from auditor.remedy.operation import PlanContext
from auditor.remedy.quarantine import NO_LOCK, Quarantine, number_of, relation_of
from auditor.remedy.script import at_most, block, digest, inner, oid_of, refuse, transaction, when, words
from auditor.remedy.waiting import unhindered
from auditor.sql import Sql

_SERVER = "server-"


def server_step(context: PlanContext, phase: Phase) -> Step:
    """Stops a file on a server or in a database that it was not written for, and names who may make it wait.

    Each file may be run by itself.
    """
    server = context.catalog.server
    part = _beginning(server, unhindered())
    return Step(
        id=f"{_SERVER}{digest(server.major, server.database)}-{phase}",
        phase=phase,
        order=(order.FIRST, ""),
        title=part.title,
        parts=(part,),
        lock=NO_LOCK,
    )


@lru_cache(maxsize=8)
def _beginning(server: Server, warning: Sql) -> Part:
    """One text for the steps of all findings: four for each of thousands took 36 MB."""
    title = f"written for PostgreSQL {server.major}, database {server.database}"
    other_server = refuse(
        "this plan is written for PostgreSQL %, this is %",
        str(server.major),
        "pg_catalog.current_setting('server_version')",
        hint="Audit this server and use the plan of that audit.",
    )
    other_database = refuse(
        "this plan is written for the database %, this is %",
        words(server.database),
        "pg_catalog.current_database()",
        hint="Connect to the database that was audited, or audit this one.",
    )
    major = "pg_catalog.current_setting('server_version_num')::integer / 10000"
    body = "\n".join(
        (
            when(f"{major} <> {server.major}", other_server),
            when(f"pg_catalog.current_database() <> {sql.literal(server.database)}", other_database),
        )
    )
    return transaction(title, block(body), warning)


def is_server_step(step: Step) -> bool:
    """Whether the step is the one that begins every file."""
    return step.id.startswith(_SERVER)


def mark_of(plan_id: str) -> str:
    """How the comment begins of a column that the plan itself adds: what it holds follows from other columns."""
    return f"auditor {plan_id}:"


def ready(quarantines: Sequence[Quarantine]) -> Sql:
    """Stops where a quarantine is missing, or lacks a column as the table has it by now: its values would be lost."""
    values = ", ".join(
        f"({words(f'{QUARANTINE_SCHEMA}.{each.name}')}, {oid_of(QUARANTINE_SCHEMA, each.name)},"
        f" {oid_of(each.table.schema, each.table.name)})"
        for each in quarantines
    )
    pairs = f"(VALUES {values}) AS pair (name, kept, source)"
    own = sql.literal(mark_of(quarantines[0].plan_id))
    body = f"""SELECT pair.name AS called INTO missing FROM {pairs} WHERE pair.kept IS NULL;
IF missing.called IS NOT NULL THEN
    {
        refuse(
            "the quarantine % is not there; nothing has been changed",
            "missing.called",
            hint="Run 00-guard-and-quarantine.sql first.",
        )
    }
END IF;
SELECT a.attname AS called, pair.source AS place INTO missing FROM {pairs}
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pair.source AND a.attnum > 0 AND NOT a.attisdropped
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS b WHERE b.attrelid = pair.kept AND b.attname = a.attname
    AND b.atttypid = a.atttypid AND b.atttypmod = a.atttypmod)
AND NOT pg_catalog.starts_with(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), {own})
LIMIT 1;
IF missing.called IS NOT NULL THEN
    {
        refuse(
            "the column % of % is new since the audit, or has another type, and would not be kept; nothing has been"
            " changed",
            "missing.called",
            "missing.place",
            hint="Audit again, and use the plan of that audit.",
        )
    }
END IF;"""  # noqa: S608
    return inner(body, "missing record;", "is there a place for every row that is to be kept, and for all of it?")


def guarded(table: Table, violation: sql.Condition, context: PlanContext, listed: Sql | None = None) -> tuple[Sql, ...]:
    """Stops before anything is changed where more rows violate than were audited, by a tenth and ten.

    `listed` is the name of a table that holds them already.
    """
    if context.violations is None:
        return ()
    count = number_of(table, violation) if listed is None else f"SELECT pg_catalog.count(*) FROM {listed}"  # noqa: S608
    limit = context.violations + context.violations // 10 + 10
    refusal = refuse(
        "% rows of % are concerned, % were audited; nothing has been changed",
        "number",
        words(f"{table.schema}.{table.name}"),
        str(context.violations),
        hint="Audit again, and use the plan of that audit.",
    )
    return (inner(at_most(limit, count, refusal), "number bigint;", "are there as few rows as the audit counted?"),)


def complete(table: Table, values: Mapping[str, sql.Expression], violation: sql.Condition) -> Sql:
    """Stops where a value that is to replace NULL is NULL itself: the row would violate as before."""
    empty = sa.func.num_nulls(*values.values()) > 0
    count = number_of(table, sa.and_(violation, empty))
    refusal = refuse(
        "what is to replace NULL is NULL itself in % rows of %; nothing has been changed",
        "number",
        words(f"{table.schema}.{table.name}"),
        hint="Write a fill that has a value for each row; then audit again, and use the plan of that audit.",
    )
    return inner(at_most(0, count, refusal), "number bigint;", "is there a value for each row?")


def ending(table: Table, values: Mapping[str, sql.Expression], rows: sql.Condition, live: sql.Condition) -> Sql:
    """Stops where the values that are to end these rows leave one of them among the live ones."""
    row = relation_of(table)
    ended: dict[str, sql.Expression] = {
        column.name: sa.literal_column(f"CAST(({sql.render_condition(values[column.name])}) AS {column.type_text})")
        for column in table.columns
        if column.name in values
    }
    columns = [ended.get(name, row.c[name]).label(f"ended_{number}") for number, name in enumerate(row.c.keys())]
    count = sql.compose(
        "SELECT pg_catalog.count(*) FROM ({ended}) AS {name} ({columns}) WHERE {live}",
        ended=sql.render(sa.select(*columns).where(rows)),
        name=sql.name(table.name),
        columns=sql.Names(tuple(row.c.keys())),
        live=live,
    )
    refusal = refuse(
        "what is to end rows of % leaves % of them live; nothing has been changed",
        words(f"{table.schema}.{table.name}"),
        "number",
        hint="Write an end after which the key's where is not true any more; then audit again, and use that plan.",
    )
    return inner(at_most(0, count, refusal), "number bigint;", "does what ends a row end it?")
