"""Probes in few words, and the scans that answer them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from auditor.catalog import Catalog, Scope, Table
from auditor.catalog.read import read_catalog
from auditor.config import Config
from auditor.connect import Session, open_session
from auditor.model import Outcome, Reference
from auditor.planner import ScanPlan, Unseen, plan_scans
from auditor.probe import KeyProbe, Measurement, Probe, ReferenceProbe, RowProbe, relation, subject_of
from auditor.references.anti_join import anti_join
from auditor.scan import run_scans
from tests.servers import Database

Result = Measurement | Unseen


@dataclass(frozen=True)
class Asking:
    """An open session with the catalog as it was when the session began."""

    session: Session
    catalog: Catalog

    def table(self, name: str, schema: str = "public") -> Table:
        table = self.catalog.table(schema, name)
        assert table is not None
        return table

    def row(self, table: str, violation: str, *columns: str, population: str | None = None) -> RowProbe:
        """A probe from SQL text, which may use bare column names."""
        found = self.table(table)
        return RowProbe(
            table=found,
            subject=subject_of(found, *columns),
            violation=condition(violation),
            population=None if population is None else condition(population),
            columns=columns,
            judge=lambda _: None,
        )

    def key(self, table: str, *columns: str, where: str | None = None, nulls_not_distinct: bool = False) -> KeyProbe:
        found = self.table(table)
        return KeyProbe(
            table=found,
            subject=subject_of(found, *columns),
            keys=tuple(relation(found).c[column] for column in columns),
            where=None if where is None else condition(where),
            nulls_not_distinct=nulls_not_distinct,
            columns=columns,
            judge=lambda _: None,
        )

    def reference(
        self, table: str, columns: str, referenced: str, referenced_columns: str = "id", json_path: tuple[str, ...] = ()
    ) -> ReferenceProbe:
        """A probe of the reference that a foreign key declares, else of an inferred one; columns apart by blanks."""
        found, of = self.table(table), tuple(columns.split())
        declared = next((each for each in found.foreign_keys() if each.columns == of), None)
        reference = Reference(
            schema=found.schema,
            table=table,
            columns=of,
            json_path=json_path,
            ref_schema=found.schema,
            ref_table=referenced,
            ref_columns=tuple(referenced_columns.split()),
            declared=declared is not None,
            confidence=1.0,
            constraint=declared.name if declared else None,
        )
        join = anti_join(self.catalog, reference)
        assert join is not None
        return ReferenceProbe(**join.parts, subject=subject_of(found, *of), judge=lambda _: None, reference=reference)

    def ask(self, *probes: Probe, **options: Any) -> list[Result]:
        """What came of each probe, in order."""
        return self.run(plan_scans(probes), **options)

    def run(self, plan: ScanPlan, jobs: int = 2, budget: float = 60.0, **options: Any) -> list[Result]:
        answers = run_scans(self.session, plan, Config(jobs=jobs, budget=budget), **options)
        return [answers[id(probe)] for probe, _ in plan.answers]


def condition(text: str) -> sa.ColumnElement[bool]:
    return sa.literal_column(f"({text})", sa.Boolean())


@contextmanager
def asking(database: Database, dsn: str | None = None, timeout_s: float = 60.0) -> Iterator[Asking]:
    with open_session(dsn or database.dsn, statement_timeout_s=timeout_s) as session:
        yield Asking(session, read_catalog(session.main, Scope()))


def counts(results: Sequence[Result]) -> list[tuple[int, int]]:
    """(violations, population) of each; fails with the reason where something was not seen."""
    assert [each for each in results if isinstance(each, Unseen)] == []
    return [(each.violations, each.population) for each in results if isinstance(each, Measurement)]


def reason(result: Result) -> str:
    """Why a probe is an error."""
    assert isinstance(result, Unseen)
    assert result.outcome is Outcome.ERROR
    return result.reason
