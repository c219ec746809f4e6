"""The parts of the HTML report that grow with the database, each cut to the room that it has."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup, escape

from auditor.model import Audit, Finding, Outcome, Phase, Readiness, Reference, Remedy, Severity, Subject, printable
from auditor.model.lines import line_of_finding
from reports import numbers
from reports.drawing import draw
from reports.groups import FindingGroup, UnseenGroup, partly_seen_groups, unseen_groups
from reports.phases import TABS
from reports.room import Pieces, Room
from reports.templating import html_environment

_TEXT, _CELL, _SCAN, _NAMED = 20_000, 200, 4_000, 12  # characters of a text, a cell, a statement; things in a list
_GROUPS, _CARDS = 120, 100  # checks with findings; findings in full of each
_OPEN = {Severity.BLOCKER: 40, Severity.WARNING: 12, Severity.ADVICE: 0}  # findings with which a group stands open


def sections(audit: Audit, groups: tuple[FindingGroup, ...], room: Room) -> dict[str, Any]:
    """Every part that grows with the database, as pieces that fit: names and values for the page's template."""
    parts: Any = environment().get_template("parts.html.j2").module
    picture = draw(audit)
    drawing = room.take([parts.drawing(picture)] if picture else [], 1 if picture else 0, 0.2)
    counted = _violations_by_reference(audit)
    listed = (*audit.references, *audit.other_references)
    unseen, partly = unseen_groups(audit), partly_seen_groups(audit)
    shown: dict[str, Any] = {
        "picture": picture,
        "drawing": drawing,
        "unseen": room.take(map(parts.unseen, unseen), len(unseen), 0.08),
        "partly": room.take(map(parts.unseen, partly), len(partly), 0.03),
        "unseen_tables": _tables(unseen) or len(unseen),
        "partly_tables": _tables(partly),
        "checks": room.take(map(parts.check, audit.checks), len(audit.checks), 0.06),
        "tables": room.take(map(parts.table, audit.tables), len(audit.tables), 0.05),
        "scans": room.take((parts.scan(n, each) for n, each in enumerate(audit.scans, 1)), len(audit.scans), 0.07),
        "references": room.take((parts.reference(each, counted[_key(each)]) for each in listed), len(listed), 0.05),
    }
    shown["groups"] = _finding_groups(audit, groups[:_GROUPS], Room(int(room.left * 0.75)), parts)
    room.left -= sum(len(piece.encode()) for group in shown["groups"] for piece in group.cards.pieces)
    shown["groups_left_out"] = len(groups) - len(shown["groups"])
    on_page = {print_ for group in shown["groups"] for print_ in group.fingerprints}
    return shown | _readiness(audit, room, parts, on_page)


def _tables(groups: Sequence[UnseenGroup]) -> int:
    """How many tables the groups are about, each counted once whatever the reasons are."""
    subjects = (each.subject for group in groups for each in group.coverage)
    return len({(each.schema, each.table) for each in subjects if each.table is not None})


@dataclass(frozen=True, slots=True)
class _Group:
    """The findings of one check and severity on the page."""

    group: FindingGroup
    summary: str
    cards: Pieces
    open: bool

    @property
    def fingerprints(self) -> Iterator[str]:
        return (each.fingerprint for each in self.group.findings[: len(self.cards.pieces)] if _anchor(each.fingerprint))


def _finding_groups(audit: Audit, groups: tuple[FindingGroup, ...], room: Room, parts: Any) -> tuple[_Group, ...]:
    """The worst first, none with more than its share: the other checks have to be on the page too.

    What room is left then goes to the SQL of the plan, again for the worst first.
    """
    summaries = {check.id: check.summary for check in audit.checks}
    shown = []
    for number, group in enumerate(groups):
        share = max(0.4, 1 / (len(groups) - number))
        cards = room.take(_cards(group, parts, room.left * share * 0.7), len(group.findings), share)
        opened = cards.total <= _OPEN[group.severity]
        shown.append(_Group(group, summaries.get(group.check, ""), cards, opened))
    return tuple(replace(each, cards=_with_plans(each, room, parts)) for each in shown)


def _cards(group: FindingGroup, parts: Any, room: float) -> Iterator[Markup]:
    """The first findings as cards without the plan's SQL, those for which that is too much in one line each."""
    for number, finding in enumerate(group.findings):
        card: Markup = parts.card(finding, False) if number < _CARDS and room > 0 else parts.brief(finding)
        room -= len(card.encode())
        yield card


def _with_plans(group: _Group, room: Room, parts: Any) -> Pieces:
    """The group's cards, the first of them with the plan's SQL while there is room for it."""
    cards = list(group.cards.pieces)
    for number, finding in enumerate(group.group.findings[: min(len(cards), _CARDS)]):
        whole: Markup = parts.card(finding, True)
        more = len(whole.encode()) - len(cards[number].encode())
        if more > room.left:
            break
        room.left -= more
        cards[number] = whole
    return replace(group.cards, pieces=tuple(cards))


