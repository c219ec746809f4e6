"""Where row security hides rows from whoever runs a plan, every format refuses, in batches too: a referenced row that
is hidden would make an orphan of each row that refers to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command

from auditor.config import PlanFormat
from tests.plan_formats.running import in_small_batches, make_runners_table, run_files, write_plan
from tests.plan_formats.test_alembic import add_plan, project
from tests.servers import Database, Server

SHOP = """
CREATE TABLE users (id int PRIMARY KEY, org int NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, user_id int);
INSERT INTO users SELECT n, n % 20 FROM generate_series(1, 200) AS n;
INSERT INTO orders SELECT n, n FROM generate_series(1, 225) AS n;
ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
ALTER TABLE users OWNER TO calliq_billing;
ALTER TABLE orders OWNER TO calliq_billing;
CREATE POLICY own ON users USING (org <> 1);
CREATE POLICY own ON orders USING (id <= 200);
GRANT ALL ON SCHEMA public TO calliq_billing;
ANALYZE;
"""


def as_owner(database: Database, *commands: str) -> None:
    """From now on sessions are those of the tables' owner, which is no superuser."""
    with database.connect() as connection:
        for each in (
            "GRANT ALL ON ALL TABLES IN SCHEMA public TO calliq_billing",
            f"GRANT CREATE ON DATABASE {database.name} TO calliq_billing",
            *commands,
            f"ALTER DATABASE {database.name} SET role = 'calliq_billing'",
        ):
            connection.execute(each.encode())


@pytest.fixture
def shop(server18: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    in_small_batches(monkeypatch)
    with server18.database() as fresh:
        with fresh.connect() as connection:
            connection.execute(SHOP)
        yield fresh


def by_psql(database: Database, folder: Path) -> Callable[[], str]:
    plan = write_plan(database, "psql", folder)
    return lambda: "".join(database.psql(file).stderr for file in sorted(plan.glob("[0-4]*.sql")))


def by_steps(database: Database, folder: Path) -> Callable[[], str]:
    make_runners_table(database)
    plan = write_plan(database, "steps", folder)

    def run() -> str:
        try:
            run_files(database, plan / "steps")
        except psycopg.Error as error:
            return f"{error}"
        return ""

    return run


def by_alembic(database: Database, folder: Path) -> Callable[[], str]:
    config = project(database, folder / "project")
    add_plan(database, config, folder)

    def run() -> str:
        try:
            command.upgrade(config, "head")
        except sa.exc.DBAPIError as error:
            return f"{error.orig}"
        return ""

    return run


FORMATS: dict[PlanFormat, Callable[[Database, Path], Callable[[], str]]] = {
    "psql": by_psql,
    "steps": by_steps,
    "alembic": by_alembic,
}


@pytest.mark.parametrize("plan_format", FORMATS)
def test_rows_that_change_are_hidden(shop: Database, tmp_path: Path, plan_format: PlanFormat) -> None:
    run = FORMATS[plan_format](shop, tmp_path)
    as_owner(shop, "ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")

    said = run()

    assert "row security hides rows of public.orders from the role calliq_billing; nothing has been changed" in said
    assert "BYPASSRLS" in said
    assert that_refer(shop) == 225


@pytest.mark.parametrize("plan_format", FORMATS)
def test_rows_that_they_refer_to_are_hidden(shop: Database, tmp_path: Path, plan_format: PlanFormat) -> None:
    run = FORMATS[plan_format](shop, tmp_path)
    as_owner(shop, "ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")

    said = run()

    assert 'row-level security policy for table "users"; this part of the step has changed nothing' in said
    assert "BYPASSRLS" in said
    assert that_refer(shop) == 225


@pytest.mark.parametrize("plan_format", FORMATS)
def test_an_owner_whom_no_policy_concerns_needs_no_more(
    shop: Database, tmp_path: Path, plan_format: PlanFormat
) -> None:
    run = FORMATS[plan_format](shop, tmp_path)
    as_owner(shop, "ALTER TABLE users ENABLE ROW LEVEL SECURITY", "ALTER TABLE orders ENABLE ROW LEVEL SECURITY")

    assert run() == ""
    assert that_refer(shop) == 200


def that_refer(database: Database) -> int:
    with database.connect() as connection:
        connection.execute("SET role = none")
        row = connection.execute("SELECT count(user_id) FROM orders").fetchone()
        assert row is not None
        return int(row[0])
