"""Joins that somebody wrote, in views, functions and policies, are evidence; directed by the key; else said absent."""

from __future__ import annotations

import sys

import pytest

from auditor.catalog import Scope
from auditor.catalog.read import read_catalog
from auditor.config import Config
from auditor.connect import open_session
from auditor.references import find_references
from tests.references.inferring import line, lines, references
from tests.servers import Database

PEOPLE = """CREATE TABLE person (pk int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, nm text);
    CREATE TABLE thing (id int PRIMARY KEY, xx int);
    INSERT INTO person (nm) SELECT 'x' FROM generate_series(1, 100);
    INSERT INTO thing SELECT 1000 + n, 1 + n % 100 FROM generate_series(1, 300) n;"""

WRITTEN = {
    "a view": ("CREATE VIEW v AS SELECT t.*, p.nm FROM thing t JOIN person p ON t.xx = p.pk", "1 view"),
    "casts, the other way round": (
        "CREATE MATERIALIZED VIEW v AS SELECT 1 AS one FROM person p, thing WHERE p.pk::bigint = thing.xx::bigint",
        "1 view",
    ),
    "a list of keys": ("CREATE VIEW v AS SELECT id FROM thing WHERE xx IN (SELECT pk FROM person)", "1 view"),
    "two views": (
        """CREATE VIEW v AS SELECT 1 AS one FROM thing t WHERE EXISTS (SELECT FROM person WHERE t.xx = pk);
        CREATE VIEW w AS WITH p AS (SELECT 1 AS one FROM person JOIN thing ON xx = pk) SELECT * FROM p""",
        "2 views",
    ),
    "a function": (
        "CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM thing, person WHERE pk = xx'",
        "1 function",
    ),
    "a function that is kept parsed": (
        """CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE sql BEGIN ATOMIC;
        SELECT count(*) FROM thing JOIN person ON xx = pk; END""",
        "1 function",
    ),
    "PL/pgSQL": (
        """CREATE PROCEDURE f(x int) LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN
        FOR r IN SELECT * FROM thing t LEFT JOIN person p ON p.pk = t.xx LOOP PERFORM 1; END LOOP; END $$""",
        "1 function",
    ),
    "a trigger function": (
        """CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.id := 1;
        IF EXISTS (SELECT FROM person p, thing WHERE p.pk = thing.xx) THEN RETURN new; END IF; RETURN old; END $$""",
        "1 function",
    ),
    "a policy": (
        "CREATE POLICY own ON thing USING (EXISTS (SELECT FROM person p WHERE p.pk = xx AND p.nm = CURRENT_USER))",
        "1 policy",
    ),
}


OF_VIEWS = {
    "a column that another view joins": (
        """CREATE VIEW people AS SELECT p.pk AS person_key, p.nm FROM person p;
        CREATE VIEW v AS SELECT t.id FROM people JOIN thing t ON people.person_key = t.xx""",
        "1 view",
    ),
    "the referring side, in a function": (
        """CREATE MATERIALIZED VIEW things (thing_no, who) AS SELECT id, xx FROM thing;
        CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE sql AS
        'SELECT count(*) FROM things AS t, person WHERE t.who = pk'""",
        "1 function",
    ),
    "a view of a view, with a condition and another table": (
        """CREATE VIEW people AS SELECT p.pk AS k FROM person p JOIN pg_class c ON c.relname = p.nm WHERE p.nm > '';
        CREATE VIEW those AS SELECT k AS person_key FROM people;
        CREATE VIEW v AS SELECT t.id FROM thing t WHERE EXISTS (SELECT FROM those WHERE person_key = t.xx)""",
        "1 view",
    ),
    "both sides, by one name": (
        """CREATE VIEW people AS SELECT pk AS who FROM person; CREATE VIEW things AS SELECT id, xx AS who FROM thing;
        CREATE VIEW v AS SELECT id FROM things JOIN people USING (who)""",
        "1 view",
    ),
}


