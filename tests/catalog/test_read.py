"""What reading the catalog finds, on every version."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from threading import Thread
from time import sleep

import psycopg
import pytest

from auditor.catalog import Collation, Grant, IndexKey, Operator, Scope
from auditor.catalog.codec import from_json, to_json
from tests.catalog.reading import catalog_of, constraint_of, index_of, table_of
from tests.servers import Database

EQUALS = Operator(schema="pg_catalog", name="=")


def test_columns(database: Database) -> None:
    catalog = catalog_of(
        database,
        """CREATE SCHEMA kinds;
        CREATE TYPE kinds.mood AS ENUM ('sad', 'glad');
        CREATE DOMAIN kinds.short AS varchar(5);
        CREATE DOMAIN kinds.shorter AS kinds.short CHECK (length(VALUE) < 3);
        CREATE TABLE t (
          id bigint GENERATED ALWAYS AS IDENTITY, label varchar(40) NOT NULL DEFAULT 'none', gone int,
          mood kinds.mood, code kinds.shorter, numbers int[], tags kinds.mood[], documents json[], document json,
          twice int GENERATED ALWAYS AS (length(label) * 2) STORED, sorted text COLLATE "C", span int4range, x xid);
        ALTER TABLE t DROP COLUMN gone;
        COMMENT ON COLUMN t.label IS 'what it says';""",
    )
    table = table_of(catalog, "t")
    assert [column.name for column in table.columns][:3] == ["id", "label", "mood"]
    of = {column.name: column for column in table.columns}
    assert of["id"].identity
    assert of["id"].not_null
    assert (of["label"].type_text, of["label"].not_null) == ("character varying(40)", True)
    assert (of["label"].default, of["label"].comment) == ("'none'::character varying", "what it says")
    assert (of["mood"].type_text, of["mood"].type.category) == ("kinds.mood", "E")
    assert (of["code"].type.is_domain, of["code"].type.base, of["code"].type.name) == (True, "varchar", "shorter")
    assert of["code"].type.family == "text"
    assert of["twice"].generated
    assert of["twice"].default == "(length((label)::text) * 2)"
    assert of["sorted"].collation == Collation(schema="pg_catalog", name="C", deterministic=True)
    assert of["label"].collation is None
    assert {name for name, column in of.items() if column.type.equality == EQUALS} == {*of} - {"documents", "document"}
    assert all(of[name].type.equality is None for name in ("document", "documents"))
    assert all(column.readable for column in table.columns)


def test_the_equality_of_a_type_in_another_schema(database_with_citext: Database) -> None:
    database = database_with_citext
    catalog = catalog_of(
        database,
        """CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE DOMAIN mail AS ext.citext;
        CREATE TABLE a (name ext.citext PRIMARY KEY, mail mail, names ext.citext[]);
        CREATE TABLE b (name ext.citext REFERENCES a);""",
    )
    a = table_of(catalog, "a")
    of_citext = Operator(schema="ext", name="=")
    assert [a.column(name).type.equality for name in ("name", "mail", "names")] == [of_citext, of_citext, EQUALS]
    assert constraint_of(table_of(catalog, "b"), "b_name_fkey").equality == (of_citext,)
    assert ("citext", "ext") in {(extension.name, extension.schema) for extension in catalog.extensions}
    assert index_of(a, "a_pkey").keys[0].operator_class == "ext.citext_ops"


def test_constraints(database: Database) -> None:
    catalog = catalog_of(
        database,
        """CREATE TABLE a (x int, y int, z text, PRIMARY KEY (y, x), UNIQUE (z) DEFERRABLE INITIALLY DEFERRED);
        CREATE TABLE b (p int, q int, r text, s int CHECK (s > 0) NO INHERIT,
          CONSTRAINT full_key FOREIGN KEY (p, q) REFERENCES a (x, y) MATCH FULL
            ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE,
          CONSTRAINT apart UNIQUE NULLS NOT DISTINCT (p, q),
          CONSTRAINT alone EXCLUDE USING btree (r WITH =) WHERE (s > 1));
        ALTER TABLE b ADD CONSTRAINT late CHECK (r IS NOT NULL) NOT VALID;
        ALTER TABLE b ADD CONSTRAINT late_key FOREIGN KEY (p, q) REFERENCES a (y, x) NOT VALID;""",
    )
    a, b = table_of(catalog, "a"), table_of(catalog, "b")
    assert a.primary_key == ("y", "x")
    unique = constraint_of(a, "a_z_key")
    assert (unique.kind, unique.deferrable, unique.deferred, unique.index) == ("unique", True, True, "a_z_key")
    assert not index_of(a, "a_z_key").immediate
    full = constraint_of(b, "full_key")
    assert (full.columns, full.referenced_columns, full.referenced_oid) == (("p", "q"), ("x", "y"), a.oid)
    assert (full.match_full, full.on_delete, full.on_update, full.deferrable) == (True, "SET NULL", "CASCADE", True)
    assert full.equality == (EQUALS, EQUALS)
    assert full.definition == (
        "FOREIGN KEY (p, q) REFERENCES public.a(x, y) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE"
    )
    check = constraint_of(b, "b_s_check")
    assert (check.expression, check.no_inherit, check.validated, check.columns) == ("(s > 0)", True, True, ("s",))
    late = constraint_of(b, "late")
    assert (late.validated, late.expression, late.enforced) == (False, "(r IS NOT NULL)", True)
    assert not constraint_of(b, "late_key").validated
    assert constraint_of(b, "apart").nulls_not_distinct
    assert constraint_of(b, "alone").kind == "exclusion"
    assert {each.name for each in b.foreign_keys()} == {"full_key", "late_key"}


def test_constraints_since_18(database18: Database) -> None:
    catalog = catalog_of(
        database18,
        """CREATE TABLE a (x int PRIMARY KEY, y int);
        CREATE TABLE b (x int REFERENCES a NOT ENFORCED, y int CHECK (y > 0) NOT ENFORCED, z int NOT NULL, w int);
        ALTER TABLE b ADD CONSTRAINT later NOT NULL w NOT VALID;
        CREATE TABLE v (id int4range, at int4range, twice int4range GENERATED ALWAYS AS (at + at) VIRTUAL);""",
    )
    b = table_of(catalog, "b")
    assert not constraint_of(b, "b_x_fkey").enforced
    assert not constraint_of(b, "b_y_check").enforced
    later = constraint_of(b, "later")
    assert (later.kind, later.columns, later.validated) == ("not-null", ("w",), False)
    assert [column.not_null for column in b.columns] == [False, False, True, False]
    assert "b_z_not_null" not in {constraint.name for constraint in b.constraints}
    assert table_of(catalog, "v").column("twice").generated


def test_indexes(database: Database) -> None:
    catalog = catalog_of(
        database,
        """CREATE TABLE t (a int, b text, "C d" text COLLATE "C", e int[]);
        CREATE UNIQUE INDEX i1 ON t (lower(b), a) WHERE a IS NOT NULL;
        CREATE INDEX i2 ON t (a DESC NULLS LAST, b text_pattern_ops) INCLUDE ("C d");
        CREATE INDEX i3 ON t USING gin (e);
        CREATE UNIQUE INDEX i4 ON t ("C d", a) NULLS NOT DISTINCT;
        CREATE INDEX i5 ON t (b COLLATE "C", "C d" COLLATE "POSIX");
        CREATE INDEX i6 ON t USING hash (a) WHERE "C d" IS NOT NULL AND a IS NOT NULL;
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i3'::regclass;""",
    )
    table = table_of(catalog, "t")
    i1 = index_of(table, "i1")
    assert (i1.unique, i1.predicate, i1.columns) == (True, "(a IS NOT NULL)", ())
    assert (i1.keys[0].expression, i1.keys[0].column, i1.keys[1].column) == ("lower(b)", None, "a")
    assert i1.definition == "CREATE UNIQUE INDEX i1 ON public.t USING btree (lower(b), a) WHERE (a IS NOT NULL)"
    i2 = index_of(table, "i2")
    assert i2.keys == (
        IndexKey(column="a", expression=None, operator_class="pg_catalog.int4_ops", descending=True),
        IndexKey(column="b", expression=None, operator_class="pg_catalog.text_pattern_ops"),
    )
    assert (i2.included, i2.columns) == (("C d",), ("a", "b"))
    i3 = index_of(table, "i3")
    assert (i3.method, i3.valid, i3.being_built) == ("gin", False, False)
    assert index_of(table, "i4").nulls_not_distinct
    assert [key.collation for key in index_of(table, "i4").keys] == [None, None]
    assert [key.collation for key in index_of(table, "i5").keys] == ["pg_catalog.C", "pg_catalog.POSIX"]
    assert index_of(table, "i6").finds(("a",)) is False
    assert index_of(table, "i2").bytes > 0


