"""The quarantine: rows as they were before a plan changed them, and as it left them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table
from auditor.catalog.catalog import QUARANTINE_SCHEMA
from auditor.model import Phase, Step
from auditor.remedy import order
from auditor.remedy.operation import PlanContext
from auditor.remedy.replication import identified
from auditor.remedy.script import block, digest, inner, named, oid_of, refuse, transaction, words
from auditor.sql import Sql

_NO_LOCK = "none on tables of yours"
_SERVER = "server-"


@dataclass(frozen=True)
class Quarantine:
    """The table that keeps rows of one table for one plan: typed columns, so that every value survives to the byte.

    It is only ever added to: what a step sets aside a second time, after somebody brought the row back, is kept
    beside the first. `row` ties the old and the new image of a row together.
    """

    table: Table
    plan_id: str

    @cached_property
    def name(self) -> str:
        """Distinct for each source table, whatever is cut from a long name."""
        return sql.derived_name(
            self.plan_id, self.table.schema, self.table.name, suffix=digest(self.table.schema, self.table.name)[:6]
        )

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The source's columns, all of them."""
        return tuple(column.name for column in self.table.columns)

    @property
    def restorable(self) -> tuple[str, ...]:
        """The columns that an INSERT can name: generated ones follow from them."""
        return tuple(column.name for column in self.table.columns if not column.generated)

    @cached_property
    def meta(self) -> tuple[str, str, str, str]:
        """Our own columns: which step, `old` or `new` image, which row, when."""
        step, image, row, at = (self._free(name) for name in ("step", "image", "row", "at"))
        return step, image, row, at

    def _free(self, name: str) -> str:
        candidate = f"auditor_{name}"
        while self.table.has_column(candidate):
            candidate += "_"
        return candidate

    @cached_property
    def relation(self) -> sa.TableClause:
        """The quarantine's table as SQLAlchemy sees it."""
        return sql.relation(QUARANTINE_SCHEMA, self.name, (*self.meta, *self.columns))

    def steps(self, context: PlanContext) -> Iterator[Step]:
        """Makes it before anything else runs; drops it at the very end of a rollback, when nothing is left in it."""
        yield _schema_step()
        title = f"quarantine for rows of {named(self.table)}"
        yield Step(
            id=f"quarantine-{digest(self.plan_id, self.table.schema, self.table.name)}",
            phase=Phase.GUARD,
            order=(2, self.name),
            title=title,
            parts=(transaction(title, identified(self.table), self._definition()),),
            lock=_NO_LOCK,
        )
        yield _end_step(context)

    def _definition(self) -> Sql:
        step, image, row, at = (sql.quote(name) for name in self.meta)
        own = (
            f"{step} text NOT NULL",
            f"{image} text NOT NULL",
            f"{row} uuid NOT NULL",
            f"{at} timestamp with time zone NOT NULL DEFAULT pg_catalog.now()",
        )
        key = f"PRIMARY KEY ({step}, {at}, {row}, {image})"
        body = ",\n    ".join((*own, *(_copied(column) for column in self.table.columns), key))
        name = sql.quote(QUARANTINE_SCHEMA, self.name)
        return Sql(
            f"CREATE TABLE IF NOT EXISTS {name} (\n    {body}\n);\n"
            f"REVOKE ALL ON TABLE {name} FROM PUBLIC;\n"
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;"
        )


def _copied(column: Column) -> str:
    collation = column.collation
    suffix = f" COLLATE {sql.quote(collation.schema, collation.name)}" if collation else ""
    return f"{sql.quote(column.name)} {column.type_text}{suffix}"


def _schema_step() -> Step:
    title = "the quarantine's schema, for nobody but its owner"
    return Step(
        id="quarantine-schema",
        phase=Phase.GUARD,
        order=(1, ""),
        title=title,
        parts=(
            transaction(
                title,
                f"CREATE SCHEMA IF NOT EXISTS {QUARANTINE_SCHEMA};",
                f"REVOKE ALL ON SCHEMA {QUARANTINE_SCHEMA} FROM PUBLIC;",
            ),
        ),
        lock=_NO_LOCK,
    )


def server_step(context: PlanContext, phase: Phase) -> Step:
    """Stops a file on a server or in a database that it was not written for: each may be run by itself."""
    server = context.catalog.server
    title = f"written for PostgreSQL {server.major}, database {server.database}"
    body = "\n".join(
        (
            f"IF pg_catalog.current_setting('server_version_num')::integer / 10000 <> {server.major} THEN",
            refuse(
                "this plan is written for PostgreSQL %, this is %",
                str(server.major),
                "pg_catalog.current_setting('server_version')",
                hint="Audit this server and use the plan of that audit.",
            ),
            "END IF;",
            f"IF pg_catalog.current_database() <> {sql.literal(server.database)} THEN",
            refuse(
                "this plan is written for the database %, this is %",
                words(server.database),
                "pg_catalog.current_database()",
                hint="Connect to the database that was audited, or audit this one.",
            ),
            "END IF;",
        )
    )
    return Step(
        id=f"{_SERVER}{digest(server.major, server.database)}-{phase}",
        phase=phase,
        order=(order.FIRST, ""),
        title=title,
        parts=(transaction(title, block(body)),),
        lock=_NO_LOCK,
    )


