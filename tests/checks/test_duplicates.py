"""duplicate-key and duplicate-active: what is meant to be a key, and among which rows."""

from __future__ import annotations

import pytest

from auditor.model import Severity
from tests.checks.asking import chosen, findings, lines
from tests.servers import Database

KEY, ACTIVE = "duplicate-key", "duplicate-active"


def _nearly_unique(column: str, value: str, extra: str = "") -> str:
    """A thousand rows, two of which share a value."""
    return f"""CREATE TABLE t (id int PRIMARY KEY, {column} {extra});
               INSERT INTO t (id, {column.split(maxsplit=1)[0]})
               SELECT n, {value} FROM (SELECT n, CASE n WHEN 1000 THEN 7 ELSE n END AS v
                                       FROM generate_series(1, 1000) AS n) AS s;
               ANALYZE t"""


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("sku text", "'S-' || v", True),
        ("external_id uuid", "md5(v::text)::uuid", True),
        ("order_number int", "v", True),
        ("amount int", "v", False),
        ("full_name text", "'Ann Ito ' || v", False),
        ("remark text", "'on line ' || v", False),
        ("happened timestamptz", "now() + v * interval '1 s'", False),
        ("share float8", "v / 7.0", False),
        ("phone_number text", "'+49-' || v", False),
        ("city text", "'City ' || v", False),
    ],
)
def test_name_and_shape_of_a_key(database18: Database, column: str, value: str, found: bool) -> None:
    expected = [f"t({column.split(maxsplit=1)[0]}): 2 of 1000"] if found else []
    assert lines(findings(database18, KEY, _nearly_unique(column, value))) == expected


def test_statistics_alone_change_nothing(database18: Database) -> None:
    (finding,) = findings(database18, KEY, _nearly_unique("sku text", "'S-' || v"))
    assert (finding.severity, chosen(finding)) == (Severity.WARNING, None)


def test_many_duplicates_are_no_key(database18: Database) -> None:
    given = """CREATE TABLE t (id int PRIMARY KEY, sku text);
               INSERT INTO t SELECT n, 'S-' || n % 900 FROM generate_series(1, 1000) AS n;
               ANALYZE t"""
    assert findings(database18, KEY, given) == []


def test_without_statistics_nothing_is_inferred(database18: Database) -> None:
    given = _nearly_unique("sku text", "'S-' || v").replace("ANALYZE t", "")
    assert findings(database18, KEY, given) == []


def test_few_rows_that_refer_to_many_repeat_seldom_by_chance(database18: Database) -> None:
    given = """CREATE TABLE users (id int PRIMARY KEY);
               CREATE TABLE visits (id int PRIMARY KEY, user_id int REFERENCES users);
               INSERT INTO users SELECT generate_series(1, 20000);
               INSERT INTO visits SELECT n, CASE n WHEN 1000 THEN 7 ELSE n END FROM generate_series(1, 1000) AS n;
               ANALYZE"""
    assert findings(database18, KEY, given) == []


def test_the_key_of_rows_that_are_alive_is_another_matter(database18: Database) -> None:
    given = _nearly_unique("sku text", "'S-' || v", ", deleted_at timestamptz")
    assert findings(database18, KEY, given) == []
    (finding,) = findings(database18, ACTIVE, "")
    assert lines([finding]) == ["t(sku): 2 of 1000"]
    assert (finding.remedies[0].kind, chosen(finding)) == ("end", None)


def test_an_intended_key_is_a_blocker_and_null_is_no_duplicate(database18: Database) -> None:
    given = """CREATE TABLE t (id int PRIMARY KEY, a int, b int);
               INSERT INTO t VALUES (1, 1, 1), (2, 1, 1), (3, 1, NULL), (4, 1, NULL)"""
    config = '[[intend]]\nkind = "unique"\ntable = "public.t"\ncolumns = ["a", "b"]'
    (finding,) = findings(database18, KEY, given, config)
    assert lines([finding]) == ["t(a, b): 2 of 2"]
    assert (finding.severity, chosen(finding)) == (Severity.BLOCKER, "set-aside")


PLANS = """CREATE TABLE orgs (id int PRIMARY KEY);
           CREATE TABLE plans (id int PRIMARY KEY, org_id int REFERENCES orgs, status text, is_current boolean);
           INSERT INTO orgs SELECT generate_series(1, 50);
           INSERT INTO plans SELECT n, 1 + n % 50, CASE WHEN n <= {active} THEN 'active' ELSE 'expired' END, n <= {flag}
           FROM generate_series(1, 500) AS n;
           ANALYZE"""


@pytest.mark.parametrize(
    ("active", "found"),
    [(50, []), (53, ["plans(org_id): 6 of 53"]), (70, []), (20, []), (500, [])],
    ids=["one each", "three have two", "too many have two", "few are active", "all are active"],
)
def test_one_active_row_for_nearly_every_owner_is_a_rule(database18: Database, active: int, found: list[str]) -> None:
    assert lines(findings(database18, ACTIVE, PLANS.format(active=active, flag=0))) == found


def test_a_flag_marks_the_live_row_as_well(database18: Database) -> None:
    (finding,) = findings(database18, ACTIVE, PLANS.format(active=0, flag=52))
    assert lines([finding]) == ["plans(org_id): 4 of 52"]
    assert (finding.remedies[0].kind, chosen(finding)) == ("end", None)


@pytest.mark.parametrize(("others", "kind"), [("expired", "end"), ("blue", "set-aside")])
def test_losers_are_ended_where_a_status_for_that_is_in_use(database18: Database, others: str, kind: str) -> None:
    given = f"""CREATE TABLE t (id int PRIMARY KEY, org int, status text);
                INSERT INTO t SELECT n, n % 3, CASE WHEN n < 5 THEN 'active' ELSE '{others}' END
                FROM generate_series(1, 20) AS n;
                ANALYZE t"""
    config = '[[intend]]\nkind = "unique"\ntable = "public.t"\ncolumns = ["org"]\nwhere = "status = \'active\'"'
    (finding,) = findings(database18, ACTIVE, given, config)
    assert (finding.severity, chosen(finding)) == (Severity.BLOCKER, kind)
