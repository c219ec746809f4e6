"""What the README says beforehand of rows that go along, and of the room that the quarantine takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa

from auditor.catalog import Catalog
from auditor.model import Phase
from auditor.remedy import Operation, assign, batches, set_aside
from tests.remedy.applying import Choose, column, plan_for, run, table
from tests.servers import Database

TABLES = """
CREATE TABLE users (id int PRIMARY KEY, bad bool, name text);
CREATE TABLE reservations (id int PRIMARY KEY, who int REFERENCES users);
CREATE TABLE payments (id int PRIMARY KEY, reservation int REFERENCES reservations);
CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL);
INSERT INTO users SELECT n, n % 5 = 0, repeat('x', 1000) FROM generate_series(1, 1000) AS n;
INSERT INTO reservations SELECT n, n % 1000 + 1 FROM generate_series(1, 20000) AS n;
INSERT INTO payments SELECT n, CASE WHEN n % 2 = 0 THEN n + 1 END FROM generate_series(1, 10000) AS n;
INSERT INTO posts SELECT n, n FROM generate_series(1, 500) AS n;
ANALYZE;
"""


def test_rows_that_go_along_and_room_are_told_from_the_statistics(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(TABLES)
    plan = plan_for(
        database18, lambda c: [set_aside(table(c, "users"), column(table(c, "users"), "bad"))], violations=200
    )

    notes = [note.text for note in plan.notes]

    assert (
        "set aside rows of public.users: rows that refer to them go with them: public.reservations (about 4,000 rows),"
        " public.payments (about 1,000 rows); rows that refer to them are set NULL: public.posts(author) (about 100"
        " rows)"
    ) in notes


def test_the_room_that_the_quarantine_takes_is_told_where_it_is_more_than_a_little(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(TABLES)
    plan = plan_for(
        database18,
        lambda c: [
            assign(table(c, "users"), {"name": column(table(c, "users"), "bad")}, column(table(c, "users"), "bad"))
        ],
        violations=1000,
    )

    (told,) = [note.text for note in plan.notes if "quarantine" in note.text]
    assert told.startswith("assign public.users(name): the quarantine takes up to 3 MB, the write-ahead log up to 1")


def test_a_few_rows_that_take_many_along_go_in_batches(database18: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database18.connect() as connection:
        connection.execute(TABLES)
    monkeypatch.setattr(batches, "AT_ONCE", 1000)

    plan = plan_for(
        database18, lambda c: [set_aside(table(c, "users"), column(table(c, "users"), "bad"))], violations=200
    )

    (change,) = [step for step in plan.steps if step.phase is Phase.CLEANUP and step.rows]
    assert "in batches" in change.sql
    assert "/ 38 AS batch" in change.sql


SCATTERED = """
CREATE TABLE t (id int PRIMARY KEY, bad bool, name text);
INSERT INTO t SELECT n, n % 50 = 0, 'abcdef' FROM generate_series(1, 200000) AS n;
"""
WIDE = """
CREATE TABLE t (id int PRIMARY KEY, bad bool, name text, page text);
ALTER TABLE t ALTER page SET STORAGE EXTERNAL;
INSERT INTO t SELECT n, n % 5 = 0, 'abcdef',
    (SELECT string_agg(md5((n * k)::text), '') FROM generate_series(1, 600) AS k) FROM generate_series(1, 1500) AS n;
"""


def gone(catalog: Catalog) -> list[Operation]:
    return [set_aside(table(catalog, "t"), column(table(catalog, "t"), "bad").is_(sa.true()))]


def renamed(catalog: Catalog) -> list[Operation]:
    name, bad = (column(table(catalog, "t"), each) for each in ("name", "bad"))
    return [assign(table(catalog, "t"), {"name": sa.func.upper(name)}, sa.and_(bad, name == "abcdef"))]


@pytest.mark.parametrize("operations", [gone, renamed])
@pytest.mark.parametrize(("tables", "rows"), [(SCATTERED, 4000), (WIDE, 300)], ids=["scattered", "wide"])
def test_no_more_room_is_taken_than_was_told_and_not_far_less(
    database18: Database, tables: str, rows: int, operations: Choose
) -> None:
    with database18.connect() as connection:
        connection.execute(tables)
        connection.execute("VACUUM ANALYZE t")
        plan = plan_for(database18, operations, violations=rows)
        run(database18, plan, Phase.GUARD)
        with whole_pages(connection):
            connection.execute("CHECKPOINT")
            before = connection.execute("SELECT pg_current_wal_lsn()::text").fetchone()
            run(database18, plan, Phase.CLEANUP)
            row = connection.execute(TAKEN, before).fetchone()

    assert row is not None
    (told,) = [note.text for note in plan.notes if "quarantine" in note.text]
    kept, logged = (int(number.replace(",", "")) for number in re.findall(r"([\d,]+) MB", told))
    assert row[0] <= kept <= 4 * row[0] + 2
    assert row[1] <= logged


@contextmanager
def whole_pages(connection: psycopg.Connection) -> Iterator[None]:
    """The servers of the tests log no whole pages by themselves, and others use this one."""
    connection.execute("ALTER SYSTEM SET full_page_writes = on")
    connection.execute("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        connection.execute("ALTER SYSTEM RESET full_page_writes")
        connection.execute("SELECT pg_reload_conf()")


TAKEN = """
SELECT (SELECT sum(pg_total_relation_size(c.oid)) / 1e6 FROM pg_class AS c
    WHERE c.relnamespace = 'auditor_quarantine'::regnamespace AND c.relkind = 'r'),
    pg_wal_lsn_diff(pg_current_wal_lsn(), %s::pg_lsn) / 1e6
"""
