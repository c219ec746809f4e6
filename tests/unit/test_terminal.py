"""The audit on a terminal: a line a finding, aligned, and nothing that could drive the terminal."""

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings

from auditor.model import Audit, Plan, Run
from reports.terminal import render
from tests import audits

_COLOR = re.compile(r"\x1b\[[0-9;]*m")


def plain(audit: Audit, width: int | None = None) -> list[str]:
    return render(audit, color=False, width=width).splitlines()


def test_one_line_a_finding_in_aligned_columns() -> None:
    lines = [line for line in plain(audits.rich()) if "blocker  " in line]
    assert [line.split("  ")[0].strip() for line in lines] == [
        "public.referral_statistics",
        "public.usage_metrics(metadata->>'call_id')",
        "public.transcripts(call_id)",
        "public.usage_reservations(org_id)",
    ]
    assert re.search(
        r"^public\.transcripts\(call_id\) +orphaned-reference +blocker +400 of 800,000 \(0\.05 %\) +F-[0-9a-f]{10}$",
        lines[2],
    )
    assert len({line.index(" blocker ") for line in lines}) == 1
    assert len({line.rindex("F-") for line in lines}) == 1


def test_advice_is_cut_short_and_blockers_are_not() -> None:
    lines = plain(audits.rich())
    assert sum("advice  " in line for line in lines) == 3
    assert "… and 24 more of missing-not-null (advice), 3 tables in all" in lines


def test_what_was_not_seen_is_said_by_reason() -> None:
    lines = plain(audits.rich())
    assert (
        lines[lines.index("not seen") + 1]
        == "hidden   3: the role has no SELECT privilege: billing.invoices, billing.cards, billing.payouts"
    )
    assert "error    1: statement timeout after 10 min: analytics.events(user_id)" in lines
    assert "4 blockers · 3 warnings · 27 advice · 113 passed · 5 not seen · INCOMPLETE" in lines


def test_a_complete_audit_says_nothing_of_the_unseen() -> None:
    text = "\n".join(plain(audits.empty()))
    assert "INCOMPLETE" not in text
    assert "\nnot seen\n" not in text


def test_the_next_command_fits_the_audit() -> None:
    rich = audits.rich()
    assert plain(rich)[-2:] == [
        "next: GRANT pg_read_all_data TO auditor_ro; then audit again while nobody changes these tables, "
        "or with more --timeout and --budget",
        "next: less audit/plan/README.md",
    ]
    elsewhere = render(rich, color=False, width=None, plan="my audit/plan")
    assert elsewhere.endswith("next: less 'my audit/plan/README.md'\n")
    assert render(rich, color=False, width=None, plan=None).endswith("next: auditor checks rls-disabled\n")
    assert plain(replace(rich, plan=Plan()))[-1] == "next: auditor checks rls-disabled"
    assert plain(audits.empty())[-1].startswith("next: auditor checks (what was looked for)")


def test_a_narrow_terminal_shortens_subjects_in_the_middle() -> None:
    lines = [line for line in plain(audits.rich(), width=118) if "orphaned-reference" in line]
    assert lines[0].startswith("public.usage_met")
    assert "…" in lines[0]
    assert all(len(line) <= 118 for line in lines)


def test_wide_characters_keep_the_columns_aligned() -> None:
    text = render(audits.hostile(), color=False, width=None)
    wide = next(line for line in text.splitlines() if line.startswith("漢"))
    other = next(line for line in text.splitlines() if line.startswith("100%"))
    columns = sum(2 if unicodedata.east_asian_width(c) == "W" else 1 for c in wide[: wide.index("orphaned-")])
    assert columns == other.index("orphaned-")


def test_colour_adds_only_colour() -> None:
    audit = audits.rich()
    colored = render(audit, color=True, width=100)
    assert colored != render(audit, color=False, width=100)
    assert _COLOR.sub("", colored) == render(audit, color=False, width=100)


@settings(deadline=None)
@given(audits.audits)
def test_no_control_character_reaches_the_terminal(audit: Audit) -> None:
    for width in (None, 40):
        text = _COLOR.sub("", render(audit, color=True, width=width))
        assert not {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}


@pytest.mark.parametrize("name", audits.HOSTILE_NAMES)
def test_a_name_adds_no_line(name: str) -> None:
    one = replace(audits.rich(), findings=audits.rich().findings[:1])
    renamed = replace(one.findings[0], subject=replace(one.findings[0].subject, table=name), check=name)
    assert len(plain(replace(one, findings=(renamed,)))) == len(plain(one))


def test_the_head_names_what_was_audited() -> None:
    run: Run = audits.rich().run
    assert plain(audits.rich())[0] == (
        f"calliq on db.internal · PostgreSQL 16.4 · as auditor_ro · {run.statements} statements in 1.2 s"
    )
