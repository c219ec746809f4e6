"""What a DBA does with a plan: run it twice, look again, take it back twice, stop it anywhere, run it again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import auditor
from auditor.config import Config
from auditor.model import Audit, Phase, Severity
from reports import SQL
from tests.identity import Snapshot, snapshot_of
from tests.servers import Database

_BUILDING = (Phase.FENCE, Phase.CLEANUP, Phase.INDEXES, Phase.CONSTRAINTS)


@dataclass(frozen=True)
class Circle:
    """A plan on the database that it was written for, and what that was like before.

    `outside` are tables that the database's own triggers write: what they wrote stays.
    """

    database: Database
    audit: Audit
    folder: Path
    before: Snapshot
    outside: tuple[str, ...] = ()

    def apply(self) -> None:
        """All files in their order, the rollback left out."""
        for phase in Phase:
            if phase is not Phase.ROLLBACK:
                self._run(phase)

    def apply_half(self) -> None:
        """The first half of the steps of each file that changes something, as where each was interrupted."""
        self._run(Phase.GUARD)
        for phase in _BUILDING:
            steps = [step.sql for step in self.audit.plan.steps if step.phase is phase]
            done = self.database.psql("\n".join(steps[: (len(steps) + 1) // 2]))
            # The half of a file may stop where it needs the other half of the one before.
            assert done.returncode in (0, 3), done.stderr

    def roll_back(self) -> None:
        """The rollback."""
        self._run(Phase.ROLLBACK)

    def state(self) -> Snapshot:
        """What the identity law compares."""
        return _state(self.database, self.outside)

    def unmended(self) -> list[str]:
        """The blockers of the first audit that the plan has steps for, and that another audit still finds."""
        mended = {fingerprint for step in self.audit.plan.steps for fingerprint in step.fingerprints}
        found = auditor.run(self.database.dsn, config=Config()).findings
        return [str(each) for each in found if each.severity is Severity.BLOCKER and each.fingerprint in mended]

    def _run(self, phase: Phase) -> None:
        file = self.folder / phase.file
        if file.exists():
            done = self.database.psql(file)
            assert done.returncode == 0, f"{file.name}: {done.stderr[-3000:]}"


def _state(database: Database, outside: tuple[str, ...]) -> Snapshot:
    with database.connect() as connection:
        whole = snapshot_of(connection, database.pg_dump())
    return replace(whole, rows={name: rows for name, rows in whole.rows.items() if name not in outside})


def begin(database: Database, folder: Path, outside: tuple[str, ...] = ()) -> Circle:
    """Audits the database and writes the plan."""
    audit = auditor.run(database.dsn, config=Config())
    for name, text in SQL.render(audit).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Circle(database, audit, folder / "plan", _state(database, outside), outside)


def full_circle(database: Database, folder: Path, outside: tuple[str, ...] = ()) -> Circle:
    """Twice forward, audited again, twice back; half of it, back; half of it, all of it, back."""
    circle = begin(database, folder, outside)
    circle.apply()
    between = circle.state()
    circle.apply()
    assert circle.state() == between
    assert circle.unmended() == []
    circle.roll_back()
    assert circle.state() == circle.before
    circle.roll_back()
    assert circle.state() == circle.before

    circle.apply_half()
    circle.roll_back()
    assert circle.state() == circle.before
    circle.apply_half()
    circle.apply()
    assert circle.unmended() == []
    circle.roll_back()
    assert circle.state() == circle.before
    return circle
