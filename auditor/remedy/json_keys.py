"""A column for a key that lies inside JSON: added, filled in batches, and kept in step while both exist."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table
from auditor.model import Note, Phase, Step, printable
from auditor.remedy import order
from auditor.remedy.attempts import patient
from auditor.remedy.batches import Change, violating
from auditor.remedy.changes import changing, holds_no, row_lock
from auditor.remedy.constraints import CHECKS, KEYS, LATER, constraint_step, exclusive
from auditor.remedy.guards import mark_of
from auditor.remedy.obstacles import unchangeable
from auditor.remedy.operation import Operation, PlanContext, Refusal
from auditor.remedy.quarantine import relation_of
from auditor.remedy.restore import triggers_off
from auditor.remedy.script import at_most, digest, inner, named, oid_of, refuse, transaction, words
from auditor.remedy.toll import room_of
from auditor.sql import Condition, Expression, Sql

_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_INTEGER = "^(0|-?[1-9][0-9]{0,18})$"
_TYPES: dict[str, tuple[str, sa.types.TypeEngine[Any], int]] = {
    "uuid": ("uuid", sa.Uuid(), 0),
    "int2": ("smallint", sa.SmallInteger(), 2**15),
    "int4": ("integer", sa.Integer(), 2**31),
    "int8": ("bigint", sa.BigInteger(), 2**63),
    "text": ("text", sa.Text(), 0),
    "varchar": ("text", sa.Text(), 0),
}


_UNFOLLOW = "unfollow-json-key"


def ends_following(step: Step) -> bool:
    """Whether the step drops what keeps such a column in step: a rollback does, and who has no more need of it."""
    return step.id.startswith(_UNFOLLOW)


def is_movable(key: Column) -> bool:
    """Whether text out of JSON can become a key of that type without a cast that may fail."""
    return key.type.base in _TYPES and key.type.base_schema == "pg_catalog"


@dataclass(frozen=True, kw_only=True)
class _JsonKey:
    """The key at `path` of `source`, and the column that is to hold it. `table` has that column already."""

    table: Table
    source: str
    path: tuple[str, ...]
    column: str
    referenced: Table
    key: str

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        if reason := unchangeable(self.table):
            yield Refusal(
                f"{named(self.table)}: {reason}; it gets no column for the key inside {printable(self.source)}"
            )
            return
        yield self._fence(CHECKS, f"a column for the key: {self._called}", self._added(context))
        yield self._fence(KEYS, f"{self._called} follows {self._place}", self._following(context), self._function)
        yield self._filling(context)
        yield holds_no(self.table, self._unfilled, context)
        yield from self._undone(context)
        yield Note(
            f"{self._called} follows {self._place} by a trigger until you drop it: once the application writes the"
            " column itself, `auditor plan` on this folder with `--drop-triggers` writes the file that does it"
        )

    @property
    def _called(self) -> str:
        return f"{named(self.table)}({printable(self.column)})"

    @property
    def _place(self) -> str:
        return printable(sql.render_condition(sql.json_text(sa.column(self.source), self.path)))

    @property
    def _trigger(self) -> str:
        return sql.derived_name(self.table.name, self.column, suffix=f"in_step_{self._digest[:6]}")

    @property
    def _digest(self) -> str:
        return digest(self.table.schema, self.table.name, self.source, self.path, self.column)

    def _value(self, source: Expression) -> Expression:
        """The key, NULL where the text is none: written otherwise than the referenced key is, it finds no row."""
        text = sql.json_text(source, self.path)
        base = self.referenced.column(self.key).type.base
        _, type_, limit = _TYPES[base]
        if base == "uuid":
            return sa.case((sa.func.lower(text).op("~")(sa.literal(_UUID)), sa.cast(text, type_)))
        if limit:
            fits = sa.cast(text, sa.Numeric()).between(-limit, limit - 1)
            return sa.case((text.op("~")(sa.literal(_INTEGER)), sa.case((fits, sa.cast(text, type_)))))
        return text

    @property
    def _unfilled(self) -> Condition:
        row, target = relation_of(self.table), relation_of(self.referenced).alias("referenced")
        value = self._value(row.c[self.source])
        found = sa.exists(sa.select(sa.literal(1)).select_from(target).where(target.c[self.key] == value))
        return sa.and_(row.c[self.column].is_(None), found)

    def _fence(self, rank: int, title: str, body: Sql, *before: Sql) -> Step:
        lock = exclusive(self.table)
        parts = (transaction(title, *before, body),)
        return constraint_step(Phase.FENCE, rank, self.table, title, parts, lock, verb="json-key")

    def _has_column(self, mark: str = "") -> Sql:
        described = "pg_catalog.col_description(a.attrelid, a.attnum)"
        marked = f" AND pg_catalog.starts_with({described}, {sql.literal(mark)})" if mark else ""
        return Sql(
            "EXISTS (SELECT FROM pg_catalog.pg_attribute AS a WHERE NOT a.attisdropped"
            f" AND a.attrelid = {self._oid} AND a.attname = {sql.literal(self.column)}{marked})"
        )

    @property
    def _oid(self) -> Sql:
        return oid_of(self.table.schema, self.table.name)

    def _added(self, context: PlanContext) -> Sql:
        table, column = sql.quote(self.table.schema, self.table.name), sql.quote(self.column)
        mark = mark_of(context.plan_id)
        taken = refuse(
            "% of % is there, and is not this plan's; nothing has been changed",
            words(self.column),
            words(f"{self.table.schema}.{self.table.name}"),
            hint="Name another column in auditor.toml, audit again, and use the plan of that audit.",
        )
        body = f"""IF NOT {self._has_column()} THEN
