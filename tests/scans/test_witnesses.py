"""The keys of violating rows, as far as they may be shown."""

from __future__ import annotations

from typing import get_args

import pytest
import sqlalchemy as sa

from auditor.config import Config, Samples
from auditor.model import Witness
from auditor.planner import plan_scans
from auditor.probe import Measurement, Probe, relation
from auditor.scan import detection_sql, run_scans, witnesses
from auditor.scan.masking import masked
from tests.scans.asking import Asking, asking
from tests.servers import Database

SCHEMA = """
CREATE TABLE users (email text PRIMARY KEY, age int); INSERT INTO users VALUES ('jane@example.com', -1), ('bo', 3);
CREATE TABLE calls (id uuid, org int, user_email text, PRIMARY KEY (org, id));
INSERT INTO calls SELECT ('00000000-0000-0000-0000-00000000000' || i)::uuid, i % 2, CASE i WHEN 3 THEN 'gone' END
    FROM generate_series(0, 9) AS i;
CREATE TABLE loose (n int); INSERT INTO loose VALUES (1), (2), (2);
"""


def _witnesses(ask: Asking, *probes: Probe, samples: Samples = "keys") -> list[tuple[Witness, ...]]:
    measured = run_scans(ask.session, plan_scans(probes, with_keys=samples != "none"), Config())
    requests = []
    for probe in probes:
        result = measured[id(probe)]
        assert isinstance(result, Measurement)
        requests.append((probe, result))
    found = witnesses(ask.session, requests, samples=samples)
    return [found.get(id(probe), ()) for probe in probes]


def test_the_first_violating_rows_by_their_key(database: Database) -> None:
    database.psql(SCHEMA).check_returncode()
    with asking(database) as ask:
        few, reference, shared, placed, none = _witnesses(
            ask,
            ask.row("calls", "org >= 0", "org"),
            ask.reference("calls", "user_email", "users", "email"),
            ask.key("calls", "org", where="id::text < '00000000-0000-0000-0000-000000000004'"),
            ask.key("loose", "n"),
            ask.row("loose", "n > 5", "n"),
        )
    uuid = "00000000-0000-0000-0000-00000000000"
    assert few == tuple({"org": 0, "id": f"{uuid}{n}"} for n in (0, 2, 4, 6, 8))
    assert reference == ({"org": 1, "id": f"{uuid}3"},)
    assert shared == tuple({"org": n % 2, "id": f"{uuid}{n}"} for n in (0, 2, 1, 3))
    assert placed == ({"ctid": "(0,2)"}, {"ctid": "(0,3)"})
    assert none == ()


