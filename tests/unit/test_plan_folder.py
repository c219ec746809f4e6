"""The plan folder: files in the order in which they run, comments that no name can leave, a README for a stranger."""

import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings

from auditor.model import Audit, Part, Phase, Plan
from reports import SQL
from tests import audits
from tests.servers import Database


def test_a_file_for_each_phase_that_has_steps() -> None:
    files = SQL.render(audits.rich())
    assert list(files) == sorted([*(f"plan/{phase.file}" for phase in Phase), "plan/README.md", "plan/plan.json"])
    without = [step for step in audits.rich().plan.steps if step.phase is not Phase.INDEXES]
    fewer = SQL.render(replace(audits.rich(), plan=Plan(id="p", steps=tuple(without))))
    assert "plan/30-indexes.sql" not in fewer
    assert "30-indexes.sql" not in fewer["plan/README.md"]


def test_a_plan_without_steps_is_a_readme_that_says_so() -> None:
    files = SQL.render(audits.empty())
    assert list(files) == ["plan/README.md"]
    assert "There is nothing to do" in files["plan/README.md"]
    assert "did not see everything" not in files["plan/README.md"]
    incomplete = replace(audits.rich(), plan=Plan())
    assert "did not see everything" in SQL.render(incomplete)["plan/README.md"]


def test_the_steps_sql_stands_in_the_file_as_it_is() -> None:
    audit = audits.rich()
    files = SQL.render(audit)
    for step in audit.plan.steps:
        assert step.sql in files[f"plan/{step.phase.file}"]


def test_a_file_says_what_it_is_before_it_does_anything() -> None:
    text = SQL.render(audits.rich())["plan/20-backup-and-cleanup.sql"]
    head, _, _ = text.partition("\\set ON_ERROR_STOP on")
    assert all(line.startswith("-- ") for line in head.strip().splitlines())
    assert "psql -X -v ON_ERROR_STOP=1 -f 20-backup-and-cleanup.sql" in head
    assert "database calliq on db.internal" in head
    assert re.search(
        r"-- finding F-[0-9a-f]{10}\n-- lock ROW EXCLUSIVE on public\.transcripts; 400 rows expected", text
    )


def test_the_readme_tells_a_stranger_what_will_happen() -> None:
    text = SQL.render(audits.rich())["plan/README.md"]
    for phase in Phase:
        assert phase.file in text
    assert "| 1 | cleanup: orphans of public.transcripts(call_id) | 400 | ROW EXCLUSIVE on public.transcripts |" in text
    assert 'psql -X -v ON_ERROR_STOP=1 -d "$DSN" -f 40-constraints.sql' in text
    assert text.index("-f 90-rollback.sql") > text.index("## How to go back")
    assert "setting them to NULL is the variant" in text
    for word in ("**Stop**", "**Resume**", "**It stops by itself**", "**Verify**", "## How to go back"):
        assert word in text


def test_the_plan_as_json_is_the_plan() -> None:
    document = json.loads(SQL.render(audits.rich())["plan/plan.json"])
    assert document["id"] == "p4be1"
    assert [step["phase"] for step in document["steps"]] == [phase.value for phase in Phase]
    assert document["steps"][2]["rows"] == 400


@settings(deadline=None)
@given(audits.audits)
def test_no_name_leaves_its_comment_or_its_place_in_the_readme(audit: Audit) -> None:
    bare = Part(title="bare", statements=("SELECT 1;",), transactional=False)
    steps = tuple(
        replace(step, parts=tuple(replace(bare, title=part.title) for part in step.parts)) for step in audit.plan.steps
    )
    files = SQL.render(replace(audit, plan=replace(audit.plan, steps=steps)))
    allowed = {"", "SELECT 1;", "\\set ON_ERROR_STOP on", "\\encoding UTF8"}
    for name, text in files.items():
        assert not {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}
        if name.endswith(".sql"):
            lines = (line for line in text.split("\n") if not re.fullmatch(r"\\echo step \d+ of \d+", line))
            assert {line for line in lines if not line.startswith("-- ")} <= allowed
        if name.endswith(".md"):
            assert not re.search(r"(?<!\\)<", text)


def test_psql_reads_every_comment_as_one(database18: Database, tmp_path: Path) -> None:
    file = tmp_path / "hostile.sql"
    file.write_text(SQL.render(audits.hostile())["plan/20-backup-and-cleanup.sql"], encoding="utf-8")
    done = database18.psql(file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("(1 row)") == len(audits.HOSTILE_NAMES)
