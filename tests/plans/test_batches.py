"""Changes that go in batches: applied twice, verified, rolled back twice; stopped halfway; guarded once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from auditor.catalog import Catalog
from auditor.model import Phase, Plan
from auditor.remedy import Operation, assign, batches, set_aside, set_aside_duplicates
from tests.remedy.applying import attempt, column, full_circle, plan_for, run, state, table
from tests.servers import Database


@pytest.fixture(autouse=True)
def _tiny_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 0)
    monkeypatch.setattr(batches, "BATCH", 3)
    monkeypatch.setattr(batches, "PAUSE", 0)


REFERRING = """
CREATE TABLE orgs (id int PRIMARY KEY, part_of int REFERENCES orgs ON DELETE CASCADE, bad bool);
CREATE TABLE users (id int PRIMARY KEY, org int REFERENCES orgs ON DELETE CASCADE);
CREATE TABLE posts (
    id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL, org int REFERENCES orgs ON DELETE CASCADE
);
CREATE TABLE likes (post int REFERENCES posts ON DELETE CASCADE);
INSERT INTO orgs SELECT n, nullif((n * 7) % 20, 0), n % 2 = 0 FROM generate_series(1, 20) AS n ORDER BY n;
INSERT INTO users SELECT n, n % 20 + 1 FROM generate_series(1, 60) AS n;
INSERT INTO posts SELECT n, n % 60 + 1, nullif(n % 21, 0) FROM generate_series(1, 100) AS n;
INSERT INTO likes SELECT n % 100 + 1 FROM generate_series(1, 200) AS n;
"""


def bad_orgs(catalog: Catalog) -> list[Operation]:
    return [set_aside(table(catalog, "orgs"), column(table(catalog, "orgs"), "bad").is_(sa.true()))]


def test_what_refers_to_rows_goes_along_batch_by_batch_and_comes_back(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(REFERRING)

    between = full_circle(database, in_batches(plan_for(database, bad_orgs, violations=10)))

    assert not any(row.endswith(",t)") for row in between.rows["public.orgs"])


def in_batches(plan: Plan) -> Plan:
    changes = [step for step in plan.steps if step.phase is Phase.CLEANUP and not step.id.startswith("server")]
    assert all("in batches" in step.sql for step in changes)
    return plan


DUPLICATES = """
CREATE TABLE people (id int PRIMARY KEY, email text, boss int REFERENCES people ON DELETE SET NULL);
CREATE TABLE visits (id int PRIMARY KEY, who int REFERENCES people);
INSERT INTO people SELECT n, CASE WHEN n % 5 = 0 THEN NULL ELSE 'P' || n % 7 END, n / 2 FROM generate_series(1, 40) n
    WHERE n > 1 OR n = 1 ORDER BY n;
UPDATE people SET boss = NULL WHERE id = 1;
INSERT INTO visits SELECT n, n % 40 + 1 FROM generate_series(1, 90) AS n;
"""


@pytest.mark.parametrize("text", [False, True], ids=["expression", "text"])
def test_duplicates_go_batch_by_batch_and_what_refers_to_them_is_pointed_to_the_one_that_stays(
    database: Database, text: bool
) -> None:
    with database.connect() as connection:
        connection.execute(DUPLICATES.replace(", n / 2 FROM", ", nullif(n / 2, 0) FROM"))

    def repeated(catalog: Catalog) -> list[Operation]:
        email = column(table(catalog, "people"), "email")
        key = sa.literal_column("lower(email)") if text else sa.func.lower(email)
        return [set_aside_duplicates(table(catalog, "people"), (key,), None, "oldest")]

    between = full_circle(database, in_batches(plan_for(database, repeated, violations=25)))

    emails = [row.split(",")[1] for row in between.rows["public.people"]]
    assert sorted(filter(None, emails)) == sorted(f"P{n}" for n in range(7))
    assert between.rows["public.visits"].total() == 90


def test_a_table_without_a_key_goes_by_place(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("""
            CREATE TABLE t (n int, bad bool) PARTITION BY LIST (bad);
            CREATE TABLE t0 PARTITION OF t DEFAULT;
            CREATE TABLE t1 PARTITION OF t FOR VALUES IN (true);
            INSERT INTO t SELECT n / 2, n % 3 = 0 FROM generate_series(1, 40) AS n;
        """)
    plan = plan_for(database, lambda c: [set_aside(table(c, "t"), column(table(c, "t"), "n") < 10)], violations=19)

    assert full_circle(database, in_batches(plan)).rows["public.t"].total() == 21


EMAILS = """
CREATE TABLE t (id int PRIMARY KEY, email text);
INSERT INTO t SELECT n, 'A' || n FROM generate_series(1, 40) AS n;
CREATE FUNCTION stops() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'stopped'; END $$;
CREATE TRIGGER stops BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.id = 20) EXECUTE FUNCTION stops();
"""


def lowered(catalog: Catalog) -> list[Operation]:
    email = column(table(catalog, "t"), "email")
    return [assign(table(catalog, "t"), {"email": sa.func.lower(email)}, email != sa.func.lower(email))]


def test_stopped_halfway_it_goes_on_where_it_was_and_is_not_guarded_again(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(EMAILS)
    plan = plan_for(database, lowered, violations=40)
    run(database, plan, Phase.GUARD)
    assert "stopped" in attempt(database, plan, Phase.CLEANUP).stderr
    before = state(database).rows["public.t"]
    assert 0 < sum("(" in row and ",a" in row for row in before) < 40

    with database.connect() as connection:
        connection.execute("DROP TRIGGER stops ON t; INSERT INTO t SELECT n, 'B' || n FROM generate_series(100, 200) n")
    run(database, plan, Phase.CLEANUP)

    rows = state(database).rows["public.t"]
    assert sum(",a" in row for row in rows) == 40
    assert sum(",B" in row for row in rows) == 101
    assert "101 rows of public.t are concerned, 40 were audited" in attempt(database, plan, Phase.CLEANUP).stderr


def test_rolled_back_from_halfway_nothing_is_left(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(EMAILS)
    before = state(database)
    plan = plan_for(database, lowered, violations=40)
    run(database, plan, Phase.GUARD)
    assert "stopped" in attempt(database, plan, Phase.CLEANUP).stderr

    run(database, plan, Phase.ROLLBACK)

    assert state(database) == before


def test_more_rows_than_were_audited_stop_it_before_the_first_batch(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(EMAILS)
    plan = plan_for(database, lowered, violations=20)
    run(database, plan, Phase.GUARD)

    done = attempt(database, plan, Phase.CLEANUP)

    assert "40 rows of public.t are concerned, 20 were audited" in done.stderr
    assert not any(",a" in row for row in state(database).rows["public.t"])
