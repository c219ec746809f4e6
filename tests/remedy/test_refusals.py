"""What a file refuses to do: in another database, too early, without its quarantine, on a table that has changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from auditor.catalog import Catalog
from auditor.model import Phase
from auditor.remedy import Operation, add_check, add_unique, create_index, set_aside, set_not_null
from tests.remedy.applying import FORWARD, attempt, column, plan_for, run, state, table
from tests.servers import Database

GIVEN = """
CREATE TABLE t (id int PRIMARY KEY, email text, code int);
INSERT INTO t VALUES (1, 'a', 1), (2, NULL, 1), (3, 'B', 2);
"""


def mended(catalog: Catalog) -> list[Operation]:
    t = table(catalog, "t")
    email = column(t, "email")
    return [
        set_aside(t, email.is_(None)),
        set_aside(t, email != sa.func.lower(email)),
        set_not_null(t, "email"),
        add_check(t, email == sa.func.lower(email), "lowercase"),
        add_unique(t, ("code",)),
        create_index(t, (sa.func.lower(email),), unique=True, where=column(t, "id") < 3, suffix="key"),
    ]


def given(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(GIVEN)


def test_every_file_refuses_another_database(database18: Database) -> None:
    given(database18)
    plan = plan_for(database18, mended, violations=1)
    with database18.clone() as other:
        before = state(other)
        for phase in {step.phase for step in plan.steps}:
            done = attempt(other, plan, phase)
            assert done.returncode == 3
            assert f"this plan is written for the database {database18.name}, this is {other.name}" in done.stderr
        assert state(other) == before


def test_constraints_and_indexes_before_the_clean_up_change_nothing(database: Database) -> None:
    given(database)
    with database.connect() as connection:
        connection.execute("INSERT INTO t VALUES (4, 'A', 7), (5, 'A', 7); UPDATE t SET email = 'a' WHERE id < 3")
    early = plan_for(database, mended, violations=1)
    before = state(database)

    for phase in (Phase.INDEXES, Phase.CONSTRAINTS):
        done = attempt(database, early, phase)
        assert done.returncode == 3
        assert "nothing has been changed" in done.stderr
        assert "20-backup-and-cleanup.sql" in done.stderr
    for step in early.steps:
        if step.phase is Phase.INDEXES or step.phase is Phase.CONSTRAINTS:
            database.psql(step.sql)

    assert [flag for flag in state(database).flags - before.flags if flag[3] == "false"] == []


def test_the_clean_up_refuses_without_its_quarantine(database18: Database) -> None:
    given(database18)

    done = attempt(database18, plan_for(database18, mended, violations=1), Phase.CLEANUP)

    assert done.returncode == 3
    assert "is not there; nothing has been changed" in done.stderr
    assert "00-guard-and-quarantine.sql" in done.stderr


def test_the_clean_up_refuses_a_column_that_the_quarantine_cannot_keep(database18: Database) -> None:
    given(database18)
    plan = plan_for(database18, mended, violations=1)
    with database18.connect() as connection:
        connection.execute("""ALTER TABLE t ADD "new" text DEFAULT 'precious'""")
    run(database18, plan, Phase.GUARD)

    done = attempt(database18, plan, Phase.CLEANUP)

    assert done.returncode == 3
    assert "the column new of public.t is new since the audit" in done.stderr
    assert state(database18).rows["public.t"].total() == 3


def test_a_rollback_whose_quarantine_is_lost_does_not_claim_success(database18: Database) -> None:
    given(database18)
    plan = plan_for(database18, mended, violations=1)
    run(database18, plan, Phase.ROLLBACK)
    run(database18, plan, Phase.GUARD, Phase.CLEANUP)
    with database18.connect() as connection:
        connection.execute("DROP SCHEMA auditor_quarantine CASCADE")

    done = attempt(database18, plan, Phase.ROLLBACK)

    assert done.returncode == 3
    assert "nothing can be brought back" in done.stderr


def test_two_checks_on_the_same_columns_are_two_constraints(database18: Database) -> None:
    given(database18)

    def checked(catalog: Catalog) -> list[Operation]:
        code = column(table(catalog, "t"), "code")
        return [add_check(table(catalog, "t"), each, "valid") for each in (code > 0, code < 10)]

    plan = plan_for(database18, checked)
    run(database18, plan, *FORWARD, Phase.VERIFY)

    checks = [flag for flag in state(database18).flags if flag[0] == "constraint" and "valid" in flag[2]]
    assert len(checks) == 2


def test_a_build_outwaits_a_transaction_that_is_open(database18: Database) -> None:
    given(database18)
    plan = plan_for(database18, lambda c: [create_index(table(c, "t"), ("code",))])

    with database18.connect() as reader, ThreadPoolExecutor() as pool:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM t")
        longer = pool.submit(reader.execute, "SELECT pg_sleep(3); COMMIT")
        run(database18, plan, Phase.INDEXES, Phase.VERIFY)
        longer.result()
