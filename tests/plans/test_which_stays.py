"""Which of the rows that share a key stays, and what ends the others, as the configuration says."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config import parse_config
from auditor.errors import AuditorError
from auditor.model import Audit, Phase
from tests.examples.circle import apply, audit, found, roll_back, snapshot, write_plan
from tests.examples.variants import Variant
from tests.linting import complaints
from tests.servers import Database

# Of organisation 1 the rows 2 and 3 are as old, and 3 says more; of 2 there is one; 6 and 7 were born in no time.
RESERVATIONS = """CREATE TYPE state AS ENUM ('active', 'ended');
CREATE TABLE "re%s" (id int PRIMARY KEY, org_id int, status state, active bool, created_at timestamptz,
    ended_at timestamptz, note text, reason text);
INSERT INTO "re%s" VALUES
    (1, 1, 'active', true, '2026-01-01', NULL, 'a', NULL), (2, 1, 'active', true, '2026-01-02', NULL, NULL, NULL),
    (3, 1, 'active', true, '2026-01-02', NULL, 'b', 'c'), (4, 1, 'ended', true, '2026-01-03', now(), 'd', 'e'),
    (5, 2, 'active', true, '2026-01-01', NULL, NULL, NULL), (6, 3, 'active', true, NULL, NULL, NULL, NULL),
    (7, 3, 'active', true, NULL, NULL, NULL, NULL), (8, 8, 'ended', true, NULL, NULL, NULL, NULL);
ANALYZE;"""
END = """end = { status = "'ended'", active = "false", ended_at = "now()" }"""
WHERE = "where = \"status = 'active'\""


def intending(*lines: str) -> str:
    place = "table = 'public.\"re%s\"'"
    return "\n".join(("[[intend]]", 'kind = "unique"', place, 'columns = ["org_id"]', *lines))


def loaded(database: Database) -> None:
    done = database.psql(RESERVATIONS)
    assert done.returncode == 0, done.stderr


def live(database: Database) -> list[int]:
    query = """SELECT id FROM "re%s" WHERE status = 'active' ORDER BY id"""
    with database.connect() as connection:
        return [row for (row,) in connection.execute(query.encode())]


def notes(first: Audit) -> str:
    return "\n".join(note.text for note in first.plan.notes)


@pytest.mark.parametrize("end", [END, ""], ids=["as configured", "as the statistics say"])
@pytest.mark.parametrize(
    ("keep", "stay", "by"),
    [
        ("", [3, 5, 7], "the newest stays as it is, by created_at, then id"),
        ('keep = "oldest"', [1, 5, 6], "the oldest stays as it is, by created_at, then id"),
        (
            'keep = "most-complete"',
            [3, 5, 6],
            "the most complete stays as it is, by the number of columns that are not NULL, then the oldest by"
            " created_at, then id",
        ),
    ],
)
def test_one_live_row_stays_and_the_others_end(
    database: Database, tmp_path: Path, keep: str, stay: list[int], by: str, end: str
) -> None:
    loaded(database)
    config = parse_config(intending(WHERE, keep, end))
    before = snapshot(database)
    first = audit(database, config)
    plan = write_plan(first, tmp_path)
    assert complaints(first, database.server_version, tmp_path) == ""
    assert f"public.re%s: of rows that share a key {by}; the others get status = 'ended'" in notes(first)

    apply(database, plan)

    assert live(database) == stay
    assert found(audit(database, config), "duplicate-active", Variant()) == []
    with database.connect() as connection:
        told = connection.execute('SELECT count(*), count(*) FILTER (WHERE NOT active), count(ended_at) FROM "re%s"')
        assert told.fetchone() == ((8, 3, 4) if end else (8, 0, 1))
    roll_back(database, plan)
    assert snapshot(database) == before


@pytest.mark.parametrize(
    ("keep", "stay"), [("", [1, 5, 6, 8]), ('keep = "newest"', [4, 5, 7, 8]), ('keep = "most-complete"', [4, 5, 6, 8])]
)
def test_one_row_of_each_key_stays(database18: Database, tmp_path: Path, keep: str, stay: list[int]) -> None:
    loaded(database18)
    before = snapshot(database18)
    plan = write_plan(audit(database18, parse_config(intending(keep))), tmp_path)

    apply(database18, plan)

    with database18.connect() as connection:
        assert [row for (row,) in connection.execute('SELECT id FROM "re%s" ORDER BY id')] == stay
    roll_back(database18, plan)
    assert snapshot(database18) == before


def test_another_row_stays_where_a_variant_is_chosen(database18: Database, tmp_path: Path) -> None:
    loaded(database18)
    (finding,) = [each for each in audit(database18, parse_config(intending(WHERE, END))).findings if each.violations]
    kinds = [each.kind for each in finding.remedies]
    assert kinds == ["end", "set-aside", "keep-oldest", "keep-most-complete"]
    for kind, stay in (("keep-oldest", [1, 5, 6]), ("set-aside", [3, 5, 7])):
        chosen = f'[remedies]\n"{finding.fingerprint}" = "{kind}"\n'
        plan = write_plan(audit(database18, parse_config(chosen + intending(WHERE, END))), tmp_path / kind)
        apply(database18, plan)
        assert live(database18) == stay
        roll_back(database18, plan)


def test_what_ends_no_row_stops_the_plan_before_it_changes_one(database: Database, tmp_path: Path) -> None:
    loaded(database)
    before = snapshot(database)
    config = parse_config(intending(WHERE, "end = { status = 'CASE WHEN note IS NULL THEN status END' }"))
    plan = write_plan(audit(database, config), tmp_path)
    assert database.psql(plan / Phase.GUARD.file).returncode == 0

    done = database.psql(plan / Phase.CLEANUP.file)

    # Of the rows 1, 2 and 6 the first alone has a note, and would be of no status.
    assert "what is to end rows of public.re%s leaves 2 of them live; nothing has been changed" in done.stderr
    roll_back(database, plan)
    assert snapshot(database) == before


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["end = { status = \"'ended'\" }"], "ends rows of a key that all rows have"),
        ([WHERE, 'end = { state = "false" }'], "names public.re%s(state): there is no such column"),
        ([WHERE, "end = { status = \"'gone'\" }"], "end of public.re%s(status) is refused: invalid input value"),
        ([WHERE, 'keep = "latest"'], "Invalid enum value 'latest'"),
    ],
)
def test_wrong_use_is_told_in_one_line(database18: Database, lines: list[str], message: str) -> None:
    loaded(database18)
    with pytest.raises(AuditorError) as error:
        audit(database18, parse_config(intending(*lines)))
    assert message in error.value.message
    assert "\n" not in error.value.message


def test_of_what_is_re_pointed_only_what_would_share_a_key_to_come_goes_along(
    database18: Database, tmp_path: Path
) -> None:
    script = (Path(__file__).parents[1] / "laws/found/key_to_come_that_re_pointing_would_share.sql").read_text()
    assert database18.psql(script).returncode == 0
    config = parse_config("\n".join(line[4:] for line in script.splitlines() if line.startswith("--! ")))
    first = audit(database18, config)

    apply(database18, write_plan(first, tmp_path))

    with database18.connect() as connection:
        kept = {id for (id,) in connection.execute("SELECT id FROM notes")}
        members = {id for (id,) in connection.execute("SELECT id FROM members")}
    assert kept in ({2, 3, 4, 5, 7}, {2, 3, 4, 6, 7}, {1, 2, 3, 5, 7}, {1, 2, 3, 6, 7})
    assert members in ({1, 3, 4}, {2, 3, 4})
    assert "share a key (the one to come of org_email, (lower(code)))" in notes(first)
