"""`auditor checks`: the catalog of checks."""

from inspect import cleandoc
from itertools import groupby

import click

from auditor import wiring
from auditor.check import Check
from auditor.config import nearest
from auditor.errors import AuditorError


@click.command("checks")
@click.argument("identifier", metavar="[ID]", required=False)
def command(identifier: str | None) -> int:
    """List the checks by family, or show one in full."""
    known = wiring.all_checks()
    if identifier is None:
        _list(known)
        return 0
    chosen = {check.id: check for check in known}.get(identifier)
    if chosen is None:
        raise AuditorError(f"there is no check {identifier!r}", nearest(identifier, [check.id for check in known]))
    _show(chosen)
    return 0


def _list(known: tuple[Check, ...]) -> None:
    width = max(len(check.id) for check in known)
    for family, members in groupby(known, key=lambda check: check.family):
        click.secho(family, bold=True)
        for check in members:
            click.echo(f"  {check.id:<{width}}  {check.severity:<8}  {check.summary}")


def _show(check: Check) -> None:
    click.secho(f"{check.id}  ({check.family}, {check.severity})", bold=True)
    click.echo(f"\n{check.summary}")
    for title, text in check.sections.items():
        click.secho(f"\n{title}", bold=True)
        click.echo(text)
    example = check.examples[0]
    click.secho("\nExample", bold=True)
    click.echo(cleandoc(example.given))
    click.echo("finds:\n" + "\n".join(f"  {found}" for found in example.finds))
