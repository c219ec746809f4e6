"""A copy that the role may not see whole: what nobody can compare is said, and never called without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.cli.test_command_line import DIRTY
from tests.rehearsal.rehearsing import execute, plan_of, rehearsal_in, rehearse
from tests.servers import Database

ROLE = 'who "sees"\nlittle'
CLOSED = """
CREATE TABLE "Se""c*$ret" (id int PRIMARY KEY, author_id int REFERENCES authors);
CREATE SCHEMA closed; CREATE TABLE closed.ledger (id int PRIMARY KEY);
CREATE TABLE guarded (id int PRIMARY KEY); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE TABLE secrets (id int PRIMARY KEY); INSERT INTO secrets VALUES (1);
CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE broken (id int, ratio int GENERATED ALWAYS AS (1 / id) VIRTUAL); INSERT INTO broken VALUES (0);
ALTER TABLE books ADD price float8 DEFAULT 0.1;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM secrets;
"""


@pytest.fixture
def limited(database18: Database) -> Iterator[str]:
    """The DSN of a role that owns what the plan is about, and sees no more."""
    execute(database18, DIRTY + CLOSED)
    quoted = '"' + ROLE.replace('"', '""') + '"'
    with database18.connect() as connection:
        owned = ("TABLE authors OWNER TO", "TABLE books OWNER TO")
        for statement in (
            "CREATE ROLE {} LOGIN",
            f"GRANT CREATE ON DATABASE {database18.name} TO {{}}",
            "GRANT CREATE, USAGE ON SCHEMA public TO {}",
            "GRANT SELECT ON guarded, broken, parted, closed.ledger TO {}",
            *(f"ALTER {each} {{}}" for each in owned),
            "ALTER ROLE {} SET extra_float_digits = -10",
        ):
            connection.execute(statement.format(quoted).encode())
    yield make_conninfo(database18.dsn, user=ROLE)
    with database18.connect() as connection:
        connection.execute(
            f"REASSIGN OWNED BY {quoted} TO postgres; DROP OWNED BY {quoted}; DROP ROLE {quoted}".encode()
        )


def test_what_the_role_may_not_read_is_named(database18: Database, limited: str, tmp_path: Path) -> None:
    plan = plan_of(database18, tmp_path, "--only", "orphaned-reference")

    done = rehearse(plan, "--on", limited, "--yes-this-is-a-copy")

    assert done.returncode == 3, done.stdout + done.stderr
    told = rehearsal_in(plan / "plan.json")
    assert (told["verdict"], told["failures"], told["blockers_left"]) == ("incomplete", [], 0)
    assert told["uncompared"] == [
        "closed.ledger",
        'public.Se"c*$ret',
        "public.broken",
        "public.counted",
        "public.guarded",
        "public.parted_1",
        "public.secrets",
    ]
    assert "without a trace" not in done.stdout
    assert 'and not compared with before in closed.ledger, public.Se"c*$ret, public.broken and 4 more' in done.stdout
    role = 'who "sees"\\u000alittle'
    gaps = [each for each in told["gaps"] if each.startswith("not compared")]
    assert gaps == [
        "not compared, as reading it ends with 22012 DivisionByZero: the rows of public.broken",
        f"not compared, as row security hides rows of it from {role}: the rows of public.guarded",
        f"not compared, as {role} may not read it: neither rows nor definition of closed.ledger, "
        'public.Se"c*$ret, public.parted_1, public.secrets',
        f"not compared, as {role} may not read it: the rows of public.counted",
    ]
    assert "next: rehearse it as a role that may read every table" in done.stdout
    with psycopg.connect(limited) as connection:
        assert connection.execute("SELECT count(*) FROM books").fetchone() == (200,)


def test_a_trace_beside_what_cannot_be_compared_is_found(database18: Database, limited: str, tmp_path: Path) -> None:
    plan = plan_of(database18, tmp_path, "--only", "orphaned-reference")
    with (plan / "90-rollback.sql").open("a") as file:
        file.write("\nUPDATE books SET price = '0.1000000000000001' WHERE id = 7; COMMENT ON TABLE authors IS 'x';")

    done = rehearse(plan, "--on", limited, "--yes-this-is-a-copy")

    failures = rehearsal_in(plan / "plan.json")["failures"]
    assert done.returncode == 3, done.stdout + done.stderr
    assert "rolled back: public.books has as many rows as before (200), and not the same" in failures
    assert any("COMMENT ON TABLE public.authors" in each for each in failures)
