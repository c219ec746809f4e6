"""Inference on every schema of the open data, under each condition, as an audit does it but without calibration."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.catalog import Scope
from auditor.catalog.read import read_catalog
from auditor.config import Config
from auditor.connect import open_session
from auditor.model import Reference
from auditor.references import find_references
from auditor.references.calibration import LEAST_SCORE, UNFITTED
from bench.references.data import Schema, database
from bench.references.scoring import Marked, marked

_FEWEST = 5


@dataclass(frozen=True)
class Condition:
    """What is loaded, what there is to find, and what is to be reached or was reached by others (macro F1)."""

    name: str
    to_beat: str
    with_rows: bool = True
    orphans: float = 0.0
    deleted: float = 0.0
    declared: bool = False
    """Every second reference that there is to find is a foreign key."""
    of_application: bool = False

    @property
    def weight(self) -> float:
        """In the fit: the same rows, orphaned or not, are one witness."""
        if self.declared or self.of_application:
            return 0.0
        return 1 / 4 if self.with_rows else 1.0


CONDITIONS = (
    Condition("with rows", "to reach .90, P .95; prototype .87; tightest inclusion .75; name = table + key .60"),
    Condition("5 % orphans", "to reach .90; prototype .944; rules by inclusion .27", orphans=0.05),
    Condition("20 % orphans", "prototype .935; rules by inclusion .24", orphans=0.20),
    Condition("5 % of the referenced rows deleted", "", deleted=0.05),
    Condition("with rows, every second one declared", "", declared=True),
    Condition("names only", "to reach .78; prototype .73; name = table + key .56", with_rows=False),
    Condition("names only, and what the application declares", "to reach .87", with_rows=False, of_application=True),
)

Runs = dict[Condition, tuple[Marked, ...]]


def run(server: str, schemas: Sequence[Schema]) -> Runs:
    """Scores for every schema under every condition, each loaded anew; those with less than five references to find
    under a condition are left out there."""
    found: dict[Condition, list[Marked]] = {condition: [] for condition in CONDITIONS}
    for schema in schemas:
        for condition, each in _of_schema(server, schema):
            found[condition].append(each)
    return {condition: tuple(each) for condition, each in found.items()}


def _of_schema(server: str, schema: Schema) -> Iterator[tuple[Condition, Marked]]:
    loaded: dict[tuple[bool, float, float, bool], tuple[Reference, ...]] = {}
    for condition in CONDITIONS:
        truth = schema.truth(with_rows=condition.with_rows, of_application=condition.of_application)
        if len(truth.keys) < _FEWEST or (condition.of_application and not truth.extra):
            continue
        declared = [truth.keys.pop(ends) for ends in list(truth.keys)[::2]] if condition.declared else []
        print(f"{schema.name}, {condition.name} …", file=sys.stderr)
        load = (condition.with_rows, condition.orphans, condition.deleted, condition.declared)
        if load not in loaded:
            with database(server, "open_data") as dsn:
                schema.load(
                    dsn,
                    with_rows=condition.with_rows,
                    orphans=condition.orphans,
                    deleted=condition.deleted,
                    declared=declared,
                )
                loaded[load] = _inferred(dsn)
        yield condition, marked(schema.name, loaded[load], truth, with_rows=condition.with_rows)


def _inferred(dsn: str) -> tuple[Reference, ...]:
    with open_session(dsn, statement_timeout_s=60) as session:
        catalog = read_catalog(session.main, Scope())
        return find_references(session.main, catalog, Config(), calibration=UNFITTED, least=LEAST_SCORE).references
