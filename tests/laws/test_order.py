"""In which order the tables of a plan are cleaned: referencing before referenced, and back the other way round."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.model import Phase
from auditor.remedy import set_aside
from tests.remedy.applying import column, plan_for, table
from tests.servers import Server

TABLES = "abcde"
Edges = frozenset[tuple[str, str]]

edges = st.frozensets(st.tuples(st.sampled_from(TABLES), st.sampled_from(TABLES)), max_size=8)


def reachable(edges: Edges, start: str) -> set[str]:
    reached, ahead = set[str](), [start]
    while ahead:
        here = ahead.pop()
        further = {to for origin, to in edges if origin == here} - reached
        reached |= further
        ahead += further
    return reached


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(edges)
def test_referencing_before_referenced(server18: Server, edges: Edges) -> None:
    with server18.database() as database, database.connect() as connection:
        for name in TABLES:
            connection.execute(f"CREATE TABLE {name} (id int PRIMARY KEY, gone bool)".encode())
        for number, (origin, to) in enumerate(sorted(edges)):
            connection.execute(f"ALTER TABLE {origin} ADD COLUMN to_{number} int REFERENCES {to}".encode())
        plan = plan_for(
            database, lambda c: [set_aside(table(c, name), column(table(c, name), "gone")) for name in TABLES]
        )

    forward = [step.title[-1] for step in plan.steps if step.phase is Phase.CLEANUP and "rows of" in step.title]
    backward = [step.title[-1] for step in plan.steps if step.phase is Phase.ROLLBACK and "rows of" in step.title]

    assert sorted(forward) == [*TABLES]
    assert backward == forward[::-1]
    for one in TABLES:
        for other in reachable(edges, one):
            if one not in reachable(edges, other):
                assert forward.index(one) < forward.index(other)
