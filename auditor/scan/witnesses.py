"""The keys of some violating rows: the second visit to rows, only where there are violations whose rows were not met
in passing."""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

import psycopg
import sqlalchemy as sa

from auditor import sql
from auditor.config import Samples
from auditor.connect import Connection, Row, Session, WorkerUnavailableError
from auditor.model import Witness
from auditor.planner import SMALL_PAGES, key_columns, pages_of, row_key_json, settings_of, two_of_each
from auditor.probe import KeyProbe, Measurement, Probe, ReferenceProbe, RowProbe, relation
from auditor.scan.masking import witness

_FEW = 100
"""So many violating rows of a large table are gathered, those of all probes in one pass. More are met soon enough by a
scan that stops at the first few."""

_BATCH = 50

_IN_ORDER = (sql.Sql("SET LOCAL synchronize_seqscans = off"),)
"""The same rows every time, without a sort: a scan that is not parallel begins at the table's first page."""

Request = tuple[Probe, Measurement]


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """A request that no scan has answered, by its number among all; `keys` selects the keys of violating rows."""

    number: int
    probe: Probe
    measurement: Measurement
    keys: sql.Sql


@dataclass(frozen=True, kw_only=True)
class _Look:
    """A statement whose rows are (number of the request, row key as JSON)."""

    statement: sql.Sql
    is_small: bool = False
    settings: tuple[sql.Sql, ...] = ()


def witnesses(
    session: Session, requests: Sequence[Request], *, samples: Samples, limit: int = 5
) -> dict[int, tuple[Witness, ...]]:
    """The keys of up to `limit` violating rows of each probe, by the probe's `id()`.

    Equal data gives equal witnesses: the first by key in small tables, in large ones the first that a scan meets.
    What fails here has no witnesses, and the audit goes on.
    """
    if samples == "none":
        return {}
    visible = [(n, request) for n, request in enumerate(requests) if _has_visible_key(request)]
    rows = [(n, key) for n, request in visible if _is_met(request, limit) for key in request[1].met[:limit]]
    wanted = _alike((n, request) for n, request in visible if not _is_met(request, limit))
    fetched = _fetched(session, list(_batched(_looks([first for first, *_ in wanted.values()], limit))))
    same = {first.number: (first, *others) for first, *others in wanted.values()}
    rows += [(each.number, key) for number, key in fetched for each in same[number]]
    found: dict[int, list[Witness]] = {}
    for number, key in rows:
        probe = requests[number][0]
        values = dict(zip(probe.table.row_key() or ("ctid",), json.loads(key), strict=True))
        found.setdefault(id(probe), []).append(witness(probe.table, values, samples))
    return {probe: tuple(keys[:limit]) for probe, keys in found.items()}


def _has_visible_key(request: Request) -> bool:
    probe, measurement = request
    return measurement.violations > 0 and probe.table.can_read(probe.table.row_key())


def _is_met(request: Request, limit: int) -> bool:
    """Whether the scan brought as many keys as are to be shown: of each shared key two."""
    probe, measurement = request
    there_are = 2 * measurement.groups if isinstance(probe, KeyProbe) else measurement.violations
    return len(measurement.met) >= min(limit, there_are)


def _alike(requests: Iterable[tuple[int, Request]]) -> dict[sql.Sql, list[_Wanted]]:
    """Requests for the same keys together: several checks may ask for one probe."""
    alike: dict[sql.Sql, list[_Wanted]] = {}
    for number, (probe, measurement) in requests:
        keys = two_of_each(probe, probe.keys) if isinstance(probe, KeyProbe) else _violating(probe, measurement)
        text = sql.render(keys)
        alike.setdefault(text, []).append(_Wanted(number=number, probe=probe, measurement=measurement, keys=text))
    return alike


def _fetched(session: Session, batches: Sequence[tuple[_Look, ...]]) -> list[Row]:
    """What all batches bring, half of them on a second connection where there are several."""
    connections = [session.main]
    if len(batches) > 1:
        with suppress(WorkerUnavailableError):
            connections.append(session.worker())
    with ThreadPoolExecutor(len(connections), thread_name_prefix="witness") as pool:
        shares = [pool.submit(_share, each, batches[n :: len(connections)]) for n, each in enumerate(connections)]
        try:
            rows = [row for share in shares for row in share.result()]
        except BaseException:
            for each in connections:
                each.cancel()
            raise
    for each in connections[1:]:
        each.close()
    return rows


