"""The audit on a terminal: one line a finding, what was not seen, a summary, and the next command."""

import shlex
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

from auditor.model import Audit, Finding, Outcome, Severity, printable
from reports import numbers
from reports.access import to_see_more
from reports.groups import FindingGroup, UnseenGroup, finding_groups, unseen_groups

# Of each check: advice is for the report, warnings are for the eye, blockers for the hand.
_LINES = {Severity.BLOCKER: 100, Severity.WARNING: 20, Severity.ADVICE: 3}
_SGR = {
    Severity.BLOCKER: "1;31",
    Severity.WARNING: "33",
    Severity.ADVICE: "36",
    Outcome.HIDDEN: "35",
    Outcome.ERROR: "31",
    Outcome.SKIPPED: "33",
    "strong": "1",
    "quiet": "2",
}
_SUBJECTS_NAMED = 3
_MINIMUM_SUBJECT = 32


def render(audit: Audit, *, color: bool, width: int | None, plan: str | None = "audit/plan") -> str:
    """The text for standard output, ending with a newline.

    `color` adds the only control characters there are: everything from the database goes through `printable`.
    `width` (columns) shortens subjects so that a finding keeps to its line; None leaves them whole.
    `plan` is the folder that the plan was written to, None where it was not written: the next command names it.
    """
    page = _Page(color, width)
    blocks = [
        [page.styled("strong", _title(audit)), *(printable(note) for note in audit.run.notes)],
        list(page.findings(finding_groups(audit.findings))),
        list(page.unseen(unseen_groups(audit))),
        [
            page.styled("strong", printable(audit.summary.verdict)),
            _totals(audit),
            *_next(audit, plan),
        ],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _title(audit: Audit) -> str:
    database, run = audit.database, audit.run
    return printable(
        f"{database.name} on {database.host or 'local socket'} · PostgreSQL {database.server_version} · "
        f"as {database.role} · {numbers.of(run.statements, 'statement')} in {numbers.duration(run.duration_s)}"
    )


def _totals(audit: Audit) -> str:
    counts = audit.summary.by_severity
    passed = audit.summary.by_outcome.get(Outcome.PASSED, 0)
    unseen = sum(not each.is_complete for each in audit.coverage)
    parts = (
        numbers.of(counts.get(Severity.BLOCKER, 0), "blocker"),
        numbers.of(counts.get(Severity.WARNING, 0), "warning"),
        f"{numbers.count(counts.get(Severity.ADVICE, 0))} advice",
        f"{numbers.count(passed)} passed",
        f"{numbers.count(unseen)} not seen",
    )
    return " · ".join(parts) + ("" if audit.summary.complete else " · INCOMPLETE")


def _next(audit: Audit, plan: str | None) -> Iterator[str]:
    """What to do now: see the rest where not all was seen, then read the plan or what is known about the worst."""
    more = to_see_more(audit)
    if more:
        yield f"next: {more}"
    if audit.plan.steps and plan is not None:
        yield f"next: less {printable(shlex.quote(plan + '/README.md'))}"
    elif audit.findings:
        worst = finding_groups(audit.findings)[0].check
        yield f"next: auditor checks {printable(shlex.quote(worst))}"
    elif not more:
        yield "next: auditor checks (what was looked for), or auditor.toml (what the next migration intends)"


class _Page:
    """How wide and how colourful the text is, and the columns that follow from it."""

    def __init__(self, color: bool, width: int | None) -> None:
        self.color = color
        self.width = width

    def styled(self, style: str, text: str) -> str:
        return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if self.color and text else text

    def findings(self, groups: Sequence[FindingGroup]) -> Iterator[str]:
        shown = [(group, group.findings[: _LINES[group.severity]]) for group in groups]
        rows = [_row(finding) for _, findings in shown for finding in findings]
        widths = [max(map(_cells, column)) for column in zip(*rows, strict=True)]
        if self.width is not None and rows:
            spare = self.width - sum(widths[1:]) - 2 * (len(widths) - 1)
            widths[0] = min(widths[0], max(spare, _MINIMUM_SUBJECT))
        for severity, members in groupby(shown, key=lambda pair: pair[0].severity):
            for group, findings in members:
                for finding in findings:
                    yield self._line(severity, _row(finding), widths)
                if rest := len(group.findings) - len(findings):
                    yield self.styled("quiet", _more(group, rest))

    def _line(self, severity: Severity, row: Sequence[str], widths: Sequence[int]) -> str:
        subject, check, word, amount, fingerprint = (
            _padded(_shortened(text, width), width) for text, width in zip(row, widths, strict=True)
        )
        cells = (subject, check, self.styled(severity, word), amount, self.styled("quiet", fingerprint.rstrip()))
        return "  ".join(cells)

    def unseen(self, groups: Sequence[UnseenGroup]) -> Iterator[str]:
        if not groups:
            return
        yield self.styled("strong", "not seen")
        for group in groups:
            places = group.places
            named = ", ".join(places[:_SUBJECTS_NAMED])
            more = f" and {numbers.count(len(places) - _SUBJECTS_NAMED)} more" * (len(places) > _SUBJECTS_NAMED)
            word = self.styled(group.outcome, f"{group.outcome:<7}")
            yield f"{word}  {numbers.count(len(places))}: {printable(group.reason)}: {named}{more}"


def _row(finding: Finding) -> tuple[str, str, str, str, str]:
    return (
        str(finding.subject),
        printable(finding.check),
        finding.severity.value,
        numbers.found(finding),
        printable(finding.fingerprint),
    )


def _more(group: FindingGroup, rest: int) -> str:
    tables = numbers.of(group.tables, "table")
    return f"… and {numbers.count(rest)} more of {printable(group.check)} ({group.severity}), {tables} in all"


def _cells(text: str) -> int:
    """How many columns of a terminal the text takes: two for a wide character, none for a combining one."""
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _cells(text))


def _shortened(text: str, width: int) -> str:
    """The text in `width` columns; what is cut out is the middle, as tables differ at the start, columns at the end."""
    if _cells(text) <= width:
        return text
    start, end = text, text[len(text) // 2 :]
    while _cells(start) > width // 2:
        start = start[:-1]
    while _cells(start) + 1 + _cells(end) > width:
        end = end[1:]
    return f"{start}…{end}"
