"""A declared foreign key's orphans that differ by case, accents or blanks alone are spelled as the row they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config import Config, parse_config
from auditor.model import Audit, Finding, Phase
from tests.checks.asking import chosen
from tests.examples.circle import apply, audit, roll_back, snapshot, write_plan
from tests.identity import Snapshot
from tests.servers import Database, Servers, found_versions

UNVALIDATED, VIOLATED = "unvalidated-foreign-key", "violated-foreign-key"

COUNTRIES = """CREATE TABLE countries (code text PRIMARY KEY);
    INSERT INTO countries VALUES ('DE'), ('FR'), ('Côte'), ('n/a'), ('Lu'), ('LU');
    CREATE TABLE users (id int PRIMARY KEY, country text {rule});
    CREATE INDEX ON users (country);
    INSERT INTO users SELECT n, 'DE' FROM generate_series(1, 20) AS n;
    INSERT INTO users VALUES (21, ' de'), (22, 'fr'), (23, 'COTE'), (24, 'xx'), (25, 'lu'), (26, 'N/A'), (27, 'FR');
    {more}
    ALTER TABLE users ADD CONSTRAINT fk FOREIGN KEY (country) REFERENCES countries {action} NOT VALID;
    ANALYZE"""
NULLABLE = COUNTRIES.format(rule="", more="", action="")


def loaded(database: Database, given: str, config: str = "", check: str = UNVALIDATED) -> tuple[Audit, Finding]:
    done = database.psql(given)
    assert done.returncode == 0, done.stderr
    audited = audit(database, parse_config(config), check)
    (finding,) = audited.findings
    return audited, finding


def applied(database: Database, audited: Audit, folder: Path) -> Path:
    plan = write_plan(audited, folder)
    apply(database, plan)
    assert [each for each in audit(database, Config(), UNVALIDATED, VIOLATED).findings if each.violations] == []
    return plan


def users(database: Database) -> dict[int, str | None]:
    with database.connect() as connection:
        return dict(connection.execute("SELECT id, country FROM users WHERE id > 20 ORDER BY id").fetchall())


def expected_rows(audited: Audit) -> list[tuple[str, int | None]]:
    return [(each.title, each.rows) for each in audited.plan.steps if each.phase is Phase.CLEANUP and each.rows]


def is_as_before(database: Database, plan: Path, before: Snapshot) -> bool:
    roll_back(database, plan)
    return snapshot(database) == before


def test_near_misses_are_relinked_and_the_others_set_null(database: Database, tmp_path: Path) -> None:
    audited, finding = loaded(database, NULLABLE)
    before = snapshot(database)
    assert (finding.violations, finding.population, chosen(finding)) == (6, 27, "set-null")
    assert finding.message.endswith(" for 6 of 27 keys; 3 of them differ by case, accents or blanks alone")
    assert finding.hint == (
        "Spell their key as the referenced row does where that is all that differs; else set their key to NULL,"
        " then validate it"
    )
    assert [row["id"] for row in finding.witnesses] == [21, 22, 23, 24, 25]
    assert expected_rows(audited) == [
        ("assign public.users(country)", 3),
        ("set public.users(country) to NULL", 3),
    ]

    plan = applied(database, audited, tmp_path)

    assert users(database) == {21: "DE", 22: "FR", 23: "Côte", 24: None, 25: None, 26: None, 27: "FR"}
    with database.connect() as connection:
        assert connection.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'fk'").fetchone() == (True,)
    assert is_as_before(database, plan, before)


@pytest.mark.parametrize(("rule", "action"), [("NOT NULL", ""), ("", "ON DELETE CASCADE")])
def test_near_misses_are_relinked_and_the_others_set_aside(
    database: Database, tmp_path: Path, rule: str, action: str
) -> None:
    audited, finding = loaded(database, COUNTRIES.format(rule=rule, more="", action=action))
    before = snapshot(database)
    assert chosen(finding) == "set-aside"
    assert expected_rows(audited) == [
        ("assign public.users(country)", 3),
        ("set aside rows of public.users", 3),
    ]

    plan = applied(database, audited, tmp_path)

    assert users(database) == {21: "DE", 22: "FR", 23: "Côte", 27: "FR"}
    assert is_as_before(database, plan, before)


def test_near_misses_alone_are_relinked_and_the_rest_is_offered(database18: Database, tmp_path: Path) -> None:
    audited, finding = loaded(database18, NULLABLE.replace("ANALYZE", "DELETE FROM users WHERE id IN (24, 25, 26)"))
    before = snapshot(database18)
    assert (finding.violations, chosen(finding)) == (3, "relink")
    assert [each.kind for each in finding.remedies] == ["relink", "set-null", "set-aside", "back-fill"]
    assert finding.hint == "Spell their key as the referenced row does, then validate it"

    plan = applied(database18, audited, tmp_path)

    assert users(database18) == {21: "DE", 22: "FR", 23: "Côte", 27: "FR"}
    assert is_as_before(database18, plan, before)


def test_what_is_back_filled_is_no_near_miss(database18: Database, tmp_path: Path) -> None:
    _, finding = loaded(database18, NULLABLE)
    config = parse_config(f'[remedies]\n"{finding.fingerprint}" = "back-fill"')
    before = snapshot(database18)

    plan = applied(database18, audit(database18, config, UNVALIDATED), tmp_path)

    assert users(database18) == {21: "DE", 22: "FR", 23: "Côte", 24: "xx", 25: "lu", 26: "N/A", 27: "FR"}
    assert is_as_before(database18, plan, before)


def test_a_table_that_refers_to_itself_is_relinked_before_the_rows_go(database: Database, tmp_path: Path) -> None:
    """What a near miss means may be a row that goes; it goes along then."""
    given = """CREATE TABLE parts (code text PRIMARY KEY, whole text NOT NULL);
        CREATE INDEX ON parts (whole);
        INSERT INTO parts SELECT 'P' || n, 'P1' FROM generate_series(1, 20) AS n;
        INSERT INTO parts VALUES ('B', 'lost'), ('C', ' b'), ('D', 'p2 ');
        ALTER TABLE parts ADD FOREIGN KEY (whole) REFERENCES parts NOT VALID; ANALYZE"""
    audited, finding = loaded(database, given)
    before = snapshot(database)
    assert (finding.violations, chosen(finding)) == (3, "set-aside")

    plan = applied(database, audited, tmp_path)

    with database.connect() as connection:
        rows = connection.execute("SELECT code, whole FROM parts WHERE code !~ '^P'").fetchall()
    assert rows == [("D", "P2")]
    assert is_as_before(database, plan, before)


def test_a_validated_key_that_is_violated_is_relinked_as_well(database: Database, tmp_path: Path) -> None:
    given = """CREATE TABLE countries (code text PRIMARY KEY);
        INSERT INTO countries VALUES ('DE'), ('FR');
        CREATE TABLE users (id int PRIMARY KEY, country text REFERENCES countries);
        CREATE INDEX ON users (country);
        INSERT INTO users SELECT n, 'DE' FROM generate_series(1, 20) AS n;
        SET session_replication_role = replica;
        INSERT INTO users VALUES (21, ' de'), (22, 'xx');
        RESET session_replication_role; ANALYZE"""
    audited, finding = loaded(database, given, check=VIOLATED)
    assert (finding.violations, chosen(finding)) == (2, "set-null")
    assert finding.message.endswith(" for 2 of 22 keys; 1 of them differs by case, accents or blanks alone")

    plan = applied(database, audited, tmp_path)

    assert users(database) == {21: "DE", 22: None}
    roll_back(database, plan)
    assert users(database) == {21: " de", 22: "xx"}


@pytest.mark.parametrize(
    "rule",
    [
        "country int",  # no text
        "country text UNIQUE",  # of two spellings of one key, either could stay
    ],
)
def test_what_cannot_be_relinked_is_asked_no_more(database18: Database, rule: str) -> None:
    kind = "int" if "int" in rule else "text"
    given = f"""CREATE TABLE countries (code {kind} PRIMARY KEY);
        CREATE TABLE users (id int PRIMARY KEY, {rule});
        INSERT INTO countries VALUES ('1'); INSERT INTO users VALUES (1, '1'), (2, '2');
        ALTER TABLE users ADD FOREIGN KEY (country) REFERENCES countries NOT VALID"""
    audited, finding = loaded(database18, given)
    assert "differ" not in finding.message
    assert not any("normalize" in record.sql or "btrim" in record.sql for record in audited.scans)


def test_near_misses_take_no_scan_of_their_own(database18: Database) -> None:
    audited, _ = loaded(database18, NULLABLE)
    scans = [record.sql for record in audited.scans if "SELECT 0 AS scan" in record.sql]
    assert [text.count("NOT (EXISTS") for text in scans] == [1]


def test_a_collation_that_is_not_deterministic(servers: Servers, tmp_path: Path) -> None:
    """It knows no patterns before 18; where the server is built without ICU there is none."""
    for version in sorted(found_versions()):
        with servers.version(version).database() as database:
            made = database.psql("CREATE COLLATION ci (provider = icu, locale = 'und', deterministic = false)")
            if made.returncode == 0:
                audited, _ = loaded(database, NULLABLE.replace(" text", " text COLLATE ci"))
                applied(database, audited, tmp_path)
                assert users(database)[23] == "Côte"
