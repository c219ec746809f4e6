"""The protocol of an operation, and what it may know of the plan it stands in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from auditor.catalog import Catalog
from auditor.model import Reference, Step


@dataclass(frozen=True, kw_only=True)
class PlanContext:
    """What every step may look at: the catalog (versions, keys, triggers, names taken) and the plan's id.

    `plan_id` is short, lower case, and names the quarantine's tables of this plan; `fingerprint` is that of the
    finding whose remedy is rendered; `violations` the rows that its audit counted (None where none were).
    `references` are the inferred ones that are as good as declared: rows that refer to a row which is set aside go
    with it, or are re-pointed, through these too.
    """

    catalog: Catalog
    plan_id: str
    fingerprint: str
    violations: int | None = None
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """What the reader of the plan has to know of an operation: a choice, or why it has no step."""

    text: str


class Operation(Protocol):
    """Something that can be applied, verified and reverted: it yields the steps of all these, in any order."""

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        """The steps, each with its phase, SQL, lock and expected rows; and notes for the reader."""
        ...
