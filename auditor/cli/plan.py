"""`auditor plan`: the plan alone, for all findings or for chosen ones."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from auditor import wiring
from auditor.cli.options import audit_options, settings
from auditor.cli.output import check_folder, write
from auditor.cli.progress import progress_bar
from auditor.cli.stored import read_audit
from auditor.errors import AuditorError
from auditor.model import Audit
from auditor.results.summary import CLEAN, INCOMPLETE


@click.command("plan")
@click.argument("source", metavar="[DSN|AUDIT]", required=False)
@audit_options
@click.option("--finding", multiple=True, metavar="F-…", help="Only the steps of these findings; repeatable.")
@click.option("--out", metavar="DIR", help="The plan is written to DIR/plan (default audit/).")
def command(source: str | None, finding: tuple[str, ...], **values: Any) -> int:
    """Write the plan folder for a database, or for a stored report.json.

    Nothing is run: the files are for reading, and for psql. Exit code 0 where the plan is written, 3 where the audit
    that it follows from has not seen everything.
    """
    config = settings(values)
    check_folder(config.out)
    if source is not None and (source.endswith(".json") or Path(source).is_file()):
        audit = read_audit(Path(source))
    else:
        with progress_bar() as progress:
            audit = wiring.run(source, config=config, progress=progress)
    for file in write(_only(audit, finding) if finding else audit, ("sql",), config.out):
        click.echo(f"wrote {file}")
    if audit.summary.complete:
        return CLEAN
    click.echo("the plan may lack steps: the audit has not seen everything (see the report)", err=True)
    return INCOMPLETE


def _only(audit: Audit, fingerprints: tuple[str, ...]) -> Audit:
    known = {finding.fingerprint for finding in audit.findings}
    for wanted in fingerprints:
        if wanted not in known:
            raise AuditorError(f"there is no finding {wanted}", "see the fingerprints in the report")
    steps = tuple(
        replace(step, fingerprints=tuple(each for each in step.fingerprints if each in fingerprints))
        for step in audit.plan.steps
        if not {*fingerprints}.isdisjoint(step.fingerprints)
    )
    return replace(audit, plan=replace(audit.plan, steps=steps))
