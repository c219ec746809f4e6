"""The figures of calliq.expected.toml, counted by SQL written by hand, and that there are no other defects."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import psycopg
import pytest
from psycopg import sql

from auditor.config import parse_config
from auditor.demo import calliq as scenario
from tests.servers import Database, Server, Servers

Key = tuple[str, str]
Row = tuple[Any, ...]

EXPECTED = tomllib.loads((files("auditor.demo") / "calliq.expected.toml").read_text())
FINDINGS: dict[Key, dict[str, Any]] = {(f["check"], f["subject"]): f for f in EXPECTED["finding"]}
COUNTED = {key: finding for key, finding in FINDINGS.items() if "violations" in finding}

COUNTS: dict[Key, str] = {
    ("orphaned-reference", "public.transcripts(call_id)"): """
        SELECT count(*) FILTER (WHERE c.id IS NULL), count(*)
        FROM transcripts t LEFT JOIN calls c ON c.id = t.call_id""",
    ("orphaned-reference", "public.usage_metrics(metadata->>'call_id')"): """
        SELECT count(*) FILTER (WHERE c.id IS NULL), count(*)
        FROM usage_metrics m LEFT JOIN calls c ON c.id::text = lower(m.metadata->>'call_id')
        WHERE m.metadata->>'call_id' IS NOT NULL""",
    ("soft-deleted-reference", "public.transcripts(call_id)"): """
        SELECT count(*) FILTER (WHERE c.deleted_at IS NOT NULL), count(*)
        FROM transcripts t LEFT JOIN calls c ON c.id = t.call_id""",
    ("soft-deleted-reference", "public.usage_metrics(metadata->>'call_id')"): """
        SELECT count(*) FILTER (WHERE c.deleted_at IS NOT NULL), count(*)
        FROM usage_metrics m LEFT JOIN calls c ON c.id::text = lower(m.metadata->>'call_id')
        WHERE m.metadata->>'call_id' IS NOT NULL""",
    ("missing-foreign-key", "public.notifications(user_id)"): """
        SELECT count(*) FILTER (WHERE u.id IS NULL), count(*)
        FROM notifications n LEFT JOIN users u ON u.id = n.user_id""",
    ("missing-foreign-key", "public.referrals(referred_user_id)"): """
        SELECT count(*) FILTER (WHERE u.id IS NULL), count(*)
        FROM referrals r LEFT JOIN users u ON u.id = r.referred_user_id WHERE r.referred_user_id IS NOT NULL""",
    ("violated-foreign-key", "public.usage_reservations(org_id)"): """
        SELECT count(*) FILTER (WHERE o.id IS NULL), count(*)
        FROM usage_reservations r LEFT JOIN organizations o ON o.id = r.org_id""",
    ("unvalidated-foreign-key", "public.referrals(referrer_id)"): """
        SELECT count(*) FILTER (WHERE u.id IS NULL), count(*)
        FROM referrals r LEFT JOIN users u ON u.id = r.referrer_id""",
    ("null-in-intended-not-null", "public.calls(user_id)"): "SELECT count(*) - count(user_id), count(*) FROM calls",
    ("null-in-intended-not-null", "public.calls(file_url)"): "SELECT count(*) - count(file_url), count(*) FROM calls",
    ("null-in-intended-not-null", "public.calls(duration)"): "SELECT count(*) - count(duration), count(*) FROM calls",
    ("missing-not-null", "public.organizations(timezone)"): """
        SELECT count(*) - count(timezone), count(*) FROM organizations""",
    ("missing-not-null", "public.transcripts(language)"): """
        SELECT count(*) - count(language), count(*) FROM transcripts""",
    ("missing-not-null", "public.transcripts(word_count)"): """
        SELECT count(*) - count(word_count), count(*) FROM transcripts""",
    ("email-not-lowercase", "public.calls(customer_email)"): """
        SELECT count(*) FILTER (WHERE customer_email ~ '[A-Z]|^\\s|\\s$'), count(*) FROM calls""",
    ("email-not-lowercase", "public.referrals(referred_email)"): """
        SELECT count(*) FILTER (WHERE referred_email ~ '[A-Z]|^\\s|\\s$'), count(*) FROM referrals""",
    ("duplicate-email", "public.referrals(referred_email)"): """
        SELECT sum(n) FILTER (WHERE n > 1), sum(n)
        FROM (SELECT count(*) AS n FROM referrals GROUP BY lower(trim(referred_email))) AS address""",
    ("duplicate-key", "public.usage_metrics(event_key)"): """
        SELECT sum(n) FILTER (WHERE n > 1), sum(n)
        FROM (SELECT count(*) AS n FROM usage_metrics GROUP BY event_key) AS event""",
    ("duplicate-active", "public.usage_reservations(org_id)"): """
        SELECT sum(n) FILTER (WHERE n > 1), sum(n)
        FROM (SELECT count(*) AS n FROM usage_reservations WHERE status = 'active' GROUP BY org_id) AS organisation""",
    ("unvalidated-check", "public.usage_metrics(quantity)"): """
        SELECT count(*) FILTER (WHERE quantity < 0), count(*) FROM usage_metrics""",
    ("invalid-index", "public.usage_metrics"): """
        SELECT sum(n) FILTER (WHERE n > 1), sum(n)
        FROM (SELECT count(*) AS n FROM usage_metrics GROUP BY event_key) AS event""",
    ("view-not-concurrently-refreshable", "public.call_weekly_stats"): """
        SELECT count(*) - count(DISTINCT (org_id, week)), count(*) FROM call_weekly_stats""",
}

# Each names the subjects of one check, for every table: nothing of the scenario's is known to it.
FACTS = {
    "rls-disabled": """
        SELECT DISTINCT c.oid::regclass::text
        FROM pg_class c, unnest(ARRAY['anon', 'authenticated']) AS r (name)
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relrowsecurity
          AND has_table_privilege(r.name, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')""",
    "rls-without-policy": """
        SELECT oid::regclass::text FROM pg_class
        WHERE relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)""",
    "policy-without-rls": """
        SELECT DISTINCT polrelid::regclass::text FROM pg_policy JOIN pg_class c ON c.oid = polrelid
        WHERE NOT relrowsecurity""",
    "rls-not-forced": """
        SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity""",
    "policy-always-true": """
        SELECT tablename FROM pg_policies WHERE 'true' IN (qual, with_check)""",
    "uncovered-command": """
        SELECT g.table_name::text
        FROM information_schema.role_table_grants g JOIN pg_class c ON c.relname = g.table_name AND c.relrowsecurity
        WHERE g.grantee IN ('anon', 'authenticated') AND NOT EXISTS (
            SELECT FROM pg_policies p
            WHERE p.tablename = g.table_name AND p.cmd IN ('ALL', g.privilege_type)
              AND p.roles && ARRAY['public', g.grantee]::name[])""",
    "unindexed-foreign-key": """
        SELECT format('%s(%s)', conrelid::regclass, attname)
        FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
        WHERE contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = attnum AND indisvalid)""",
    "invalid-index": "SELECT indrelid::regclass::text FROM pg_index WHERE NOT indisvalid",
    "view-not-populated": "SELECT matviewname::text FROM pg_matviews WHERE NOT ispopulated",
    "view-not-concurrently-refreshable": """
        SELECT oid::regclass::text FROM pg_class
        WHERE relkind = 'm' AND NOT EXISTS (
            SELECT FROM pg_index WHERE indrelid = pg_class.oid AND indisunique AND indisvalid
              AND indpred IS NULL AND indexprs IS NULL)""",
}

