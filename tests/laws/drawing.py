"""Databases that nobody designed, as scripts: tables that refer to each other, and dirt in their rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import strategies as st

from auditor.sql import literal, quote
from tests.laws.circle import OUTSIDE

T = TypeVar("T")

_NAMES = ("users", "orgs", "calls", "notes", "plans", "items")
_ACTIONS = ("NO ACTION", "CASCADE", "SET NULL", "RESTRICT", "SET DEFAULT")
_SUFFIXES = ("", ' "%', " $$é", "\n--")


class Script(str):
    """A script that a failing example prints as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"a database\n{self}"


@dataclass
class Table:
    """A table while it is drawn. Rows are lists of SQL values; those of a key are distinct."""

    name: str
    kind: str
    rows: int
    key: tuple[str, ...]
    key_types: tuple[str, ...]
    suffix: str
    is_partitioned: bool
    columns: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    comparable: list[str] = field(default_factory=list)
    values: list[list[str]] = field(default_factory=list)

    @property
    def sql(self) -> str:
        """Its name in SQL, as in `schema.table` of a configuration."""
        return quote(self.name)

    def column(self, name: str) -> str:
        """The name that a column gets, as it is in the catalog."""
        return name + self.suffix

    def key_values(self, number: int) -> tuple[str, ...]:
        """The key of the row of that number, whether there is one or not."""
        if self.kind == "uuid":
            return (f"md5('{number}')::uuid",)
        if self.kind == "text":
            return (f"'k{number}'",)
        return (str(number % 2), str(number)) if self.kind == "composite" else (str(number),)

    def add(self, name: str, definition: str, values: list[str] | None = None) -> None:
        """A column, written by INSERT where there are values."""
        self.columns.append(f"{quote(name)} {definition}")
        if values is not None:
            self.written.append(name)
            self.comparable += [] if definition.startswith(("json", "point")) else [name]
            for row, value in zip(self.values, values, strict=True):
                row.append(value)


@dataclass
class Drawing:
    """What is drawn so far; the script's parts in their order."""

    draw: st.DrawFn
    version: int
    suffix: str
    tables: list[Table] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    intend: list[str] = field(default_factory=list)
    types: set[str] = field(default_factory=set)

    def choose(self, *choices: T) -> T:
        return self.draw(st.sampled_from(choices))

    def each(self, table: Table, value: Callable[[int], str]) -> list[str]:
        """A value for each row, by a number that is drawn."""
        return [value(self.draw(st.integers(0, 9))) for _ in range(table.rows)]

    def script(self) -> Script:
        parts = [f"--! {line}" for intention in self.intend for line in intention.splitlines()]
        parts += sorted(self.types)
        parts += [_creation(table) for table in self.tables]
        parts += [*self.before, "SET session_replication_role = replica;"]
        parts += [_insertion(table) for table in self.tables if table.rows]
        parts += ["RESET session_replication_role;", *self.after, "ANALYZE;"]
        return Script("\n".join(parts) + "\n")


def _creation(table: Table) -> str:
    keys = names(table.key)
    columns = [f"{quote(name)} {kind}" for name, kind in zip(table.key, table.key_types, strict=True)]
    key = {"none": [], "unique": [f"UNIQUE ({keys})"]}.get(table.kind, [f"PRIMARY KEY ({keys})"])
    inner = ", ".join([*columns, *table.columns, *key])
    if not table.is_partitioned:
        return f"CREATE TABLE {table.sql} ({inner});"
    parts = "".join(
        f"\nCREATE TABLE {quote(f'{number} {table.name}')} PARTITION OF {table.sql}"
        f" FOR VALUES WITH (MODULUS 2, REMAINDER {number});"
        for number in range(2)
    )
    return f"CREATE TABLE {table.sql} ({inner}) PARTITION BY HASH ({quote(table.key[0])});{parts}"


def _insertion(table: Table) -> str:
    rows = ",\n    ".join(
        f"({', '.join((*table.key_values(number), *values))})" for number, values in enumerate(table.values, 1)
    )
    return (
        f"INSERT INTO {table.sql} ({names([*table.key, *table.written])}) OVERRIDING SYSTEM VALUE VALUES\n    {rows};"
    )