def test_an_index_that_is_being_built_is_known_as_such(database: Database) -> None:
    role = f"{database.name}_stranger"
    with database.connect() as builder, database.connect() as writer, ExitStack() as stack:
        writer.execute(f"CREATE TABLE t AS SELECT 1 AS a; CREATE ROLE {role} LOGIN".encode())
        stack.callback(writer.execute, f"DROP ROLE {role}".encode())
        writer.execute("BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE")
        build = Thread(target=_until_cancelled, args=(builder, b"CREATE INDEX CONCURRENTLY slow ON t (a)"))
        build.start()
        while not writer.execute(
            "SELECT FROM pg_locks WHERE pid = %s AND NOT granted", [builder.info.backend_pid]
        ).fetchall():
            sleep(0.02)
        seen = [index_of(table_of(catalog_of(database, role=user), "t"), "slow") for user in ("", role)]
        builder.cancel_safe()
        build.join()
        writer.execute("COMMIT")
        seen.append(index_of(table_of(catalog_of(database), "t"), "slow"))
    assert [index.being_built for index in seen] == [True, True, False]
    assert not any(index.valid for index in seen)


def _until_cancelled(connection: psycopg.Connection, statement: bytes) -> None:
    with suppress(psycopg.errors.QueryCanceled):
        connection.execute(statement)


