"""Bringing rows back: set aside ones into their place, assigned values to what they were.

On a live database: a row comes back only where nothing stands in its way, a value only where ours still stands.
What does not come back stays in the quarantine. What was changed last comes back first, one transaction's work at a
time: whatever it referred to is there by then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor import sql
from auditor.catalog import Column, Table
from auditor.catalog.catalog import QUARANTINE_SCHEMA
from auditor.remedy.attempts import attempts
from auditor.remedy.quarantine import Quarantine, exists
from auditor.remedy.script import block, oid_of, refuse, when, words
from auditor.sql import Sql

_META = ("step", "image", "row", "at")


@dataclass(frozen=True, kw_only=True)
class Return:
    """A statement that brings back what a step, so labelled, has put into these quarantines at `auditor_block.moment`:
    all of it or, where `auditor_block.one` is not NULL, that row. `image` is what there is one of for each row."""

    label: str
    quarantines: tuple[Quarantine, ...]
    image: str
    statement: str


def put_back(step: str, quarantines: Sequence[Quarantine]) -> Return:
    """Inserts what the step set aside, all tables in one statement: rows may refer to each other in a circle."""
    parts = [_taken_and_inserted(step, quarantine, number) for number, quarantine in enumerate(quarantines)]
    common = [part for taken, inserted in parts[:-1] for part in (taken, inserted)] + [parts[-1][0]]
    last = parts[-1][1].partition(" AS (")[2].removesuffix(")")
    statement = "WITH " + ",\n".join(common) + f"\n{last};"
    return Return(label=step, quarantines=tuple(quarantines), image="old", statement=statement)


def _taken_and_inserted(step: str, quarantine: Quarantine, number: int) -> tuple[str, str]:
    taken = sql.compose(
        "taken_{number} AS (DELETE FROM {kept} AS kept WHERE kept.{step} = {label}"
        " AND kept.{at} = auditor_block.moment"
        " AND (auditor_block.one IS NULL OR kept.{row} = auditor_block.one) RETURNING kept.*)",
        number=number,
        kept=sql.name(QUARANTINE_SCHEMA, quarantine.name),
        label=sql.literal(step),
        **_meta(quarantine),
    )
    inserted = sql.compose(
        "inserted_{number} AS (INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
        " SELECT {columns} FROM taken_{number})",
        number=number,
        table=sql.name(quarantine.table.schema, quarantine.table.name),
        columns=sql.Names(quarantine.restorable),
    )
    return taken, inserted


def _meta(quarantine: Quarantine) -> dict[str, sql.Name]:
    return {place: sql.name(column) for place, column in zip(_META, quarantine.meta, strict=True)}


def take_back(step: str, quarantine: Quarantine, columns: Iterable[str]) -> Return:
    """Compares and sets: each assigned column gets its old value where the row still has our new one in all of them.

    What the table's own triggers changed beside goes back too, where it is still as they left it.
    """
    table = quarantine.table
    assigned = tuple(columns)
    beside = _beside(table, assigned) if table.triggers else ()
    statement = sql.compose(
        """WITH reverted AS (UPDATE {table} AS kept SET {sets}
FROM {kept} AS was, {kept} AS made
WHERE was.{step} = {label} AND was.{image} = 'old' AND was.{at} = auditor_block.moment
    AND made.{step} = {label} AND made.{image} = 'new' AND made.{at} = auditor_block.moment
    AND made.{row} = was.{row} AND (auditor_block.one IS NULL OR made.{row} = auditor_block.one)
    AND {key} AND {unchanged}
    AND NOT EXISTS (SELECT FROM {kept} AS later WHERE later.{step} = {label} AND later.{image} = 'new'
        AND {later_key} AND later.{at} > made.{at})
RETURNING made.{row} AS number)
DELETE FROM {kept} AS kept USING reverted
WHERE kept.{step} = {label} AND kept.{at} = auditor_block.moment AND kept.{row} = reverted.number;""",
        table=sql.name(table.schema, table.name),
        sets=_sets(assigned, beside),
        key=_same_key(table, "kept", "made"),
        later_key=_same_key(table, "later", "made"),
        unchanged=Sql(" AND ".join(_same(column, "kept", "made") for column in assigned)),
        kept=sql.name(QUARANTINE_SCHEMA, quarantine.name),
        label=sql.literal(step),
        **_meta(quarantine),
    )
    return Return(label=step, quarantines=(quarantine,), image="new", statement=statement)


def take_away(step: str, quarantine: Quarantine, columns: Sequence[str], in_use: Sequence[Sql], check: Sql) -> Return:
    """Deletes the rows that the step inserted, known again by these columns: under lock, where they are as they were
    inserted, and none of the statements `in_use` names their number. An image whose row is gone goes as well."""
    table = quarantine.table
    statement = sql.compose(
        """{check}
