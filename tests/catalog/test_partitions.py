"""What partitions have of their own: privileges, row security, policies, indexes that nothing above stands for."""

from __future__ import annotations

from auditor.catalog import Grant
from auditor.catalog.codec import from_json, to_json
from tests.catalog.reading import catalog_of, table_of
from tests.servers import Database

# One partition is attached with its columns in another order.
EVENTS = """
CREATE TABLE events (id int, day int, kind text) PARTITION BY LIST (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);
CREATE TABLE events_2 PARTITION OF events FOR VALUES IN (2) PARTITION BY HASH (id);
CREATE TABLE events_2_0 PARTITION OF events_2 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE events_3 (gone int, kind text, day int, id int);
ALTER TABLE events_3 DROP COLUMN gone;
ALTER TABLE events ATTACH PARTITION events_3 FOR VALUES IN (3);
"""


def test_who_may_do_what_with_a_partition(database: Database) -> None:
    catalog = catalog_of(
        database,
        EVENTS
        + """
        GRANT INSERT ON events TO anon;
        GRANT SELECT ON events_1 TO anon;
        GRANT SELECT (kind, id) ON events_3 TO anon;
        ALTER TABLE events_2 ENABLE ROW LEVEL SECURITY;
        ALTER TABLE events_2_0 FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON events_2_0 USING (id = 1);
        """,
    )
    events = table_of(catalog, "events")
    by_name = {each.name: each for each in events.partitions}

    assert {name: each.kind for name, each in by_name.items()} == {
        "events_1": "table",
        "events_2": "partitioned",
        "events_2_0": "table",
        "events_3": "table",
    }
    assert [by_name[name].parent for name in ("events_1", "events_2_0")] == [events.oid, by_name["events_2"].oid]
    assert [grant for grant in by_name["events_1"].grants if grant.role == "anon"] == [
        Grant(role="anon", privilege="SELECT")
    ]
    assert Grant(role="anon", privilege="SELECT", columns=("id", "kind")) in [
        Grant(role=each.role, privilege=each.privilege, columns=tuple(sorted(each.columns)))
        for each in by_name["events_3"].grants
    ]
    assert {name for name, each in by_name.items() if each.row_security} == {"events_2"}
    assert {name for name, each in by_name.items() if each.force_row_security} == {"events_2_0"}
    assert [policy.using for policy in by_name["events_2_0"].policies] == ["(id = 1)"]
    assert from_json(to_json(catalog)) == catalog


def test_indexes_that_no_valid_index_above_stands_for(database: Database) -> None:
    catalog = catalog_of(
        database,
        EVENTS
        + """
        CREATE INDEX on_all ON events (kind);
        CREATE INDEX on_3 ON events_3 (kind, id) INCLUDE (day);
        CREATE INDEX on_2 ON events_2 (id);
        CREATE INDEX on_some ON ONLY events (day);
        CREATE INDEX on_1 ON events_1 (day);
        ALTER INDEX on_some ATTACH PARTITION on_1;
        """,
    )
    events = table_of(catalog, "events")

    found = {each.index.name: (each.partition, each.attached, each.index.columns) for each in events.partition_indexes}
    assert found == {
        "on_1": ("events_1", True, ("day",)),
        "on_2": ("events_2", False, ("id",)),
        "on_3": ("events_3", False, ("kind", "id")),
    }
    assert [each.index.included for each in events.partition_indexes if each.index.name == "on_3"] == [("day",)]
    assert from_json(to_json(catalog)) == catalog
