"""References that hold for some rows alone: `invoice_id` leads to invoices where `kind` is `bill`, or for one tenant,
elsewhere nowhere.

Asked only where names speak for a key and a good part of the values is not found: each value of a column of types is
then looked up by itself. Where some find (almost) all and the others (almost) nothing, the others are no orphans. Not
so where most tenants find their rows: then those of the others are gone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.catalog import Column
from auditor.catalog.estimates import current
from auditor.model import When
from auditor.references.asked import Connection, look_up
from auditor.references.candidate import Candidate, Hint
from auditor.references.key import KEY_FAMILIES
from auditor.references.look_up import Evidence, Inclusion
from auditor.references.names import name

_WORDS = frozenset(("type", "kind", "class", "category", "model", "source", "status", "state"))
_TENANTS = frozenset(("tenant", "organization", "organisation", "org", "company", "client", "workspace", "shop"))
_LEAST_PRIOR, _LEAST_VALUES, _MOST_TYPES, _LONGEST = 0.5, 10, 20, 40
_PARTLY = (0.02, 0.9)
_ALL, _NOTHING = 0.98, 0.1

Types = tuple[Candidate, Column]


def by_condition(
    connection: Connection, found: Sequence[Candidate], evidence: Evidence, empty: frozenset[int]
) -> tuple[tuple[Candidate, ...], Evidence]:
    """The candidates and their evidence, with conditional ones in place of those that hold for some types alone."""
    asked = [(each, column) for each in _doubtful(found, evidence) for column in _types_of(each)]
    narrowed = {(id(each), column.name): tuple(_each_type(each, column)) for each, column in asked}
    shares = look_up(connection, [one for several in narrowed.values() for one in several], empty)
    settled: dict[tuple[int, str, tuple[str, ...]], Candidate] = {}
    more: Evidence = {}
    for each, column in asked:
        united = _united(each, column, narrowed[id(each), column.name], shares)
        if united is not None and each.place.identity not in settled:
            settled[each.place.identity], inclusion = united
            more[united[0].identity] = inclusion
    kept = (each for each in found if each.place.identity not in settled)
    return (*kept, *settled.values()), {**evidence, **more}


def _doubtful(found: Sequence[Candidate], evidence: Evidence) -> Iterator[Candidate]:
    """The likeliest candidate of each plain column, where it holds for some rows and no other holds for nearly all."""
    shares: dict[tuple[int, str, tuple[str, ...]], list[tuple[Candidate, float]]] = {}
    for each in found:
        share = evidence.get(each.identity, Inclusion()).share
        if each.place.is_plain and share is not None:
            shares.setdefault(each.place.identity, []).append((each, share))
    for candidates in shares.values():
        first, share = candidates[0]
        if all(other < _PARTLY[1] for _, other in candidates) and share > _PARTLY[0] and first.prior >= _LEAST_PRIOR:
            yield first


def _types_of(candidate: Candidate) -> Iterator[Column]:
    """The columns of the table that say what kind of row it is, or whose, by name and by the few short values they
    have."""
    for column in candidate.place.table.columns:
        statistics = current(candidate.place.table, column)
        is_tenant = column.type.family in KEY_FAMILIES and not _TENANTS.isdisjoint(name(column.name).words)
        if statistics and column is not candidate.place.column and (_is_kind(column) or is_tenant):
            values = statistics.most_common
            if 1 < len(values) <= _MOST_TYPES and not statistics.histogram and max(map(len, values)) <= _LONGEST:
                yield column


def _is_kind(column: Column) -> bool:
    is_text = column.type.family == "text" or column.type.category == "E"
    return is_text and not _WORDS.isdisjoint(name(column.name).words)


def _each_type(candidate: Candidate, column: Column) -> Iterator[Candidate]:
    for value in column.statistics.most_common if column.statistics else ():
        when = When(column=column.name, values=(value,))
        yield replace(candidate, place=replace(candidate.place, when=when))


def _united(
    candidate: Candidate, column: Column, narrowed: Sequence[Candidate], shares: Evidence
) -> tuple[Candidate, Inclusion] | None:
    """One candidate for the types that find their rows, where the others find none; None where it is not so clear."""
    inclusions = [(each, shares.get(each.identity, Inclusion())) for each in narrowed]
    known = [(each, one) for each, one in inclusions if one.share is not None and one.values >= _LEAST_VALUES]
    holding = [(each, one) for each, one in known if (one.share or 0.0) >= _ALL]
    others = [one for _, one in known if (one.share or 0.0) < _ALL]
    if not holding or not others or any((one.share or 0.0) > _NOTHING for one in others):
        return None
    if not _is_kind(column) and len(holding) > len(others):
        return None  # the rows of a tenant that is gone are orphans
    values = tuple(sorted(value for each, _ in holding if each.place.when for value in each.place.when.values))
    place = replace(candidate.place, when=When(column=column.name, values=values))
    hint = Hint(probability=0.0, text=f"only where {column.name} is {' or '.join(values)}; the others find nothing")
    least = min(one.share or 0.0 for _, one in holding)
    inclusion = Inclusion(share=least, values=sum(one.values for _, one in holding), source="sample")
    return replace(candidate, place=place, hints=(*candidate.hints, hint)), inclusion