def _readiness(audit: Audit, room: Room, parts: Any, on_page: set[str]) -> dict[str, Any]:
    """The matrix: a row each for what is blocked or intended; the rest, unknown or ready, is folded."""
    sizes = {(each.schema, each.table): each for each in audit.tables}
    mended = _mended(audit)
    order = ("blocked", "unknown", "ready")
    rows = sorted(audit.constraints, key=lambda each: (not each.intended, order.index(each.state)))
    main = [each for each in rows if each.intended or each.state == "blocked"]
    others = {state: [each for each in rows if not each.intended and each.state == state] for state in order[1:]}
    ready = sorted(others["ready"], key=lambda each: (each.population == 0, each.kind))

    def row(each: Readiness) -> Markup:
        size = sizes.get((each.subject.schema or "", each.subject.table or ""))
        files = [Phase.CLEANUP.file] if mended.intersection(each.findings) else []
        rendered: Markup = parts.readiness(each, on_page, size, [*files, *filter(None, [each.file])])
        return rendered

    return {
        "readiness": room.take(map(row, main), len(main), 0.6),
        "unknown": room.take(map(row, others["unknown"]), len(others["unknown"]), 0.4),
        "ready": room.take(map(parts.ready, ready), len(ready), 0.9),
        "ready_empty": sum(each.population == 0 for each in ready),
        "kinds": {state: _kinds(members) for state, members in others.items()},
        "states": Counter(each.state for each in audit.constraints),
    }


def _kinds(rows: Sequence[Readiness]) -> str:
    counted = Counter(each.kind.replace("-", " ") for each in rows)
    return ", ".join(f"{numbers.count(number)} {kind}" for kind, number in counted.most_common())


def _mended(audit: Audit) -> set[str]:
    """The findings whose rows the plan changes."""
    return {print_ for step in audit.plan.steps if step.phase is Phase.CLEANUP for print_ in step.fingerprints}


def _violations_by_reference(audit: Audit) -> Counter[tuple[Any, ...]]:
    counted: Counter[tuple[Any, ...]] = Counter()
    for finding in audit.findings:
        subject, side = finding.subject, finding.reference
        if side is not None:
            source = (subject.schema, subject.table, subject.expression or subject.columns)
            counted[(*source, side.schema, side.table, side.columns)] += finding.violations or 0
    return counted


def _key(reference: Reference) -> tuple[Any, ...]:
    source = (reference.schema, reference.table, reference.expression or reference.columns)
    return (*source, reference.ref_schema, reference.ref_table, reference.ref_columns)


@cache
def environment() -> Environment:
    """The page's templates with the words and limits that they need."""
    templates = html_environment()
    templates.filters |= {
        "cut": lambda text: _cut(text, 2_000),
        "cell": lambda text: _cut(text, _CELL),
        "table_name": _table_name,
        "phases": _phases,
        "why": _why,
        "overruling": _overruling,
        "said_of": _said_of,
        "prose": _prose,
        "address": lambda text: quote(printable(text), safe=""),
    }
    templates.tests["anchor"] = _anchor
    templates.globals |= {
        "share": numbers.share,
        "found": numbers.found,
        "text_cap": _TEXT,
        "cell_cap": _NAMED,
        "scan_cap": _SCAN,
        "outcomes": tuple(Outcome),
    }
    return templates


def _cut(text: object, most: int) -> str:
    whole = str(text)
    return whole if len(whole) <= most else f"{whole[:most]}…"


def _anchor(fingerprint: str) -> bool:
    """Whether it can be an element's id: a stored report may hold anything there."""
    return re.fullmatch(r"F-[0-9a-f]+", fingerprint) is not None


def _table_name(subject: Subject) -> str:
    return "" if subject.table is None else f"{subject.schema}.{subject.table}"


def _overruling(finding: Finding) -> str | None:
    """The line of the finding's inferred reference as a string of TOML, whose escapes JSON's are among."""
    line = line_of_finding(finding)
    return None if line is None else json.dumps(line, ensure_ascii=False)


def _why(row: Readiness) -> str:
    """What stands in the way, in the audit's words or in the plainest."""
    return row.reason or {"ready": "nothing", "unknown": "not seen", "blocked": "the finding"}[row.state]


def _said_of(subject: Subject, message: str) -> str:
    """A message without the subject that it begins with, for where the subject stands beside it."""
    return message.removeprefix(f"{subject} ")


def _prose(text: str) -> Markup:
    """A text of the auditor's own, in which `…` is code."""
    parts = (escape(printable(part)) for part in text.split("`"))
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def _phases(remedy: Remedy) -> list[tuple[str, str, str]]:
    """The tabs of a remedy: heading, the plan's file, SQL."""
    texts = ((phase, getattr(remedy.sql, phase.value)) for phase in TABS)
    return [(TABS[phase], phase.file, text) for phase, text in texts if text]
