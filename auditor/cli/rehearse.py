"""`auditor rehearse`: a plan is proved on a copy before anybody runs it."""

import os
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

import click

from auditor.cli.output import readers_may_leave
from auditor.config import Config, load_config
from auditor.connect import resolve
from auditor.model import Rehearsal
from auditor.rehearsal.folder import read_plan, record
from auditor.rehearsal.rehearse import rehearse, rehearse_on

PROVED, NOT_PROVED, INCOMPLETE = 0, 1, 3
_LISTED = 20
_LONGEST = 600


@click.command("rehearse")
@click.argument("plan", type=click.Path(path_type=Path))
@click.argument("dsn", required=False)
@click.option("--on", metavar="DSN", help="A copy to try it on, instead of one made for it.")
@click.option("--yes-this-is-a-copy", "is_copy", is_flag=True, help="--on names a copy, whatever it looks like.")
@click.option("--config", type=click.Path(path_type=Path), help="The auditor.toml that the audit ran with.")
def command(plan: Path, dsn: str | None, on: str | None, is_copy: bool, config: Path | None) -> int:
    """Try PLAN (a plan folder, or a report.json) on a copy: apply it, verify, audit, apply again, roll back, compare.

    DSN is the audited database, named as for `run`. It is only read: schema and rows are copied to a private server
    that is gone at the end. With --on, nothing is copied: the plan runs there. The verdict is written into plan.json,
    README.md and the reports beside.

    Exit codes: 0 proved, 1 not proved, 2 wrong use, 3 not everything could be rehearsed.
    """
    read = read_plan(plan)
    settings = read.config(load_config(config) if config is not None else Config())
    if on is None:
        rehearsal = rehearse(read, resolve(dsn, os.environ), settings, _announce)
    else:
        audited = resolve(dsn, os.environ) or None
        rehearsal = rehearse_on(read, resolve(on, {}), settings, audited=audited, is_copy=is_copy)
    files = record(read, rehearsal)
    with readers_may_leave():
        _show(rehearsal)
        for file in files:
            click.echo(f"  wrote {file}")
    return INCOMPLETE if rehearsal.gaps else NOT_PROVED if rehearsal.failures else PROVED


def _show(rehearsal: Rehearsal) -> None:
    if rehearsal.tables:
        largest = sorted(rehearsal.tables.items(), key=lambda each: -each[1])
        more = f" and {len(largest) - _LISTED} tables more, as plan.json says" if len(largest) > _LISTED else ""
        click.echo("rows were copied of " + ", ".join(f"{name} ({n:,})" for name, n in largest[:_LISTED]) + more)
    click.echo(rehearsal.sentence)
    for title, lines in (
        ("not proved", rehearsal.failures),
        ("not rehearsed", rehearsal.gaps),
        ("to know", rehearsal.notes),
    ):
        for line in lines:
            more = " …, as plan.json says" if len(line) > _LONGEST else ""
            click.echo(f"  {title}: {line[:_LONGEST]}{more}")
    click.echo(f"  next: {rehearsal.next_step}")


def _announce(tables: Sequence[str]) -> None:
    """Before any row is read."""
    where = "a private server, in a folder that only it can read and that is gone at the end"
    click.echo(f"copying rows of {len(tables):,} table{'' if len(tables) == 1 else 's'} to {where}:", err=True)
    click.echo(fill(", ".join(tables), 118, initial_indent="  ", subsequent_indent="  "), err=True)
