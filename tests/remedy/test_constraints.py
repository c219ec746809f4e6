"""Constraints, indexes, policies: added, verified, and rolled back without a trace; squawk has nothing to say."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from auditor.catalog import Catalog, Policy
from auditor.model import Phase, Plan
from auditor.probe import relation
from auditor.remedy import (
    Operation,
    add_check,
    add_foreign_key,
    add_unique,
    assign,
    create_index,
    create_policy,
    drop_policy,
    enable_row_security,
    force_row_security,
    populate_view,
    rebuild_index,
    reopen_constraint,
    revoke,
    set_aside,
    set_not_null,
    validate_constraint,
)
from tests.catalog.reading import constraint_of, index_of
from tests.remedy.applying import FORWARD, attempt, column, full_circle, plan_for, run, script, squawk, state, table
from tests.servers import Database

PLAIN = """
CREATE TABLE orgs (id int PRIMARY KEY, code text NOT NULL);
CREATE TABLE members (id int PRIMARY KEY, org int, email text);
"""
PARTITIONED = """
CREATE TABLE orgs (id int PRIMARY KEY, code text NOT NULL) PARTITION BY HASH (id);
CREATE TABLE orgs_0 PARTITION OF orgs FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE orgs_1 PARTITION OF orgs FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE members (id int PRIMARY KEY, org int, email text) PARTITION BY RANGE (id);
CREATE TABLE members_low PARTITION OF members FOR VALUES FROM (0) TO (3) PARTITION BY HASH (id);
CREATE TABLE members_low_0 PARTITION OF members_low FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE members_low_1 PARTITION OF members_low FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE members_high PARTITION OF members FOR VALUES FROM (3) TO (100);
"""
ROWS = """
INSERT INTO orgs VALUES (1, 'a'), (2, 'b');
INSERT INTO members VALUES (1, 1, 'A@x'), (2, 2, 'b@x'), (3, 3, 'c@x'), (4, NULL, 'd@x'), (5, 1, NULL);
"""


@pytest.fixture(params=["plain", "partitioned"])
def members(request: pytest.FixtureRequest, database: Database) -> Database:
    with database.connect() as connection:
        connection.execute((PLAIN if request.param == "plain" else PARTITIONED) + ROWS)
    return database


def everything(catalog: Catalog) -> list[Operation]:
    """Orphans out, a foreign key, a check on lower case, NOT NULL, indexes: as the checks would have it."""
    t, orgs = table(catalog, "members"), table(catalog, "orgs")
    email, org = column(t, "email"), column(t, "org")
    there = relation(orgs).alias("referenced")
    orphan = sa.and_(org.is_not(None), ~sa.exists(sa.select(there.c["id"]).where(there.c["id"] == org)))
    return [
        set_aside(t, orphan),
        add_foreign_key(t, ("org",), orgs, ("id",)),
        create_index(t, ("org",)),
        assign(t, {"email": sa.func.lower(email)}, sa.and_(email.is_not(None), email != sa.func.lower(email))),
        add_check(t, email == sa.func.lower(email), "lowercase"),
        assign(t, {"email": sa.literal("none@x")}, email.is_(None)),
        set_not_null(t, "email"),
        create_index(t, (sa.func.lower(email), "id"), unique=True, where=org.is_not(None), suffix="key"),
        add_unique(t, ("id", "email")),
    ]


def test_a_migration_of_everything(members: Database, tmp_path: Path) -> None:
    plan = plan_for(members, everything)

    assert attempt(members, plan, Phase.VERIFY).returncode == 3
    between = full_circle(members, plan)

    assert squawk(plan, members.server_version, tmp_path) == ""
    assert between.rows["public.members"].total() == 4
    assert all(flag[3] == "true" for flag in between.flags if flag[0] in ("constraint", "index"))


OWN = """
CREATE UNIQUE INDEX own ON members_low_0 (id, email);
ALTER TABLE members_high ADD CONSTRAINT own_key UNIQUE (id, email);
CREATE INDEX own_org ON members_high (org);
CREATE INDEX own_low ON ONLY members_low (org);
"""


def test_partitions_keep_the_indexes_that_they_had(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(PARTITIONED + ROWS + OWN)

    between = full_circle(
        database,
        plan_for(
            database,
            lambda c: [add_unique(table(c, "members"), ("id", "email")), create_index(table(c, "members"), ("org",))],
        ),
    )

    assert sum("ATTACH PARTITION" in line and "_key" in line for line in between.schema) == 4
    assert all(flag[3] == "true" for flag in between.flags if flag[0] == "index" and "own" not in str(flag))


def test_a_rollback_after_every_step_of_the_way(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(PLAIN + ROWS)
    plan = plan_for(database18, everything)
    before = state(database18)
    forward = [step for step in plan.steps if step.phase in FORWARD]

    for number in range(len(forward)):
        for step in forward[: number + 1]:
            done = database18.psql(step.sql)
            assert done.returncode == 0, done.stderr
        run(database18, plan, Phase.ROLLBACK)
        assert state(database18) == before


def test_a_foreign_key_that_cascades_is_no_fence(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(PLAIN + "INSERT INTO orgs VALUES (1, 'a'); INSERT INTO members VALUES (1, 1, 'x')")
    plan = plan_for(
        database18,
        lambda c: [add_foreign_key(table(c, "members"), ("org",), table(c, "orgs"), ("id",), on_delete="CASCADE")],
    )

    assert Phase.FENCE not in {step.phase for step in plan.steps}
    between = full_circle(database18, plan)
    assert any("ON DELETE CASCADE" in line for line in between.schema)


NOT_VALID = """
CREATE TABLE orgs (id int PRIMARY KEY);
CREATE TABLE members (id int PRIMARY KEY, org int, age int);
INSERT INTO members VALUES (1, 7, 1), (2, NULL, -1), (3, 7, -1);
ALTER TABLE members ADD CONSTRAINT "to org" FOREIGN KEY (org) REFERENCES orgs ON DELETE CASCADE NOT VALID;
ALTER TABLE members ADD CONSTRAINT age CHECK (age >= 0) NOT VALID;
"""


def test_constraints_that_were_not_valid_are_so_again(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(NOT_VALID)

    def validated(catalog: Catalog) -> list[Operation]:
        t = table(catalog, "members")
        return [
            set_aside(t, column(t, "org").is_not(None)),
            assign(t, {"age": sa.literal(0)}, column(t, "age") < 0),
            validate_constraint(t, constraint_of(t, "to org")),
            validate_constraint(t, constraint_of(t, "age")),
        ]

    between = full_circle(database, plan_for(database, validated))

    assert sorted(between.rows["public.members"]) == ["members(2,,0)"]


def test_rows_come_back_under_a_constraint_that_stays_not_valid(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(NOT_VALID)

    full_circle(
        database18,
        plan_for(database18, lambda c: [set_aside(table(c, "members"), column(table(c, "members"), "id") == 3)]),
    )


def test_a_validated_but_violated_foreign_key_comes_back_not_valid(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("""
            CREATE TABLE orgs (id int PRIMARY KEY);
            CREATE TABLE members (id int PRIMARY KEY, org int REFERENCES orgs);
            SET session_replication_role = replica;
            INSERT INTO members VALUES (1, 7), (2, NULL);
        """)

    def mended(catalog: Catalog) -> list[Operation]:
        t = table(catalog, "members")
        return [set_aside(t, column(t, "org").is_not(None)), reopen_constraint(t, constraint_of(t, "members_org_fkey"))]

    before = state(database)
    plan = plan_for(database, mended)
    run(database, plan, *FORWARD, Phase.VERIFY, Phase.ROLLBACK)
    after = state(database)

    assert after.rows == before.rows
    assert [line for line in after.schema if line not in before.schema] == [
        "    ADD CONSTRAINT members_org_fkey FOREIGN KEY (org) REFERENCES public.orgs(id) NOT VALID;"
    ]
    assert any("NOT VALID" in note.text for note in plan.notes)
    # Applied again after it was rolled back, the plan leaves it valid.
    run(database, plan, *FORWARD, Phase.VERIFY, Phase.ROLLBACK)
    assert state(database) == after


def test_an_index_left_invalid_by_a_failed_build_is_replaced(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1), (2, 1), (3, 2)")
    plan = plan_for(database, lambda c: [add_unique(table(c, "t"), ("a",))])

    run(database, plan, Phase.GUARD)
    assert attempt(database, plan, Phase.INDEXES).returncode == 3
    with database.connect() as connection:
        connection.execute("DELETE FROM t WHERE id = 2")
    full_circle_after_a_failure(database, plan)


def full_circle_after_a_failure(database: Database, plan: Plan) -> None:
    run(database, plan, Phase.INDEXES, Phase.CONSTRAINTS, Phase.VERIFY, Phase.ROLLBACK)
    assert not any("t_a_key" in line for line in state(database).schema)


def test_a_rebuild_that_fails_or_is_stopped_leaves_nothing_behind(database: Database) -> None:
    """PostgreSQL leaves the new index, or the old one after the two were exchanged, invalid under another name."""
    with database.connect() as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY, x int); INSERT INTO t VALUES (1, 1), (2, 1)")
        failing(connection, 'CREATE UNIQUE INDEX CONCURRENTLY "t:x" ON t (x)')

    def rebuilt(catalog: Catalog) -> list[Operation]:
        t = table(catalog, "t")
        return [set_aside(t, column(t, "id") == 2), rebuild_index(t, index_of(t, "t:x"))]

    plan = plan_for(database, rebuilt)
    before = state(database)
    assert "rows of public.t share a key of the unique index t:x" in attempt(database, plan, Phase.INDEXES).stderr
    assert state(database) == before
    with database.connect() as connection:
        failing(connection, 'REINDEX INDEX CONCURRENTLY "t:x"')
        failing(connection, 'CREATE UNIQUE INDEX CONCURRENTLY "t:x_ccold" ON t (x)')
    assert state(database) != before

    run(database, plan, Phase.GUARD, Phase.CLEANUP, Phase.INDEXES)
    with database.connect() as connection:
        names = connection.execute("SELECT relname FROM pg_class WHERE relname LIKE '%_cc%'").fetchall()
        assert names == []
        connection.execute("INSERT INTO t VALUES (3, 2)")
        failing(connection, 'CREATE UNIQUE INDEX CONCURRENTLY "t:x_ccold" ON t ((1))')
        connection.execute("DELETE FROM t WHERE id = 3")
    run(database, plan, Phase.ROLLBACK)
    assert state(database) == before


def failing(connection: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(statement.encode())


def test_an_invalid_unique_index_is_invalid_again(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1), (2, 1), (3, 2)")
        with pytest.raises(Exception, match="could not create unique index"):
            connection.execute('CREATE UNIQUE INDEX CONCURRENTLY "t:x" ON t (a)')

    def rebuilt(catalog: Catalog) -> list[Operation]:
        t = table(catalog, "t")
        return [set_aside(t, column(t, "id") == 2), rebuild_index(t, index_of(t, "t:x"))]

    plan = plan_for(database, rebuilt)
    full_circle(database, plan)
    run(database, plan, *FORWARD)
    done = attempt(database, plan, Phase.ROLLBACK)
    assert done.returncode == 0
    assert "could not create unique index" in done.stderr
    assert "the next statement is to end in an error, and what follows runs all the same" in done.stdout


POLICIES = """
CREATE TABLE t (id int PRIMARY KEY, owner text);
CREATE POLICY "old "" one" ON t AS RESTRICTIVE FOR UPDATE TO anon, authenticated
    USING (owner = current_user) WITH CHECK (owner LIKE '%;');
