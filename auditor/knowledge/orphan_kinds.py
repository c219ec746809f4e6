"""Orphans of each kind: how they are counted, what the plan does about them, whether a foreign key can follow."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import sqlalchemy as sa

from auditor.catalog import Action
from auditor.check import Facts
from auditor.knowledge.back_fills import is_asked_for
from auditor.knowledge.json_keys import asked_column, moved, offered_column
from auditor.knowledge.naming import names_by_words
from auditor.knowledge.orphans import (
    can_be_relinked,
    clean_ups,
    declaration,
    intended_action,
    referenced_text,
    settable,
    subject_of_reference,
    undeclared,
)
from auditor.knowledge.proposals import proposed_key
from auditor.knowledge.relinks import KIND, SUMMARY, relink
from auditor.model import Certainty, Reference, Severity
from auditor.probe import Judgement, Measurement, OrphanName, ReferenceProbe
from auditor.references import AntiJoin, anti_join
from auditor.remedy import Operation, Remedy, assign, set_aside


@dataclass(frozen=True, kw_only=True)
class Orphans:
    """The orphans of one kind that a reference turned out to have, and the ways to mend them, the chosen one first.

    `column` is the one that the plan gives to a key inside JSON, None where it gives none.
    """

    reference: Reference
    join: AntiJoin
    measured: Measurement
    remedies: tuple[Remedy, ...]
    column: str | None = None

    @property
    def refers(self) -> str:
        """How each message begins."""
        return f"{subject_of_reference(self.join, self.reference)} refers to {referenced_text(self.reference)} and"


Worded = Callable[[Orphans], tuple[str, str]]
"""The message and the hint of a finding."""


def orphan_probes(facts: Facts, kind: OrphanName, worded: Worded) -> Iterator[ReferenceProbe]:
    """A probe for each undeclared reference that can have orphans of that kind."""
    for reference in undeclared(facts):
        join = anti_join(facts.catalog, reference)
        if join is not None and (kind == "plain" or any(each.name == kind for each in join.kinds)):
            yield ReferenceProbe(
                **join.parts,
                only=kind,
                counts_keys=is_asked_for(facts),
                subject=subject_of_reference(join, reference),
                judge=partial(_judge, facts, reference, join, kind, worded),
                proposes=proposed_key(facts, reference, join),
                reference=reference,
            )


def _judge(  # noqa: PLR0917
    facts: Facts, reference: Reference, join: AntiJoin, kind: OrphanName, worded: Worded, measured: Measurement
) -> Judgement | None:
    if not measured.violations:
        return None
    then = _then(facts, reference, join, kind, measured)
    remedies = _remedies_for(facts, reference, join, kind, measured, then)
    column = asked_column(facts, reference) if then else None
    found = Orphans(reference=reference, join=join, measured=measured, remedies=remedies, column=column)
    message, hint = worded(found)
    is_intended = intended_action(facts, reference) is not None
    return Judgement(
        message=message,
        hint=hint,
        severity=Severity.BLOCKER if is_intended or _is_sure(facts, reference, measured) else Severity.WARNING,
        certainty=Certainty.PROVEN if is_intended else Certainty.INFERRED,
        remedies=remedies,
        parameters=(referenced_text(reference),),
    )


def _then(
    facts: Facts, reference: Reference, join: AntiJoin, kind: OrphanName, measured: Measurement
) -> tuple[Operation, ...]:
    """The foreign key, and what it needs: it follows where the plan mends the orphans of the other kinds as well."""
    others = (name for name, number in measured.by_kind if number and name != kind)
    if not all(_is_mended(facts, reference, join, each, measured) for each in others):
        return ()
    action: Action = intended_action(facts, reference) or "NO ACTION"
    then = moved(join, reference, asked_column(facts, reference), action)
    return then or declaration(join.table, join.referenced, reference, action)


def _remedies_for(  # noqa: PLR0917
    facts: Facts,
    reference: Reference,
    join: AntiJoin,
    kind: OrphanName,
    measured: Measurement,
    then: tuple[Operation, ...],
) -> tuple[Remedy, ...]:
    """The ways to mend the orphans of one kind, the chosen one first; `then` are the operations that follow."""
    found = (*_ways(facts, reference, join, kind, then, measured), *_moves(facts, reference, join, kind, then))
    chosen = _is_mended(facts, reference, join, kind, measured)
    # A guess, and one that not a single row bears out, changes no row unless a person chooses it.
    return found if chosen else tuple(replace(each, chosen=False) for each in found)


def _moves(
    facts: Facts, reference: Reference, join: AntiJoin, kind: OrphanName, then: tuple[Operation, ...]
) -> Iterator[Remedy]:
    """Where nobody asked for it: a column for a key inside JSON, offered."""
    action: Action = intended_action(facts, reference) or "NO ACTION"
    column = offered_column(join, reference)
    operations = moved(join, reference, column, action)
    if operations and kind == "plain" and not then:
        aside = set_aside(join.table, join.violation_of(kind))
        summary = f"set the orphans aside, and give their key a column of its own, {column}"
        yield Remedy(kind="move-key", summary=summary, operations=(aside, *operations), chosen=False)


def _is_mended(facts: Facts, reference: Reference, join: AntiJoin, kind: OrphanName, measured: Measurement) -> bool:
    """Whether the plan changes the orphans of that kind without being asked."""
    is_intended = intended_action(facts, reference) is not None
    if not (is_intended or _is_sure(facts, reference, measured)):
        return False
    if kind == "sentinel":
        return bool(settable(facts, join, None))
    if kind == "near-miss":
        return can_be_relinked(join)
    # Orphans whose key is a name are often misspelled and not lost.
    return is_intended or not names_by_words(join.referenced, reference.ref_columns)


def _is_sure(facts: Facts, reference: Reference, measured: Measurement) -> bool:
    """Whether the inference is as good as a declaration: sure by its confidence, and borne out by a row at least.
    Where none is, names alone speak, perhaps of a table that was emptied."""
    is_likely = reference.confidence >= facts.config.thresholds.blocker_confidence
    return is_likely and measured.in_the_way < measured.population


def _ways(  # noqa: PLR0917
    facts: Facts,
    reference: Reference,
    join: AntiJoin,
    kind: OrphanName,
    then: tuple[Operation, ...],
    measured: Measurement,
) -> tuple[Remedy, ...]:
    action: Action = intended_action(facts, reference) or "NO ACTION"
    if join.elements is not None:
        return (_without_orphans(join, join.elements, then),)
    if kind == "sentinel" and settable(facts, join, None):
        ways = clean_ups(facts, join, "NO ACTION", None, then, measured, kind=kind)
        return tuple(each for each in ways if each.kind == "set-null")
    if kind == "near-miss" and can_be_relinked(join):
        operations = (relink(join, facts.catalog.server.encoding), *then)
        return (Remedy(kind=KIND, summary=SUMMARY, operations=operations),)
    return () if kind == "sentinel" else clean_ups(facts, join, action, None, then, measured, kind=kind)


def _without_orphans(join: AntiJoin, elements: sa.TableValuedColumn[Any], then: tuple[Operation, ...]) -> Remedy:
    """The array without the elements that find nothing; the others keep their order, NULLs their place."""
    found = sa.exists(sa.select(sa.literal_column("1")).select_from(join.target).where(join.match))
    kept: sa.Select[Any] = sa.select(elements).select_from(elements.scalar_alias)
    shorter = sa.func.array(kept.where(sa.or_(elements.is_(None), found)).scalar_subquery())
    operations = (assign(join.table, {join.columns[0]: shorter}, join.violation), *then)
    return Remedy(kind="remove-elements", summary="remove the elements that find no row", operations=operations)
