"""The folder of steps, run by a runner that wraps each file in a transaction."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.identity import Snapshot
from tests.plan_formats.running import (
    blockers,
    forget_runs,
    in_small_batches,
    make_runners_table,
    run_files,
    state,
    write_plan,
)
from tests.scenarios.test_calliq import with_its_violated_key_not_valid
from tests.servers import Servers

# A build that failed is nothing that a runner could run again: it would stop there.
FAILED_BUILD = ("index", "usage_metrics", "usage_metrics_event_key_key", "false")


def without_the_failed_build(before: Snapshot) -> Snapshot:
    flags = before.flags.copy()
    assert flags.pop(FAILED_BUILD) == 1
    return replace(before, flags=flags)


@pytest.mark.parametrize(("version", "batched"), [(16, True), (18, True), (18, False)])
def test_applied_no_blocker_is_left_and_rolled_back_no_trace(
    servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int, batched: bool
) -> None:
    if batched:
        in_small_batches(monkeypatch)
    with servers.calliq(version).clone() as database:
        make_runners_table(database)
        before = state(database)
        plan = write_plan(database, "steps", tmp_path)
        assert bool([*plan.glob("steps/*in_batches.sql")]) == bool([*plan.glob("rollback/*in_batches.sql")]) == batched

        run_files(database, plan / "steps")
        assert blockers(database) == []

        run_files(database, plan / "rollback")
        forget_runs(database)
        assert state(database) == without_the_failed_build(with_its_violated_key_not_valid(before))


def test_the_runner_goes_on_where_it_stopped(servers: Servers, tmp_path: Path) -> None:
    with servers.calliq(18).clone() as database:
        make_runners_table(database)
        plan = write_plan(database, "steps", tmp_path)
        with database.connect() as connection:
            connection.execute(REFUSING)
        with pytest.raises(psycopg.Error, match="not now"):
            run_files(database, plan / "steps")
        with database.connect() as connection:
            connection.execute("DROP EVENT TRIGGER not_now")

        run_files(database, plan / "steps")
        assert blockers(database) == []


REFUSING = """
CREATE FUNCTION not_now() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$not now$$; END';
CREATE EVENT TRIGGER not_now ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION not_now();
"""


def test_no_file_holds_what_only_psql_reads_or_begins_a_transaction(servers: Servers, tmp_path: Path) -> None:
    with servers.calliq(18).clone() as database:
        plan = write_plan(database, "steps", tmp_path)

    files = [*plan.glob("steps/*.sql"), *plan.glob("rollback/*.sql")]
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"^\\|^(BEGIN|COMMIT|ROLLBACK)\b.*;$", text, re.MULTILINE), file.name
        if "CONCURRENTLY" in text:
            assert text.startswith("-- migrate:up transaction:false\n"), file.name
            assert sum(line.endswith(";") for line in text.splitlines() if not line.startswith("-- ")) == 1
    versions = [file.name.partition("_")[0] for file in sorted(files, key=lambda file: file.name)]
    assert len(versions) == len(set(versions))
    assert all(len(version) == 14 for version in versions)
