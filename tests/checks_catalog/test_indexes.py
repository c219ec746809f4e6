"""Which indexes serve a reference, how loudly the lack of one is said, and what becomes of invalid ones."""

from __future__ import annotations

import pytest

from auditor.config import Config
from auditor.model import Certainty, Reference, Severity
from auditor.probe import Judgement
from checks.indexes.invalid_index import invalid_index
from checks.indexes.unindexed_foreign_key import unindexed_foreign_key
from tests.checks_catalog.asking import facts_of, found, judged
from tests.servers import Database

ROOMS = """
    CREATE TABLE rooms (a int, b int, PRIMARY KEY (a, b));
    CREATE TABLE beds (id int, a int, b int, c int, FOREIGN KEY (a, b) REFERENCES rooms);
"""


def execute(database: Database, statements: str) -> None:
    with database.connect() as connection:
        connection.execute(statements.encode())


@pytest.mark.parametrize(
    ("index", "serves"),
    [
        ("(a, b)", True),
        ("(b, a)", True),
        ("(b, a, c)", True),
        ("(a, b DESC) WHERE a IS NOT NULL", True),
        ("(a, b) WHERE a IS NOT NULL AND b IS NOT NULL", True),
        ("(a, c, b)", False),
        ("(a) INCLUDE (b)", False),
        ("(a, b) WHERE c = 1", False),
        ("(a, b) WHERE c IS NOT NULL", False),
        ("(a, (b + 0))", False),
        ("USING brin (a, b)", False),
    ],
)
def test_an_index_serves_a_reference(database18: Database, index: str, serves: bool) -> None:
    execute(database18, f"{ROOMS} CREATE INDEX i ON beds {index}")

    assert (found(judged(database18, unindexed_foreign_key)) == {}) is serves


def test_an_invalid_index_serves_nothing(database18: Database) -> None:
    execute(
        database18,
        f"{ROOMS} CREATE INDEX i ON beds (a, b); UPDATE pg_index SET indisvalid = false "
        "WHERE indexrelid = 'i'::regclass",
    )

    assert list(found(judged(database18, unindexed_foreign_key))) == ["public.beds(a, b)"]


def test_a_partitioned_table_is_asked_once_at_its_root(database: Database) -> None:
    execute(
        database,
        """
        CREATE TABLE users (id int PRIMARY KEY);
        CREATE TABLE visits (id int, user_id int REFERENCES users) PARTITION BY HASH (id);
        CREATE TABLE visits_0 PARTITION OF visits FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE visits_1 PARTITION OF visits FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        CREATE INDEX ON visits_0 (user_id);
        """,
    )

    assert list(judged(database, unindexed_foreign_key)) == ["public.visits(user_id)"]


@pytest.mark.parametrize(
    ("action", "rows", "analyse", "severity"),
    [
        ("", 50, True, Severity.ADVICE),
        ("", 5_000, True, Severity.ADVICE),
        ("ON DELETE CASCADE", 5_000, True, Severity.WARNING),
        ("", 12_000, True, Severity.WARNING),
        ("", 0, False, Severity.ADVICE),
        ("", 50_000, False, Severity.WARNING),  # never analysed: judged by its bytes
    ],
)
def test_size_and_actions_make_it_a_warning(
    database18: Database, action: str, rows: int, analyse: bool, severity: Severity
) -> None:
    execute(
        database18,
        f"""
        CREATE TABLE users (id int PRIMARY KEY);
        CREATE TABLE visits (user_id int REFERENCES users {action}) WITH (autovacuum_enabled = false);
        INSERT INTO visits SELECT NULL FROM generate_series(1, {rows});
        """,
    )
    if analyse:
        execute(database18, "ANALYZE visits")

    (judgement,) = found(judged(database18, unindexed_foreign_key)).values()

    assert judgement.severity is severity


def test_two_foreign_keys_on_the_same_columns_lack_one_index(database18: Database) -> None:
    execute(
        database18,
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); "
        "CREATE TABLE c (x int REFERENCES a REFERENCES b); CREATE TABLE d (x int, y int, PRIMARY KEY (x, y)); "
        "CREATE TABLE e (x int, y int, FOREIGN KEY (x, y) REFERENCES d, FOREIGN KEY (y, x) REFERENCES d)",
    )

    assert list(found(judged(database18, unindexed_foreign_key))) == ["public.c(x)", "public.e(x, y)"]


def json_reference(*path: str, confidence: float = 0.9) -> Reference:
    return Reference(
        schema="public",
        table="metrics",
        columns=("metadata",),
        expression="metadata->>'call_id'",
        ref_schema="public",
        ref_table="calls",
        ref_columns=("id",),
        declared=False,
        confidence=confidence,
        json_path=path,
    )


JSON = 'CREATE TABLE calls (id uuid PRIMARY KEY); CREATE TABLE metrics (id int, metadata jsonb, "o\'k" jsonb);'


