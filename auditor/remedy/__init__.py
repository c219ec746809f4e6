"""What can be done about a finding: operations that know their inverse, and the plan made of them."""

from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.remedy import Remedy, compose, plan_of, sql_of

__all__ = ["Operation", "PlanContext", "Remedy", "compose", "plan_of", "sql_of"]
