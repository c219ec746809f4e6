"""The calliq scenario at a chosen size: an audit, one read of every column, and hand-written SQL, run in turn.

Whole processes, each on two connections; what counts are the ratios within one run of this program, because a
machine's speed drifts.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from auditor.demo.server import CONFIG, calliq_server

HERE = Path(__file__).parent
BY_HAND = "hand-written SQL"
ROUNDS = 5

Cost = tuple[float, int, int]
"""Seconds, statements, rows that came to the client."""


def main() -> None:
    """Load, run every contestant once unmeasured, then in turn; print the table of README."""
    arguments = argparse.ArgumentParser(prog="bench", description=__doc__)
    arguments.add_argument("--calls", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = arguments.parse_args()
    print(f"loading calliq with {chosen.calls:,} calls …", file=sys.stderr)
    with calliq_server(chosen.calls) as dsn, tempfile.TemporaryDirectory() as folder:
        contestants = _contestants(dsn, Path(folder))
        measured: dict[str, list[Cost]] = {name: [] for name in contestants}
        for number in range(chosen.rounds + 1):
            for name, run in contestants.items():
                cost = run()
                if number:
                    measured[name].append(cost)
        rows = _rows(dsn)
    print(_table(measured, rows))


def _contestants(dsn: str, folder: Path) -> dict[str, Callable[[], Cost]]:
    reading = folder / "reading.sql"
    reading.write_text(_reading(dsn), encoding="utf-8")
    return {
        "reading every column of every table once": lambda: _statements(dsn, reading),
        BY_HAND: lambda: _statements(dsn, HERE / "calliq_by_hand.sql"),
        "`auditor run`": lambda: _audit(dsn),
    }


def _reading(dsn: str) -> str:
    """`SELECT count(a), count(b), … FROM t` for each table and populated view, largest first."""
    query = """
        SELECT n.nspname, c.relname, array_agg(a.attname ORDER BY a.attnum)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'm') AND c.relispopulated
          AND a.attnum > 0 AND NOT a.attisdropped
        GROUP BY 1, 2, c.relpages ORDER BY c.relpages DESC
    """
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(query).fetchall()
        texts = [
            sql.SQL("SELECT {} FROM {};\n").format(
                sql.SQL(", ").join(sql.SQL("count({})").format(sql.Identifier(column)) for column in columns),
                sql.Identifier(schema, table),
            )
            for schema, table, columns in tables
        ]
        return "".join(text.as_string(connection) for text in texts)


def _statements(dsn: str, file: Path) -> Cost:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "bench.statements", dsn, str(file)], capture_output=True, text=True, check=True
    )
    taken = time.perf_counter() - started
    statements, rows = map(int, done.stdout.split())
    return taken, statements, rows


def _audit(dsn: str) -> Cost:
    command = [sys.executable, "-m", "auditor", "run", dsn, "--config", str(CONFIG), "--jobs", "2"]
    started = time.perf_counter()
    done = subprocess.run([*command, "--format", "json", "--out", "-"], capture_output=True, text=True, check=False)
    taken = time.perf_counter() - started
    run = json.loads(done.stdout)["run"]
    return taken, run["statements"], run["rows_read_by_client"]


def _rows(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT sum(reltuples)::bigint FROM pg_class WHERE relkind = 'r' AND oid >= 16384")
        return int(row.fetchone()[0])  # type: ignore[index]


def _table(measured: dict[str, list[Cost]], rows: int) -> str:
    """The ratios are medians of the ratios within each round."""
    lines = [f"calliq, {rows:,} rows", "", "| | ratio | seconds | statements | rows brought to the client |"]
    lines.append("|---|--:|--:|--:|--:|")
    for name, costs in measured.items():
        ratio = statistics.median(mine[0] / theirs[0] for mine, theirs in zip(costs, measured[BY_HAND], strict=True))
        seconds = statistics.median(cost[0] for cost in costs)
        lines.append(f"| {name} | {ratio:.2f} | {seconds:.2f} | {costs[-1][1]} | {costs[-1][2]} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
