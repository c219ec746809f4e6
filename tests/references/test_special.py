"""Polymorphic references and arrays of keys: found by type and by element, counted exactly, never plain references."""

from __future__ import annotations

import pytest

from auditor.config import parse_config
from auditor.model import Audit, When
from tests.checks.asking import chosen
from tests.examples.circle import audit
from tests.references.inferring import lines, references
from tests.servers import Database

CHECKS = ("orphaned-reference", "sentinel-reference", "missing-foreign-key", "unindexed-foreign-key")

BLOG = r"""CREATE SCHEMA blog;
    CREATE TABLE blog.posts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text);
    CREATE TABLE users (id bigint PRIMARY KEY);
    CREATE TABLE video_clips (id int PRIMARY KEY);
    INSERT INTO blog.posts (title) SELECT 'x' FROM generate_series(1, 300);
    INSERT INTO users SELECT n * 3 FROM generate_series(1, 200) n;
    INSERT INTO video_clips SELECT n * 7 FROM generate_series(1, 50) n;
    CREATE TABLE blog.comments (id int PRIMARY KEY, about_type text, about_id bigint);
    INSERT INTO blog.comments SELECT n, 'Post', 1 + n % 300 FROM generate_series(1, 400) n;
    INSERT INTO blog.comments SELECT n, 'App\Models\User', 3 * (1 + n % 200) FROM generate_series(401, 800) n;
    INSERT INTO blog.comments SELECT n, 'video_clip', 7 * (1 + n % 50) FROM generate_series(801, 1000) n;
    INSERT INTO blog.comments VALUES (1001, 'Post', 99999), (1002, 'Post', 99998), (1003, 'video_clip', 1),
        (1004, 'Alien', 5), (1005, NULL, 7), (1006, 'Post', NULL), (1007, 'Post', 0);"""


def audited(database: Database, given: str, config: str = "", role: str = "postgres") -> Audit:
    done = database.psql(given)
    assert done.returncode == 0, done.stderr
    return audit(database, parse_config(config), *CHECKS, role=role)


def told(found: Audit) -> list[tuple[str, str, int | None, int | None, str | None]]:
    return [
        (each.check, str(each.subject), each.violations, each.population, chosen(each))
        for each in sorted(found.findings, key=lambda each: (each.check, str(each.subject)))
        if each.violations is not None
    ]


@pytest.mark.parametrize("analyze", ["ANALYZE", ""])
def test_each_type_by_itself(database: Database, analyze: str) -> None:
    found = audited(database, BLOG + analyze)
    place = "blog.comments(about_id WHERE about_type = "
    assert told(found) == [
        ("orphaned-reference", f"{place}'Post')", 2, 403, "set-null"),
        ("orphaned-reference", f"{place}'video_clip')", 1, 201, "set-null"),
        ("sentinel-reference", f"{place}'Post')", 1, 403, "set-null"),
    ]
    assert [each for each in found.references if each.table == "comments"] == []
    by_type = {each.when: f"{each.ref_schema}.{each.ref_table}" for each in found.other_references}
    assert by_type == {
        When(column="about_type", values=("App\\Models\\User",)): "public.users",
        When(column="about_type", values=("Post",)): "blog.posts",
        When(column="about_type", values=("video_clip",)): "public.video_clips",
    }
    states = {
        row.subject.expression: (row.state, row.violations) for row in found.constraints if row.subject.expression
    }
    assert states["about_id WHERE about_type = 'Post'"] == ("blocked", 3)
    assert states["about_id WHERE about_type = 'App\\Models\\User'"] == ("ready", 0)
    assert all(
        "GENERATED ALWAYS AS (CASE WHEN" in row.definition for row in found.constraints if row.subject.expression
    )


def test_a_set_null_takes_the_type_along(database18: Database) -> None:
    found = audited(database18, BLOG + "ANALYZE")
    (orphans, *_) = (each for each in found.findings if each.check == "orphaned-reference")
    cleanup = orphans.remedies[0].sql.cleanup or ""
    assert "about_id=NULL" in cleanup.replace(" = ", "=")
    assert "about_type=NULL" in cleanup.replace(" = ", "=")


def test_a_type_with_one_index_for_all_of_them(database18: Database) -> None:
    missing = audited(database18, BLOG + "ANALYZE")
    (advice,) = (each for each in missing.findings if each.check == "unindexed-foreign-key")
    assert advice.subject.columns == ("about_id", "about_type")
    served = audited(database18, "CREATE INDEX ON blog.comments (about_type, about_id)")
    assert not any(each.check == "unindexed-foreign-key" for each in served.findings)


