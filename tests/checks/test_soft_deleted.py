"""Live rows that refer to what is soft-deleted: what marks a row so, what is counted; nothing is done unasked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from auditor.check import Facts
from auditor.config import parse_config
from auditor.engine import audit as run_audit
from auditor.model import Certainty, Outcome, Severity
from auditor.probe import Judge, Judgement, Measurement, ReferenceProbe
from auditor.wiring import all_checks
from tests.checks.asking import chosen, findings, lines
from tests.examples import variants
from tests.examples.circle import apply, audit, roll_back, snapshot, write_plan
from tests.servers import Database

CHECK = "soft-deleted-reference"
CHECKS = {each.id: each for each in all_checks()}

MARKED = """CREATE TABLE groups (id int PRIMARY KEY, {mark});
    CREATE TABLE notes (id int PRIMARY KEY, group_id int REFERENCES groups);
    INSERT INTO groups SELECT n FROM generate_series(1, 20) n;
    UPDATE groups SET {gone} WHERE id <= 3;
    INSERT INTO notes SELECT n, n FROM generate_series(1, 20) n; ANALYZE"""

MARKS = {
    "deleted_at": ("deleted_at timestamptz", "deleted_at = now()"),
    "camel case": ('"deletedAt" timestamp', "\"deletedAt\" = '2020-01-01'"),
    "a date": ("removed_on date", "removed_on = '2020-01-01'"),
    "infinity is not yet": (
        "deleted_at timestamptz NOT NULL DEFAULT 'infinity'",
        "deleted_at = '2020-01-01'",
    ),
    "a flag": ("is_deleted boolean", "is_deleted = true"),
    "a flag that is never NULL": ("deleted boolean NOT NULL DEFAULT false", "deleted = true"),
    "a number": ("deleted smallint DEFAULT 0", "deleted = 1"),
    "an epoch": ("deleted_at bigint DEFAULT 0", "deleted_at = 1700000000"),
    "a letter": ("deleted char(1) DEFAULT 'N'", "deleted = 'Y'"),
    "a state": ("status text DEFAULT 'open'", "status = 'deleted'"),
    "two marks": (
        "is_deleted boolean, deleted_at date",
        "is_deleted = id = 1, deleted_at = CASE WHEN id > 1 THEN now() END",
    ),
    "archived": ("archived_at timestamptz", "archived_at = now()"),
}

NO_MARKS = {
    "who did it": ("deleted_by int", "deleted_by = 1"),
    "whether one may": ("can_be_deleted boolean", "can_be_deleted = true"),
    "how many": ("deleted_count int", "deleted_count = 3"),
    "another thing's": ("image_deleted boolean", "image_deleted = true"),
    "a date that every row has": ("deleted_at date NOT NULL DEFAULT now()", "deleted_at = now()"),
    "archived, where deleted is told": ("is_deleted boolean, archived_at date", "archived_at = now()"),
    "not set": ("is_deleted boolean", "is_deleted = false"),
}


@pytest.mark.parametrize(("mark", "gone"), MARKS.values(), ids=MARKS)
def test_what_marks_a_row_as_gone(database18: Database, mark: str, gone: str) -> None:
    found = findings(database18, CHECK, MARKED.format(mark=mark, gone=gone))
    assert lines(found) == ["notes(group_id): 3 of 20"]
    assert [row["id"] for row in found[0].witnesses] == [1, 2, 3]


@pytest.mark.parametrize(("mark", "gone"), NO_MARKS.values(), ids=NO_MARKS)
def test_what_marks_none(database18: Database, mark: str, gone: str) -> None:
    assert findings(database18, CHECK, MARKED.format(mark=mark, gone=gone)) == []


TASKS = """CREATE TABLE projects (id int PRIMARY KEY, deleted_at timestamptz);
    CREATE TABLE tasks (id int PRIMARY KEY, project_id int, {own});
    INSERT INTO projects SELECT 3 * n, CASE WHEN n <= 10 THEN timestamptz '2020-01-01' + n * interval '1 day' END
      FROM generate_series(1, 50) n;
    INSERT INTO tasks SELECT n, 3 * n FROM generate_series(1, 50) n;
    UPDATE tasks SET {gone} WHERE id <= 6;
    INSERT INTO tasks (id, project_id) VALUES (51, 9999), (52, NULL), (53, 30); ANALYZE"""


def test_rows_that_are_gone_themselves_and_orphans_are_none(database: Database) -> None:
    (found,) = findings(database, CHECK, TASKS.format(own="deleted_at timestamptz", gone="deleted_at = now()"))
    assert lines([found]) == ["tasks(project_id): 5 of 46"]
    assert [row["id"] for row in found.witnesses] == [7, 8, 9, 10, 53]
    assert (found.severity, found.certainty) == (Severity.ADVICE, Certainty.INFERRED)
    assert "soft-deleted (deleted_at), in 5 of 46 live rows" in found.message
    with database.connect() as connection:
        assert len(connection.execute((found.detection_sql or "").encode()).fetchall()) == 5


def test_it_is_a_warning_where_the_row_is_meant_to_go_along(database18: Database) -> None:
    keyed = (
        TASKS.replace("(51, 9999), ", "")
        + """; CREATE INDEX ON tasks (project_id);
        ALTER TABLE tasks ADD FOREIGN KEY (project_id) REFERENCES projects ON DELETE CASCADE"""
    )
    (found,) = findings(database18, CHECK, keyed.format(own="deleted_at timestamptz", gone="deleted_at = now()"))
    assert (found.severity, found.certainty) == (Severity.WARNING, Certainty.PROVEN)
    assert (found.violations, found.population) == (5, 45)


def test_rows_of_a_table_that_knows_no_deletion_are_all_live(database18: Database) -> None:
    (found,) = findings(database18, CHECK, TASKS.format(own="archived boolean", gone="archived = false"))
    assert (found.severity, found.violations, found.population) == (Severity.ADVICE, 11, 52)


def test_who_acted_stays_who_acted(database18: Database) -> None:
    given = """CREATE TABLE users (id int PRIMARY KEY, deleted_at date); INSERT INTO users VALUES (1, now()), (2, NULL);
        CREATE TABLE posts (id int PRIMARY KEY, created_by int REFERENCES users, author_id int REFERENCES users,
            assignee_id int REFERENCES users);
        INSERT INTO posts VALUES (1, 1, 1, 1), (2, 2, 2, 2)"""
    assert lines(findings(database18, CHECK, given)) == ["posts(assignee_id): 1 of 2"]


def test_a_table_of_what_is_gone_has_no_finding(database18: Database) -> None:
    given = """CREATE TABLE users (id int PRIMARY KEY, deleted_at date); INSERT INTO users VALUES (1, now());
        CREATE TABLE deleted_posts (id int PRIMARY KEY, user_id int REFERENCES users);
        INSERT INTO deleted_posts VALUES (1, 1)"""
    assert findings(database18, CHECK, given) == []


def test_every_form_of_reference_is_looked_at(database18: Database) -> None:
    given = """CREATE TABLE calls (id int PRIMARY KEY, tenant_id int, is_deleted boolean, UNIQUE (tenant_id, id));
        INSERT INTO calls SELECT 7 * n, n % 2, n <= 4 FROM generate_series(1, 60) n;
        CREATE TABLE notes (id int PRIMARY KEY, subject_type text, subject_id int, call_ids int[], about jsonb,
            tenant_id int, the_call int, FOREIGN KEY (tenant_id, the_call) REFERENCES calls (tenant_id, id));
        INSERT INTO notes SELECT n, 'Call', 7 * n, ARRAY[7 * n, 7 * (n % 60 + 1)], jsonb_build_object('call_id', 7 * n),
            n % 2, 7 * n FROM generate_series(1, 60) n;
        ANALYZE"""
    assert lines(findings(database18, CHECK, given)) == [
        "notes(about->>'call_id'): 4 of 60",
        "notes(subject_id WHERE subject_type = 'Call'): 4 of 60",
        "notes(tenant_id, the_call): 4 of 60",
        "notes(unnest(call_ids)): 5 of 60",
    ]


def test_a_mark_that_may_not_be_read_is_hidden(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS without_mark; CREATE ROLE without_mark LOGIN")
    try:
        database18.psql(MARKED.format(mark="is_deleted boolean", gone="is_deleted = true"))
        database18.psql("GRANT SELECT ON notes TO without_mark; GRANT SELECT (id) ON groups TO without_mark")
        blind = audit(database18, parse_config(""), CHECK, role="without_mark")
        assert blind.findings == ()
        (said,) = (each for each in blind.coverage if each.check == CHECK)
        assert said.outcome is Outcome.HIDDEN
        assert "public.groups(is_deleted)" in said.reason
    finally:
        with database18.connect() as connection:
            connection.execute("DROP OWNED BY without_mark; DROP ROLE without_mark")


def test_nothing_is_done_unasked(database18: Database) -> None:
    assert database18.psql(TASKS.format(own="deleted_at timestamptz", gone="deleted_at = now()")).returncode == 0
    first = audit(database18, parse_config(""), CHECK)
    assert [each.kind for each in first.findings[0].remedies] == ["soft-delete", "set-null"]
    assert chosen(first.findings[0]) is None
    assert first.plan.steps == ()


@pytest.mark.parametrize("kind", ["soft-delete", "set-null"])
@pytest.mark.parametrize("variant", ["plain", "quoted", "schema", "partitioned"])
def test_each_way_mends_and_is_taken_back(database18: Database, tmp_path: Path, variant: str, kind: str) -> None:
    """The circle of the examples, as if a person had chosen one of the ways."""
    assert database18.psql(TASKS.format(own="deleted_at timestamptz", gone="deleted_at = now()")).returncode == 0
    variants.make(database18, variant)
    by_choice = replace(CHECKS[CHECK], rule=partial(_choosing, kind))
    first = run_audit(database18.dsn, [by_choice], parse_config(""))
    as_it_was = snapshot(database18)
    plan = write_plan(first, tmp_path)

    apply(database18, plan)
    assert audit(database18, parse_config(""), CHECK).findings == ()
    roll_back(database18, plan)
    assert lines([*audit(database18, parse_config(""), CHECK).findings]) == lines([*first.findings])
    assert snapshot(database18) == as_it_was


def _choosing(kind: str, facts: Facts) -> Iterator[ReferenceProbe]:
    for probe in CHECKS[CHECK](facts):
        assert isinstance(probe, ReferenceProbe)
        yield replace(probe, judge=partial(_judge_choosing, kind, probe.judge))


def _judge_choosing(kind: str, judge: Judge, measured: Measurement) -> Judgement | None:
    judged = judge(measured)
    assert judged is not None
    return replace(judged, remedies=tuple(replace(each, chosen=each.kind == kind) for each in judged.remedies))


def test_a_reference_that_is_intended_and_declared_is_told_once(database18: Database) -> None:
    """As it is after the plan has declared what the configuration intends."""
    assert database18.psql(MARKED.format(mark="deleted_at date", gone="deleted_at = now()")).returncode == 0
    intended = """[[intend]]
        kind = "foreign-key"
        table = "public.notes"
        columns = ["group_id"]
        references = "public.groups(id)" """
    found = audit(database18, parse_config(intended))
    assert [each.certainty for each in found.findings if each.check == CHECK] == [Certainty.PROVEN]
    assert [(each.table, each.declared) for each in found.references] == [("notes", True)]
    assert [each.state for each in found.constraints if each.kind == "foreign-key"] == ["ready"]
