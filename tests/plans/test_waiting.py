"""Transactions that have been open for long are named before a file, or a build, comes to wait for them."""

from __future__ import annotations

import psycopg
import pytest

from auditor.catalog import Catalog
from auditor.model import Phase
from auditor.remedy import Operation, create_index, set_not_null, waiting
from tests.remedy.applying import attempt, plan_for, run, table
from tests.servers import Database

TABLE = "CREATE TABLE t (id int NOT NULL, other int); INSERT INTO t VALUES (1, 1)"


def building(catalog: Catalog) -> list[Operation]:
    return [create_index(table(catalog, "t"), ("id",)), set_not_null(table(catalog, "t"), "other")]


@pytest.mark.parametrize("phase", [Phase.INDEXES, Phase.CONSTRAINTS])
def test_who_has_been_at_it_for_long_is_named(
    database: Database, phase: Phase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.connect() as connection:
        connection.execute(TABLE)
    said_in_vain = attempt(database, plan_for(database, building), phase).stderr
    assert "WARNING" not in said_in_vain
    monkeypatch.setattr(waiting, "_LONG", "0")
    plan = plan_for(database, building)

    with psycopg.connect(database.dsn, application_name="nightly export") as holder:
        holder.execute("SELECT now()")
        holder.execute("SELECT 1")
        pid = holder.info.backend_pid
        done = attempt(database, plan, phase)

    assert done.returncode == 0, done.stderr
    assert f"transaction of pid {pid} (nightly export, idle in transaction) has been open for 00:00:0" in done.stderr
    assert f"or end it: SELECT pg_terminate_backend({pid});" in done.stderr


def test_prepared_transactions_are_named_before_and_where_they_are_in_the_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_LONG", "0")
    with database.connect() as connection:
        connection.execute(TABLE)
    plan = plan_for(database, building)
    with psycopg.connect(database.dsn) as holder:
        holder.execute("UPDATE t SET id = 2")
        holder.execute("PREPARE TRANSACTION 'it''s forgotten'")

    done = attempt(database, plan, Phase.CONSTRAINTS)

    with database.connect() as connection:
        connection.execute("ROLLBACK PREPARED 'it''s forgotten'")
    assert "the prepared transaction 'it''s forgotten' of postgres has been open for" in done.stderr
    assert "ROLLBACK PREPARED 'it''s forgotten';" in done.stderr
    assert "In the way: prepared transaction 'it''s forgotten' (postgres, transaction open for" in done.stderr
    run(database, plan, Phase.CONSTRAINTS)
