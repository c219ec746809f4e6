"""References where names say nothing: what the statistics of two columns have in common."""

from tests.references.inferring import lines, references
from tests.servers import Database

TABLES = """CREATE TABLE lots (lot_id int PRIMARY KEY); INSERT INTO lots SELECT generate_series(1, 412);
    CREATE TABLE days (day_id int PRIMARY KEY); INSERT INTO days SELECT generate_series(1, 903);
    CREATE TABLE terms (term_id int PRIMARY KEY); INSERT INTO terms SELECT generate_series(1, 1371);
    """


def test_a_name_that_three_tables_share_leads_where_its_values_end(database18: Database) -> None:
    columns = "".join(
        f"""CREATE TABLE {table} ({table}_id int PRIMARY KEY, sort_id int);
        INSERT INTO {table} SELECT n, 1 + (7 * n) % 1371 FROM generate_series(1, {rows}) AS n;"""
        for table, rows in (("notes", 1500), ("links", 1600), ("marks", 1700))
    )
    found = references(database18, f"{TABLES}{columns} ANALYZE")
    assert lines(found) == [f"{table}(sort_id) -> terms(term_id)" for table in ("links", "marks", "notes")]
    assert all(each.confidence >= 0.8 for each in found)
    assert "values 1 to 1371 as in terms, 1 to 1371" in found[0].evidence


def test_one_column_alone_is_to_be_confirmed(database18: Database) -> None:
    script = """CREATE TABLE notes (note_id int PRIMARY KEY, sort_id int, other_id int);
        INSERT INTO notes SELECT n, 1 + n % 1371, 1 + n % 700 FROM generate_series(1, 5000) AS n; ANALYZE"""
    found = references(database18, TABLES + script)
    assert lines(found) == ["notes(sort_id) -> terms(term_id)"]


def test_what_two_keys_end_with_is_neither(database18: Database) -> None:
    script = """CREATE TABLE copies (copy_id int PRIMARY KEY); INSERT INTO copies SELECT generate_series(1, 1371);
        CREATE TABLE notes (note_id int PRIMARY KEY, sort_id int);
        INSERT INTO notes SELECT n, 1 + n % 1371 FROM generate_series(1, 5000) AS n; ANALYZE"""
    assert [each for each in references(database18, TABLES + script) if each.confidence >= 0.6] == []


def test_text_that_stands_in_one_key_alone(database18: Database) -> None:
    script = """CREATE TABLE areas (code text PRIMARY KEY, label text);
        INSERT INTO areas SELECT 'AR-' || n, 'x' FROM generate_series(1, 80) AS n;
        CREATE TABLE boxes (code text PRIMARY KEY);
        INSERT INTO boxes SELECT 'BX-' || n FROM generate_series(1, 90) AS n;
        CREATE TABLE trips (id int PRIMARY KEY, "Ziel" text, memo text, "BOX" text);
        INSERT INTO trips SELECT n, 'AR-' || (1 + n % 70), 'memo ' || n, 'BX-' || (1 + n % 80)
            FROM generate_series(1, 600) AS n;
        ANALYZE"""
    assert lines(references(database18, script)) == ["trips(BOX) -> boxes(code)", "trips(Ziel) -> areas(code)"]


def test_a_key_that_lacks_some_values_is_not_meant_where_another_holds_all(database18: Database) -> None:
    script = """CREATE TABLE transactions (id int PRIMARY KEY); INSERT INTO transactions SELECT generate_series(1, 900);
        CREATE TABLE dpt_trans (trans_id int PRIMARY KEY);
        INSERT INTO dpt_trans SELECT n FROM generate_series(1, 900) AS n WHERE n % 15 > 0;
        CREATE TABLE vouchers (id int PRIMARY KEY, trans_id int);
        INSERT INTO vouchers SELECT n, 1 + n % 900 FROM generate_series(1, 1800) AS n; ANALYZE"""
    assert [each for each in lines(references(database18, script)) if each.startswith("vouchers")] == [
        "vouchers(trans_id) -> transactions(id)"
    ]


def test_who_acts_is_another_where_the_values_say_so(database18: Database) -> None:
    script = """CREATE TABLE users (id int PRIMARY KEY);
        INSERT INTO users SELECT 10 * n FROM generate_series(1, 50) AS n;
        CREATE TABLE employees (id int PRIMARY KEY);
        INSERT INTO employees SELECT 7000 + 3 * n FROM generate_series(1, 60) AS n;
        CREATE TABLE orders (id int PRIMARY KEY, created_by int, updated_by int, approved_by int);
        INSERT INTO orders SELECT n, 10 + 10 * (n % 50), 10 + 10 * (n % 50), 7003 + 3 * (n % 60)
            FROM generate_series(1, 600) AS n;
        ANALYZE"""
    assert lines(references(database18, script)) == [
        "orders(approved_by) -> employees(id)",
        "orders(created_by) -> users(id)",
        "orders(updated_by) -> users(id)",
    ]


def test_text_of_columns_that_share_a_name_counts_together(database18: Database) -> None:
    """Of a large table's keys the statistics hold few, of a small one's all: that makes the small one no likelier."""
    script = """CREATE TABLE bodies (oid_ text PRIMARY KEY); CREATE TABLE towns (oid_ text PRIMARY KEY);
        INSERT INTO bodies SELECT md5(n::text) FROM generate_series(1, 3000) AS n;
        INSERT INTO towns SELECT md5(n::text) FROM generate_series(1, 90) AS n;""" + "".join(
        f"""CREATE TABLE {table} ({table}_no int PRIMARY KEY, fk_steward text);
        INSERT INTO {table} SELECT n, md5((n * {step} % 3000 + 1)::text) FROM generate_series(1, 700) AS n;"""
        for table, step in (("wells", 17), ("pipes", 19), ("locks", 23), ("weirs", 29))
    )
    found = references(database18, script + "ANALYZE")
    assert lines(tuple(each for each in found if each.table != "towns")) == [
        f"{table}(fk_steward) -> bodies(oid_)" for table in ("locks", "pipes", "weirs", "wells")
    ]


def test_text_with_orphans_is_no_coincidence_either(database18: Database) -> None:
    script = """CREATE TABLE areas (label text PRIMARY KEY);
        INSERT INTO areas SELECT 'AR-' || n FROM generate_series(1, 80) AS n;
        CREATE TABLE plots (plot_no int PRIMARY KEY, area_label text);
        INSERT INTO plots SELECT n, CASE WHEN n % 20 = 0 THEN 'gone ' || n ELSE 'AR-' || 1 + n % 80 END
        FROM generate_series(1, 900) AS n; ANALYZE"""
    (found,) = references(database18, script)
    assert (lines((found,)), found.confidence >= 0.7) == (["plots(area_label) -> areas(label)"], True)
