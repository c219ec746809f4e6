"""`auditor demo`: the main job on a database that is made for it."""

from typing import Any

import click

from auditor import wiring
from auditor.cli.options import audit_options, settings
from auditor.cli.output import check_folder, check_formats
from auditor.cli.progress import progress_bar
from auditor.cli.run import finish
from auditor.demo.server import CONFIG, calliq_server
from auditor.results.summary import CLEAN, INCOMPLETE


@click.command("demo")
@audit_options
@click.option("--out", metavar="DIR", help="Folder for the reports (default audit/).")
@click.option("--format", multiple=True, metavar="NAMES", help="html, json, sql (default all three).")
def command(**values: Any) -> int:
    """Start an embedded PostgreSQL, load the calliq scenario, audit it, and write the reports.

    Needs no database. The scenario is dirty by design: findings do not make this command fail.
    """
    values["config"] = values["config"] or CONFIG
    config = settings(values)
    formats = check_formats(config.format, config.out)
    check_folder(config.out)
    click.echo("starting an embedded PostgreSQL and loading the calliq scenario …", err=True)
    with calliq_server() as dsn, progress_bar() as progress:
        audit = wiring.run(dsn, config=config, progress=progress)
    finish(audit, formats, config)
    return CLEAN if audit.summary.complete else INCOMPLETE
