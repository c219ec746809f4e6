"""How sure is sure enough: what is reported, what a person has to confirm, what is kept to ourselves."""

from typing import Literal

from auditor.config import Thresholds
from auditor.model import Reference

FAMILY = "references"
"""What coverage names in place of a check where a reference was not looked for: no check of the family saw it."""

Level = Literal["declared", "finding", "ambiguous", "please confirm", "hidden"]


def level_of(reference: Reference, thresholds: Thresholds) -> Level:
    """The level of that reference; what the configuration accepts or intends is as good as found."""
    if reference.declared:
        return "declared"
    if reference.alternatives:
        return "ambiguous" if reference.likelihood >= thresholds.reference_confidence else "hidden"
    if reference.confidence >= thresholds.blocker_confidence:
        return "finding"
    return "please confirm" if reference.confidence >= thresholds.reference_confidence else "hidden"
