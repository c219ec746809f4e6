"""Plans for migration runners and for Alembic, rehearsed as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.demo.server import CONFIG
from tests.cli.test_command_line import DIRTY, auditor
from tests.rehearsal.rehearsing import execute, plan_of, rehearsal_in, rehearse
from tests.servers import Database


@pytest.mark.parametrize("plan_format", ["steps", "alembic"])
def test_calliq_is_proved(calliq18: Database, tmp_path: Path, plan_format: str) -> None:
    options = ("--fail-on", "never", "--config", str(CONFIG), "--plan-format", plan_format)
    assert auditor("run", calliq18.dsn, *options, folder=tmp_path).returncode in (0, 3)
    plan = tmp_path / "audit" / "plan"
    files = {file: file.read_text() for file in plan.rglob("*.*") if file.suffix in (".sql", ".py")}

    done = rehearse(plan, calliq18.dsn, "--config", str(CONFIG))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 blockers left, rolled back without a trace" in done.stdout
    assert rehearsal_in(plan / "plan.json")["verdict"] == "proved"
    assert {file: file.read_text() for file in files} == files
    assert not list(plan.glob("*.sql"))


@pytest.mark.parametrize(
    ("plan_format", "there", "instead", "place"),
    [
        ("psql", "ADD CONSTRAINT", "ADD CONSTRAINTS", "10-fence.sql, step "),
        ("steps", "ADD CONSTRAINT", "ADD CONSTRAINTS", "steps/20"),
        ("alembic", "ADD CONSTRAINT", "ADD CONSTRAINTS", "alembic/p20"),
    ],
)
def test_what_is_written_there_is_what_is_tried(
    database18: Database, tmp_path: Path, plan_format: str, there: str, instead: str, place: str
) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path, "--plan-format", plan_format)
    for file in (each for each in plan.rglob("*.*") if each.suffix in (".sql", ".py")):
        file.write_text(file.read_text().replace(there, instead))

    done = rehearse(plan, database18.dsn)

    assert done.returncode == 1, done.stdout + done.stderr
    assert f"not proved: {place}" in done.stdout
    assert "syntax error" in done.stdout
    assert "next: do not run this plan" in done.stdout


@pytest.mark.parametrize("plan_format", ["psql", "steps", "alembic"])
def test_on_a_copy_of_another_name_its_guards_are_left_out(
    database18: Database, tmp_path: Path, plan_format: str
) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path, "--plan-format", plan_format)
    with database18.clone() as copy:
        done = rehearse(plan, "--on", copy.dsn)

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_folder_that_lacks_a_file_is_refused(database18: Database, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path, "--plan-format", "steps")
    lost = sorted(plan.glob("steps/*.sql"))[-1]
    lost.unlink()

    done = rehearse(plan, database18.dsn)

    assert done.returncode == 2
    assert f"lacks steps/{lost.name}" in done.stderr
