"""What a terminal shows after an audit."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from auditor.model import Audit
from auditor.wiring import terminal_text


def show(audit: Audit, files: Sequence[Path]) -> None:
    """Prints one line a finding, the summary, and where the reports are."""
    terminal = sys.stdout.isatty()
    color = terminal and "NO_COLOR" not in os.environ
    width = shutil.get_terminal_size().columns if terminal else None
    plan = next((str(file.parent) for file in files if file.parent.name == "plan"), None)
    click.echo(terminal_text(audit, color=color, width=width, plan=plan))
    for place in dict.fromkeys(_shown(file) for file in files):
        click.echo(f"  wrote {place}")


def _shown(file: Path) -> str:
    """A file of the plan is shown as its folder."""
    return f"{file.parent}/" if file.parent.name == "plan" else str(file)
