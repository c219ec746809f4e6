"""Plans that insert missing rows: in batches, in every format, rehearsed, with writers in the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command

from auditor.config import PlanFormat, parse_config
from auditor.model import Audit, Phase
from auditor.remedy import batches
from auditor.wiring import all_formats
from tests.examples.circle import apply, audit, snapshot, write_plan
from tests.plan_formats.running import forget_runs, make_runners_table, run_files
from tests.plan_formats.test_alembic import project
from tests.plans.test_back_fills import (
    CALLS,
    CHECKS,
    DECLARED,
    PARTED,
    SELF,
    TWO,
    asked,
    choosing,
    full_circle,
    load,
    rows,
)
from tests.plans.test_locks import held_against
from tests.rehearsal.rehearsing import plan_of, rehearse
from tests.remedy.test_rows import wait_for_waiter
from tests.servers import Database


def in_tiny_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 0)
    monkeypatch.setattr(batches, "BATCH", 2)
    monkeypatch.setattr(batches, "PAUSE", 0)


@pytest.mark.parametrize("script", [CALLS, TWO, SELF, DECLARED.format(action="CASCADE", valid="false")])
def test_in_batches(database18: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    in_tiny_batches(monkeypatch)
    load(database18, script)
    found = full_circle(database18, tmp_path)
    made = [step for step in found.plan.steps if step.id.startswith("back-fill")]
    assert made
    assert all("in batches" in step.sql for step in made)


def test_every_step_takes_the_locks_that_it_declares(database18: Database) -> None:
    load(
        database18, DECLARED.format(action="CASCADE", valid="false") + PARTED.format(end=1000).replace("orgs", "units")
    )
    steps = asked(database18).plan.steps
    (made,) = [step for step in steps if step.id.startswith("back-fill")]
    assert "SHARE ROW EXCLUSIVE on public.orgs while rows are inserted, where its sequence" in made.lock
    held_against(database18, steps)


def written(found: Audit, plan_format: PlanFormat, folder: Path) -> Path:
    for name, text in all_formats(plan_format)["sql"].render(found).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "plan"


@pytest.mark.parametrize("batched", [False, True])
def test_in_steps(database18: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batched: bool) -> None:
    if batched:
        in_tiny_batches(monkeypatch)
    load(database18, TWO)
    make_runners_table(database18)
    before = snapshot(database18)
    plan = written(asked(database18), "steps", tmp_path)

    run_files(database18, plan / "steps")
    assert not left(database18)
    run_files(database18, plan / "rollback")
    forget_runs(database18)

    assert snapshot(database18) == before


def test_in_a_revision_of_alembic(database18: Database, tmp_path: Path) -> None:
    load(database18, TWO)
    config = project(database18, tmp_path / "project")
    before = snapshot(database18)
    (file,) = (written(asked(database18), "alembic", tmp_path) / "alembic").glob("*.py")
    file.rename(tmp_path / "project" / "versions" / file.name)

    command.upgrade(config, "head")
    assert not left(database18)
    command.downgrade(config, "base")

    assert snapshot(database18) == before


def left(database: Database) -> list[str]:
    return [str(each.subject) for each in audit(database, parse_config("")).findings if each.check in CHECKS]


def test_it_is_rehearsed_and_verified(database18: Database, tmp_path: Path) -> None:
    load(database18, TWO)
    (tmp_path / "auditor.toml").write_text(choosing(database18))
    plan = plan_of(database18, tmp_path, "--config", "auditor.toml")
    assert "insert" in (plan / Phase.CLEANUP.file).read_text()

    done = rehearse(plan, database18.dsn)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "rolled back without a trace" in done.stdout


def test_a_row_that_begins_to_refer_while_the_rollback_waits_keeps_what_it_refers_to(
    database: Database, tmp_path: Path
) -> None:
    load(database, CALLS + "CREATE TABLE marks (call_id int REFERENCES calls ON DELETE CASCADE);")
    plan = write_plan(asked(database), tmp_path)
    apply(database, plan)

    with database.connect() as writer, ThreadPoolExecutor() as pool:
        writer.execute("BEGIN; INSERT INTO marks VALUES (156)")
        rollback = pool.submit(database.psql, plan / Phase.ROLLBACK.file)
        wait_for_waiter(database)
        writer.execute("COMMIT")
        done = rollback.result()

    assert done.returncode == 3
    assert "1 rows stay in" in done.stderr
    assert rows(database, "SELECT id FROM calls WHERE id > 150") == [(156,)]
    assert rows(database, "SELECT call_id FROM marks") == [(156,)]


def test_a_foreign_key_that_came_since_and_would_act_stops_the_rollback(database: Database, tmp_path: Path) -> None:
    load(database, CALLS)
    plan = write_plan(asked(database), tmp_path)
    apply(database, plan)
    load(
        database, "CREATE TABLE marks (call_id int REFERENCES calls ON DELETE SET NULL); INSERT INTO marks VALUES (156)"
    )

    done = database.psql(plan / Phase.ROLLBACK.file)

    assert done.returncode == 3
    assert "was not there at the time of the audit" in done.stderr
    assert rows(database, "SELECT call_id FROM marks") == [(156,)]
    assert rows(database, "SELECT count(*) FROM calls") == [(53,)]


def test_who_may_not_see_all_rows_inserts_none(database: Database, tmp_path: Path) -> None:
    load(database, CALLS)
    plan = write_plan(asked(database), tmp_path)
    owner = f"keeper_of_{database.name}"
    load(
        database,
        f"""ALTER TABLE calls ENABLE ROW LEVEL SECURITY; ALTER TABLE calls FORCE ROW LEVEL SECURITY;
        CREATE POLICY seen ON calls USING (id < 100); CREATE ROLE {owner};
        ALTER TABLE calls OWNER TO {owner}; ALTER TABLE transcripts OWNER TO {owner};
        GRANT CREATE ON DATABASE "{database.name}" TO {owner};""",
    )

    texts = [(plan / phase.file).read_text() for phase in (Phase.GUARD, Phase.CLEANUP)]
    done = database.psql("\n".join((f"SET ROLE {owner};", *texts)))

    assert done.returncode == 3
    assert "row security hides rows of public.calls" in done.stderr
    assert rows(database, "SELECT count(*) FROM calls") == [(50,)]
    load(database, f"DROP OWNED BY {owner} CASCADE; DROP ROLE {owner}")
