"""Others change the schema between the snapshot and the reading: what is left is right, and says so."""

from __future__ import annotations

import pytest

from auditor.catalog import Catalog, Scope
from auditor.catalog.read import read_catalog
from auditor.connect import open_session
from tests.catalog.reading import table_of
from tests.servers import Database

SCHEMA = """
CREATE FUNCTION positive(int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT $1 > 0';
CREATE TYPE mood AS ENUM ('sad');
CREATE SEQUENCE numbers;
CREATE TABLE other (x int PRIMARY KEY, y int);
CREATE TABLE t (
  a int DEFAULT nextval('numbers') CHECK (positive(a)), b text DEFAULT lower('B'), c mood,
  d int GENERATED ALWAYS AS (a * 2) STORED, e int REFERENCES other, CHECK (a < d), PRIMARY KEY (a));
CREATE INDEX by_expression ON t (lower(b), a) WHERE positive(a);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t USING (positive(a) AND EXISTS (SELECT FROM other WHERE y = a));
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW WHEN (positive(old.a)) EXECUTE FUNCTION f();
CREATE VIEW v AS SELECT a, x FROM t, other WHERE positive(y);
CREATE MATERIALIZED VIEW m AS SELECT * FROM v;
CREATE SCHEMA far; CREATE TABLE far.away (a int CHECK (a > 0));
CREATE TABLE parts (k int) PARTITION BY LIST (k); CREATE TABLE part PARTITION OF parts DEFAULT;
CREATE TABLE bystander (a int CHECK (positive(a)) DEFAULT 3, b text);
CREATE INDEX ON bystander (lower(b));
"""


def catalog_after(database: Database, meddling: str) -> Catalog:
    with database.connect() as other:
        other.execute(SCHEMA.encode())
        with open_session(database.dsn, statement_timeout_s=20, lock_timeout_s=0.5) as session:
            other.execute(meddling.encode())
            catalog = read_catalog(session.main, Scope())
            locks = "SELECT count(*) FROM pg_locks WHERE pid = %s AND relation >= 16384"
            assert other.execute(locks, [session.main.backend_pid]).fetchone() == (0,)
            return catalog


@pytest.mark.parametrize(
    ("meddling", "unread"),
    [
        ("DROP TABLE t CASCADE", {"t", "v", "m"}),
        ("DROP TABLE other CASCADE", {"t", "v", "m", "other"}),
        ("ALTER TABLE t DROP COLUMN a CASCADE", {"t", "v", "m"}),
        ("ALTER TABLE t DROP COLUMN b", {"t"}),
        ("DROP FUNCTION positive CASCADE", {"t", "v", "m", "bystander"}),
        ("DROP TYPE mood CASCADE", {"t"}),
        ("DROP SEQUENCE numbers CASCADE", {"t"}),
        ("DROP INDEX by_expression", {"t"}),
        ("DROP TRIGGER tr ON t", {"t"}),
        ("DROP POLICY p ON t", {"t"}),
        ("DROP VIEW v CASCADE", {"v", "m"}),
        ("DROP SCHEMA far CASCADE", {"away"}),
        ("DROP TABLE parts", {"parts"}),
        ("ALTER TABLE t RENAME COLUMN b TO z", set()),
        ("CREATE TABLE late (a int)", set()),
        ("TRUNCATE t, other", set()),
        ("BEGIN; LOCK TABLE t", {"t", "v"}),
        ("BEGIN; LOCK TABLE other", {"other", "v", "t"}),
        ("BEGIN; DROP TABLE t CASCADE", {"t", "v", "m", "other"}),
        ("BEGIN; ALTER TABLE t ALTER b TYPE varchar(9)", {"t", "v"}),
    ],
)
def test_what_has_changed_is_unread_and_the_rest_is_right(database: Database, meddling: str, unread: set[str]) -> None:
    catalog = catalog_after(database, meddling)
    assert {table.name for table in catalog.tables if table.unread} == unread
    assert len(catalog.tables) == 7
    if "bystander" not in unread:
        bystander = table_of(catalog, "bystander")
        assert bystander.constraints[0].expression == "public.positive(a)"
        assert bystander.column("a").default == "3"
        assert bystander.indexes[0].keys[0].expression == "lower(b)"


def test_the_filenode_is_that_of_the_snapshot(database: Database) -> None:
    catalog = catalog_after(database, "TRUNCATE t")
    leaf = table_of(catalog, "t").leaves[0]
    with database.connect() as connection:
        assert connection.execute("SELECT pg_relation_filenode('t'::regclass)").fetchone() != (leaf.filenode,)
