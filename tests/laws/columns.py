"""Columns and what is wrong in them."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from auditor.sql import literal, quote
from tests.laws.drawing import Drawing, Table, intended, names


def _email(drawing: Drawing, table: Table) -> None:
    if table.kind == "address":
        return
    pool = ("ann@x.org", "Ann@x.org", " bo@x.org", "bo@x.org", "BO@x.org", "NULL", "''", "cy@x.org", "dee@x.org", "e")
    values = drawing.each(table, lambda n: pool[n] if pool[n] in ("NULL", "''") else literal(pool[n]))
    table.add(table.column("email"), "text", values)


def _quantity(drawing: Drawing, table: Table) -> None:
    column = table.column("quantity")
    name = quote(column)
    table.add(column, "int DEFAULT 1", drawing.each(table, lambda n: "NULL" if n == 9 else str(n - 2)))
    if drawing.perhaps():
        drawing.after.append(f"ALTER TABLE {table.sql} ADD CHECK ({name} >= 0) NOT VALID;")
    if drawing.perhaps():
        how = drawing.choose("STORED", "VIRTUAL") if drawing.version >= 18 else "STORED"
        table.add(table.column("twice"), f"int GENERATED ALWAYS AS ({name} * 2) {how}")


def _needed(drawing: Drawing, table: Table) -> None:
    """One or two columns that are to be NOT NULL, as a constraint says that old rows need not keep."""
    for stem in ("needed", "also")[: drawing.choose(1, 2)]:
        column = table.column(stem)
        values = drawing.each(table, lambda n: "NULL" if n > 7 else f"'{n}'")
        table.add(column, drawing.choose("text", "text DEFAULT 'x'"), values)
        says = f"CHECK ({quote(column)} IS NOT NULL)"
        if drawing.version >= 18 and drawing.perhaps():
            says = f"CONSTRAINT {quote(column)} NOT NULL {quote(column)}"
        drawing.after.append(f"ALTER TABLE {table.sql} ADD {says} NOT VALID;")


def _code(drawing: Drawing, table: Table) -> None:
    """A key of the coming migration, perhaps with a column that it would be NULL without."""
    pool = ("'a'", "'b'", "'c'", "NULL", "'d'", "'e'", "'f'", "'g'", "'a '", "'A'")
    table.add(table.column("code"), drawing.choose("text", "varchar(9)"), drawing.each(table, lambda n: pool[n]))
    where = drawing.choose("", f"where = {json.dumps(quote(table.column('code')) + ' <> chr(98)')}")
    drawing.intend.append(intended("unique", table, f"columns = {json.dumps([table.column('code')])}", where))


def _state(drawing: Drawing, table: Table) -> None:
    """An enum, of which one value is live, and one row at most may have it."""
    drawing.types.add("CREATE TYPE state AS ENUM ('active', 'ended', 'new');")
    pool = ("'active'", "'ended'", "'new'", "NULL", "'active'")
    column = table.column("state")
    table.add(column, "state DEFAULT 'new'", drawing.each(table, lambda n: pool[n % 5]))
    # One that is to be filled with a constant, and unique, would be a contradiction.
    if owners := [name for name in table.comparable if name not in (column, table.column("filled"))]:
        where = json.dumps(f"{quote(column)} = 'active'")
        keys = json.dumps(owners[:1])
        drawing.intend.append(intended("unique", table, f"columns = {keys}", f"where = {where}"))


def _filled(drawing: Drawing, table: Table) -> None:
    """A column that is to be NOT NULL, with what its NULLs become."""
    column = table.column("filled")
    drawing.types.add("CREATE DOMAIN positive AS int CHECK (VALUE > 0);")
    values = drawing.each(table, lambda n: "NULL" if n > 6 else str(n + 1))
    type_ = drawing.choose("int", "positive", "int DEFAULT 5")
    table.add(column, type_, values)
    # Where nothing says what they become, a person decides, and the plan waits for it.
    unsaid = "" if "DEFAULT" in type_ else 'nulls = "set-aside"'
    fill = drawing.choose(unsaid, 'fill = "7"', f"fill = {json.dumps(f'coalesce({quote(column)}, 1) + 1')}")
    drawing.intend.append(intended("not-null", table, f"columns = {json.dumps([column])}", fill))


def _score(drawing: Drawing, table: Table) -> None:
    """Of a domain with a constraint that old values need not keep."""
    drawing.types.add("CREATE DOMAIN score AS int;")
    table.add(table.column("score"), "score", drawing.each(table, lambda n: "NULL" if n > 8 else str(n - 3)))
    drawing.last.append("ALTER DOMAIN score ADD CONSTRAINT score_check CHECK (VALUE >= 0) NOT VALID;")


def _deleted(drawing: Drawing, table: Table) -> None:
    values = drawing.each(table, lambda n: "NULL" if n > 2 else f"'2026-01-0{n + 1}'")
    table.add(table.column("deleted_at"), "timestamptz", values)


def _values(drawing: Drawing, table: Table) -> None:
    """Values that have to come back to the byte, some of types without an equality."""
    for number in range(drawing.draw(st.integers(1, 3))):
        kind, pool = drawing.choose(*_VALUES)
        values = [drawing.choose(*pool) for _ in range(table.rows)]
        table.add(table.column(f"value {number}"), kind, values)


_VALUES = (
    ("json", ("""'{"a" :  1,"a":2}'""", "NULL", "'null'", "'[ ]'")),
    ("jsonb", ("""'{"b": 1.0}'""", "NULL", "'null'")),
    ("int[]", ("'[3:4]={1,2}'", "'{}'", "NULL", "'{NULL,1}'")),
    ("text[]", ("ARRAY['a', NULL, '']", "'{}'", "NULL")),
    ("numeric", ("1.50", "'NaN'", "1e-30", "NULL", "0.00")),
    ("float8", ("'-0'", "'NaN'", "0.1", "'Infinity'")),
    ("timestamptz", ("'infinity'", "'2026-01-01 00:00:00.000001+00'", "NULL")),
    ("bytea", (r"'\x00ff'", r"'\x'", "NULL")),
    ("char(4)", ("'ab'", "''", "NULL")),
    ("point", ("'(1,2)'", "NULL")),
    ("int4range", ("'[1,5)'", "'empty'", "NULL")),
    ('text COLLATE "C"', ("E'x\\ny'", "'%'", "$$\\$$", "''")),
)


def _inside(drawing: Drawing, table: Table) -> None:
    """A reference inside JSON."""
    target = drawing.choose(*drawing.tables)
    column = table.column("metadata")
    kind = drawing.choose("json", "jsonb")
    values = drawing.each(
        table, lambda n: "NULL" if n == 9 else f"json_build_object('key', {target.key_values(n)[-1]})"
    )
    table.add(column, kind, values)
    if len(target.key) == 1 and target.kind not in ("none", "address"):
        expression = json.dumps(f"{quote(column)}->>'key'")
        references = json.dumps(f"public.{target.sql}({names(target.key)})")
        drawing.intend.append(
            intended("foreign-key", table, f"expression = {expression}", f"references = {references}")
        )


COLUMNS = (_email, _quantity, _needed, _code, _state, _filled, _score, _deleted, _values, _inside)
