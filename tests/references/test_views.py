"""A column named after a view refers to the key of the table that the view shows, and says so."""

from __future__ import annotations

import pytest

from auditor.config import parse_config
from tests.examples.circle import audit
from tests.references.inferring import lines, references
from tests.servers import Database

GIVEN = """CREATE SCHEMA crm; CREATE TABLE crm.tbl_17 (id int PRIMARY KEY, nm text, gone boolean);
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int);
    INSERT INTO crm.tbl_17 SELECT n, 'x', false FROM generate_series(1, 200) n;
    INSERT INTO orders SELECT n, 1 + n % 205 FROM generate_series(1, 410) n; """

PLAIN = (
    "CREATE VIEW customers AS SELECT id, nm FROM crm.tbl_17",
    "CREATE VIEW customers AS SELECT t.nm AS called, t.id FROM crm.tbl_17 t WHERE NOT t.gone",
    "CREATE MATERIALIZED VIEW customers AS SELECT * FROM crm.tbl_17",
)

OTHERS = (
    "CREATE VIEW customers AS SELECT min(id) AS id, nm FROM crm.tbl_17 GROUP BY nm",
    "CREATE VIEW customers AS SELECT a.id FROM crm.tbl_17 a JOIN crm.tbl_17 b ON a.nm = b.nm",
    "CREATE VIEW customers AS SELECT id FROM crm.tbl_17 UNION ALL SELECT id FROM crm.tbl_17",
    "CREATE VIEW customers AS SELECT nm FROM crm.tbl_17",
    "CREATE VIEW customers AS SELECT id + 1 AS id FROM crm.tbl_17",
)


@pytest.mark.parametrize("view", PLAIN)
def test_a_view_of_one_table_s_rows_names_its_key(database: Database, view: str) -> None:
    (found,) = references(database, f"{GIVEN} {view}; ANALYZE")
    assert lines((found,)) == ["orders(customer_id) -> crm.tbl_17(id)"]
    assert "customers is a view of tbl_17" in found.evidence


@pytest.mark.parametrize("view", OTHERS)
def test_a_view_of_anything_else_names_none(database18: Database, view: str) -> None:
    assert references(database18, f"{GIVEN} {view}; ANALYZE") == ()


def test_its_orphans_are_those_of_the_table(database18: Database) -> None:
    assert database18.psql(f"{GIVEN} {PLAIN[0]}; ANALYZE").returncode == 0
    (found,) = audit(database18, parse_config(""), "orphaned-reference").findings
    assert (str(found.subject), found.violations, found.population) == ("public.orders(customer_id)", 10, 410)


def test_a_table_of_that_name_comes_first(database18: Database) -> None:
    given = f"{GIVEN} {PLAIN[0]}; CREATE TABLE crm.customer (id int PRIMARY KEY);"
    found = references(database18, f"{given} INSERT INTO crm.customer SELECT generate_series(1, 205); ANALYZE")
    assert lines(found) == ["orders(customer_id) -> crm.customer(id)"]
