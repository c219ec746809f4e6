"""A contestant of the benchmark: runs the statements of a file on two connections. `python -m bench.statements`.

Prints the number of statements and of rows that came to the client. A process of its own, as the audit is.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue

import psycopg

CONNECTIONS = 2


def main(dsn: str, file: Path) -> None:
    """Run them all, in the order of the file, as connections become free."""
    waiting: SimpleQueue[str] = SimpleQueue()
    statements = [text for text in file.read_text(encoding="utf-8").split(";\n") if text.strip()]
    for text in statements:
        waiting.put(text)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        rows = sum(each.result() for each in [pool.submit(_work, dsn, waiting) for _ in range(CONNECTIONS)])
    print(len(statements), rows)


def _work(dsn: str, waiting: "SimpleQueue[str]") -> int:
    rows = 0
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET jit = off")
        while True:
            try:
                text = waiting.get_nowait()
            except Empty:
                return rows
            rows += len(connection.execute(text.encode()).fetchall())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
