"""Every name that SQL text, psql or a message could trip over, in every place."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from auditor.catalog import Catalog
from auditor.model import Phase, Reference
from auditor.probe import relation
from auditor.remedy import (
    Operation,
    add_check,
    add_foreign_key,
    add_unique,
    assign,
    create_index,
    enable_row_security,
    set_aside,
    set_aside_duplicates,
    set_not_null,
)
from tests.remedy.applying import attempt, column, full_circle, plan_for, squawk, table
from tests.servers import Database

NAMES = (
    'a"b', "Order; DROP", "$$", "$auditor$", "*/", "back\\slash", "new\nline", "tab\there", "esc\x1b[31m", "100%", ":x",
    ":'x'", "{x}", "ünï çode", "é" * 31, "x" * 63, "select", "--", "one", "auditor_step", "' OR 1=1",
)  # fmt: skip


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@pytest.mark.parametrize("name", NAMES)
def test_a_migration_of_hostile_names(database18: Database, tmp_path: Path, name: str) -> None:
    q, other = quoted(name), quoted(name[:-1] + "2")
    with database18.connect() as connection:
        connection.execute(
            f"""
            CREATE SCHEMA {q};
            CREATE TABLE {q}.{other} (id int PRIMARY KEY, {q} text);
            CREATE TABLE {q}.{q} (id int PRIMARY KEY, {q} int, {other} text);
            INSERT INTO {q}.{other} VALUES (1, 'A'), (2, 'a'), (3, NULL);
            INSERT INTO {q}.{q} VALUES (1, 1, 'A'), (2, 2, NULL), (3, 9, 'b');
            CREATE FUNCTION {q}.{q}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END';
            CREATE TRIGGER {q} BEFORE UPDATE OR DELETE ON {q}.{q} FOR EACH ROW EXECUTE FUNCTION {q}.{q}();
        """.encode()
        )

    def everything(catalog: Catalog) -> list[Operation]:
        t, r = table(catalog, name, name), table(catalog, name[:-1] + "2", name)
        key, text = column(t, name), column(t, name[:-1] + "2")
        there = relation(r).alias("referenced")
        orphan = ~sa.exists(sa.select(there.c["id"]).where(there.c["id"] == key))
        return [
            set_aside_duplicates(r, (sa.func.lower(column(r, name)),), None, "oldest"),
            set_aside(t, orphan),
            add_foreign_key(t, (name,), r, ("id",)),
            assign(t, {text.name: sa.literal(name.lower())}, text.is_(None)),
            assign(t, {text.name: sa.func.lower(text)}, text != sa.func.lower(text)),
            add_check(t, text != sa.literal(name + "!"), "said"),
            set_not_null(t, name),
            create_index(t, (name,)),
            create_index(t, (sa.func.lower(text),), where=text != sa.literal(name), suffix="low"),
            add_unique(t, (name, text.name)),
            enable_row_security(t),
        ]

    plan = plan_for(
        database18,
        everything,
        violations=3,
        references=(
            Reference(
                schema=name,
                table=name,
                columns=(name,),
                ref_schema=name,
                ref_table=name[:-1] + "2",
                ref_columns=("id",),
                declared=False,
                confidence=1.0,
            ),
        ),
    )
    assert attempt(database18, plan, Phase.VERIFY).returncode == 3
    full_circle(database18, plan)
    assert squawk(plan, 18, tmp_path) == ""
