"""From candidates and what their values showed to references: log-odds, one target a place, schema-wide decisions."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import log

from auditor.catalog import Catalog
from auditor.model import Reference
from auditor.references.actors import decided
from auditor.references.calibration import BY_NAME, LEAST_SCORE
from auditor.references.candidate import Candidate, logit
from auditor.references.fit import Fits
from auditor.references.keys import Key
from auditor.references.look_up import Evidence, Inclusion
from auditor.references.rivals import Scored, weighed

LEAST_CONFIDENCE = 0.5
_CONSENSUS_TABLES = 3


def infer(catalog: Catalog, found: Sequence[Candidate], evidence: Evidence) -> tuple[Reference, ...]:
    """One reference at most for each place, with its score as confidence and the evidence that led to it."""
    fits = Fits.of(catalog)
    scored = [_scored(candidate, evidence.get(candidate.identity, Inclusion()), fits) for candidate in found]
    settled = _agreed(_one_actor_table(_tightest(scored)))
    places = list(_by_place(settled).values())
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
    if inclusion.share is not None and not inclusion.is_empty:
        gain, texts = fits.gain(candidate, inclusion)
        return Scored(candidate=candidate, odds=odds + gain, told=(*told, *texts), share=inclusion.share)
    if inclusion.share is not None:
        odds += log(0.35)
        told.append("the referenced table is empty, the referencing one is not")
    told.append(f"{BY_NAME}: {inclusion.reason}" if inclusion.reason else BY_NAME)
    return Scored(candidate=candidate, odds=odds, told=tuple(told))


def _by_place(scored: Iterable[Scored]) -> dict[tuple[int, str, tuple[str, ...]], list[Scored]]:
    found: defaultdict[tuple[int, str, tuple[str, ...]], list[Scored]] = defaultdict(list)
    for each in scored:
        found[each.candidate.place.identity].append(each)
    for places in found.values():
        places.sort(key=lambda each: (-each.odds, each.candidate.key.full_name))
    return dict(found)


def _tightest(scored: list[Scored]) -> list[Scored]:
    """Of several keys of one name that hold (almost) the same values, the smallest: an employee is a person, too."""
    smallest = {
        tightest.candidate.identity
        for places in _by_place(each for each in scored if each.share is not None).values()
        for tightest in _smallest(places)
    }
    return [
        replace(each, odds=each.odds + log(3), told=(*each.told, "the smallest table that holds these values"))
        if each.candidate.identity in smallest
        else each
        for each in scored
    ]


def _smallest(places: list[Scored]) -> list[Scored]:
    most = max(each.share or 0.0 for each in places)
    holding = [each for each in places if most >= 0.7 and (each.share or 0.0) >= most - 0.06]
    names = {each.candidate.key.column.name for each in holding}
    sizes = sorted(each.candidate.key.table.rows or 0.0 for each in holding)
    if len(sizes) < 2 or len(names) > 1 or sizes[0] == sizes[1]:
        return []
    return [each for each in holding if (each.candidate.key.table.rows or 0.0) == sizes[0]]


def _one_actor_table(scored: list[Scored]) -> list[Scored]:
    """All who act stand in one table: candidates for the other tables of people are dropped."""
    sums: defaultdict[tuple[str, Key], list[float]] = defaultdict(list)
    for each in scored:
        if each.candidate.is_actor:
            sums[(each.candidate.place.table.schema, each.candidate.key)].append(each.confidence)
    chosen = decided(sums)
    return [
        each
        for each in scored
        if not each.candidate.is_actor
        or len(each.candidate.hints) > 1
        or chosen[each.candidate.place.table.schema] is each.candidate.key
    ]


def _agreed(scored: list[Scored]) -> list[Scored]:
    """The same column name in three tables or more refers to the same key, unless the values say otherwise."""
    tables: defaultdict[tuple[str, str], Counter[Key]] = defaultdict(Counter)
    for places in _by_place(scored).values():
        best = places[0]
        if best.confidence >= LEAST_CONFIDENCE and best.candidate.place.when is None:
            tables[_named(best)][best.candidate.key] += 1
    agreed = {
        named: key
        for named, counter in tables.items()
        for key, number in counter.most_common(1)
        if number >= _CONSENSUS_TABLES and number > 0.6 * counter.total()
    }
    return [_swayed(each, agreed.get(_named(each))) for each in scored]


def _named(scored: Scored) -> tuple[str, str]:
    place = scored.candidate.place
    return (place.table.schema, place.last_name)


def _swayed(scored: Scored, agreed: Key | None) -> Scored:
    if agreed is None or scored.candidate.place.when is not None or "." in scored.candidate.place.last_name:
        return scored
    if scored.candidate.key is agreed:
        return replace(scored, odds=scored.odds + log(2), told=(*scored.told, "as in the other tables"))
    return replace(scored, odds=scored.odds + log(0.5))


Column = tuple[int, str]


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
    best = places[0]
    place, key = best.candidate.place, best.candidate.key
    others = [each for each in places[1:] if leads.get(_column(each.candidate.key)) != _column(key)]
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


def _beyond(column: Column, leads: dict[Column, Column]) -> set[Column]:
    """Where a key leads in turn: what refers to an employee refers to a person, too."""
    found: set[Column] = set()
    while (column := leads.get(column, column)) not in found:
        found.add(column)
    return found


def _column(key: Key) -> Column:
    return (key.table.oid, key.column.name)