@pytest.mark.parametrize(
    ("index", "path", "serves"),
    [
        ("((metadata->>'call_id'))", ("call_id",), True),
        ("((metadata->>'call_id')) WHERE id > 5", ("call_id",), False),
        ("(((metadata->>'call_id')::uuid))", ("call_id",), True),
        ("((metadata->'call'->>'id'))", ("call", "id"), True),
        ("((metadata->>'it''s'))", ("it's",), True),
        ("((metadata->>'other'))", ("call_id",), False),
        ("(id, (metadata->>'call_id'))", ("call_id",), False),
        ("USING gin (metadata)", ("call_id",), False),
    ],
)
def test_a_json_key_is_served_by_an_index_on_the_expression(
    database18: Database, index: str, path: tuple[str, ...], serves: bool
) -> None:
    execute(database18, f"{JSON} CREATE INDEX i ON metrics {index}")
    facts = facts_of(database18, references=(json_reference(*path),))

    findings = found(judged(database18, unindexed_foreign_key, facts))

    assert (findings == {}) is serves


def test_an_inferred_reference_is_advice_and_only_where_it_is_sure(database18: Database) -> None:
    execute(database18, JSON)
    sure = facts_of(database18, references=(json_reference("call_id"),))
    unsure = facts_of(database18, references=(json_reference("call_id", confidence=0.7),))

    (judgement,) = found(judged(database18, unindexed_foreign_key, sure)).values()

    assert (judgement.severity, judgement.certainty) == (Severity.ADVICE, Certainty.INFERRED)
    assert judged(database18, unindexed_foreign_key, unsure) == {}


def test_tables_out_of_scope_are_not_asked(database18: Database) -> None:
    execute(database18, ROOMS)
    facts = facts_of(database18, Config(), references=(json_reference("call_id"),))

    assert list(judged(database18, unindexed_foreign_key, facts)) == ["public.beds(a, b)"]


EVENTS = "CREATE TABLE events (id int PRIMARY KEY, key text, kind text);"
BROKEN = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass;"


def only(database: Database) -> Judgement:
    findings = found(judged(database, invalid_index))
    assert list(findings) == ['public.events "broken"']
    return findings['public.events "broken"']


def test_a_failed_concurrent_build_leaves_one(database: Database) -> None:
    execute(database, EVENTS + "INSERT INTO events VALUES (1, 'a', 'x'), (2, 'a', 'y'), (3, 'b', 'z')")
    assert database.psql("CREATE UNIQUE INDEX CONCURRENTLY broken ON events (key)").returncode != 0

    judgement = only(database)

    assert "2 rows share 1 key" in judgement.message
    assert judgement.severity is Severity.BLOCKER
    assert [(remedy.kind, remedy.chosen) for remedy in judgement.remedies] == [
        ("keep-oldest", False),
        ("keep-newest", False),
        ("keep-most-complete", False),
    ]


def test_an_empty_table_keeps_its_finding(database18: Database) -> None:
    execute(database18, EVENTS + "CREATE UNIQUE INDEX broken ON events (lower(key)) WHERE kind = 'x';" + BROKEN)

    judgement = only(database18)

    assert judgement.severity is None
    assert [(remedy.kind, remedy.chosen) for remedy in judgement.remedies] == [("rebuild-index", True)]


@pytest.mark.parametrize(("where", "shared"), [("", True), ("WHERE kind = 'x'", False)])
def test_duplicates_are_counted_among_the_rows_that_the_index_is_about(
    database18: Database, where: str, shared: bool
) -> None:
    execute(database18, EVENTS + f"CREATE UNIQUE INDEX broken ON events (lower(key)) {where};")
    execute(
        database18,
        "UPDATE pg_index SET indisvalid = false, indisready = false, indislive = true "
        "WHERE indexrelid = 'broken'::regclass; INSERT INTO events VALUES (1, 'a', 'x'), (2, 'A', 'y')",
    )

    assert (only(database18).severity is Severity.BLOCKER) is shared


def test_what_stands_beside_a_working_twin_is_to_be_dropped(database18: Database) -> None:
    execute(database18, EVENTS + "CREATE INDEX fine ON events (key); CREATE INDEX broken ON events (key);" + BROKEN)

    judgement = only(database18)

    assert "fine stands for it" in judgement.message
    assert judgement.remedies == ()


def test_the_root_of_a_partitioned_table_is_completed_not_rebuilt(database: Database) -> None:
    execute(
        database,
        """
        CREATE TABLE events (id int, at int) PARTITION BY HASH (id);
        CREATE TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 1, REMAINDER 0);
        CREATE INDEX broken ON ONLY events (at);
        """,
    )

    judgement = only(database)

    assert "ATTACH PARTITION" in judgement.hint
    assert judgement.remedies == ()


def test_a_failed_build_on_a_partition_is_seen(database: Database) -> None:
    execute(
        database,
        """CREATE TABLE events (id int, day int, key text, PRIMARY KEY (id, day)) PARTITION BY LIST (day);
        CREATE TABLE "events %1" PARTITION OF events FOR VALUES IN (1);
        CREATE INDEX ON events (day);
        CREATE INDEX ON "events %1" (key);
        INSERT INTO events VALUES (1, 1, 'a'), (2, 1, 'a')""",
    )
    assert database.psql('CREATE UNIQUE INDEX CONCURRENTLY broken ON "events %1" (key)').returncode != 0

    assert list(found(judged(database, invalid_index))) == ['public.events %1 "broken"']
