"""What cannot be looked up is told, and is no evidence."""

import psycopg

from auditor.catalog import Scope
from auditor.catalog.read import read_catalog
from auditor.config import Config
from auditor.connect import open_session
from auditor.model import Outcome
from auditor.references import find_references
from tests.references.inferring import found_in, lines, references
from tests.servers import Database

SCHEMA = """CREATE TABLE films (id int PRIMARY KEY); INSERT INTO films SELECT generate_series(1, 50);
    CREATE TABLE showings (film_id int, hall_id int); INSERT INTO showings SELECT n, n FROM generate_series(1, 50) n;
    CREATE TABLE halls (id int PRIMARY KEY); INSERT INTO halls SELECT generate_series(1, 50); ANALYZE;"""


def test_no_privilege_on_one_side(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS reference_reader; CREATE ROLE reference_reader LOGIN")
    try:
        found = references(
            database18, SCHEMA + "GRANT SELECT ON showings, halls TO reference_reader", role="reference_reader"
        )
        assert lines(found) == ["showings(film_id) -> films(id)", "showings(hall_id) -> halls(id)"]
        told = {each.columns[0]: each.evidence[-1] for each in found}
        assert told["film_id"] == "by name only: no privilege on films.id"
        assert "found" in " ".join(next(each for each in found if each.columns == ("hall_id",)).evidence)
    finally:
        with database18.connect() as connection:
            connection.execute("DROP OWNED BY reference_reader; DROP ROLE reference_reader")


def test_a_table_locked_meanwhile_is_no_evidence_and_breaks_nothing(database18: Database) -> None:
    references(database18, SCHEMA)
    with open_session(database18.dsn, statement_timeout_s=60) as session:
        catalog = read_catalog(session.main, Scope())
        with psycopg.connect(database18.dsn) as other:
            other.execute("LOCK TABLE films IN ACCESS EXCLUSIVE MODE")
            found = find_references(session.main, catalog, Config()).references
        assert session.main.execute("SELECT 1") == [(1,)]
    told = {each.columns[0]: " ".join(each.evidence) for each in found}
    assert "by name only: the look-up of its values did not end within 100 ms" in told["film_id"]
    assert "100 % of the rows" in told["hall_id"]


def test_a_look_up_that_does_not_end_is_told_where_names_are_not_enough(database18: Database) -> None:
    references(
        database18,
        SCHEMA
        + """CREATE TABLE metrics (id int PRIMARY KEY, payload jsonb, hall int, code text);
        INSERT INTO metrics SELECT n, jsonb_build_object('film_id', n), n, n FROM generate_series(1, 50) n;
        ANALYZE metrics""",
    )
    with open_session(database18.dsn, statement_timeout_s=60) as session:
        catalog = read_catalog(session.main, Scope())
        with psycopg.connect(database18.dsn) as other:
            other.execute("LOCK TABLE metrics IN ACCESS EXCLUSIVE MODE")
            found = find_references(session.main, catalog, Config())
    told = {str(each.subject): (each.check, each.outcome, each.reason) for each in found.unseen}
    reason = "its references: the look-up of its values did not end within 100 ms"
    assert told["public.metrics(payload)"] == ("references", Outcome.ERROR, reason)
    assert not any("showings" in subject for subject in told)


def test_what_may_not_be_read_is_told_where_names_are_not_enough(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS reference_reader; CREATE ROLE reference_reader LOGIN")
    try:
        references(
            database18,
            SCHEMA
            + """CREATE TABLE notes (id int PRIMARY KEY, written_for uuid, about jsonb);
            CREATE TABLE people (id uuid PRIMARY KEY); INSERT INTO people SELECT gen_random_uuid();
            INSERT INTO notes SELECT 1, id FROM people;
            GRANT SELECT (id, written_for) ON notes TO reference_reader; GRANT SELECT ON halls TO reference_reader""",
        )
        with open_session(f"{database18.dsn} user=reference_reader", statement_timeout_s=60) as session:
            found = find_references(session.main, read_catalog(session.main, Scope()), Config())
        told = {str(each.subject): (each.outcome, each.reason) for each in found.unseen if not each.excused}
        assert told == {
            "public.notes(about)": (Outcome.HIDDEN, "its references: no privilege on notes.about"),
            "public.notes(written_for)": (Outcome.HIDDEN, "its references: no privilege on people.id"),
        }
    finally:
        with database18.connect() as connection:
            connection.execute("DROP OWNED BY reference_reader; DROP ROLE reference_reader")


def test_the_number_of_statements_does_not_grow_with_the_tables(database18: Database) -> None:
    counts = []
    for more in (1, 30):
        script = "".join(
            f"""CREATE TABLE t{more}_{n} (id int PRIMARY KEY, t{more}_{n + 1}_id int, data jsonb);
            INSERT INTO t{more}_{n} VALUES (1, 1, '{{}}');"""
            for n in range(more)
        )
        references(database18, script)
        with open_session(database18.dsn, statement_timeout_s=60) as session:
            catalog = read_catalog(session.main, Scope())
            before = len(session.records)
            find_references(session.main, catalog, Config())
            counts.append(len(session.records) - before)
    assert counts[1] <= 4


def test_views_and_what_is_no_table_are_left_alone(database18: Database) -> None:
    references(database18, SCHEMA + "CREATE VIEW listed AS SELECT film_id FROM showings")
    assert all(each.table != "listed" for each in found_in(database18))


def test_a_look_up_over_its_time_is_no_evidence_and_the_others_are_not_lost(database18: Database) -> None:
    """Nothing declares client_name unique, so no index finds it: 100 values that are not there are 100 scans
    of the whole table, wherever a scan begins (synchronize_seqscans)."""
    found = references(
        database18,
        SCHEMA
        + """CREATE TABLE clients (client_name text);
        INSERT INTO clients SELECT 'client ' || n FROM generate_series(1, 1000000) n;
        CREATE TABLE visits (client_name text, film_id int);
        INSERT INTO visits SELECT 'former client ' || n, n % 50 + 1 FROM generate_series(1, 5000) n; ANALYZE;""",
    )
    told = {(each.table, each.columns[0]): " ".join(each.evidence) for each in found}
    assert "by name only: the look-up of its values did not end within 100 ms" in told["visits", "client_name"]
    assert "100 % of the rows" in told["visits", "film_id"]


def test_small_tables_are_read_with_a_limit_and_of_large_ones_pages_are_drawn(database18: Database) -> None:
    references(
        database18,
        """CREATE TABLE small (data jsonb); INSERT INTO small SELECT '{}' FROM generate_series(1, 50000);
        CREATE TABLE large (data jsonb);
        INSERT INTO large SELECT jsonb_build_object('film_id', repeat('x', 300)) FROM generate_series(1, 30000);
        ANALYZE""",
    )
    with open_session(database18.dsn, statement_timeout_s=60) as session:
        catalog = read_catalog(session.main, Scope())
        pages = {table.name: table.pages for table in catalog.tables}
        assert pages["small"] < 1000 < pages["large"]
        find_references(session.main, catalog, Config())
        (sent,) = (record.sql for record in session.records if "jsonb_each" in record.sql)
    assert "FROM public.small LIMIT 300" in sent
    assert "FROM public.large TABLESAMPLE SYSTEM (3.3333) LIMIT 300" in sent


def test_rows_of_tables_that_inherit_are_found_by_no_foreign_key_which_is_told(database18: Database) -> None:
    script = """CREATE TABLE events (id int PRIMARY KEY); CREATE TABLE old_events (PRIMARY KEY (id)) INHERITS (events);
        INSERT INTO old_events SELECT generate_series(1, 90);
        CREATE TABLE notes (note_id int PRIMARY KEY, event_id int);
        INSERT INTO notes SELECT n, n FROM generate_series(1, 90) AS n; ANALYZE"""
    assert not lines(references(database18, script))
    with open_session(database18.dsn, statement_timeout_s=60) as session:
        unseen = find_references(session.main, read_catalog(session.main, Scope()), Config()).unseen
    (told,) = (each for each in unseen if each.subject.table == "notes")
    assert (told.subject.table, told.subject.columns, told.outcome) == ("notes", ("event_id",), Outcome.SKIPPED)
    assert told.reason == (
        "the rows that it refers to may stand in tables that inherit from events, where no foreign key finds them"
    )
    (accepted,) = references(
        database18, "", config="[references]\naccept = ['public.notes(event_id) -> public.events(id)']"
    )
    assert accepted.confidence == 1.0


def test_the_rows_of_a_table_are_its_own_where_others_inherit_from_it(database18: Database) -> None:
    script = """CREATE TABLE notes (note_id int PRIMARY KEY, film_id int);
        CREATE TABLE old_notes (PRIMARY KEY (note_id)) INHERITS (notes); CREATE TABLE films (id int PRIMARY KEY);
        INSERT INTO films SELECT generate_series(1, 90);
        INSERT INTO notes SELECT n, n FROM generate_series(1, 90) AS n;
        INSERT INTO old_notes SELECT n, 5000 + n FROM generate_series(1, 900) AS n;"""
    (found,) = [each for each in references(database18, script) if each.table == "notes"]
    assert "100 % of the rows, by 90 sampled values, found" in found.evidence


def test_what_a_table_itself_holds_is_referred_to_though_others_inherit_from_it(database18: Database) -> None:
    script = """CREATE TABLE cities (id int PRIMARY KEY); CREATE TABLE capitals (PRIMARY KEY (id)) INHERITS (cities);
        INSERT INTO cities SELECT generate_series(1, 90); CREATE TABLE weather (reading int PRIMARY KEY, city_id int);
        INSERT INTO weather SELECT n, CASE WHEN n < 90 THEN 5000 ELSE 1 + n % 90 END FROM generate_series(1, 900) AS n;
        ANALYZE"""
    (found,) = [each for each in references(database18, script) if each.table == "weather"]
    assert found.confidence >= 0.6
