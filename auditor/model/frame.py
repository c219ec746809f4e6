"""Findings as a pandas frame, for notebooks. Needs the extra `pandas`; imported only where it is used."""

from typing import TYPE_CHECKING

from auditor.model.words import Severity

if TYPE_CHECKING:
    import pandas as pd

    from auditor.model.audit import Audit

COLUMNS = {
    "fingerprint": "string",
    "check": "string",
    "family": "string",
    "severity": None,
    "certainty": "category",
    "outcome": "category",
    "status": "category",
    "schema": "string",
    "table": "string",
    "columns": "string",
    "subject": "string",
    "violations": "Int64",
    "population": "Int64",
    "share": "Float64",
    "exact": "boolean",
    "confidence": "Float64",
    "message": "string",
    "hint": "string",
}


def frame_of(audit: "Audit") -> "pd.DataFrame":
    """One row a finding, worst first; `severity` is an ordered category, `share` between 0 and 1.

    Counts and shares are missing where the catalog proves a finding without rows; `columns` is comma-separated.
    """
    import pandas as pd

    rows = [
        {
            "fingerprint": finding.fingerprint,
            "check": finding.check,
            "family": finding.family,
            "severity": finding.severity.value,
            "certainty": finding.certainty.value,
            "outcome": finding.outcome.value,
            "status": finding.status.value,
            "schema": finding.subject.schema,
            "table": finding.subject.table,
            "columns": ", ".join(finding.subject.columns),
            "subject": str(finding.subject),
            "violations": finding.violations,
            "population": finding.population,
            "share": finding.violations / finding.population if finding.violations and finding.population else None,
            "exact": finding.exact,
            "confidence": finding.reference.confidence if finding.reference else None,
            "message": finding.message,
            "hint": finding.hint,
        }
        for finding in audit.findings
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    ordered = pd.CategoricalDtype([each.value for each in sorted(Severity, key=lambda each: each.rank)], ordered=True)
    return frame.astype({name: kind or ordered for name, kind in COLUMNS.items()})
