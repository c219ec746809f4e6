"""A plan tried on a copy that the user names, and never on the audited database by mistake."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from auditor.demo.server import CONFIG
from tests.cli.test_command_line import DIRTY
from tests.identity import snapshot_of
from tests.rehearsal.rehearsing import calliq_plan, execute, plan_of, rehearsal_in, rehearse
from tests.servers import Database, Servers


def test_the_audited_database_is_refused(calliq18: Database, tmp_path: Path) -> None:
    plan = calliq_plan(calliq18, tmp_path)
    with calliq18.connect() as connection:
        before = snapshot_of(connection, calliq18.pg_dump())

    done = rehearse(plan, "--on", calliq18.dsn, "--config", str(CONFIG))

    assert done.returncode == 2
    assert "is the database that was audited" in done.stderr
    assert "--yes-this-is-a-copy" in done.stderr
    assert rehearsal_in(plan / "plan.json") is None
    with calliq18.connect() as connection:
        assert snapshot_of(connection, calliq18.pg_dump()) == before


def test_it_is_refused_under_another_host_and_another_name(database18: Database, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path)
    parts = {name: str(value) for name, value in conninfo_to_dict(database18.dsn).items()}
    host = Path(parts["host"])
    (tmp_path / "link").symlink_to(host)
    elsewhere = make_conninfo("", **parts | {"host": str(tmp_path / "link")})

    assert "is the database that was audited" in rehearse(plan, "--on", elsewhere).stderr

    renamed = f"{database18.name}_renamed"
    with psycopg.connect(database18.server.dsn, autocommit=True) as connection:
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(rename.format(sql.Identifier(database18.name), sql.Identifier(renamed)))
        done = rehearse(plan, "--on", make_conninfo(elsewhere, dbname=renamed))
        connection.execute(rename.format(sql.Identifier(renamed), sql.Identifier(database18.name)))
    assert done.returncode == 2
    assert "is the database that was audited, or cannot be told from it" in done.stderr


def test_another_database_under_the_name_of_the_audited_one_is_refused(database18: Database, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path)
    old, now = sql.Identifier(f"{database18.name}_old"), sql.Identifier(database18.name)
    with psycopg.connect(database18.server.dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(now, old))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(now, old))
        connection.execute(sql.SQL("DROP DATABASE {}").format(old))

    done = rehearse(plan, "--on", database18.dsn)

    assert done.returncode == 2
    assert "is the database that was audited, or cannot be told from it" in done.stderr


def test_a_copy_is_refused_where_the_dsn_leads_to_it(database18: Database, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path)
    with database18.clone() as copy:
        done = rehearse(plan, copy.dsn, "--on", f"{copy.dsn} application_name=x")
    assert done.returncode == 2


def test_a_copy_that_there_is_of_another_name_is_used_and_left_as_it_was(calliq18: Database, tmp_path: Path) -> None:
    plan = calliq_plan(calliq18, tmp_path)
    with calliq18.clone() as copy:
        with copy.connect() as connection:
            rows = snapshot_of(connection, "").rows

        done = rehearse(plan, "--on", copy.dsn, "--config", str(CONFIG))

        assert done.returncode == 0, done.stdout + done.stderr
        assert "the guards of the name were left out" in done.stdout
        with copy.connect() as connection:
            assert snapshot_of(connection, "").rows == rows
    assert rehearsal_in(plan / "plan.json")["rows"] == "given"


def test_a_copy_of_the_whole_cluster_is_used_where_one_says_that_it_is_one(calliq18: Database, tmp_path: Path) -> None:
    plan = calliq_plan(calliq18, tmp_path)

    done = rehearse(plan, "--on", calliq18.dsn, "--yes-this-is-a-copy", "--config", str(CONFIG))

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_configuration_of_the_audit_is_asked_for(calliq18: Database, tmp_path: Path) -> None:
    done = rehearse(calliq_plan(calliq18, tmp_path), calliq18.dsn)

    assert done.returncode == 2
    assert "name its auditor.toml with --config" in done.stderr


def test_a_copy_that_lacks_a_table_or_a_column_disproves_nothing(database18: Database, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    execute(
        database18,
        """CREATE TABLE shops (id int PRIMARY KEY, author_id int);
        CREATE TABLE fairs (id int PRIMARY KEY, author_id int);
        INSERT INTO shops SELECT id, author_id FROM books; INSERT INTO fairs TABLE shops; ANALYZE""",
    )
    plan = plan_of(database18, tmp_path, "--only", "orphaned-reference")
    with database18.clone() as copy:
        execute(copy, "DROP TABLE shops; ALTER TABLE fairs DROP author_id")

        done = rehearse(plan, "--on", copy.dsn)

    told = rehearsal_in(plan / "plan.json")
    assert done.returncode == 3, done.stdout + done.stderr
    assert (told["verdict"], told["failures"], told["blockers_left"]) == ("incomplete", [], 0)
    assert told["gaps"][:2] == [
        "not on the copy: column author_id of public.fairs",
        "not on the copy: table public.shops",
    ]
    assert told["gaps"][2].startswith("steps left out, as their tables are not on the copy, or not whole: those of F-")


def test_a_copy_that_the_plan_was_applied_to_is_refused(database18: Database, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path, "--only", "orphaned-reference")
    with database18.clone() as copy:
        first = copy.psql((plan / "00-guard-and-quarantine.sql").read_text().replace(database18.name, copy.name))
        assert first.returncode == 0, first.stderr
        done = rehearse(plan, "--on", copy.dsn)
        assert done.returncode == 2
        assert "holds the quarantine of this plan: it was applied there, wholly or in part" in done.stderr

        execute(copy, "DROP SCHEMA auditor_quarantine CASCADE; UPDATE books SET author_id = 1 WHERE author_id > 900")
        execute(
            copy, "ALTER TABLE books ADD FOREIGN KEY (author_id) REFERENCES authors; CREATE INDEX ON books (author_id)"
        )
        done = rehearse(plan, "--on", copy.dsn)
        assert done.returncode == 2
        assert "has none of what the plan is to mend; nothing was changed" in done.stderr
        with copy.connect() as connection:
            assert connection.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f'").fetchone() == (1,)


def test_a_copy_that_cannot_take_the_plan_is_refused(database18: Database, servers: Servers, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path, "--only", "orphaned-reference")
    with servers.version(16).database() as older, database18.clone() as copy:
        execute(older, DIRTY)
        done = rehearse(plan, "--on", older.dsn)
        assert done.returncode == 2
        assert "is PostgreSQL 16, and the plan is written for 18" in done.stderr

        execute(copy, f"ALTER DATABASE {copy.name} SET default_transaction_read_only = on")
        done = rehearse(plan, "--on", copy.dsn)
        assert done.returncode == 2
        assert "cannot be written to: it is a standby, or its transactions are read-only" in done.stderr


def test_a_server_that_goes_away_is_no_verdict(database18: Database, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path, "--only", "orphaned-reference")
    with database18.clone() as copy:
        with (plan / "90-rollback.sql").open("a") as file:
            file.write(f"\n\\c postgres\nALTER DATABASE {copy.name} ALLOW_CONNECTIONS false;")
        done = rehearse(plan, "--on", copy.dsn)

    assert done.returncode == 2
    assert "the rehearsal broke: " in done.stderr
    assert "may hold a part of the plan: its rollback takes that back" in done.stderr
    assert rehearsal_in(plan / "plan.json") is None
