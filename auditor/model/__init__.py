"""The words of the auditor as frozen plain values. Imports nothing of ours."""

from auditor.model.audit import (
    Audit,
    CheckSummary,
    ConstraintState,
    DatabaseInfo,
    Readiness,
    Run,
    ScanRecord,
    Summary,
    TableSize,
    ToolInfo,
)
from auditor.model.finding import Coverage, Finding, Remedy, RemedySql, Witness
from auditor.model.plan import DECISION, ROOM, Note, Phase, Plan, Room, Step
from auditor.model.reference import Reference, ReferencedSide, When
from auditor.model.rehearsal import CopiedRows, Rehearsal, RehearsalVerdict
from auditor.model.script import Part, psql_text
from auditor.model.subject import Subject, SubjectKind, fingerprint, printable
from auditor.model.words import Certainty, Outcome, Severity, Status

__all__ = [
    "DECISION",
    "ROOM",
    "Audit",
    "Certainty",
    "CheckSummary",
    "ConstraintState",
    "CopiedRows",
    "Coverage",
    "DatabaseInfo",
    "Finding",
    "Note",
    "Outcome",
    "Part",
    "Phase",
    "Plan",
    "Readiness",
    "Reference",
    "ReferencedSide",
    "Rehearsal",
    "RehearsalVerdict",
    "Remedy",
    "RemedySql",
    "Room",
    "Run",
    "ScanRecord",
    "Severity",
    "Status",
    "Step",
    "Subject",
    "SubjectKind",
    "Summary",
    "TableSize",
    "ToolInfo",
    "When",
    "Witness",
    "fingerprint",
    "printable",
    "psql_text",
]
