"""What the README says beforehand of rows that go along, and of the room that the quarantine takes."""

from __future__ import annotations

import pytest

from auditor.model import Phase
from auditor.remedy import assign, batches, set_aside
from tests.remedy.applying import column, plan_for, table
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
    assert told == "assign public.users(name): the quarantine takes up to 2 MB, the write-ahead log about 6 MB"


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
