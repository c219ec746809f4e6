"""Keys inside JSON: found by sampling, also nested, also where names and values are hostile."""

import pytest

from tests.references.inferring import lines, references
from tests.servers import Database

CALLS = """CREATE TABLE calls (id uuid PRIMARY KEY);
    INSERT INTO calls SELECT md5(n::text)::uuid FROM generate_series(1, 100) n;
    CREATE TABLE users (id int PRIMARY KEY);
    INSERT INTO users SELECT 3 * n FROM generate_series(1, 100) n;"""


@pytest.mark.parametrize("kind", ["json", "jsonb"])
def test_paths(kind: str, database: Database) -> None:
    found = references(
        database,
        CALLS
        + f"""CREATE TABLE metrics (payload {kind});
        INSERT INTO metrics SELECT json_build_object('call_id', md5((1 + n % 100)::text)::uuid, 'score', n,
            'user', json_build_object('id', 3 * (1 + n % 100), 'name', 'x'), 'userId', (3 * (1 + n % 90))::text)
        FROM generate_series(1, 400) n;
        INSERT INTO metrics VALUES ('{{"call_id": "unknown"}}'), ('[1]'), ('7'), ('null'), (NULL), ('{{"user": 7}}');
        ANALYZE""",
    )
    assert lines(found) == [
        "metrics(payload->'user'->>'id') -> users(id)",
        "metrics(payload->>'call_id') -> calls(id)",
        "metrics(payload->>'userId') -> users(id)",
    ]
    by_line = {each.expression: each for each in found}
    assert by_line["payload->'user'->>'id'"].json_path == ("user", "id")
    assert by_line["payload->>'call_id'"].columns == ("payload",)


NESTED = {
    "uuids in text": ("jsonb", "md5((1 + n % 100)::text)::uuid", "call", "id", "calls"),
    "numbers": ("json", "3 * (1 + n % 100)", "user", "id", "users"),
    "numbers as text, called in full": ("jsonb", "(3 * (1 + n % 100))::text", "context", "user_id", "users"),
    "camel case": ("jsonb", "3 * (1 + n % 100)", "payload", "userId", "users"),
}


@pytest.mark.parametrize("nested", NESTED)
def test_nested_one_level_the_type_follows_from_the_pattern(nested: str, database: Database) -> None:
    """A few values that have another form, and rows that have another shape, hide nothing."""
    kind, value, outer, key, table = NESTED[nested]
    found = references(
        database,
        CALLS
        + f"""CREATE TABLE metrics (metadata {kind});
        INSERT INTO metrics
        SELECT json_build_object('{outer}', json_build_object('{key}', {value}, 'name', 'x' || n))
        FROM generate_series(1, 400) n;
        INSERT INTO metrics VALUES ('{{"{outer}": {{"{key}": "unknown"}}}}'), ('{{"{outer}": [1]}}'), (NULL);
        ANALYZE""",
    )
    assert lines(found) == [f"metrics(metadata->'{outer}'->>'{key}') -> {table}(id)"]
    assert found[0].confidence >= 0.8
    assert any("sampled values" in text for text in found[0].evidence)


def test_uuids_need_no_name(database18: Database) -> None:
    found = references(
        database18,
        CALLS
        + """CREATE TABLE events (body jsonb);
        INSERT INTO events
        SELECT jsonb_build_object('about', md5((1 + n % 100)::text)::uuid, 'trace', md5(n || 't')::uuid)
        FROM generate_series(1, 300) n""",
    )
    assert lines(found) == ["events(body->>'about') -> calls(id)"]


def test_hostile_keys(database18: Database) -> None:
    found = references(
        database18,
        CALLS
        + """CREATE TABLE "a""b %s :x" ("m''e\\ta" jsonb);
        INSERT INTO "a""b %s :x" SELECT jsonb_build_object('the''"call_id', md5((1 + n % 100)::text)::uuid,
            'x%s{0}:y', 'abc', '', 'q') FROM generate_series(1, 300) n;
        INSERT INTO "a""b %s :x" VALUES ('{"the''\\"call_id": "''; DROP TABLE calls; --"}')""",
    )
    assert [each.json_path for each in found] == [("the'\"call_id",)]
    assert lines(found) == ["""a"b %s :x("m''e\\ta"->>'the''"call_id') -> calls(id)"""]


def test_no_value_is_in_a_statement_or_comes_to_the_client(database18: Database) -> None:
    from auditor.catalog import Scope
    from auditor.catalog.read import read_catalog
    from auditor.config import Config
    from auditor.connect import open_session
    from auditor.references import find_references

    references(
        database18,
        """CREATE TABLE clients (client_name text PRIMARY KEY);
        CREATE TABLE meetings (client_name text, notes jsonb);
        INSERT INTO clients SELECT 'secret ' || n FROM generate_series(1, 50) n;
        INSERT INTO meetings SELECT 'secret ' || n, jsonb_build_object('client_name', 'secret ' || n)
        FROM generate_series(1, 50) n; ANALYZE""",
    )
    with open_session(database18.dsn, statement_timeout_s=60) as session:
        catalog = read_catalog(session.main, Scope())
        found = find_references(session.main, catalog, Config()).references
        assert len(lines(found)) == 2
        assert not any("secret" in record.sql for record in session.records)
        assert not any("secret" in text for each in found for text in each.evidence)
