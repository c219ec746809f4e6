"""Never a false all-clear: whatever was not looked at is said, and the exit code says so too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from auditor.catalog import Table
from auditor.check import Check, Facts
from auditor.config import Config, parse_config
from auditor.engine import audit
from auditor.errors import AuditorError
from auditor.model import Audit, Note, Outcome, Severity, Step
from auditor.probe import Judgement, Measurement, Probe, RowProbe, relation, subject_of
from auditor.remedy import PlanContext, Remedy
from auditor.results.summary import exit_code
from auditor.sql import Condition
from auditor.wiring import all_checks, choose
from tests.servers import Database

INCOMPLETE, CLEAN = 3, 0


def audited(database: Database, script: str = "", config: str = "", role: str = "") -> Audit:
    """An audit with the checks that the configuration leaves, after the script has run, as that role."""
    if script:
        done = database.psql(script)
        assert done.returncode == 0, done.stderr
    settings = parse_config(config)
    chosen = choose(all_checks(), settings.only, settings.skip)
    return audit(f"{database.dsn} user={role}" if role else database.dsn, chosen, settings)


def unseen(found: Audit, outcome: Outcome | None = None) -> set[tuple[str, str]]:
    """(subject, reason) of what was not seen; but for recorded statements, which these servers do not keep."""
    incomplete = (Outcome.HIDDEN, Outcome.ERROR, Outcome.SKIPPED)
    return {
        (str(entry.subject), entry.reason)
        for entry in found.coverage
        if entry.outcome in incomplete and outcome in (None, entry.outcome) and "pg_stat_statements" not in entry.reason
    }


def reasons(found: Audit, subject: str) -> str:
    return "; ".join(sorted({reason for name, reason in unseen(found) if name == subject}))


@contextmanager
def role(database: Database) -> Iterator[str]:
    name = f"{database.name}_reader"
    with database.connect() as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
        try:
            yield name
        finally:
            connection.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())


# --- declared and not measured -------------------------------------------------------------------------------------


def test_a_temporal_foreign_key_is_not_measured_and_says_so(database18: Database) -> None:
    found = audited(
        database18,
        """CREATE TABLE rooms (id int4range, at int4range, PRIMARY KEY (id, at WITHOUT OVERLAPS));
        CREATE TABLE stays (id int PRIMARY KEY, room int4range, at int4range,
          FOREIGN KEY (room, PERIOD at) REFERENCES rooms (id, PERIOD at));
        ANALYZE""",
    )
    subject = 'public.stays(room, at) "stays_room_at_fkey"'
    assert reasons(found, subject) == "a temporal foreign key (PERIOD): its ranges are not compared"
    assert exit_code(found, "blocker") == INCOMPLETE


def test_a_foreign_key_to_one_partition_is_not_measured_and_says_so(database: Database) -> None:
    found = audited(
        database,
        """CREATE TABLE days (d int PRIMARY KEY) PARTITION BY LIST (d);
        CREATE TABLE monday PARTITION OF days FOR VALUES IN (1);
        CREATE TABLE visits (id int PRIMARY KEY, d int NOT NULL REFERENCES monday);
        CREATE INDEX ON visits (d); ANALYZE""",
    )
    assert "single partition" in reasons(found, 'public.visits(d) "visits_d_fkey"')
    assert exit_code(found, "blocker") == INCOMPLETE


def test_what_a_partition_declares_for_itself_is_not_measured_and_says_so(database: Database) -> None:
    found = audited(
        database,
        """CREATE TABLE kinds (id int PRIMARY KEY);
        CREATE TABLE days (d int PRIMARY KEY, kind int, n int CHECK (n < 9), CHECK (n > 0)) PARTITION BY LIST (d);
        CREATE TABLE monday PARTITION OF days (CHECK (n < 8)) FOR VALUES IN (1);
        CREATE TABLE rest PARTITION OF days DEFAULT PARTITION BY RANGE (d);
        ALTER TABLE monday ADD CONSTRAINT own_key FOREIGN KEY (kind) REFERENCES kinds NOT VALID;
        ALTER TABLE monday ADD CONSTRAINT own_check CHECK (n <> 5) NOT VALID;
        ALTER TABLE rest ADD CONSTRAINT rest_key FOREIGN KEY (kind) REFERENCES kinds;
        ALTER TABLE rest ADD CONSTRAINT rest_check CHECK (n <> 5) NOT VALID;
        CREATE TABLE other PARTITION OF rest DEFAULT; ANALYZE""",
    )
    by_name = {entry.subject.name: entry for entry in found.coverage if entry.subject.kind == "constraint"}
    assert {*by_name} == {"own_key", "own_check", "rest_key", "rest_check"}
    assert {each.outcome for each in by_name.values()} == {Outcome.SKIPPED}
    assert (by_name["own_key"].check, by_name["own_check"].check) == ("references", "constraints")
    assert by_name["own_key"].subject.table == "monday"
    assert exit_code(found, "blocker") == INCOMPLETE


def test_only_the_limits_of_what_was_asked_for_count(database: Database) -> None:
    found = audited(
        database,
        """CREATE TABLE days (d int PRIMARY KEY) PARTITION BY LIST (d);
        CREATE TABLE monday PARTITION OF days FOR VALUES IN (1);
        CREATE TABLE visits (id int PRIMARY KEY, d int REFERENCES monday); ANALYZE""",
        "only = ['views']",
    )
    assert unseen(found) == {("database", "switched off: all but views")}
    assert found.summary.complete
    assert exit_code(found, "blocker") == CLEAN


# --- references ----------------------------------------------------------------------------------------------------

JSON = """CREATE TABLE calls (id uuid PRIMARY KEY);
    INSERT INTO calls SELECT md5(n::text)::uuid FROM generate_series(1, 100) n;
    CREATE TABLE metrics (id int PRIMARY KEY, payload jsonb);"""
ORPHANS = """INSERT INTO metrics SELECT n, jsonb_build_object('call_id', md5((1 + n % 101)::text)::uuid)
    FROM generate_series(1, 505) n;"""
ORPHANED = [("public.metrics(payload->>'call_id')", 5)]


def orphans(found: Audit) -> list[tuple[str, int | None]]:
    return [(str(each.subject), each.violations) for each in found.findings if each.check == "orphaned-reference"]


def test_a_json_column_that_this_role_may_not_read_is_hidden(database: Database) -> None:
    with role(database) as reader:
        script = (
            f"{JSON} {ORPHANS} ANALYZE; GRANT SELECT ON calls TO {reader}; GRANT SELECT (id) ON metrics TO {reader}"
        )
        found = audited(database, script, role=reader)
    assert "its references: no privilege on metrics.payload" in reasons(found, "public.metrics(payload)")
    assert "this role has no SELECT on columns: payload" in reasons(found, "public.metrics")
    assert exit_code(found, "never") == INCOMPLETE


@pytest.mark.parametrize("statistics", ["ANALYZE", "INSERT INTO metrics VALUES (0); ANALYZE", ""])
def test_statistics_older_than_the_rows_hide_no_reference(database: Database, statistics: str) -> None:
    found = audited(database, f"{JSON} {statistics}; {ORPHANS}", "only = ['references']")
    assert orphans(found) == ORPHANED


def test_statistics_of_an_empty_column_hide_no_reference(database: Database) -> None:
    script = """CREATE TABLE calls (id int PRIMARY KEY); INSERT INTO calls SELECT 7 * n FROM generate_series(1, 99) n;
        CREATE TABLE notes (id int PRIMARY KEY, about int);
        INSERT INTO notes (id) SELECT generate_series(1, 500); ANALYZE;
        UPDATE notes SET about = 7 * (1 + id % 99)"""
    with_name = script.replace("about", "call")
    found = audited(database, with_name)
    assert [(each.table, each.columns) for each in found.references] == [("notes", ("call",))]
    assert "found" in " ".join(found.references[0].evidence)


# --- statistics ----------------------------------------------------------------------------------------------------

DUPLICATES = """CREATE TABLE orders (id int PRIMARY KEY, order_number text NOT NULL);
    INSERT INTO orders SELECT n, 'A-' || nullif(n, 1000) FROM generate_series(1, 999) AS n;
    INSERT INTO orders VALUES (1000, 'A-7');
    CREATE TABLE tiny (id int PRIMARY KEY, code text NOT NULL); INSERT INTO tiny VALUES (1, 'a'), (2, 'a');"""


def test_a_table_that_was_never_analysed_is_said_once_and_the_audit_is_complete(database: Database) -> None:
    found = audited(database, DUPLICATES)
    skipped = (entry for entry in found.coverage if entry.outcome is Outcome.SKIPPED)
    [entry] = [entry for entry in skipped if entry.subject.kind != "database"]
    assert (str(entry.subject), entry.check, entry.excused) == ("public.orders", "duplicates", True)
    assert "run ANALYZE" in entry.reason
    assert found.summary.complete
    assert "1 table has no statistics" in found.summary.verdict
    assert exit_code(found, "blocker") == CLEAN


def test_a_partitioned_table_that_autovacuum_never_analyses_is_said(database: Database) -> None:
    found = audited(
        database,
        """CREATE TABLE orders (id int PRIMARY KEY, number text NOT NULL) PARTITION BY RANGE (id);
        CREATE TABLE first PARTITION OF orders DEFAULT;
        INSERT INTO orders SELECT n, 'A-' || n FROM generate_series(1, 999) AS n; ANALYZE first""",
    )
    assert "run ANALYZE" in reasons(found, "public.orders")


def test_nobody_may_see_statistics(database: Database) -> None:
    with role(database) as reader:
        script = (
            f"{DUPLICATES} ANALYZE; GRANT SELECT ON orders, tiny TO {reader}; REVOKE SELECT ON pg_stats FROM PUBLIC"
        )
        found = audited(database, script, role=reader)
    assert "run ANALYZE" in reasons(found, "public.orders")


def test_statistics_from_a_small_table_are_stretched_to_the_size_that_it_has_now(database: Database) -> None:
    """As the planner does: else a rule that starts at a thousand rows is silent on a table that was once small."""
    found = audited(
        database,
        """CREATE TABLE calls (id int PRIMARY KEY, minutes int) WITH (autovacuum_enabled = false);
        INSERT INTO calls SELECT n, n FROM generate_series(1, 300) AS n; ANALYZE calls;
        INSERT INTO calls SELECT n, nullif(n, 999) FROM generate_series(301, 5000) AS n""",
    )
    assert [(each.check, each.violations) for each in found.findings] == [("null-in-intended-not-null", 1)]


# --- scope ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", ["", "table = ['!*']", "schema = ['!public']"])
def test_nothing_to_audit_is_not_clean(database18: Database, config: str) -> None:
    found = audited(database18, "CREATE TABLE t (id int)" if config else "", config)
    assert unseen(found) == {("database", "no table is in scope: nothing was audited")}
    assert "nothing to audit" in found.summary.verdict
    assert exit_code(found, "never") == INCOMPLETE


@pytest.mark.parametrize(
    ("config", "message", "hint"),
    [
        ("table = ['user']", "no table is named by 'user'", "users"),
        ("table = ['users', 'no_*']", "no table is named by 'no_*'", ""),
        ("schema = ['pubic']", "no table is named by 'pubic'", "public"),
        ("[columns]\nemail = ['public.users.logn']", "columns.email names public.users.logn", "public.users.login"),
        ("[columns]\nemail = ['public.users.id']", "no such column of text", "public.users.login"),
        ("[api]\nroles = ['postgrse']", "api.roles names postgrse", "postgres"),
        ("[api]\nschemas = ['pubic']", "api.schemas names pubic", "public"),
        ("[references]\naccept = ['public.users(boss) -> public.usrs(id)']", "references.accept", "public.users"),
    ],
)
def test_what_the_configuration_names_has_to_be_there(
    database18: Database, config: str, message: str, hint: str
) -> None:
    database18.psql("CREATE TABLE users (id int PRIMARY KEY, login text, boss int)")
    with pytest.raises(AuditorError) as raised:
        audited(database18, config=config)
    assert message in raised.value.message
    assert hint in raised.value.hint


def test_what_is_named_and_out_of_scope_is_said(database18: Database) -> None:
    found = audited(
        database18,
        """CREATE TABLE users (id int PRIMARY KEY, login text, boss int);
        CREATE TABLE other (id int PRIMARY KEY, user_id int)""",
        """table = ["other"]
        [references]
        accept = ["public.users(boss) -> public.users(id)"]
        reject = ["public.users(boss) -> public.users(id)"]
        [[intend]]
        kind = "not-null"
        table = "public.users"
        columns = ["login"]
        """,
    )
    assert unseen(found) == {("public.users(login)", "named by [[intend]], and out of scope")}
    assert [each.table for each in found.references] == ["other"]
    assert found.summary.complete


def test_a_reference_to_a_table_out_of_scope_is_measured(database: Database) -> None:
    found = audited(
        database,
        """CREATE SCHEMA far; CREATE TABLE far.users (id int PRIMARY KEY); INSERT INTO far.users VALUES (1);
        CREATE TABLE notes (id int PRIMARY KEY, user_id int REFERENCES far.users NOT NULL);
        CREATE INDEX ON notes (user_id);
        SET session_replication_role = replica; INSERT INTO notes VALUES (1, 1), (2, 9); ANALYZE""",
        "schema = ['public']",
    )
    assert [(each.check, each.violations) for each in found.findings] == [("violated-foreign-key", 1)]


# --- rows elsewhere ------------------------------------------------------------------------------------------------

ELSEWHERE = """CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER away FOREIGN DATA WRAPPER nowhere;
    CREATE TABLE kept (id int PRIMARY KEY, email text NOT NULL); INSERT INTO kept VALUES (1, 'ann@x.org');"""


def test_a_foreign_table_is_not_scanned_unless_asked_and_that_is_said(database: Database) -> None:
    found = audited(database, ELSEWHERE + "CREATE FOREIGN TABLE far (id int, email text) SERVER away; ANALYZE kept")
    assert reasons(found, "public.far") == "a foreign table: its rows are on another server, and were not asked for"
    assert found.summary.complete


def test_a_foreign_partition_hides_its_table(database: Database) -> None:
    found = audited(
        database,
        ELSEWHERE
        + """CREATE TABLE days (d int, email text, at jsonb) PARTITION BY LIST (d);
        CREATE FOREIGN TABLE monday PARTITION OF days FOR VALUES IN (1) SERVER away;
        CREATE TABLE rest PARTITION OF days DEFAULT; INSERT INTO days VALUES (2, 'Ann@x.org'); ANALYZE kept, rest""",
    )
    assert "another server" in reasons(found, "public.days")
    assert unseen(found, Outcome.ERROR) == set()
    assert exit_code(found, "never") == INCOMPLETE
    assert not any("days" in scan.sql and "count(" in scan.sql for scan in found.scans)


# --- budget, time, and checks that fail ------------------------------------------------------------------------------

SLOW = """CREATE FUNCTION slow(int) RETURNS bool LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_catalog.pg_sleep(0.05); RETURN true; END';
    CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL); INSERT INTO t SELECT n, n FROM generate_series(1, 1000) n;
    CREATE TABLE quick (id int PRIMARY KEY, email text NOT NULL); INSERT INTO quick VALUES (1, 'Ann@x.org');
    ALTER TABLE t ADD CONSTRAINT slow CHECK (slow(n)) NOT VALID; ANALYZE;"""


def test_over_the_budget_is_skipped_and_incomplete(database18: Database) -> None:
    found = audited(database18, SLOW, "budget = 0.1")
    assert reasons(found, 'public.t(n) "slow"') == "over the budget of 0.1 s"
    assert exit_code(found, "never") == INCOMPLETE


def test_a_statement_that_runs_into_its_timeout_is_an_error_and_the_rest_is_right(database18: Database) -> None:
    found = audited(database18, SLOW, "timeout = 0.4")
    assert "statement timeout" in reasons(found, 'public.t(n) "slow"')
    assert ("email-not-lowercase", 1) in [(each.check, each.violations) for each in found.findings]
    assert exit_code(found, "never") == INCOMPLETE


def plugged(rule: object) -> Check:
    return Check(
        id="plugged-in",
        family="tests",
        severity=Severity.ADVICE,
        summary="",
        sections={},
        examples=(),
        implies=(),
        rule=rule,  # type: ignore[arg-type]
    )


def judged(_: Measurement) -> Judgement:
    raise KeyError("a value from the rows")


def test_a_check_that_fails_is_an_error_and_not_the_end_of_the_report(database18: Database) -> None:
    def rule(facts: Facts) -> Iterator[Probe]:
        [table] = facts.catalog.audited
        column = relation(table).c.email
        yield RowProbe(
            table=table,
            subject=subject_of(table, "email"),
            violation=column.is_(None),
            columns=("email",),
            judge=judged,
        )
        raise LookupError("a value from the catalog")

    database18.psql("CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL); INSERT INTO users VALUES (1, 'Ann')")
    found = audit(database18.dsn, [*all_checks(), plugged(rule)], Config())
    [line] = {reason for subject, reason in unseen(found) if subject == "database"}
    assert line.startswith("the check failed: LookupError in ")
    assert "value" not in line
    assert reasons(found, "public.users(email)").startswith("the check failed: KeyError in ")
    assert "email-not-lowercase" in {each.check for each in found.findings}
    assert exit_code(found, "never") == INCOMPLETE
    [summary] = [each for each in found.checks if each.id == "plugged-in"]
    assert summary.outcomes == {Outcome.ERROR: 2}


@dataclass(frozen=True)
class FailingOperation:
    """An operation of a plug-in whose steps cannot be written."""

    def steps(self, _: PlanContext) -> Iterator[Step | Note]:
        raise ZeroDivisionError("a value from the rows")


def test_a_remedy_that_fails_is_an_error_of_its_check_on_its_subject(database18: Database) -> None:
    def probe(table: Table, violation: Condition) -> RowProbe:
        remedy = Remedy(kind="mend", summary="mended", operations=(FailingOperation(),))
        judgement = Judgement(message="wrong", remedies=(remedy,) if table.name == "users" else ())
        subject = subject_of(table, "email")
        return RowProbe(
            table=table, subject=subject, violation=violation, columns=("email",), judge=lambda _: judgement
        )

    def rule(facts: Facts) -> Iterator[Probe]:
        for table in facts.catalog.audited:
            is_missing = relation(table).c.email.is_(None)
            yield probe(table, sa.select(sa.column("x")).where if table.name == "third" else is_missing)  # type: ignore[arg-type]

    with database18.connect() as connection:
        for name in ("users", "others", "third"):
            connection.execute(f"CREATE TABLE {name} (id int PRIMARY KEY, email text)".encode())
            connection.execute(f"INSERT INTO {name} VALUES (1, 'Ann@x.org'), (2, NULL)".encode())
    plain = audit(database18.dsn, all_checks(), Config())
    implying = replace(plugged(rule), implies=("email-not-lowercase",))
    found = audit(database18.dsn, [*all_checks(), implying], Config())

    assert reasons(found, "public.users(email)").startswith("the check failed: ZeroDivisionError in ")
    assert reasons(found, "public.third(email)").startswith("the check failed: ")
    assert "value" not in str(found.coverage)
    [finding] = [each for each in found.findings if each.check == "plugged-in"]
    assert (str(finding.subject), finding.violations, len(finding.witnesses)) == ("public.others(email)", 1, 1)
    implied = {("email-not-lowercase", "public.others(email)")}
    assert ("email-not-lowercase", "public.users(email)") in {
        (each.check, str(each.subject)) for each in plain.findings
    }
    assert {(each.check, str(each.subject)) for each in found.findings if each != finding} == {
        (each.check, str(each.subject)) for each in plain.findings
    } - implied
    assert {step.title for step in found.plan.steps} <= {step.title for step in plain.plan.steps}
    assert exit_code(found, "never") == INCOMPLETE
    [summary] = [each for each in found.checks if each.id == "plugged-in"]
    assert summary.outcomes == {Outcome.ERROR: 2, Outcome.FAILED: 1}


def test_constraints_of_domains_that_nobody_validated_are_said(database: Database) -> None:
    script = """CREATE DOMAIN price AS numeric; CREATE DOMAIN fee AS price;
        CREATE TABLE goods (id int PRIMARY KEY, price price, fee fee, prices price[], name text);
        INSERT INTO goods VALUES (1, -1, -1, '{-1}', 'a');
        ALTER DOMAIN price ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID"""
    found = audited(database, script, 'only = ["constraints"]')

    for column in ("price", "fee", "prices"):
        assert "positive" in reasons(found, f"public.goods({column})")
    assert reasons(found, "public.goods(name)") == ""
    assert exit_code(found, "never") == INCOMPLETE
    with database.connect() as connection:
        connection.execute("UPDATE goods SET price = 1, fee = 1; ALTER TABLE goods DROP prices")
        connection.execute("ALTER DOMAIN price VALIDATE CONSTRAINT positive")
    assert exit_code(audited(database, "", 'only = ["constraints"]'), "never") == CLEAN
