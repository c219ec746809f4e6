"""Gaps between keys: a reference leaves them out, what lies in the same range by coincidence does not."""

from tests.references.inferring import line, references
from tests.servers import Database

KEYS = """CREATE TABLE depots (id int PRIMARY KEY);
    INSERT INTO depots SELECT n FROM generate_series(1, 1000) AS n WHERE n * 7919 % 97 > 10;
    CREATE TABLE visits (visit_id int PRIMARY KEY, {column} int);"""


def test_values_that_leave_out_the_gaps_are_no_coincidence(database18: Database) -> None:
    script = KEYS.format(column="depot_code") + (
        "INSERT INTO visits SELECT id, id FROM depots WHERE id <= 800; ANALYZE"
    )
    (found,) = references(database18, script)
    assert line(found) == "visits(depot_code) -> depots(id)"
    assert any(told.endswith("of them beside numbers that are no keys") for told in found.evidence)
    assert found.confidence >= 0.9


def test_values_that_hit_the_gaps_as_often_as_keys_are_none(database18: Database) -> None:
    rows = "INSERT INTO visits SELECT n, n FROM generate_series(1, 1000) AS n; ANALYZE"
    assert not references(database18, KEYS.format(column="depot_code") + rows)


def test_orphans_among_keys_without_gaps_say_nothing_against_it(database18: Database) -> None:
    script = """CREATE TABLE depots (id int PRIMARY KEY); INSERT INTO depots SELECT generate_series(1, 1000);
        CREATE TABLE visits (visit_id int PRIMARY KEY, depot_id int);
        INSERT INTO visits SELECT n, CASE WHEN n % 20 = 0 THEN 5000 + n ELSE n END FROM generate_series(1, 1000) n;
        ANALYZE"""
    (found,) = references(database18, script)
    assert not any("gap" in told or "beside" in told for told in found.evidence)
    assert found.confidence >= 0.8


def test_the_least_number_there_is_has_none_below(database18: Database) -> None:
    script = """CREATE TABLE depots (id bigint PRIMARY KEY);
        INSERT INTO depots SELECT -9223372036854775808 + n FROM generate_series(0, 400) AS n;
        CREATE TABLE visits (visit_id int PRIMARY KEY, depot_id bigint);
        INSERT INTO visits SELECT n, -9223372036854775808 + n FROM generate_series(0, 400) AS n; ANALYZE"""
    (found,) = references(database18, script)
    assert line(found) == "visits(depot_id) -> depots(id)"
    assert any(told.startswith("100 % of the rows") for told in found.evidence)


def test_gaps_tell_where_names_do_not(database18: Database) -> None:
    script = KEYS.format(column="route") + (
        "INSERT INTO visits SELECT id, id FROM depots WHERE id * 31 % 7 < 5; ANALYZE"
    )
    (found,) = references(database18, script)
    assert line(found) == "visits(route) -> depots(id)"
    assert "values in the range of depots, which has gaps" in found.evidence


def test_gaps_say_nothing_for_what_is_mostly_not_found(database18: Database) -> None:
    script = KEYS.format(column="depot_id") + (
        "INSERT INTO visits SELECT n, CASE WHEN n % 2 = 0 THEN 5000 + n ELSE n * 7919 % 97 + 900 END "
        "FROM generate_series(1, 900) AS n; ANALYZE"
    )
    assert all(each.confidence < 0.6 for each in references(database18, script))
