"""A key inside JSON that gets a column: added, filled, kept in step, constrained, and all of it taken away again."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from auditor.config import Config, parse_config
from auditor.errors import AuditorError
from auditor.model import Phase
from tests.cli.test_command_line import auditor
from tests.examples.circle import apply, audit, roll_back, snapshot, write_plan
from tests.linting import complaints
from tests.servers import Database

METRICS = """CREATE SCHEMA "o'dd";
CREATE TABLE "o'dd"."ca%ll" (id {type} PRIMARY KEY);
CREATE TABLE "o'dd"."met""rics" (id int PRIMARY KEY, "meta%data" jsonb, touched int DEFAULT 0);
INSERT INTO "o'dd"."ca%ll" SELECT {key} FROM generate_series(1, 50) AS n;
INSERT INTO "o'dd"."met""rics" SELECT id, jsonb_build_object('of', jsonb_build_object('ca''ll $$ id', {key}))
FROM (SELECT i AS id, 1 + i % 50 AS n FROM generate_series(1, {rows}) AS i) AS made;
"""


def given(type_: str, key: str, rows: int) -> str:
    """Rows that lead somewhere; one without a key, one orphan, one whose text is no key of that type."""
    text = METRICS.format(type=type_, key=key, rows=rows)
    orphan = "d0000000-0000-4000-8000-000000000000" if type_ == "uuid" else "999"
    texts = ["{}", *("{" + f""""of": {{"ca''ll $$ id": "{key}"}}""" + "}" for key in (orphan, "x"))]
    values = ", ".join(f"(-{number}, '{json}')" for number, json in enumerate(texts, 1))
    return f'{text} INSERT INTO "o\'dd"."met""rics" VALUES {values}; ANALYZE;'


CONFIG = """[[intend]]
kind = "foreign-key"
table = '''"o'dd"."met""rics"'''
expression = '''"meta%data"->'of'->>'ca''ll $$ id\''''
references = '''"o'dd"."ca%ll"(id)'''
"""
TYPES = [("uuid", "md5(n::text)::uuid"), ("int", "n"), ("text", "'call ' || n")]
MOVED = "column = 'ca\"ll %id'"


def config(*lines: str) -> Config:
    return parse_config("\n".join((CONFIG, *lines)))


def loaded(database: Database, type_: str = "uuid", key: str = "md5(n::text)::uuid", rows: int = 60) -> None:
    done = database.psql(given(type_, key, rows))
    assert done.returncode == 0, done.stderr


def keys(connection: psycopg.Connection, where: str = "true") -> list[object]:
    query = f'SELECT "ca""ll %id" FROM "o\'dd"."met""rics" WHERE {where} ORDER BY id'
    return [value for (value,) in connection.execute(query.encode()).fetchall()]


@pytest.mark.parametrize(("type_", "key"), TYPES, ids=[name for name, _ in TYPES])
def test_the_column_is_filled_and_constrained_and_taken_away(
    database: Database, tmp_path: Path, type_: str, key: str
) -> None:
    loaded(database, type_, key)
    before = snapshot(database)
    first = audit(database, config(MOVED))
    (orphans,) = (each for each in first.findings if each.check == "orphaned-reference")
    assert orphans.hint == (
        'Set the orphans aside, give the key a column of its own, ca"ll %id, and declare the foreign key'
    )
    plan = write_plan(first, tmp_path)
    assert complaints(first, database.server_version, tmp_path) == ""

    apply(database, plan)

    with database.connect() as connection:
        assert keys(connection, "id < 0") == [None]
        assert None not in keys(connection, "id > 0")
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(
                f"""DELETE FROM "o'dd"."ca%ll" WHERE id = (SELECT {key} FROM (VALUES (7)) AS v (n))""".encode()
            )
    after = audit(database, config(MOVED))
    assert [each for each in after.findings if each.family == "references"] == []
    again = snapshot(database)
    apply(database, plan)
    assert snapshot(database) == again
    roll_back(database, plan)
    assert snapshot(database) == before
    roll_back(database, plan)
    assert snapshot(database) == before


def test_the_column_follows_while_both_exist_until_the_trigger_is_dropped(database: Database, tmp_path: Path) -> None:
    loaded(database)
    untouched = snapshot(database)
    first = audit(database, config(MOVED))
    plan = write_plan(first, tmp_path)
    apply(database, plan)
    put = """INSERT INTO "o'dd"."met""rics" (id, "meta%data") SELECT 1000, jsonb_build_object('of',
        jsonb_build_object('ca''ll $$ id', md5('{}')))"""
    change = """UPDATE "o'dd"."met""rics" SET "meta%data" = jsonb_build_object('of',
        jsonb_build_object('ca''ll $$ id', (md5('{}')::uuid)::text)) WHERE id = 1000"""
    with database.connect() as connection:
        connection.execute(put.format(7).encode())
        assert keys(connection, "id = 1000") == [None], "without dashes it is not as the key is written"
        connection.execute(change.format(8).encode())
        assert keys(connection, "id = 1000") == [UUID("c9f0f895fb98ab9159f51fd0297e236d")]
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(change.format("nobody").encode())
        connection.execute("""UPDATE "o'dd"."met""rics" SET "meta%data" = '[]' WHERE id = 1000""")
        assert keys(connection, "id = 1000") == [None]
        (note,) = (each.text for each in first.plan.notes if "by a trigger until you drop it" in each.text)
        assert "`--drop-triggers`" in note
    before = auditor("plan", str(plan), "--drop-triggers", folder=tmp_path)
    assert before.returncode == 0, before.stderr
    for _ in range(2):
        done = database.psql(plan / "60-drop-triggers.sql")
        assert done.returncode == 0, done.stderr
    with database.connect() as connection:
        connection.execute(change.format("nobody").encode())
        assert keys(connection, "id = 1000") == [None]
        assert connection.execute("SELECT count(*) FROM pg_proc WHERE proname LIKE '%in_step%'").fetchone() == (0,)
        connection.execute("""DELETE FROM "o'dd"."met""rics" WHERE id = 1000""")
    roll_back(database, plan)
    assert snapshot(database) == untouched


def test_a_plan_without_such_a_trigger_has_none_to_drop(database18: Database, tmp_path: Path) -> None:
    loaded(database18)
    plan = write_plan(audit(database18, config()), tmp_path)
    done = auditor("plan", str(plan), "--drop-triggers", folder=tmp_path)
    assert (done.returncode, "makes no trigger" in done.stderr) == (2, True)
    assert not (plan / "60-drop-triggers.sql").exists()


@pytest.mark.parametrize("action", ["CASCADE", "SET NULL"])
def test_a_foreign_key_that_acts_by_itself(database18: Database, tmp_path: Path, action: str) -> None:
    loaded(database18)
    before = snapshot(database18)
    plan = write_plan(audit(database18, config(MOVED, f'on-delete = "{action}"')), tmp_path)
    apply(database18, plan)
    again = snapshot(database18)
    apply(database18, plan)
    assert snapshot(database18) == again
    roll_back(database18, plan)
    assert snapshot(database18) == before


def test_a_partitioned_table(database: Database, tmp_path: Path) -> None:
    text = given("uuid", "md5(n::text)::uuid", 60)
    parts = (
        f"""CREATE TABLE "o'dd".part_{n} PARTITION OF "o'dd"."met""rics"
        FOR VALUES WITH (MODULUS 2, REMAINDER {n});"""
        for n in range(2)
    )
    text = text.replace("DEFAULT 0);", "DEFAULT 0) PARTITION BY HASH (id); " + " ".join(parts))
    assert database.psql(text).returncode == 0
    before = snapshot(database)
    plan = write_plan(audit(database, config(MOVED)), tmp_path)
    apply(database, plan)
    with database.connect() as connection:
        assert None not in keys(connection, "id > 0")
    assert [each for each in audit(database, config(MOVED)).findings if each.family == "references"] == []
    roll_back(database, plan)
    assert snapshot(database) == before


def test_many_rows_go_in_batches_and_the_tables_own_triggers_rest(database18: Database, tmp_path: Path) -> None:
    loaded(database18, rows=10_500)
    trigger = """CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.touched := NEW.touched + 1; RETURN NEW; END $$;
        CREATE TRIGGER touch BEFORE UPDATE ON "o'dd"."met""rics" FOR EACH ROW EXECUTE FUNCTION touch()"""
    with database18.connect() as connection:
        connection.execute(trigger)
    before = snapshot(database18)
    plan = write_plan(audit(database18, config(MOVED)), tmp_path)
    assert "in batches" in (plan / Phase.CLEANUP.file).read_text()

    apply(database18, plan)

    with database18.connect() as connection:
        assert len(keys(connection, '"ca""ll %id" IS NOT NULL')) == 10_500
        assert connection.execute('SELECT max(touched) FROM "o\'dd"."met""rics"').fetchone() == (0,)
    roll_back(database18, plan)
    assert snapshot(database18) == before


def test_a_key_that_the_column_alone_has_is_not_lost_by_a_rollback(database18: Database, tmp_path: Path) -> None:
    loaded(database18)
    plan = write_plan(audit(database18, config(MOVED)), tmp_path)
    apply(database18, plan)
    with database18.connect() as connection:
        connection.execute("""INSERT INTO "o'dd"."met""rics" VALUES (1000, '{}', 0, md5('7')::uuid)""")

    done = database18.psql(plan / Phase.ROLLBACK.file)

    assert "holds keys in 1 rows that are not in the JSON, and stays" in done.stderr
    with database18.connect() as connection:
        assert keys(connection, "id = 1000") == [UUID("8f14e45fceea167a5a36dedd4bea2543")]
        connection.execute("""DELETE FROM "o'dd"."met""rics" WHERE id = 1000""")
    roll_back(database18, plan)


def test_a_column_that_somebody_else_has_added_meanwhile_is_left_alone(database18: Database, tmp_path: Path) -> None:
    loaded(database18)
    plan = write_plan(audit(database18, config(MOVED)), tmp_path)
    with database18.connect() as connection:
        connection.execute("""ALTER TABLE "o'dd"."met""rics" ADD COLUMN "ca""ll %id" uuid""")
    before = snapshot(database18)
    assert database18.psql(plan / Phase.GUARD.file).returncode == 0
    assert "is there, and is not this plan's; nothing" in database18.psql(plan / Phase.FENCE.file).stderr
    roll_back(database18, plan)
    assert snapshot(database18) == before


def test_without_orphans_it_is_a_missing_foreign_key_and_unasked_it_is_a_variant(database18: Database) -> None:
    loaded(database18)
    (orphans,) = (each for each in audit(database18, config()).findings if each.check == "orphaned-reference")
    assert [(each.kind, each.chosen) for each in orphans.remedies] == [("set-aside", True), ("move-key", False)]
    assert "ADD COLUMN" not in (orphans.remedies[0].sql.fence or "")
    assert 'ADD COLUMN "ca\'ll $$ id" uuid' in (orphans.remedies[1].sql.fence or "")
    with database18.connect() as connection:
        connection.execute("""DELETE FROM "o'dd"."met""rics" WHERE id < -1""")
    (missing,) = (each for each in audit(database18, config(MOVED)).findings if each.family == "references")
    assert (missing.check, [each.chosen for each in missing.remedies]) == ("missing-foreign-key", [True])
    assert missing.hint == 'Give the key a column of its own, ca"ll %id, and declare it'


def test_a_column_for_what_is_in_one_is_wrong_use(database18: Database) -> None:
    loaded(database18)
    wrong = CONFIG.replace("expression = '''\"meta%data\"->'of'->>'ca''ll $$ id''''", 'columns = ["id"]')
    with pytest.raises(AuditorError, match="names a column for a key that is in one"):
        audit(database18, parse_config(f"{wrong}\n{MOVED}"))


def test_a_key_that_cascades_refuses_no_second_run_beside_a_clean_up_of_what_it_refers_to(
    database18: Database, tmp_path: Path
) -> None:
    """The plan's own key was not there at the time of the audit: it takes nothing where nothing is left to go."""
    loaded(database18)
    loose = """ALTER TABLE "o'dd"."ca%ll" ADD CHECK (id <> md5('7')::uuid) NOT VALID"""
    with database18.connect() as connection:
        connection.execute(loose)
    before = snapshot(database18)
    plan = write_plan(audit(database18, config(MOVED, 'on-delete = "CASCADE"')), tmp_path)
    apply(database18, plan)
    again = snapshot(database18)
    apply(database18, plan)
    assert snapshot(database18) == again

    with database18.connect() as connection:
        connection.execute("""ALTER TABLE "o'dd"."ca%ll" DROP CONSTRAINT "ca%ll_id_check" """)
        connection.execute("""INSERT INTO "o'dd"."ca%ll" VALUES (md5('7')::uuid)""")
    assert "was not there at the time of the audit" in database18.psql(plan / Phase.CLEANUP.file).stderr
    with database18.connect() as connection:
        connection.execute("""DELETE FROM "o'dd"."ca%ll" WHERE id = md5('7')::uuid""")
        connection.execute(loose.replace("ADD", 'ADD CONSTRAINT "ca%ll_id_check"').replace("NOT VALID", ""))
    roll_back(database18, plan)
    assert snapshot(database18) == before