GRANT SELECT, INSERT ON t TO anon; GRANT SELECT ON t TO authenticated WITH GRANT OPTION; GRANT SELECT ON t TO PUBLIC;
CREATE MATERIALIZED VIEW v AS SELECT count(*) FROM t WITH NO DATA;
"""


def test_row_security_policies_privileges_and_views_go_back_as_they_were(database: Database, tmp_path: Path) -> None:
    with database.connect() as connection:
        connection.execute(POLICIES)
    new = Policy(name="own", command="ALL", permissive=True, roles=("authenticated",), using="owner = CURRENT_USER",
                 with_check=None)  # fmt: skip

    def secured(catalog: Catalog) -> list[Operation]:
        t = table(catalog, "t")
        return [
            enable_row_security(t), force_row_security(t), create_policy(t, new), drop_policy(t, t.policies[0]),
            revoke(t, "anon", "INSERT"), revoke(t, "authenticated", "SELECT"), revoke(t, "PUBLIC", "SELECT"),
            populate_view(table(catalog, "v")),
        ]  # fmt: skip

    plan = plan_for(database, secured)
    full_circle(database, plan)
    assert squawk(plan, database.server_version, tmp_path) == ""


def test_the_guard_refuses_another_database_and_another_version(database18: Database) -> None:
    plan = plan_for(database18, lambda c: ())
    assert plan.steps == ()
    with database18.connect() as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY, a int)")
    guard = script(plan_for(database18, lambda c: [set_not_null(table(c, "t"), "a")]), Phase.GUARD)

    assert database18.psql(guard).returncode == 0
    assert (
        "written for PostgreSQL 17, this is 18"
        in database18.psql(guard.replace("<> 18", "<> 17").replace(", 18,", ", 17,")).stderr
    )
    with database18.clone() as copy:
        assert f"written for the database {database18.name}" in copy.psql(guard).stderr
