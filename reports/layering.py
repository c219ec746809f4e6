"""Where the nodes of a directed graph stand: in layers, from left to right, with few crossings.

The usual four steps (Sugiyama, Tagawa, Toda 1981): leave out the edges that close cycles, give each node a layer,
order the layers by the mean place of the neighbours, choose heights. Edges over several layers bend through
invisible nodes, so that they do not run behind visible ones.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt

Node = tuple[str, str]
Edge = tuple[Node, Node]
_SWEEPS = 12
_BEND_SIZE = 14.0


@dataclass(frozen=True, slots=True)
class Bend:
    """An invisible node: where `edge` passes through `layer`."""

    edge: Edge
    layer: int


@dataclass(frozen=True, slots=True)
class Layout:
    """`layers` number the columns from the left; `heights` are the centres; `bends` of an edge begin at its source."""

    layers: Mapping[Node, int]
    heights: Mapping[Node | Bend, float]
    bends: Mapping[Edge, tuple[Bend, ...]]


def layered(nodes: Sequence[Node], edges: Sequence[Edge], sizes: Mapping[Node, float]) -> Layout:
    """Places for nodes of these heights (`sizes`, gap included): targets to the left of sources, except on cycles.

    The same input gives the same layout. Edges from a node to itself are left out by the caller.
    """
    forward = _without_cycles(nodes, edges)
    layers = _layers(nodes, forward)
    bends = {
        (source, target): tuple(Bend((source, target), n) for n in range(layers[source] - 1, layers[target], -1))
        for source, target in forward
    }
    columns: dict[int, list[Node | Bend]] = defaultdict(list)
    for node in nodes:
        columns[layers[node]].append(node)
    for bend in (bend for route in bends.values() for bend in route):
        columns[bend.layer].append(bend)
    neighbours = _neighbours(bends)
    _order(columns, neighbours)
    return Layout(layers, _heights(columns, neighbours, sizes), bends)


def _without_cycles(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Edge]:
    """The edges without those that lead back to a node whose own edges are still being followed."""
    targets: dict[Node, list[Node]] = defaultdict(list)
    for source, target in dict.fromkeys(edges):
        targets[source].append(target)
    kept: list[Edge] = []
    done: set[Node] = set()
    for root in nodes:
        path = {root: iter(targets[root])} if root not in done else {}
        while path:
            node, following = next(reversed(path.items()))
            for target in following:
                if target not in path:
                    kept.append((node, target))
                    if target not in done:
                        path[target] = iter(targets[target])
                        break
            else:
                done.add(node)
                del path[node]
    return kept


def _layers(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[Node, int]:
    """Each node right of all its targets, in the first layer that is not full yet."""
    capacity = max(10, ceil(1.7 * sqrt(len(nodes))))
    targets: dict[Node, list[Node]] = defaultdict(list)
    waiting = dict.fromkeys(nodes, 0)
    sources: dict[Node, list[Node]] = defaultdict(list)
    for source, target in edges:
        targets[source].append(target)
        sources[target].append(source)
        waiting[source] += 1
    ready = [node for node in nodes if not waiting[node]]
    layers: dict[Node, int] = {}
    filled: dict[int, int] = defaultdict(int)
    for node in ready:  # grows while it is read
        layer = 1 + max((layers[target] for target in targets[node]), default=-1)
        while filled[layer] >= capacity:
            layer += 1
        layers[node] = layer
        filled[layer] += 1
        for source in sources[node]:
            waiting[source] -= 1
            if not waiting[source]:
                ready.append(source)
    return layers


def _neighbours(bends: Mapping[Edge, tuple[Bend, ...]]) -> dict[Node | Bend, list[Node | Bend]]:
    neighbours: dict[Node | Bend, list[Node | Bend]] = defaultdict(list)
    for (source, target), route in bends.items():
        path: list[Node | Bend] = [source, *route, target]
        for one, other in pairwise(path):
            neighbours[one].append(other)
            neighbours[other].append(one)
    return neighbours


def _order(columns: dict[int, list[Node | Bend]], neighbours: Mapping[Node | Bend, list[Node | Bend]]) -> None:
    """Sort each column by the mean place of the neighbours, sweeping right and left in turn."""
    place = {node: n / len(column) for column in columns.values() for n, node in enumerate(column, 1)}
    for sweep in range(_SWEEPS):
        for layer in sorted(columns, reverse=bool(sweep % 2)):
            column = columns[layer]
            means = {node: _mean([place[each] for each in neighbours.get(node, ())], place[node]) for node in column}
            column.sort(key=means.__getitem__)
            place.update({node: n / len(column) for n, node in enumerate(column, 1)})


def _heights(
    columns: Mapping[int, list[Node | Bend]],
    neighbours: Mapping[Node | Bend, list[Node | Bend]],
    sizes: Mapping[Node, float],
) -> dict[Node | Bend, float]:
    """Centres, as near to the neighbours' as the order and the sizes allow; the topmost edge is at 0."""

    def size(node: Node | Bend) -> float:
        return _BEND_SIZE if isinstance(node, Bend) else sizes[node]

    heights: dict[Node | Bend, float] = {}
    for column in columns.values():
        heights.update(zip(column, _apart([0.0] * len(column), [size(node) for node in column]), strict=True))
    for sweep in range(_SWEEPS):
        for layer in sorted(columns, reverse=bool(sweep % 2)):
            column = columns[layer]
            wanted = [_mean([heights[each] for each in neighbours.get(node, ())], heights[node]) for node in column]
            heights.update(zip(column, _apart(wanted, [size(node) for node in column]), strict=True))
    top = min((height - size(node) / 2 for node, height in heights.items()), default=0.0)
    return {node: height - top for node, height in heights.items()}


def _apart(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """The centres nearest to the wanted ones (least squares) that keep the order and do not overlap.

    Without the room that the nodes before take, it is an isotonic regression: pool neighbours that are out of order.
    """
    offsets, room = [], 0.0
    for size in sizes:
        offsets.append(room + size / 2)
        room += size
    blocks: list[tuple[float, int]] = []
    for value, offset in zip(wanted, offsets, strict=True):
        mean, count = value - offset, 1
        while blocks and blocks[-1][0] > mean:
            before, number = blocks.pop()
            mean, count = (before * number + mean * count) / (number + count), number + count
        blocks.append((mean, count))
    starts = [mean for mean, count in blocks for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=True)]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
