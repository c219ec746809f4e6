"""From candidates and what their values showed to references: log-odds, one target a place, schema-wide decisions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import log

from auditor.catalog import Catalog
from auditor.model import Reference
from auditor.references.calibration import BY_NAME, LEAST_SCORE
from auditor.references.candidate import Candidate, Place, logit
from auditor.references.decisions import LEAST_CONFIDENCE, agreed, by_place, cleanest, one_actor_table, tightest
from auditor.references.fit import Fits
from auditor.references.key import Key, are_alike
from auditor.references.look_up import Evidence, Inclusion
from auditor.references.rivals import Scored, weighed
from auditor.references.spans import Spans

_INDEXED = 1.6
"""Factor on the odds for a column that an index looks up, beside what the values say: people index what they join on.
On the open data references have one 1.7 to 5 times as often as other candidates; that one lacks it says nothing. By
name alone it weighs nothing: there it took more than it gave (F1 .921 instead of .933, left out of the fit)."""


def infer(catalog: Catalog, found: Sequence[Candidate], evidence: Evidence, spans: Spans) -> tuple[Reference, ...]:
    """One reference at most for each place, with its score as confidence and the evidence that led to it."""
    fits = Fits(spans)
    scored = [_scored(candidate, evidence.get(candidate.identity, Inclusion()), fits) for candidate in found]
    settled = agreed(one_actor_table(cleanest(tightest(scored))))
    places = list(by_place(settled).values())
    leads = _leads(catalog, places)
    references = _one_way([_reference(each, leads) for each in places])
    return tuple(each for each in references if each.confidence >= LEAST_SCORE)


def _one_way(references: list[Reference]) -> list[Reference]:
    """Two keys do not refer to each other: the less likely direction is none; of two alike each is half as likely."""
    by_ends = {(*_here(each), *_there(each)): each for each in references if each.is_plain}
    settled = []
    for each in references:
        back = by_ends.get((*_there(each), *_here(each))) if each.is_plain and _here(each) != _there(each) else None
        if back is None or each.confidence > back.confidence:
            settled.append(each)
        elif each.confidence == back.confidence:
            told = (*each.evidence, "or the other way round")
            settled.append(replace(each, confidence=0.5 * each.confidence, evidence=told))
    return settled


def _here(each: Reference) -> tuple[str, str, tuple[str, ...]]:
    return (each.schema, each.table, each.columns)


def _there(each: Reference) -> tuple[str, str, tuple[str, ...]]:
    return (each.ref_schema, each.ref_table, each.ref_columns)


def _scored(candidate: Candidate, inclusion: Inclusion, fits: Fits) -> Scored:
    odds = logit(candidate.prior)
    told = [hint.text for hint in sorted(candidate.hints, key=lambda hint: -hint.probability)]
    told += [f"but {reason}" for _, reason in candidate.doubts]
    is_indexed = _is_indexed(candidate.place)
    told += ["indexed"] if is_indexed else []
    if inclusion.share is not None and not inclusion.is_empty:
        gain, texts = fits.gain(candidate, inclusion)
        gain += log(_INDEXED) if is_indexed else 0.0
        return Scored(candidate=candidate, odds=odds + gain, told=(*told, *texts), share=inclusion.share)
    if inclusion.share is not None:
        odds += log(0.35)
        told.append("the referenced table is empty, the referencing one is not")
    told.append(f"{BY_NAME}: {inclusion.reason}" if inclusion.reason else BY_NAME)
    return Scored(candidate=candidate, odds=odds, told=tuple(told))


def _is_indexed(place: Place) -> bool:
    """Whether somebody made an index that begins with the column; a unique one has a reason of its own."""
    return place.is_plain and any(
        index.finds((place.column.name,)) and not index.unique for index in place.table.indexes
    )


Column = tuple[int, str]
_LEAST_BASE = 0.3


def _leads(catalog: Catalog, places: Iterable[list[Scored]]) -> dict[Column, Column]:
    """Where each column leads, by its foreign key or by its best candidate."""
    found = {}
    for best, *_ in places:
        place, key = best.candidate.place, best.candidate.key
        if place.is_plain and best.confidence >= LEAST_CONFIDENCE:
            found[(place.table.oid, place.column.name)] = (key.table.oid, key.column.name)
    for table in catalog.tables:
        for constraint in table.foreign_keys():
            if len(constraint.columns) == 1 and constraint.referenced_oid is not None:
                found[(table.oid, constraint.columns[0])] = (
                    constraint.referenced_oid,
                    constraint.referenced_columns[0],
                )
    return found


def _reference(places: list[Scored], leads: dict[Column, Column]) -> Reference:
    best = _base(places, leads)
    place, key = best.candidate.place, best.candidate.key
    others = [each for each in places if each is not best and leads.get(_column(each.candidate.key)) != _column(key)]
    beyond = _beyond(_column(key), leads)
    confidence, told, alternatives = weighed(
        best, others, [each for each in others if _column(each.candidate.key) not in beyond]
    )
    return Reference(
        schema=place.table.schema,
        table=place.table.name,
        columns=(place.column.name,),
        expression=place.expression,
        ref_schema=key.table.schema,
        ref_table=key.table.name,
        ref_columns=(key.column.name,),
        declared=False,
        confidence=confidence,
        evidence=told,
        json_path=place.path,
        when=place.when,
        is_array=place.is_array,
        alternatives=alternatives,
    )


def _base(places: list[Scored], leads: dict[Column, Column]) -> Scored:
    """The likeliest, or the one that its key refers to in turn, where that holds as many rows, and as many of the
    values: then the one extends the other, and what refers to both means the base."""
    best, *others = places
    base = next(
        (each for each in others if _column(each.candidate.key) == leads.get(_column(best.candidate.key))), None
    )
    if base is None or base.share is None or best.share is None or base.confidence < _LEAST_BASE:
        return best
    if leads.get(_column(base.candidate.key)) == _column(best.candidate.key):
        return best  # each refers to the other: neither is the base
    is_alike = are_alike(best.candidate.key.table, base.candidate.key.table)
    return base if is_alike and base.share >= best.share else best


def _beyond(column: Column, leads: dict[Column, Column]) -> set[Column]:
    """Where a key leads in turn: what refers to an employee refers to a person, too."""
    found: set[Column] = set()
    while (column := leads.get(column, column)) not in found:
        found.add(column)
    return found


def _column(key: Key) -> Column:
    return (key.table.oid, key.column.name)
