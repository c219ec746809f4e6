"""What the catalog says beforehand of probes whose rows this role will not see."""

from auditor.catalog import Table
from auditor.model import Outcome, printable
from auditor.planner.scan import Unseen
from auditor.probe import Probe, ReferenceProbe


def foretold(probe: Probe) -> Unseen | None:
    """Why the probe need not be sent: it would fail, or count fewer rows than there are. None where all is visible."""
    reason = _why_not(probe.table, probe.columns)
    if reason is None and isinstance(probe, ReferenceProbe):
        reason = _why_not(probe.referenced, probe.referenced_columns)
    return None if reason is None else Unseen(Outcome.HIDDEN, printable(reason))


def _why_not(table: Table, columns: tuple[str, ...]) -> str | None:
    name = f"{table.schema}.{table.name}"
    unreadable = ", ".join(column for column in columns if not table.column(column).readable)
    reasons = {
        f"{name} is a foreign table: its rows are on another server": table.kind == "foreign",
        f"a partition of {name} is a foreign table: its rows are on another server": table.has_foreign_leaves,
        f"{name} is not populated": not table.populated,
        f"this role has no USAGE on schema {table.schema}": not table.schema_usable,
        f"this role has no SELECT on {name}": not table.readable,
        f"this role has no SELECT on {name}({unreadable})": bool(unreadable),
        f"row security hides rows of {name} from this role": table.row_security_active,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)
