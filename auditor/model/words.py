"""The few words with a fixed set of values."""

from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is. `rank` grows with it."""

    BLOCKER = "blocker"
    """A declared, planned or plainly intended constraint does not hold or cannot be added; or data is reachable by
    a role that must not reach it."""
    WARNING = "warning"
    ADVICE = "advice"

    @property
    def rank(self) -> int:
        """0 for advice, 1 for warning, 2 for blocker."""
        return (Severity.ADVICE, Severity.WARNING, Severity.BLOCKER).index(self)


class Outcome(StrEnum):
    """What came out of a check on one subject."""

    PASSED = "passed"
    """Measured in full, no violation."""
    FAILED = "failed"
    """Violations found, or the catalog proves the defect."""
    ESTIMATED = "estimated"
    """Measured on a sample."""
    VACUOUS = "vacuous"
    """The population is empty: an empty table, or only NULLs."""
    HIDDEN = "hidden"
    """The rows are not visible to this role: row security, or no privilege on table or column."""
    ERROR = "error"
    """The measurement broke: timeout, dropped, truncated or rewritten meanwhile, cancelled."""
    SKIPPED = "skipped"
    """Not measured: switched off, over the budget, or beyond what the auditor can measure."""

    @property
    def is_complete(self) -> bool:
        """Whether the subject was seen as well as it can be."""
        return self in (Outcome.PASSED, Outcome.FAILED, Outcome.ESTIMATED, Outcome.VACUOUS)


class Certainty(StrEnum):
    """How a finding is known: rows counted or a catalog fact, or a conclusion from names and statistics."""

    PROVEN = "proven"
    INFERRED = "inferred"


class Status(StrEnum):
    """A finding against the runs before; `new` until runs are compared."""

    NEW = "new"
    KNOWN = "known"
    ACCEPTED = "accepted"
