"""Each kind of reference by itself: found, with exactly that target, and nothing else beside it."""

import pytest

from tests.references.inferring import line, lines, references
from tests.servers import Database

USERS = """CREATE TABLE users (id int PRIMARY KEY, name text);
    INSERT INTO users SELECT n * 7, 'user ' || n FROM generate_series(1, 200) n;"""

KINDS = {
    "table and key": (
        """CREATE TABLE films (id int PRIMARY KEY);
        INSERT INTO films SELECT 3 * n FROM generate_series(1, 100) n;
        CREATE TABLE showings (film_id int, hall text);
        INSERT INTO showings SELECT 3 * (1 + n % 100), 'north' FROM generate_series(1, 400) n""",
        ["showings(film_id) -> films(id)"],
    ),
    "the key's own name, no separator": (
        """CREATE TABLE shipmethod (shipmethodid int PRIMARY KEY);
        INSERT INTO shipmethod SELECT generate_series(1, 5);
        CREATE TABLE purchase (shipmethodid int, viashipmethodid int);
        INSERT INTO purchase SELECT 1 + n % 5, 1 + n % 4 FROM generate_series(1, 100) n""",
        ["purchase(shipmethodid) -> shipmethod(shipmethodid)", "purchase(viashipmethodid) -> shipmethod(shipmethodid)"],
    ),
    "camel case": (
        """CREATE TABLE "UserAccounts" ("Id" int PRIMARY KEY);
        INSERT INTO "UserAccounts" SELECT 5 * n FROM generate_series(1, 50) n;
        CREATE TABLE "Logins" ("userAccountId" int);
        INSERT INTO "Logins" SELECT 5 * (1 + n % 50) FROM generate_series(1, 100) n""",
        ["Logins(userAccountId) -> UserAccounts(Id)"],
    ),
    "roles": (
        USERS
        + """CREATE TABLE posts (title text, created_by int, approver_id int, last_editor_user_id int);
        INSERT INTO posts SELECT 'p', 7 * (1 + n % 200), 7 * (1 + n % 20), 7 FROM generate_series(1, 300) n""",
        [
            "posts(approver_id) -> users(id)",
            "posts(created_by) -> users(id)",
            "posts(last_editor_user_id) -> users(id)",
        ],
    ),
    "roles in two words": (
        USERS
        + """CREATE TABLE tasks (title text, assigned_to int);
        INSERT INTO tasks SELECT 'p', 7 * (1 + n % 200) FROM generate_series(1, 300) n""",
        ["tasks(assigned_to) -> users(id)"],
    ),
    "its own table": (
        """CREATE TABLE categories (id int PRIMARY KEY, parent_id int);
        INSERT INTO categories SELECT n, nullif(n / 3, 0) FROM generate_series(1, 100) n;
        CREATE TABLE employees (employee_id int PRIMARY KEY, manager_id int, reports_to int);
        INSERT INTO employees SELECT n, nullif(n / 5, 0), nullif(n / 4, 0) FROM generate_series(1, 100) n""",
        [
            "categories(parent_id) -> categories(id)",
            "employees(manager_id) -> employees(employee_id)",
            "employees(reports_to) -> employees(employee_id)",
        ],
    ),
    "prefixes of tables": (
        """CREATE TABLE item (i_item_key int PRIMARY KEY, i_name text, i_size text, i_colour text);
        INSERT INTO item SELECT n, 'a', 'b', 'c' FROM generate_series(1, 60) n;
        CREATE TABLE lines (ol_item_key int, ol_quantity int, ol_price int, ol_note text);
        INSERT INTO lines SELECT 1 + n % 60, 100 + n, 100 + n, 'x' FROM generate_series(1, 200) n""",
        ["lines(ol_item_key) -> item(i_item_key)"],
    ),
    "natural keys that are unique, not primary": (
        """CREATE TABLE nps_clients (id int PRIMARY KEY, client_name text NOT NULL UNIQUE, segment text);
        INSERT INTO nps_clients SELECT n, 'Client ' || n, 'gold' FROM generate_series(1, 80) n;
        CREATE TABLE nps_responses (client_name text, answer text);
        INSERT INTO nps_responses SELECT 'Client ' || (1 + n % 80), 'yes' FROM generate_series(1, 300) n;
        CREATE TABLE actions ("Client" text, "Status" text);
        INSERT INTO actions SELECT 'Client ' || (1 + n % 80), 'open' FROM generate_series(1, 300) n""",
        ["actions(Client) -> nps_clients(client_name)", "nps_responses(client_name) -> nps_clients(client_name)"],
    ),
    "uuids as text": (
        """CREATE TABLE calls (id uuid PRIMARY KEY);
        INSERT INTO calls SELECT md5(n::text)::uuid FROM generate_series(1, 50) n;
        CREATE TABLE notes (call_id text);
        INSERT INTO notes SELECT md5((1 + n % 50)::text)::uuid::text FROM generate_series(1, 200) n;
        INSERT INTO notes VALUES ('unknown')""",
        ["notes(call_id) -> calls(id)"],
    ),
    "who acts, beside a customer who is not meant": (
        """CREATE TABLE employee (employee_id int PRIMARY KEY); CREATE TABLE customer (customer_id int PRIMARY KEY,
            support_rep_id int);
        INSERT INTO employee SELECT generate_series(1, 8);
        INSERT INTO customer SELECT n, 3 + n % 3 FROM generate_series(1, 59) n;
        CREATE TABLE invoice (customer_id int); INSERT INTO invoice SELECT 1 + n % 59 FROM generate_series(1, 400) n""",
        ["customer(support_rep_id) -> employee(employee_id)", "invoice(customer_id) -> customer(customer_id)"],
    ),
    "a comment that names the key": (
        """CREATE TABLE customers (no int PRIMARY KEY);
        INSERT INTO customers SELECT 7 * n FROM generate_series(1, 60) n;
        CREATE TABLE orders (payer int); INSERT INTO orders SELECT 7 * (1 + n % 60) FROM generate_series(1, 200) n;
        COMMENT ON COLUMN orders.payer IS 'who pays, see customers.no (not the shipper)'""",
        ["orders(payer) -> customers(no)"],
    ),
    "uuids without a name that says it": (
        """CREATE TABLE calls (id uuid PRIMARY KEY);
        INSERT INTO calls SELECT md5(n::text)::uuid FROM generate_series(1, 50) n;
        CREATE TABLE notes (about uuid, request uuid);
        INSERT INTO notes SELECT md5((1 + n % 50)::text)::uuid, md5(n || 'r')::uuid FROM generate_series(1, 200) n""",
        ["notes(about) -> calls(id)"],
    ),
    "a whole key": (
        """CREATE TABLE orders (order_id int, line_no int, PRIMARY KEY (order_id, line_no));
        INSERT INTO orders SELECT 11 * n, m FROM generate_series(1, 40) n, generate_series(1, 3) m;
        CREATE TABLE returned (order_id int, line_no int, reason text);
        INSERT INTO returned SELECT 11 * n, 1 + n % 3, 'torn' FROM generate_series(1, 40) n""",
        ["returned(order_id, line_no) -> orders(order_id, line_no)"],
    ),
    "a key within its scope": (
        """CREATE TABLE projects (id text PRIMARY KEY);
        INSERT INTO projects SELECT 'p' || n FROM generate_series(1, 4) n;
        CREATE TABLE datasets (id text, project_id text, PRIMARY KEY (id, project_id));
        INSERT INTO datasets SELECT 'd' || n, 'p' || (1 + n % 4) FROM generate_series(1, 40) n;
        CREATE TABLE runs (dataset_id text, project_id text);
        INSERT INTO runs SELECT 'd' || n, 'p' || (1 + n % 4) FROM generate_series(1, 40) n""",
        [
            "datasets(project_id) -> projects(id)",
            "runs(dataset_id, project_id) -> datasets(id, project_id)",
            "runs(project_id) -> projects(id)",
        ],
    ),
    "another schema": (
        """CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY);
        INSERT INTO auth.users SELECT md5(n::text)::uuid FROM generate_series(1, 50) n;
        CREATE TABLE profiles (id uuid PRIMARY KEY, user_id uuid);
        INSERT INTO profiles SELECT md5(n || 'p')::uuid, md5(n::text)::uuid FROM generate_series(1, 50) n""",
        ["profiles(user_id) -> auth.users(id)"],
    ),
    "partitions on both sides": (
        """CREATE TABLE devices (id int PRIMARY KEY) PARTITION BY HASH (id);
        CREATE TABLE devices_0 PARTITION OF devices FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE devices_1 PARTITION OF devices FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        INSERT INTO devices SELECT 9 * n FROM generate_series(1, 100) n;
        CREATE TABLE readings (device_id int, at date) PARTITION BY RANGE (at);
        CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        INSERT INTO readings SELECT 9 * (1 + n % 100), '2026-05-05' FROM generate_series(1, 300) n""",
        ["readings(device_id) -> devices(id)"],
    ),
}


