"""Setting rows aside and assigning values: applied twice, verified, and rolled back without a trace."""

from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from auditor.catalog import Catalog
from auditor.model import Phase
from auditor.probe import relation
from auditor.remedy import Operation, assign, set_aside
from tests.remedy.applying import attempt, column, full_circle, plan_for, run, state, table
from tests.servers import Database

EVERY_TYPE = r"""
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN short AS varchar(5) CHECK (VALUE <> 'never');
CREATE TABLE t (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text, note json, more jsonb, amount numeric, sizes int[], feeling mood, two pair, code short,
    ratio float8, at timestamptz, twice int GENERATED ALWAYS AS (coalesce(cardinality(sizes), 0) * 2) STORED,
    padded char(4), bits bytea, "Ord""er" text COLLATE "C", auditor_step text
);
INSERT INTO t (email, note, more, amount, sizes, feeling, two, code, ratio, at, padded, bits, "Ord""er", auditor_step)
VALUES
    ('A@x', '{"a" :  1,"a":2}', '{"b": 1.0}', 1.50, '[3:4]={1,2}', 'sad', (1, E'x\ny'), 'abc', 'NaN', 'infinity',
     'ab', '\x00ff', 'z', 'mine'),
    ('b@x', '[ ]', 'null', 'NaN', '{}', 'happy', (NULL, ''), 'b', '-0', '-infinity', '', '', '%', NULL),
    ('C@x', NULL, NULL, 1e-30, '{NULL,1}', NULL, NULL, NULL, 0.1, '2026-01-01 00:00:00.000001+00', NULL, NULL, $$\$$,
     ''),
    (NULL, '1', '1', 0.00, NULL, 'sad', (1, NULL), 'e', 'Infinity', NULL, 'x', '\x', '', 'x');
"""


def not_lowercase(catalog: Catalog, name: str = "t") -> sa.ColumnElement[bool]:
    email = column(table(catalog, name), "email")
    return sa.and_(email.is_not(None), email != sa.func.lower(email))


