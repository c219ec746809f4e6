"""Decisions that are taken once for a place, or for a whole schema, before one target is chosen for each place."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from math import log

from auditor.references.actors import decided
from auditor.references.key import Key
from auditor.references.rivals import Scored

LEAST_CONFIDENCE = 0.5
_CONSENSUS_TABLES = 3
_CLEAN, _UNCLEAN, _TELLING = 0.99, 0.97, 0.3


def by_place(scored: Iterable[Scored]) -> dict[tuple[int, str, tuple[str, ...]], list[Scored]]:
    """The candidates of each place, likeliest first."""
    found: defaultdict[tuple[int, str, tuple[str, ...]], list[Scored]] = defaultdict(list)
    for each in scored:
        found[each.candidate.place.identity].append(each)
    for places in found.values():
        places.sort(key=lambda each: (-each.odds, each.candidate.key.full_name))
    return dict(found)


def tightest(scored: list[Scored]) -> list[Scored]:
    """Of several keys of one name that hold (almost) the same values, the smallest: an employee is a person, too."""
    smallest = {
        tightest.candidate.identity
        for places in by_place(each for each in scored if each.share is not None).values()
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


def cleanest(scored: list[Scored]) -> list[Scored]:
    """Where another key of a telling name holds every value, one that lacks some is hardly meant: a reference with
    orphans is rarer than one without."""
    clean = {
        identity
        for identity, places in by_place(each for each in scored if each.share is not None).items()
        if any((each.share or 0.0) >= _CLEAN and each.candidate.prior >= _TELLING for each in places)
    }
    return [
        replace(each, odds=each.odds + log(0.3), told=(*each.told, "another key holds all of these values"))
        if each.candidate.place.identity in clean and each.share is not None and each.share < _UNCLEAN
        else each
        for each in scored
    ]


def one_actor_table(scored: list[Scored]) -> list[Scored]:
    """All who act stand in one table: candidates for the other tables of people are dropped, unless they hold what
    that one lacks."""
    sums: defaultdict[tuple[str, Key], list[float]] = defaultdict(list)
    for each in scored:
        if each.candidate.is_actor:
            sums[(each.candidate.place.table.schema, each.candidate.key)].append(each.confidence)
    chosen = decided(sums)
    lost = {
        each.candidate.place.identity
        for each in scored
        if each.candidate.is_actor and chosen[each.candidate.place.table.schema] is each.candidate.key
        if each.share is not None and each.share < _UNCLEAN
    }
    return [
        each
        for each in scored
        if not each.candidate.is_actor
        or len(each.candidate.hints) > 1
        or chosen[each.candidate.place.table.schema] is each.candidate.key
        or (each.candidate.place.identity in lost and (each.share or 0.0) >= _CLEAN)
    ]


def agreed(scored: list[Scored]) -> list[Scored]:
    """The same column name in three tables or more refers to the same key, unless the values say otherwise."""
    tables: defaultdict[tuple[str, str], Counter[Key]] = defaultdict(Counter)
    for places in by_place(scored).values():
        best = places[0]
        if best.confidence >= LEAST_CONFIDENCE and best.candidate.place.when is None:
            tables[_named(best)][best.candidate.key] += 1
    leads = {
        named: key
        for named, counter in tables.items()
        for key, number in counter.most_common(1)
        if number >= _CONSENSUS_TABLES and number > 0.6 * counter.total()
    }
    return [_swayed(each, leads.get(_named(each))) for each in scored]


def _named(scored: Scored) -> tuple[str, str]:
    place = scored.candidate.place
    return (place.table.schema, place.last_name)


def _swayed(scored: Scored, lead: Key | None) -> Scored:
    if lead is None or scored.candidate.place.when is not None or "." in scored.candidate.place.last_name:
        return scored
    if scored.candidate.key is lead:
        return replace(scored, odds=scored.odds + log(2), told=(*scored.told, "as in the other tables"))
    return replace(scored, odds=scored.odds + log(0.5))
