"""Materialised views: who reads and refreshes them, and what tells their rows apart."""

from __future__ import annotations

import pytest

from auditor.catalog import CronJob, Function, Table
from auditor.knowledge.grouping import grouping_columns
from auditor.knowledge.refresh import refreshers
from auditor.model import Severity
from auditor.probe import Judgement
from checks.views.view_not_concurrently_refreshable import view_not_concurrently_refreshable
from checks.views.view_not_populated import view_not_populated
from tests.checks_catalog.asking import facts_of, found, judged
from tests.servers import Database

SALES = """
    CREATE TABLE sales (id int PRIMARY KEY, day date, shop text, amount int);
    INSERT INTO sales VALUES (1, '2026-01-01', 'a', 5), (2, '2026-01-02', 'a', 5), (3, '2026-01-02', 'b', 6);
"""


def execute(database: Database, statements: str) -> None:
    with database.connect() as connection:
        connection.execute(statements.encode())


def view_of(database: Database, query: str) -> Table:
    execute(database, f"{SALES} CREATE MATERIALIZED VIEW v AS {query}")
    view = facts_of(database).catalog.table("public", "v")
    assert view is not None
    return view


def only(database: Database) -> Judgement:
    (judgement,) = found(judged(database, view_not_concurrently_refreshable)).values()
    return judgement


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT day, sum(amount) AS total FROM sales GROUP BY day", ("day",)),
        ("SELECT sum(amount) AS total, shop, day AS on_day FROM sales GROUP BY day, shop", ("on_day", "shop")),
        (
            "SELECT s.day, coalesce(s.shop, ',') AS shop FROM sales s JOIN sales t USING (id) GROUP BY s.day, 2",
            ("day", "shop"),
        ),
        ("SELECT date_trunc('month', day) AS \"Month\", count(*) FROM sales GROUP BY 1", ("Month",)),
        ("SELECT shop, percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS p FROM sales GROUP BY shop", ("shop",)),
        (
            "SELECT shop, CASE WHEN sum(amount) > 1 THEN 'GROUP BY' END AS c FROM sales GROUP BY shop "
            "HAVING count(*) > 0 ORDER BY shop LIMIT 5",
            ("shop",),
        ),
        (
            "WITH w AS (SELECT shop, day FROM sales GROUP BY shop, day) SELECT day, count(*) FROM w GROUP BY day",
            ("day",),
        ),
        ("SELECT sum(amount) AS total FROM sales GROUP BY day", ()),
        ("SELECT day, shop, sum(amount) FROM sales GROUP BY ROLLUP (day, shop)", ()),
        ("SELECT day FROM sales GROUP BY day UNION ALL SELECT day FROM sales GROUP BY day", ()),
        ("SELECT DISTINCT day, lower(shop) AS shop FROM sales", ("day", "shop")),
        ("SELECT DISTINCT ON (day) day, shop FROM sales", ()),
        ("SELECT day, shop FROM sales", ()),
        ("SELECT sum(amount) AS total FROM sales", ()),
    ],
)
def test_the_columns_that_a_query_groups_by(database: Database, query: str, columns: tuple[str, ...]) -> None:
    assert grouping_columns(view_of(database, query)) == columns


@pytest.mark.parametrize(
    ("body", "concurrently"),
    [
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY public.v;", [True]),
        ("refresh  materialized\n view v", [False]),
        ('REFRESH MATERIALIZED VIEW CONCURRENTLY "public" . "v"', [True]),
        ("EXECUTE 'REFRESH MATERIALIZED VIEW CONCURRENTLY V'", [True]),
        ("EXECUTE format('REFRESH MATERIALIZED VIEW CONCURRENTLY %I', name)", []),
        ("EXECUTE 'REFRESH MATERIALIZED VIEW CONCURRENTLY ' || name", []),
        ("-- REFRESH MATERIALIZED VIEW CONCURRENTLY v\n", []),
        ("/* REFRESH MATERIALIZED VIEW v */", []),
        ("REFRESH MATERIALIZED VIEW other.v", []),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY v_daily", []),
        ('REFRESH MATERIALIZED VIEW CONCURRENTLY "V"', []),
    ],
)
def test_who_refreshes_a_view(database18: Database, body: str, concurrently: list[bool]) -> None:
    view = view_of(database18, "SELECT 1 AS one")
    catalog = facts_of(database18).catalog
    function = Function(schema="app", name="tidy", body=body)
    job = CronJob(name="nightly", command=body, schedule="0 2 * * *")

    for named, changed in (
        ("function app.tidy", {"refresh_functions": (function,)}),
        ("job nightly", {"cron_jobs": (job,)}),
    ):
        there = type(catalog)(server=catalog.server, tables=catalog.tables, **changed)
        assert [(each.name, each.concurrently) for each in refreshers(there, view)] == [
            (named, each) for each in concurrently
        ]