def names(columns: Iterable[str]) -> str:
    """Names in SQL, with commas."""
    return ", ".join(quote(column) for column in columns)


@st.composite
def databases(draw: st.DrawFn, version: int) -> Script:
    """The script of a database for a server of that version."""
    drawing = Drawing(draw, version, draw(st.sampled_from(_SUFFIXES)))
    for name in _NAMES[: draw(st.integers(2, 6))]:
        drawing.tables.append(_table(drawing, name))
    for number, table in enumerate(drawing.tables):
        for count in range(draw(st.integers(0, 2))):
            _reference(drawing, table, number, count)
        for column in draw(st.lists(st.sampled_from(COLUMNS), max_size=3, unique=True)):
            column(drawing, table)
        for extra in draw(st.lists(st.sampled_from(EXTRAS), max_size=2, unique=True)):
            extra(drawing, table)
    return drawing.script()


def _table(drawing: Drawing, name: str) -> Table:
    kind = drawing.choose("int", "identity", "by default", "uuid", "text", "composite", "none", "unique")
    types = {
        "identity": ("bigint GENERATED ALWAYS AS IDENTITY",),
        "by default": ("int GENERATED BY DEFAULT AS IDENTITY",),
        "uuid": ("uuid",),
        "text": ("text",),
        "composite": ("int", "int"),
    }.get(kind, ("int",))
    rows = drawing.draw(st.integers(0, 6))
    return Table(
        name=name + drawing.suffix,
        kind=kind,
        suffix=drawing.suffix,
        rows=rows,
        key=tuple(part + drawing.suffix for part in (("tenant", "id") if kind == "composite" else ("id",))),
        key_types=types,
        is_partitioned=drawing.draw(st.booleans()) and drawing.draw(st.booleans()),
        values=[[] for _ in range(rows)],
    )


def _reference(drawing: Drawing, table: Table, number: int, count: int) -> None:
    """A foreign key, or what might be one: valid, valid but violated, NOT VALID, intended, or only looking like it."""
    target = drawing.choose(*drawing.tables)
    if target.kind == "none":
        return
    states = ["valid", "not valid", "violated", "intended", "undeclared"]
    if table.is_partitioned and drawing.version < 18:
        states = ["valid", "intended", "undeclared"]
    state = drawing.choose(*states)
    stem = _NAMES[drawing.tables.index(target)][:-1] + ("_other" if count else "")
    columns = [table.column(f"{stem}_{part}") for part in (("tenant", "id") if len(target.key) > 1 else ("id",))]
    is_clean = state == "valid"
    is_nullable = drawing.draw(st.booleans()) or (is_clean and not target.rows)
    rows = [_referring(drawing, target, is_clean, is_nullable) for _ in range(table.rows)]
    types = [kind.split(" ")[0] for kind in target.key_types]
    for place, (name, kind) in enumerate(zip(columns, types, strict=True)):
        table.add(name, kind + ("" if is_nullable else " NOT NULL"), [row[place] for row in rows])
    action = drawing.choose(*_ACTIONS)
    if state == "intended":
        references = json.dumps(f"public.{target.sql}({names(target.key)})")
        named = f"columns = {json.dumps(columns)}", f"references = {references}", f'on-delete = "{action}"'
        drawing.intend.append(_intended("foreign-key", table, *named))
    elif state != "undeclared":
        match = drawing.choose("", " MATCH FULL") if len(columns) > 1 else ""
        key = (
            f"ALTER TABLE {table.sql} ADD CONSTRAINT {quote(table.column(f'{_NAMES[number]}_{stem}_fkey'))}"
            f" FOREIGN KEY ({names(columns)}) REFERENCES {target.sql} ({names(target.key)}){match}"
            f" ON DELETE {action}{drawing.choose('', ' DEFERRABLE', ' DEFERRABLE INITIALLY DEFERRED')}"
        )
        if state == "not valid":
            drawing.after.append(f"{key} NOT VALID;")
        else:
            drawing.before.append(f"{key};")


def _referring(drawing: Drawing, target: Table, is_clean: bool, is_nullable: bool) -> tuple[str, ...]:
    number = drawing.draw(st.integers(0 if is_nullable else 1, max(target.rows, 1) if is_clean else target.rows + 2))
    if is_nullable and (number == 0 or (is_clean and not target.rows)):
        return ("NULL",) * len(target.key)
    return target.key_values(number)


