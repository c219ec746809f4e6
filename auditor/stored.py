"""A report.json as the audit that it holds."""

from pathlib import Path

from auditor.errors import AuditorError
from auditor.model import Audit
from auditor.model.codec import from_json


def read_audit(path: Path) -> Audit:
    """The audit in that file; AuditorError where it is none."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AuditorError(f"{path} cannot be read: {error.strerror}", "name a report.json") from None
    except ValueError as error:
        raise AuditorError(f"{path} is no report of this version: {error}", "run the audit again") from None
