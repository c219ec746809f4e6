"""What breaks is an error with its reason, and everything else is counted."""

import threading
from collections.abc import Callable

import psycopg
import pytest

from auditor.model import Outcome
from auditor.planner import ScanPlan, Unseen, plan_scans
from auditor.probe import Probe
from tests.scans.asking import Asking, asking, counts, reason
from tests.servers import Database

FOUR_TABLES = "".join(
    f"CREATE TABLE {name} (id int PRIMARY KEY, n int); INSERT INTO {name} SELECT i, i FROM generate_series(1, 5) AS i;"
    for name in ("quiet", "dropped", "truncated", "rewritten", "locked")
)


@pytest.mark.parametrize("guilty", [0, 1, 6, 12])
def test_halving_isolates_the_guilty_expression(database: Database, guilty: int) -> None:
    database.psql(
        "CREATE TABLE users (id int, age text); INSERT INTO users VALUES (1, '30'), (2, 'secret')"
    ).check_returncode()
    with asking(database) as ask:
        probes = [ask.row("users", f"id > {n}", "id") for n in range(12)]
        probes.insert(guilty, ask.row("users", "age::int < 0", "age"))
        probes.append(ask.row("users", "1 / (id - 1) > 0", "id"))
        results = ask.ask(*probes, ask.key("users", "age"))
    bad, division = results.pop(guilty), results.pop(12)
    assert reason(bad) == "a value in the rows makes the expression fail (22P02 InvalidTextRepresentation)"
    assert reason(division) == "a value in the rows makes the expression fail (22012 DivisionByZero)"
    assert counts(results) == [(2, 2), (1, 2), *[(0, 2)] * 10, (0, 2)]


def test_a_guilty_expression_alone_leaves_the_number_of_rows(database18: Database) -> None:
    database18.psql("CREATE TABLE users (age text); INSERT INTO users VALUES ('x'), ('y')").check_returncode()
    with asking(database18) as ask:
        bad, good = ask.ask(ask.row("users", "age::int < 0", "age"), ask.row("users", "true", "age"))
    assert "22P02" in reason(bad)
    assert counts([good]) == [(2, 2)]


def test_a_missing_function_and_a_missing_table_inside_a_function(database18: Database) -> None:
    database18.psql(
        """
        CREATE TABLE users (id int); INSERT INTO users VALUES (1);
        CREATE FUNCTION is_known(int) RETURNS bool LANGUAGE plpgsql STABLE
            AS 'BEGIN RETURN EXISTS (SELECT FROM nowhere WHERE id = $1); END';
        """
    ).check_returncode()
    with asking(database18) as ask:
        results = ask.ask(
            ask.row("users", "no_such_function(id)", "id"),
            ask.row("users", "public.is_known(id)", "id"),
            ask.row("users", "id = 1", "id"),
        )
    assert reason(results[0]).startswith("a function or operator of the expression is missing")
    assert "42P01" in reason(results[1])
    assert counts(results[2:]) == [(1, 1)]


def _rewrite(connection: psycopg.Connection) -> None:
    connection.execute("DROP TABLE dropped")
    connection.execute("TRUNCATE truncated")
    connection.execute("ALTER TABLE rewritten ALTER n TYPE bigint")


@pytest.mark.parametrize("columns", ["pass", "keys", "references"])
def test_tables_dropped_truncated_rewritten_and_locked_meanwhile(database: Database, columns: str) -> None:
    database.psql(FOUR_TABLES).check_returncode()
    names = ("quiet", "dropped", "truncated", "rewritten", "locked")
    with asking(database) as ask, database.connect() as other:
        _rewrite(other)
        with other.transaction():
            other.execute("LOCK TABLE locked IN ACCESS EXCLUSIVE MODE")
            results = ask.ask(*[_asked(ask, name, columns) for name in names])
    quiet, dropped, truncated, rewritten, locked = results
    assert counts([quiet]) == [(0, 5)]
    assert "public.dropped is gone: dropped or renamed while the audit ran" in reason(dropped)
    assert reason(truncated) == "public.truncated was rewritten or truncated while the audit ran"
    assert reason(rewritten) == "public.rewritten was rewritten or truncated while the audit ran"
    assert "public.locked is locked by another session" in reason(locked)


def _asked(ask: Asking, name: str, form: str) -> Probe:
    if form == "pass":
        return ask.row(name, "n < 0", "n")
    return ask.key(name, "n") if form == "keys" else ask.reference(name, "n", name)


def test_a_referenced_table_truncated_meanwhile_makes_no_orphans(database18: Database) -> None:
    database18.psql(FOUR_TABLES).check_returncode()
    with asking(database18) as ask, database18.connect() as other:
        other.execute("TRUNCATE truncated")
        (result,) = ask.ask(ask.reference("quiet", "n", "truncated"))
    assert reason(result) == "public.truncated was rewritten or truncated while the audit ran"