def is_server_step(step: Step) -> bool:
    """Whether the step is the one that begins every file."""
    return step.id.startswith(_SERVER)


def _end_step(context: PlanContext) -> Step:
    """The last step of a rollback: what could not be brought back is listed, and psql ends non-zero."""
    title = "nothing is left in the quarantine of this plan"
    return Step(
        id=f"quarantine-end-{context.plan_id}",
        phase=Phase.ROLLBACK,
        order=(order.END, ""),
        title=title,
        parts=(
            transaction(title, block(_end(context.plan_id), "kept record;\nnumber bigint;\nleft_over bigint := 0;")),
        ),
        lock=_NO_LOCK,
    )


def _end(plan_id: str) -> str:
    tables = f"{_relations(f'{plan_id}_')} ORDER BY 1"
    return f"""FOR kept IN {tables} LOOP
    EXECUTE 'SELECT pg_catalog.count(*) FROM ' || kept.place INTO number;
    left_over := left_over + number;
    IF number > 0 THEN
        RAISE WARNING '% rows stay in %: their keys are taken, or their values have changed since', number, kept.place;
    END IF;
END LOOP;
IF left_over > 0 THEN
    {
        refuse(
            "not everything could be brought back: % rows stay in the quarantine",
            "left_over",
            hint="The warnings above name its tables. Decide about these rows; then run this file again.",
        )
    }
END IF;
FOR kept IN {_relations(f"{plan_id}_")} UNION ALL {_relations(f"todo_{plan_id}_")} LOOP
    EXECUTE 'DROP TABLE ' || kept.place;
END LOOP;
IF {_is_empty()} THEN
    DROP SCHEMA {QUARANTINE_SCHEMA};
END IF;"""  # noqa: S608


def _relations(prefix: str) -> str:
    return (
        "SELECT c.oid::pg_catalog.regclass::text AS place FROM pg_catalog.pg_class AS c\n"  # noqa: S608
        f"    WHERE c.relkind = 'r' AND pg_catalog.starts_with(c.relname, {sql.literal(prefix)})\n"
        "    AND c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n"
        f" WHERE n.nspname = '{QUARANTINE_SCHEMA}')"
    )


def _is_empty() -> str:
    return (
        f"EXISTS (SELECT FROM pg_catalog.pg_namespace AS n WHERE n.nspname = '{QUARANTINE_SCHEMA}' AND NOT EXISTS ("  # noqa: S608
        "SELECT FROM pg_catalog.pg_class AS c WHERE c.relnamespace = n.oid))"
    )


def ready(quarantines: Sequence[Quarantine]) -> Sql:
    """Stops where a quarantine is missing, or lacks a column as the table has it by now: its values would be lost."""
    values = ", ".join(
        f"({words(f'{QUARANTINE_SCHEMA}.{each.name}')}, {oid_of(QUARANTINE_SCHEMA, each.name)},"
        f" {oid_of(each.table.schema, each.table.name)})"
        for each in quarantines
    )
    pairs = f"(VALUES {values}) AS pair (name, kept, source)"
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
    return inner(body, "missing record;")


def guarded(table: Table, violation: sql.Condition, context: PlanContext, listed: Sql | None = None) -> tuple[Sql, ...]:
    """Stops before anything is changed where more rows violate than were audited, by a tenth and ten.

    `listed` is the name of a table that holds them already.
    """
    if context.violations is None:
        return ()
    counted = sa.select(sa.func.count()).select_from(relation_of(table)).where(violation)
    count = sql.render(counted) if listed is None else Sql(f"SELECT pg_catalog.count(*) FROM {listed}")  # noqa: S608
    limit = context.violations + context.violations // 10 + 10
    body = "\n".join(
        (
            f"number := ({count});",
            f"IF number > {limit} THEN",
            refuse(
                "% rows of % are concerned, % were audited; nothing has been changed",
                "number",
                words(f"{table.schema}.{table.name}"),
                str(context.violations),
                hint="Audit again, and use the plan of that audit.",
            ),
            "END IF;",
        )
    )
    return (inner(body, "number bigint;"),)


def relation_of(table: Table) -> sa.TableClause:
    """The one table object of that table."""
    columns = tuple(column.name for column in table.columns)
    return sql.relation(table.schema, table.name, columns, only=table.has_children)


def exists(schema: str, name: str) -> Sql:
    """Whether there is a relation of that name."""
    return Sql(f"{oid_of(schema, name)} IS NOT NULL")
