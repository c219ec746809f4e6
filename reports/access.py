"""What would let the next audit see what this one did not."""

import re

from auditor.model import Audit, Outcome, printable
from reports.groups import unseen_groups


def to_see_more(audit: Audit) -> str:
    """What to do, as one line; empty where everything that was asked for was seen."""
    if audit.summary.complete:
        return ""
    if not audit.tables:
        return "name another database, or widen --schema and --table"
    groups = unseen_groups(audit)
    hidden = [group.reason for group in groups if group.outcome is Outcome.HIDDEN]
    statements = {
        f"GRANT pg_read_all_data TO {_role(audit)};": any(" SELECT" in each or " USAGE" in each for each in hidden),
        f"ALTER ROLE {_role(audit)} BYPASSRLS;": any("row security" in each for each in hidden),
    }
    needed = [statement for statement, applies in statements.items() if applies]
    broken = any(group.outcome is not Outcome.HIDDEN for group in groups)
    again = "audit again" + " while nobody changes these tables, or with more --timeout and --budget" * broken
    return " ".join([*needed, f"then {again}" if needed else again])


def _role(audit: Audit) -> str:
    name = audit.database.role
    quoted = name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'
    return printable(quoted)
