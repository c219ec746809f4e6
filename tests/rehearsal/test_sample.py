"""A database too large to be copied whole: the violating rows, what goes with them, and what they need."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config import Config, load_config
from auditor.demo.server import CONFIG
from auditor.rehearsal import sample
from auditor.rehearsal.folder import read_plan
from auditor.rehearsal.rehearse import rehearse
from tests.rehearsal.rehearsing import calliq_plan, execute, plan_of
from tests.servers import Database

SCENARIOS = Path(__file__).parent.parent / "scenarios"


def test_a_sample_shows_every_violation_and_makes_none_of_its_own(
    calliq18: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = read_plan(calliq_plan(calliq18, tmp_path))
    monkeypatch.setattr(sample, "WHOLE", 1_000)
    monkeypatch.setattr(sample, "SMALL", 500)

    rehearsal = rehearse(plan, calliq18.dsn, plan.config(load_config(CONFIG)))

    assert (rehearsal.verdict, rehearsal.failures, rehearsal.gaps) == ("proved", (), ())
    assert rehearsal.rows == "sample"
    assert rehearsal.tables["public.organizations"] == 100
    assert rehearsal.tables["public.calls"] < 3_000
    assert "with a sample of" in rehearsal.sentence


@pytest.mark.parametrize("file", ["partitions", "zoo"])
def test_partitions_inheritance_and_odd_types(
    database18: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    execute(database18, (SCENARIOS / f"{file}.sql").read_text())
    plan = read_plan(plan_of(database18, tmp_path))
    for name, most in (("WHOLE", 0), ("SMALL", 20), ("AROUND", 20)):
        monkeypatch.setattr(sample, name, most)

    rehearsal = rehearse(plan, database18.dsn, plan.config(Config()))

    assert (rehearsal.failures, rehearsal.gaps) == ((), ())
    assert rehearsal.rows == "sample"


def test_arrays_of_keys_and_references_by_type(
    database18: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(
        database18,
        """CREATE TABLE tags (id int PRIMARY KEY); INSERT INTO tags SELECT 3 * n FROM generate_series(1, 200) n;
        CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users SELECT 7 * n FROM generate_series(1, 200) n;
        CREATE TABLE notes (id int PRIMARY KEY, tag_ids int[], owner_type text, owner_id int);
        INSERT INTO notes SELECT n, ARRAY[3 * (1 + n % 200), 3 * (1 + n % 90)], CASE WHEN n % 2 = 0 THEN 'Tag' ELSE
            'User' END, CASE WHEN n % 2 = 0 THEN 3 ELSE 7 END * (1 + n % 200) FROM generate_series(1, 400) n;
        INSERT INTO notes VALUES (1001, '{1,3}', 'Tag', 3), (1002, '{6}', 'Tag', 7), (1003, NULL, 'User', 0);
        ANALYZE""",
    )
    plan = read_plan(plan_of(database18, tmp_path))
    for name, most in (("WHOLE", 0), ("SMALL", 20), ("AROUND", 20)):
        monkeypatch.setattr(sample, name, most)

    rehearsal = rehearse(plan, database18.dsn, plan.config(Config()))

    assert (rehearsal.verdict, rehearsal.failures, rehearsal.gaps) == ("proved", (), ())
    assert rehearsal.rows == "sample"
