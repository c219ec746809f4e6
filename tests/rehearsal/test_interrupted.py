"""What is said before rows are copied, and what stays when somebody stops it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.cli.test_command_line import DIRTY
from tests.rehearsal.rehearsing import execute, plan_of, rehearse
from tests.servers import Database
from tests.signals import hear_sigint


@pytest.fixture
def scratch() -> Iterator[Path]:
    with TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)  # started by root, the private server runs as another user
        yield Path(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_stays_behind(database18: Database, tmp_path: Path, scratch: Path, number: signal.Signals) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path)
    command = [sys.executable, "-m", "auditor", "rehearse", str(plan), database18.dsn]
    environment = os.environ | {"TMPDIR": str(scratch)}
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=hear_sigint,  # noqa: PLW1509
    ) as running:
        assert running.stderr is not None
        said = running.stderr.readline() + running.stderr.readline()
        while not list(scratch.glob("*/data/postmaster.pid")) and running.poll() is None:
            pass
        modes = {stat.S_IMODE(folder.stat().st_mode) for folder in scratch.iterdir()}
        running.send_signal(number)
        rest = running.stderr.read()

    assert running.returncode == 128 + number
    assert "copying rows of 2 tables" in said
    assert "public.authors, public.books" in said
    assert modes == {0o700}
    assert "interrupted, nothing was changed" in rest
    assert list(scratch.iterdir()) == []


def test_a_rehearsal_that_breaks_leaves_nothing(database18: Database, tmp_path: Path, scratch: Path) -> None:
    execute(database18, DIRTY)
    plan = plan_of(database18, tmp_path)
    (plan / "20-backup-and-cleanup.sql").write_text("SELECT pg_terminate_backend(pg_backend_pid());")

    done = rehearse(plan, database18.dsn, TMPDIR=str(scratch))

    assert done.returncode == 1, done.stdout + done.stderr
    assert "20-backup-and-cleanup.sql" in done.stdout
    assert list(scratch.iterdir()) == []
