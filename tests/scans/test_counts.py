"""What scans count is what plain SQL counts."""

from auditor.planner import plan_scans, statement_of
from auditor.probe import Measurement
from tests.scans.asking import asking, counts
from tests.servers import Database

PEOPLE = """
CREATE TABLE users (id int PRIMARY KEY, email text, age int);
INSERT INTO users VALUES (1, 'Ann@x.org', 30), (2, 'bo@x.org', NULL), (3, NULL, -1), (4, 'bo@x.org', 30);
"""


def test_row_probes_count_violations_and_population(database: Database) -> None:
    database.psql(PEOPLE).check_returncode()
    with asking(database) as ask:
        results = ask.ask(
            ask.row("users", "email <> lower(email)", "email", population="email IS NOT NULL"),
            ask.row("users", "age IS NULL", "age"),
            ask.row("users", "false", "age"),
        )
    assert results == [
        Measurement(violations=1, population=3, rows=4),
        Measurement(violations=1, population=4, rows=4),
        Measurement(violations=0, population=4, rows=4),
    ]


def test_rows_that_share_a_key_are_all_counted(database: Database) -> None:
    database.psql(PEOPLE).check_returncode()
    with asking(database) as ask:
        results = ask.ask(
            ask.key("users", "email"),
            ask.key("users", "email", nulls_not_distinct=True),
            ask.key("users", "email", "age"),
            ask.key("users", "age", where="id > 1"),
            ask.key("users", "id"),
        )
    assert results == [
        Measurement(violations=2, population=3, rows=4, groups=1),
        Measurement(violations=2, population=4, rows=4, groups=1),
        Measurement(violations=0, population=2, rows=4),
        Measurement(violations=0, population=2, rows=4),
        Measurement(violations=0, population=4, rows=4),
    ]


def test_a_unique_index_spares_the_grouping(database18: Database) -> None:
    database18.psql(PEOPLE + "CREATE UNIQUE INDEX ON users (email, age)").check_returncode()
    with asking(database18) as ask:
        proven = plan_scans([ask.key("users", "id"), ask.key("users", "id", "email"), ask.key("users", "email", "age")])
        grouped = plan_scans([ask.key("users", "email", "age", nulls_not_distinct=True), ask.key("users", "email")])
    assert [len(proven.scans), len(grouped.scans)] == [1, 3]


def test_orphans_in_spite_of_null_among_the_referenced_keys(database: Database) -> None:
    database.psql(
        """
        CREATE TABLE calls (code text UNIQUE); INSERT INTO calls VALUES ('a'), (NULL);
        CREATE TABLE notes (id int PRIMARY KEY, code text); INSERT INTO notes VALUES (1, 'a'), (2, 'b'), (3, NULL);
        """
    ).check_returncode()
    with asking(database) as ask:
        assert counts(ask.ask(ask.reference("notes", "code", "calls", "code"))) == [(1, 2)]


def test_composite_references_match_simple_and_full(database: Database) -> None:
    database.psql(
        """
        CREATE TABLE places (a int, b int, PRIMARY KEY (a, b)); INSERT INTO places VALUES (1, 1);
        CREATE TABLE simple (a int, b int, FOREIGN KEY (a, b) REFERENCES places);
        CREATE TABLE complete (a int, b int, FOREIGN KEY (a, b) REFERENCES places MATCH FULL);
        SET session_replication_role = replica;
        INSERT INTO simple VALUES (1, 1), (1, 2), (1, NULL), (NULL, NULL), (2, 1);
        INSERT INTO complete SELECT * FROM simple;
        """
    ).check_returncode()
    with asking(database) as ask:
        results = ask.ask(
            ask.reference("simple", "a b", "places", "a b"), ask.reference("complete", "a b", "places", "a b")
        )
    assert counts(results) == [(2, 3), (3, 4)]


