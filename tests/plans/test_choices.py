"""Remedies that the configuration chooses instead of a check's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config import Config, parse_config
from auditor.errors import AuditorError
from auditor.model import Finding, Phase
from tests.examples.circle import apply, audit, roll_back, snapshot, write_plan
from tests.servers import Database

NOTES = """CREATE TABLE calls (id int PRIMARY KEY);
CREATE TABLE notes (id int PRIMARY KEY, call_id int);
CREATE INDEX ON notes (call_id);
INSERT INTO calls SELECT 3 * n FROM generate_series(1, 50) AS n;
INSERT INTO notes SELECT n, 3 * n FROM generate_series(1, 52) AS n;
ANALYZE;"""


def finding(database: Database, config: Config | None = None) -> Finding:
    (found,) = [each for each in audit(database, config or Config()).findings if each.check == "orphaned-reference"]
    return found


def test_a_variant_is_in_the_plan_where_the_configuration_chooses_it(database: Database, tmp_path: Path) -> None:
    database.psql(NOTES)
    before = snapshot(database)
    own = finding(database)
    assert [(each.kind, each.chosen) for each in own.remedies] == [
        ("set-null", True),
        ("set-aside", False),
        ("back-fill", False),
    ]
    config = parse_config(f'[remedies]\n"{own.fingerprint}" = "set-aside"')

    first = audit(database, config)
    plan = write_plan(first, tmp_path)
    apply(database, plan)

    (same,) = [each for each in first.findings if each.fingerprint == own.fingerprint]
    assert [(each.kind, each.chosen) for each in same.remedies] == [
        ("set-null", False),
        ("set-aside", True),
        ("back-fill", False),
    ]
    with database.connect() as connection:
        assert connection.execute("SELECT count(*), count(call_id) FROM notes").fetchone() == (50, 50)
    again = audit(database, config)
    assert again.run.notes == (
        f"the configuration chooses remedies for what is not found (any more): {own.fingerprint}",
    )
    roll_back(database, plan)
    assert snapshot(database) == before


def test_no_remedy_is_in_the_plan_where_the_configuration_says_none(database: Database) -> None:
    database.psql(NOTES)
    fingerprint = finding(database).fingerprint

    first = audit(database, parse_config(f'[remedies]\n"{fingerprint}" = "none"'))

    assert not any(step.phase is Phase.CLEANUP for step in first.plan.steps)
    assert fingerprint in {each.fingerprint for each in first.findings}


def test_a_remedy_that_the_finding_has_not_is_wrong_use(database: Database) -> None:
    database.psql(NOTES)
    fingerprint = finding(database).fingerprint
    with pytest.raises(AuditorError, match=f"{fingerprint} has no remedy 'set-nul'") as raised:
        audit(database, parse_config(f'[remedies]\n"{fingerprint}" = "set-nul"'))
    assert raised.value.hint == "choose one of set-null, set-aside, back-fill, none under [remedies]"


GUESSED = """CREATE TABLE calls (id int UNIQUE, code text);
CREATE TABLE users (id text PRIMARY KEY, call_id int);
INSERT INTO calls VALUES (1, 'a'), (2, 'b'), (3, 'b');
INSERT INTO users VALUES ('k1', 5), ('k2', 3), ('k3', 3), ('k4', 4), ('k5', NULL);
ANALYZE;"""
UNIQUE = """[[intend]]
kind = "unique"
table = "public.calls"
columns = ["code"]
"""


@pytest.mark.parametrize("kind", ["set-null", "back-fill"])
def test_a_guess_that_a_person_chooses_is_known_to_what_sets_referenced_rows_aside(
    database18: Database, tmp_path: Path, kind: str
) -> None:
    database18.psql(GUESSED)
    before = snapshot(database18)
    guessed = finding(database18, parse_config(UNIQUE))
    assert not any(each.chosen for each in guessed.remedies)

    plan = write_plan(
        audit(database18, parse_config(f'{UNIQUE}[remedies]\n"{guessed.fingerprint}" = "{kind}"')), tmp_path
    )
    apply(database18, plan)

    with database18.connect() as connection:
        found = connection.execute("SELECT call_id FROM users WHERE id IN ('k2', 'k3')").fetchall()
    assert found == [(2,), (2,)], "what referred to a duplicate refers to the one that stays"
    roll_back(database18, plan)
    assert snapshot(database18) == before
