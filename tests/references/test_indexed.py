"""An index on the referencing side is mild evidence: people index what they join on."""

import pytest

from tests.references.inferring import line, references
from tests.servers import Database

GIVEN = """CREATE TABLE lots (lot_id int PRIMARY KEY); INSERT INTO lots SELECT generate_series(1, 400);
    CREATE TABLE others (other_id int PRIMARY KEY); INSERT INTO others SELECT generate_series(1, 500);
    CREATE TABLE sales (sale_id int PRIMARY KEY, day int, seen_lot int, sold_lot int);
    INSERT INTO sales SELECT n, n % 9, 1 + n % 120, 1 + n % 120 FROM generate_series(1, 2000) n; """

INDEXES = {
    "a btree": ("CREATE INDEX ON sales (sold_lot)", True),
    "a hash": ("CREATE INDEX ON sales USING hash (sold_lot)", True),
    "the first column of several": ("CREATE INDEX ON sales (sold_lot, day)", True),
    "of those that refer": ("CREATE INDEX ON sales (sold_lot) WHERE sold_lot IS NOT NULL", True),
    "a later column": ("CREATE INDEX ON sales (day, sold_lot)", False),
    "ranges of pages": ("CREATE INDEX ON sales USING brin (sold_lot)", False),
    "a unique one": ("CREATE UNIQUE INDEX ON sales (sold_lot, sale_id)", False),
}


@pytest.mark.parametrize("index", INDEXES)
def test_an_index_that_looks_the_column_up_speaks_for_it(index: str, database18: Database) -> None:
    script, speaks = INDEXES[index]
    seen, sold = sorted(references(database18, f"{GIVEN} {script}; ANALYZE"), key=line)
    assert (line(seen), line(sold)) == ("sales(seen_lot) -> lots(lot_id)", "sales(sold_lot) -> lots(lot_id)")
    assert "indexed" not in seen.evidence
    assert ("indexed" in sold.evidence) == speaks
    assert (sold.confidence > seen.confidence) == speaks


def test_by_name_only_it_is_told_and_weighs_nothing(database18: Database) -> None:
    given = "CREATE TABLE lots (lot_id int PRIMARY KEY); CREATE TABLE sales (seen_lot_id int, sold_lot_id int);"
    seen, sold = sorted(references(database18, f"{given} CREATE INDEX ON sales (sold_lot_id)"), key=line)
    assert ("indexed" in seen.evidence, "indexed" in sold.evidence) == (False, True)
    assert seen.confidence == sold.confidence


def test_an_index_alone_makes_no_reference(database18: Database) -> None:
    given = """CREATE TABLE lots (lot_id int PRIMARY KEY); INSERT INTO lots SELECT generate_series(1, 400);
        CREATE TABLE sales (sale_id int PRIMARY KEY, pieces int, ranked int);
        INSERT INTO sales SELECT n, 1 + n % 120, n FROM generate_series(1, 300) n;
        CREATE INDEX ON sales (pieces); CREATE INDEX ON sales (ranked); ANALYZE"""
    assert references(database18, given) == ()
