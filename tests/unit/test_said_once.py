"""What many tables have in common is said once, and what was not seen comes with the way to see it."""

import re
from dataclasses import replace

from auditor.model import Audit, Coverage, Outcome, Subject
from reports import HTML
from reports.access import to_see_more
from reports.drawing import Box
from reports.groups import partly_seen_groups, unseen_groups
from reports.notes import Note, grouped
from reports.templating import sql_markup
from tests import audits


def unseen(table: str, reason: str, outcome: Outcome = Outcome.HIDDEN, **fields: bool) -> Coverage:
    subject = Subject(kind="table", schema="public", table=table)
    return Coverage(check="*", subject=subject, outcome=outcome, reason=reason, **fields)


def not_seen(*coverage: Coverage, role: str = "reader") -> Audit:
    audit = audits.audit_of(coverage=coverage, tables=audits.rich().tables)
    return replace(audit, database=replace(audit.database, role=role))


def test_one_reason_for_many_tables_is_one_group() -> None:
    tables = [f"t{number}" for number in range(3_000)]
    coverage = [unseen(table, f"this role has no SELECT on public.{table}") for table in tables]
    (group,) = unseen_groups(not_seen(*coverage))
    assert group.reason == "this role has no SELECT on the table"
    assert group.places == tuple(f"public.{table}" for table in tables)


def test_the_name_of_another_table_stays_in_the_reason() -> None:
    groups = unseen_groups(not_seen(unseen("a", "this role has no SELECT on public.b")))
    assert [group.reason for group in groups] == ["this role has no SELECT on public.b"]


def test_a_table_with_two_reasons_is_one_table_that_was_not_seen() -> None:
    audit = not_seen(unseen("a", "this role has no SELECT on public.b"), unseen("a", "lock timeout", Outcome.ERROR))
    assert re.search(
        r"<strong>1</strong><span><svg[^>]*><use[^>]*/></svg>not seen, or in part", HTML.render(audit)["report.html"]
    )


def test_what_nobody_asked_for_is_said_elsewhere() -> None:
    audit = not_seen(unseen("a", "switched off: rls", Outcome.SKIPPED, excused=True))
    assert unseen_groups(audit) == ()
    assert [group.reason for group in partly_seen_groups(audit)] == ["switched off: rls"]


def test_the_way_to_see_more_follows_from_what_was_not_seen() -> None:
    grant = unseen("a", "this role has no SELECT on public.a")
    bypass = unseen("b", "row security hides rows of public.b from this role")
    locked = unseen("c", "lock timeout", Outcome.ERROR)
    assert to_see_more(not_seen(grant)) == "GRANT pg_read_all_data TO reader; then audit again"
    assert to_see_more(not_seen(grant, bypass, role='my "role"')) == (
        'GRANT pg_read_all_data TO "my ""role"""; ALTER ROLE "my ""role""" BYPASSRLS; then audit again'
    )
    assert to_see_more(not_seen(locked)).startswith("audit again while nobody changes these tables")
    assert to_see_more(not_seen()) == ""
    assert "GRANT pg_read_all_data TO reader; then audit again" in HTML.render(not_seen(grant))["report.html"]


def test_notes_that_say_the_same_are_one() -> None:
    assert grouped(["a: x", "no colon", "b: x", "c: y"]) == (
        Note("x", ("a", "b")),
        Note("no colon", ()),
        Note("c: y", ()),
    )


def test_settings_are_set_apart_and_the_text_stays_as_it_is() -> None:
    sql = "-- step\nBEGIN ISOLATION LEVEL READ COMMITTED;\nSET LOCAL lock_timeout = '2s';\nDELETE FROM t;\nCOMMIT;"
    markup = sql_markup(sql)
    assert markup.striptags() == " ".join(sql.split())
    assert '<span class="settings">BEGIN ISOLATION LEVEL READ COMMITTED;\nSET LOCAL lock_timeout' in markup
    assert "</span>DELETE FROM t;\nCOMMIT;" in markup


def test_a_box_leaves_its_schema_before_it_overflows() -> None:
    box = Box("humanresources", "employee", 0, 0, 208, 40, None, "296 rows · 2 blockers")
    assert box.second_line == "humanres… · 296 rows · 2 blockers"
    assert replace(box, schema="hr").second_line == "hr · 296 rows · 2 blockers"
    assert replace(box, schema="public").second_line == box.detail
    assert replace(box, detail="1,000,000,000 rows · 12 blockers").second_line == "1,000,000,000 rows · 12 blockers"


def test_constraints_of_which_nothing_is_known_and_nobody_asked_are_folded() -> None:
    rich = audits.rich()
    unknown = replace(rich.constraints[4], intended=False)
    page = HTML.render(replace(rich, constraints=(*rich.constraints, *[unknown] * 100)))["report.html"]
    assert "<h3>100 more constraints</h3>" in page
    assert page.count('aria-label="Constraints of which nothing is known"') == 1


def test_where_room_is_short_every_finding_keeps_its_card_and_the_worst_their_sql() -> None:
    rich = audits.rich()
    long = replace(rich.findings[0].remedies[0], sql=replace(rich.findings[0].remedies[0].sql, cleanup="x" * 19_000))
    blockers = tuple(replace(each, remedies=(long,)) for each in audits.huge(tables=36, columns=0).findings)
    advice = tuple(replace(each, remedies=(long,)) for each in rich.findings if each.severity == "advice")
    page = HTML.render(audits.audit_of((*blockers, *advice)))["report.html"]
    assert page.count('<details class="finding') == len(blockers) + len(advice)
    assert len(blockers) <= page.count('<details class="remedy"') < len(blockers) + len(advice)