@pytest.mark.parametrize(("written", "told"), OF_VIEWS.values(), ids=OF_VIEWS)
def test_a_view_s_column_is_that_of_its_table(database: Database, written: str, told: str) -> None:
    (found,) = references(database, f"{PEOPLE} {written}; ANALYZE")
    assert line(found) == "thing(xx) -> person(pk)"
    assert f"joined in {told}" in found.evidence


def test_a_view_s_expression_is_no_column(database18: Database) -> None:
    given = """CREATE VIEW people AS SELECT pk + 1 AS k FROM person;
        CREATE VIEW either AS SELECT pk AS k FROM person UNION ALL SELECT id FROM thing;
        CREATE VIEW v AS SELECT t.id FROM thing t JOIN people ON k = xx JOIN either ON either.k = xx;"""
    assert references(database18, f"{PEOPLE} {given} ANALYZE") == ()


@pytest.mark.parametrize(("written", "told"), WRITTEN.values(), ids=WRITTEN)
def test_a_join_names_what_no_name_tells(database18: Database, written: str, told: str) -> None:
    (found,) = references(database18, f"{PEOPLE} {written}; ANALYZE")
    assert line(found) == "thing(xx) -> person(pk)"
    assert f"joined in {told}" in found.evidence
    assert found.confidence >= 0.8


def test_without_a_join_there_is_nothing(database18: Database) -> None:
    assert references(database18, f"{PEOPLE} CREATE VIEW v AS SELECT xx + 1 AS more FROM thing; ANALYZE") == ()


def test_using_and_names_in_quotes_in_another_schema(database: Database) -> None:
    found = references(
        database,
        """CREATE SCHEMA "o'd"; CREATE TABLE "o'd"."Per""son" ("K ""y" bigint PRIMARY KEY);
        CREATE TABLE "o'd"."th;ing" (id int PRIMARY KEY, "K ""y" bigint);
        INSERT INTO "o'd"."Per""son" SELECT 7 * n FROM generate_series(1, 50) n;
        INSERT INTO "o'd"."th;ing" SELECT n, 7 * n FROM generate_series(1, 50) n;
        CREATE VIEW v AS SELECT id FROM "o'd"."th;ing" JOIN "o'd"."Per""son" USING ("K ""y"); ANALYZE""",
    )
    assert lines(found) == ["""o'd.th;ing(K "y) -> o'd.Per"son(K "y)"""]
    assert any(text.startswith("joined in 1 view") for text in found[0].evidence)


def test_what_is_joined_to_one_table_refers_to_no_other(database18: Database) -> None:
    given = """CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE members (pk int PRIMARY KEY);
        INSERT INTO users SELECT generate_series(1, 100); INSERT INTO members SELECT generate_series(1, 100);
        CREATE TABLE posts (user_id int); INSERT INTO posts SELECT generate_series(1, 100);"""
    (by_name,) = references(database18, given + "ANALYZE")
    assert line(by_name) == "posts(user_id) -> users(id)"
    (joined,) = references(
        database18,
        "".join(f"CREATE VIEW v{n} AS SELECT pk FROM posts JOIN members ON pk = user_id;" for n in range(4)),
    )
    assert line(joined) == "posts(user_id) -> members(pk)"
    assert any(text.startswith("runner-up: public.users.id") for text in joined.evidence)


def test_what_does_not_parse_says_nothing(database18: Database) -> None:
    given = """CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        EXECUTE 'SELECT 1 FROM thing JOIN person ON xx = pk'; END $$;
        SET check_function_bodies = off;
        CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'this is no query where (join';"""
    assert references(database18, f"{PEOPLE} {given} ANALYZE") == ()


def test_what_is_nested_too_deeply_says_nothing(database18: Database) -> None:
    deep = " || ".join(["nm"] * 400)
    given = f"CREATE VIEW v AS SELECT {deep} AS t FROM thing JOIN person ON xx = pk;"
    assert len(references(database18, f"{PEOPLE} {given} ANALYZE")) in (0, 1)


