"""`plan --drop-triggers`: the file that ends what keeps columns for keys inside JSON in step, when it is wanted."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import AuditorError
from auditor.model import Phase, printable
from auditor.rehearsal.backup import write_into
from auditor.rehearsal.folder import PlanFolder
from auditor.remedy.guards import is_server_step
from auditor.remedy.json_keys import ends_following

FILE = "60-drop-triggers.sql"


def drop_triggers(plan: PlanFolder) -> str:
    """The file. AuditorError where the plan has made no such trigger."""
    dropping = tuple(filter(ends_following, plan.steps(Phase.ROLLBACK)))
    if not dropping:
        raise AuditorError("this plan makes no trigger that keeps a column in step", "there is nothing to drop")
    audit = plan.audit
    head = (
        f"{FILE}: {'; '.join(step.title for step in dropping)}",
        f"plan {audit.plan.id} for database {audit.database.name} on {audit.database.host}",
        f"audited {audit.run.started_at}, run {audit.run.id}, auditor {audit.tool.version}",
        "run it once the application writes the column itself; it changes no row, and can be run again",
        "the plan can be rolled back after it, while the column holds nothing that is not in the JSON",
        f"psql -X -v ON_ERROR_STOP=1 -f {FILE}",
    )
    comments = "\n".join(f"-- {printable(line)}" for line in head)
    first = tuple(filter(is_server_step, plan.steps(Phase.ROLLBACK)))
    steps = (step.sql.rstrip("\n") for step in (*first, *dropping))
    return "\n\n".join((comments, "\\set ON_ERROR_STOP on\n\\encoding UTF8", *steps)) + "\n"


def write_drop_triggers(plan: PlanFolder) -> Path:
    """Writes it into the plan folder."""
    return write_into(plan, FILE, drop_triggers(plan))
