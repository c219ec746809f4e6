"""Killed at any point and run again, a plan ends as one that nobody disturbed; so does its rollback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from auditor.remedy import batches
from tests.plans.calliq import NAME, State, begin, copy_of, finish, kill, plan_of, settle, state, terminate
from tests.servers import Database, Servers

ROUNDS = 4
KILLS = 5


@dataclass(frozen=True)
class Course:
    """Files, the database that they are run on, and how it ends where nobody disturbs them; the seconds that takes."""

    template: Database
    files: Sequence[Path]
    end: State
    lasts: float


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """calliq is small: most of its findings go in several batches."""
    monkeypatch.setattr(batches, "AT_ONCE", 15)
    monkeypatch.setattr(batches, "BATCH", 7)
    monkeypatch.setattr(batches, "PAUSE", 0.01)


@pytest.mark.usefixtures("small_batches")
def test_killed_anywhere_and_run_again_the_end_is_the_same(servers: Servers, tmp_path: Path) -> None:
    template = servers.calliq(18)
    with copy_of(template) as database:
        plan = plan_of(database, tmp_path)
        assert sum("in batches" in file.read_text(encoding="utf-8") for file in plan.forward) == 1
        there = _undisturbed(template, database, plan.forward)
        applied = database.server.create_database("calliq_applied", template=NAME)
        back = _undisturbed(applied, database, plan.rollback)

    for number in range(ROUNDS):
        _disturb(there, Random(f"there {number}"))
        _disturb(back, Random(f"back {number}"))


def _undisturbed(template: Database, database: Database, files: Sequence[Path]) -> Course:
    started = monotonic()
    finish(database, files)
    return Course(template, files, state(database), monotonic() - started)


def _disturb(course: Course, chance: Random) -> None:
    with copy_of(course.template) as database:
        for _ in range(KILLS):
            end = chance.choice((kill, terminate))
            end(database, begin(database, course.files), chance.uniform(0, course.lasts))
        settle(database)
        finish(database, course.files)
        assert state(database) == course.end