def test_self_reference(database: Database) -> None:
    database.psql(
        "CREATE TABLE parts (id int PRIMARY KEY, whole int); INSERT INTO parts VALUES (1, NULL), (2, 1), (3, 9), (9, 9)"
    ).check_returncode()
    with asking(database) as ask:
        assert counts(ask.ask(ask.reference("parts", "whole", "parts"))) == [(0, 3)]
    database.psql("DELETE FROM parts WHERE id = 1").check_returncode()
    with asking(database) as ask:
        assert counts(ask.ask(ask.reference("parts", "whole", "parts"))) == [(1, 3)]


def test_citext_in_another_schema_is_compared_as_citext(database_with_citext: Database) -> None:
    database = database_with_citext
    database.psql("CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext").check_returncode()
    database.psql(
        """
        CREATE TABLE users (name ext.citext PRIMARY KEY); INSERT INTO users VALUES ('Ann');
        CREATE TABLE posts (id int PRIMARY KEY, author ext.citext); INSERT INTO posts VALUES (1, 'ann'), (2, 'bo'),
            (3, 'ANN');
        """
    ).check_returncode()
    with asking(database) as ask:
        results = ask.ask(ask.reference("posts", "author", "users", "name"), ask.key("posts", "author"))
    assert counts(results) == [(1, 3), (2, 3)]


def test_partitions_are_counted_at_their_root(database: Database) -> None:
    database.psql(
        """
        CREATE TABLE calls (id int, day date) PARTITION BY RANGE (day);
        CREATE TABLE calls_1 PARTITION OF calls FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
        CREATE TABLE calls_2 PARTITION OF calls DEFAULT;
        INSERT INTO calls VALUES (1, '2026-01-05'), (1, '2026-03-05'), (2, NULL);
        """
    ).check_returncode()
    with asking(database) as ask:
        results = ask.ask(
            ask.row("calls", "day IS NULL", "day"), ask.key("calls", "id"), ask.reference("calls", "id", "calls", "id")
        )
    assert counts(results) == [(1, 3), (2, 3), (0, 3)]


def test_keys_that_repeat_much_are_grouped_and_counted_alike(database18: Database) -> None:
    database18.psql(
        """
        CREATE TABLE orgs AS SELECT id FROM generate_series(1, 3000) AS id; ALTER TABLE orgs ADD PRIMARY KEY (id);
        CREATE TABLE calls AS SELECT id, CASE WHEN id % 7 > 0 THEN 1 + id % 100 END AS org_id
            FROM generate_series(1, 120000) AS id;
        UPDATE calls SET org_id = 5000 + id WHERE id <= 30 AND org_id IS NOT NULL;
        ANALYZE;
        """
    ).check_returncode()
    with asking(database18) as ask:
        probe = ask.reference("calls", "org_id", "orgs")
        assert any("GROUP BY" in statement_of([scan]) for scan in plan_scans([probe]).scans)
        assert counts(ask.ask(probe)) == [(26, 120_000 - 120_000 // 7)]


def test_keys_in_json_of_a_large_table_are_counted_alike(database: Database) -> None:
    database.psql(
        """
        CREATE TABLE calls AS SELECT md5(n::text)::uuid AS id FROM generate_series(1, 120000) AS n;
        ALTER TABLE calls ADD PRIMARY KEY (id);
        CREATE TABLE metrics AS
            SELECT id, CASE WHEN id % 10 > 0 THEN jsonb_build_object('call_id', md5((id * 200)::text)::uuid) END AS data
            FROM generate_series(1, 1000) AS id;
        INSERT INTO metrics VALUES (1001, '{"call_id": "no number"}'), (1002, '{"call_id": null}'), (1003, '{}');
        ALTER TABLE metrics ADD PRIMARY KEY (id);
        ANALYZE;
        """
    ).check_returncode()
    with asking(database) as ask:
        probe = ask.reference("metrics", "data", "calls", json_path=("call_id",))
        [answer] = ask.ask(probe)
    assert counts([answer]) == [(361, 901)]  # 360 numbers over 600 that are no tens, and the text
    assert isinstance(answer, Measurement)
    assert len(answer.met) == 5
