"""Each kind of trace that a rollback may leave is found: the comparison is told of it, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from auditor.rehearsal.comparison import differences
from auditor.rehearsal.identity import Snapshot, snapshot_of
from auditor.rehearsal.programs import client_for
from tests.servers import Database, Server

GIVEN = (Path(__file__).parent / "traces.sql").read_text()

ROWS = {
    "NULL and the empty text": "UPDATE kinds SET words = '' WHERE words IS NULL",
    "a float's last bit": "UPDATE kinds SET real = real + 1e-16 WHERE id = 1",
    "the sign of zero": "UPDATE kinds SET real = '-0' WHERE real = 0",
    "a numeric's scale": "UPDATE kinds SET exact = 1.50 WHERE id = 1",
    "a microsecond": "UPDATE kinds SET moment = moment + interval '1 microsecond' WHERE id = 1",
    "an interval's days": "UPDATE kinds SET span = '24 hours' WHERE id = 1",
    "blanks in json": """UPDATE kinds SET plain = '{"a": 1}' WHERE id = 1""",
    "a key twice in json": """UPDATE kinds SET plain = '{"a":1,"a":1}' WHERE id = 1""",
    "jsonb": """UPDATE kinds SET doc = '{"a": 1.0}' WHERE id = 1""",
    "a byte": "UPDATE kinds SET bytes = '\\x0001' WHERE id = 1",
    "an empty array": "UPDATE kinds SET list = '{}' WHERE list IS NULL",
    "the word NULL in an array": """UPDATE kinds SET list = '{"NULL"}' WHERE id = 1""",
    "an array's lower bound": """UPDATE kinds SET list = '[0:0]={NULL}' WHERE id = 1""",
    "the end of a long text": "UPDATE kinds SET long = overlay(long PLACING 'x' FROM 300000 FOR 1) WHERE id = 1",
    "a generated identity": "UPDATE kinds SET number = DEFAULT WHERE id = 1",
    "two values swapped": "UPDATE kinds SET id = 3 - id WHERE id IN (1, 2)",
    "a column called whole": "UPDATE odd SET other = 2",
    "which value stands there twice": "UPDATE bag SET a = 2 WHERE ctid = (SELECT min(ctid) FROM bag WHERE a = 1)",
    "a child table": "WITH gone AS (DELETE FROM ONLY base RETURNING *) INSERT INTO child TABLE gone",
    "an unlogged table": "DELETE FROM fleeting",
    "a materialised view": "INSERT INTO bag VALUES (4); REFRESH MATERIALIZED VIEW seen; DELETE FROM bag WHERE a = 4",
    "an emptied view": "REFRESH MATERIALIZED VIEW seen WITH NO DATA",
    "a table left over": "CREATE SCHEMA auditor_quarantine; CREATE TABLE auditor_quarantine.left_over ()",
    "a large object": "SELECT lo_unlink(4711)",
}

SCHEMA = {
    "COMMENT ON TABLE public.kinds": "COMMENT ON TABLE kinds IS 'x'",
    "COMMENT ON COLUMN public.kinds.words": "COMMENT ON COLUMN kinds.words IS 'x'",
    "COMMENT ON CONSTRAINT kinds_pkey": "COMMENT ON CONSTRAINT kinds_pkey ON kinds IS NULL",
    "COMMENT ON INDEX public.kinds_words": "COMMENT ON INDEX kinds_words IS NULL",
    "COMMENT ON TRIGGER noted": "COMMENT ON TRIGGER noted ON kinds IS 'x'",
    "GRANT SELECT ON TABLE public.kinds": "REVOKE SELECT ON kinds FROM anon",
    "GRANT UPDATE(words)": "REVOKE UPDATE (words) ON kinds FROM anon",
    "GRANT ALL ON SEQUENCE public.kinds_number_seq": "GRANT ALL ON SEQUENCE kinds_number_seq TO anon",
    "ALTER DEFAULT PRIVILEGES": "ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM anon",
    "GRANT USAGE ON SCHEMA side": "REVOKE USAGE ON SCHEMA side FROM anon",
    "GRANT CREATE ON DATABASE": 'GRANT CREATE ON DATABASE :"DBNAME" TO anon',
    "SET work_mem": 'ALTER DATABASE :"DBNAME" SET work_mem = 64',
    "IN DATABASE": 'ALTER ROLE anon IN DATABASE :"DBNAME" SET jit = off',
    "CREATE POLICY own": "ALTER POLICY own ON kinds USING (id > 1)",
    "ENABLE ROW LEVEL SECURITY": "ALTER TABLE kinds DISABLE ROW LEVEL SECURITY",
    "FORCE ROW LEVEL SECURITY": "ALTER TABLE kinds NO FORCE ROW LEVEL SECURITY",
    "DISABLE TRIGGER noted": "ALTER TABLE kinds DISABLE TRIGGER noted",
    "ENABLE ALWAYS TRIGGER noted": "ALTER TABLE kinds ENABLE ALWAYS TRIGGER noted",
    "CREATE TRIGGER noted": "DROP TRIGGER noted ON kinds",
    "DISABLE RULE kept": "ALTER TABLE bag DISABLE RULE kept",
    "ALTER EVENT TRIGGER watch DISABLE": "ALTER EVENT TRIGGER watch DISABLE",
    "REPLICA IDENTITY FULL": "ALTER TABLE kinds REPLICA IDENTITY FULL",
    "SET STATISTICS 500": "ALTER TABLE kinds ALTER words SET STATISTICS 500",
    "n_distinct": "ALTER TABLE kinds ALTER words SET (n_distinct = 7)",
    "SET STORAGE": "ALTER TABLE kinds ALTER long SET STORAGE EXTERNAL",
    "SET COMPRESSION": "ALTER TABLE kinds ALTER long SET COMPRESSION pglz",
    "fillfactor": "ALTER TABLE kinds SET (fillfactor = 70)",
    "toast.autovacuum_enabled": "ALTER TABLE kinds SET (toast.autovacuum_enabled = false)",
    "deduplicate_items": "ALTER INDEX kinds_words SET (deduplicate_items = off)",
    "CLUSTER ON kinds_words": "ALTER TABLE kinds CLUSTER ON kinds_words",
    "SET default_tablespace = aside": "ALTER INDEX kinds_lower SET TABLESPACE aside",
    "CREATE INDEX kinds_words": "DROP INDEX kinds_words",
    "CREATE UNLOGGED TABLE public.bag": "ALTER TABLE bag SET UNLOGGED",
    "SET STATISTICS 77": "ALTER INDEX kinds_lower ALTER 1 SET STATISTICS 77",
    "DEFERRABLE": "ALTER TABLE refers ALTER CONSTRAINT refers_kind_fkey DEFERRABLE",
    "NOT ENFORCED": "ALTER TABLE refers ALTER CONSTRAINT refers_kind_fkey NOT ENFORCED",
    "renamed": "ALTER TABLE refers RENAME CONSTRAINT refers_kind_fkey TO renamed",
    "SELECT 2 AS": "CREATE OR REPLACE VIEW shown AS SELECT 2 AS number",
    "security_invoker": "ALTER VIEW shown SET (security_invoker = true)",
    "ALTER TABLE public.bag OWNER": "ALTER TABLE bag OWNER TO anon",
    "ALTER FUNCTION public.note() OWNER": "ALTER FUNCTION note() OWNER TO anon",
    "ALTER SCHEMA side OWNER": "ALTER SCHEMA side OWNER TO anon",
    "INHERITS (public.base)": "ALTER TABLE child NO INHERIT base",
    "ATTACH PARTITION public.parts_b": "ALTER TABLE parts DETACH PARTITION parts_b",
    "INCREMENT BY 3": "ALTER SEQUENCE loose INCREMENT 3",
    "OWNED BY": "ALTER SEQUENCE loose OWNED BY refers.id",
    "BY DEFAULT AS IDENTITY": "ALTER TABLE kinds ALTER number SET GENERATED BY DEFAULT",
    "DEFAULT 'nothing'": "ALTER TABLE kinds ALTER words SET DEFAULT 'nothing'",
    "whole integer NOT NULL": "ALTER TABLE odd ALTER whole SET NOT NULL",
    "RETURN NEW": "CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "positive": "ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID",
    "'third'": "ALTER TYPE mood ADD VALUE 'third'",
    "ADD TABLE ONLY public.again": "ALTER PUBLICATION news ADD TABLE again",
    "CREATE STATISTICS public.pair": "DROP STATISTICS pair",
    "last integer": "ALTER TABLE odd ADD last int",
}

FLAGS = {
    "the constraint again_kind_fkey of public.again is valid only before": (
        "UPDATE pg_constraint SET convalidated = false WHERE conname = 'again_kind_fkey'"
    ),
    "the index public.kinds_lower of public.kinds is not valid only now": (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'kinds_lower'::regclass"
    ),
    "of again_kind_fkey of public.again is disabled only now": "ALTER TABLE again DISABLE TRIGGER ALL",
}
CLIENT = client_for(18)


@pytest.fixture(scope="module")
def given(server18: Server) -> Iterator[Database]:
    """One database for all of them: a trace that was left is as before for the next."""
    with server18.database() as fresh:
        done = fresh.psql(GIVEN)
        assert done.returncode == 0, done.stderr
        yield fresh


def state(database: Database) -> Snapshot:
    with database.connect() as connection:
        return snapshot_of(connection, partial(CLIENT.dump, database.dsn))


def told(database: Database, sabotage: str) -> list[str]:
    before = state(database)
    done = database.psql(f"SET session_replication_role = replica; {sabotage};")
    assert done.returncode == 0, done.stderr
    return [*differences(before, state(database))]


def test_none(given: Database) -> None:
    assert told(given, "ANALYZE; SELECT nextval('loose'); UPDATE bag SET a = a") == []


@pytest.mark.parametrize("sabotage", ROWS.values(), ids=ROWS)
def test_rows(given: Database, sabotage: str) -> None:
    assert any("rows" in each or "is there that was not" in each or "is gone" in each for each in told(given, sabotage))


@pytest.mark.parametrize("line", SCHEMA)
def test_schema(given: Database, line: str) -> None:
    (sentence,) = [each for each in told(given, SCHEMA[line]) if each.startswith("the schema differs: ")]
    assert line in sentence


@pytest.mark.parametrize("line", FLAGS)
def test_what_a_dump_does_not_show(given: Database, line: str) -> None:
    assert any(line in each for each in told(given, FLAGS[line]))
