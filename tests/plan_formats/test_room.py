"""A plan that keeps and logs much stops at once, in every format, until whoever runs it says that there is room."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command

from auditor.demo.server import CONFIG
from auditor.model import Phase
from auditor.remedy import compose, room
from tests.plan_formats.running import audited, blockers, make_runners_table, run_files, state, write_plan
from tests.plan_formats.test_alembic import add_plan, project
from tests.rehearsal.rehearsing import rehearse
from tests.servers import Database

STOPPED = "the quarantine takes up to 1 MB in the tablespace pg_default, the write-ahead log up to 21 MB; nothing"


@pytest.fixture
def little_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan of calliq takes some 22 MB; one that takes a gigabyte is long in the writing."""
    monkeypatch.setattr(room, "MUCH", 20_000_000)


def id_of(plan: Path) -> str:
    return str(json.loads((plan / "plan.json").read_text())["id"])


def psql(database: Database, file: Path, *before: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [database.server.binaries / "psql", "-X", "-v", "ON_ERROR_STOP=1", "-d", database.dsn]
    own = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return subprocess.run(
        [*command, *before, "-f", file], capture_output=True, text=True, check=False, env={**own, **environment}
    )


@pytest.mark.usefixtures("little_is_much")
def test_psql_stops_before_anything_is_made_until_it_is_confirmed(calliq18: Database, tmp_path: Path) -> None:
    plan = write_plan(calliq18, "psql", tmp_path)
    guard, before = plan / Phase.GUARD.file, state(calliq18)
    confirmed = f"SET auditor.room = '{id_of(plan)}'"

    for told in ((), ("-c", "SET auditor.room = 'p20200101000000'")):
        stopped = psql(calliq18, guard, *told)
        assert stopped.returncode == 3
        assert STOPPED in stopped.stderr
        assert f'psql -c "{confirmed}" -f' in stopped.stderr
    assert state(calliq18) == before
    assert f'-c "{confirmed}" -f {guard.name}`' in (plan / "README.md").read_text()

    assert psql(calliq18, guard, "-c", confirmed).returncode == 0
    assert psql(calliq18, guard, PGOPTIONS=f"-c auditor.room={id_of(plan)}").returncode == 0
    assert psql(calliq18, plan / Phase.FENCE.file).returncode == 0
    assert psql(calliq18, plan / Phase.ROLLBACK.file).returncode == 0


@pytest.mark.usefixtures("little_is_much")
def test_a_runner_of_steps_stops_until_it_is_confirmed(
    calliq18: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_runners_table(calliq18)
    plan = write_plan(calliq18, "steps", tmp_path)
    before = state(calliq18)

    with pytest.raises(psycopg.errors.RaiseException, match=STOPPED):
        run_files(calliq18, plan / "steps")

    with calliq18.connect() as connection:
        assert connection.execute("SELECT count(*) FROM applied").fetchone() == (1,)
        connection.execute("TRUNCATE applied")
    assert state(calliq18) == before
    confirm(plan, monkeypatch)
    run_files(calliq18, plan / "steps")
    assert blockers(calliq18) == []


@pytest.mark.usefixtures("little_is_much")
def test_alembic_stops_until_it_is_confirmed(
    calliq18: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = project(calliq18, tmp_path / "project")
    add_plan(calliq18, config, tmp_path)
    before = state(calliq18)

    with pytest.raises(sa.exc.DBAPIError, match=STOPPED):
        command.upgrade(config, "head")

    assert state(calliq18) == before
    confirm(tmp_path / "plan", monkeypatch)
    command.upgrade(config, "head")
    assert blockers(calliq18) == []


def confirm(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the README says."""
    options = f"-c auditor.room={id_of(plan)}"
    assert f'`PGOPTIONS="{options}"' in (plan / "README.md").read_text()
    monkeypatch.setenv("PGOPTIONS", options)


@pytest.mark.usefixtures("little_is_much")
def test_it_is_asked_once_for_all_steps_together_and_not_for_a_few(calliq18: Database) -> None:
    plan = audited(calliq18).plan
    largest = max((step for step in plan.steps if step.room), key=lambda step: step.room.log if step.room else 0)

    assert [step.phase for step in plan.steps if step.asks_for_room] == [Phase.GUARD]
    assert compose(plan, plan) == plan
    assert not any(step.asks_for_room for step in compose(plan.concerning(largest.fingerprints)).steps)


@pytest.mark.usefixtures("little_is_much")
def test_a_rehearsal_has_room(calliq18: Database, tmp_path: Path) -> None:
    plan = write_plan(calliq18, "psql", tmp_path)
    done = rehearse(plan, calliq18.dsn, "--config", str(CONFIG))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_plan_that_takes_little_asks_nobody(calliq18: Database, tmp_path: Path) -> None:
    plan = write_plan(calliq18, "psql", tmp_path)
    assert "auditor.room" not in (plan / Phase.GUARD.file).read_text()
    assert "- The quarantine takes up to" in (plan / "README.md").read_text()


def test_a_table_without_statistics_takes_nobody_knows_how_much(database18: Database, tmp_path: Path) -> None:
    with database18.connect() as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY, q int) WITH (autovacuum_enabled = off)")
        connection.execute("INSERT INTO t SELECT n, n - 100 FROM generate_series(1, 1000) AS n")
        connection.execute("ALTER TABLE t ADD CHECK (q >= 0) NOT VALID")
    readme = (write_plan(database18, "psql", tmp_path) / "README.md").read_text()
    assert "- What 1 step of the clean-up takes is not known: there are no statistics of the table." in readme
    assert "- The quarantine takes up to" not in readme
