"""What the formats of a plan share: its README, `plan.json`, and comments that no name can leave."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from auditor.model import Audit, Finding, Part, Phase, Plan, Severity, Step, TableSize, printable
from reports.notes import grouped
from reports.phases import WHAT
from reports.templating import markdown_page

_NAMED = 6  # fingerprints of a step in the README: a guard is there for all of them
_LISTED = 30  # steps of a phase, subjects of a note
_LARGEST = 5
_STRONG = ("ACCESS EXCLUSIVE", "SHARE ROW EXCLUSIVE")
_WAIT = "lock_timeout"


@dataclass(frozen=True, slots=True)
class Stretch:
    """The steps of a phase as the README tells of them; `place` is the file, or the files, that they stand in,
    `begins` what every phase begins with.
    """

    phase: Phase
    place: str
    steps: tuple[Step, ...]
    begins: tuple[Part, ...]

    @property
    def what(self) -> str:
        """What the phase is for."""
        return WHAT[self.phase]

    @property
    def listed(self) -> list[tuple[int, Step]]:
        """The steps with their numbers, but for the one that begins every phase."""
        return [each for each in enumerate(self.steps, 1) if each[1].parts != self.begins]

    @property
    def rows(self) -> int | None:
        """How many rows its steps are expected to change."""
        return rows_of(self.steps)


def steps_of(audit: Audit, phase: Phase) -> tuple[Step, ...]:
    """The steps of a phase in their order."""
    return tuple(step for step in audit.plan.steps if step.phase is phase)


def rows_of(steps: Sequence[Step]) -> int | None:
    """How many rows the steps are expected to change; None where no step says."""
    known = [step.rows for step in steps if step.rows is not None]
    return sum(known) if known else None


def comment(*lines: str) -> str:
    """SQL comment lines. A newline in a name would end the comment and begin a statement: `printable` writes it out."""
    return "\n".join(f"-- {printable(line)}" for line in lines)


def written_for(audit: Audit) -> str:
    """Which plan it is, and which server and database it is written for."""
    database = audit.database
    return f"plan {audit.plan.id} for database {database.name} on {database.host}, PostgreSQL {database.server_version}"


def plan_json(audit: Audit) -> Iterator[str]:
    """The plan for programs, in pieces: that of thousands of findings is not held as one text."""
    document = {
        "schema_version": audit.schema_version,
        "run": audit.run.id,
        "database": audit.database.name,
        **msgspec.to_builtins(audit.plan),
        "audit": msgspec.to_builtins(_what_it_follows_from(audit)),
    }
    yield from json.JSONEncoder(indent=2).iterencode(document)
    yield "\n"


def _what_it_follows_from(audit: Audit) -> Audit:
    """The audit without what a report says more: a plan is rehearsed and verified where there is no report."""
    findings = tuple(replace(each, witnesses=(), detection_sql=None, remedies=()) for each in audit.findings)
    bare = Plan(id=audit.plan.id)
    return replace(audit, coverage=(), checks=(), findings=findings, constraints=(), plan=bare, scans=())


def readme(audit: Audit, layout: str, places: dict[Phase, str]) -> str:
    """The README for whoever has never seen the tool; `places` says where the steps of each phase stand."""
    steps = audit.plan.steps
    begins = steps[0].parts if steps else ()
    stretches = [Stretch(phase, place, steps_of(audit, phase), begins) for phase, place in places.items()]
    tables = _tables(audit)
    return markdown_page(
        "plan.md.j2",
        audit=audit,
        layout=layout,
        rehearsal=audit.plan.rehearsal,
        parts=stretches,
        present=set(places),
        most=_NAMED,
        many=_LISTED,
        decisions=[step for step in steps_of(audit, Phase.CLEANUP) if step.awaits_decision],
        notes=grouped(note.text for note in audit.plan.notes),
        strong=sum(step.lock.startswith(_STRONG) for step in steps if step.phase is not Phase.ROLLBACK),
        waits=_waits(steps),
        room=audit.plan.room,
        room_unknown=sum(_takes_unknown_room(step) for step in steps_of(audit, Phase.CLEANUP)),
        room_asked=any(step.asks_for_room for step in steps),
        largest=max((step for step in steps if step.room), key=_logged, default=None),
        tables=tables[:_LARGEST],
        more_tables=len(tables[_LARGEST:]),
        unmended=_unmended(audit),
    )


def _tables(audit: Audit) -> list[TableSize]:
    """The tables of the findings that the plan is about, the largest first."""
    mended = _mended(audit)
    names = {(each.subject.schema, each.subject.table) for each in audit.findings if each.fingerprint in mended}
    found = [each for each in audit.tables if (each.schema, each.table) in names]
    return sorted(found, key=lambda each: (-(each.bytes or 0), -(each.rows or 0), each.schema, each.table))


def _unmended(audit: Audit) -> list[Finding]:
    mended = _mended(audit)
    return [each for each in audit.findings if each.severity is Severity.BLOCKER and each.fingerprint not in mended]


def _mended(audit: Audit) -> set[str]:
    return {fingerprint for step in audit.plan.steps for fingerprint in step.fingerprints}


def _takes_unknown_room(step: Step) -> bool:
    """Whether rows change of which the statistics do not tell how long they are."""
    return bool(step.rows) and step.room is None and not step.awaits_decision


def _logged(step: Step) -> int:
    return step.room.log if step.room else 0


def _waits(steps: Sequence[Step]) -> list[str]:
    """How long transactions wait for a lock, as their settings have it."""
    settings = (each for step in steps for part in step.parts if part.transactional for each in part.settings)
    values = (value.strip("'") for name, _, value in (each.partition(" = ") for each in settings) if name == _WAIT)
    return sorted(set(values))