def test_types_that_name_no_table_leave_things_as_they_were(database18: Database) -> None:
    found = references(
        database18,
        """CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users SELECT 7 * n FROM generate_series(1, 100) n;
        CREATE TABLE logins (id int PRIMARY KEY, user_type text, user_id int);
        INSERT INTO logins SELECT n, 'human', 7 * n FROM generate_series(1, 100) n; ANALYZE""",
    )
    assert lines(found) == ["logins(user_id) -> users(id)"] or lines(found) == []
    assert not any(each.is_special for each in found)


def test_enumerated_types_and_uuids_as_text_in_a_hostile_schema(database: Database) -> None:
    found = audited(
        database,
        """CREATE SCHEMA "o'd %s"; SET search_path = "o'd %s";
        CREATE TYPE kind AS ENUM ('Bo''x', 'Crate');
        CREATE TABLE "Bo'x" (id uuid PRIMARY KEY); CREATE TABLE "crates" (id uuid PRIMARY KEY);
        INSERT INTO "Bo'x" SELECT md5(n::text)::uuid FROM generate_series(1, 100) n;
        INSERT INTO "crates" SELECT md5('c' || n)::uuid FROM generate_series(1, 100) n;
        CREATE TABLE "sti""ck" (id int PRIMARY KEY, "ow%ner_type" kind, "ow%ner_id" text);
        INSERT INTO "sti""ck" SELECT n, 'Bo''x', md5(n::text)::uuid FROM generate_series(1, 101) n;
        INSERT INTO "sti""ck" SELECT 200 + n, 'Crate', upper(md5('c' || n)::uuid::text) FROM generate_series(1, 100) n;
        INSERT INTO "sti""ck" VALUES (400, 'Crate', 'no uuid'); ANALYZE""",
    )
    place = """o'd %s.sti"ck("ow%ner_id" WHERE "ow%ner_type" = """
    assert [(line[1], line[2], line[3]) for line in told(found)] == [
        (f"{place}'Bo''x')", 1, 101),
        (f"{place}'Crate')", 1, 101),
    ]


def test_arrays(database: Database) -> None:
    found = audited(
        database,
        """CREATE TABLE tags (id int PRIMARY KEY, auditor_elements int); INSERT INTO tags SELECT n * 3 FROM
        generate_series(1, 100) n;
        CREATE TABLE posts (element int, "tag_ids" bigint[], e int);
        INSERT INTO posts SELECT n, ARRAY[3 * (1 + n % 100), 3 * (1 + n % 90)] FROM generate_series(1, 300) n;
        INSERT INTO posts VALUES (1000, '{1,2,3}'), (1001, '{}'), (1002, NULL), (1003, '{NULL,3}'), (1004, '{7}');
        ANALYZE""",
    )
    (orphans,) = (each for each in found.findings if each.check == "orphaned-reference")
    assert (str(orphans.subject), orphans.violations, orphans.population) == ("public.posts(unnest(tag_ids))", 2, 303)
    assert "for 3 elements in 2 of 303 values" in orphans.message
    assert found.references == ()
    assert [each.is_array for each in found.other_references] == [True]
    (row,) = (each for each in found.constraints if each.kind == "foreign-key")
    assert (row.state, row.violations) == ("blocked", 2)
    assert "a table of its own" in row.definition


ENTRIES = """CREATE TABLE invoices (id int PRIMARY KEY);
    INSERT INTO invoices SELECT n * 3 FROM generate_series(1, 100) n;
    CREATE TABLE entries (id int PRIMARY KEY, kind text, invoice_id int);
    INSERT INTO entries SELECT n, 'invoice', 3 * (1 + n % 100) FROM generate_series(1, 300) n;
    INSERT INTO entries SELECT n, 'Refund', 3 * (1 + n % 100) FROM generate_series(301, 400) n;
    INSERT INTO entries VALUES (1001, 'invoice', 7), (1002, 'invoice', 0);"""


