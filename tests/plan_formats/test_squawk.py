"""squawk has nothing to say about plans (every example's: tests/examples), and would have if they were otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.model import Audit
from auditor.model.codec import from_json
from tests.linting import complaints

GOLDEN = Path(__file__).parents[1] / "golden" / "calliq" / "report.json"


@pytest.fixture
def golden() -> Audit:
    return from_json(GOLDEN.read_text(encoding="utf-8"))


def test_nothing_is_said_about_the_golden_plan(golden: Audit, tmp_path: Path) -> None:
    assert complaints(golden, 18, tmp_path) == ""


@pytest.mark.parametrize(
    ("there", "instead", "says"),
    [
        (" NOT VALID;", ";", "constraint-missing-not-valid"),
        ("INDEX CONCURRENTLY", "INDEX", "require-concurrent-index-creation"),
        ("TABLE public.", "TABLE ", "require-table-schema"),
    ],
)
def test_squawk_looks_into_plans(golden: Audit, tmp_path: Path, there: str, instead: str, says: str) -> None:
    steps = tuple(
        replace(
            step,
            parts=tuple(
                replace(part, statements=tuple(each.replace(there, instead) for each in part.statements))
                for part in step.parts
            ),
        )
        for step in golden.plan.steps
    )
    assert says in complaints(replace(golden, plan=replace(golden.plan, steps=steps)), 18, tmp_path)
