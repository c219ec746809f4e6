"""`auditor verify`: what a plan has left of its findings."""

import os
from collections.abc import Iterable
from pathlib import Path

import click

from auditor.cli.output import readers_may_leave
from auditor.config import Config, load_config
from auditor.connect import resolve
from auditor.knowledge.wording import counted
from auditor.model import Finding, printable
from auditor.rehearsal.aftermath import Aftermath, look_after
from auditor.rehearsal.folder import read_plan

PROVED, NOT_PROVED, INCOMPLETE = 0, 1, 3


@click.command("verify")
@click.argument("plan", type=click.Path(path_type=Path))
@click.argument("dsn", required=False)
@click.option("--config", type=click.Path(path_type=Path), help="The auditor.toml that the audit ran with.")
def command(plan: Path, dsn: str | None, config: Path | None) -> int:
    """Look at the database behind DSN after PLAN (a plan folder, or a report.json) was run on it.

    Runs the plan's verification read-only, audits afresh, and compares: which findings are gone, left, new, and of
    which nobody can tell, as their tables are not there or not seen.

    Exit codes: 0 all of it holds, 1 a violation, or a blocker of the plan, is left, or a blocker is new, 2 wrong use,
    3 not everything was seen.
    """
    read = read_plan(plan)
    settings = read.config(load_config(config) if config is not None else Config())
    after = look_after(read, resolve(dsn, os.environ), settings)
    with readers_may_leave():
        _show(after)
    if not after.is_complete:
        return INCOMPLETE
    return PROVED if after.is_proved else NOT_PROVED


def _show(after: Aftermath) -> None:
    for said in after.refused:
        click.echo(f"not verified: {said}")
    for word, findings in (("left", after.left), ("unseen", after.unseen), ("new", after.new), ("gone", after.gone)):
        for line in _lines(findings):
            click.echo(f"{word}  {line}")
    refuse = "refuses" if len(after.refused) == 1 else "refuse"
    verified = f"{counted(len(after.refused), 'step')} of the verification {refuse}" if after.refused else "verified"
    unseen = f", {len(after.unseen)} that nobody can tell of" if after.unseen else ""
    counts = (
        f"{counted(len(after.gone), 'finding')} of the plan gone, {len(after.left)} left{unseen}, {len(after.new)} new"
    )
    click.echo(f"{verified}; {counts}")
    if not after.audit.summary.complete:
        click.echo(f"not everything was seen: {after.audit.summary.verdict}")


def _lines(findings: Iterable[Finding]) -> Iterable[str]:
    return (printable(f"{each.fingerprint}  {each.severity:<7}  {each.check}: {each.message}") for each in findings)
