"""A rehearsal: what came of a plan that was tried on a copy."""

from dataclasses import dataclass
from typing import Literal

RehearsalVerdict = Literal["proved", "not-proved", "incomplete"]
CopiedRows = Literal["all", "sample", "given"]
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A plan applied twice, verified, audited again and rolled back on a copy, and the copy compared with before.

    `rows` says what the copy held: all rows, a sample, or what somebody else's copy held; `tables` how many rows were
    copied of which. `role` is whom the plan ran as, empty for a superuser of the copy's own. `failures` are what
    disproves the plan, `gaps` what was not rehearsed, `uncompared` places of which nobody can tell whether they are
    as before, `traces` tables in which rows stay that triggers of the team's own wrote, `notes` what is as it has to
    be and worth knowing. Times are None for what did not come to its end.
    """

    at: str
    place: str
    verdict: RehearsalVerdict
    rows: CopiedRows
    tables: dict[str, int]
    applied_s: float | None
    rolled_back_s: float | None
    blockers_left: int | None
    role: str = ""
    failures: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    uncompared: tuple[str, ...] = ()
    traces: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """All of it in one sentence, for reports and terminals."""
        role = f" as {self.role}" if self.role else ""
        return f"rehearsed on {self.at} on {self.place} {self._scope}{role}: {'; '.join(self._outcome)}"

    @property
    def next_step(self) -> str:
        """What to do now."""
        if self.verdict == "not-proved":
            return (
                "do not run this plan; mend what stopped it, or leave the finding out of the plan, then audit and"
                " rehearse again"
            )
        if self.verdict == "incomplete" and self.uncompared:
            return "rehearse it as a role that may read every table of the copy, before you run it"
        if self.verdict == "incomplete":
            return "rehearse it with --on a copy of your own that has what was missing here, before you run it"
        return "read the plan's README.md, then run its files in their order"

    @property
    def _scope(self) -> str:
        if self.rows == "given":
            return "as it was"
        rows, tables = sum(self.tables.values()), len(self.tables)
        part = "all" if self.rows == "all" else "a sample of"
        return f"with {part} {rows:,} rows of {tables:,} tables"

    @property
    def _outcome(self) -> tuple[str, ...]:
        whole = ("not everything was rehearsed",) if self.gaps else ()
        if self.verdict == "not-proved":
            return ("not proved", *self.failures[:1], *whole)
        if self.applied_s is None:
            return ("not applied to its end", *whole)
        applied = f"applied in {self.applied_s:.1f} s"
        left = f"{self.blockers_left} blockers left"
        return (f"{applied}, {left}, {self._rolled_back}", *whole)

    @property
    def _rolled_back(self) -> str:
        if self.rolled_back_s is None:
            return "not rolled back"
        if not self.uncompared:
            traces = f"but for what triggers wrote to {', '.join(self.traces)}" if self.traces else "without a trace"
            return f"rolled back {traces}"
        more = len(self.uncompared) - _NAMED
        named = ", ".join(self.uncompared[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
        traces = f" but for what triggers wrote to {', '.join(self.traces)}" if self.traces else ""
        return f"rolled back{traces}, and not compared with before in {named}"
