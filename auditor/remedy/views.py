"""Operations on materialised views."""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor import sql
from auditor.catalog import Table
from auditor.model import Note, Phase, Step
from auditor.remedy import order
from auditor.remedy.attempts import patient
from auditor.remedy.constraints import LATER
from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.script import LONG, block, digest, named, oid_of, refuse, transaction, when, words
from auditor.sql import Sql


@dataclass(frozen=True, kw_only=True)
class _PopulateView:
    view: Table

    def steps(self, _: PlanContext) -> Iterator[Step | Note]:
        view = named(self.view)
        refresh = sql.compose("REFRESH MATERIALIZED VIEW {view}", view=sql.name(self.view.schema, self.view.name))
        refusal = refuse("% is not populated", words(f"{self.view.schema}.{self.view.name}"))
        lock = f"ACCESS EXCLUSIVE on {view}, while its query runs: its readers wait"
        place = self.view.schema, self.view.name
        applied = patient(when(f"NOT {self._populated}", f"{refresh};"), place)
        emptied = patient(when(self._populated, f"{refresh} WITH NO DATA;"), place)
        verified = block(when(f"NOT {self._populated}", refusal))
        yield self._step(Phase.CONSTRAINTS, LATER + 1, f"fill {view}", applied, lock)
        yield self._step(Phase.VERIFY, 1_000_000, f"{view} is filled", verified, "none: reads the catalog")
        yield self._step(Phase.ROLLBACK, order.DROP, f"empty {view} again", emptied, lock)

    @property
    def _populated(self) -> Sql:
        return Sql(
            "EXISTS (SELECT FROM pg_catalog.pg_class AS c"
            f" WHERE c.oid = {oid_of(self.view.schema, self.view.name)} AND c.relispopulated)"
        )

    def _step(self, phase: Phase, place: int, title: str, text: Sql, lock: str) -> Step:
        return Step(
            id=f"view-{digest(self.view.schema, self.view.name, phase, text)}",
            phase=phase,
            order=(place, f"{self.view.schema}.{self.view.name}"),
            title=title,
            parts=(transaction(title, text, timeout=LONG, path=False),),
            lock=lock,
        )


def populate_view(view: Table) -> Operation:
    """Refreshes a materialised view; rolled back, it is WITH NO DATA again."""
    return _PopulateView(view=view)