@pytest.mark.parametrize("analysed", [True, False], ids=["analysed", "never analysed"])
@pytest.mark.parametrize("kind", KINDS)
def test_kind(kind: str, analysed: bool, database18: Database) -> None:
    script, expected = KINDS[kind]
    found = references(database18, script + ("; ANALYZE" if analysed else ""))
    assert lines(found) == expected
    assert all(0.6 <= each.confidence < 1 for each in found)
    assert all("by name only" not in " ".join(each.evidence) for each in found)


def test_citext_keys(database_with_citext: Database) -> None:
    database = database_with_citext
    found = references(
        database,
        """CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext;
        CREATE TABLE clients (client_name ext.citext PRIMARY KEY);
        INSERT INTO clients SELECT 'Client ' || n FROM generate_series(1, 80) n;
        CREATE TABLE meetings (client_name ext.citext);
        INSERT INTO meetings SELECT 'CLIENT ' || (1 + n % 80) FROM generate_series(1, 200) n;
        ANALYZE""",
    )
    assert lines(found) == ["meetings(client_name) -> clients(client_name)"]
    assert "100 % of the rows" in " ".join(found[0].evidence)


NOISE = {
    "numbers that are no keys": """CREATE TABLE statuses (id int PRIMARY KEY);
        INSERT INTO statuses SELECT generate_series(1, 100);
        CREATE TABLE documents (id int PRIMARY KEY, version int, position int, page_count int, level int, rating int);
        INSERT INTO documents SELECT n, 1 + n % 9, n, n, 1 + n % 3, 1 + n % 5 FROM generate_series(1, 100) n""",
    "surrogate keys that lie in each other": """
        CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x text);
        CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x text);
        CREATE TABLE a_items (id int PRIMARY KEY, x text);
        INSERT INTO a (x) SELECT 'x' FROM generate_series(1, 100);
        INSERT INTO b (x) SELECT 'x' FROM generate_series(1, 50);
        INSERT INTO a_items SELECT n, 'x' FROM generate_series(1, 40) n""",
    "words that tables share": """CREATE TABLE brands (id int PRIMARY KEY, name text UNIQUE, status text);
        CREATE TABLE tags (id int PRIMARY KEY, name text UNIQUE, status text);
        INSERT INTO brands SELECT n, 'n' || n, 'open' FROM generate_series(1, 30) n;
        INSERT INTO tags SELECT n, 'n' || n, 'open' FROM generate_series(1, 20) n""",
    "the name, but other values": """CREATE TABLE films (id int PRIMARY KEY);
        INSERT INTO films SELECT n FROM generate_series(1, 100) n;
        CREATE TABLE reviews (film_id int);
        INSERT INTO reviews SELECT 100000 + n FROM generate_series(1, 100) n""",
}


