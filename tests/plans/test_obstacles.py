"""What others hold or subscribe to: said beforehand, or waited for and named."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import sqlalchemy as sa

from auditor.catalog import Catalog
from auditor.model import Phase
from auditor.remedy import Operation, set_aside, set_not_null
from tests.remedy.applying import attempt, column, plan_for, run, state, table
from tests.servers import Database

TABLE = """
CREATE TABLE t (id int, bad bool);
INSERT INTO t SELECT n, n > 3 FROM generate_series(1, 5) AS n;
"""


def bad_rows(catalog: Catalog) -> list[Operation]:
    return [set_aside(table(catalog, "t"), column(table(catalog, "t"), "bad").is_(sa.true()))]


@pytest.mark.parametrize(
    "publication",
    ["FOR TABLE t", "FOR ALL TABLES", "FOR TABLES IN SCHEMA public", "FOR TABLE t WITH (publish = 'insert')"],
)
def test_a_published_table_without_replica_identity_is_refused_before_anything_changes(
    database18: Database, publication: str
) -> None:
    with database18.connect() as connection:
        connection.execute(TABLE)
        connection.execute(f"CREATE PUBLICATION p {publication}".encode())
    plan = plan_for(database18, bad_rows, violations=2)

    done = attempt(database18, plan, Phase.GUARD)
    if "insert" in publication:
        assert done.returncode == 0, done.stderr
        run(database18, plan, Phase.CLEANUP)
        return
    assert "t is published to subscribers and has no replica identity" in done.stderr
    assert "auditor_quarantine.p0123456789_public_t" not in "".join(state(database18).rows)

    with database18.connect() as connection:
        connection.execute("ALTER TABLE t REPLICA IDENTITY FULL")
    run(database18, plan, Phase.GUARD, Phase.CLEANUP)


def test_whoever_is_in_the_way_is_named_once_the_attempts_are_over(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(TABLE)
    plan = plan_for(database18, lambda c: [*bad_rows(c), set_not_null(table(c, "t"), "id")], violations=2)
    run(database18, plan, Phase.GUARD, Phase.CLEANUP)

    with psycopg.connect(database18.dsn, application_name="nightly export") as holder:
        holder.execute("SELECT FROM t")
        done = attempt(database18, plan, Phase.CONSTRAINTS)
        pid = holder.info.backend_pid

    assert f"In the way: pid {pid} (nightly export, idle in transaction, transaction open for" in done.stderr
    assert "then run this file again" in done.stderr
    run(database18, plan, Phase.CONSTRAINTS, Phase.VERIFY)


def test_a_lock_that_comes_late_is_waited_for(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(TABLE)
    plan = plan_for(database18, bad_rows, violations=2)
    run(database18, plan, Phase.GUARD)

    with psycopg.connect(database18.dsn) as holder, ThreadPoolExecutor() as pool:
        holder.execute("UPDATE t SET id = id WHERE id = 5")
        clean_up = pool.submit(attempt, database18, plan, Phase.CLEANUP)
        time.sleep(3)
        holder.commit()
        assert clean_up.result().returncode == 0

    run(database18, plan, Phase.VERIFY)
