"""Remedies, and plans made of them."""

from dataclasses import dataclass

from auditor.model import Plan, RemedySql
from auditor.remedy.operation import Operation, PlanContext


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """One way to mend a finding, as operations. `kind` is in kebab-case: `set-aside`, `set-null`, `add-constraint`.

    `chosen` false makes it a variant that the plan does not run.
    """

    kind: str
    summary: str
    operations: tuple[Operation, ...]
    chosen: bool = True


def plan_of(remedy: Remedy, context: PlanContext) -> Plan:
    """The steps of one remedy."""
    raise NotImplementedError


def sql_of(plan: Plan) -> RemedySql:
    """The plan's SQL by phase, as the report shows it beside a finding."""
    raise NotImplementedError


def compose(*plans: Plan) -> Plan:
    """One plan from several: each step once, sorted by phase and order."""
    raise NotImplementedError
