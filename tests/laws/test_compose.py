"""Laws of composing plans."""

from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Note, Part, Phase, Plan, Step
from auditor.remedy import compose
from auditor.remedy.rows import assigned_columns


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """A step is told by its identity: what differs between two of one identity is who asked for it."""
    number = draw(st.integers(0, 9))
    column = f"@{number % 3:010x}" if number % 2 else ""
    return Step(
        id=f"step-{number}{column}",
        phase=list(Phase)[number % len(Phase)],
        order=(number // 3, f"table {number}"),
        title=f"title {number}",
        parts=(Part(title=f"title {number}", statements=(f"SELECT {number};",), transactional=number != 4),),
        lock="none",
        rows=draw(st.none() | st.integers(0, 3)),
        fingerprints=draw(
            st.sets(st.sampled_from(["F-1", "F-2", "F-3"]), max_size=2).map(lambda found: tuple(sorted(found)))
        ),
    )


plans = st.builds(
    Plan,
    id=st.just("p1"),
    steps=st.lists(steps(), max_size=6).map(tuple),
    notes=st.lists(st.builds(Note, st.sampled_from("abc"), st.sampled_from([("F-1",), ("F-2",)]))).map(tuple),
).map(compose)


@given(plans, plans, plans)
def test_compose_is_associative(one: Plan, two: Plan, three: Plan) -> None:
    assert compose(compose(one, two), three) == compose(one, compose(two, three)) == compose(one, two, three)


@given(plans, plans)
def test_compose_is_commutative(one: Plan, two: Plan) -> None:
    assert compose(one, two) == compose(two, one)


@given(plans)
def test_compose_is_idempotent(plan: Plan) -> None:
    assert compose(plan, plan) == compose(plan) == plan


@given(plans)
def test_the_empty_plan_changes_nothing(plan: Plan) -> None:
    assert compose(plan, Plan()) == compose(Plan(), plan) == plan
    assert compose() == Plan()


@given(st.lists(plans))
def test_each_step_is_there_once_in_the_order_of_phases(several: list[Plan]) -> None:
    composed = compose(*several)
    found = [step.id for step in composed.steps]
    assert sorted(found) == sorted({step.id for plan in several for step in plan.steps})
    phases = [list(Phase).index(step.phase) for step in composed.steps]
    assert phases == sorted(phases)


@st.composite
def assignments(draw: st.DrawFn) -> Plan:
    """A plan of one finding that assigns to some of three columns."""
    columns = draw(st.sets(st.sampled_from(["a", "b", "c"]), min_size=1))
    number = draw(st.integers(0, 9))
    step = Step(
        id=f"assign-{number}@" + "+".join(sorted(columns)),
        phase=Phase.CLEANUP,
        order=(0, ""),
        title=f"assign {number}",
        parts=(),
        lock="none",
        fingerprints=(f"F-{number}",),
    )
    return compose(Plan(id="p1", steps=(step,)))


@given(st.lists(assignments(), max_size=4), st.randoms())
def test_a_conflict_is_told_with_both_sides_whatever_is_composed_first(several: list[Plan], random: Random) -> None:
    composed = compose(*several)
    expected = {
        tuple(sorted((*one.fingerprints, *other.fingerprints)))
        for one, other in combinations(composed.steps, 2)
        if assigned_columns(one.id) & assigned_columns(other.id)
    }
    told = {note.fingerprints for note in composed.notes}
    assert {tuple(sorted({*pair})) for pair in expected} == told
    for note in composed.notes:
        assert all(fingerprint in note.text for fingerprint in note.fingerprints)
        titles = {step.title for step in composed.steps if {*step.fingerprints} <= {*note.fingerprints}}
        assert all(title in note.text for title in titles)
    again = several.copy()
    random.shuffle(again)
    assert compose(*again) == composed
