"""Rows that are referred to and not there, made of their key where the configuration asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config import parse_config
from auditor.model import Audit, Phase
from tests.examples.circle import apply, audit, roll_back, snapshot, write_plan
from tests.servers import Database

CALLS = """CREATE TABLE calls (id int PRIMARY KEY, note text, at timestamptz DEFAULT now());
CREATE TABLE transcripts (id int PRIMARY KEY, call_id int NOT NULL);
CREATE INDEX ON transcripts (call_id);
INSERT INTO calls SELECT 3 * n, 'a call' FROM generate_series(1, 50) AS n;
INSERT INTO transcripts SELECT n, 3 * (1 + n % 53) FROM generate_series(1, 106) AS n;
ANALYZE;"""
CHECKS = ("orphaned-reference", "violated-foreign-key", "unvalidated-foreign-key", "misspelled-reference")


def choosing(database: Database, config: str = "") -> str:
    """A configuration in which every missing row is asked for, where that is offered."""
    first = audit(database, parse_config(config))
    chosen = [
        f'"{each.fingerprint}" = "back-fill"'
        for each in first.findings
        if each.check in CHECKS and any(remedy.kind == "back-fill" for remedy in each.remedies)
    ]
    assert chosen, [(each.check, str(each.subject), [r.kind for r in each.remedies]) for each in first.findings]
    return "\n".join((config, "[remedies]", *chosen))


def asked(database: Database, config: str = "") -> Audit:
    """The audit under that configuration."""
    return audit(database, parse_config(choosing(database, config)))


def load(database: Database, script: str) -> None:
    done = database.psql(script)
    assert done.returncode == 0, done.stderr


def full_circle(database: Database, folder: Path, config: str = "") -> Audit:
    """Applies twice, audits, rolls back twice: the findings are gone in between, and all is as before at the end."""
    before = snapshot(database)
    found = asked(database, config)
    plan = write_plan(found, folder)
    apply(database, plan)
    apply(database, plan)
    after = audit(database, parse_config(config))
    assert not [str(each.subject) for each in after.findings if each.check in CHECKS]
    roll_back(database, plan)
    assert snapshot(database) == before
    roll_back(database, plan)
    assert snapshot(database) == before
    return found


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.connect() as connection:
        return connection.execute(query.encode()).fetchall()


def test_the_missing_rows_are_inserted_where_somebody_asks_for_it(database: Database, tmp_path: Path) -> None:
    load(database, CALLS)
    found = asked(database)
    (finding,) = [each for each in found.findings if each.check == "orphaned-reference"]
    assert [(each.kind, each.chosen) for each in finding.remedies] == [("set-aside", False), ("back-fill", True)]

    plan = write_plan(found, tmp_path)
    assert "inserts 3 rows into public.calls, one for each key (id)" in (plan / "README.md").read_text()
    apply(database, plan)

    assert rows(database, "SELECT id, note, at IS NULL FROM calls WHERE id > 150 ORDER BY id") == [
        (153, None, False),
        (156, None, False),
        (159, None, False),
    ]
    assert rows(database, "SELECT count(*) FROM transcripts") == [(106,)]


def test_how_many_rows_are_missing_is_counted_in_the_one_anti_join(database18: Database) -> None:
    load(database18, CALLS.replace("CREATE INDEX ON transcripts (call_id);", ""))
    usual, found = audit(database18, parse_config("")), asked(database18)

    for each, number in (usual, 0), (found, 1):
        scans = [scan.sql for scan in each.scans if "NOT (EXISTS" in scan.sql and "SELECT 0 AS scan" in scan.sql]
        assert [(scan.count("NOT (EXISTS"), scan.count("count(DISTINCT")) for scan in scans] == [(1, number)]
    assert [step.rows for step in found.plan.steps if step.rows is not None] == [3]


def test_there_and_back(database: Database, tmp_path: Path) -> None:
    load(database, CALLS)
    full_circle(database, tmp_path)


DECLARED = """CREATE TABLE orgs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
CREATE TABLE members (id int PRIMARY KEY, org_id bigint, FOREIGN KEY (org_id) REFERENCES orgs ON DELETE {action});
CREATE INDEX ON members (org_id);
INSERT INTO orgs (name) SELECT 'org' FROM generate_series(1, 3);
SET session_replication_role = replica;
INSERT INTO members VALUES (1, 1), (2, 2), (3, 7), (4, 7), (5, 9), (6, NULL);
RESET session_replication_role;
UPDATE pg_constraint SET convalidated = {valid} WHERE conname = 'members_org_id_fkey';"""


@pytest.mark.parametrize("action", ["CASCADE", "SET NULL", "NO ACTION", "RESTRICT"])
def test_no_action_of_a_foreign_key_follows_when_the_rows_go_again(
    database18: Database, tmp_path: Path, action: str
) -> None:
    load(database18, DECLARED.format(action=action, valid="false"))
    full_circle(database18, tmp_path)


def test_a_key_that_is_validated_and_violated_comes_back_not_valid(database: Database, tmp_path: Path) -> None:
    load(database, DECLARED.format(action="CASCADE", valid="true"))
    before = snapshot(database)
    plan = write_plan(asked(database), tmp_path)
    apply(database, plan)
    assert rows(database, "SELECT id FROM orgs WHERE name IS NULL ORDER BY id") == [(7,), (9,)]
    roll_back(database, plan)
    assert snapshot(database).rows == before.rows


def test_a_sequence_that_is_behind_is_set_forward(database: Database, tmp_path: Path) -> None:
    load(database, DECLARED.format(action="NO ACTION", valid="false") + "INSERT INTO members VALUES (7, NULL);")
    load(
        database,
        """SET session_replication_role = replica; UPDATE members SET org_id = 9223372036854775807 WHERE id = 3""",
    )
    plan = write_plan(asked(database), tmp_path)
    apply(database, plan)
    new = "INSERT INTO orgs (name) VALUES ('new') RETURNING id"
    assert rows(database, new) == [(10,)], "not past the largest, which no number could follow"
    load(database, "DELETE FROM orgs WHERE name = 'new'")
    roll_back(database, plan)
    assert rows(database, new) == [(11,)], "what has been drawn stays drawn"


def test_what_has_changed_meanwhile_or_is_in_use_stays_and_is_listed(database: Database, tmp_path: Path) -> None:
    load(database, CALLS)
    plan = write_plan(asked(database), tmp_path)
    apply(database, plan)
    load(
        database,
        """UPDATE calls SET note = 'found' WHERE id = 153; INSERT INTO transcripts VALUES (1000, 156);
        UPDATE transcripts SET call_id = 159 WHERE id = 1;""",
    )

    done = database.psql(plan / Phase.ROLLBACK.file)

    assert done.returncode == 3
    assert "3 rows stay in" in done.stderr
    assert rows(database, "SELECT id, note FROM calls WHERE id > 150 ORDER BY id") == [
        (153, "found"),
        (156, None),
        (159, None),
    ]
    load(
        database,
        """DELETE FROM calls WHERE id = 153; DELETE FROM transcripts WHERE id = 1000;
        UPDATE transcripts SET call_id = 6 WHERE id = 1;""",
    )
    roll_back(database, plan)
    assert rows(database, "SELECT count(*), max(id) FROM calls") == [(50, 150)]
    assert rows(database, "SELECT to_regnamespace('auditor_quarantine') IS NULL") == [(True,)]


COMPOSITE = r"""CREATE SCHEMA "o'dd %";
CREATE TABLE "o'dd %"."Call ""s" ("tenant id" int, "id;--" text COLLATE "C", "no\te" text,
    PRIMARY KEY ("tenant id", "id;--"));
