"""`report.html`: one file for people, without a single address outside it, at most 1.5 MB whatever was audited."""

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from markupsafe import Markup

from auditor.model import Audit, Outcome, Phase
from reports import numbers
from reports.access import to_see_more
from reports.embedded import embedded
from reports.format import Format
from reports.groups import finding_groups
from reports.notes import grouped
from reports.phases import WHAT
from reports.room import Room
from reports.sections import environment, sections

LIMIT = 1_500_000
"""Bytes of the whole file."""
_FRAME = 60_000  # headings, filters, notes, the drawing's fixed parts

_MEANING = {
    Outcome.PASSED: "no violation",
    Outcome.FAILED: "with findings",
    Outcome.ESTIMATED: "on a sample",
    Outcome.VACUOUS: "no row to look at",
    Outcome.HIDDEN: "not visible to this role",
    Outcome.ERROR: "the measurement broke",
    Outcome.SKIPPED: "not measured",
}


def page(audit: Audit) -> str:
    """`report.html`; what does not fit is said there, and stays in `report.json`."""
    style, script = (Markup(_asset(name)) for name in ("report.css", "report.js"))  # noqa: S704 - our own
    groups = finding_groups(audit.findings)
    json_text, capped = embedded(audit, groups)
    room = Room(LIMIT - _FRAME - sum(len(text.encode()) for text in (style, script, json_text)))
    template = environment().get_template("report.html.j2")
    return template.render(
        audit=audit,
        style=style,
        script=script,
        policy=_policy(style, script),
        embedded=Markup(json_text),  # noqa: S704 - in it, `<` is written as an escape
        capped=capped,
        facts=_facts(audit),
        meaning=_MEANING,
        bar=_bar(audit),
        plan=_plan(audit),
        notes=grouped(note.text for note in audit.plan.notes),
        more=to_see_more(audit),
        **sections(audit, groups, room),
    )


def _facts(audit: Audit) -> list[tuple[str, str]]:
    database, run = audit.database, audit.run
    facts = [
        ("Host", database.host or "local socket"),
        ("PostgreSQL", database.server_version + (" (standby)" if database.in_recovery else "")),
        ("Role", database.role),
        ("Snapshot", re.sub(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)[\d.]*(?:Z|\+00:00)$", r"\1 \2 UTC", run.started_at)),
        ("Took", f"{numbers.duration(run.duration_s)} with {numbers.of(run.jobs, 'connection')}"),
        ("Statements", f"{numbers.count(run.statements)}, {numbers.of(run.rows_read_by_client, 'row')} fetched"),
    ]
    return facts if database.bytes is None else [*facts, ("Size", numbers.size(database.bytes))]


def _bar(audit: Audit) -> list[tuple[Outcome, int, float, float]]:
    """Outcome, number of subjects, and where its part of the bar of 1,000 begins and how long it is."""
    counts = [(outcome, audit.summary.by_outcome.get(outcome, 0)) for outcome in Outcome]
    present = [(outcome, number) for outcome, number in counts if number > 0]
    parts = [max(4.0, 1000 * number / sum(number for _, number in present)) for _, number in present]
    scale = 1000 / sum(parts) if parts else 1
    starts = [round(scale * sum(parts[:n]), 1) for n in range(len(parts))]
    return [
        (outcome, number, start, round(scale * part, 1))
        for (outcome, number), start, part in zip(present, starts, parts, strict=True)
    ]


def _plan(audit: Audit) -> list[tuple[str, str, int, int | None]]:
    """The plan's files: name, what it does, steps, rows expected to change where a step says."""
    by_phase = [(phase, [each for each in audit.plan.steps if each.phase is phase]) for phase in Phase]
    known = {phase: [each.rows for each in steps if each.rows is not None] for phase, steps in by_phase}
    return [
        (phase.file, WHAT[phase], len(steps), sum(known[phase]) if known[phase] else None)
        for phase, steps in by_phase
        if steps
    ]


def _policy(style: str, script: str) -> str:
    """The page's own style and script by their hashes, and nothing else from anywhere."""
    sources = (f"{name}-src 'sha256-{_hash(text)}'" for name, text in (("style", style), ("script", script)))
    return "; ".join(("default-src 'none'", *sources, "base-uri 'none'", "form-action 'none'"))


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _asset(name: str) -> str:
    return files("reports").joinpath("templates", name).read_text("utf-8")


HTML = Format("html", lambda audit: {"report.html": (page(audit),)})
