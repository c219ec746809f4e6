"""The committed pages are what the checks say of themselves."""

from __future__ import annotations

from pathlib import Path

from auditor.documentation import pages, write
from auditor.wiring import all_checks

FOLDER = Path(__file__).parents[2] / "docs" / "checks"


def test_the_pages_are_up_to_date() -> None:
    there = {page.name: page.read_text(encoding="utf-8") for page in FOLDER.glob("*.md")}

    assert there == pages(all_checks()), "run: python -m auditor.documentation"


def test_every_check_has_its_sections_on_its_familys_page() -> None:
    written = pages(all_checks())

    for check in all_checks():
        page = written[f"{check.family}.md"]
        assert f"\n## {check.id}\n" in page
        assert all(f"**{title}.** {text}" in page for title, text in check.sections.items())


def test_a_page_without_a_family_goes_away(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("gone")

    write(all_checks(), tmp_path)

    assert not (tmp_path / "old.md").exists()
