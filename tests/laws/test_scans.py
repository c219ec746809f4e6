"""How scans are put together changes what they cost, never what they answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.planner import Scan, ScanPlan, halves, plan_scans
from auditor.planner.scan import pass_over
from auditor.probe import Measurement, Probe
from auditor.sql import Sql
from tests.scans.asking import Asking, asking
from tests.servers import Server

ROWS = """
CREATE TABLE orgs (id int PRIMARY KEY, name text); INSERT INTO orgs SELECT i, 'o' || i FROM generate_series(1, 9) AS i;
CREATE TABLE users (id int PRIMARY KEY, org_id int, email text, age int);
INSERT INTO users SELECT i, nullif(i * 7 % 13, 0), nullif('u' || i % 17, 'u0'), nullif(i % 11, 3) - 2
    FROM generate_series(1, 60) AS i;
"""

CONDITIONS = ("age < 0", "email IS NULL", "org_id > 9", "age = 0 OR age IS NULL", "id % 2 = 0", "false")


@pytest.fixture(scope="module")
def ask(server18: Server) -> Iterator[Asking]:
    with server18.database() as database:
        database.psql(ROWS).check_returncode()
        with asking(database) as opened:
            yield opened


def _probe(ask: Asking, number: int) -> Probe:
    conditions = [ask.row("users", text, "id", population="age IS NOT NULL OR true") for text in CONDITIONS]
    keys = [ask.key("users", "org_id"), ask.key("users", "email", where="age > 0"), ask.key("users", "org_id", "age")]
    references = [ask.reference("users", "org_id", "orgs"), ask.reference("users", "age", "users")]
    probes: list[Probe] = [*conditions, *keys, *references]
    return probes[number]


@pytest.fixture(scope="module")
def alone(ask: Asking) -> tuple[Measurement, ...]:
    """Each probe in an audit of its own."""
    return tuple(_seen(ask, [n])[0] for n in range(11))


def _seen(ask: Asking, numbers: list[int]) -> list[Measurement]:
    results = ask.ask(*[_probe(ask, number) for number in numbers])
    return [each for each in results if isinstance(each, Measurement)]


many = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_alone_they_are_what_plain_sql_counts(ask: Asking, alone: tuple[Measurement, ...]) -> None:
    for text, answer in zip(CONDITIONS, alone, strict=False):
        [[count]] = ask.session.main.execute(f"SELECT count(*) FROM public.users WHERE {text}")
        assert answer == Measurement(violations=count, population=60, rows=60)
    [[orphans]] = ask.session.main.execute(
        "SELECT count(*) FROM public.users WHERE org_id IS NOT NULL AND org_id NOT IN (SELECT id FROM public.orgs)"
    )
    assert alone[9].violations == orphans > 0


@many
@given(st.lists(st.integers(0, 10), min_size=1, max_size=20))
def test_company_order_and_repetition_do_not_matter(
    ask: Asking, alone: tuple[Measurement, ...], numbers: list[int]
) -> None:
    assert _seen(ask, numbers) == [alone[number] for number in numbers]


@many
@given(st.data())
def test_batches_do_not_matter(ask: Asking, alone: tuple[Measurement, ...], data: st.DataObject) -> None:
    plan = plan_scans([_probe(ask, number) for number in range(11)])
    scans = data.draw(st.permutations(plan.scans))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(scans) - 1))))
    batches = tuple(tuple(scans[a:b]) for a, b in zip([0, *cuts], [*cuts, len(scans)], strict=True))
    assert ask.run(ScanPlan(batches=batches, answers=plan.answers), jobs=1) == list(alone)


@given(st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=9, unique=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_halves_ask_for_the_same(ask: Asking, conditions: list[str]) -> None:
    whole = pass_over(ask.table("users"), [Sql(text) for text in conditions])
    parts = [*halves(whole)]
    if len(conditions) > 1:
        assert {*chain(*(part.quantities for part in parts))} == {*whole.quantities}
        assert sorted(chain(*(part.conditions or () for part in parts))) == sorted(conditions)
    while parts:
        part: Scan = parts.pop()
        parts += halves(part)
        assert part.quantities[0] == whole.quantities[0]