def test_a_partition_detached_or_truncated_meanwhile(database18: Database) -> None:
    database18.psql(
        "".join(
            f"CREATE TABLE {name} (id int) PARTITION BY LIST (id);"
            f"CREATE TABLE {name}_1 PARTITION OF {name} FOR VALUES IN (1);"
            f"CREATE TABLE {name}_2 PARTITION OF {name} FOR VALUES IN (2); INSERT INTO {name} VALUES (1), (2);"
            for name in ("kept", "detached", "truncated")
        )
    ).check_returncode()
    with asking(database18) as ask, database18.connect() as other:
        other.execute("ALTER TABLE detached DETACH PARTITION detached_2")
        other.execute("TRUNCATE truncated_1")
        kept, *moved = ask.ask(*[ask.row(name, "id = 1", "id") for name in ("kept", "detached", "truncated")])
    assert counts([kept]) == [(1, 2)]
    assert [reason(each) for each in moved] == [
        f"public.{name} was rewritten or truncated while the audit ran" for name in ("detached", "truncated")
    ]


def test_a_statement_that_takes_too_long(database18: Database) -> None:
    database18.psql("CREATE TABLE slow (id int); INSERT INTO slow VALUES (1)").check_returncode()
    with asking(database18, timeout_s=0.5) as ask:
        (result,) = ask.ask(ask.row("slow", "pg_sleep(30) IS NULL", "id"))
    assert reason(result).startswith("cancelled: it ran into the statement timeout")


def test_over_the_budget_the_rest_is_skipped(database18: Database) -> None:
    database18.psql("CREATE TABLE slow (id int); INSERT INTO slow VALUES (1)").check_returncode()
    with asking(database18) as ask:
        (result,) = ask.ask(ask.row("slow", "pg_sleep(30) IS NULL", "id"), budget=0.3)
    assert result == Unseen(Outcome.SKIPPED, "over the budget of 0.3 s")


def _while_scanning(database: Database, table: str, then: Callable[[psycopg.Connection], None]) -> threading.Thread:
    """Do that as soon as somebody reads the table."""

    def act() -> None:
        with database.connect() as other:
            waiting = "SELECT pg_sleep(0.02) FROM pg_locks WHERE relation = %s::regclass AND pid <> pg_backend_pid()"
            while not other.execute(waiting, [table]).fetchall():
                pass
            then(other)

    thread = threading.Thread(target=act)
    thread.start()
    return thread


def test_gives_way_to_who_waits_for_a_lock_and_tries_again(database18: Database) -> None:
    database18.psql("CREATE TABLE busy (id int); INSERT INTO busy VALUES (1); CREATE SEQUENCE tries").check_returncode()

    def lock(other: psycopg.Connection) -> None:
        with other.transaction():
            other.execute("SET LOCAL lock_timeout = '20s'")
            other.execute("LOCK TABLE busy IN ACCESS EXCLUSIVE MODE")
            other.execute("CREATE TABLE was_let_in ()")

    with asking(database18) as ask:
        slow_at_first = ask.row(
            "busy", "pg_sleep(CASE WHEN to_regclass('public.was_let_in') IS NULL THEN 30 ELSE 0 END) IS NULL", "id"
        )
        migration = _while_scanning(database18, "busy", lock)
        (result,) = ask.ask(slow_at_first)
        migration.join()
    assert counts([result]) == [(0, 1)]


def test_a_worker_whose_connection_breaks_leaves_the_rest_to_another(database18: Database) -> None:
    database18.psql(FOUR_TABLES + "CREATE TABLE slow (id int); INSERT INTO slow VALUES (1)").check_returncode()

    def terminate(other: psycopg.Connection) -> None:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'slow'::regclass")

    with asking(database18) as ask:
        plan = plan_scans([ask.row("slow", "pg_sleep(30) IS NULL", "id"), ask.key("quiet", "n")])
        apart = ScanPlan(batches=tuple((scan,) for scan in plan.scans), answers=plan.answers)
        thread = _while_scanning(database18, "slow", terminate)
        bad, good = ask.run(apart, jobs=1)
        thread.join()
    assert reason(bad).startswith("the connection broke while public.slow was read")
    assert counts([good]) == [(0, 5)]


def test_an_interrupt_leaves_nothing_running(database18: Database) -> None:
    database18.psql("CREATE TABLE slow (id int); INSERT INTO slow VALUES (1)").check_returncode()

    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with asking(database18) as ask:
        with pytest.raises(KeyboardInterrupt):
            ask.ask(ask.row("slow", "pg_sleep(30) IS NULL", "id"), progress=interrupt)
        running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(30)%'"
        with database18.connect() as other:
            assert other.execute(f"{running} AND pid <> pg_backend_pid()").fetchall() == [(0,)]
