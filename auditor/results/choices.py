"""Which remedies the plan runs: those that checks choose, unless the configuration chooses others."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditor.config import Config
from auditor.errors import AuditorError
from auditor.results.answers import Answer

NONE = "none"
"""What the configuration says where the plan shall leave the rows of a finding alone."""


def with_choices(answers: Iterable[Answer], config: Config) -> tuple[Answer, ...]:
    """The answers, findings that the configuration names with the remedy that it chooses and no other.

    Raises AuditorError where the finding has no such remedy.
    """
    return tuple(_chosen(each, config) for each in answers) if config.remedies else tuple(answers)


def choices_of_nothing(answers: Iterable[Answer], config: Config) -> Iterator[str]:
    """A sentence where the configuration chooses remedies for what is not found: mended since, or never there."""
    found = {each.fingerprint for each in answers if each.judgement is not None} if config.remedies else set()
    if gone := sorted({*config.remedies} - found):
        yield f"the configuration chooses remedies for what is not found (any more): {', '.join(gone)}"


def _chosen(each: Answer, config: Config) -> Answer:
    kind = config.remedies.get(each.fingerprint) if each.judgement is not None else None
    if kind is None or each.judgement is None:
        return each
    kinds = [remedy.kind for remedy in each.judgement.remedies]
    if kind not in (*kinds, NONE):
        known = ", ".join(dict.fromkeys((*kinds, NONE)))
        raise AuditorError(f"{each.fingerprint} has no remedy {kind!r}", f"choose one of {known} under [remedies]")
    first = kinds.index(kind) if kind in kinds else None
    remedies = (replace(remedy, chosen=number == first) for number, remedy in enumerate(each.judgement.remedies))
    return replace(each, judgement=replace(each.judgement, remedies=tuple(remedies)))