@pytest.mark.parametrize("noise", NOISE)
def test_no_reference(noise: str, database18: Database) -> None:
    assert lines(references(database18, NOISE[noise] + "; ANALYZE")) == []


def test_orphans_do_not_hide_the_reference(database18: Database) -> None:
    found = references(
        database18,
        """CREATE TABLE films (id int PRIMARY KEY);
        INSERT INTO films SELECT n FROM generate_series(1, 1000) n;
        CREATE TABLE showings (film_id int);
        INSERT INTO showings SELECT CASE WHEN n % 12 = 0 THEN 900000 + n ELSE 1 + n % 1000 END
        FROM generate_series(1, 6000) n; ANALYZE""",
    )
    assert lines(found) == ["showings(film_id) -> films(id)"]
    assert found[0].confidence >= 0.8


def test_of_two_targets_the_runner_up_is_told(database18: Database) -> None:
    found = references(
        database18,
        USERS
        + """CREATE TABLE person (id int PRIMARY KEY);
        INSERT INTO person SELECT n * 7 FROM generate_series(1, 200) n;
        CREATE TABLE posts (creator_person_id int, creator_user_id int, owner_id int);
        INSERT INTO posts SELECT 7 * n, 7 * n, 7 * n FROM generate_series(1, 200) n; ANALYZE""",
    )
    assert lines(found) == [
        "posts(creator_person_id) -> person(id)",
        "posts(creator_user_id) -> users(id)",
        "posts(owner_id) -> users(id)",
    ]


