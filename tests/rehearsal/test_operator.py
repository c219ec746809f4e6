"""The plan runs as the role that owns the tables, where one does and may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

from tests.rehearsal.rehearsing import plan_of, rehearsal_in, rehearse
from tests.servers import Database

OWNER = "owner's Ü\\role"

GIVEN = """
CREATE SCHEMA app AUTHORIZATION {owner};
SET ROLE {owner};
CREATE TABLE app.authors (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE app.books (id int PRIMARY KEY, author_id int NOT NULL);
INSERT INTO app.authors SELECT n, 'author ' || n FROM generate_series(1, 50) n;
INSERT INTO app.books SELECT n, CASE WHEN n <= 3 THEN 900 ELSE n % 50 + 1 END FROM generate_series(1, 200) n;
RESET ROLE;
ANALYZE"""


@pytest.fixture
def owned(database18: Database) -> Iterator[Database]:
    owner = sql.Identifier(OWNER)
    with database18.connect() as connection:
        connection.execute(sql.SQL("CREATE ROLE {}").format(owner))
        connection.execute(sql.SQL(GIVEN).format(owner=owner))
        yield database18
        connection.execute(sql.SQL("DROP OWNED BY {owner}; DROP ROLE {owner}").format(owner=owner))


def grant_create(database: Database) -> None:
    with database.connect() as connection:
        names = sql.Identifier(database.name), sql.Identifier(OWNER)
        connection.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(*names))


def test_as_the_owner(owned: Database, tmp_path: Path) -> None:
    grant_create(owned)
    plan = plan_of(owned, tmp_path)

    done = rehearse(plan, owned.dsn)

    assert done.returncode == 0, done.stdout + done.stderr
    told = rehearsal_in(plan / "plan.json")
    assert told["role"] == OWNER
    assert f" as {OWNER}: applied in" in done.stdout
    assert not any("superuser" in note for note in told["notes"])


def test_what_the_owner_may_not_do_stops_the_plan(owned: Database, tmp_path: Path) -> None:
    grant_create(owned)
    plan = plan_of(owned, tmp_path)
    with owned.connect() as connection:
        connection.execute("ALTER SCHEMA app OWNER TO postgres")

    done = rehearse(plan, owned.dsn)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "permission denied for schema app (42501)" in done.stdout


def test_an_owner_who_may_not_make_the_quarantine(owned: Database, tmp_path: Path) -> None:
    plan = plan_of(owned, tmp_path)

    done = rehearse(plan, owned.dsn)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "may not create a schema, as the plan does: GRANT CREATE ON DATABASE" in done.stdout
    assert "the plan ran as a superuser" in done.stdout
    assert rehearsal_in(plan / "plan.json")["role"] == ""
