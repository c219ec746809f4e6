"""What a person has to decide: a marked place at the beginning of every file, which nothing runs past."""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.catalog import Table
from auditor.model import DECISION, Note, Phase, Step, printable
from auditor.remedy import order
from auditor.remedy.changes import holds_no
from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.quarantine import NO_LOCK
from auditor.remedy.script import block, digest, named, refuse, transaction, words
from auditor.sql import Condition

_CHANGING = (Phase.GUARD, Phase.FENCE, Phase.CLEANUP, Phase.INDEXES, Phase.CONSTRAINTS)


@dataclass(frozen=True, kw_only=True)
class _AwaitDecision:
    table: Table
    column: str
    violation: Condition
    answer: str

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        """The place in each file that changes anything, whichever is run; and that no row violates in the end."""
        question = f"what becomes of NULL in {named(self.table)}({printable(self.column)})"
        yield from (self._place(context, phase, question) for phase in _CHANGING)
        yield Note(f"{question} is a person's decision: no file of this plan changes anything before it is made")
        yield holds_no(self.table, self.violation, context)

    def _place(self, context: PlanContext, phase: Phase, question: str) -> Step:
        title = f"DECISION OPEN: {question}"
        refusal = refuse(
            "a decision is open: %; nothing has been changed",
            words(question),
            hint=f"{self.answer} Then write the plan again. It is about finding {context.fingerprint}.",
        )
        return Step(
            id=f"{DECISION}{digest(self.table.schema, self.table.name, self.column)}-{phase}",
            phase=phase,
            order=(order.FIRST + 1, title),
            title=title,
            parts=(transaction(title, block(refusal)),),
            lock=NO_LOCK,
            rows=context.violations if phase is Phase.CLEANUP else None,
        )


def await_decision(table: Table, column: str, violation: Condition, answer: str) -> Operation:
    """Stops every file of the plan until a person has decided what becomes of the column's NULLs; `answer` says how
    they tell it."""
    return _AwaitDecision(table=table, column=column, violation=violation, answer=answer)
