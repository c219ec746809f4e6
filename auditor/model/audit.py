"""The audit: everything that a report, a plan or a later comparison reads. Its JSON is the contract."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from auditor.model.finding import Coverage, Finding
from auditor.model.plan import Plan
from auditor.model.reference import Reference
from auditor.model.subject import Subject
from auditor.model.words import Outcome, Severity

if TYPE_CHECKING:
    import pandas as pd

ConstraintState = Literal["ready", "blocked", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolInfo:
    """Who wrote the report."""

    name: str = "auditor"
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """When the audit ran and what it cost: seconds, statements sent, rows that came to the client.

    `options` are those that differ from the defaults, as text, without DSN and password; `notes` are sentences on
    what was not as usual: a newer server, a snapshot that could not be shared.
    """

    id: str
    started_at: str
    duration_s: float
    statements: int
    rows_read_by_client: int
    jobs: int
    options: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseInfo:
    """What was audited; `host` is never more than the host's name. `bytes` is pg_database_size.

    `system_identifier` tells the cluster from every other but its physical copies, `oid` the database from every other
    of the cluster, whatever it is called; None where they may not be asked.
    """

    name: str
    host: str
    server_version: str
    role: str
    bytes: int | None = None
    in_recovery: bool = False
    system_identifier: str | None = None
    oid: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The verdict in words; `complete` is false as soon as something asked for was not seen (exit code 3)."""

    verdict: str
    complete: bool
    by_severity: dict[Severity, int]
    by_outcome: dict[Outcome, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSummary:
    """One check of the catalog: how many subjects came out how. `summary` is the first line of its documentation."""

    id: str
    family: str
    summary: str
    outcomes: dict[Outcome, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """One row of the readiness matrix: a constraint that could be, or is about to be, added.

    `intended` is true for those that the configuration names; `lock` says what adding it takes; `file` is the
    file of the plan that adds it (None where the plan does not); `findings` are fingerprints.
    """

    kind: Literal["foreign-key", "not-null", "unique", "check", "row-security", "index"]
    subject: Subject
    definition: str
    state: ConstraintState
    intended: bool
    violations: int | None
    population: int | None
    reason: str = ""
    lock: str
    file: str | None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSize:
    """A table's baseline: bytes on disk; rows counted where `exact`, else the catalog's estimate, None if unknown."""

    schema: str
    table: str
    rows: int | None
    bytes: int
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRecord:
    """A statement that was sent, in the order of sending; `rows` is how many rows came to the client."""

    sql: str
    duration_s: float
    rows: int
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The whole result. Every report is a pure function of this value.

    `references` lead from columns (or from inside a value) to a key; `other_references` are those that hold for some
    rows or many times in one: polymorphic ones, by type, and arrays. No foreign key says what they say.
    """

    schema_version: Literal[1] = 1
    tool: ToolInfo
    run: Run
    database: DatabaseInfo
    summary: Summary
    coverage: tuple[Coverage, ...]
    checks: tuple[CheckSummary, ...]
    findings: tuple[Finding, ...]
    constraints: tuple[Readiness, ...]
    references: tuple[Reference, ...]
    other_references: tuple[Reference, ...] = ()
    plan: Plan
    tables: tuple[TableSize, ...]
    scans: tuple[ScanRecord, ...]

    def to_frame(self) -> "pd.DataFrame":
        """The findings as a pandas frame, one a row (extra `pandas`); columns and types: docs/python.md."""
        from auditor.model.frame import frame_of

        return frame_of(self)
