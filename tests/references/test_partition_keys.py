"""A partitioned table's key carries what it is partitioned by: rows are referred to by the rest of it."""

from __future__ import annotations

import pytest

from auditor.config import parse_config
from tests.examples.circle import audit
from tests.references.inferring import lines, references
from tests.servers import Database

EVENTS = """CREATE TABLE events (id bigint, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
    CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');
    INSERT INTO events SELECT 7 * n, date '2026-01-01' + n FROM generate_series(1, 300) n;
    CREATE TABLE notes (id int PRIMARY KEY, event_id bigint);
    INSERT INTO notes SELECT n, 7 * (1 + n % 305) FROM generate_series(1, 610) n; """


@pytest.mark.parametrize("analysed", ["ANALYZE", ""])
def test_rows_are_referred_to_by_the_key_beside_the_partition_column(analysed: str, database: Database) -> None:
    found = references(database, f"{EVENTS} {analysed}")
    assert lines(found) == ["notes(event_id) -> events(id)"]
    assert found[0].confidence >= 0.8
    assert "by name only" not in " ".join(found[0].evidence)


def test_orphans_are_counted_and_no_foreign_key_is_promised(database18: Database) -> None:
    assert database18.psql(f"{EVENTS} ANALYZE").returncode == 0
    audited = audit(database18, parse_config(""), "orphaned-reference", "missing-foreign-key")
    (found,) = audited.findings
    assert (str(found.subject), found.violations, found.population) == ("public.notes(event_id)", 10, 610)
    assert "has to contain at, by which it is partitioned" in found.hint
    assert audited.plan is not None
    assert not any("FOREIGN KEY" in step.sql or "UNIQUE" in step.sql for step in audited.plan.steps)
    assert [each.definition for each in audited.constraints] == [
        "a column for at of the row in public.events, and a FOREIGN KEY of event_id and that column"
    ]


def test_where_the_key_holds_what_it_is_partitioned_by_it_is_declared_so(database18: Database) -> None:
    found = references(
        database18,
        f"""{EVENTS} ALTER TABLE notes ADD at date; UPDATE notes SET event_id = 7 * (1 + id % 300);
        UPDATE notes SET at = e.at FROM events e WHERE e.id = event_id; ANALYZE""",
    )
    assert lines(found) == ["notes(event_id, at) -> events(id, at)"]


COUNTED_ANEW = """
    CREATE TABLE bills (tenant_id int, id int, PRIMARY KEY (tenant_id, id)) PARTITION BY LIST (tenant_id);
    CREATE TABLE bills_1 PARTITION OF bills FOR VALUES IN (1);
    CREATE TABLE bills_2 PARTITION OF bills FOR VALUES IN (2);
    INSERT INTO bills SELECT t, 7 * n FROM generate_series(1, 2) t, generate_series(1, 200) n;
    CREATE TABLE items (id int PRIMARY KEY, bill_id int);
    INSERT INTO items SELECT n, 7 * n FROM generate_series(1, 200) n; """


@pytest.mark.parametrize("analysed", ["ANALYZE", ""])
def test_what_counts_anew_in_each_partition_is_no_key(analysed: str, database18: Database) -> None:
    assert lines(references(database18, f"{COUNTED_ANEW} {analysed}")) == []
