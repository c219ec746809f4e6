"""`plan/` for runners that wrap each file in a transaction: one part of a step a file, numbered, no psql commands.

Supabase CLI, Flyway and dbmate read the same files: `docs/plan-formats.md` says how.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from auditor.model import Audit, Part, Phase, Step
from reports import numbers
from reports.format import Format
from reports.plan import comment, plan_json, readme, steps_of, written_for

_FORWARD, _BACK = "steps", "rollback"
# The runner writes its own table in the same transaction, and may name it without a schema.
_PATH = "search_path"
_SET = "DO $$BEGIN PERFORM pg_catalog.set_config('{}', pg_catalog.current_setting('{}'), true); END$$;"
_KEEP, _GIVE_BACK = _SET.format("auditor.path", _PATH), _SET.format(_PATH, "auditor.path")
_ISOLATION = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"


@dataclass(frozen=True, slots=True)
class _File:
    """A part of a step, and what the runner would have to run first where the part has failed before."""

    folder: str
    step: Step
    part: Part
    repair: Part | None


def files(audit: Audit) -> dict[str, Iterable[str]]:
    """The steps in `plan/steps/`, the rollback in `plan/rollback/`."""
    parts = [*_files(audit)]
    names = [_name(audit, number, each) for number, each in enumerate(parts)]
    written: dict[str, Iterable[str]] = {"plan/README.md": (readme(audit, "steps", _places(parts, names)),)}
    if not parts:
        return written
    for number, (each, name) in enumerate(zip(parts, names, strict=True), 1):
        text = _text(audit, f"{number} of {len(parts)}", each)
        written[name] = (text,)
        if settings := _flyway_settings(each.part, text):
            written[f"{name}.conf"] = (settings,)
    written["plan/plan.json"] = plan_json(audit)
    return dict(sorted(written.items()))


def _files(audit: Audit) -> Iterator[_File]:
    """What begins every file of psql's folder begins each of these, and says who is in the way once more before
    constraints are added; what is to fail would stop the runner."""
    for folder, phases in ((_FORWARD, [p for p in Phase if p is not Phase.ROLLBACK]), (_BACK, [Phase.ROLLBACK])):
        pairs = [(step, part) for phase in phases for step in steps_of(audit, phase) for part in step.parts]
        before: Part | None = None
        for number, (step, part) in enumerate(pairs):
            again = number and part == pairs[0][1] and step.phase is not Phase.CONSTRAINTS
            if not (part.repairs or part.may_fail or again):
                yield _File(folder, step, part, before if before and before.repairs else None)
            before = part


def _name(audit: Audit, number: int, file: _File) -> str:
    """`20261121031500_what_it_does.sql`: a time, as these runners expect, which counts on from the audit's by seconds.

    The rollback's are later than the steps', so that it can be added behind them.
    """
    try:
        began = datetime.fromisoformat(audit.run.started_at)
        version = (began + timedelta(seconds=number)).strftime("%Y%m%d%H%M%S")
    except (ValueError, OverflowError):
        version = f"{number:014}"
    what = re.sub(r"[^a-z0-9]+", "_", file.part.title.lower()).strip("_")[:60].rstrip("_")
    return f"plan/{file.folder}/{version}_{what or 'step'}.sql"


def _places(files: list[_File], names: list[str]) -> dict[Phase, str]:
    places: dict[Phase, list[str]] = {}
    for each, name in zip(files, names, strict=True):
        places.setdefault(each.step.phase, []).append(name.removeprefix("plan/").partition("_")[0])
    return {
        phase: found[0] if len(found) == 1 else f"{found[0]} to {found[-1].rpartition('/')[2]}"
        for phase, found in places.items()
    }


def _text(audit: Audit, number: str, file: _File) -> str:
    body = _transactional(file.part) if file.part.transactional else _single(file)
    return "\n".join((*_header(audit, number, file), *body)) + "\n"


def _header(audit: Audit, number: str, file: _File) -> Iterator[str]:
    step = file.step
    rows = "" if step.rows is None else f"; {numbers.of(step.rows, 'row')} expected"
    yield "-- migrate:up" if file.part.transactional else "-- migrate:up transaction:false"
    yield comment(
        f"{number}, {step.phase}: {file.part.title}",
        written_for(audit),
        f"finding {', '.join(step.fingerprints) or '(none: needed by the others)'}",
        f"lock {step.lock}{rows}",
    )


def _transactional(part: Part) -> Iterator[str]:
    keeps_path = any(setting.startswith(_PATH) for setting in part.settings)
    yield comment("runs in a transaction, which the runner begins and ends")
    yield _ISOLATION
    yield from (f"SET LOCAL {setting};" for setting in part.settings if not setting.startswith(_PATH))
    if keeps_path:
        yield _KEEP
    yield from (f"SET LOCAL {setting};" for setting in part.settings if setting.startswith(_PATH))
    yield from part.statements
    if keeps_path:
        yield _GIVE_BACK


def _single(file: _File) -> Iterator[str]:
    yield comment(
        "PostgreSQL refuses this statement in a transaction (25001 or 2D000): it stands alone",
        f"settings for the connection: {', '.join(file.part.settings)}",
    )
    if file.repair is not None:
        yield comment(f"if it fails, before you run it again: {' '.join(file.repair.statements)}")
    yield comment("squawk-ignore require-lock-timeout, require-statement-timeout")
    yield from file.part.statements


def _flyway_settings(part: Part, text: str) -> str:
    """Flyway looks for them beside the file."""
    lines = [] if part.transactional else ["executeInTransaction=false\n"]
    return "".join([*lines, *(["placeholderReplacement=false\n"] if "${" in text else [])])


STEPS = Format("sql", files)