ALTER TABLE {table} ADD COLUMN {column} {self.table.column(self.column).type_text};
COMMENT ON COLUMN {table}.{column} IS {sql.literal(f"{mark} the key in {self._place}")};
ELSIF NOT {self._has_column(mark)} THEN
{taken}
END IF;"""
        return patient(body, (self.table.schema, self.table.name))

    @property
    def _function(self) -> Sql:
        new: Expression = sa.literal_column(f"NEW.{sql.quote(self.source)}")
        old: Expression = sa.literal_column(f"OLD.{sql.quote(self.source)}")
        follows = sql.render_condition(self._value(new))
        changed = sql.render_condition(sql.json_text(new, self.path).is_distinct_from(sql.json_text(old, self.path)))
        column = sql.quote(self.column)
        body = f"""
BEGIN
IF TG_OP = 'INSERT' THEN
NEW.{column} := coalesce(NEW.{column}, {follows});
ELSIF {changed} THEN
NEW.{column} := {follows};
END IF;
RETURN NEW;
END
"""
        name = sql.quote(self.table.schema, self._trigger)
        return Sql(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = ''"
            f" AS {sql.dollar_quoted(body)};"
        )

    def _following(self, _: PlanContext) -> Sql:
        body = f"""IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = {self._oid}
    AND t.tgname = {sql.literal(self._trigger)}) THEN
CREATE TRIGGER {sql.quote(self._trigger)} BEFORE INSERT OR UPDATE OF {sql.quote(self.source)}
    ON {sql.quote(self.table.schema, self.table.name)}
    FOR EACH ROW EXECUTE FUNCTION {sql.quote(self.table.schema, self._trigger)}();
END IF;"""
        return patient(body, (self.table.schema, self.table.name))

    def _filling(self, context: PlanContext) -> Step:
        step = f"fill-json-key-{self._digest}"
        change = Change(
            step=step,
            title=f"fill {self._called} from {self._place}",
            rows=violating(self._unfilled),
            tables=(self.table,),
            expected=0.0,
            checks=(),
            statements=lambda batch: (self._filled(violating(self._unfilled)(batch)),),
            path=True,
            room=replace(room_of((self.table, self.table.rows, 2)), quarantine=0),
        )
        # What the audit counted are orphans: how many rows are filled is another number.
        made = changing(replace(context, violations=None), change, order.ASSIGN, None)
        lock = f"SHARE ROW EXCLUSIVE on {named(self.table)}, for each batch" if self.table.triggers else None
        return replace(made, lock=lock or row_lock(self.table))

    def _filled(self, rows: Condition) -> Sql:
        """No row but for the column is changed: the table's own triggers rest meanwhile."""
        relation = relation_of(self.table)
        value = self._value(relation.c[self.source])
        update = sql.render(sa.update(relation).values({relation.c[self.column]: value}).where(rows)) + ";"
        if not self.table.triggers:
            return Sql(update)
        again = "FOREACH command IN ARRAY again LOOP\n    EXECUTE command;\nEND LOOP;"
        body = f"{triggers_off((self.table,))}\n{update}\n{again}"
        return inner(body, "command text;\nstop text[];\nagain text[];", "the table's own triggers rest meanwhile")

    @property
    def _dropped(self) -> Sql:
        table = sql.quote(self.table.schema, self.table.name)
        return Sql(
            f"DROP TRIGGER IF EXISTS {sql.quote(self._trigger)} ON {table};"
            f" DROP FUNCTION IF EXISTS {sql.quote(self.table.schema, self._trigger)}();"
        )

    def _undone(self, context: PlanContext) -> Iterator[Step]:
        """The trigger goes before rows come back, the column after; where it holds what JSON does not, it stays."""
        place = (self.table.schema, self.table.name)
        for verb, part, title, body in (
            (_UNFOLLOW, order.DROP, f"{self._called} follows no more", patient(self._dropped, place)),
            ("undo-json-key", order.ADD_AGAIN, f"drop {self._called}", self._taken_away(context)),
        ):
            yield constraint_step(
                Phase.ROLLBACK, LATER, self.table, title, (transaction(title, body, rows=True),),
                exclusive(self.table), verb=verb, rollback_part=part,
            )  # fmt: skip

    def _taken_away(self, context: PlanContext) -> Sql:
        relation = relation_of(self.table)
        own = relation.c[self.column]
        differs = sa.and_(own.is_not(None), own.is_distinct_from(self._value(relation.c[self.source])))
        count = sql.render(sa.select(sa.func.count()).select_from(relation).where(differs))
        refusal = refuse(
            "% of % holds keys in % rows that are not in the JSON, and stays",
            words(self.column),
            words(f"{self.table.schema}.{self.table.name}"),
            "number",
            hint="Decide about these rows; then run this file again.",
        )
        drop = f"ALTER TABLE {sql.quote(self.table.schema, self.table.name)} DROP COLUMN {sql.quote(self.column)};"
        body = f"""IF {self._has_column(mark_of(context.plan_id))} THEN
{at_most(0, count, refusal)}
{drop}
END IF;"""
        return patient(
            inner(body, "number bigint;", "has anybody written other values since?"),
            (self.table.schema, self.table.name),
        )


def move_json_key(  # noqa: PLR0917
    table: Table, source: str, path: tuple[str, ...], column: str, referenced: Table, key: str
) -> tuple[Table, Operation]:
    """Adds a column for the key at `path` of `source`, fills it where the referenced row is there, and keeps it in step
    by a trigger; and the table as it is then, for the constraints that follow."""
    type_ = referenced.column(key).type
    number = max(each.number for each in table.columns) + 1
    added = Column(name=column, number=number, type=type_, type_text=_TYPES[type_.base][0])
    wider = replace(table, columns=(*table.columns, added))
    return wider, _JsonKey(table=wider, source=source, path=path, column=column, referenced=referenced, key=key)
