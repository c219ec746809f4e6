"""One of each group stays; what referred to the others refers to it."""

import sqlalchemy as sa

from auditor.catalog import Catalog
from auditor.model import Reference
from auditor.remedy import Operation, add_unique, assign, compose, end_duplicates, set_aside, set_aside_duplicates
from tests.remedy.applying import column, full_circle, plan_for, table
from tests.servers import Database

USERS = """
CREATE TABLE users (id int PRIMARY KEY, email text, created_at timestamptz, active bool);
CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users ON DELETE CASCADE);
CREATE TABLE visits (id int PRIMARY KEY, user_id bigint);
CREATE TABLE likes (who int REFERENCES users ON DELETE SET NULL);
INSERT INTO users VALUES
    (1, 'a', '2026-01-02', true), (2, 'A ', '2026-01-01', true), (3, 'a', NULL, false),
    (4, 'b', NULL, true), (5, NULL, NULL, true), (6, NULL, NULL, true), (7, 'B', NULL, true);
INSERT INTO posts VALUES (1, 1), (2, 2), (3, 3), (4, 7);
INSERT INTO visits VALUES (1, 1), (2, 2), (3, NULL), (4, 99);
INSERT INTO likes VALUES (1), (1), (2);
"""
VISITS = Reference(
    schema="public", table="visits", columns=("user_id",), ref_schema="public", ref_table="users", ref_columns=("id",),
    declared=False, confidence=0.9,
)  # fmt: skip


def without_duplicates(catalog: Catalog) -> list[Operation]:
    users = table(catalog, "users")
    return [set_aside_duplicates(users, (sa.func.lower(sa.func.btrim(column(users, "email"))),), None, "oldest")]


