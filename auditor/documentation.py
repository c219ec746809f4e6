"""The documentation of the checks, as pages: `python -m auditor.documentation` writes docs/checks/ anew."""

import sys
from collections.abc import Iterable
from inspect import cleandoc
from itertools import groupby
from pathlib import Path

from auditor.check import Check, Example

FOLDER = Path("docs/checks")


def pages(checks: Iterable[Check]) -> dict[str, str]:
    """One page in Markdown for each family, by file name."""
    ordered = sorted(checks, key=lambda check: (check.family, check.id))
    return {
        f"{family}.md": f"# {family}\n\n" + "\n".join(_section(check) for check in members)
        for family, members in groupby(ordered, key=lambda check: check.family)
    }


def write(checks: Iterable[Check], folder: Path = FOLDER) -> None:
    """Writes the pages into the folder; pages of families that are no more are deleted."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages(checks)
    for old in folder.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


def _section(check: Check) -> str:
    parts = [f"## {check.id}", f"{check.summary} Severity: {check.severity}, unless the finding says otherwise."]
    if check.implies:
        silent = ", ".join(f"`{each}`" for each in check.implies)
        parts.append(f"Where this check finds something, {silent} says nothing of the same subject.")
    parts += [f"**{title}.** {text}" for title, text in check.sections.items()]
    parts += [_example(example) for example in check.examples]
    return "\n\n".join(parts) + "\n"


def _example(example: Example) -> str:
    config = f"```toml\n{cleandoc(example.config)}\n```\n\n" if example.config else ""
    finds = "\n".join(f"- `{found}`" for found in example.finds)
    why = f"\n\nNo step of the plan: {example.because}." if not example.has_plan else ""
    return f"```sql\n{cleandoc(example.given)}\n```\n\n{config}finds\n\n{finds}{why}"


if __name__ == "__main__":
    from auditor.wiring import all_checks

    write(all_checks(), Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