@pytest.mark.parametrize("samples", get_args(Samples))
def test_values_are_shown_as_allowed(database18: Database, samples: Samples) -> None:
    database18.psql(SCHEMA).check_returncode()
    with asking(database18) as ask:
        mail, call = _witnesses(
            ask,
            ask.row("users", "age < 0", "age"),
            ask.reference("calls", "user_email", "users", "email"),
            samples=samples,
        )
        sent = " ".join(record.sql for record in ask.session.records)
    shown = {
        "none": ((), ()),
        "keys": (({"email": "j***@e***.com"},), ({"org": 1, "id": "00000000-0000-0000-0000-000000000003"},)),
        "masked": (({"email": "j***@e***.com"},), ({"org": "***", "id": "***"},)),
        "raw": (({"email": "jane@example.com"},), ({"org": 1, "id": "00000000-0000-0000-0000-000000000003"},)),
    }
    assert (mail, call) == shown[samples]
    assert ("jsonb_build_array" in sent) == (samples != "none")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("jane@example.com", "j***@e***.com"), ("Jo", "J***"), ("", "***"), ("a@b", "a***"), ("x@y.z@w.org", "x***")],
)
def test_masks_hide_all_but_beginnings(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_large_tables_in_one_pass(database18: Database) -> None:
    database18.psql(
        """
        CREATE TABLE wide (id int PRIMARY KEY, filler text, n int);
        INSERT INTO wide SELECT i, repeat('x', 500), i % 1000 FROM generate_series(1, 20000) AS i;
        """
    ).check_returncode()
    with asking(database18) as ask:
        before = len(ask.session.records)
        rare, rarer, many, shared = _witnesses(
            ask,
            ask.row("wide", "n = 7", "n"),
            ask.row("wide", "id IN (5, 19999)", "id"),
            ask.row("wide", "n >= 0", "n"),
            ask.key("wide", "n"),
        )
        looks = [each for each in ask.session.records[before:] if "keys_" in each.sql]
    assert [rare, rarer] == [
        tuple({"id": n * 1000 + 7} for n in range(5)),
        ({"id": 5}, {"id": 19999}),
    ]
    assert len(looks) == 1
    assert many == tuple({"id": n} for n in range(1, 6))
    first, last, second, also, _ = (int(str(key["id"])) for key in shared)
    assert (last - first, also - second) == (19_000, 19_000)  # two rows of one key, and two of another


ORPHANS = """
CREATE TABLE orgs (id int PRIMARY KEY); INSERT INTO orgs VALUES (1);
CREATE TABLE calls (id int PRIMARY KEY, org_id int, code text, line text, n int);
INSERT INTO calls SELECT i, CASE i % 1000 WHEN 7 THEN 2 + i ELSE 1 END, 'c' || i % 29990, 'l' || i % 10, i % 10
    FROM generate_series(1, 30000) AS i;
"""


@pytest.mark.parametrize("index", ["", "CREATE INDEX ON calls (org_id); CREATE INDEX ON calls (code);"])
def test_what_scans_meet_is_not_looked_for_again(database: Database, index: str) -> None:
    database.psql(f"{ORPHANS} {index} VACUUM ANALYZE").check_returncode()
    with asking(database) as ask:
        reference, key, *same = _witnesses(
            ask,
            ask.reference("calls", "org_id", "orgs"),
            ask.key("calls", "code"),
            ask.key("calls", "code", "org_id", where="id > 0"),
            ask.key("calls", "code", where="id > 1 OR true"),
        )
        sent = [each.sql for each in ask.session.records if "AS probe" in each.sql]
    assert reference == tuple({"id": 1000 * n + 7} for n in range(5))
    assert key == tuple({"id": n} for n in (1, 29991, 2, 29992, 10))
    assert same == [key, key]
    assert sent == []


def test_equal_probes_of_several_checks_are_looked_for_once(database18: Database) -> None:
    database18.psql(ORPHANS).check_returncode()
    with asking(database18) as ask:
        found = _witnesses(ask, *[ask.row("calls", "id IN (3, 4)", "id") for _ in range(3)])
        sent = [each.sql for each in ask.session.records if "AS probe" in each.sql]
    assert found == [({"id": 3}, {"id": 4})] * 3
    assert len(sent) == 1
    assert sent[0].count("AS probe") == 1


def test_keys_that_are_null_are_shown_where_they_count_as_equal(database18: Database) -> None:
    database18.psql("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, NULL), (2, NULL), (3, 3)")
    with asking(database18) as ask:
        assert _witnesses(ask, ask.key("t", "a", nulls_not_distinct=True)) == [({"id": 1}, {"id": 2})]


def test_without_the_privilege_to_read_the_key_there_are_none(database18: Database) -> None:
    database18.psql(
        """
        CREATE ROLE witness_test LOGIN; CREATE TABLE users (id int PRIMARY KEY, age int);
        INSERT INTO users VALUES (1, -1); GRANT SELECT (age) ON users TO witness_test;
        """
    ).check_returncode()
    try:
        with asking(database18, f"{database18.dsn} user=witness_test") as ask:
            assert _witnesses(ask, ask.row("users", "age < 0", "age")) == [()]
    finally:
        database18.psql("DROP OWNED BY witness_test; DROP ROLE witness_test").check_returncode()


def test_detection_sql_runs_and_shows_the_rows(database18: Database) -> None:
    database18.psql(
        """
        CREATE TABLE "a""b; DROP" (id int PRIMARY KEY, "100%" text, ref int);
        INSERT INTO "a""b; DROP" VALUES (1, ':x', 1), (2, '%s', 9), (3, ':x', NULL);
        """
    ).check_returncode()
    name = 'a"b; DROP'
    with asking(database18) as ask, database18.connect() as person:
        column = relation(ask.table(name)).c["100%"]
        row = ask.row(name, "true", "100%")
        like = type(row)(
            table=row.table,
            subject=row.subject,
            violation=column.like("%s", escape=None) & (column != sa.literal(":x")),
            columns=("100%",),
            judge=row.judge,
        )
        found = [
            person.execute(detection_sql(probe).encode()).fetchall()
            for probe in (like, ask.key(name, "100%"), ask.reference(name, "ref", name))
        ]
    assert found == [[(2, "%s")], [(":x", 2)], [(2, 9)]]