PERFORM 1 FROM {table} AS kept, {kept} AS made WHERE {this} AND {key} FOR UPDATE OF kept;
DELETE FROM {table} AS kept USING {kept} AS made WHERE {this} AND {key} AND {unchanged}{unused};
DELETE FROM {kept} AS made WHERE {this} AND NOT EXISTS (SELECT FROM {table} AS kept WHERE {key});""",
        check=check,
        table=sql.name(table.schema, table.name),
        kept=sql.name(QUARANTINE_SCHEMA, quarantine.name),
        this=_this(step, quarantine),
        key=Sql(" AND ".join(_equal(table.column(each), "kept", "made") for each in columns)),
        unchanged=Sql(" AND ".join(_same(each, "kept", "made") for each in quarantine.columns)),
        unused=Sql("".join(f"\nAND made.{sql.quote(quarantine.meta[2])} NOT IN ({each})" for each in in_use)),
    )
    return Return(label=step, quarantines=(quarantine,), image="new", statement=statement)


def _this(step: str, quarantine: Quarantine) -> Sql:
    """That the image `made` is one of the new ones to be undone."""
    return sql.compose(
        "made.{step} = {label} AND made.{image} = 'new' AND made.{at} = auditor_block.moment"
        " AND (auditor_block.one IS NULL OR made.{row} = auditor_block.one)",
        label=sql.literal(step),
        **_meta(quarantine),
    )


def _beside(table: Table, assigned: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        column.name
        for column in table.columns
        if column.name not in assigned and not column.generated and not column.identity
    )


def _sets(assigned: tuple[str, ...], beside: tuple[str, ...]) -> Sql:
    ours = [f"{sql.quote(column)} = was.{sql.quote(column)}" for column in assigned]
    theirs = [
        f"{sql.quote(column)} = CASE WHEN {_same(column, 'kept', 'made')} THEN was.{sql.quote(column)}"
        f" ELSE kept.{sql.quote(column)} END"
        for column in beside
    ]
    return Sql(", ".join((*ours, *theirs)))


def _same(column: str, one: str, other: str) -> str:
    """Equal to the byte, for types without an equality and collations with a generous one too."""
    bare = sql.quote(column)
    return f'{one}.{bare}::text COLLATE pg_catalog."C" IS NOT DISTINCT FROM {other}.{bare}::text COLLATE pg_catalog."C"'


def _same_key(table: Table, one: str, other: str) -> Sql:
    return Sql(" AND ".join(_equal(table.column(column), one, other) for column in table.row_key()))


def _equal(column: Column, one: str, other: str) -> str:
    operator = column.type.equality
    symbol = f"OPERATOR({sql.quote(operator.schema)}.{operator.name})" if operator else "="
    return f"{one}.{sql.quote(column.name)} {symbol} {other}.{sql.quote(column.name)}"


def undone(returns: Sequence[Return], mended: Sql | None, *, before: str = "", begun: str = "", after: str = "") -> Sql:
    """Everything back, what was changed in one transaction together. `begun` are statements that begin the next
    transaction after each of these and before all, `before` and `after` those around all of it.

    `mended` holds while the step is in force: then a quarantine that is missing is a loss. Users' triggers do not
    fire, and are put back as they were found.
    """
    quarantines = tuple({each.name: each for back in returns for each in back.quarantines}.values())
    missing = " OR ".join(f"NOT ({exists(QUARANTINE_SCHEMA, each.name)})" for each in quarantines)
    moments = " UNION ".join(
        f"({_rows(back, each, f'kept.{sql.quote(each.meta[3])}')})" for back in returns for each in back.quarantines
    )
    # Without statistics of what the clean-up has just written, bringing rows back takes time with their square.
    counted = "\n".join(f"ANALYZE {sql.quote(QUARANTINE_SCHEMA, each.name)};" for each in quarantines)
    again = "FOREACH command IN ARRAY again LOOP\n    EXECUTE command;\nEND LOOP;"
    steps = (
        "SET CONSTRAINTS ALL IMMEDIATE;",
        triggers_off([each.table for each in quarantines]),
        *map(_carefully, returns),
        again,
    )
    tables = [each.table for each in quarantines]
    body = f"""{begun}
