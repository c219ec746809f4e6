"""What can be done about a finding: operations that know their inverse, and the plan made of them."""

from auditor.remedy.back_fill import back_fill
from auditor.remedy.constraints import add_check
from auditor.remedy.decisions import await_decision
from auditor.remedy.duplicates import end_duplicates, set_aside_duplicates
from auditor.remedy.foreign_keys import add_foreign_key
from auditor.remedy.indexes import create_index, rebuild_index
from auditor.remedy.json_keys import is_movable, move_json_key
from auditor.remedy.not_null import set_not_null
from auditor.remedy.not_valid import reopen_constraint, validate_constraint
from auditor.remedy.operation import Counted, KeyToCome, Operation, PlanContext, Referral
from auditor.remedy.privileges import revoke
from auditor.remedy.referring import Referring
from auditor.remedy.remedy import Remedy, compose, plan_of, sql_of, validated_by
from auditor.remedy.rows import assign, set_aside
from auditor.remedy.security import create_policy, drop_policy, enable_row_security, force_row_security
from auditor.remedy.uniqueness import add_unique
from auditor.remedy.views import populate_view

__all__ = [
    "Counted",
    "KeyToCome",
    "Operation",
    "PlanContext",
    "Referral",
    "Referring",
    "Remedy",
    "add_check",
    "add_foreign_key",
    "add_unique",
    "assign",
    "await_decision",
    "back_fill",
    "compose",
    "create_index",
    "create_policy",
    "drop_policy",
    "enable_row_security",
    "end_duplicates",
    "force_row_security",
    "is_movable",
    "move_json_key",
    "plan_of",
    "populate_view",
    "rebuild_index",
    "reopen_constraint",
    "revoke",
    "set_aside",
    "set_aside_duplicates",
    "set_not_null",
    "sql_of",
    "validate_constraint",
    "validated_by",
]
