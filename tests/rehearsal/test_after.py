"""After the migration: verified read-only, compared with the plan's findings, and the backup dropped."""

from __future__ import annotations

import subprocess
from pathlib import Path

from auditor.demo.server import CONFIG
from auditor.model import Phase
from tests.cli.test_command_line import DIRTY, auditor
from tests.rehearsal.rehearsing import calliq_plan, execute, plan_of
from tests.servers import Database

QUARANTINE = "SELECT to_regnamespace('auditor_quarantine') IS NOT NULL"


def verify(plan: Path, database: Database) -> subprocess.CompletedProcess[str]:
    return auditor("verify", str(plan), database.dsn, folder=plan.parent.parent)


def apply(plan: Path, database: Database) -> None:
    for phase in Phase:
        if phase is not Phase.ROLLBACK and (plan / phase.file).exists():
            done = database.psql(plan / phase.file)
            assert done.returncode == 0, done.stderr


def test_before_the_plan_is_run_its_findings_are_left(database18: Database, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path)

    done = verify(plan, database18)

    assert done.returncode == 1, done.stderr
    assert "not verified: 3 rows of public.books violate" in done.stdout
    assert "0 findings of the plan gone" in done.stdout


def test_after_the_plan_was_run_they_are_gone_and_new_ones_are_told(database18: Database, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path)
    apply(plan, database18)

    done = verify(plan, database18)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "orphaned-reference: public.books(author_id)" in done.stdout
    assert "0 left, 0 new" in done.stdout

    execute(database18, "CREATE TABLE loans AS SELECT id, id AS book_id FROM books; ANALYZE;")
    execute(database18, "UPDATE loans SET book_id = 4711 WHERE id IN (11, 12);")
    execute(database18, "ALTER TABLE loans ADD FOREIGN KEY (book_id) REFERENCES books NOT VALID;")

    assert verify(plan, database18).returncode == 1


def test_all_that_the_plan_of_calliq_mends_is_gone(calliq18: Database, tmp_path: Path) -> None:
    plan = calliq_plan(calliq18, tmp_path)
    apply(plan, calliq18)

    done = auditor("verify", str(plan), calliq18.dsn, "--config", str(CONFIG), folder=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 left" in done.stdout


def test_verification_changes_nothing_even_where_its_steps_would(database18: Database, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path)
    stored = (plan / "plan.json").read_text()
    assert "SET CONSTRAINTS" in stored or "SELECT count(*)" in stored
    (plan / "plan.json").write_text(
        stored.replace("number := (SELECT count(*)", "DELETE FROM public.books; number := (SELECT count(*)")
    )

    done = verify(plan, database18)

    assert done.returncode == 1
    assert "25006" in done.stdout
    with database18.connect() as connection:
        assert connection.execute("SELECT count(*) FROM books").fetchone() == (200,)


def test_the_backup_is_dropped_only_when_told_so_and_only_once_all_is_well(
    database18: Database, tmp_path: Path
) -> None:
    """A row that was updated is kept as it was and as it is; it is one row all the same."""
    execute(database18, DIRTY)
    execute(database18, "ALTER TABLE books ADD email text; UPDATE books SET email = 'A@x' WHERE id IN (11, 12)")
    plan = plan_of(database18, tmp_path)
    written = auditor("plan", str(plan), "--drop-backup", folder=tmp_path)
    assert written.returncode == 0, written.stderr
    file = plan / "95-drop-backup.sql"

    assert "rows of public.books violate" in database18.psql(file).stderr

    apply(plan, database18)
    asked = database18.psql(file)
    assert asked.returncode == 3
    assert "5 rows would go for good" in asked.stderr
    with database18.connect() as connection:
        assert connection.execute(QUARANTINE).fetchone() == (True,)

    told = database18.psql(f"\\set drop_for_good yes\n{file.read_text()}")
    assert told.returncode == 0, told.stderr
    assert "5 rows have been dropped for good" in told.stderr
    with database18.connect() as connection:
        assert connection.execute(QUARANTINE).fetchone() == (False,)
    assert "nothing is left of the quarantine" in database18.psql(file).stderr


def test_the_backup_of_another_database_is_not_dropped(database18: Database, tmp_path: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path)
    auditor("plan", str(plan), "--drop-backup", folder=tmp_path)

    with database18.clone() as other:
        done = other.psql(plan / "95-drop-backup.sql")

    assert done.returncode == 3
    assert "this plan is written for the database" in done.stderr
