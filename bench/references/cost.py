"""What inference costs in a large catalog: 3,500 tables with 20,000 columns, most of them with rows."""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from auditor.catalog import Scope
from auditor.catalog.read import read_catalog
from auditor.config import Config
from auditor.connect import open_session
from auditor.references import find_references

SCHEMAS, TABLES, ROWS = 7, 500, 200
_WORDS = "order item product client invoice payment shipment region price stock task note file event plan".split()  # noqa: SIM905


@dataclass(frozen=True)
class Cost:
    """Seconds to read the catalog and to infer, of these those of a processor (here and on the server), messages sent
    meanwhile, the process's memory, what was found."""

    tables: int
    columns: int
    references: int
    catalog_s: float
    inference_s: float
    processor_s: float
    messages: int
    memory_mb: float


def load(dsn: str) -> None:
    """Seven copies of one schema, side by side: names alone then fit seven tables each."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for number in range(SCHEMAS):
            statements = "".join(_table(f"s{number}", table) for table in range(TABLES - 1))
            people = f"""CREATE TABLE s{number}.users (id int PRIMARY KEY, email text);
                INSERT INTO s{number}.users SELECT n, 'u' || n FROM generate_series(1, 60) AS n;"""
            connection.execute(f"CREATE SCHEMA s{number}; {people} {statements}".encode())
        connection.execute("ANALYZE")


def _name(number: int) -> str:
    words = len(_WORDS)
    return f"{_WORDS[number % words]}_{_WORDS[(number // words) % words]}{number // words**2 or ''}"


def _table(schema: str, number: int) -> str:
    """An id, three references (one in a role, one by whom), and what is none; every fifth table is empty."""
    other, role = _name((number * 7 + 1) % (TABLES - 1)), _name((number * 13 + 5) % (TABLES - 1))
    columns = f"""id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {other}_id int, old_{role}_id int,
        created_by int, kind text{", amount numeric" if number % 7 < 5 else ""}"""
    table = f'{schema}."{_name(number)}"'
    rows = f"""INSERT INTO {table} ({other}_id, old_{role}_id, created_by, kind)
        SELECT n, nullif(n % 5, 0), n % 50 + 1, 'kind ' || n % 4 FROM generate_series(1, {ROWS}) AS n;"""
    return f"CREATE TABLE {table} ({columns}); {rows if number % 5 else ''}"


def measured(dsn: str) -> Cost:
    """In a process of its own, so that the memory is the inference's."""
    done = subprocess.run([sys.executable, "-m", __name__, dsn], capture_output=True, text=True, check=True)
    return Cost(**json.loads(done.stdout))


def _measure(dsn: str) -> Cost:
    with open_session(dsn, statement_timeout_s=600) as session:
        started = time.perf_counter()
        catalog = read_catalog(session.main, Scope())
        read, before, busy = time.perf_counter(), len(session.records), _processor_s(session.main.backend_pid)
        found = find_references(session.main, catalog, Config())
        ended = time.perf_counter()
        return Cost(
            tables=len(catalog.tables),
            columns=sum(len(table.columns) for table in catalog.tables),
            references=len(found.references),
            catalog_s=read - started,
            inference_s=ended - read,
            processor_s=_processor_s(session.main.backend_pid) - busy,
            messages=len(session.records) - before,
            memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        )


def _processor_s(backend: int) -> float:
    """Of this process and of the server's: on a machine that does other things, too, this is what inference takes."""
    user, system = Path(f"/proc/{backend}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    print(json.dumps(asdict(_measure(sys.argv[1]))))
