"""calliq rehearsed from end to end, whole; and a plan that loses a row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from auditor.demo.server import CONFIG
from tests.cli.test_command_line import auditor
from tests.identity import snapshot_of
from tests.rehearsal.rehearsing import calliq_plan, rehearsal_in, rehearse
from tests.servers import Database


@pytest.fixture
def scratch() -> Iterator[Path]:
    with TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def test_a_plan_is_proved_on_a_copy_and_the_database_stays_as_it_is(
    calliq18: Database, tmp_path: Path, scratch: Path
) -> None:
    plan = calliq_plan(calliq18, tmp_path)
    files = {file.name: file.read_text() for file in plan.glob("*.sql")}
    with calliq18.connect() as connection:
        before = snapshot_of(connection, calliq18.pg_dump())
    scratch.chmod(0o755)  # started by root, the private server runs as another user

    done = rehearse(plan, calliq18.dsn, "--config", str(CONFIG), TMPDIR=str(scratch))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 blockers left, rolled back without a trace" in done.stdout
    assert "public.calls (10,000)" in done.stdout
    assert "usage_reservations_org_id_fkey of public.usage_reservations is called valid and is violated" in done.stdout
    with calliq18.connect() as connection:
        assert snapshot_of(connection, calliq18.pg_dump()) == before
    assert list(scratch.iterdir()) == []
    assert {file.name: file.read_text() for file in plan.glob("*.sql")} == files
    again = auditor("report", "audit/report.json", "--format", "html,json,sql", "--out", "again", folder=tmp_path)
    assert again.returncode == 0, again.stderr
    for file in ("report.html", "report.json", "plan/plan.json", "plan/README.md"):
        text = (tmp_path / "again" / file).read_text()
        assert text == (tmp_path / "audit" / file).read_text()
        assert "rehears" in text
    told = rehearsal_in(plan / "plan.json")
    assert (told["verdict"], told["rows"], told["failures"], told["gaps"]) == ("proved", "all", [], [])
    assert rehearsal_in(plan.parent / "report.json") == told
    for page in (plan / "README.md", plan.parent / "report.html"):
        assert "rolled back without a trace" in page.read_text()


def test_a_rollback_that_loses_a_row_is_not_proved_and_says_where(calliq18: Database, tmp_path: Path) -> None:
    plan = calliq_plan(calliq18, tmp_path)
    with (plan / "90-rollback.sql").open("a") as file:
        file.write("\nDELETE FROM public.notifications WHERE ctid = (SELECT max(ctid) FROM public.notifications);\n")

    done = rehearse(plan, calliq18.dsn, "--config", str(CONFIG))

    assert done.returncode == 1, done.stdout + done.stderr
    assert "rolled back: public.notifications has" in done.stdout, done.stdout
    assert rehearsal_in(plan / "plan.json")["verdict"] == "not-proved"
    assert "not proved" in (plan / "README.md").read_text()
