"""What a scan costs the server stays bounded, however much violates."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.planner import Scan, plan_scans, statement_of
from auditor.probe import Measurement, Probe
from tests.scans.asking import Asking, asking
from tests.servers import Database

BROKEN = """
CREATE TABLE orgs (id int PRIMARY KEY, name text); INSERT INTO orgs VALUES (0);
CREATE TABLE calls (id text PRIMARY KEY, org_id int, sector int, line int);
INSERT INTO calls SELECT repeat('x', 90) || i, 1 + i, 1 + i % 10, i % 60000 FROM generate_series(1, 120000) AS i;
CREATE INDEX calls_line ON calls (line);
"""


def _explained(database: Database, scan: Scan) -> dict[str, Any]:
    with database.connect() as connection:
        connection.execute("SET max_parallel_workers_per_gather = 0")
        row = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement_of([scan])}".encode()).fetchone()
    assert row is not None
    [explained] = row[0] if isinstance(row[0], list) else json.loads(row[0])
    plan: dict[str, Any] = explained["Plan"]
    return plan


def _scan_of(probe: Probe) -> Scan:
    return next(scan for scan in plan_scans([probe]).scans if scan.met)


@pytest.mark.parametrize("column", ["org_id", "sector", "line"])
def test_orphans_are_counted_and_not_kept(database: Database, column: str) -> None:
    """Every row is an orphan: 13 MB of keys, under the server's own work_mem of 4 MB."""
    database.psql(f"{BROKEN} VACUUM ANALYZE; UPDATE calls SET line = -1 WHERE line = 0").check_returncode()
    with asking(database) as ask:
        probe = ask.reference("calls", column, "orgs")
        assert _explained(database, _scan_of(probe))["Temp Written Blocks"] == 0
        [answer] = ask.ask(probe)
    assert isinstance(answer, Measurement)
    assert (answer.violations, len(answer.met)) == (120_000, 5)


def test_shared_keys_are_counted_and_not_kept(database: Database) -> None:
    database.psql(f"{BROKEN} VACUUM ANALYZE").check_returncode()
    with asking(database) as ask:
        plain, keeping = (
            _explained(database, _scan_of_keys(ask, with_keys))["Temp Written Blocks"] for with_keys in (False, True)
        )
        [answer] = ask.ask(ask.key("calls", "line"))
    assert keeping == plain
    assert isinstance(answer, Measurement)
    assert (answer.violations, answer.groups, len(answer.met)) == (120_000, 60_000, 5)


def _scan_of_keys(ask: Asking, with_keys: bool) -> Scan:
    scans = plan_scans([ask.key("calls", "line")], with_keys=with_keys).scans
    return next(scan for scan in scans if len(scan.quantities) == 2 and scan.conditions is None)


def test_references_and_keys_are_read_from_indexes_alone(database: Database) -> None:
    database.psql(
        """
        SET synchronous_commit = on; -- else VACUUM does not yet know that the rows are there to stay
        CREATE TABLE orgs (id int PRIMARY KEY); INSERT INTO orgs SELECT generate_series(1, 500);
        CREATE TABLE calls (id int PRIMARY KEY, org_id int, body text);
        INSERT INTO calls SELECT i, 1 + i % 500, repeat('x', 300) FROM generate_series(1, 50000) AS i;
        CREATE INDEX calls_org ON calls (org_id); VACUUM ANALYZE;
        """
    ).check_returncode()
    with asking(database) as ask:
        scans = plan_scans([ask.reference("calls", "org_id", "orgs"), ask.key("calls", "org_id")]).scans
        plans = [json.dumps(_explained(database, scan)) for scan in scans if scan.met]
    assert len(plans) == 2
    assert all("Index Only Scan" in plan and '"Index Name": "calls_org"' in plan for plan in plans)