@pytest.mark.parametrize(
    ("index", "is_refreshable"),
    [
        ("CREATE UNIQUE INDEX ON v (day, shop)", True),
        ("CREATE UNIQUE INDEX ON v (id)", True),
        ("CREATE INDEX ON v (id)", False),
        ("CREATE UNIQUE INDEX ON v (id) WHERE id > 0", False),
        ("CREATE UNIQUE INDEX ON v ((id + 0))", False),
        (
            "CREATE UNIQUE INDEX i ON v (id); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass",
            False,
        ),
    ],
)
def test_the_server_refreshes_concurrently_exactly_where_nothing_is_found(
    database: Database, index: str, is_refreshable: bool
) -> None:
    view_of(database, "SELECT id, day, shop FROM sales")
    execute(database, index)

    assert (found(judged(database, view_not_concurrently_refreshable)) == {}) is is_refreshable
    done = database.psql("REFRESH MATERIALIZED VIEW CONCURRENTLY v")
    assert (done.returncode == 0) is is_refreshable, done.stderr


def test_it_is_a_blocker_where_a_function_tries_to(database18: Database) -> None:
    view_of(database18, "SELECT day, count(*) AS n FROM sales GROUP BY day")
    assert only(database18).severity is Severity.ADVICE

    execute(database18, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'REFRESH MATERIALIZED VIEW CONCURRENTLY v'")

    judgement = only(database18)
    assert judgement.severity is Severity.BLOCKER
    assert "as function public.f tries to" in judgement.message


def test_a_key_is_proposed_only_where_the_rows_prove_it(database18: Database) -> None:
    view_of(database18, "SELECT day, generate_series(1, 2) AS n FROM sales GROUP BY day")

    judgement = only(database18)

    assert judgement.remedies == ()
    assert "(day) is no key" in judgement.hint


@pytest.mark.parametrize("analyse", [True, False])
def test_without_grouping_the_statistics_or_the_name_tell_a_key(database18: Database, analyse: bool) -> None:
    view_of(database18, "SELECT day, shop, id FROM sales")
    if analyse:
        execute(database18, "ANALYZE v")

    judgement = only(database18)

    assert "unique index on (id)" in judgement.hint
    assert [remedy.chosen for remedy in judgement.remedies] == [True]


def test_an_empty_view_keeps_its_finding(database18: Database) -> None:
    view_of(database18, "SELECT day, count(*) AS n FROM sales WHERE false GROUP BY day")

    assert [remedy.chosen for remedy in only(database18).remedies] == [True]


def test_a_view_without_data_is_named_and_not_measured(database18: Database) -> None:
    view_of(database18, "SELECT day, count(*) AS n FROM sales GROUP BY day WITH NO DATA")

    judgement = only(database18)

    assert judgement.remedies == ()
    assert "such as (day)" in judgement.hint


@pytest.mark.parametrize(
    ("grant", "severity"),
    [
        ("", Severity.WARNING),
        ("GRANT SELECT ON v TO service_role", Severity.WARNING),
        ("GRANT SELECT ON v TO anon", Severity.BLOCKER),
    ],
)
def test_a_view_without_data_that_outsiders_read_is_a_blocker(
    database18: Database, grant: str, severity: Severity
) -> None:
    view_of(database18, "SELECT 1 AS one WITH NO DATA")
    execute(database18, grant or "SELECT")

    (judgement,) = found(judged(database18, view_not_populated)).values()

    assert judgement.severity is severity


def test_what_differs_by_chance_is_no_key(database18: Database) -> None:
    view_of(database18, "SELECT amount + id AS amount, day FROM sales")
    execute(database18, "ANALYZE v")

    judgement = only(database18)

    assert judgement.remedies == ()
    assert judgement.hint == "Create a unique index on columns that tell its rows apart"


def test_an_index_that_only_has_to_be_rebuilt_is_not_made_twice(database18: Database) -> None:
    view_of(database18, "SELECT day, count(*) AS n FROM sales GROUP BY day")
    execute(database18, "CREATE UNIQUE INDEX i ON v (day)")
    execute(database18, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass")

    judgement = only(database18)

    assert (judgement.hint, judgement.remedies) == ("Rebuild the index i, which is not valid", ())