def test_what_holds_for_some_kinds_alone_has_no_orphans_elsewhere(database: Database) -> None:
    legacy = "INSERT INTO entries SELECT n, 'legacy', 1 + 3 * n FROM generate_series(401, 600) n; ANALYZE"
    found = audited(database, ENTRIES + legacy)
    place = "public.entries(invoice_id WHERE kind IN ('Refund', 'invoice'))"
    assert told(found) == [
        ("orphaned-reference", place, 1, 402, "set-null"),
        ("sentinel-reference", place, 1, 402, "set-null"),
    ]
    assert found.references == ()
    (conditional,) = found.other_references
    assert "only where kind is Refund or invoice; the others find nothing" in conditional.evidence
    cleanup = next(each for each in found.findings if each.violations == 1).remedies[0].sql.cleanup or ""
    assert "invoice_id=NULL" in cleanup.replace(" = ", "=")
    assert "kind=NULL" not in cleanup.replace(" = ", "=")


def test_what_holds_for_the_fewer_tenants_alone(database: Database) -> None:
    script = ENTRIES.replace("kind text", "tenant_id int").replace("'invoice'", "1").replace("'Refund'", "1")
    other = "INSERT INTO entries SELECT n, 2 + n % 2, 1 + 3 * n FROM generate_series(401, 600) n; ANALYZE"
    place = "public.entries(invoice_id WHERE tenant_id = '1')"
    assert told(audited(database, script + other)) == [
        ("orphaned-reference", place, 1, 402, "set-null"),
        ("sentinel-reference", place, 1, 402, "set-null"),
    ]


def test_the_rows_of_a_tenant_that_is_gone_are_orphans(database18: Database) -> None:
    script = """CREATE TABLE invoices (id int PRIMARY KEY, tenant_id int);
        CREATE TABLE payments (payment_no int PRIMARY KEY, tenant_id int, invoice_id int);
        INSERT INTO invoices SELECT n, n % 5 FROM generate_series(1, 1000) n;
        INSERT INTO payments SELECT n, n % 5, 1 + (n - 1) % 1000 FROM generate_series(1, 3000) n;
        DELETE FROM invoices WHERE tenant_id = 2; ANALYZE"""
    found = audited(database18, script)
    assert [each[:4] for each in told(found)] == [("orphaned-reference", "public.payments(invoice_id)", 600, 3000)]


def test_kinds_that_find_some_of_their_rows_make_no_condition(database18: Database) -> None:
    mixed = "INSERT INTO entries SELECT n, 'legacy', n FROM generate_series(401, 600) n; UPDATE entries SET kind = 'x'"
    found = audited(database18, f"{ENTRIES} {mixed} WHERE id % 2 = 0; ANALYZE")
    assert found.other_references == ()


def test_the_configuration_overrules_both(database18: Database) -> None:
    given = BLOG + "CREATE TABLE tagged (id int, user_ids bigint[]); INSERT INTO tagged VALUES (1, '{3,6}'); ANALYZE"
    special = [each for each in references(database18, given) if each.is_special]
    assert len(special) == 4
    named = [f"{each.schema}.{each.table}({each.expression}) -> {each.ref_schema}.{each.ref_table}" for each in special]
    rejected = ", ".join(f"'''{line}(id)'''" for line in named)
    assert references(database18, "", f"[references]\nreject = [{rejected}]") == ()
    accepted = references(database18, "", f"[references]\naccept = [{rejected}]")
    assert {(each.when, each.is_array, each.confidence) for each in accepted} == {
        (each.when, each.is_array, 1.0) for each in special
    }
    plain = references(database18, "", '[references]\naccept = ["blog.comments(about_id) -> public.users(id)"]')
    assert [each.when for each in plain if each.table == "comments"] == [None]


def test_empty_tables_refer_to_nothing(database18: Database) -> None:
    found = audited(database18, BLOG + "TRUNCATE blog.comments; CREATE TABLE t (user_ids bigint[]); ANALYZE")
    assert told(found) == []
    assert [each for each in found.other_references if each.when] == []


def test_a_column_that_may_not_be_read_is_said(database18: Database) -> None:
    given = """CREATE ROLE some_columns LOGIN; GRANT USAGE ON SCHEMA public, blog TO some_columns;
        GRANT SELECT ON users, blog.posts, video_clips TO some_columns;
        GRANT SELECT (id, about_id) ON blog.comments TO some_columns;"""
    try:
        found = audited(database18, BLOG + given, role="some_columns")
        assert told(found) == []
        assert any(
            each.outcome == "hidden" and each.subject.table == "comments" and "about_type" in each.reason
            for each in found.coverage
        )
    finally:
        database18.psql("DROP OWNED BY some_columns; DROP ROLE some_columns")
