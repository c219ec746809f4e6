"""Probes → scans: the fewest statements that answer all of them. Pure: no connection."""

from auditor.planner.empty import lightened
from auditor.planner.forms import settings_of
from auditor.planner.met import key_columns, row_key_json, two_of_each
from auditor.planner.plan import SMALL_PAGES, plan_scans
from auditor.planner.scan import Answer, Quantity, Scan, ScanPlan, Unseen, halves, measured, pages_of, statement_of

__all__ = [
    "SMALL_PAGES",
    "Answer",
    "Quantity",
    "Scan",
    "ScanPlan",
    "Unseen",
    "halves",
    "key_columns",
    "lightened",
    "measured",
    "pages_of",
    "plan_scans",
    "row_key_json",
    "settings_of",
    "statement_of",
    "two_of_each",
]