def test_a_column_with_a_foreign_key_is_declared_and_nothing_else(database18: Database) -> None:
    (found,) = references(
        database18,
        USERS + "CREATE TABLE posts (user_id int CONSTRAINT posts_user REFERENCES users); ANALYZE",
    )
    assert (line(found), found.declared, found.confidence) == ("posts(user_id) -> users(id)", True, 1.0)
    assert found.constraint == "posts_user"


def test_without_rows_by_name_only(database18: Database) -> None:
    (found,) = references(
        database18,
        "CREATE TABLE films (id int PRIMARY KEY); CREATE TABLE showings (film_id int); ANALYZE",
    )
    assert found.confidence == 0.85
    assert "by name only" in found.evidence[-1]


@pytest.mark.parametrize(("distinct", "is_key"), [(60, True), (59, True), (40, False)])
def test_a_name_that_nothing_declares_unique_is_a_key_by_the_statistics(
    distinct: int, is_key: bool, database18: Database
) -> None:
    found = references(
        database18,
        f"""CREATE TABLE nps_clients (id int PRIMARY KEY, client_name text, segment text);
        INSERT INTO nps_clients SELECT n, 'Client ' || n % {distinct}, 'S' || n % 3 FROM generate_series(1, 60) n;
        CREATE TABLE actions ("Client" text, "Status" text);
        INSERT INTO actions SELECT 'Client ' || n % {distinct}, 'Open' FROM generate_series(1, 200) n;
        CREATE TABLE responses (client_name text, segment text);
        INSERT INTO responses SELECT 'Client ' || n % {distinct}, 'Segment 1' FROM generate_series(1, 200) n;
        ANALYZE""",
    )
    target = "nps_clients(client_name)"
    assert lines(found) == ([f"actions(Client) -> {target}", f"responses(client_name) -> {target}"] if is_key else [])


def test_two_keys_do_not_refer_to_each_other(database18: Database) -> None:
    """By name alone neither direction is sure; by the values the one that holds more does not refer."""
    given = """CREATE TABLE journal (booking_id int PRIMARY KEY);
        CREATE TABLE journalarchive (booking_id int PRIMARY KEY);"""
    assert [each.confidence for each in references(database18, given) if each.confidence >= 0.6] == []
    found = references(
        database18,
        """INSERT INTO journal SELECT 5 * n FROM generate_series(1, 300) n;
        INSERT INTO journalarchive SELECT 5 * n FROM generate_series(1, 100) n; ANALYZE""",
    )
    assert [each for each in lines(found) if each.startswith("journal(")] == []


