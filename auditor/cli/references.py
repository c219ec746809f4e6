"""`auditor references`: which columns refer to which table, declared or not, and why the auditor thinks so."""

import os
from pathlib import Path

import click

from auditor.catalog import Scope
from auditor.catalog.read import read_catalog
from auditor.cli.listing import FORMATS
from auditor.cli.options import settings
from auditor.cli.output import readers_may_leave
from auditor.config import Config
from auditor.connect import open_session, resolve
from auditor.intentions import require_known
from auditor.references import Found, find_references
from auditor.results.summary import CLEAN, INCOMPLETE

_LEAST_OF_ALL = 0.2


@click.command("references")
@click.argument("dsn", required=False)
@click.option("--config", type=click.Path(path_type=Path), help="auditor.toml; options here override it.")
@click.option("--schema", multiple=True, metavar="GLOB", help="Only tables of these schemas; `!` excludes.")
@click.option("--table", multiple=True, metavar="GLOB", help="Only these tables; `!` excludes.")
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS]),
    default="text",
    help="Default text; toml: the lines for auditor.toml.",
)
@click.option(
    "--all", "with_hidden", is_flag=True, help="Also those that no audit measures, down to a confidence of .20."
)
def command(dsn: str | None, form: str, with_hidden: bool, **values: object) -> int:
    """List the references of the database behind DSN: declared ones, and those inferred from names and values.

    Each inferred one has its confidence, its evidence, and the line for auditor.toml that accepts or rejects it. No row
    is counted: `auditor run` does that. Exit code 0, or 3 where something could not be looked up.
    """
    config = settings(values)
    least = _LEAST_OF_ALL if with_hidden else config.thresholds.reference_confidence
    found = _find(dsn, config, least)
    with readers_may_leave():
        click.echo(FORMATS[form](found.references, config), nl=False)
    unseen = [each for each in found.unseen if not each.is_complete]
    for each in unseen:
        click.echo(f"not seen: {each.subject}: {each.reason}", err=True)
    return INCOMPLETE if unseen else CLEAN


def _find(dsn: str | None, config: Config, least: float) -> Found:
    with open_session(resolve(dsn, os.environ), statement_timeout_s=config.timeout) as session:
        catalog = read_catalog(session.main, Scope(schemas=config.schema, tables=config.table))
        require_known(catalog, config)
        return find_references(session.main, catalog, config, least=least)