def _email(drawing: Drawing, table: Table) -> None:
    pool = ("ann@x.org", "Ann@x.org", " bo@x.org", "bo@x.org", "BO@x.org", "NULL", "''", "cy@x.org", "dee@x.org", "e")
    values = drawing.each(table, lambda n: pool[n] if pool[n] in ("NULL", "''") else literal(pool[n]))
    table.add(table.column("email"), "text", values)


def _quantity(drawing: Drawing, table: Table) -> None:
    column = table.column("quantity")
    name = quote(column)
    table.add(column, "int DEFAULT 1", drawing.each(table, lambda n: "NULL" if n == 9 else str(n - 2)))
    if drawing.draw(st.booleans()):
        drawing.after.append(f"ALTER TABLE {table.sql} ADD CHECK ({name} >= 0) NOT VALID;")
    if drawing.draw(st.booleans()):
        table.add(table.column("twice"), f"int GENERATED ALWAYS AS ({name} * 2) STORED")


def _needed(drawing: Drawing, table: Table) -> None:
    column = table.column("needed")
    name = quote(column)
    table.add(
        column, drawing.choose("text", "text DEFAULT 'x'"), drawing.each(table, lambda n: "NULL" if n > 7 else f"'{n}'")
    )
    drawing.after.append(f"ALTER TABLE {table.sql} ADD CHECK ({name} IS NOT NULL) NOT VALID;")


def _code(drawing: Drawing, table: Table) -> None:
    """A key of the coming migration, perhaps with a column that it would be NULL without."""
    pool = ("'a'", "'b'", "'c'", "NULL", "'d'", "'e'", "'f'", "'g'", "'a '", "'A'")
    table.add(table.column("code"), drawing.choose("text", "varchar(9)"), drawing.each(table, lambda n: pool[n]))
    where = drawing.choose("", f"where = {json.dumps(quote(table.column('code')) + ' <> chr(98)')}")
    drawing.intend.append(_intended("unique", table, f"columns = {json.dumps([table.column('code')])}", where))


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
        drawing.intend.append(_intended("unique", table, f"columns = {keys}", f"where = {where}"))


def _filled(drawing: Drawing, table: Table) -> None:
    """A column that is to be NOT NULL, with what its NULLs become."""
    column = table.column("filled")
    drawing.types.add("CREATE DOMAIN positive AS int CHECK (VALUE > 0);")
    values = drawing.each(table, lambda n: "NULL" if n > 6 else str(n + 1))
    table.add(column, drawing.choose("int", "positive", "int DEFAULT 5"), values)
    fill = drawing.choose("", 'fill = "7"', f"fill = {json.dumps(f'coalesce({quote(column)}, 1) + 1')}")
    drawing.intend.append(_intended("not-null", table, f"columns = {json.dumps([column])}", fill))


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
    if len(target.key) == 1 and target.kind != "none":
        expression = json.dumps(f"{quote(column)}->>'key'")
        references = json.dumps(f"public.{target.sql}({names(target.key)})")
        drawing.intend.append(
            _intended("foreign-key", table, f"expression = {expression}", f"references = {references}")
        )


def _intended(kind: str, table: Table, *more: str) -> str:
    lines = ("[[intend]]", f'kind = "{kind}"', f"table = {json.dumps(f'public.{table.sql}')}", *more)
    return "\n".join(line for line in lines if line)


COLUMNS = (_email, _quantity, _needed, _code, _state, _filled, _values, _inside)


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
    if drawing.draw(st.booleans()):
        drawing.after.append(f"CREATE POLICY open ON {table.sql} TO anon USING ({drawing.choose('true', 'false')});")


def _indexed(drawing: Drawing, table: Table) -> None:
    """An index on a column that is there, perhaps a partial one."""
    if table.comparable:
        column = quote(drawing.choose(*table.comparable))
        where = drawing.choose("", f" WHERE {column} IS NOT NULL")
        drawing.after.append(f"CREATE INDEX ON {table.sql} ({column}){where};")


EXTRAS = (_logged, _secured, _touched, _granted, _indexed)
