"""The JSON that the page carries: the whole report while it is small, else a view of the worst of it."""

from dataclasses import replace
from itertools import islice

from auditor.model import Audit, Plan
from auditor.model.codec import to_json_line
from reports.groups import FindingGroup

_WHOLE, _CAPPED = 1_000_000, 150_000  # bytes


def embedded(audit: Audit, groups: tuple[FindingGroup, ...]) -> tuple[str, dict[str, int]]:
    """The JSON for the page and, where it is a capped view, how many of what it leaves out."""
    if sum(len(step.sql) for step in audit.plan.steps) < _WHOLE:  # else it need not be written to be measured
        text = to_json_line(audit)
        if len(text.encode()) < _WHOLE:
            return text, {}
    most = 256
    while True:
        view = _view(audit, groups, most)
        left_out = {name: len(getattr(audit, name)) - len(getattr(view, name)) for name in _LISTS} | {
            "plan steps": len(audit.plan.steps)
        }
        text = to_json_line(view)
        if len(text.encode()) < _CAPPED or not most:
            return text, {name: number for name, number in left_out.items() if number}
        most //= 2


_LISTS = (
    "coverage",
    "checks",
    "findings",
    "constraints",
    "references",
    "other_references",
    "tables",
    "scans",
)


def _view(audit: Audit, groups: tuple[FindingGroup, ...], most: int) -> Audit:
    """The worst of the audit, without SQL."""
    findings = islice((each for group in groups for each in group.findings), most)
    return replace(
        audit,
        coverage=audit.coverage[:most],
        checks=audit.checks[:most],
        findings=tuple(replace(each, detection_sql=None, remedies=(), witnesses=()) for each in findings),
        constraints=audit.constraints[:most],
        references=audit.references[:most],
        other_references=audit.other_references[:most],
        plan=Plan(id=audit.plan.id, rehearsal=audit.plan.rehearsal),
        tables=audit.tables[:most],
        scans=(),
    )
