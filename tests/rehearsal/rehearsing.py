"""Plans audited, written and rehearsed, as a user does it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auditor.demo.server import CONFIG
from tests.cli.test_command_line import auditor
from tests.servers import Database


def plan_of(database: Database, folder: Path, *options: str) -> Path:
    """`auditor run` there; gives the plan folder."""
    done = auditor("run", database.dsn, "--fail-on", "never", *options, folder=folder)
    assert done.returncode in (0, 3), done.stderr
    return folder / "audit" / "plan"


def calliq_plan(database: Database, folder: Path) -> Path:
    return plan_of(database, folder, "--config", str(CONFIG))


def rehearse(plan: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return auditor("rehearse", str(plan), *arguments, folder=plan.parent.parent, **environment)


def rehearsal_in(file: Path) -> dict[str, Any]:
    """What the plan.json, or the report.json, says of its rehearsal."""
    document = json.loads(file.read_text(encoding="utf-8"))
    found: dict[str, Any] = document.get("plan", document)["rehearsal"]
    return found


def execute(database: Database, statements: Sequence[str] | str) -> None:
    done = database.psql(statements if isinstance(statements, str) else "\n".join(statements))
    assert done.returncode == 0, done.stderr