def _share(connection: Connection, batches: Sequence[tuple[_Look, ...]]) -> list[Row]:
    return [row for looks in batches for row in _rows(connection, looks)]


def _looks(wanted: Sequence[_Wanted], limit: int) -> Iterator[_Look]:
    gathered = []
    for each in wanted:
        if isinstance(each.probe, RowProbe) and _can_be_gathered(each.probe, each.measurement):
            gathered.append((each.number, each.probe))
        else:
            yield _look(each, limit)
    gathered.sort(key=lambda each: each[1].table.oid)
    for _, group in groupby(gathered, key=lambda each: each[1].table.oid):
        together = list(group)
        for start in range(0, len(together), _BATCH):
            yield _gathering(together[start : start + _BATCH], limit)


def _can_be_gathered(probe: RowProbe, measurement: Measurement) -> bool:
    """A condition with a subquery is only rendered rightly inside its whole statement."""
    is_worthwhile = pages_of(probe.table) > SMALL_PAGES and measurement.violations <= _FEW
    return is_worthwhile and "SELECT" not in sql.render_condition(probe.violation)


def _look(wanted: _Wanted, limit: int) -> _Look:
    is_small = pages_of(wanted.probe.table) <= SMALL_PAGES
    return _Look(
        statement=sql.compose(
            "SELECT {number} AS probe, first.key\nFROM ({keys}\nLIMIT {limit}) AS first",
            number=wanted.number,
            keys=wanted.keys,
            limit=limit,
        ),
        is_small=is_small,
        settings=() if is_small else (*_IN_ORDER, *settings_of(wanted.probe)),
    )


def _violating(probe: RowProbe | ReferenceProbe, measurement: Measurement) -> sa.Select[tuple[object, ...]]:
    """The order is asked for from outside of OFFSET 0: else the server walks through an index in that order, and hopes
    to meet violating rows soon."""
    columns = [column.label(f"key_{n}") for n, column in enumerate(key_columns(probe.table))]
    rows = sa.select(*columns).select_from(relation(probe.table)).where(probe.violation)
    if measurement.violations > _FEW and pages_of(probe.table) > SMALL_PAGES:
        all_rows = rows.subquery("violating")
        return sa.select(row_key_json(all_rows.c).label("key"))
    fenced = rows.offset(0).subquery("violating")
    return sa.select(row_key_json(fenced.c).label("key")).order_by(*fenced.c)


def _gathering(together: Sequence[tuple[int, RowProbe]], limit: int) -> _Look:
    """One pass over a large table for the few violating rows of many probes."""
    table = together[0][1].table
    key = sql.render_condition(row_key_json(key_columns(table)))
    arrays = (
        sql.compose(
            "(array_agg({key}) FILTER (WHERE {violation}))[1:{limit}] AS keys_{number}",
            key=key,
            violation=probe.violation,
            limit=limit,
            number=number,
        )
        for number, probe in together
    )
    statement = sql.compose(
        "SELECT probe, key\nFROM (SELECT {arrays}\nFROM {only}{table}) AS gathered,\n"
        "LATERAL (VALUES {pairs}) AS found (probe, keys), unnest(keys) AS key",
        arrays=sql.Sql(",\n  ".join(arrays)),
        only=sql.Sql("ONLY " if table.has_children else ""),
        table=sql.name(table.schema, table.name),
        pairs=sql.Sql(", ".join(sql.compose("({n}, keys_{n})", n=number) for number, _ in together)),
    )
    return _Look(statement=statement, settings=_IN_ORDER)


def _batched(looks: Iterable[_Look]) -> Iterator[tuple[_Look, ...]]:
    """Those at small tables several in one statement, each other one alone."""
    small: list[_Look] = []
    for look in looks:
        if not look.is_small:
            yield (look,)
            continue
        small.append(look)
        if len(small) == _BATCH:
            yield tuple(small)
            small = []
    if small:
        yield tuple(small)


def _rows(connection: Connection, looks: tuple[_Look, ...]) -> list[Row]:
    """What a batch brings; where it fails, what each of its looks brings alone."""
    statement = "\nUNION ALL\n".join(f"({look.statement})" for look in looks)
    settings = looks[0].settings if len(looks) == 1 else ()
    try:
        *_, rows = connection.execute_and_roll_back([*settings, statement])
    except psycopg.Error:
        if len(looks) == 1 or not connection.is_usable:
            return []
        return [row for look in looks for row in _rows(connection, (look,))]
    return rows
