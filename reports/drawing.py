"""The drawing of tables and references: which tables are in it, and where their boxes and lines stand."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from auditor.model import Audit, Finding, Severity
from reports import numbers
from reports.layering import Edge, Layout, Node, layered

TABLES = 150
_WIDTH, _PITCH, _GAP, _MARGIN = 208.0, 312.0, 16.0, 32.0
_LINE, _PADDING = 15.0, 10.0
_PER_ROW = 4
_LETTERS, _LEAST = 33, 5  # letters in a box's second line; of a schema's name, so that it still says something


@dataclass(frozen=True, slots=True)
class Box:
    """A table: the place of its box in pixels, and what is written in it."""

    schema: str
    table: str
    x: float
    y: float
    width: float
    height: float
    severity: Severity | None
    detail: str

    @property
    def label(self) -> str:
        """The table's name in the room that a box has, cut in the middle."""
        return self.table if len(self.table) <= 24 else f"{self.table[:14]}…{self.table[-9:]}"

    @property
    def second_line(self) -> str:
        """The detail, and before it the schema where it is not `public`, cut to the room that is left."""
        room = _LETTERS - len(self.detail) - len(" · ")
        if self.schema == "public" or room < _LEAST:
            return self.detail
        schema = self.schema if len(self.schema) <= room else f"{self.schema[: room - 1]}…"
        return f"{schema} · {self.detail}"


@dataclass(frozen=True, slots=True)
class Line:
    """A reference between two boxes: `path` in SVG's words; `label` is the count of violations, or empty."""

    path: str
    declared: bool
    label: str
    label_x: float
    label_y: float
    description: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and lines, and how many tables with findings did not fit."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Link:
    """What one line stands for: all declared, or all inferred, references from one table to another."""

    edge: Edge
    declared: bool
    columns: tuple[str, ...]
    violations: int

    @property
    def description(self) -> str:
        (_, source), (_, target) = self.edge
        word = "declared" if self.declared else "inferred"
        counted = f", {numbers.of(self.violations, 'violation')}" if self.violations else ""
        return f"{source} ({', '.join(self.columns)}) → {target}: {word}{counted}"


def draw(audit: Audit) -> Drawing | None:
    """The tables with findings and those that their findings' references lead to; None where there are none."""
    found = _findings_by_table(audit)
    tables = list(dict.fromkeys((*_worst_first(found), *_led_to(audit))))
    shown = tables[:TABLES]
    if not shown:
        return None
    links = _links(audit, set(shown))
    outgoing = Counter(link.edge[0] for link in links)
    sizes = {table: max(2, outgoing[table]) * _LINE + _PADDING + _GAP for table in shown}
    linked = [table for table in shown if any(table in link.edge for link in links if link.edge[0] != link.edge[1])]
    plan = layered(linked, [link.edge for link in links if link.edge[0] != link.edge[1]], sizes)
    places = _places(plan, [table for table in shown if table not in set(linked)], sizes)
    rows = {(each.schema, each.table): each.rows for each in audit.tables}
    boxes = {t: _box(t, places[t], sizes[t] - _GAP, found.get(t, ()), rows.get(t)) for t in shown}
    return Drawing(
        width=max(box.x + box.width for box in boxes.values()) + _MARGIN,
        height=max(box.y + box.height for box in boxes.values()) + _MARGIN,
        boxes=tuple(boxes.values()),
        lines=tuple(_lines(links, boxes, plan)),
        left_out=len(tables) - len(shown),
    )


def _findings_by_table(audit: Audit) -> dict[Node, list[Finding]]:
    found: dict[Node, list[Finding]] = defaultdict(list)
    for each in audit.findings:
        if each.subject.schema is not None and each.subject.table is not None:
            found[each.subject.schema, each.subject.table].append(each)
    return found


def _worst_first(found: Mapping[Node, Sequence[Finding]]) -> list[Node]:
    def weight(table: Node) -> tuple[int, int, Node]:
        findings = found[table]
        return -max(each.severity.rank for each in findings), -sum(each.violations or 0 for each in findings), table

    return sorted(found, key=weight)


def _led_to(audit: Audit) -> list[Node]:
    return [(each.reference.schema, each.reference.table) for each in audit.findings if each.reference is not None]