# The keys of the defective rows, one query for each defect, where a table has more than one.
DEFECTIVE_ROWS = {
    "usage_metrics": (
        "SELECT id FROM usage_metrics WHERE quantity < 0",
        "SELECT unnest(array_agg(id)) AS id FROM usage_metrics GROUP BY event_key HAVING count(*) > 1",
        """SELECT m.id FROM usage_metrics m LEFT JOIN calls c ON c.id::text = lower(m.metadata->>'call_id')
           WHERE m.metadata ? 'call_id' AND c.id IS NULL""",
    ),
    "referrals": (
        "SELECT r.id FROM referrals r LEFT JOIN users u ON u.id = r.referrer_id WHERE u.id IS NULL",
        """SELECT id FROM referrals WHERE referred_email ~ '[A-Z]|^\\s'
           UNION
           SELECT unnest(array_agg(id)) FROM referrals GROUP BY lower(trim(referred_email)) HAVING count(*) > 1""",
    ),
    "usage_reservations": (
        "SELECT id FROM usage_reservations WHERE status = 'active'",
        """SELECT r.id FROM usage_reservations r LEFT JOIN organizations o ON o.id = r.org_id
           WHERE o.id IS NULL""",
    ),
    "calls": (
        "SELECT id FROM calls WHERE user_id IS NULL",
        "SELECT id FROM calls WHERE file_url IS NULL",
        "SELECT id FROM calls WHERE duration IS NULL",
        "SELECT id FROM calls WHERE customer_email ~ '[A-Z]|^\\s|\\s$'",
    ),
}


