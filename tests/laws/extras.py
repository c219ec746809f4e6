"""What else a table may have: triggers, row security, grants, indexes, views."""

from __future__ import annotations

from auditor.sql import quote
from tests.laws.circle import OUTSIDE
from tests.laws.drawing import Drawing, Table, names


def _logged(drawing: Drawing, table: Table) -> None:
    function = f'"log {len(drawing.after)}"'
    drawing.after.append(
        f"CREATE TABLE IF NOT EXISTS {quote(OUTSIDE)} (what text);\n"
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $f$\n"
        f"BEGIN INSERT INTO public.{quote(OUTSIDE)} VALUES (TG_OP); RETURN NULL; END $f$;\n"
        f"CREATE TRIGGER logged AFTER INSERT OR UPDATE OR DELETE ON {table.sql}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}();"
    )


def _secured(drawing: Drawing, table: Table) -> None:
    forced = drawing.choose("", f"ALTER TABLE {table.sql} FORCE ROW LEVEL SECURITY;")
    policy = drawing.choose("", f"CREATE POLICY p ON {table.sql} FOR SELECT USING (true);")
    drawing.after.append(f"ALTER TABLE {table.sql} ENABLE ROW LEVEL SECURITY;{forced}{policy}")


def _touched(drawing: Drawing, table: Table) -> None:
    """A trigger that changes what is written, in whatever state triggers can be."""
    column = table.column("touched")
    table.add(column, "int DEFAULT 0")
    function = f'"touch {len(drawing.after)}"'
    state = drawing.choose("", "ENABLE ALWAYS", "ENABLE REPLICA", "DISABLE")
    switch = f"\nALTER TABLE {table.sql} {state} TRIGGER touched;" if state else ""
    drawing.after.append(
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $f$\n"
        f"BEGIN NEW.{quote(column)} := NEW.{quote(column)} + 1; RETURN NEW; END $f$;\n"
        f"CREATE TRIGGER touched BEFORE UPDATE ON {table.sql} FOR EACH ROW EXECUTE FUNCTION {function}();{switch}"
    )


def _granted(drawing: Drawing, table: Table) -> None:
    drawing.after.append(f"GRANT {drawing.choose('SELECT', 'ALL')} ON {table.sql} TO anon;")
    if drawing.perhaps():
        drawing.after.append(f"CREATE POLICY open ON {table.sql} TO anon USING ({drawing.choose('true', 'false')});")


def _indexed(drawing: Drawing, table: Table) -> None:
    """An index on a column that is there, perhaps a partial one; perhaps on one partition alone."""
    if table.comparable:
        column = quote(drawing.choose(*table.comparable))
        where = drawing.choose("", f" WHERE {column} IS NOT NULL")
        drawing.after.append(f"CREATE INDEX ON {drawing.choose(table.sql, *table.leaves)} ({column}){where};")


def _unique(drawing: Drawing, table: Table) -> None:
    """A unique index where the rows allow it: on some of them, on an expression, with NULL as a value, on a partition.

    Of a reference and something else, or of anything.
    """
    if not table.comparable:
        return
    several = [*(key for columns in table.references for key in columns[:1]), *table.comparable]
    columns = tuple(dict.fromkeys((drawing.choose(*several), drawing.choose(*several))))[: drawing.choose(1, 2)]
    keys = names(columns) if drawing.perhaps() else f"lower({quote(columns[0])}::text)"
    if table.partitioning:
        keys = f"{keys}, {names(table.key)}" if drawing.perhaps() else keys
    nulls = drawing.choose("", " NULLS NOT DISTINCT")
    where = drawing.choose("", "", f" WHERE {quote(columns[-1])} IS NOT NULL", f" WHERE {quote(columns[-1])} IS NULL")
    place = drawing.choose(table.sql, *table.leaves)
    made = f"CREATE UNIQUE INDEX ON {place} ({keys}){nulls}{where};"
    if drawing.choose(False, False, True):
        deferrable = drawing.choose("", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED")
        made = f"ALTER TABLE {place} ADD UNIQUE{nulls} ({names(columns)}){deferrable};"
    drawing.after.append(f"DO $do$ BEGIN {made} EXCEPTION WHEN {_REFUSED} THEN NULL; END $do$;")


_NOT_POSSIBLE = ("feature_not_supported", "invalid_object_definition", "invalid_table_definition", "undefined_object")
_REFUSED = " OR ".join(("unique_violation", *_NOT_POSSIBLE))


def _viewed(drawing: Drawing, table: Table) -> None:
    """A view, or a materialised one, of all rows or of a column's values."""
    column = quote(drawing.choose(*table.comparable, *table.key))
    kind = drawing.choose("VIEW", "MATERIALIZED VIEW")
    query = drawing.choose("SELECT *", f"SELECT {column} AS what, count(*) AS number")
    grouped = f" GROUP BY {column}" if "count" in query else ""
    populated = drawing.choose("", " WITH NO DATA") if kind.startswith("MAT") else ""
    name = quote(f"seen {table.name}")
    drawing.last.append(f"CREATE {kind} {name} AS {query} FROM {table.sql}{grouped}{populated};")


EXTRAS = (_logged, _secured, _touched, _granted, _indexed, _unique, _unique, _viewed)
