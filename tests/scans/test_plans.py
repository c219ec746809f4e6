"""Few statements: what is asked twice, or of one table, or of small tables, goes together."""

from dataclasses import replace

import sqlalchemy as sa

from auditor.model import Outcome
from auditor.planner import Unseen, plan_scans, statement_of
from auditor.probe import Measurement, Probe, RowProbe, relation
from tests.scans.asking import asking, counts
from tests.servers import Database


def test_what_is_asked_twice_is_measured_once(database18: Database) -> None:
    database18.psql("CREATE TABLE users (id int, email text); INSERT INTO users VALUES (1, 'x')").check_returncode()
    with asking(database18) as ask:
        once: list[Probe] = [
            ask.row("users", "email = 'x'", "email"),
            ask.key("users", "email"),
            ask.key("users", "email", "id"),
        ]
        again: list[Probe] = [
            ask.row("users", "email = 'x'", "email"),
            ask.key("users", "email"),
            ask.key("users", "id", "email"),
        ]
        assert plan_scans([*once, *again]).scans == plan_scans(once).scans
        assert counts(ask.ask(*once, *again)) == [(1, 1), (0, 1), (0, 1)] * 2


def test_what_a_constraint_keeps_is_not_counted(database18: Database) -> None:
    database18.psql(
        """CREATE TABLE users (id int NOT NULL, org_id int); INSERT INTO users VALUES (1, NULL), (2, 1);
           ALTER TABLE users ADD CONSTRAINT kept NOT NULL org_id NOT VALID;"""
    ).check_returncode()
    with asking(database18) as ask:
        users = relation(ask.table("users"))
        asked = [
            replace(ask.row("users", f"{name} = 1", name), population=users.c[name].is_not(None))
            for name in ("id", "org_id")
        ]
        [scan] = plan_scans(asked).scans
        assert "WHERE org_id IS NOT NULL" in statement_of([scan])
        assert "WHERE id IS NOT NULL" not in statement_of([scan])
        assert counts(ask.ask(*asked)) == [(1, 2), (1, 1)]


def test_very_many_conditions_take_two_passes(database18: Database) -> None:
    database18.psql("CREATE TABLE users (id int); INSERT INTO users SELECT generate_series(1, 700)").check_returncode()
    with asking(database18) as ask:
        probes = [ask.row("users", f"id <= {n}", "id") for n in range(700)]
        assert len(plan_scans(probes).scans) == 2
        assert counts(ask.ask(*probes)) == [(n, 700) for n in range(700)]


def test_small_tables_share_statements(database18: Database) -> None:
    tables = "".join(f"CREATE TABLE t{n} (id int PRIMARY KEY, a int, b text);" for n in range(300))
    database18.psql(tables).check_returncode()
    with asking(database18) as ask:
        probes = [
            probe
            for n in range(300)
            for probe in (ask.row(f"t{n}", "b = ''", "b"), ask.key(f"t{n}", "b"), ask.reference(f"t{n}", "a", "t0"))
        ]
        before = ask.session.statements
        assert counts(ask.ask(*probes)) == [(0, 0)] * 900
        assert ask.session.statements - before <= 15


def test_what_the_catalog_foretells_is_not_sent(database18: Database) -> None:
    database18.psql(
        """
        CREATE ROLE auditor_test LOGIN; CREATE SCHEMA closed; GRANT USAGE ON SCHEMA public TO auditor_test;
        CREATE TABLE secret (id int PRIMARY KEY, note text);
        CREATE TABLE guarded (id int PRIMARY KEY, note text); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
        CREATE TABLE visible (id int PRIMARY KEY, secret_id int, guarded_id int, salary int);
        GRANT SELECT ON guarded TO auditor_test; GRANT SELECT (id, secret_id, guarded_id) ON visible TO auditor_test;
        """
    ).check_returncode()
    try:
        with asking(database18, f"{database18.dsn} user=auditor_test") as ask:
            results = ask.ask(
                ask.row("secret", "note = ''", "note"),
                ask.row("guarded", "note = ''", "note"),
                ask.row("visible", "salary < 0", "salary"),
                ask.reference("visible", "secret_id", "secret"),
                ask.reference("visible", "guarded_id", "guarded"),
                ask.row("visible", "secret_id IS NULL", "secret_id"),
            )
            assert len([record for record in ask.session.records if "AS counts" in record.sql]) == 1
    finally:
        database18.psql("DROP OWNED BY auditor_test; DROP ROLE auditor_test").check_returncode()
    *hidden, seen = results
    assert seen == Measurement(violations=0, population=0, rows=0)
    assert hidden == [
        Unseen(Outcome.HIDDEN, "this role has no SELECT on public.secret"),
        Unseen(Outcome.HIDDEN, "row security hides rows of public.guarded from this role"),
        Unseen(Outcome.HIDDEN, "this role has no SELECT on public.visible(salary)"),
        Unseen(Outcome.HIDDEN, "this role has no SELECT on public.secret"),
        Unseen(Outcome.HIDDEN, "row security hides rows of public.guarded from this role"),
    ]


def test_a_condition_with_a_subquery_keeps_its_correlation(database18: Database) -> None:
    database18.psql(
        """
        CREATE TABLE orgs (id int); INSERT INTO orgs VALUES (1);
        CREATE TABLE users (id int, org_id int); INSERT INTO users VALUES (1, 1), (2, 2), (3, 1);
        """
    ).check_returncode()
    with asking(database18) as ask:
        orgs = relation(ask.table("orgs")).alias("o")
        users = relation(ask.table("users"))
        found = sa.exists(sa.select(sa.literal(1)).select_from(orgs).where(orgs.c.id == users.c.org_id))
        plain = ask.row("users", "false", "org_id")
        probe = RowProbe(
            table=plain.table, subject=plain.subject, violation=~found, columns=("org_id",), judge=plain.judge
        )
        assert counts(ask.ask(probe, plain)) == [(1, 3), (0, 3)]


def test_progress_ends_with_everything_done(database18: Database) -> None:
    database18.psql("CREATE TABLE a (id int); CREATE TABLE b (id int); ANALYZE").check_returncode()
    told: list[tuple[int, int, int, int]] = []
    with asking(database18) as ask:
        ask.ask(ask.row("a", "id > 0", "id"), ask.row("b", "id > 0", "id"), progress=lambda *now: told.append(now))
    assert told[-1][2:] == (2, 2)
    assert told[-1][0] == told[-1][1]