def test_a_key_does_not_refer_to_a_table_that_refers_to_it(database18: Database) -> None:
    found = references(
        database18,
        """CREATE TABLE notes (booking_no int PRIMARY KEY);
        CREATE TABLE bookings (booking_no int PRIMARY KEY, note_no int REFERENCES notes);
        INSERT INTO notes SELECT 5 * n FROM generate_series(1, 100) n;
        INSERT INTO bookings SELECT 5 * n, 5 * (n % 9 + 1) FROM generate_series(1, 300) n; ANALYZE""",
    )
    assert [each for each in lines(found) if each.startswith("notes(")] == []


def test_a_public_uuid_takes_no_numbers_place(database18: Database) -> None:
    script = """CREATE TABLE products (sku int PRIMARY KEY, uuid uuid UNIQUE);
        CREATE TABLE lines (line_id int PRIMARY KEY, sku int, product_uuid uuid);
        INSERT INTO products SELECT n, gen_random_uuid() FROM generate_series(1, 300) AS n;
        INSERT INTO lines SELECT sku, sku, uuid FROM products; ANALYZE"""
    assert lines(references(database18, script)) == [
        "lines(product_uuid) -> products(uuid)",
        "lines(sku) -> products(sku)",
    ]


@pytest.mark.parametrize(
    "reload",
    [
        "DELETE FROM showings; INSERT INTO showings SELECT n, 1 + n % 50 FROM generate_series(1, 1500) AS n",
        "TRUNCATE showings; INSERT INTO showings SELECT n, 1 + n % 50 FROM generate_series(1, 500) AS n",
    ],
)
def test_statistics_that_tell_of_other_rows_are_not_asked(database18: Database, reload: str) -> None:
    script = """CREATE TABLE films (id int PRIMARY KEY); INSERT INTO films SELECT generate_series(1, 50);
        CREATE TABLE showings (showing_id int PRIMARY KEY, film_id int);
        INSERT INTO showings SELECT n, 900000 + n FROM generate_series(1, 500) AS n; ANALYZE"""
    assert not references(database18, script)
    (found,) = references(database18, reload)
    assert "100 % of the rows, by 50 sampled values (the statistics are stale), found" in found.evidence


def test_of_a_table_that_has_grown_not_the_oldest_rows_alone_are_sampled(database18: Database) -> None:
    script = """CREATE TABLE customers (id int PRIMARY KEY); INSERT INTO customers SELECT generate_series(301, 2300);
        CREATE TABLE orders (order_no int PRIMARY KEY, customer_id int);
        INSERT INTO orders SELECT n, 1 + n / 4 FROM generate_series(1, 6000) AS n; ANALYZE"""
    references(database18, script)
    more = "INSERT INTO orders SELECT n, 1 + n / 6 FROM generate_series(6001, 13700) AS n"
    (found,) = references(database18, more)
    assert found.confidence >= 0.6
    assert any("the statistics are stale" in each for each in found.evidence)


def test_gaps_tell_without_statistics(database18: Database) -> None:
    script = """CREATE TABLE depots (depot_no int PRIMARY KEY); CREATE TABLE trips (trip int PRIMARY KEY, depot_no int);
        INSERT INTO depots SELECT 3 * n FROM generate_series(1, 300) AS n;
        INSERT INTO trips SELECT n, CASE WHEN n % 25 = 0 THEN 100000 + n ELSE 3 * (1 + n % 300) END
            FROM generate_series(1, 2000) AS n"""
    (found,) = references(database18, script)
    assert found.confidence >= 0.8
