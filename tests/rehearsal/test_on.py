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
from tests.servers import Database


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
