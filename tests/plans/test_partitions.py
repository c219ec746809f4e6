"""Before PostgreSQL 18 a partitioned table's foreign key is validated leaf by leaf, and the root's reads no row."""

from __future__ import annotations

import pytest

from auditor.model import Part, Phase
from auditor.remedy import add_foreign_key
from tests.remedy.applying import full_circle, plan_for, table
from tests.servers import Database, Servers, found_versions

PARTITIONED = """
CREATE TABLE orgs (id int PRIMARY KEY);
CREATE TABLE events (org int, at int NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10);
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (10) TO (100) PARTITION BY LIST (org);
CREATE TABLE events_2_1 PARTITION OF events_2 FOR VALUES IN (1);
CREATE TABLE events_2_rest PARTITION OF events_2 DEFAULT;
INSERT INTO orgs SELECT n FROM generate_series(1, 5) AS n;
INSERT INTO events SELECT n % 5 + 1, n FROM generate_series(1, 99) AS n;
"""
SCANS = "validating foreign key constraint"
ATTACHED = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conparentid <> 0 AND convalidated"


@pytest.mark.parametrize("version", [each for each in found_versions() if each < 18])
def test_the_roots_foreign_key_takes_those_of_its_leaves_and_scans_nothing(servers: Servers, version: int) -> None:
    with servers.version(version).database() as database:
        with database.connect() as connection:
            connection.execute(PARTITIONED)
        plan = plan_for(database, lambda c: [add_foreign_key(table(c, "events"), ("org",), table(c, "orgs"), ("id",))])
        full_circle(database, plan)
        parts = [part for step in plan.steps if step.phase in (Phase.FENCE, Phase.CONSTRAINTS) for part in step.parts]

        scanned = scans_of(database, parts)

        with database.connect() as connection:
            row = connection.execute(ATTACHED).fetchone()
    assert [scanned[part.title] for part in parts if part.title.startswith("validate")] == [3, 3, 3]
    assert [title for title, scans in scanned.items() if scans] == [
        "validate the foreign key of public.events(org) to public.orgs, on a partition"
    ]
    assert scanned["add the foreign key of public.events(org) to public.orgs, of which the partitions' are parts"] == 0
    # Those of the three leaves, and that of the partition between.
    assert row == (4,)


def scans_of(database: Database, parts: list[Part]) -> dict[str, int]:
    """How many validations the server tells of while the parts run, by title."""
    scanned = dict.fromkeys((part.title for part in parts), 0)
    said = list[str]()
    with database.connect() as connection:
        connection.execute("SET client_min_messages = debug1")
        connection.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
        for part in parts:
            said.clear()
            for statement in part.statements:
                connection.execute(statement.encode())
            scanned[part.title] += sum(SCANS in each for each in said)
    return scanned
