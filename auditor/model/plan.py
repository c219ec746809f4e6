"""A plan: steps of SQL in phases, for a person to read and run."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from auditor.model.rehearsal import Rehearsal
from auditor.model.script import Part, psql_text


class Phase(StrEnum):
    """A file of the plan; members stand in the order in which the files run."""

    GUARD = "guard"
    FENCE = "fence"
    CLEANUP = "cleanup"
    INDEXES = "indexes"
    CONSTRAINTS = "constraints"
    VERIFY = "verify"
    ROLLBACK = "rollback"

    @property
    def file(self) -> str:
        """The file's name in the plan folder."""
        return {
            Phase.GUARD: "00-guard-and-quarantine.sql",
            Phase.FENCE: "10-fence.sql",
            Phase.CLEANUP: "20-backup-and-cleanup.sql",
            Phase.INDEXES: "30-indexes.sql",
            Phase.CONSTRAINTS: "40-constraints.sql",
            Phase.VERIFY: "50-verify.sql",
            Phase.ROLLBACK: "90-rollback.sql",
        }[self]


DECISION = "decision-"
"""How the id begins of a step that a person has to decide about."""
ROOM = "room-"
"""How the id begins of the step that asks whether there is room."""


@dataclass(frozen=True, slots=True, order=True)
class Room:
    """Bytes, at most, by the statistics: what the quarantine will hold, and what goes to the write-ahead log."""

    quarantine: int
    log: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One piece of a plan that can be run again.

    `id` identifies the step by what it does (equal steps are one step); `order` sorts it within its phase;
    `lock` names the strongest lock and the table in words; `rows` is the number of rows it is expected to change,
    `room` what it takes for that, where both can be told.
    `parts` run in their order.
    """

    id: str
    phase: Phase
    order: tuple[int, str]
    title: str
    parts: tuple[Part, ...]
    lock: str
    rows: int | None = None
    room: Room | None = None
    fingerprints: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        """The step for psql."""
        return psql_text(self.parts)

    @property
    def transactional(self) -> bool:
        """Whether all of it runs in transactions."""
        return all(part.transactional for part in self.parts)

    @property
    def awaits_decision(self) -> bool:
        """Whether it stands for what a person has to decide: it stops its file, and nothing runs past it."""
        return self.id.startswith(DECISION)

    @property
    def asks_for_room(self) -> bool:
        """Whether it stops until somebody has seen that there is room for all that the plan takes."""
        return self.id.startswith(ROOM)


@dataclass(frozen=True, slots=True)
class Note:
    """What the reader of a plan has to know: a choice made, or left open, of the findings with these fingerprints."""

    text: str
    fingerprints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Steps, sorted by phase and order, each once; `id` names the quarantine's tables and is set when composed.

    `notes`, sorted by text, are for the reader of the plan's README; `rehearsal` says what came of it on a copy.
    """

    id: str = ""
    steps: tuple[Step, ...] = ()
    notes: tuple[Note, ...] = ()
    rehearsal: Rehearsal | None = None

    @property
    def room(self) -> Room:
        """What all steps take together."""
        known = [step.room for step in self.steps if step.room is not None]
        return Room(sum(each.quarantine for each in known), sum(each.log for each in known))

    def concerning(self, fingerprints: Collection[str]) -> "Plan":
        """What these findings need, with no other finding named."""
        steps, notes = _concerning(fingerprints, self.steps), _concerning(fingerprints, self.notes)
        return Plan(id=self.id, steps=steps, notes=notes)


_Named = TypeVar("_Named", Step, Note)


def _concerning(fingerprints: Collection[str], parts: tuple[_Named, ...]) -> tuple[_Named, ...]:
    return tuple(
        replace(part, fingerprints=kept)
        for part in parts
        if (kept := tuple(each for each in part.fingerprints if each in fingerprints))
    )
