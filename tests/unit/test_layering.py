"""The drawing's layout: targets left of sources, nothing overlaps, the same graph always looks the same."""

from collections import defaultdict
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Audit
from reports.drawing import TABLES, draw
from reports.layering import layered
from tests import audits

_nodes = st.integers(1, 25).map(lambda n: [("s", f"t{i}") for i in range(n)])


@st.composite
def graphs(draw_: st.DrawFn) -> tuple[list[tuple[str, str]], list[tuple[tuple[str, str], tuple[str, str]]]]:
    nodes = draw_(_nodes)
    edges = draw_(st.lists(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)), max_size=40))
    return nodes, [(source, target) for source, target in edges if source != target]


@settings(deadline=None)
@given(graphs())
def test_every_node_has_a_place_of_its_own(
    graph: tuple[list[tuple[str, str]], list[tuple[tuple[str, str], tuple[str, str]]]],
) -> None:
    nodes, edges = graph
    sizes = {node: 30.0 + 7 * (number % 4) for number, node in enumerate(nodes)}
    plan = layered(nodes, edges, sizes)
    assert set(plan.layers) == set(nodes)
    for source, target in plan.bends:
        assert plan.layers[target] < plan.layers[source]
    columns = defaultdict(list)
    for node in nodes:
        columns[plan.layers[node]].append((plan.heights[node], sizes[node]))
    for column in columns.values():
        column.sort()
        for (upper, size), (lower, other) in pairwise(column):
            assert lower - upper >= (size + other) / 2 - 1e-6
    assert plan == layered(nodes, edges, sizes)


def test_a_chain_is_read_from_the_left() -> None:
    chain = [("s", name) for name in "abcd"]
    edges = [(chain[n + 1], chain[n]) for n in range(3)]
    assert layered(chain, edges, dict.fromkeys(chain, 10.0)).layers == {node: n for n, node in enumerate(chain)}


def test_a_cycle_has_layers_too() -> None:
    ring = [("s", name) for name in "abc"]
    plan = layered(ring, [(ring[n], ring[(n + 1) % 3]) for n in range(3)], dict.fromkeys(ring, 10.0))
    assert sorted(plan.layers.values()) == [0, 1, 2]


def test_the_drawing_is_limited_and_says_by_how_much() -> None:
    picture = draw(audits.huge())
    assert picture is not None
    assert len(picture.boxes) == TABLES
    assert picture.left_out == 3_000 + 1 - TABLES
    assert draw(audits.empty()) is None


@settings(deadline=None)
@given(audits.audits)
def test_boxes_lie_inside_the_drawing(audit: Audit) -> None:
    picture = draw(audit)
    for box in picture.boxes if picture else ():
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= picture.width  # type: ignore[union-attr]
        assert box.y + box.height <= picture.height  # type: ignore[union-attr]
