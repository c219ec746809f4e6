"""A plan tried on a copy that the user names, and never on the audited database by mistake."""

from __future__ import annotations

from pathlib import Path

from auditor.demo.server import CONFIG
from tests.identity import snapshot_of
from tests.rehearsal.rehearsing import calliq_plan, rehearsal_in, rehearse
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