def test_partitions_are_folded_and_inheritance_is_not(database: Database) -> None:
    catalog = catalog_of(
        database,
        """CREATE TABLE p (k int PRIMARY KEY, v text) PARTITION BY RANGE (k);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
        CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (k);
        CREATE SCHEMA archive;
        CREATE TABLE archive.p3 PARTITION OF p2 FOR VALUES IN (11);
        CREATE TABLE p4 PARTITION OF p2 DEFAULT;
        CREATE INDEX ON p (v);
        CREATE TABLE referencing (k int REFERENCES p);
        INSERT INTO p SELECT i, i FROM generate_series(0, 19) i;
        ANALYZE p;
        CREATE TABLE parent (a int PRIMARY KEY); CREATE TABLE child (b int) INHERITS (parent);""",
    )
    assert {table.name for table in catalog.tables} == {"p", "referencing", "parent", "child"}
    p = table_of(catalog, "p")
    assert (p.kind, p.rows, p.pages) == ("partitioned", 20.0, 3)
    assert {(leaf.schema, leaf.name) for leaf in p.leaves} == {("public", "p1"), ("archive", "p3"), ("public", "p4")}
    with database.connect() as connection:
        nodes: dict[int, int] = dict(connection.execute("SELECT oid::int8, relfilenode::int8 FROM pg_class").fetchall())
    assert all(nodes[leaf.oid] == leaf.filenode for leaf in p.leaves)
    assert [index.name for index in p.indexes] == ["p_pkey", "p_v_idx"]
    assert p.column("v").statistics is not None
    assert [each.name for each in table_of(catalog, "referencing").foreign_keys()] == ["referencing_k_fkey"]
    parent, child = table_of(catalog, "parent"), table_of(catalog, "child")
    assert (parent.has_children, child.inherits_from, child.has_children) == (True, (parent.oid,), False)
    assert len(parent.leaves) == 1


def test_statistics_and_sizes(database: Database) -> None:
    script = r"""CREATE TABLE t (a text, b int, list int[], u uuid);
        INSERT INTO t SELECT 'q''"\{,} é' || i % 3, i, ARRAY[i % 2, 7], gen_random_uuid()
        FROM generate_series(1, 900) i;
        INSERT INTO t VALUES (NULL, NULL, NULL, NULL); INSERT INTO t SELECT '' FROM generate_series(1, 299);
        CREATE TABLE never_analysed AS SELECT 1 AS a; ANALYZE t; CREATE TABLE empty ();"""
    catalog = catalog_of(database, script)
    table = table_of(catalog, "t")
    a, b, numbers = (table.column(name).statistics for name in ("a", "b", "list"))
    assert a is not None
    assert b is not None
    assert numbers is not None
    assert sorted(a.most_common) == ["", *(rf"""q'"\{{,}} é{i}""" for i in range(3))]
    assert len(a.most_common) == len(a.most_common_frequencies) == 4
    assert a.most_common[0:2] == tuple(a.most_common)[:2]
    assert (b.histogram[0], b.histogram[-1]) == ("1", "900")
    assert sorted(numbers.most_common) == ["{0,7}", "{1,7}"]
    assert round(a.null_fraction * 1200) == 1
    assert (table.rows, table_of(catalog, "never_analysed").rows) == (1200.0, None)
    assert table.pages > 5
    assert table.bytes > table.pages * 8192 - 1
    assert (catalog.server.bytes or 0) > table.bytes


