"""Sentinels and misspelled keys are told apart from orphans, in one scan: exact counts, and what is done of each."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from auditor import sql
from auditor.config import parse_config
from auditor.model import Audit, Severity
from auditor.references.kinds import spellings
from tests.checks.asking import chosen
from tests.examples.circle import apply, audit, roll_back, snapshot, write_plan
from tests.servers import Database, Servers, found_versions, versions_with

ORPHAN, SENTINEL, MISSPELLED = "orphaned-reference", "sentinel-reference", "misspelled-reference"

CLIENTS = """CREATE TABLE clients (id int PRIMARY KEY, client_name text NOT NULL UNIQUE);
    INSERT INTO clients SELECT n, 'Client ' || n FROM generate_series(1, 50) AS n;
    CREATE TABLE meetings (id int PRIMARY KEY, client_id int {rule}, client_name text);
    INSERT INTO meetings SELECT n, 1 + n % 50, 'Client ' || 1 + n % 50 FROM generate_series(1, 200) AS n;
    INSERT INTO meetings VALUES (201, 0, ' client 7'), (202, -1, 'CLIENT 8 '), (203, 1, ''), (204, 99, 'gone'),
        (205, 2, 'N/A'), (206, 3, NULL), (207, 4, 'Client  9');
    ANALYZE"""


def audited(database: Database, given: str, config: str = "") -> Audit:
    done = database.psql(given)
    assert done.returncode == 0, done.stderr
    return audit(database, parse_config(config), ORPHAN, SENTINEL, MISSPELLED, "missing-foreign-key")


def told(found: Audit) -> list[tuple[str, str, int | None, int | None, str | None]]:
    return sorted(
        (each.check, str(each.subject), each.violations, each.population, chosen(each)) for each in found.findings
    )


def test_each_kind_is_counted_apart_and_has_a_remedy_of_its_own(database: Database) -> None:
    found = audited(database, CLIENTS.format(rule=""))
    assert told(found) == [
        (MISSPELLED, "public.meetings(client_name)", 2, 206, "relink"),
        (ORPHAN, "public.meetings(client_id)", 1, 207, "set-null"),
        (ORPHAN, "public.meetings(client_name)", 2, 206, None),
        (SENTINEL, "public.meetings(client_id)", 2, 207, "set-null"),
        (SENTINEL, "public.meetings(client_name)", 2, 206, "set-null"),
    ]
    witnesses = {(each.check, str(each.subject)): [row["id"] for row in each.witnesses] for each in found.findings}
    assert witnesses[ORPHAN, "public.meetings(client_id)"] == [204]
    assert witnesses[ORPHAN, "public.meetings(client_name)"] == [204, 207]
    assert witnesses[SENTINEL, "public.meetings(client_id)"] == [201, 202]
    assert witnesses[MISSPELLED, "public.meetings(client_name)"] == [201, 202]
    blocked = {str(each.subject): each.violations for each in found.constraints if each.state == "blocked"}
    assert blocked == {"public.meetings(client_id)": 3, "public.meetings(client_name)": 6}


def test_the_kinds_take_one_anti_join(database18: Database) -> None:
    found = audited(database18, CLIENTS.format(rule=""))
    scans = [record.sql for record in found.scans if "NOT (EXISTS" in record.sql and "SELECT 0 AS scan" in record.sql]
    assert len(scans) == 1
    assert scans[0].count("NOT (EXISTS") == 2, "one for each of the two references"


def test_a_sentinel_under_not_null_is_left_to_whoever_knows(database18: Database) -> None:
    found = audited(database18, CLIENTS.format(rule="NOT NULL"))
    (sentinel,) = (each for each in found.findings if each.check == SENTINEL and "client_id" in each.subject.columns)
    assert (sentinel.severity, sentinel.remedies) == (Severity.BLOCKER, ())
    assert sentinel.hint.startswith("Drop NOT NULL")
    (orphan,) = (each for each in found.findings if each.check == ORPHAN and "client_id" in each.subject.columns)
    assert chosen(orphan) == "set-aside"
    assert orphan.remedies[0].sql.constraints is None, "the foreign key would not validate while the sentinels stand"


def test_what_exists_is_no_sentinel(database18: Database) -> None:
    found = audited(database18, CLIENTS.format(rule="") + "; INSERT INTO clients VALUES (0, ''), (-1, 'N/A')")
    assert [line for line in told(found) if line[0] == SENTINEL] == []


def test_of_two_keys_that_differ_by_case_none_is_meant(database18: Database) -> None:
    found = audited(database18, CLIENTS.format(rule="") + "; INSERT INTO clients VALUES (51, 'client 7'), (52, 'a')")
    assert [line[2] for line in told(found) if line[0] == MISSPELLED] == [1]
    assert [line[2] for line in told(found) if line[:2] == (ORPHAN, "public.meetings(client_name)")] == [3]


def test_the_nil_uuid(database18: Database) -> None:
    nil = "00000000-0000-0000-0000-000000000000"
    found = audited(
        database18,
        f"""CREATE SCHEMA "o'dd"; CREATE TABLE "o'dd"."Call %s" (id uuid PRIMARY KEY);
        CREATE TABLE "o'dd"."note""s" (id int PRIMARY KEY, "Call %s_id" uuid, data jsonb);
        INSERT INTO "o'dd"."Call %s" SELECT md5(n::text)::uuid FROM generate_series(1, 50) AS n;
        INSERT INTO "o'dd"."note""s" SELECT n, md5(n::text)::uuid, jsonb_build_object('call_s_id', md5(n::text)::uuid)
        FROM generate_series(1, 50) AS n;
        INSERT INTO "o'dd"."note""s" VALUES (51, '{nil}', '{{"call_s_id": "{nil}"}}'), (52, md5('x')::uuid, '{{}}');
        ANALYZE""",
    )
    assert [(line[0], line[2], line[3], line[4]) for line in told(found)] == [
        (ORPHAN, 1, 52, "set-null"),
        (SENTINEL, 1, 52, "set-null"),
        (SENTINEL, 1, 51, None),
    ]


@pytest.mark.parametrize("rows", [0, 1])
def test_an_empty_side(database18: Database, rows: int) -> None:
    config = """[references]
        accept = ["public.meetings(client_id) -> public.clients(id)"]"""
    given = """CREATE TABLE clients (id int PRIMARY KEY);
        CREATE TABLE meetings (id int PRIMARY KEY, client_id int);"""
    found = audited(database18, given + (f"INSERT INTO meetings SELECT n, 0 FROM generate_series(1, {rows}) n"), config)
    assert [(line[0], line[2]) for line in told(found)] == ([(SENTINEL, 1)] if rows else [])


PEOPLE = """CREATE TABLE people (id int PRIMARY KEY, person_name text NOT NULL UNIQUE);
    INSERT INTO people SELECT n, 'Person ' || n FROM generate_series(1, 50) AS n;
    INSERT INTO people VALUES (51, 'José Muñoz'), (52, 'Łukasz Żak'), (53, 'Strauß'), (54, 'Chloe'), (55, 'Chloé'),
        (56, 'Zoë'), (57, 'zoe '), (58, 'Renée'), (59, 'Reneé');
    CREATE TABLE visits (id int PRIMARY KEY, person_name text);
    INSERT INTO visits SELECT n, 'Person ' || 1 + n % 50 FROM generate_series(1, 200) AS n;
    INSERT INTO visits VALUES (201, 'jose munoz'), (202, ' Lukasz Zak'), (203, 'STRAUSS'),
        (204, 'Jose\u0301 Mun\u0303oz'), (205, 'CHLOÉ'), (206, 'chloe'), (207, 'ZOË'), (208, 'Zoe'),
        (209, 'Renee'), (210, 'Réne'), (211, NULL);
    ANALYZE"""
SPELLED = {
    201: "José Muñoz", 202: "Łukasz Żak", 203: "Strauß", 204: "José Muñoz", 205: "Chloé", 206: "Chloe", 207: "Zoë",
    208: "zoe ",
}  # fmt: skip


def test_a_key_that_differs_by_accents_is_spelled_as_the_only_one_that_it_can_be(
    database: Database, tmp_path: Path
) -> None:
    found = audited(database, PEOPLE)
    before = snapshot(database)

    assert [line[:4] for line in told(found)] == [
        (MISSPELLED, "public.visits(person_name)", 8, 210),
        (ORPHAN, "public.visits(person_name)", 2, 210),
    ], "of Renée and Reneé none is meant; what is equal but for case comes first"

    plan = write_plan(found, tmp_path)
    apply(database, plan)
    with database.connect() as connection:
        rows = connection.execute("SELECT id, person_name FROM visits WHERE id BETWEEN 201 AND 208 ORDER BY id")
        assert dict(rows.fetchall()) == SPELLED
    roll_back(database, plan)
    assert snapshot(database) == before


FOREIGN = """; INSERT INTO clients VALUES (60, 'Jos' || chr(233)); INSERT INTO meetings VALUES (260, 60, 'Jose')"""


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_where_the_server_knows_no_accents_case_and_blanks_are_what_there_is(servers: Servers, encoding: str) -> None:
    for version in (15, 18):
        if version in found_versions():
            with servers.version(version).database(encoding=encoding) as database:
                found = audited(database, CLIENTS.format(rule="") + FOREIGN)
                names = [line for line in told(found) if line[1] == "public.meetings(client_name)"]
                assert [(line[0], line[2]) for line in names] == [(MISSPELLED, 2), (ORPHAN, 3), (SENTINEL, 2)]


@pytest.mark.parametrize("version", versions_with("unaccent"))
def test_latin_letters_lose_what_the_extension_takes_from_them(servers: Servers, version: int) -> None:
    with servers.version(version).database() as database, database.connect() as connection:
        connection.execute("CREATE EXTENSION unaccent")
        letter = sa.func.chr(sa.literal_column("n"))
        ours = sql.render(sa.select(spellings(letter, "UTF8")[-1]))
        both = f"SELECT chr(n), lower(unaccent(chr(n))), ({ours}) FROM generate_series(192, 383) AS n"
        rows = connection.execute(both.encode()).fetchall()
        differ = {char: (theirs, own) for char, theirs, own in rows if theirs != own}
    assert "".join(differ) == "×÷ĸĿŀŉŊŋ", "signs, and letters of which none is written for another"