CREATE TABLE "o'dd %"."Li""nes" ("select" int PRIMARY KEY, "tenant id" int, "call$$" varchar(20));
INSERT INTO "o'dd %"."Call ""s" SELECT n % 3, 'c' || n, '' FROM generate_series(1, 20) AS n;
INSERT INTO "o'dd %"."Li""nes" SELECT n, n % 3, 'c' || n FROM generate_series(1, 22) AS n;
INSERT INTO "o'dd %"."Li""nes" VALUES (23, 1, 'c22'), (24, NULL, 'x'), (25, 1, NULL), (26, 7, E'\n''%"');
ALTER TABLE "o'dd %"."Li""nes" ADD CONSTRAINT "k'%"
    FOREIGN KEY ("tenant id", "call$$") REFERENCES "o'dd %"."Call ""s" ON DELETE CASCADE NOT VALID;"""


def test_composite_keys_and_names_of_any_kind(database: Database, tmp_path: Path) -> None:
    load(database, COMPOSITE)
    full_circle(database, tmp_path)


SELF = """CREATE TABLE people (id serial PRIMARY KEY, name text, boss_id int, born date DEFAULT '2000-01-01');
CREATE INDEX ON people (boss_id);
INSERT INTO people (id, name, boss_id) SELECT 3 * n, 'p' || n, 3 * (n / 2 + 1) FROM generate_series(1, 50) AS n;
INSERT INTO people VALUES (1000, 'lost', 999), (1001, 'lost', 998), (1002, 'self', 1002);
ALTER TABLE people ADD FOREIGN KEY (boss_id) REFERENCES people NOT VALID"""


def test_a_table_that_refers_to_itself(database: Database, tmp_path: Path) -> None:
    load(database, SELF)
    full_circle(database, tmp_path)


PARTED = """CREATE TABLE orgs (id int, region text, name text, UNIQUE (id)) PARTITION BY RANGE (id);
CREATE TABLE orgs_1 PARTITION OF orgs FOR VALUES FROM (1) TO (100);
CREATE TABLE orgs_2 PARTITION OF orgs FOR VALUES FROM (100) TO ({end}) PARTITION BY HASH (id);
CREATE TABLE orgs_2_0 PARTITION OF orgs_2 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE orgs_2_1 PARTITION OF orgs_2 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE events (org_id int, at int) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (50);
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (50) TO (1000);
INSERT INTO orgs SELECT 3 * n, 'r', 'o' FROM generate_series(1, 60) AS n;
INSERT INTO events SELECT 3 * (1 + n % 63), n FROM generate_series(1, 126) AS n;
ANALYZE;"""
INTENDED = """[[intend]]
kind = "foreign-key"
table = "public.events"
columns = ["org_id"]
references = "public.orgs(id)" """


def test_partitioned_tables_and_rows_without_a_key(database: Database, tmp_path: Path) -> None:
    load(database, PARTED.format(end=1000))
    full_circle(database, tmp_path, INTENDED)


def test_a_row_that_cannot_be_made_stops_the_step(database: Database, tmp_path: Path) -> None:
    load(database, PARTED.format(end=185))
    before = snapshot(database).rows
    plan = write_plan(asked(database, INTENDED), tmp_path)
    assert database.psql(plan / Phase.GUARD.file).returncode == 0

    done = database.psql(plan / Phase.CLEANUP.file)

    assert done.returncode == 3
    assert "no row of public.orgs can be inserted that has a key alone" in done.stderr
    assert "under [remedies]" in done.stderr
    assert {name: each for name, each in snapshot(database).rows.items() if "quarantine" not in name} == before


@pytest.mark.parametrize(
    "definition",
    [
        "id int PRIMARY KEY, name text NOT NULL",
        "id int GENERATED ALWAYS AS (other) STORED PRIMARY KEY, other int DEFAULT 1",
        "id int PRIMARY KEY, boss_id int DEFAULT 1 REFERENCES calls",
        "id int PRIMARY KEY, name text CONSTRAINT named CHECK (name <> ''), extra int NOT NULL",
    ],
)
def test_it_is_not_offered_where_a_row_needs_more_than_its_key(database18: Database, definition: str) -> None:
    load(
        database18,
        f"""CREATE TABLE calls ({definition});
        CREATE TABLE notes (id int PRIMARY KEY, call_id int);
        INSERT INTO notes VALUES (1, 5);
        ALTER TABLE notes ADD FOREIGN KEY (call_id) REFERENCES calls NOT VALID""",
    )
    (found,) = [each for each in audit(database18, parse_config("")).findings if each.check in CHECKS]
    assert [each.kind for each in found.remedies] == ["set-null", "set-aside"]


def test_it_is_offered_where_the_rest_is_null_or_follows(database18: Database) -> None:
    load(
        database18,
        """CREATE TABLE calls (id int PRIMARY KEY, a text, b int NOT NULL DEFAULT 1,
            c int GENERATED ALWAYS AS IDENTITY, d int NOT NULL GENERATED ALWAYS AS (id + 1) STORED);
        CREATE TABLE notes (id int PRIMARY KEY, call_id int);
        INSERT INTO notes VALUES (1, 5);
        ALTER TABLE notes ADD FOREIGN KEY (call_id) REFERENCES calls NOT VALID""",
    )
    (found,) = [each for each in audit(database18, parse_config("")).findings if each.check in CHECKS]
    assert found.remedies[-1].kind == "back-fill"
    (found,) = [
        each
        for each in audit(
            database18, parse_config('[[intend]]\nkind = "not-null"\ntable = "public.calls"\ncolumns = ["a"]')
        ).findings
        if each.check in CHECKS
    ]
    assert "back-fill" not in [each.kind for each in found.remedies]


TWO = """CREATE TABLE calls (id int PRIMARY KEY, note text);
CREATE TABLE notes (id int PRIMARY KEY, call_id int);
CREATE TABLE marks (call_id int, kind text);
CREATE TABLE tags (id int PRIMARY KEY, subject_type text, subject_id int);
CREATE INDEX ON notes (call_id); CREATE INDEX ON marks (call_id); CREATE INDEX ON tags (subject_type, subject_id);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.note := 'made ' || TG_OP; RETURN NEW; END $$;
INSERT INTO calls SELECT 3 * n, 'a' FROM generate_series(1, 50) AS n;
INSERT INTO notes SELECT n, 3 * n FROM generate_series(1, 53) AS n;
INSERT INTO marks SELECT 3 * (1 + n % 54), 'm' FROM generate_series(1, 108) AS n;
INSERT INTO tags SELECT n, 'Call', 3 * n FROM generate_series(1, 52) AS n;
CREATE TRIGGER before_insert BEFORE INSERT ON calls FOR EACH ROW EXECUTE FUNCTION noted();
ANALYZE;"""


def test_several_that_refer_to_one_table_need_a_row_once(database: Database, tmp_path: Path) -> None:
    load(database, TWO)
    found = full_circle(database, tmp_path)
    assert len([each for each in found.findings if each.check == "orphaned-reference"]) == 3


def test_others_are_not_left_without_their_row(database: Database, tmp_path: Path) -> None:
    """Rows of another table, that have come to refer to what was made; and those that did so before."""
    load(database, TWO)
    first = audit(database, parse_config(""))
    (notes,) = [each for each in first.findings if each.subject.table == "notes" and each.check in CHECKS]
    others = [each.fingerprint for each in first.findings if each.check in CHECKS and each is not notes]
    chosen = "\n".join(f'"{each}" = "none"' for each in others)
    config = parse_config(f'[remedies]\n"{notes.fingerprint}" = "back-fill"\n{chosen}')
    plan = write_plan(audit(database, config), tmp_path)
    apply(database, plan)
    load(
        database, "INSERT INTO tags VALUES (90, 'Call', 159), (91, 'Other', 156); INSERT INTO marks VALUES (153, 'new')"
    )

    done = database.psql(plan / Phase.ROLLBACK.file)

    assert done.returncode == 3
    assert "2 rows stay in" in done.stderr
    assert rows(database, "SELECT id FROM calls WHERE id > 150 ORDER BY id") == [(153,), (159,)]