def test_statements_that_cannot_be_read_are_no_failure(database18: Database) -> None:
    """The extension without its library: its view raises an error."""
    with database18.connect() as connection:
        present = connection.execute("SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements'").rowcount
        if present:
            connection.execute("CREATE EXTENSION pg_stat_statements")
    assert lines(references(database18, f"{PEOPLE} {WRITTEN['a view'][0]}; ANALYZE")) == ["thing(xx) -> person(pk)"]


def test_without_the_parser_its_absence_is_said_once(database18: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "postgast", None)
    assert references(database18, f"{PEOPLE} {WRITTEN['a view'][0]}; ANALYZE") == ()
    with open_session(database18.dsn, statement_timeout_s=60) as session:
        catalog = read_catalog(session.main, Scope())
        (said,) = find_references(session.main, catalog, Config()).unseen
    assert "postgast" in said.reason
    assert said.is_complete


def test_a_key_of_several_columns_is_joined_whole_in_one_text(database18: Database) -> None:
    script = """CREATE TABLE lots (era int, plate text, PRIMARY KEY (era, plate));
        INSERT INTO lots SELECT n % 9, 'p' || n FROM generate_series(1, 200) AS n;
        CREATE TABLE sold (id int PRIMARY KEY, during int, what text, other text);
        INSERT INTO sold SELECT n, n % 9, 'p' || n, 'x' FROM generate_series(1, 200) AS n;"""
    whole = "CREATE VIEW v AS SELECT id FROM sold JOIN lots ON sold.what = lots.plate AND lots.era = sold.during;"
    part = "CREATE VIEW v AS SELECT id FROM sold JOIN lots ON sold.what = lots.plate;"
    (found,) = references(database18, f"{script} {whole} ANALYZE")
    assert line(found) == "sold(during, what) -> lots(era, plate)"
    assert "joined in 1 view" in found.evidence[0]
    assert references(database18, f"DROP VIEW v; {part}") == ()


def test_two_columns_that_refer_to_one_key_of_several_are_both_found(database18: Database) -> None:
    script = """CREATE TABLE places (tenant int, plate text, PRIMARY KEY (tenant, plate));
        INSERT INTO places SELECT n % 9, 'p' || n FROM generate_series(1, 200) AS n;
        CREATE TABLE sales (sale int PRIMARY KEY, tenant int, bill text, ship text);
        INSERT INTO sales SELECT n, n % 9, 'p' || n, 'p' || n FROM generate_series(1, 200) AS n;
        CREATE VIEW v AS SELECT sale FROM sales AS s
            JOIN places AS a ON a.tenant = s.tenant AND a.plate = s.bill
            JOIN places AS b ON b.tenant = s.tenant AND b.plate = s.ship; ANALYZE"""
    assert lines(references(database18, script)) == [
        "sales(tenant, bill) -> places(tenant, plate)",
        "sales(tenant, ship) -> places(tenant, plate)",
    ]


def test_nothing_is_joined_out_of_scope(database18: Database) -> None:
    script = """CREATE SCHEMA other; CREATE TABLE other.lots (era int, plate text, PRIMARY KEY (era, plate));
        CREATE TABLE other.sold (during int, what text);
        CREATE VIEW other.v AS SELECT 1 AS one FROM other.sold JOIN other.lots ON what = plate AND era = during"""
    with database18.connect() as connection:
        connection.execute(script.encode())
    with open_session(database18.dsn, statement_timeout_s=60) as session:
        catalog = read_catalog(session.main, Scope(schemas=("public",)))
        assert find_references(session.main, catalog, Config()).references == ()


def test_columns_that_belong_together_are_not_crossed(database18: Database) -> None:
    script = """CREATE TABLE places (tenant int, plate text, PRIMARY KEY (tenant, plate));
        CREATE TABLE sales (sale int PRIMARY KEY, mine int, bill text, yours int, ship text);
        CREATE VIEW v AS SELECT sale FROM sales AS s JOIN places AS a ON a.tenant = s.mine AND a.plate = s.bill
            JOIN places AS b ON b.tenant = s.yours AND b.plate = s.ship"""
    assert references(database18, script) == ()
