"""`report.json`: the whole audit for other programs, and for every other format later."""

from auditor.model import Audit
from auditor.model.codec import to_json
from reports.format import Format


def render(audit: Audit) -> dict[str, str]:
    """The audit as `report.json`; `reports/report.schema.json` describes it."""
    return {"report.json": to_json(audit)}


JSON = Format("json", render)
