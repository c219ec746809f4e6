"""Killed at any point and run again, a plan ends as one that nobody disturbed; so does its rollback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from auditor.remedy import batches
from tests.plans.calliq import (
    NAME,
    State,
    begin,
    copy_of,
    finish,
    kill,
    lets_be,
    plan_of,
    settle,
    state,
    terminate,
)
from tests.servers import Database, Servers

KILLS = 20
AT_MOST = 5  # in one course, so that it is also begun anew


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
@pytest.mark.parametrize("back", [False, True], ids=["applied", "rolled back"])
def test_killed_anywhere_and_run_again_the_end_is_the_same(servers: Servers, tmp_path: Path, back: bool) -> None:
    template = servers.calliq(18)
    with copy_of(template) as database:
        plan = plan_of(database, tmp_path)
        assert sum("in batches" in file.read_text(encoding="utf-8") for file in plan.forward) == 1
        course = _undisturbed(template, database, plan.forward)
        if back:
            applied = database.server.create_database("calliq_applied", template=NAME)
            course = _undisturbed(applied, database, plan.rollback)

    chance, killed = Random(f"{back}"), 0
    while killed < KILLS:
        killed += _disturbed(course, chance)


def _undisturbed(template: Database, database: Database, files: Sequence[Path]) -> Course:
    started = monotonic()
    finish(database, files)
    return Course(template, files, state(database), monotonic() - started)


def _disturbed(course: Course, chance: Random) -> int:
    """Kills it again and again, each time a part of the way further on, until it has come through; how often."""
    with copy_of(course.template) as database:
        killed = 0
        while killed < AT_MOST and lets_be(psql := begin(database, course.files), chance.uniform(0, course.lasts / 2)):
            chance.choice((kill, terminate))(database, psql)
            killed += 1
        settle(database)
        finish(database, course.files)
        assert state(database) == course.end
    return killed
