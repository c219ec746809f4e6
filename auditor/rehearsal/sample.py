"""Which rows of a large database are copied: violating ones, what goes with them, what they need, and some around."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace

import psycopg
import sqlalchemy as sa

from auditor import sql, wiring
from auditor.catalog import Catalog, Scope, Table
from auditor.catalog.read import read_catalog
from auditor.check import Facts
from auditor.config import Config
from auditor.connect import Connection, summary_of
from auditor.model import printable
from auditor.probe import KeyProbe, Probe, ReferenceProbe, Verdict, relation
from auditor.references import find_references
from auditor.references.anti_join import AntiJoin, anti_join
from auditor.references.kinds import spellings
from auditor.rehearsal.folder import PlanFolder
from auditor.rehearsal.rows import Stored
from auditor.results.answers import ask

WHOLE = 1_000_000
"""Databases of at most so many rows are copied whole …"""
WHOLE_BYTES = 2_000_000_000
"""… and of at most so many bytes."""
SMALL = 5_000
"""Tables of at most so many rows are."""
MOST = 10_000
"""Violating rows of one finding, and rows that refer to such by one reference."""
AROUND = 200
BYTES = 200_000_000
"""Of the rows of a table that are chosen at a time; at least one is."""
_CHUNK = 5_000
_LEAST_BYTES = 32
_PAGE_BYTES = 8192

Rows = dict[str, set[str]]
"""Places of rows (ctid) by the relation that holds them (as text)."""
Found = tuple[Table, Rows]


@dataclass
class Sample:
    """The rows chosen so far by table, `capped` what there was too much of; rows need what they refer to by `joins`,
    and all that they may mean by those `alike`."""

    source: Connection
    catalog: Catalog
    joins: tuple[AntiJoin, ...]
    alike: tuple[AntiJoin, ...] = ()
    chosen: dict[int, Rows] = field(default_factory=dict)
    capped: list[str] = field(default_factory=list)
    followed: Counter[int] = field(default_factory=Counter)

    def tables(self, stored: Iterable[Stored]) -> Iterator[Stored]:
        """Those that rows are chosen of."""
        leaves = {leaf for rows in self.chosen.values() for leaf, found in rows.items() if found}
        return (each for each in stored if sql.quote(each.schema, each.name) in leaves)

    def parts(self, stored: Iterable[Stored]) -> Iterator[tuple[Stored, str]]:
        """What COPY reads of each relation, in pieces."""
        places: Rows = {}
        for rows in self.chosen.values():
            for leaf, found in rows.items():
                places.setdefault(leaf, set()).update(found)
        for each in stored:
            name = sql.quote(each.schema, each.name)
            for chunk in _chunks(places.get(name, set())):
                columns = ", ".join(sql.quote(column) for column in each.columns)
                yield each, f"(SELECT {columns} FROM ONLY {name} WHERE ctid = ANY ({_literal(chunk)}))"  # noqa: S608

    def choose(self, seeds: Iterable[tuple[Table, sql.Condition]]) -> None:
        """Violating rows and what refers to them; some rows of every table; then all that these refer to."""
        self._follow([(table, self._where(table, violation, MOST)) for table, violation in seeds], self._referring)
        for table in _tables(self.catalog):
            self._add(table, self._where(table, sa.true(), SMALL if _rows(table) <= SMALL else AROUND, silent=True))
        chosen, self.chosen = self.chosen, {}
        self._follow([(self._table(oid), rows) for oid, rows in chosen.items()], self._referred)

    def _follow(self, found: list[Found], step: Callable[[Table, Rows], Iterator[Found]]) -> None:
        """Keeps them, and what follows from those that are new: a circle of references ends where it began."""
        while found:
            table, rows = found.pop()
            if new := self._add(table, rows):
                found += step(table, new)

    def _table(self, oid: int) -> Table:
        table = self.catalog.by_oid(oid)
        assert table is not None
        return table

    def _add(self, table: Table, rows: Rows) -> Rows:
        """Keeps them; gives those that are new."""
        kept = self.chosen.setdefault(table.oid, {})
        new = {leaf: places - kept.get(leaf, set()) for leaf, places in rows.items()}
        for leaf, places in new.items():
            kept.setdefault(leaf, set()).update(places)
        return {leaf: places for leaf, places in new.items() if places}

    def _where(self, table: Table, condition: sql.Condition, most: int, *, silent: bool = False) -> Rows:
        query = sa.select(*_place(_name(table))).select_from(relation(table)).where(condition)
        return self._asked(query, table, most, silent=silent)

    def _referring(self, table: Table, rows: Rows) -> Iterator[Found]:
        """At most so many by each reference in all: a tree might bring the whole of its table otherwise."""
        for number, join in enumerate(self.joins):
            if join.referenced.oid == table.oid and self.followed[number] < MOST:
                found = self._joined(join, _name(join.table), "ref", rows, MOST - self.followed[number])
                self.followed[number] += sum(map(len, found.values()))
                if self.followed[number] >= MOST:
                    self._cap(join.table, MOST)
                yield join.table, found

    def _referred(self, table: Table, rows: Rows) -> Iterator[Found]:
        for join in (*self.joins, *self.alike):
            if join.table.oid == table.oid:
                yield join.referenced, self._joined(join, "ref", _name(join.table), rows, None)

    def _joined(self, join: AntiJoin, wanted: str, given: str, rows: Rows, most: int | None) -> Rows:
        """The rows of one side of a reference that belong to these of the other."""
        found: Rows = {}
        for leaf, places in rows.items():
            for chunk in _chunks(places):
                those: sa.ColumnClause[bool] = sa.literal_column(
                    f"({given}.tableoid = {sql.literal(leaf)}::pg_catalog.regclass"
                    f" AND {given}.ctid = ANY ({_literal(chunk)}))"
                )
                elements = () if join.elements is None else (join.elements.scalar_alias,)
                both = sa.select(*_place(wanted)).distinct().select_from(relation(join.table), *elements, join.target)
                query = both.where(join.match, those)
                for other, more in self._asked(query, join.table, most).items():
                    found.setdefault(other, set()).update(more)
        return found

    def _asked(
        self, query: sa.sql.selectable.GenerativeSelect, table: Table, most: int | None, *, silent: bool = False
    ) -> Rows:
        most = most and _fitting(table, most)
        limited = query if most is None else query.limit(most)
        found: Rows = {}
        try:
            (rows,) = self.source.execute_and_roll_back([sql.render(limited)])
        except psycopg.Error as error:
            self.capped.append(printable(f"rows of {table.schema}.{table.name} were not chosen: {summary_of(error)}"))
            return found
        if most is not None and len(rows) == most and not silent:
            self._cap(table, most)
        for leaf, place in rows:
            found.setdefault(leaf, set()).add(place)
        return found

    def _cap(self, table: Table, most: int) -> None:
        said = printable(f"of the rows of {table.schema}.{table.name} only {most:,} were followed")
        if said not in self.capped:
            self.capped.append(said)


def sample_of(source: Connection, plan: PlanFolder, config: Config) -> Sample | None:
    """The rows to copy; None where the database is small enough to be copied whole."""
    catalog = read_catalog(source, Scope(schemas=config.schema, tables=config.table))
    stored = [*_tables(catalog)]
    if sum(map(_rows, stored)) <= WHOLE and sum(each.bytes for each in stored) <= WHOLE_BYTES:
        return None
    references = find_references(source, catalog, config).references
    joins = tuple(join for each in references if (join := anti_join(catalog, each)) is not None)
    facts = Facts(catalog=catalog, references=references, config=config)
    asked, _ = ask(wiring.choose(wiring.all_checks(), config.only, config.skip), facts)
    planned = {(each.check, each.subject) for each in plan.audit.findings if each.fingerprint in plan.planned}
    probes = [
        question
        for check, question in asked
        if not isinstance(question, Verdict) and (check.id, question.subject) in planned
    ]
    sample = Sample(source, catalog, joins, (*_alike(probes, catalog.server.encoding),))
    sample.choose((probe.table, _violation(probe)) for probe in probes)
    return sample


def _alike(probes: Iterable[Probe], encoding: str) -> Iterator[AntiJoin]:
    """What leads from near misses to every key that is spelled alike: they are as near on the copy, and no nearer."""
    references = [each for each in probes if isinstance(each, ReferenceProbe)]
    near = [each for each in references if any(kind.name == "near-miss" for kind in each.kinds)]
    # Several checks ask about one reference.
    for probe in {(each.subject, each.referenced.oid): each for each in near}.values():
        join = AntiJoin(**{each.name: getattr(probe, each.name) for each in fields(AntiJoin)})
        sides = (spellings(side, encoding) for side in join.pairs[0])
        yield from (replace(join, match=own == theirs) for own, theirs in zip(*sides, strict=True))


def _violation(probe: Probe) -> sql.Condition:
    """True of the rows that a repair touches or compares: of duplicates, those that stay too."""
    if not isinstance(probe, KeyProbe):
        return probe.violation
    table = relation(probe.table)
    several = sa.select(*probe.keys).select_from(table).where(probe.population)
    shared = several.group_by(*probe.keys).having(sa.func.count() > 1).correlate(None)
    return sa.and_(probe.population, sa.tuple_(*probe.keys).in_(shared))


def _tables(catalog: Catalog) -> Iterator[Table]:
    """All that rows are copied of, whatever is audited."""
    return (table for table in catalog.tables if table.kind in ("table", "partitioned"))


def _rows(table: Table) -> float:
    """About how many rows it has: where nobody counted, as many as fit into its pages."""
    return table.pages * _PAGE_BYTES / _LEAST_BYTES if table.rows is None else table.rows


def _fitting(table: Table, most: int) -> int:
    """So many of its rows, or as many as there is room for."""
    average = table.bytes / max(_rows(table), 1)
    return max(1, min(most, int(BYTES / average))) if average else most


def _name(table: Table) -> str:
    return sql.quote(table.schema, table.name)


def _place(name: str) -> tuple[sa.Label[str], sa.Label[str]]:
    leaf = sa.literal_column(f"{name}.tableoid::pg_catalog.regclass::pg_catalog.text", sa.Text()).label("leaf")
    return leaf, sa.literal_column(f"{name}.ctid::pg_catalog.text", sa.Text()).label("place")


def _literal(places: Iterable[str]) -> str:
    inner = ",".join(f'"{place}"' for place in places)
    return f"'{{{inner}}}'::pg_catalog.tid[]"


def _chunks(places: set[str]) -> Iterator[list[str]]:
    ordered = sorted(places)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
