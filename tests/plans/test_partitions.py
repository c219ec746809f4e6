"""Partitioned tables: before PostgreSQL 18 a foreign key is validated on the leaves, and the root's reads no row; rows
that an update moves are told of, and come back to where they were."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from auditor.catalog import Catalog
from auditor.model import Part, Phase
from auditor.remedy import Operation, add_foreign_key, assign, batches
from tests.remedy.applying import column, full_circle, plan_for, table
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


MOVING = """
CREATE TABLE parcels (id int, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE parcels_north PARTITION OF parcels FOR VALUES IN ('north');
CREATE TABLE parcels_rest PARTITION OF parcels DEFAULT PARTITION BY RANGE (id);
CREATE TABLE parcels_rest_1 PARTITION OF parcels_rest FOR VALUES FROM (0) TO (20);
CREATE TABLE parcels_rest_2 PARTITION OF parcels_rest FOR VALUES FROM (20) TO (100);
INSERT INTO parcels SELECT n, (ARRAY['north', 'North', 'south'])[n % 3 + 1] FROM generate_series(1, 60) AS n;
"""


def lowered(catalog: Catalog) -> list[Operation]:
    region = column(table(catalog, "parcels"), "region")
    return [assign(table(catalog, "parcels"), {"region": sa.func.lower(region)}, region != sa.func.lower(region))]


@pytest.mark.parametrize("at_once", [0, 1000])
def test_rows_that_move_to_another_partition_are_told_of_and_come_back(
    database: Database, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", at_once)
    monkeypatch.setattr(batches, "BATCH", 7)
    with database.connect() as connection:
        connection.execute(MOVING)
    plan = plan_for(database, lowered, violations=20)

    between = full_circle(database, plan)

    assert sum(row.startswith("parcels_north(") for row in between.rows["public.parcels"]) == 40
    (change,) = [step for step in plan.steps if step.phase is Phase.CLEANUP and step.rows]
    assert change.title == "assign public.parcels(region), moving rows to other partitions"
    assert any("up to 20 rows move to another partition" in note.text for note in plan.notes)