def rows(database: Database, query: str) -> list[Row]:
    with database.connect() as connection:
        return list(connection.execute(query.encode()))


@pytest.fixture(scope="module")
def loaded(server: Server, servers: Servers) -> Database:
    """The scenario itself, not a copy: these tests only read."""
    return servers.calliq(server.version)


def test_every_figure_has_its_query() -> None:
    assert COUNTS.keys() == COUNTED.keys()
    assert {key[0] for key in FINDINGS} - {key[0] for key in COUNTED} <= FACTS.keys()
    assert len(FINDINGS) == len(EXPECTED["finding"])


@pytest.mark.parametrize("key", COUNTS, ids=" ".join)
def test_count(loaded: Database, key: Key) -> None:
    expected = COUNTED[key]
    assert rows(loaded, COUNTS[key]) == [(expected["violations"], expected["population"])]


@pytest.mark.parametrize("check", FACTS)
def test_facts_of_the_catalog_are_these_and_no_other(loaded: Database, check: str) -> None:
    subjects = {"public." + row[0] for row in rows(loaded, FACTS[check])}
    assert subjects == {subject for (name, subject) in FINDINGS if name == check}


def test_row_counts(loaded: Database) -> None:
    assert {table: rows(loaded, f"SELECT count(*) FROM {table}")[0][0] for table in EXPECTED["rows"]} == EXPECTED[
        "rows"
    ]


def test_nullable_columns_are_these_and_no_other(loaded: Database) -> None:
    """Never NULL: missing-not-null. At most 1 %, or named in calliq.toml: intended. Else: meant to be NULL."""
    nullable = rows(
        loaded,
        """SELECT table_name, column_name FROM information_schema.columns JOIN pg_class ON relname = table_name
           WHERE table_schema = 'public' AND relkind = 'r' AND is_nullable = 'YES'""",
    )
    with loaded.connect() as connection:
        shares = {(table, column): null_share(connection, table, column) for table, column in nullable}
    never = {key for key, share in shares.items() if share == 0}
    seldom = {key for key, share in shares.items() if 0 < share <= 0.01}
    assert never == {("organizations", "timezone"), ("transcripts", "language"), ("transcripts", "word_count")}
    assert seldom == {("calls", "user_id"), ("calls", "file_url")}
    assert shares.keys() - never - seldom == {
        ("calls", "duration"),
        ("calls", "deleted_at"),
        ("transcripts", "reviewed_by"),
        ("notifications", "read_at"),
        ("referrals", "referred_user_id"),
    }


def null_share(connection: psycopg.Connection, table: str, column: str) -> float:
    query = sql.SQL("SELECT avg(({} IS NULL)::int)::float8 FROM {}")
    row = connection.execute(query.format(sql.Identifier(column), sql.Identifier(table))).fetchone()
    assert row is not None
    return float(row[0])


