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


def test_a_tree_of_references_brings_no_more_than_its_part(
    database18: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(
        database18,
        """CREATE TABLE authors (id int PRIMARY KEY); INSERT INTO authors SELECT generate_series(1, 50);
        CREATE TABLE notes (id int PRIMARY KEY, note_id int REFERENCES notes, author_id int);
        INSERT INTO notes SELECT n, nullif(n / 2, 0), CASE WHEN n <= 3 THEN 900 ELSE n % 50 + 1 END
            FROM generate_series(1, 4000) n; ANALYZE""",
    )
    plan = read_plan(plan_of(database18, tmp_path, "--only", "orphaned-reference"))
    for name, most in (("WHOLE", 0), ("SMALL", 20), ("AROUND", 20), ("MOST", 60)):
        monkeypatch.setattr(sample, name, most)

    rehearsal = rehearse(plan, database18.dsn, plan.config(Config()))

    assert rehearsal.failures == ()
    assert rehearsal.tables["public.notes"] < 200
    assert "of the rows of public.notes only 60 were followed" in rehearsal.notes


def test_wide_rows_are_few(database18: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(
        database18,
        """CREATE TABLE authors (id int PRIMARY KEY); INSERT INTO authors SELECT generate_series(1, 50);
        CREATE TABLE books (id int PRIMARY KEY, author_id int, text text);
        ALTER TABLE books ALTER text SET STORAGE EXTERNAL;
        INSERT INTO books SELECT n, CASE WHEN n <= 30 THEN 900 ELSE n % 50 + 1 END, repeat('x', 20000)
            FROM generate_series(1, 500) n; ANALYZE""",
    )
    plan = read_plan(plan_of(database18, tmp_path, "--only", "orphaned-reference"))
    for name, most in (("WHOLE_BYTES", 1_000_000), ("BYTES", 200_000)):
        monkeypatch.setattr(sample, name, most)

    rehearsal = rehearse(plan, database18.dsn, plan.config(Config()))

    assert (rehearsal.verdict, rehearsal.failures, rehearsal.rows) == ("proved", (), "sample")
    assert 1 < rehearsal.tables["public.books"] < 30
    assert any(each.startswith("of the rows of public.books only ") for each in rehearsal.notes)


COUNTRIES = """CREATE TABLE countries (code text PRIMARY KEY); INSERT INTO countries VALUES ('Lu'), ('LU');
    INSERT INTO countries SELECT 'Land ' || n FROM generate_series(1, 500) n;
    CREATE TABLE users (id int PRIMARY KEY, country_code text);
    INSERT INTO users SELECT n, 'Land ' || 1 + n % 500 FROM generate_series(1, 900) n;
    INSERT INTO users SELECT 900 + n, 'Länd ' || 200 + n FROM generate_series(1, 50) n;
    INSERT INTO users SELECT 1000 + n, 'LAND ' || 300 + n FROM generate_series(1, 50) n;
    INSERT INTO users VALUES (2001, 'lost'), (2002, 'lu');"""
DECLARED = "ALTER TABLE users ADD FOREIGN KEY (country_code) REFERENCES countries NOT VALID;"


@pytest.mark.parametrize("key", ["", DECLARED])
def test_near_misses_bring_all_that_they_may_mean(
    database18: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    execute(database18, f"{COUNTRIES} {key} ANALYZE")
    plan = read_plan(plan_of(database18, tmp_path))
    for name, most in (("WHOLE", 0), ("SMALL", 20), ("AROUND", 20)):
        monkeypatch.setattr(sample, name, most)

    rehearsal = rehearse(plan, database18.dsn, plan.config(Config()))

    assert (rehearsal.verdict, rehearsal.failures, rehearsal.gaps) == ("proved", (), ())
    assert (rehearsal.rows, rehearsal.tables["public.users"] < 300) == ("sample", True)
