"""`auditor report`: a stored audit, rendered again."""

from pathlib import Path

import click

from auditor.cli.options import plan_format
from auditor.cli.output import check_formats, write
from auditor.config import PlanFormat
from auditor.stored import read_audit


@click.command("report")
@click.argument("audit", type=click.Path(path_type=Path))
@click.option("--format", multiple=True, default=("html",), show_default=True, metavar="NAMES", help="html, json, sql.")
@plan_format
@click.option("--out", default="audit", show_default=True, metavar="DIR", help="Folder for the reports; - for stdout.")
def command(audit: Path, format: tuple[str, ...], out: str, plan_format: PlanFormat | None) -> int:
    """Render AUDIT (a report.json) again: byte for byte what the live run wrote."""
    for file in write(read_audit(audit), check_formats(format, out), out, plan_format or "psql"):
        click.echo(f"wrote {file}")
    return 0