def _links(audit: Audit, shown: set[Node]) -> list[_Link]:
    """The references among these tables, those of findings too where the audit lists them nowhere else."""
    columns: dict[tuple[Node, Node, bool], dict[str, None]] = defaultdict(dict)
    violations: Counter[tuple[Node, Node, bool]] = Counter()
    for each in (*audit.references, *audit.other_references):
        key = ((each.schema, each.table), (each.ref_schema, each.ref_table), each.declared)
        columns[key][each.expression or ", ".join(each.columns)] = None
    for finding in audit.findings:
        subject, side = finding.subject, finding.reference
        if side is not None and subject.schema is not None and subject.table is not None:
            key = ((subject.schema, subject.table), (side.schema, side.table), side.declared)
            columns[key][subject.expression or ", ".join(subject.columns)] = None
            violations[key] += finding.violations or 0
    return [
        _Link((source, target), declared, tuple(names), violations[source, target, declared])
        for (source, target, declared), names in columns.items()
        if source in shown and target in shown
    ]


def _places(plan: Layout, alone: Sequence[Node], sizes: Mapping[Node, float]) -> dict[Node, tuple[float, float]]:
    """The upper left corner of each box; tables without a line stand in rows below the others."""
    places = {
        node: (_MARGIN + layer * _PITCH, _MARGIN + plan.heights[node] - (sizes[node] - _GAP) / 2)
        for node, layer in plan.layers.items()
    }
    bottom = max((places[node][1] + sizes[node] for node in places), default=_MARGIN)
    per_row = max(_PER_ROW, 1 + max(plan.layers.values(), default=0))
    size = max((sizes[node] for node in alone), default=0.0)
    for number, node in enumerate(alone):
        row, column = divmod(number, per_row)
        places[node] = (_MARGIN + column * (_WIDTH + 2 * _GAP), bottom + row * size)
    return places


def _box(table: Node, place: tuple[float, float], height: float, findings: Sequence[Finding], rows: int | None) -> Box:
    counts = Counter(each.severity for each in findings)
    words = [numbers.of(rows, "row")] if rows is not None else []
    worst = next((severity for severity in Severity if counts[severity]), None)
    if worst is not None:
        words.append(numbers.of(counts[worst], worst, "advice" if worst is Severity.ADVICE else ""))
    schema, name = table
    return Box(schema, name, place[0], place[1], _WIDTH, height, worst, " · ".join(words))


def _lines(links: Sequence[_Link], boxes: Mapping[Node, Box], plan: Layout) -> list[Line]:
    ports: Counter[Node] = Counter()
    outgoing = Counter(link.edge[0] for link in links)
    lines = []
    for link in sorted(links, key=lambda link: _next_height(link.edge, boxes, plan)):
        source, target = (boxes[node] for node in link.edge)
        ports[link.edge[0]] += 1
        y = source.y + source.height * ports[link.edge[0]] / (outgoing[link.edge[0]] + 1)
        bends = [
            (_MARGIN + bend.layer * _PITCH, _MARGIN + plan.heights[bend]) for bend in plan.bends.get(link.edge, ())
        ]
        path = _loop(source, y) if source is target else _path((source.x, y), bends, target)
        label = numbers.count(link.violations) if link.violations else ""
        lines.append(Line(path, link.declared, label, source.x - 8, y - 4, link.description))
    return lines


def _next_height(edge: Edge, boxes: Mapping[Node, Box], plan: Layout) -> float:
    """Where the line goes first: lines that leave a box in this order do not cross before that."""
    bends = plan.bends.get(edge, ())
    return plan.heights[bends[0]] + _MARGIN if bends else boxes[edge[1]].y + boxes[edge[1]].height / 2


def _path(start: tuple[float, float], bends: Sequence[tuple[float, float]], target: Box) -> str:
    """From the source's left side through the bends, each as wide as a box, to the target's right side."""
    points = [start]
    for x, y in bends:
        points += [(x + _WIDTH, y), (x, y)]
    points.append((target.x + target.width + 7, target.y + target.height / 2))
    parts = [f"M{points[0][0]:.0f} {points[0][1]:.0f}"]
    for number, ((x1, y1), (x2, y2)) in enumerate(pairwise(points)):
        if number % 2:
            parts.append(f"L{x2:.0f} {y2:.0f}")
        else:
            bow = max(40.0, abs(x1 - x2) / 2)
            parts.append(f"C{x1 - bow:.0f} {y1:.0f} {x2 + bow:.0f} {y2:.0f} {x2:.0f} {y2:.0f}")
    return "".join(parts)


def _loop(box: Box, y: float) -> str:
    """A table that references itself: out of the left side and back into it."""
    return f"M{box.x:.0f} {y:.0f}c-30 0 -30 16 -7 16"
