"""The anti-join of a reference counts its orphans, whatever the types, and never fails on what somebody stored."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Catalog, Scope
from auditor.catalog.read import read_catalog
from auditor.connect import open_session
from auditor.model import Reference
from auditor.probe import ReferenceProbe, relation, subject_of
from auditor.references import anti_join, declared
from tests.servers import Database


@dataclass(frozen=True)
class Case:
    """Rows, a reference from `a` to `b`, and what it has to count: orphans of a population."""

    script: str
    columns: tuple[str, ...]
    ref_columns: tuple[str, ...]
    orphans: int
    population: int
    path: tuple[str, ...] = ()
    table: str = "a"


CASES = {
    "plain, NULL in the referenced key": Case(
        """CREATE TABLE b (id int UNIQUE); INSERT INTO b VALUES (1), (NULL);
        CREATE TABLE a (b_id bigint); INSERT INTO a VALUES (1), (2), (NULL)""",
        ("b_id",),
        ("id",),
        1,
        2,
    ),
    "several columns, one NULL": Case(
        """CREATE TABLE b (x int, y text, PRIMARY KEY (x, y)); INSERT INTO b VALUES (1, 'p');
        CREATE TABLE a (x int, y text); INSERT INTO a VALUES (1, 'p'), (1, 'q'), (2, NULL)""",
        ("x", "y"),
        ("x", "y"),
        1,
        2,
    ),
    "its own table": Case(
        "CREATE TABLE b (id int PRIMARY KEY, parent_id int); INSERT INTO b VALUES (1, NULL), (2, 1), (3, 9)",
        ("parent_id",),
        ("id",),
        1,
        2,
        table="b",
    ),
    "inside JSON": Case(
        """CREATE TABLE b (id uuid PRIMARY KEY); INSERT INTO b VALUES ('0a8b5b0c-0000-4000-8000-00000000000f');
        CREATE TABLE a (d jsonb); INSERT INTO a VALUES ('{"c": {"it''s": "0A8B5B0C-0000-4000-8000-00000000000F"}}'),
        ('{"c": {"it''s": "unknown"}}'), ('{"c": {"it''s": null}}'), ('{"c": 7}'), ('[1]'), ('null'), (NULL)""",
        ("d",),
        ("id",),
        1,
        2,
        ("c", "it's"),
    ),
    "numbers inside JSON": Case(
        """CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (7);
        CREATE TABLE a (d json); INSERT INTO a VALUES ('{"b_id": 7}'), ('{"b_id": "7"}'), ('{"b_id": "x"}'), ('{}')""",
        ("d",),
        ("id",),
        1,
        3,
        ("b_id",),
    ),
    "text that should be uuids": Case(
        """CREATE TABLE b (id uuid PRIMARY KEY); INSERT INTO b VALUES ('0a8b5b0c-0000-4000-8000-00000000000f');
        CREATE TABLE a (b_id text);
        INSERT INTO a VALUES ('0A8b5b0c-0000-4000-8000-00000000000f'), (''), ('no uuid'), (NULL)""",
        ("b_id",),
        ("id",),
        2,
        3,
    ),
    "padded text": Case(
        """CREATE TABLE b (code char(4) PRIMARY KEY); INSERT INTO b VALUES ('DE');
        CREATE TABLE a (code varchar(9)); INSERT INTO a VALUES ('DE'), ('FR')""",
        ("code",),
        ("code",),
        1,
        2,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_orphans(case: Case, database: Database) -> None:
    reference = Reference(
        schema="public",
        table=case.table,
        columns=case.columns,
        ref_schema="public",
        ref_table="b",
        ref_columns=case.ref_columns,
        declared=False,
        confidence=0.9,
        json_path=case.path,
    )
    assert counted(database, case.script, reference) == (case.orphans, case.population)


def test_match_full_refuses_what_is_partly_null(database: Database) -> None:
    script = """CREATE TABLE b (x int, y int, PRIMARY KEY (x, y)); INSERT INTO b VALUES (1, 1);
        CREATE TABLE a (x int, y int, CONSTRAINT f FOREIGN KEY (x, y) REFERENCES b MATCH FULL);
        SET session_replication_role = replica;
        INSERT INTO a VALUES (1, 1), (1, NULL), (NULL, NULL), (2, 2)"""
    assert counted(database, script, None) == (2, 2)


def test_citext_by_its_own_operator(database_with_citext: Database) -> None:
    database = database_with_citext
    script = """CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext;
        CREATE TABLE b (name ext.citext PRIMARY KEY); INSERT INTO b VALUES ('Ann');
        CREATE TABLE a (name text, other ext.citext REFERENCES b); INSERT INTO a VALUES ('ANN', 'ANN'), ('bo', NULL)"""
    assert counted(database, script, None) == (0, 1)
    reference = Reference(
        schema="public",
        table="a",
        columns=("name",),
        ref_schema="public",
        ref_table="b",
        ref_columns=("name",),
        declared=False,
        confidence=0.9,
    )
    assert counted(database, "", reference) == (1, 2)


def test_a_temporal_foreign_key_is_no_equality(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(
            """CREATE TABLE b (id int4range, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS));
            CREATE TABLE a (id int4range, at daterange, FOREIGN KEY (id, PERIOD at) REFERENCES b (id, PERIOD at))"""
        )
    catalog = read(database18)
    (reference,) = declared(catalog)
    assert anti_join(catalog, reference) is None


def counted(database: Database, script: str, reference: Reference | None) -> tuple[int, int]:
    """Orphans and population of that reference, or of the only one declared, under an empty search_path."""
    with database.connect() as connection:
        connection.execute(script.encode())
        catalog = read(database)
        wanted = reference or declared(catalog)[0]
        join = anti_join(catalog, wanted)
        assert join is not None
        probe = ReferenceProbe(**join.parts, subject=subject_of(join.table), judge=lambda _: None)
        rows = sa.select(sa.func.count()).select_from(relation(join.table))
        connection.execute("SET search_path = ''")
        asked = [sql.render(rows.where(each)).encode() for each in (probe.violation, join.population)]
        found = [connection.execute(each) for each in asked]
        orphans, population = (cursor.fetchall()[0][0] for cursor in found)
        return orphans, population


def read(database: Database) -> Catalog:
    with open_session(database.dsn, statement_timeout_s=60) as session:
        return read_catalog(session.main, Scope())
