"""Gaps between keys: a reference leaves them out, what lies in the same range by coincidence does not."""

from tests.references.inferring import line, lines, references
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


def test_rows_that_were_deleted_and_are_still_referred_to_leave_gaps_that_say_nothing(database18: Database) -> None:
    script = """CREATE TABLE employees (id int PRIMARY KEY); INSERT INTO employees SELECT generate_series(1, 1000);
        CREATE TABLE shifts (shift_id int PRIMARY KEY, employee_id int, backup_employee int);
        INSERT INTO shifts SELECT n, 1 + n * 7919 % 1000, 1 + n * 4813 % 1000 FROM generate_series(1, 4000) AS n;
        DELETE FROM employees WHERE id % 11 = 3; ANALYZE"""
    found = {each.columns[0]: each for each in references(database18, script)}
    assert found["employee_id"].confidence >= 0.8
    assert found["backup_employee"].confidence >= 0.6
    assert not any("no keys" in told for each in found.values() for told in each.evidence)


def test_a_small_table_that_lost_a_row_is_still_meant_by_its_name(database18: Database) -> None:
    script = """CREATE TABLE statuses (id int PRIMARY KEY); INSERT INTO statuses SELECT generate_series(1, 12);
        CREATE TABLE orders (order_id int PRIMARY KEY, status_id int, shipping_status_id int);
        INSERT INTO orders SELECT n, 1 + n % 12, 1 + (n * n) % 11 FROM generate_series(1, 600) AS n;
        DELETE FROM statuses WHERE id = 5; ANALYZE"""
    found = {each.columns[0]: each.confidence for each in references(database18, script)}
    assert found["status_id"] >= 0.8
    assert found["shipping_status_id"] >= 0.7


def test_without_statistics_a_value_of_many_rows_counts_once(database18: Database) -> None:
    script = """CREATE TABLE levels (id int PRIMARY KEY); INSERT INTO levels SELECT generate_series(1, 10);
        CREATE TABLE players (player_id int PRIMARY KEY, skill_level int);
        INSERT INTO players SELECT n, 1 FROM generate_series(1, 400) AS n;"""
    unknown, known = references(database18, script), references(database18, "ANALYZE")
    assert lines(unknown) == lines(known) == ["players(skill_level) -> levels(id)"]
    assert not any("beside" in told for told in unknown[0].evidence)
    assert "100 % of the rows, by 1 sampled values, found" in unknown[0].evidence


def test_what_is_made_in_the_steps_of_the_keys_is_no_reference_for_that(database18: Database) -> None:
    script = """CREATE TABLE departments (dept_no int PRIMARY KEY, title text);
        INSERT INTO departments SELECT 10 * n FROM generate_series(1, 99) AS n;
        CREATE TABLE items (item_id int PRIMARY KEY, line_no int, price int, dept_no int);
        INSERT INTO items SELECT n, 10 * (1 + n % 30), 10 * (5 + n % 47), 10 * (1 + n % 99)
            FROM generate_series(1, 900) AS n; ANALYZE"""
    found = [each for each in references(database18, script) if each.confidence >= 0.6]
    assert lines(tuple(found)) == ["items(dept_no) -> departments(dept_no)"]
