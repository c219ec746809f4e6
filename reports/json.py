"""`report.json`: the whole audit for other programs, and for every other format later."""

from auditor.model.codec import json_pieces
from reports.format import Format

JSON = Format("json", lambda audit: {"report.json": json_pieces(audit)})
"""`reports/report.schema.json` describes it."""
