"""Numbers: keys of another numeric type, and what the ends of their ranges say."""

from tests.references.inferring import line, lines, references
from tests.servers import Database


def test_whole_numbers_of_any_type_are_comparable(database18: Database) -> None:
    script = """CREATE TABLE vendors (vendor_id numeric(12) PRIMARY KEY);
        INSERT INTO vendors SELECT 7 * n FROM generate_series(1, 500) AS n;
        CREATE TABLE depots (depot_id bigint PRIMARY KEY);
        INSERT INTO depots SELECT 9 * n FROM generate_series(1, 500) AS n;
        CREATE TABLE bills (bill_id int PRIMARY KEY, vendor_id int, depot_id numeric(14, 2), amount numeric(14, 2));
        INSERT INTO bills SELECT n, 7 * n, 9 * n, 0.5 * n FROM generate_series(1, 500) AS n; ANALYZE"""
    found = references(database18, script)
    assert lines(found) == ["bills(depot_id) -> depots(depot_id)", "bills(vendor_id) -> vendors(vendor_id)"]
    assert all(each.confidence >= 0.9 and any(told.startswith("100 %") for told in each.evidence) for each in found)


def test_what_ends_where_a_key_ends_is_likelier(database18: Database) -> None:
    script = """CREATE TABLE lots (lot_id int PRIMARY KEY); CREATE TABLE days (day_id int PRIMARY KEY);
        CREATE TABLE users (id int PRIMARY KEY);
        INSERT INTO lots SELECT generate_series(1, 400); INSERT INTO days SELECT generate_series(1, 900);
        INSERT INTO users SELECT generate_series(1, 1300);
        CREATE TABLE sales (sale_id int PRIMARY KEY, first_lot_id int, last_lot_id int);
        INSERT INTO sales SELECT n, 1 + n % 400, 1 + n % 120 FROM generate_series(1, 2000) AS n; ANALYZE"""
    first, last = sorted(references(database18, script), key=line)
    assert (line(first), line(last)) == ("sales(first_lot_id) -> lots(lot_id)", "sales(last_lot_id) -> lots(lot_id)")
    assert "they end where its keys end" in first.evidence
    assert "they end where its keys end" not in last.evidence
    assert first.confidence > last.confidence


def test_orphans_do_not_hide_where_the_others_end(database18: Database) -> None:
    script = """CREATE TABLE lots (lot_id int PRIMARY KEY); INSERT INTO lots SELECT generate_series(1, 400);
        CREATE TABLE sales (sale_id int PRIMARY KEY, first_lot int);
        INSERT INTO sales SELECT n, CASE WHEN n % 20 = 0 THEN 900000000 + n ELSE 1 + n % 400 END
        FROM generate_series(1, 2000) AS n; ANALYZE"""
    (found,) = references(database18, script)
    assert "they end where its keys end" in found.evidence
