"""What the rls checks say of partitions, which only their own privileges, row security and policies guard."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.check import Check
from auditor.config import Config
from auditor.model import Severity
from auditor.probe import Judgement
from checks.rls.partition_bypasses_rls import partition_bypasses_rls
from checks.rls.policy_always_true import policy_always_true
from tests.checks_catalog.asking import found, judged
from tests.examples.circle import apply, audit, roll_back, snapshot, write_plan
from tests.servers import Database

OWN = "owner_id = current_setting('app.user', true)::int"
EVENTS = f"""
CREATE TABLE events (id int, owner_id int) PARTITION BY HASH (id);
CREATE TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE events_1 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO events SELECT n, n % 3 FROM generate_series(1, 20) AS n;
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON events FOR SELECT USING ({OWN});
GRANT SELECT ON events TO authenticated;
"""


def found_in(database: Database, given: str, check: Check = partition_bypasses_rls) -> dict[str, Judgement]:
    with database.connect() as connection:
        connection.execute(given.encode())
    return found(judged(database, check))


def seen(database: Database, role: str, table: str) -> int:
    with database.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute(f"SET LOCAL ROLE {role}".encode())
        connection.execute("SELECT set_config('app.user', '1', true)")
        row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        assert row is not None
        return int(row[0])


@pytest.mark.parametrize(
    ("given", "reached"),
    [
        ("", ""),
        ("GRANT SELECT ON events_0 TO service_role", ""),
        ("GRANT SELECT ON events_0 TO anon; ALTER TABLE events_0 ENABLE ROW LEVEL SECURITY", ""),
        ("GRANT TRIGGER ON events_0 TO anon", ""),
        ("GRANT SELECT ON events_0 TO anon; ALTER TABLE events_0 SET SCHEMA hidden", ""),
        ("GRANT SELECT ON events_0 TO anon", "(anon: SELECT): public.events_0"),
        ("GRANT SELECT (id) ON events_1 TO PUBLIC", "(anon: SELECT; authenticated: SELECT): public.events_1"),
        ("GRANT SELECT ON events_0 TO anon; ALTER TABLE events SET SCHEMA hidden", "(anon: SELECT): public.events_0"),
        (
            "GRANT DELETE, INSERT ON events_1 TO anon; GRANT SELECT ON events_0 TO anon",
            "(anon: SELECT, INSERT, DELETE): public.events_0, public.events_1",
        ),
        (
            "ALTER TABLE events_0 OWNER TO anon; ALTER TABLE events_0 ENABLE ROW LEVEL SECURITY",
            "(anon: SELECT, INSERT, UPDATE, DELETE): public.events_0",
        ),
    ],
)
def test_what_outsiders_reach_past_the_policies(database18: Database, given: str, reached: str) -> None:
    findings = found_in(database18, f"CREATE SCHEMA hidden; {EVENTS} {given}")

    assert partition_bypasses_rls.severity is Severity.BLOCKER
    assert [each.message.partition("policies ")[2] for each in findings.values()] == ([reached] if reached else [])


def test_the_rule_is_what_the_server_does_and_the_plan_ends_it(database: Database, tmp_path: Path) -> None:
    """Tried: an outsider who names the partition sees all rows, one who names the table sees what policies let by."""
    with database.connect() as connection:
        connection.execute(f"{EVENTS} GRANT SELECT ON events_0 TO authenticated".encode())
        connection.execute("ALTER TABLE events_1 OWNER TO authenticated")
    with database.connect() as connection:
        (rows,) = connection.execute("SELECT count(*) FROM events_0").fetchone() or (0,)
    by_policy = seen(database, "authenticated", "events")
    assert (seen(database, "authenticated", "events_0"), rows > by_policy) == (rows, True)
    audited, before = audit(database, Config(), "partition-bypasses-rls"), snapshot(database)
    plan = write_plan(audited, tmp_path)

    apply(database, plan)

    assert [seen(database, "authenticated", name) for name in ("events", "events_0", "events_1")] == [by_policy, 0, 0]
    assert audit(database, Config(), "partition-bypasses-rls").findings == ()
    roll_back(database, plan)
    assert snapshot(database) == before


def test_a_foreign_partition_loses_its_privileges(database18: Database, tmp_path: Path) -> None:
    with database18.connect() as connection:
        connection.execute(
            f"""{EVENTS} DROP TABLE events_0; CREATE FOREIGN DATA WRAPPER nowhere;
            CREATE SERVER other FOREIGN DATA WRAPPER nowhere;
            CREATE FOREIGN TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 0) SERVER other;
            GRANT SELECT ON events_0 TO anon""".encode()
        )
    audited, before = audit(database18, Config(), "partition-bypasses-rls"), database18.pg_dump()
    plan = write_plan(audited, tmp_path)

    apply(database18, plan)

    assert audit(database18, Config(), "partition-bypasses-rls").findings == ()
    roll_back(database18, plan)
    assert database18.pg_dump() == before


def test_a_thousand_partitions_are_one_finding_that_can_be_read(database18: Database) -> None:
    parts = "".join(
        f"CREATE TABLE events_{n} PARTITION OF events FOR VALUES IN ({n}); GRANT SELECT ON events_{n} TO anon;"
        for n in range(1000, 2000)
    )
    given = f"CREATE TABLE events (id int) PARTITION BY LIST (id); CREATE TABLE z PARTITION OF events DEFAULT; {parts}"

    (judgement,) = found_in(database18, given).values()

    assert judgement.message == (
        "outsiders who name 1,000 of 1,001 partitions of public.events reach every row, past its policies (anon: "
        "SELECT): public.events_1000, public.events_1001, public.events_1002, public.events_1003, public.events_1004 "
        "and 995 more"
    )


def test_policies_of_a_partition_are_read(database18: Database) -> None:
    given = f"""{EVENTS} GRANT UPDATE ON events_0 TO authenticated; ALTER TABLE events_0 ENABLE ROW LEVEL SECURITY;
        CREATE POLICY "any" ON events_0 FOR UPDATE USING (true)"""

    assert list(found_in(database18, given, policy_always_true)) == ['public.events_0 "any"']