def test_what_referred_to_the_others_refers_to_the_one_that_stays(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(USERS)

    plan = plan_for(database, without_duplicates, violations=5, references=(VISITS,))
    between = full_circle(database, plan)

    assert {row.split(",")[0] for row in between.rows["public.users"]} == {"users(2", "users(4", "users(5", "users(6"}
    assert sorted(between.rows["public.posts"]) == ["posts(1,2)", "posts(2,2)", "posts(3,2)", "posts(4,4)"]
    assert sorted(between.rows["public.visits"]) == ["visits(1,2)", "visits(2,2)", "visits(3,)", "visits(4,99)"]
    assert sorted(between.rows["public.likes"].elements()) == ["likes(2)"]
    assert any("likes" in note.text for note in plan.notes)


def test_all_but_one_are_ended(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(USERS)

    def ended(catalog: Catalog) -> list[Operation]:
        users = table(catalog, "users")
        active = column(users, "active").is_(sa.true())
        key = sa.func.lower(column(users, "email"))
        return [end_duplicates(users, (key,), active, {"active": sa.false()}, "newest")]

    between = full_circle(database18, plan_for(database18, ended))

    assert sorted(row[6] for row in between.rows["public.users"] if row.endswith(",f)")) == ["3", "4"]


def test_null_is_a_value_where_nulls_are_not_distinct(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(USERS)

    def without(catalog: Catalog) -> list[Operation]:
        users = table(catalog, "users")
        return [set_aside_duplicates(users, (column(users, "email"),), None, "oldest", nulls_not_distinct=True)]

    between = full_circle(database18, plan_for(database18, without))

    assert {row[6] for row in between.rows["public.users"]} == {"1", "2", "4", "5", "7"}


def test_duplicates_of_a_table_without_a_key_go_before_a_unique_key_comes(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE TABLE t (a text, b text); INSERT INTO t VALUES ('x', '1'), ('x', '2'), ('y', '1')")

    def unique(catalog: Catalog) -> list[Operation]:
        t = table(catalog, "t")
        return [set_aside_duplicates(t, (column(t, "a"),), None, "oldest"), add_unique(t, ("a",))]

    between = full_circle(database, plan_for(database, unique))

    assert between.rows["public.t"].total() == 2


def test_what_would_come_to_share_a_key_goes_with_the_row_that_it_refers_to(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("""
            CREATE TABLE users (id int PRIMARY KEY, code text);
            CREATE TABLE members (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users, org int);
            INSERT INTO users VALUES (1, 'a'), (2, 'a'), (3, 'b'), (4, 'a');
            INSERT INTO members VALUES (1, 1, 10), (2, 2, 10), (3, 2, 11), (4, 3, 10), (5, 4, 11);
            CREATE UNIQUE INDEX ON members (user_id, org) WHERE org < 20
        """)

    def without(catalog: Catalog) -> list[Operation]:
        users = table(catalog, "users")
        return [set_aside_duplicates(users, (column(users, "code"),), None, "oldest")]

    plan = plan_for(database, without)
    between = full_circle(database, plan)

    kept = between.rows["public.members"]
    assert kept.total() == 3
    assert {"members(1,1,10)", "members(4,3,10)"} < {*kept}
    assert kept["members(3,1,11)"] + kept["members(5,1,11)"] == 1
    assert any("members_user_id_org_idx" in note.text for note in plan.notes)


def test_two_values_for_one_column_are_a_conflict_for_the_reader(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(USERS)

    def both(catalog: Catalog) -> list[Operation]:
        users = table(catalog, "users")
        email = column(users, "email")
        return [
            assign(users, {"email": sa.func.lower(email)}, email != sa.func.lower(email)),
            assign(users, {"email": sa.null()}, email == sa.literal("B")),
            assign(users, {"active": sa.false()}, email.is_(None)),
        ]

    plan = plan_for(database18, both)

    assert [note.fingerprints for note in plan.notes if "both assign" in note.text] == [
        ("F-0000000000", "F-0000000001")
    ]
    assert compose(plan, plan) == plan


def test_referring_tables_are_cleaned_before_those_referred_to_and_come_back_after_them(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(USERS)

    def all_three(catalog: Catalog) -> list[Operation]:
        names = ("users", "visits", "posts")
        return [set_aside(table(catalog, name), column(table(catalog, name), "id") == 1) for name in names]

    plan = plan_for(database18, all_three, references=(VISITS,))
    titles = [step.title for step in plan.steps]

    assert [title for title in titles if title.startswith("set aside")] == [
        f"set aside rows of public.{name}" for name in ("posts", "visits", "users")
    ]
    assert [title for title in titles if title.startswith("bring back")] == [
        f"bring back rows of public.{name}" for name in ("users", "visits", "posts")
    ]
    full_circle(database18, plan)


def test_a_row_that_goes_for_another_reason_is_not_the_one_that_stays(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute("""
            CREATE TABLE users (id int PRIMARY KEY, email text, gone bool);
            INSERT INTO users SELECT n, 'mail' || n % 20, n <= 20 FROM generate_series(1, 40) AS n;
        """)

    def both(catalog: Catalog) -> list[Operation]:
        users = table(catalog, "users")
        return [
            set_aside_duplicates(users, (column(users, "email"),), None, "oldest"),
            set_aside(users, column(users, "gone").is_(sa.true())),
        ]

    between = full_circle(database18, plan_for(database18, both))

    assert between.rows["public.users"].total() == 20


def test_a_key_that_others_refer_to_is_not_re_pointed(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(
            """
            CREATE TABLE users (id int PRIMARY KEY, email text);
            CREATE TABLE profiles (id int PRIMARY KEY REFERENCES users (id));
            CREATE TABLE badges (id int PRIMARY KEY, profile_id int REFERENCES profiles (id));
            INSERT INTO users VALUES (1, 'a@x.org'), (2, 'a@x.org'), (3, 'b@x.org');
            INSERT INTO profiles VALUES (2), (3);
            INSERT INTO badges VALUES (1, 2), (2, 3);
            """
        )

    plan = plan_for(database, without_duplicates, violations=2)
    between = full_circle(database, plan)

    assert sorted(between.rows["public.users"]) == ["users(1,a@x.org)", "users(3,b@x.org)"]
    assert sorted(between.rows["public.profiles"]) == ["profiles(3)"]
    assert sorted(between.rows["public.badges"]) == ["badges(2,3)"]
    said = "public.profiles refers to public.users: it does so by a key that others refer to"
    assert any(note.text.startswith(said) for note in plan.notes)


def test_what_refers_by_its_own_key_goes_along(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(
            """
            CREATE TABLE users (id int PRIMARY KEY, email text);
            CREATE TABLE seats (user_id int PRIMARY KEY REFERENCES users (id));
            INSERT INTO users VALUES (1, 'a@x.org'), (2, 'a@x.org'), (3, 'b@x.org');
            INSERT INTO seats VALUES (1), (2), (3);
            """
        )

    plan = plan_for(database, without_duplicates, violations=2)
    between = full_circle(database, plan)

    assert sorted(between.rows["public.seats"]) == ["seats(1)", "seats(3)"]
    said = "public.seats refers to public.users: it does so by a key of its own"
    assert any(note.text.startswith(said) for note in plan.notes)
