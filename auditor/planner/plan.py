"""All probes → all scans: what is asked twice is measured once, what shares a table shares its pass."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Table
from auditor.model import Outcome
from auditor.planner.empty import has_no_page
from auditor.planner.foretold import foretold
from auditor.planner.forms import anti_join, counted_apart, grouping
from auditor.planner.scan import Answer, Quantity, Scan, ScanPlan, Unseen, pages_of, pass_over
from auditor.probe import KeyProbe, OrphanName, Probe, ReferenceProbe, RowProbe

CHUNK = 400
"""How many target entries a pass has: PostgreSQL ends at 1,664."""

SMALL_PAGES = 256
"""Tables of at most so many pages (2 MB) are read several in one statement: the round trip costs more."""

_BATCH_PAGES = 2048
_BATCH_SCANS = 250
_BATCH_COUNTS = 2000
_BATCH_LOCKS = 1000
"""Every relation of a batch is locked until it ends; by default a server has room for some 6,400 locks in all."""


def plan_scans(probes: Sequence[Probe], *, with_keys: bool = True) -> ScanPlan:
    """The fewest passes that answer these probes; equal ones (kind, relation, rendered SQL) are measured once.

    `with_keys` false: no row's key leaves the server.
    """
    collected = _Collected(with_keys)
    answers = tuple((probe, foretold(probe) or _answer(collected, probe)) for probe in probes)
    scans = [*collected.passes(), *collected.others.values()]
    return ScanPlan(batches=tuple(_batches(sorted(scans, key=_largest_table_first))), answers=answers)


class _Collected:
    """What all probes ask for, each once."""

    def __init__(self, with_keys: bool) -> None:
        self._with_keys = with_keys
        self._tables: dict[int, Table] = {}
        self._counts: dict[int, dict[sql.Sql, Quantity]] = {}
        self._of_every_row: dict[int, frozenset[str]] = {}
        self.others: dict[Quantity, Scan] = {}

    def answer(self, probe: Probe) -> Answer:
        """Note what has to be counted for this probe; give how its answer follows."""
        if has_no_page(probe.table):
            rows = self._count(probe.table, None)
            return Answer(violations=(), population=(rows,), rows=rows, presumed_empty=True)
        match probe:
            case RowProbe():
                return self._of_rows(probe)
            case KeyProbe():
                return self._of_keys(probe)
            case ReferenceProbe():
                return self._of_reference(probe)

    def passes(self) -> Iterator[Scan]:
        """One pass over each table, more where it has very many conditions."""
        for oid, table in self._tables.items():
            conditions = tuple(text for text in self._counts[oid] if text != "true")
            for start in range(0, max(len(conditions), 1), CHUNK - 1):
                yield pass_over(table, conditions[start : start + CHUNK - 1])

    def _of_rows(self, probe: RowProbe) -> Answer:
        return Answer(
            violations=(self._count(probe.table, probe.violation),),
            population=(self._count(probe.table, probe.population),),
            rows=self._count(probe.table, None),
        )

    def _of_keys(self, asked: KeyProbe) -> Answer:
        probe = replace(asked, keys=tuple(sorted(asked.keys, key=sql.render_condition)))
        population = (self._count(probe.table, probe.population),)
        rows = self._count(probe.table, None)
        if _is_proven_unique(probe):
            return Answer(violations=(), population=population, rows=rows)
        shared, groups = self._scan(grouping(probe, with_keys=self._with_keys))
        return Answer(violations=(shared,), population=population, rows=rows, groups=(groups,))

    def _of_reference(self, probe: ReferenceProbe) -> Answer:
        by_kind = self._scan(anti_join(probe, with_keys=self._with_keys))
        if probe.elements is not None:
            rows, elements = by_kind
            return Answer(
                violations=(rows,),
                population=(self._count(probe.table, probe.population),),
                rows=self._count(probe.table, None),
                groups=(elements,),
            )
        # After those of each kind, where it was asked for, how many keys are missing.
        names: tuple[OrphanName, ...] = ("plain", *(each.name for each in probe.kinds))
        named = tuple(zip(names, by_kind, strict=False))
        orphans = tuple(number for name, number in named if probe.only in (None, name))
        # Escaping rows are partly NULL, those that refer to something have no NULL: no row is both.
        escapes = () if probe.escapes is None else (self._count(probe.table, probe.escapes),)
        return Answer(
            violations=(*orphans, *escapes),
            population=(self._count(probe.table, probe.population), *escapes),
            rows=self._count(probe.table, None),
            groups=by_kind[len(named) :],
            by_kind=named,
        )

    def _count(self, table: Table, condition: sql.Condition | None) -> Quantity:
        """How many rows satisfy the condition: in the table's pass, but for a condition with a subquery, which is
        only rendered rightly inside its whole statement."""
        self._tables.setdefault(table.oid, table)
        counts = self._counts.setdefault(table.oid, {})
        text = sql.Sql("true") if condition is None else sql.render_condition(condition)
        text = sql.Sql("true") if text in self._certain(table) else text
        if condition is not None and "SELECT" in text:
            return self._scan(counted_apart(table, condition))[0]
        return counts.setdefault(text, Quantity(table.oid, text))

    def _certain(self, table: Table) -> frozenset[str]:
        """Conditions that are true of every row, because a constraint keeps them so."""
        if table.oid not in self._of_every_row:
            names = (column.name for column in table.columns if column.not_null)
            self._of_every_row[table.oid] = frozenset(f"{sql.quote(name)} IS NOT NULL" for name in names)
        return self._of_every_row[table.oid]

    def _scan(self, scan: Scan) -> tuple[Quantity, ...]:
        return self.others.setdefault(scan.quantities[0], scan).quantities


def _answer(collected: _Collected, probe: Probe) -> Answer | Unseen:
    """What a plug-in asks for may not be SQL: an error of that probe alone."""
    try:
        return collected.answer(probe)
    except Exception as error:
        return Unseen(Outcome.ERROR, f"the check failed: {type(error).__name__} while what it asks was written as SQL")


def _is_proven_unique(probe: KeyProbe) -> bool:
    """Whether a unique index says that no two rows of the population share the key: what holds for all rows holds for
    those that `where` leaves. Keys with a NULL are outside, unless NULLs are to be equal."""
    columns = tuple(key.name for key in probe.keys if isinstance(key, sa.ColumnClause) and key.table is not None)
    if len(columns) != len(probe.keys) or not probe.table.proves_unique(columns):
        return False
    return not probe.nulls_not_distinct or all(probe.table.column(name).not_null for name in columns)


def _largest_table_first(scan: Scan) -> tuple[int, int, int]:
    """Scans of one table stand together, so that two workers read it at once (synchronised scans share the reads)."""
    return (-pages_of(scan.tables[0]), scan.tables[0].oid, -scan.pages)


def _batches(scans: Iterable[Scan]) -> Iterator[tuple[Scan, ...]]:
    batch = _Batch()
    for scan in scans:
        if batch.scans and not batch.has_room_for(scan):
            yield tuple(batch.scans)
            batch = _Batch()
        batch.add(scan)
    if batch.scans:
        yield tuple(batch.scans)


class _Batch:
    """Scans for one statement: one of large tables, or many of small ones."""

    def __init__(self) -> None:
        self.scans: list[Scan] = []
        self._is_small = True
        self._pages = self._counts = 0
        self._locks: dict[int, int] = {}

    def has_room_for(self, scan: Scan) -> bool:
        return (
            self._is_small
            and _is_small(scan)
            and len(self.scans) < _BATCH_SCANS
            and self._pages + scan.pages <= _BATCH_PAGES
            and self._counts + len(scan.quantities) <= _BATCH_COUNTS
            and sum(self._locks.values()) + sum(map(_locks_of, scan.tables)) <= _BATCH_LOCKS
        )

    def add(self, scan: Scan) -> None:
        self.scans.append(scan)
        self._is_small = self._is_small and _is_small(scan)
        self._pages += scan.pages
        self._counts += len(scan.quantities)
        self._locks |= {table.oid: _locks_of(table) for table in scan.tables}


def _is_small(scan: Scan) -> bool:
    return all(pages_of(table) <= SMALL_PAGES for table in scan.tables)


def _locks_of(table: Table) -> int:
    """The server locks a relation with all its indexes, and every partition with all of its own."""
    return (1 + len(table.indexes)) * max(len(table.leaves), 1)
