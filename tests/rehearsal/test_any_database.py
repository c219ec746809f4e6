"""What a database can hold, on the copy too: roles, policies, triggers, hostile names, extensions that are missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg import sql

from auditor.config import Config
from auditor.rehearsal import programs
from auditor.rehearsal.folder import read_plan
from auditor.rehearsal.rehearse import rehearse as rehearsed
from tests.rehearsal.rehearsing import execute, plan_of, rehearsal_in, rehearse
from tests.scenarios.test_hostile_names import create
from tests.servers import Database, Server

_NO_CONFIG = Config()
ZOO = Path(__file__).parent.parent / "scenarios" / "zoo.sql"


def test_roles_policies_triggers_and_what_they_write(database18: Database, tmp_path: Path) -> None:
    execute(database18, ZOO.read_text())
    plan = plan_of(database18, tmp_path)

    done = rehearse(plan, database18.dsn)

    assert done.returncode == 0, done.stdout + done.stderr
    told = rehearsal_in(plan / "plan.json")
    assert told["traces"] == ["audit_log.entries"]
    assert "rolled back but for what triggers wrote to audit_log.entries" in done.stdout


@pytest.mark.parametrize("name", ["Order; DROP", "new\nline", "100%", "back\\slash", 'a"b', "$$", "é" * 31], ids=ascii)
def test_hostile_names(database18: Database, tmp_path: Path, name: str) -> None:
    create(database18, name)
    plan = plan_of(database18, tmp_path)

    done = rehearse(plan, database18.dsn)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["Order; DROP", "a.b", 'a"b', "ü", "new\nline", "a$b", "select", "x"], ids=ascii)
def test_a_violated_key_and_a_log_by_triggers_between_hostile_names(
    database18: Database, tmp_path: Path, name: str
) -> None:
    schema, people, letters, log = (sql.Identifier(f"{name}{suffix}") for suffix in ("", " people", "", " log"))
    with database18.connect() as connection:
        connection.execute(
            sql.SQL(
                """CREATE SCHEMA {schema}; SET search_path = {schema};
                CREATE TABLE {people} (id int PRIMARY KEY);
                CREATE TABLE {letters} (id int PRIMARY KEY, person_id int,
                    CONSTRAINT {letters} FOREIGN KEY (person_id) REFERENCES {people});
                CREATE TABLE {log} (at timestamptz NOT NULL DEFAULT now(), what text NOT NULL);
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SET search_path = {schema} AS
                    $$ BEGIN INSERT INTO {log} (what) VALUES (TG_OP); RETURN NULL; END $$;
                INSERT INTO {people} SELECT n FROM generate_series(1, 50) n;
                SET session_replication_role = replica;
                INSERT INTO {letters} SELECT n, CASE WHEN n <= 3 THEN 900 ELSE n % 50 + 1 END
                    FROM generate_series(1, 200) n;
                SET session_replication_role = origin;
                CREATE TRIGGER note AFTER UPDATE OR DELETE ON {letters} FOR EACH ROW EXECUTE FUNCTION note();
                ANALYZE"""
            ).format(schema=schema, people=people, letters=letters, log=log)
        )
    plan = plan_of(database18, tmp_path)

    done = rehearse(plan, database18.dsn)

    assert done.returncode == 0, done.stdout + done.stderr
    told = rehearsal_in(plan / "plan.json")
    assert len(told["traces"]) == 1
    assert any("is called valid and is violated" in each for each in told["notes"])


def test_what_needs_an_extension_that_is_not_there_is_said_and_not_passed(
    database_with_citext: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(
        database_with_citext,
        """CREATE EXTENSION citext;
        CREATE TABLE people (id int PRIMARY KEY, name citext NOT NULL);
        CREATE TABLE letters (id int PRIMARY KEY, person_id int NOT NULL);
        CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
        CREATE TABLE books (id int PRIMARY KEY, author_id int NOT NULL);
        INSERT INTO people SELECT n, 'p' || n FROM generate_series(1, 50) n;
        INSERT INTO letters SELECT n, CASE WHEN n <= 3 THEN 900 ELSE n % 50 + 1 END FROM generate_series(1, 200) n;
        INSERT INTO authors SELECT n, 'a' || n FROM generate_series(1, 50) n;
        INSERT INTO books SELECT n, CASE WHEN n <= 3 THEN 900 ELSE n % 50 + 1 END FROM generate_series(1, 200) n;
        ANALYZE;""",
    )
    plan = read_plan(plan_of(database_with_citext, tmp_path))
    monkeypatch.setattr(programs, "_DEBIAN", tmp_path)  # only the embedded servers are left: they bring no citext

    rehearsal = rehearsed(plan, database_with_citext.dsn, plan.config(_NO_CONFIG))

    assert (rehearsal.verdict, rehearsal.failures) == ("incomplete", ())
    assert "not on the copy, which needs citext: column name of public.people" in rehearsal.gaps
    assert not any(each.startswith("steps left out") for each in rehearsal.gaps)  # people's key is there
    assert any(each.startswith("written for PostgreSQL 15, rehearsed on 16") for each in rehearsal.notes)


def test_of_a_table_that_needs_an_extension_only_what_needs_it_is_left_out(
    database_with_citext: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(
        database_with_citext,
        """CREATE EXTENSION citext; CREATE EXTENSION pgcrypto; CREATE EXTENSION "uuid-ossp";
        CREATE TABLE authors (id int PRIMARY KEY, nick citext, name text DEFAULT '(a,
    b]' NOT NULL);
        CREATE TABLE books (id int PRIMARY KEY, author_id int NOT NULL, own uuid DEFAULT uuid_generate_v4() NOT NULL,
            token bytea DEFAULT gen_random_bytes(8) NOT NULL, twice int GENERATED ALWAYS AS (id * 2) STORED,
            CONSTRAINT long CHECK (octet_length(digest(token, 'md5')) > 1), CONSTRAINT positive CHECK (twice > 0));
        CREATE TABLE letters (id int PRIMARY KEY, author_id int NOT NULL, topic citext);
        INSERT INTO authors SELECT n, 'p' || n FROM generate_series(1, 50) n;
        INSERT INTO books SELECT n, CASE WHEN n <= 3 THEN 900 ELSE n % 50 + 1 END FROM generate_series(1, 200) n;
        INSERT INTO letters SELECT n, CASE WHEN n <= 3 THEN 900 ELSE n % 50 + 1 END FROM generate_series(1, 200) n;
        ANALYZE;""",
    )
    plan = read_plan(plan_of(database_with_citext, tmp_path))
    monkeypatch.setattr(programs, "_DEBIAN", tmp_path)  # only the embedded servers are left: they bring none of these

    rehearsal = rehearsed(plan, database_with_citext.dsn, plan.config(_NO_CONFIG))

    assert (rehearsal.verdict, rehearsal.failures) == ("incomplete", ())
    since = "not on the copy, which needs citext, pgcrypto, uuid-ossp"
    assert f"{since}: column nick of public.authors, topic of public.letters" in rehearsal.gaps
    assert f"{since}: default token of public.books" in rehearsal.gaps
    assert f"{since}: constraint long of public.books" in rehearsal.gaps
    assert "defaults of public.books are pg_catalog.gen_random_uuid() there" in rehearsal.notes
    assert rehearsal.tables == {"public.authors": 50, "public.books": 200, "public.letters": 200}
    orphans = {each.subject.table: each.fingerprint for each in plan.audit.findings if "orphan" in each.check}
    (left_out,) = [each for each in rehearsal.gaps if each.startswith("steps left out")]
    assert orphans["letters"] in left_out
    assert orphans["books"] not in left_out
    assert rehearsal.blockers_left == 0


def test_a_database_that_is_not_in_utf8(server18: Server, tmp_path: Path) -> None:
    with server18.database(encoding="LATIN1") as latin:
        execute(
            latin,
            """SET client_encoding = 'UTF8'; CREATE TABLE authors (id int PRIMARY KEY);
            CREATE TABLE "Bücher" (id int PRIMARY KEY, author_id int, "größe" text);
            INSERT INTO authors SELECT generate_series(1, 50);
            INSERT INTO "Bücher" SELECT n, CASE WHEN n <= 3 THEN 900 ELSE n % 50 + 1 END, 'ü'
                FROM generate_series(1, 200) n; ANALYZE""",
        )
        plan = plan_of(latin, tmp_path, "--only", "orphaned-reference")

        done = rehearse(plan, latin.dsn)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "public.Bücher (200)" in done.stdout


def test_a_log_of_definitions_is_what_triggers_wrote_also_where_the_plan_constrains_it(
    database18: Database, tmp_path: Path
) -> None:
    """No step is about its rows, which an event trigger adds whenever a definition changes, the second time too."""
    execute(
        database18,
        """CREATE TABLE orgs (id int PRIMARY KEY); INSERT INTO orgs SELECT generate_series(1, 50);
        CREATE TABLE users (id int PRIMARY KEY, org_id int);
        INSERT INTO users SELECT n, n FROM generate_series(1, 52) AS n;
        CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tag text);
        CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql SET search_path = public AS
            $$ BEGIN INSERT INTO log (tag) VALUES (TG_TAG); END $$;
        CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION note();
        GRANT SELECT ON users TO PUBLIC; ANALYZE;""",
    )
    plan = plan_of(database18, tmp_path)
    assert "log_tag_not_null on public.log" in (plan / "README.md").read_text()

    done = rehearse(plan, database18.dsn)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "public.log" in rehearsal_in(plan / "plan.json")["traces"]