def test_rows_set_aside_come_back_to_the_byte(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(EVERY_TYPE)
    plan = plan_for(database, lambda c: [set_aside(table(c, "t"), not_lowercase(c))], violations=2)

    between = full_circle(database, plan)

    assert between.rows["public.t"].total() == 2


def test_assigned_values_go_back_to_the_byte(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(EVERY_TYPE)

    def lowered(catalog: Catalog) -> list[Operation]:
        values = {"email": sa.func.lower(column(table(catalog, "t"), "email")), "note": sa.null()}
        return [assign(table(catalog, "t"), values, not_lowercase(catalog))]

    between = full_circle(database, plan_for(database, lowered, violations=2))

    assert between.rows["public.t"].total() == 4
    assert sum(row.count("a@x") for row in between.rows["public.t"]) == 1


REFERRING = """
CREATE TABLE orgs (id int PRIMARY KEY, gone bool);
CREATE TABLE users (id int PRIMARY KEY, org int REFERENCES orgs ON DELETE CASCADE, boss int REFERENCES users);
CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL, org int REFERENCES orgs);
CREATE TABLE likes (post int REFERENCES posts ON DELETE CASCADE, who int REFERENCES users ON DELETE SET DEFAULT);
INSERT INTO orgs VALUES (1, true), (2, false);
INSERT INTO users VALUES (1, 1, NULL), (2, 1, 1), (3, 2, 2), (4, 2, NULL), (5, 2, 3);
INSERT INTO posts VALUES (1, 1, 1), (2, 3, 2), (3, 4, 2), (4, NULL, NULL);
INSERT INTO likes VALUES (1, 4), (2, 4), (3, 4), (3, 1), (3, 1), (NULL, 4);
"""


def test_what_refers_to_rows_set_aside_goes_along_or_lets_go_and_comes_back(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(REFERRING)

    plan = plan_for(database, lambda c: [set_aside(table(c, "orgs"), column(table(c, "orgs"), "gone").is_(sa.true()))])
    between = full_circle(database, plan)

    assert [between.rows[f"public.{name}"].total() for name in ("orgs", "users", "posts", "likes")] == [1, 1, 3, 3]
    assert any(row.endswith("(2,,2)") for row in between.rows["public.posts"])


def test_a_circle_of_references_is_set_aside_as_a_whole(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("""
            CREATE TABLE a (id int PRIMARY KEY, b int, bad bool);
            CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a);
            INSERT INTO a VALUES (1, 1, true), (2, 2, false), (3, 3, false);
            INSERT INTO b VALUES (1, 2), (2, 1), (3, 3);
            ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b ON DELETE RESTRICT;
        """)
    plan = plan_for(database, lambda c: [set_aside(table(c, "a"), column(table(c, "a"), "bad").is_(sa.true()))])

    between = full_circle(database, plan)

    assert [between.rows[f"public.{name}"].total() for name in ("a", "b")] == [1, 1]


def test_more_rows_than_were_audited_stop_the_step_before_it_changes_anything(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 100)")
    plan = plan_for(database, lambda c: [set_aside(table(c, "t"), column(table(c, "t"), "id") > 20)], violations=60)

    run(database, plan, Phase.GUARD)
    done = attempt(database, plan, Phase.CLEANUP)

    assert done.returncode != 0
    assert "80 rows of public.t are concerned, 60 were audited" in done.stderr
    assert state(database).rows["public.t"].total() == 100


def test_what_changed_since_is_left_alone_and_listed(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("""
            CREATE TABLE t (id int PRIMARY KEY, email text);
            CREATE TABLE u (id int PRIMARY KEY, bad bool);
            INSERT INTO t VALUES (1, 'A'), (2, 'B'), (3, 'c');
            INSERT INTO u VALUES (1, true), (2, true), (3, false);
        """)

    def both(catalog: Catalog) -> list[Operation]:
        t, u = table(catalog, "t"), table(catalog, "u")
        return [
            assign(t, {"email": sa.func.lower(column(t, "email"))}, not_lowercase(catalog)),
            set_aside(u, column(u, "bad").is_(sa.true())),
        ]

    plan = plan_for(database, both)
    run(database, plan, Phase.GUARD, Phase.CLEANUP)
    with database.connect() as connection:
        connection.execute("UPDATE t SET email = 'changed' WHERE id = 1; INSERT INTO u VALUES (1, false)")

    done = attempt(database, plan, Phase.ROLLBACK)

    assert done.returncode == 3
    assert "1 rows stay in auditor_quarantine." in done.stderr, "its old and its new image are one row"
    assert "2 rows stay in the quarantine" in done.stderr
    rows = state(database).rows
    assert sorted(rows["public.t"]) == ["t(1,changed)", "t(2,B)", "t(3,c)"]
    assert sorted(rows["public.u"]) == ["u(1,f)", "u(2,t)", "u(3,f)"]

    with database.connect() as connection:
        connection.execute("UPDATE t SET email = 'a' WHERE id = 1; DELETE FROM u WHERE id = 1")
    run(database, plan, Phase.ROLLBACK)
    assert sorted(state(database).rows["public.u"]) == ["u(1,t)", "u(2,t)", "u(3,f)"]


def test_triggers_do_not_fire_on_the_way_back_and_are_left_as_they_were(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("""
            CREATE TABLE log (what text);
            CREATE TABLE t (id int PRIMARY KEY, email text, changed int DEFAULT 0) PARTITION BY HASH (id);
            CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1);
            CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO log VALUES (TG_OP);
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    NEW.changed := NEW.changed + 1;
                    RETURN NEW;
                END $$;
            INSERT INTO t VALUES (1, 'A'), (2, 'B'), (3, 'c'), (4, NULL);
            CREATE TRIGGER plain BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION noted();
            CREATE TRIGGER always BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION noted();
            CREATE TRIGGER never BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION noted();
            CREATE TRIGGER replica BEFORE INSERT ON t0 FOR EACH ROW EXECUTE FUNCTION noted();
            ALTER TABLE t ENABLE ALWAYS TRIGGER always; ALTER TABLE t DISABLE TRIGGER never;
            ALTER TABLE t0 ENABLE REPLICA TRIGGER replica;
        """)

    def both(catalog: Catalog) -> list[Operation]:
        t = table(catalog, "t")
        return [
            assign(t, {"email": sa.func.lower(column(t, "email"))}, not_lowercase(catalog)),
            set_aside(t, column(t, "email").is_(None)),
        ]

    before = state(database)
    plan = plan_for(database, both)
    run(database, plan, Phase.GUARD, Phase.CLEANUP, Phase.VERIFY)
    assert sorted(state(database).rows["public.log"].elements()) == ["log(DELETE)", "log(UPDATE)", "log(UPDATE)"]

    run(database, plan, Phase.ROLLBACK)
    after = state(database)
    assert after.rows["public.t"] == before.rows["public.t"]
    assert after.flags == before.flags
    assert after.rows["public.log"].total() == 3


def test_a_table_without_a_key_is_never_updated_but_its_rows_can_be_set_aside(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE TABLE t (email text); INSERT INTO t VALUES ('A'), ('A'), ('b')")

    assigned = plan_for(database, lambda c: [assign(table(c, "t"), {"email": sa.null()}, not_lowercase(c))])
    assert assigned.steps == ()
    assert "no key" in assigned.notes[0].text

    between = full_circle(database, plan_for(database, lambda c: [set_aside(table(c, "t"), not_lowercase(c))]))
    assert between.rows["public.t"].total() == 1


def test_a_foreign_key_that_the_audit_has_not_seen_stops_the_step(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
    plan = plan_for(database, lambda c: [set_aside(table(c, "t"), column(table(c, "t"), "id") == 1)])
    with database.connect() as connection:
        connection.execute('CREATE TABLE "New" (t int REFERENCES t ON DELETE CASCADE); INSERT INTO "New" VALUES (1)')

    run(database, plan, Phase.GUARD)
    done = attempt(database, plan, Phase.CLEANUP)

    assert done.returncode == 3
    assert '"New"' in done.stderr
    assert state(database).rows["public.New"].total() == 1


def test_a_correlated_violation_keeps_its_correlation(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("""
            CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int);
            INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1), (2, 2), (3, NULL);
        """)

    def orphans(catalog: Catalog) -> list[Operation]:
        c, p = relation(table(catalog, "c")), relation(table(catalog, "p")).alias("referenced")
        orphan = sa.and_(c.c["p"].is_not(None), ~sa.exists(sa.select(p.c["id"]).where(p.c["id"] == c.c["p"])))
        return [set_aside(table(catalog, "c"), orphan)]

    between = full_circle(database, plan_for(database, orphans, violations=1))

    assert sorted(between.rows["public.c"]) == ["c(1,1)", "c(3,)"]


def test_a_row_that_begins_to_refer_while_the_step_waits_goes_along_and_comes_back(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("""
            CREATE TABLE orgs (id int PRIMARY KEY);
            CREATE TABLE users (id int, org int REFERENCES orgs ON DELETE CASCADE);
            INSERT INTO orgs VALUES (1), (2); INSERT INTO users VALUES (1, 1);
        """)
    plan = plan_for(database, lambda c: [set_aside(table(c, "orgs"), column(table(c, "orgs"), "id") == 1)])
    run(database, plan, Phase.GUARD)

    with database.connect() as writer, ThreadPoolExecutor() as pool:
        writer.execute("BEGIN; INSERT INTO users VALUES (2, 1)")
        step = pool.submit(attempt, database, plan, Phase.CLEANUP)
        wait_for_waiter(database)
        writer.execute("COMMIT")
        assert step.result().returncode == 0

    assert state(database).rows["public.users"].total() == 0
    run(database, plan, Phase.ROLLBACK)
    assert sorted(state(database).rows["public.users"]) == ["users(1,1)", "users(2,1)"]


def wait_for_waiter(database: Database) -> None:
    """Returns when somebody waits for a lock."""
    with database.connect() as connection:
        while connection.execute("SELECT pg_sleep(0.05) FROM pg_locks WHERE NOT granted").fetchone() is None:
            pass


def test_values_that_others_refer_to_change_only_where_these_follow(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute("""
            CREATE TABLE t (id int PRIMARY KEY, email text UNIQUE);
            CREATE TABLE follows (id int PRIMARY KEY, email text REFERENCES t (email) ON UPDATE CASCADE);
            INSERT INTO t VALUES (1, 'A'), (2, 'b'); INSERT INTO follows VALUES (1, 'A'), (2, 'b');
        """)

    def lowered(catalog: Catalog) -> list[Operation]:
        t = table(catalog, "t")
        return [assign(t, {"email": sa.func.lower(column(t, "email"))}, not_lowercase(catalog))]

    plan = plan_for(database18, lowered)
    assert "public.follows(email) follows" in " ".join(note.text for note in plan.notes)
    assert sorted(full_circle(database18, plan).rows["public.follows"]) == ["follows(1,a)", "follows(2,b)"]

    with database18.connect() as connection:
        connection.execute("CREATE TABLE loses (email text REFERENCES t (email) ON UPDATE SET NULL)")
    plan = plan_for(database18, lowered)
    assert plan.steps == ()
    assert "public.loses ON UPDATE SET NULL" in plan.notes[0].text