IF {missing} THEN
{_lost(quarantines[0].table, mended)}
    RETURN;
END IF;
{counted}
{before}
FOREACH moment IN ARRAY ARRAY(SELECT DISTINCT done.since FROM ({moments}) AS done (since) ORDER BY done.since DESC) LOOP
{attempts(steps, tables, between=begun)}
{begun}
END LOOP;
{after}"""  # noqa: S608
    return block(body, "moment timestamp with time zone;\none uuid;\ncommand text;\nstop text[];\nagain text[];")


def _carefully(back: Return) -> str:
    """All rows at once; where one of them is in conflict, one by one, so that the others come back."""
    queue = " UNION ALL ".join(
        f"({_rows(back, each, f'{number}, kept.{sql.quote(each.meta[2])}')}"
        f" AND kept.{sql.quote(each.meta[3])} = auditor_block.moment)"
        for number, each in enumerate(back.quarantines, 1)
    )
    return f"""FOR one IN SELECT queue.number FROM (SELECT 0, NULL::uuid UNION ALL {queue}) AS queue (place, number)
    ORDER BY queue.place LOOP
BEGIN
{back.statement}
EXIT WHEN one IS NULL;
EXCEPTION WHEN integrity_constraint_violation THEN
    NULL;
END;
END LOOP;"""  # noqa: S608


def _lost(table: Table, mended: Sql | None) -> str:
    """After a rollback the quarantine is gone and the violations are back: without them, something else is so."""
    if mended is None:
        return ""
    refusal = refuse(
        "the quarantine is not there, and no row of % is as the audit found it: nothing can be brought back",
        words(f"{table.schema}.{table.name}"),
        hint="If somebody mended these rows who did not use this plan, there is nothing to bring back.",
    )
    return when(mended, refusal)


def _rows(back: Return, quarantine: Quarantine, selected: str) -> str:
    step, image = quarantine.meta[:2]
    return (
        f"SELECT {selected} FROM {sql.quote(QUARANTINE_SCHEMA, quarantine.name)} AS kept"  # noqa: S608
        f" WHERE kept.{sql.quote(step)} = {sql.literal(back.label)} AND kept.{sql.quote(image)} = '{back.image}'"
    )


def triggers_off(tables: Sequence[Table]) -> str:
    """Switches the enabled triggers of the tables and of their partitions off, and notes how to put each back."""
    oids = ", ".join(str(oid_of(each.schema, each.name)) for each in tables)
    return f"""SELECT pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', place, called)),
    pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s TRIGGER %I', place,
        CASE enabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, called))
INTO stop, again
FROM (SELECT t.tgrelid::pg_catalog.regclass AS place, t.tgname AS called, t.tgenabled AS enabled
    FROM pg_catalog.pg_trigger AS t
    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid IN (
        SELECT root FROM pg_catalog.unnest(ARRAY[{oids}]) AS root
        UNION SELECT p.relid FROM pg_catalog.unnest(ARRAY[{oids}]) AS root, pg_catalog.pg_partition_tree(root) AS p)
) AS found;
stop := coalesce(stop, ARRAY[]::text[]);
again := coalesce(again, ARRAY[]::text[]);
FOREACH command IN ARRAY stop LOOP
    EXECUTE command;
END LOOP;"""  # noqa: S608