def test_views(database: Database) -> None:
    catalog = catalog_of(
        database,
        """CREATE TABLE t (a int); CREATE VIEW v WITH (security_invoker = on) AS SELECT a FROM t WHERE a > 1;
        CREATE VIEW w AS SELECT v.a FROM v, t; CREATE MATERIALIZED VIEW m AS SELECT * FROM v WITH NO DATA;
        CREATE UNLOGGED TABLE fast ();
        CREATE FUNCTION again() RETURNS void LANGUAGE plpgsql
          AS $$ BEGIN refresh  MATERIALIZED view CONCURRENTLY m; END $$;
        CREATE FUNCTION other() RETURNS int LANGUAGE sql AS 'SELECT 1';""",
    )
    t, v, w, m = (table_of(catalog, name) for name in "tvwm")
    assert (v.kind, v.security_invoker, w.security_invoker) == ("view", True, False)
    assert (v.depends_on, w.depends_on, m.depends_on) == ((t.oid,), (t.oid, v.oid), (v.oid,))
    column = "t.a" if database.server_version == 15 else "a"
    assert v.definition == f" SELECT {column}\n   FROM public.t\n  WHERE ({column} > 1);"
    assert (m.kind, m.populated) == ("materialized-view", False)
    assert table_of(catalog, "fast").unlogged
    assert [(each.schema, each.name) for each in catalog.refresh_functions] == [("public", "again")]


def test_security(database: Database) -> None:
    roles = {name: f"{database.name}_{name}" for name in ("owner", "member", "reader")}
    script = """CREATE ROLE {owner}; CREATE ROLE {member} LOGIN IN ROLE {owner}; CREATE ROLE {reader} NOINHERIT LOGIN;
        GRANT {member} TO {reader};
        CREATE TABLE other (x int); CREATE TABLE t (a int, "b c" int, d int); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
        ALTER TABLE t FORCE ROW LEVEL SECURITY; ALTER TABLE t OWNER TO {owner};
        GRANT SELECT (a, "b c") ON t TO {reader}; GRANT INSERT ON t TO PUBLIC; GRANT DELETE ON t TO {member}
          WITH GRANT OPTION;
        CREATE POLICY one ON t AS RESTRICTIVE FOR UPDATE TO {reader}, {member} USING (a = 1) WITH CHECK ("b c" > 2);
        CREATE POLICY two ON t USING (EXISTS (SELECT FROM other WHERE x = d));
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW WHEN (old.a > 1) EXECUTE FUNCTION f();
        ALTER TABLE t DISABLE TRIGGER tr;"""
    try:
        catalog = catalog_of(database, script.format(**roles))
        as_reader = table_of(catalog_of(database, role=roles["reader"]), "t")
    finally:
        with database.connect() as connection:
            connection.execute("DROP TABLE t")
            for name in roles.values():
                connection.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())
    table = table_of(catalog, "t")
    assert (table.owner, table.row_security, table.force_row_security) == (roles["owner"], True, True)
    assert not table.row_security_active
    assert Grant(role=roles["reader"], privilege="SELECT", columns=("a", "b c")) in table.grants
    assert Grant(role="PUBLIC", privilege="INSERT") in table.grants
    assert Grant(role=roles["member"], privilege="DELETE", grantable=True) in table.grants
    assert Grant(role=roles["owner"], privilege="TRUNCATE") in table.grants
    one, two = table.policies
    assert (one.command, one.permissive, one.columns) == ("UPDATE", False, ("a", "b c"))
    assert one.roles == tuple(sorted((roles["reader"], roles["member"])))
    assert (one.using, one.with_check) == ("(a = 1)", '("b c" > 2)')
    assert (two.command, two.roles, two.with_check, two.columns) == ("ALL", ("PUBLIC",), None, ("d",))
    assert [(trigger.name, trigger.enabled) for trigger in table.triggers] == [("tr", "D")]
    member, reader = catalog.role(roles["member"]), catalog.role(roles["reader"])
    assert member is not None
    assert reader is not None
    assert member.inherits == {roles["member"], roles["owner"]}
    assert reader.inherits == {roles["reader"]}
    assert reader.may_become == {roles["reader"], roles["member"], roles["owner"]}
    assert (as_reader.readable, as_reader.row_security_active) == (True, True)
    assert [column.readable for column in as_reader.columns] == [True, True, False]


