from __future__ import annotations

import pytest

from auditor.model import Severity
from tests.checks.asking import chosen, findings, lines
from tests.servers import Database

CHECK = "null-in-intended-not-null"

INTENDED = """
[[intend]]
kind = "not-null"
table = "public.t"
columns = ["c"]
"""


def _table(column: str, nulls: int, rows: int, extra: str = "") -> str:
    value = "NULL" if column.endswith(("date", "timestamptz")) else "'1'"
    filled = "now()" if value == "NULL" else value
    return f"""CREATE TABLE t (id int PRIMARY KEY, c {column} {extra});
               INSERT INTO t SELECT n, CASE WHEN n > {nulls} THEN {filled} END FROM generate_series(1, {rows}) AS n"""


@pytest.mark.parametrize(("nulls", "rows", "found"), [(10, 1000, True), (11, 1000, False), (1, 999, False)])
@pytest.mark.parametrize("analyze", ["", "; ANALYZE t"])
def test_the_rule_is_inferred_up_to_one_percent_of_a_thousand_rows(
    database18: Database, nulls: int, rows: int, found: bool, analyze: str
) -> None:
    assert bool(findings(database18, CHECK, _table("text", nulls, rows) + analyze)) is found


def test_what_rows_alone_suggest_is_a_warning_that_changes_nothing(database18: Database) -> None:
    (finding,) = findings(database18, CHECK, _table("text", 1, 1000))
    assert (finding.severity, chosen(finding)) == (Severity.WARNING, None)


@pytest.mark.parametrize("rule", ["", "REFERENCES above"])
def test_a_reference_that_leads_nowhere_here_and_there_is_advice(database18: Database, rule: str) -> None:
    """A plan sets the keys of orphans NULL: its own work is no warning of the next audit."""
    given = f"""CREATE TABLE above (id int PRIMARY KEY); INSERT INTO above SELECT generate_series(1, 500);
                CREATE TABLE t (id int PRIMARY KEY, above_id int {rule});
                INSERT INTO t SELECT n, nullif(n % 500, 0) FROM generate_series(1, 2000) AS n; ANALYZE"""
    (finding,) = findings(database18, CHECK, given)
    assert (finding.severity, chosen(finding)) == (Severity.ADVICE, None)
    assert finding.hint == (
        "Leave it where NULL says that the row refers to nothing; else fill them or set them aside, then set NOT NULL"
    )


def test_a_constant_default_fills(database18: Database) -> None:
    (finding,) = findings(database18, CHECK, _table("text", 1, 1000, "DEFAULT 'none'"))
    assert chosen(finding) == "fill"


def test_a_default_that_is_a_function_would_invent_a_fact(database18: Database) -> None:
    (finding,) = findings(database18, CHECK, _table("timestamptz", 1, 1000, "DEFAULT now()"))
    assert chosen(finding) is None


@pytest.mark.parametrize("name", ["ended_at", "deleted_at", "valid_until", "expires_on"])
def test_what_has_not_ended_is_null_rightly(database18: Database, name: str) -> None:
    given = _table("timestamptz", 1, 1000) + f"; ALTER TABLE t RENAME c TO {name}"
    assert findings(database18, CHECK, given) == []


def test_the_top_of_a_tree_has_no_parent(database18: Database) -> None:
    given = """CREATE TABLE t (id int PRIMARY KEY, above int REFERENCES t, parent_code text);
               INSERT INTO t SELECT n, nullif(1, n), nullif(n, 1)::text FROM generate_series(1, 1000) AS n"""
    assert findings(database18, CHECK, given) == []


def test_the_configuration_makes_it_a_blocker_whatever_the_share(database18: Database) -> None:
    (finding,) = findings(database18, CHECK, _table("text", 3, 4), INTENDED)
    assert (finding.severity, chosen(finding)) == (Severity.BLOCKER, "decide")
    assert lines([finding]) == ["t(c): 3 of 4"]


def test_a_check_that_says_more_is_not_about_null(database18: Database) -> None:
    given = _table("text", 1, 4) + "; ALTER TABLE t ADD CHECK (c IS NOT NULL AND c <> '') NOT VALID"
    assert findings(database18, CHECK, given) == []


def test_an_intention_is_ready_where_nothing_is_null(database18: Database) -> None:
    assert findings(database18, CHECK, _table("text", 0, 4), INTENDED) == []


def test_not_null_that_is_not_valid_counts_as_declared(database18: Database) -> None:
    given = _table("text", 1, 4) + "; ALTER TABLE t ADD CONSTRAINT filled NOT NULL c NOT VALID"
    (finding,) = findings(database18, CHECK, given)
    assert (finding.severity, finding.violations) == (Severity.BLOCKER, 1)


def test_a_column_without_any_value_empties_no_table(database18: Database) -> None:
    config = '[[intend]]\nkind = "not-null"\ntable = "public.t"\ncolumns = ["a"]\nnulls = "set-aside"'
    (finding,) = findings(database18, CHECK, "CREATE TABLE t (id int, a int); INSERT INTO t VALUES (1, NULL)", config)
    assert (finding.severity, chosen(finding)) == (Severity.BLOCKER, None)


def test_what_is_generated_is_null_where_its_source_is(database18: Database) -> None:
    given = """CREATE TABLE t (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a + 1) STORED);
               INSERT INTO t SELECT n, nullif(n, 5) FROM generate_series(1, 1000) AS n"""
    assert lines(findings(database18, CHECK, given)) == ["t(a): 1 of 1000"]


def test_a_constant_default_fills_no_key_that_is_to_come(database18: Database) -> None:
    given = """CREATE TABLE t (id int PRIMARY KEY, c int DEFAULT 5, state text);
               INSERT INTO t VALUES (1, NULL, 'active'), (2, 5, 'active')"""
    key = '\n[[intend]]\nkind = "unique"\ntable = "public.t"\ncolumns = ["c"]\nwhere = "state = \'active\'"'
    (finding,) = findings(database18, CHECK, given, INTENDED + key)
    assert chosen(finding) == "decide"
