"""The quarantine: rows as they were before a plan changed them, and as it left them."""

from collections.abc import Iterator
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
from auditor.remedy.script import block, digest, named, oid_of, refuse, transaction
from auditor.remedy.visibility import visible
from auditor.sql import Sql

NO_LOCK = "none on tables of yours"
"""The lock of a step that touches what is ours alone, in words."""


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
        step, image, row, at = (free_name(self.table, name) for name in ("step", "image", "row", "at"))
        return step, image, row, at

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
            parts=(transaction(title, visible(self.table), identified(self.table), self._definition()),),
            lock=NO_LOCK,
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
        lock=NO_LOCK,
    )


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
        lock=NO_LOCK,
    )


_STAY = "% rows stay in %: their keys are taken, their values have changed since, or other rows refer to them"


def _end(plan_id: str) -> str:
    tables = f"{_relations(f'{plan_id}_', f', {COUNTING}')} ORDER BY 1"
    return f"""FOR kept IN {tables} LOOP
    EXECUTE kept.counting INTO number;
    left_over := left_over + number;
    IF number > 0 THEN
        RAISE WARNING {sql.literal(_STAY)}, number, kept.place;
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
END IF;"""


COUNTING = """pg_catalog.format('SELECT pg_catalog.count(DISTINCT %I) FROM %s',
        (SELECT a.attname FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum = 3),
        c.oid::pg_catalog.regclass) AS counting"""
"""What counts the rows of the quarantine `c` in pg_class: one that was updated is there twice, as it was and is. Its
third column says which row it is."""


def _relations(prefix: str, more: str = "") -> str:
    return (
        f"SELECT c.oid::pg_catalog.regclass::text AS place{more}\n"  # noqa: S608
        "    FROM pg_catalog.pg_class AS c\n"
        f"    WHERE c.relkind = 'r' AND pg_catalog.starts_with(c.relname, {sql.literal(prefix)})\n"
        "    AND c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n"
        f" WHERE n.nspname = '{QUARANTINE_SCHEMA}')"
    )


def _is_empty() -> str:
    return (
        f"EXISTS (SELECT FROM pg_catalog.pg_namespace AS n WHERE n.nspname = '{QUARANTINE_SCHEMA}' AND NOT EXISTS ("  # noqa: S608
        "SELECT FROM pg_catalog.pg_class AS c WHERE c.relnamespace = n.oid))"
    )


def free_name(table: Table, name: str) -> str:
    """A name for a column of ours beside the table's own."""
    candidate = f"auditor_{name}"
    while table.has_column(candidate):
        candidate += "_"
    return candidate


def relation_of(table: Table) -> sa.TableClause:
    """The one table object of that table."""
    columns = tuple(column.name for column in table.columns)
    return sql.relation(table.schema, table.name, columns, only=table.has_children)


def number_of(table: Table, condition: sql.Condition) -> Sql:
    """The SELECT that counts the table's rows of which the condition is true."""
    return sql.render(sa.select(sa.func.count()).select_from(relation_of(table)).where(condition))


def exists(schema: str, name: str) -> Sql:
    """Whether there is a relation of that name."""
    return Sql(f"{oid_of(schema, name)} IS NOT NULL")
