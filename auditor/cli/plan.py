"""`auditor plan`: the plan alone, for all findings or for chosen ones."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from auditor import wiring
from auditor.cli.options import audit_options, settings
from auditor.cli.output import check_folder, write
from auditor.cli.progress import progress_bar
from auditor.errors import AuditorError
from auditor.model import Audit
from auditor.rehearsal.backup import write_drop_backup
from auditor.rehearsal.folder import read_plan
from auditor.rehearsal.triggers import write_drop_triggers
from auditor.remedy import compose
from auditor.results.summary import CLEAN, INCOMPLETE
from auditor.stored import read_audit


@click.command("plan")
@click.argument("source", metavar="[DSN|AUDIT|PLAN]", required=False)
@audit_options
@click.option("--finding", multiple=True, metavar="F-…", help="Only the steps of these findings; repeatable.")
@click.option("--drop-backup", is_flag=True, help="For PLAN: only the file that drops its quarantine for good.")
@click.option("--drop-triggers", is_flag=True, help="For PLAN: only the file that lets columns follow JSON no more.")
@click.option("--out", metavar="DIR", help="The plan is written to DIR/plan (default audit/).")
def command(source: str | None, finding: tuple[str, ...], drop_backup: bool, drop_triggers: bool, **values: Any) -> int:
    """Write the plan folder for a database, or for a stored report.json.

    Nothing is run: the files are for reading, and for psql or whom --plan-format names. Exit code 0 where the plan is
    written, 3 where the audit that it follows from has not seen everything.
    """
    if drop_backup or drop_triggers:
        return _write_afterwards(source, "--drop-backup" if drop_backup else "--drop-triggers")
    config = settings(values)
    check_folder(config.out)
    if source is not None and (source.endswith(".json") or Path(source).is_file()):
        audit = read_audit(Path(source))
    else:
        with progress_bar() as progress:
            audit = wiring.run(source, config=config, progress=progress)
    chosen = _only(audit, finding) if finding else audit
    for file in write(chosen, ("sql",), config.out, config.plan_format):
        click.echo(f"wrote {file}")
    if audit.summary.complete:
        return CLEAN
    click.echo("the plan may lack steps: the audit has not seen everything (see the report)", err=True)
    return INCOMPLETE


_AFTERWARDS = {"--drop-backup": write_drop_backup, "--drop-triggers": write_drop_triggers}


def _write_afterwards(source: str | None, option: str) -> int:
    if source is None or not Path(source).exists():
        raise AuditorError(f"{option} needs the plan that was run", "name its folder, or its report.json")
    click.echo(f"wrote {_AFTERWARDS[option](read_plan(Path(source)))}")
    return CLEAN


def _only(audit: Audit, fingerprints: tuple[str, ...]) -> Audit:
    known = {finding.fingerprint for finding in audit.findings}
    for wanted in fingerprints:
        if wanted not in known:
            raise AuditorError(f"there is no finding {wanted}", "see the fingerprints in the report")
    return replace(audit, plan=compose(audit.plan.concerning(fingerprints)))
