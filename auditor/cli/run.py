"""`auditor run`: the main job."""

from typing import Any

import click

from auditor import wiring
from auditor.cli.options import audit_options, settings
from auditor.cli.output import check_folder, check_formats, readers_may_leave, write
from auditor.cli.progress import progress_bar
from auditor.cli.screen import show
from auditor.config import Config
from auditor.model import Audit
from auditor.results.summary import exit_code


@click.command("run")
@click.argument("dsn", required=False)
@audit_options
@click.option("--out", metavar="DIR", help="Folder for the reports (default audit/); - for stdout.")
@click.option("--format", multiple=True, metavar="NAMES", help="html, json, sql (default all three).")
@click.option("--fail-on", type=click.Choice(["blocker", "warning", "advice", "never"]), help="Default blocker.")
def command(dsn: str | None, **values: Any) -> int:
    """Audit the database behind DSN and write the reports.

    DSN: postgresql://… or key=value words; else AUDITOR_DSN, DATABASE_URL, or libpq's own settings (PGHOST, a
    service, a password file). The session is read-only.
    """
    config = settings(values)
    formats = check_formats(config.format, config.out)
    check_folder(config.out)
    with progress_bar() as progress:
        audit = wiring.run(dsn, config=config, progress=progress)
    return finish(audit, formats, config)


def finish(audit: Audit, formats: tuple[str, ...], config: Config) -> int:
    """Writes the reports, shows the findings unless stdout carries a report, and gives the exit code."""
    files = write(audit, formats, config.out, config.plan_format)
    if config.out != "-":
        with readers_may_leave():
            show(audit, files)
    return exit_code(audit, config.fail_on)
