"""The HTML report in a browser: what its reader can do, and what a hostile database cannot."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from auditor.model import Audit
from auditor.model.codec import from_json
from tests import audits

Open = Callable[..., Any]
ORPHANS = audits.rich().findings[0]

pytestmark = pytest.mark.browser


def visible(page: Any) -> list[str]:
    """The fingerprints of the findings that the filters leave, folded or not."""
    shown: list[str] = page.evaluate(
        "[...document.querySelectorAll('.finding')]"
        ".filter((each) => !each.hidden && !each.closest('.group').hidden).map((each) => each.dataset.fingerprint)"
    )
    return shown


def fingerprints(severity: str) -> set[str]:
    return {each.fingerprint for each in audits.rich().findings if each.severity == severity}


@pytest.mark.parametrize("audit", [audits.rich(), audits.empty(), audits.hostile()], ids=["rich", "empty", "hostile"])
def test_the_page_asks_for_nothing_and_complains_of_nothing(open_report: Open, audit: Audit) -> None:
    watched = open_report(audit)
    watched.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    watched.page.click("#theme")
    watched.page.wait_for_timeout(100)
    assert watched.requests == [watched.address]
    assert watched.complaints == []


def test_a_script_in_a_name_does_not_run(open_report: Open) -> None:
    page = open_report(audits.hostile()).page
    assert "owned" not in page.title().replace("<script>document.title='owned'</script>", "")
    assert page.evaluate("document.scripts.length") == 2
    assert page.locator(".line .subject", has_text="<script>alert(1)</script>").count() == 1


def test_even_a_script_that_was_smuggled_in_is_refused(open_report: Open) -> None:
    watched = open_report(audits.empty())
    watched.page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.owned = 1' }))"
    )
    assert watched.page.evaluate("window.owned") is None
    assert "Content Security Policy" in watched.complaints[0]


def test_a_severity_filters_the_list_and_changes_the_address(open_report: Open) -> None:
    page = open_report(audits.rich()).page
    assert len(visible(page)) == len(audits.rich().findings)
    page.click(".chips button[value=blocker]")
    assert page.evaluate("location.hash") == "#severity=blocker"
    assert set(visible(page)) == fingerprints("blocker")
    page.click(".chips button[value=warning]")
    assert set(visible(page)) == fingerprints("blocker") | fingerprints("warning")
    page.click("#clear")
    assert len(visible(page)) == len(audits.rich().findings)
    assert page.inner_text("#shown") == "34 of 34 shown"


def test_table_check_and_text_filter_together(open_report: Open) -> None:
    page = open_report(audits.rich()).page
    page.select_option("#filter-table", "public.calls")
    page.select_option("#filter-check", "missing-not-null")
    page.fill("#filter-text", "payload")
    assert page.evaluate("location.hash") == "#check=missing-not-null&table=public.calls&text=payload"
    assert page.inner_text("#shown") == "1 of 34 shown"
    page.fill("#filter-text", "nowhere")
    assert page.is_visible("#nothing")


def test_an_address_with_filters_shows_what_its_sender_saw(open_report: Open) -> None:
    page = open_report(audits.rich(), "#severity=blocker,warning&table=public.calls").page
    assert page.inner_text("#shown") == "2 of 34 shown"
    assert page.get_attribute(".chips button[value=warning]", "aria-pressed") == "true"
    assert page.input_value("#filter-table") == "public.calls"


def test_an_address_with_a_fingerprint_opens_that_finding(open_report: Open) -> None:
    folded = next(each for each in audits.rich().findings if each.severity == "advice")
    page = open_report(audits.rich(), f"#{folded.fingerprint}").page
    assert page.locator(f"#{folded.fingerprint}").evaluate("(each) => each.open && each.closest('.group').open")
    page.evaluate(f"location.hash = '#{ORPHANS.fingerprint}'")
    page.wait_for_function(f"document.getElementById('{ORPHANS.fingerprint}').open")


def test_a_box_of_the_drawing_filters_by_its_table(open_report: Open) -> None:
    page = open_report(audits.rich()).page
    page.click(".drawing a:has-text('transcripts')")
    page.wait_for_function("document.querySelector('#shown').textContent === '1 of 34 shown'")
    assert visible(page) == [ORPHANS.fingerprint]


def test_tabs_show_one_phase_at_a_time_and_follow_the_keyboard(open_report: Open) -> None:
    page = open_report(audits.rich(), f"#{ORPHANS.fingerprint}").page
    card = page.locator(f"#{ORPHANS.fingerprint}")
    card.locator(".remedy > summary").first.click()
    tabs = card.locator(".remedy").first.locator("[role=tab]")
    assert tabs.all_inner_texts() == [
        "Fence", "Backup and clean-up", "Indexes", "Constraints", "Verify", "Rollback",
    ]  # fmt: skip
    panels = card.locator(".remedy").first.locator("[role=tabpanel]")
    assert [panel.is_visible() for panel in panels.all()] == [True] + [False] * 5
    tabs.nth(1).click()
    assert "RETURNING t.*" in panels.nth(1).inner_text()
    assert not panels.nth(0).is_visible()
    tabs.nth(1).press("ArrowLeft")
    assert panels.nth(0).is_visible()
    assert tabs.nth(0).evaluate("(tab) => tab === document.activeElement")
    assert tabs.nth(0).get_attribute("aria-selected") == "true"


@pytest.mark.parametrize("clipboard", [True, False], ids=["clipboard", "without clipboard"])
def test_the_copy_button_gives_the_statement_with_a_warning(open_report: Open, clipboard: bool) -> None:
    watched = open_report(audits.rich(), f"#{ORPHANS.fingerprint}", permissions=["clipboard-read", "clipboard-write"])
    page = watched.page
    if not clipboard:
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('none')); }")
    button = page.locator(f"#{ORPHANS.fingerprint} .copy").first
    button.click()
    page.wait_for_function("[...document.querySelectorAll('.copy')].some((each) => each.textContent === 'Copied')")
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"-- auditor {ORPHANS.fingerprint}, run {audits.rich().run.id}: review before running\n{ORPHANS.detection_sql}"
    )
    assert watched.complaints == []


def test_copied_sql_has_the_characters_that_the_page_writes_out(open_report: Open) -> None:
    page = open_report(audits.hostile(), permissions=["clipboard-read", "clipboard-write"]).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    card = page.locator(".finding", has=page.locator(".code", has_text="right\\u202eto left")).first
    card.locator(".copy").first.click()
    page.wait_for_timeout(100)
    assert page.evaluate("navigator.clipboard.readText()").endswith('\nSELECT "right\u202eto left"')


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_is_the_systems_until_the_reader_chooses(open_report: Open, system: str) -> None:
    page = open_report(audits.rich(), color_scheme=system).page

    def background() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    dark, light = "rgb(19, 22, 21)", "rgb(247, 246, 243)"
    assert background() == (dark if system == "dark" else light)
    page.click("#theme")
    assert background() == (light if system == "dark" else dark)
    page.reload()
    assert background() == (light if system == "dark" else dark)


def test_the_page_reads_without_scripts(open_report: Open) -> None:
    page = open_report(audits.rich(), java_script_enabled=False).page
    assert page.is_visible("text=Not seen: nothing here counts as passed")
    assert page.is_hidden(".filters")
    assert page.is_hidden("#theme")
    page.locator(f"#{ORPHANS.fingerprint} > summary").click()
    page.locator(f"#{ORPHANS.fingerprint} .remedy > summary").first.click()
    panels = page.locator(f"#{ORPHANS.fingerprint} .remedy").first.locator(".panel")
    assert [panel.is_visible() for panel in panels.all()] == [True] * 6
    assert panels.nth(1).locator("h4").inner_text().startswith("Backup and clean-up")


def test_printing_opens_the_blockers_and_folds_them_again(open_report: Open) -> None:
    page = open_report(audits.rich()).page
    page.evaluate("window.open_at_print = null")
    page.evaluate(
        "addEventListener('beforeprint', () => { window.open_at_print ="
        " [...document.querySelectorAll('.finding[open]')].map((each) => each.dataset.severity); })"
    )
    page.pdf()
    assert page.evaluate("window.open_at_print") == ["blocker"] * 4
    assert page.locator(".finding[open]").count() == 0


def test_the_report_can_be_saved_from_the_page(open_report: Open) -> None:
    watched = open_report(audits.rich())
    with watched.page.expect_download() as download:
        watched.page.click("#download")
    text = download.value.path().read_text(encoding="utf-8")
    assert download.value.suggested_filename == "report.json"
    assert from_json(text) == audits.rich()
    assert json.loads(text)["schema_version"] == 1


@pytest.mark.parametrize("width", [360, 800, 1280])
@pytest.mark.parametrize("audit", [audits.rich(), audits.hostile()], ids=["rich", "hostile"])
def test_nothing_sticks_out_of_the_window(open_report: Open, audit: Audit, width: int) -> None:
    page = open_report(audit, viewport={"width": width, "height": 800}).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_cells_that_are_stacked_on_a_narrow_screen_take_its_width(open_report: Open) -> None:
    page = open_report(audits.rich(), viewport={"width": 360, "height": 800}).page
    widths = page.evaluate(
        "[...document.querySelectorAll('.matrix tbody td')].filter((each) => each.checkVisibility())"
        ".map((each) => each.getBoundingClientRect().width)"
    )
    assert len(widths) > 20
    assert min(widths) > 250


_CONTRAST = """() => {
  const luminance = (color) => {
    const parts = color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const behind = (element) => {
    for (let place = element; place; place = place.parentElement) {
      const color = getComputedStyle(place).backgroundColor;
      if (!/, 0\\)$|transparent/.test(color)) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('body *')]
    .filter((element) => element.checkVisibility() && !element.closest('svg, script, .skip')
      && [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .map((element) => {
      const pair = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((a, b) => b - a);
      return [(pair[0] + 0.05) / (pair[1] + 0.05), element.className + ': ' + element.textContent.slice(0, 40)];
    })
    .filter(([contrast]) => contrast < 4.5);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_has_enough_contrast(open_report: Open, theme: str) -> None:
    """4.5 to 1, as WCAG 2.2 asks of AA (1.4.3)."""
    page = open_report(audits.rich(), color_scheme=theme).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.click(".chips button[value=warning]")
    assert page.evaluate(_CONTRAST) == []


def test_every_control_can_be_reached_and_named(open_report: Open) -> None:
    page = open_report(audits.rich()).page
    unnamed = page.evaluate(
        "[...document.querySelectorAll('button, select, input, [role=region]')].filter((each) =>"
        " !(each.getAttribute('aria-label') || each.textContent.trim())).map((each) => each.outerHTML)"
    )
    assert unnamed == []
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