@pytest.mark.parametrize("since_16", ["GRANT {a} TO {b} WITH INHERIT FALSE, SET TRUE"])
def test_memberships_have_options_since_16(database18: Database, since_16: str) -> None:
    database = database18
    a, b = f"{database.name}_a", f"{database.name}_b"
    try:
        catalog = catalog_of(database, f"CREATE ROLE {a}; CREATE ROLE {b}; " + since_16.format(a=a, b=b))
    finally:
        with database.connect() as connection:
            connection.execute(f"DROP ROLE {a}; DROP ROLE {b}".encode())
    role = catalog.role(b)
    assert role is not None
    assert role.inherits == {b}
    assert role.may_become == {a, b}


def test_a_role_without_privileges(database: Database) -> None:
    role = f"{database.name}_nobody"
    try:
        catalog = catalog_of(
            database,
            f"""CREATE ROLE {role} LOGIN; CREATE SCHEMA closed; CREATE TABLE closed.t (a int CHECK (a > 0));
            CREATE TABLE t (a text); INSERT INTO t VALUES ('secret'), ('secret'); ANALYZE t;""",
            role=role,
        )
    finally:
        with database.connect() as connection:
            connection.execute(f"DROP ROLE {role}".encode())
    assert (catalog.server.role, catalog.server.superuser) == (role, False)
    t, closed = table_of(catalog, "t"), table_of(catalog, "t", "closed")
    assert (t.readable, t.schema_usable, closed.schema_usable) == (False, True, False)
    assert t.column("a").statistics is None
    assert not t.can_read(("a",))
    assert not t.unread
    assert closed.constraints[0].expression == "(a > 0)"


def test_what_is_no_subject(database: Database) -> None:
    catalog = catalog_of(
        database,
        """CREATE SCHEMA auditor_quarantine; CREATE TABLE auditor_quarantine.kept (a int); CREATE TABLE t (a int);
        CREATE SEQUENCE s; CREATE TYPE pair AS (a int, b int);""",
    )
    assert [table.name for table in catalog.tables] == ["t"]


NAMES = (
    "Order; DROP",
    'a"b',
    "<script>",
    "ünï çode",
    "100%",
    "$$",
    "*/",
    "back\\slash",
    "new\nline",
    "select",
    "ö" * 31,
)


def test_names_that_need_quoting(database: Database) -> None:
    def quoted(name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    script = "".join(
        f"""CREATE SCHEMA {quoted(name)};
        CREATE TABLE {quoted(name)}.{quoted(name)} ({quoted(name)} int PRIMARY KEY, r int REFERENCES {quoted(name)}.{
            quoted(name)
        }, CONSTRAINT {quoted(name)} CHECK ({quoted(name)} > 0));
        CREATE INDEX ON {quoted(name)}.{quoted(name)} (r, {quoted(name)}) WHERE {quoted(name)} IS NOT NULL;"""
        for name in NAMES
    )
    catalog = catalog_of(database, script)
    for name in NAMES:
        table = table_of(catalog, name, name)
        assert table.primary_key == (name,)
        assert constraint_of(table, name).columns == (name,)
        assert table.foreign_keys()[0].referenced_columns == (name,)
        assert table.finds((name, "r")) is not None, name
        assert table.finds(("r",)) is None
    assert from_json(to_json(catalog)) == catalog


def test_json_and_back_without_values(database: Database) -> None:
    catalog = catalog_of(
        database,
        """CREATE TABLE t (a text, b int[]); INSERT INTO t SELECT 'hidden', '{77}' FROM generate_series(1, 9);
        CREATE VIEW v AS SELECT * FROM t; CREATE INDEX ON t (lower(a)); ANALYZE t;""",
    )
    text = to_json(catalog)
    assert "hidden" not in text
    again = from_json(text)
    assert to_json(again) == text
    statistics = table_of(again, "t").column("a").statistics
    assert statistics is not None
    assert (statistics.most_common, statistics.average_width) == ((), 7)
    assert table_of(again, "v") == table_of(catalog, "v")
    with pytest.raises(ValueError, match="no catalog"):
        from_json('{"server": 3}')


def test_the_number_of_statements_is_the_same_for_10_and_for_300_tables(database: Database) -> None:
    from auditor.catalog.read import read_catalog
    from auditor.connect import open_session

    sent = []
    for first, last in ((1, 10), (11, 300)):
        with database.connect() as connection:
            connection.execute(
                "".join(
                    f"CREATE TABLE t{i} (a int PRIMARY KEY, b text CHECK (b <> ''), c int REFERENCES t{i});"
                    for i in range(first, last + 1)
                ).encode()
            )
        with open_session(database.dsn, statement_timeout_s=60) as session:
            assert len(read_catalog(session.main, Scope()).tables) == last
            sent.append((session.statements, len(session.records)))
    assert sent[0] == sent[1]
    assert sent[0][0] <= 17
