"""squawk on the files that build constraints."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from auditor.model import Audit, Part, Phase
from reports import SQL, STEPS

BUILDING = (Phase.FENCE, Phase.INDEXES, Phase.CONSTRAINTS)
_OF_BUILDING = re.compile(rf"^-- \d+ of \d+, ({'|'.join(BUILDING)}): ", re.MULTILINE)
_BLOCK = re.compile(r"^DO (\$\w+\$)(.*?)\1;$", re.MULTILINE | re.DOTALL)
_DEFINITION = re.compile(r"^ *((?:ALTER|CREATE|DROP|GRANT|REVOKE|REFRESH)\b[^;]*;)$", re.MULTILINE)


# Where squawk is wrong about what stands in a block, and why.
_EXCEPTIONS = {
    # The root of a partitioned table, where CONCURRENTLY is refused: it takes the leaves' indexes, and reads no row.
    r"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)": "require-concurrent-index-creation",
    # The column takes a key of that type: another type would be another foreign key.
    r"ALTER TABLE .* ADD COLUMN .* integer;": "prefer-bigint-over-int",
    # The CHECK that spares SET NOT NULL its scan before 18, made two transactions before: NOT NULL says the same now.
    r"ALTER TABLE \S+ DROP CONSTRAINT \S+is_set\"?;": "ban-drop-constraint",
}


def squawk(files: Iterable[Path], version: int, *options: str) -> str:
    """What squawk says of these files, with its defaults and require-table-schema; empty where it says nothing."""
    found = [*files]
    if not found:
        return ""
    program = str(Path(sys.executable).with_name("squawk"))
    command = [program, "--include", "require-table-schema", "--pg-version", f"{version}.0", "--reporter", "gcc"]
    done = subprocess.run([*command, *options, *map(str, found)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def complaints(audit: Audit, version: int, folder: Path) -> str:
    """What squawk says of the plan for psql, of the same with its blocks opened, and of the plan in steps."""
    return (
        squawk(_written(_of_psql(audit), folder / "psql"), version)
        + squawk(_written(_of_psql(opened(audit)), folder / "opened"), version)
        + squawk(_written(_of_steps(audit), folder / "steps"), version, "--assume-in-transaction")
    )


def _of_psql(audit: Audit) -> dict[str, str]:
    names = {f"plan/{phase.file}" for phase in BUILDING}
    return {name: text for name, text in SQL.render(audit).items() if name in names}


def _of_steps(audit: Audit) -> dict[str, str]:
    files = STEPS.render(audit)
    return {name: text for name, text in files.items() if name.endswith(".sql") and _OF_BUILDING.search(text)}


def _written(files: dict[str, str], folder: Path) -> Iterator[Path]:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        yield file


def opened(audit: Audit) -> Audit:
    """The audit with the plan's definitions out of the blocks that ask whether they are needed: squawk skips blocks."""
    opened_steps = tuple(replace(step, parts=tuple(map(_opened, step.parts))) for step in audit.plan.steps)
    return replace(audit, plan=replace(audit.plan, steps=opened_steps))


def _opened(part: Part) -> Part:
    return replace(part, statements=tuple(_BLOCK.sub(_definitions, each) for each in part.statements))


def _definitions(block: re.Match[str]) -> str:
    return "\n".join(map(_excepted, _DEFINITION.findall(block[2]))) or "SELECT 1;"


def _excepted(definition: str) -> str:
    rules = [rule for pattern, rule in _EXCEPTIONS.items() if re.match(pattern, definition)]
    return f"-- squawk-ignore {', '.join(rules)}\n{definition}" if rules else definition