def test_no_other_column_is_nearly_unique(loaded: Database) -> None:
    """Neither as it stands nor in lower case: each column is unique, or repeats much."""
    columns = rows(
        loaded,
        """SELECT table_name, column_name FROM information_schema.columns JOIN pg_class ON relname = table_name
           WHERE table_schema = 'public' AND relkind = 'r' AND data_type NOT LIKE 'timestamp%'""",
    )
    query = sql.SQL(
        "SELECT count(DISTINCT {column})::float8 / count({column}),"
        " count(DISTINCT lower(btrim({column}::text)))::float8 / count({column}) FROM {table}"
    )
    near = set()
    with loaded.connect() as connection:
        for table, column in columns:
            names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
            shares = connection.execute(query.format(**names)).fetchone()
            assert shares is not None
            if any(0.9 < share < 1 for share in shares):
                near.add((table, column))
    assert near == {("usage_metrics", "event_key"), ("referrals", "referred_email")}


@pytest.mark.parametrize("defective", DEFECTIVE_ROWS.values(), ids=list(DEFECTIVE_ROWS))
def test_defects_do_not_meet_in_one_row(loaded: Database, defective: tuple[str, ...]) -> None:
    """So that no remedy changes what another check counts."""
    every = " UNION ALL ".join(f"({query})" for query in defective)
    assert rows(loaded, f"SELECT id FROM ({every}) AS row GROUP BY id HAVING count(*) > 1") == []
    assert all(rows(loaded, query) for query in defective)


def test_members_of_the_owner_see_every_reservation(calliq: Database) -> None:
    """The fault behind rls-not-forced, and that forcing repairs it."""
    with calliq.connect() as connection:
        for repair, seen in ((b"SELECT", 5_000), (b"ALTER TABLE usage_reservations FORCE ROW LEVEL SECURITY", 0)):
            connection.execute(repair)
            with connection.transaction():
                connection.execute("SET LOCAL ROLE authenticated")
                assert connection.execute("SELECT count(*) FROM usage_reservations").fetchone() == (seen,)


def test_the_refresh_function_fails(calliq: Database) -> None:
    with calliq.connect() as connection, pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        connection.execute("SELECT public.refresh_dashboards()")


def test_two_loads_are_equal(calliq: Database, server: Server) -> None:
    with server.database() as again:
        with again.connect() as connection:
            scenario.load(connection)
        for table in EXPECTED["rows"]:
            content = f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {table} AS t"
            assert rows(again, content) == rows(calliq, content)
        assert again.pg_dump() == calliq.pg_dump()


def test_more_calls_more_of_each_defect(database18: Database) -> None:
    with database18.connect() as connection:
        scenario.load(connection, calls=20_000)
    for key in (k for k, finding in COUNTED.items() if finding["violations"]):
        [(violations, _)] = rows(database18, COUNTS[key])
        assert violations > COUNTED[key]["violations"]


def test_intentions_are_of_this_scenario(loaded: Database) -> None:
    """The configuration of the demo is valid, and fills with a user who exists."""
    config = parse_config((files("auditor.demo") / "calliq.toml").read_text(), "calliq.toml")
    assert {intention.table for intention in config.intend} <= EXPECTED["rows"].keys()
    [fill] = [intention.fill for intention in config.intend if intention.columns == ("user_id",)]
    assert rows(loaded, f"SELECT email FROM users WHERE id = {fill}") == [("user1@team.example",)]


@pytest.mark.parametrize("calls", [999, 0, -1])
def test_too_few_calls(database18: Database, calls: int) -> None:
    with database18.connect() as connection, pytest.raises(ValueError, match="fewer than 1000"):
        scenario.load(connection, calls)


def test_a_connection_without_autocommit(database18: Database) -> None:
    with psycopg.connect(database18.dsn) as connection, pytest.raises(ValueError, match="autocommit"):
        scenario.load(connection)
