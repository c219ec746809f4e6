"""The HTML report without a browser: what it says, in which order, how large it gets, and that names stay text."""

import hashlib
import json
import re
import unicodedata
from base64 import b64encode
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from auditor.model import Audit, Severity
from auditor.model.codec import from_json, to_json_line
from auditor.model.lines import line_of_finding
from reports.html import HTML, LIMIT
from tests import audits


def page(audit: Audit) -> str:
    return HTML.render(audit)["report.html"]


class Reader(HTMLParser):
    """What a browser would make of the page: elements, attributes, text; scripts and styles apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.words: list[str] = []
        self._into = self.words
        self.feed(text)
        self.close()
        self.text = re.sub(r"\s+", " ", "".join(self.words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._into = {"script": self.scripts, "style": self.styles}.get(tag, self.words)

    def handle_endtag(self, tag: str) -> None:
        self._into = self.words

    def handle_data(self, data: str) -> None:
        self._into.append(data)

    def ids(self) -> list[str]:
        return [each["id"] for _, each in self.elements if each.get("id")]  # type: ignore[misc]


RICH = page(audits.rich())


def test_the_order_of_the_page() -> None:
    sections = [each for each in Reader(RICH).ids() if f'<section id="{each}"' in RICH]
    assert sections == ["seen", "verdict", "readiness", "findings", "plan", "drawing", "appendix"]


def test_what_was_not_seen_and_why_is_on_the_page() -> None:
    text = Reader(RICH).text
    assert "Not seen: nothing here counts as passed" in text
    assert "the role has no SELECT privilege" in text
    assert "billing.invoices , billing.cards , billing.payouts" in re.sub(r"\s*,", " ,", text)
    assert "statement timeout after 10 min" in text
    assert "Everything that was asked for was seen." in Reader(page(audits.empty())).text


def test_a_finding_has_its_numbers_its_witnesses_and_its_sql() -> None:
    orphans = audits.rich().findings[0]
    start = RICH.index(f'<details class="finding t-blocker" id="{orphans.fingerprint}"')
    text = Reader(RICH[start : RICH.index('class="card group', start)]).text
    assert "400 of 800,000 (0.05 %)" in text
    assert str(orphans.witnesses[0]["id"]) in text
    assert "inference, confidence 0.97" in text
    for heading in ("Fence", "Backup and clean-up", "Indexes", "Constraints", "Verify", "Rollback", "variant"):
        assert heading in text
    assert "AND NOT EXISTS (SELECT 1 FROM public.calls AS r WHERE r.id = t.call_id);" in text


def test_every_fingerprint_is_an_anchor_and_every_link_leads_somewhere() -> None:
    reader = Reader(RICH)
    ids = reader.ids()
    assert len(ids) == len(set(ids))
    assert {each.fingerprint for each in audits.rich().findings} <= set(ids)
    links = [each["href"] or "" for tag, each in reader.elements if tag in ("a", "use")]
    assert all(link.startswith("#") for link in links)
    assert {link[1:] for link in links if "=" not in link} <= set(ids)


def test_blockers_stand_open_and_advice_is_folded() -> None:
    groups = [each for _, each in Reader(RICH).elements if "group" in (each.get("class") or "").split()]
    assert [each["data-severity"] for each in groups] == ["blocker"] * 3 + ["warning"] * 3 + ["advice"]
    assert ["open" in each for each in groups] == [True] * 6 + [False]


def test_no_address_leads_outside() -> None:
    for audit in (audits.rich(), audits.empty(), audits.hostile()):
        reader = Reader(page(audit))
        assert not re.search(r"https?:|//[a-z]", "".join(reader.styles) + reader.scripts[-1].replace("// ", ""))
        assert "http:" not in page(audit)
        assert "https:" not in page(audit)
        outside = {"src", "srcset", "action", "formaction", "data", "poster", "background", "style"}
        for tag, attributes in reader.elements:
            assert not outside & set(attributes), tag
            assert not [name for name in attributes if name.startswith("on")], tag
            assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form"), tag


def test_the_policy_names_the_pages_own_style_and_script_and_nothing_else() -> None:
    reader = Reader(RICH)
    policy = next(each["content"] or "" for tag, each in reader.elements if "http-equiv" in each)

    def own(text: str) -> str:
        return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert policy.split("; ") == [
        "default-src 'none'", f"style-src {own(reader.styles[0])}", f"script-src {own(reader.scripts[-1])}",
        "base-uri 'none'", "form-action 'none'",
    ]  # fmt: skip


def test_the_page_carries_the_whole_report_while_it_is_small() -> None:
    assert from_json(Reader(RICH).scripts[0]) == audits.rich()


def test_tables_have_captions_and_headers() -> None:
    tables = re.findall(r"<table.*?</table>", RICH, re.DOTALL)
    assert len(tables) >= 7
    for table in tables:
        assert "<caption" in table
        assert 'scope="col"' in table
        assert 'scope="row"' in table or 'class="number quiet"' in table


def test_the_drawing_has_declared_and_inferred_lines_with_counts() -> None:
    drawing = RICH[RICH.index('role="group" aria-label="Tables with findings') :]
    assert drawing.count('class="reference declared"') == 3
    assert drawing.count('class="reference inferred violated"') == 2
    assert sorted(re.findall(r'class="violations"[^>]*>([\d,]+)<', drawing), reverse=True) == ["400", "1,812"]
    assert "transcripts (call_id) → calls: inferred, 400 violations" in drawing


@pytest.fixture(scope="module")
def huge() -> tuple[Audit, str]:
    audit = audits.huge()
    return audit, page(audit)


def test_three_thousand_tables_fit_and_what_does_not_is_said(huge: tuple[Audit, str]) -> None:
    audit, text = huge
    reader = Reader(text)
    shown = [each for _, each in reader.elements if "data-fingerprint" in each]
    assert len(text.encode()) <= LIMIT
    assert len(shown) > 500
    assert {each["data-severity"] for each in shown} == {"blocker", "advice"}
    assert "of 1,000 findings; the rest is in report.json." in reader.text
    assert "of 39,000 findings; the rest is in report.json." in reader.text
    assert "more tables with findings not drawn" in reader.text
    view = from_json(reader.scripts[0])
    assert f"{len(audit.findings) - len(view.findings):,} findings" in reader.text
    assert 0 < len(view.findings) < len(audit.findings)
    assert all(each.severity is Severity.BLOCKER for each in view.findings)


def test_a_report_just_small_enough_to_be_embedded_leaves_room_for_the_page() -> None:
    audit = audits.huge(tables=99, columns=5)
    assert 950_000 < len(to_json_line(audit)) < 1_000_000
    text = page(audit)
    assert len(text.encode()) <= LIMIT
    assert from_json(Reader(text).scripts[0]) == audit


def test_long_texts_are_cut_and_that_is_said() -> None:
    rich = audits.rich()
    long = replace(rich.findings[0], detection_sql="SELECT 1;\n" * 100_000, message="m" * 50_000)
    text = page(replace(rich, findings=(long,)))
    assert len(text.encode()) <= LIMIT
    assert "Cut here: 1,000,000 characters in all, in full in report.json." in Reader(text).text


ELEMENTS = {tag for tag, _ in Reader(RICH).elements}


def _shown(text: str) -> str:
    """Everything of the page but the JSON, in which `<` is escaped in another way."""
    return re.sub(r'(?s)<script type="application/json".*?</script>', "", text)


@settings(deadline=None)
@given(audits.audits)
def test_whatever_the_names_are_they_are_text(audit: Audit) -> None:
    text = page(audit)
    reader = Reader(text)
    assert len(reader.scripts) == 2
    assert {tag for tag, _ in reader.elements} <= ELEMENTS
    assert not [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]
    assert not {c for c in _shown(text) if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n", "\t"}
    assert json.loads(reader.scripts[0])["database"]["name"] == audit.database.name
    text.encode()


def test_hostile_names_are_all_there_to_read() -> None:
    text = Reader(page(audits.hostile())).text
    for name in ("<script>alert(1)</script>", "{{ 7 * 7 }}", "new\\u000aline", "right\\u202eto left", "\\udcff undec"):
        assert name in text


def test_an_invisible_character_in_sql_keeps_its_code_for_the_copy_button() -> None:
    assert 'SELECT "right<span class="code-point" data-code="8238">\\u202e</span>to left"' in page(
        audits.hostile()
    ).replace("&#34;", '"')


def test_an_inferred_finding_shows_the_line_that_overrules_it() -> None:
    audit = audits.rich()
    inferred = [each for each in audit.findings if each.reference is not None and not each.reference.declared]
    assert inferred
    text = Reader(page(audit)).text
    for each in inferred:
        line = line_of_finding(each)
        assert line is not None
        assert f"reject = [{json.dumps(line, ensure_ascii=False)}]" in text
    declared = [each for each in audit.findings if each.reference is None or each.reference.declared]
    assert {line_of_finding(each) for each in declared} == {None}
