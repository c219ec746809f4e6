"""An embedded server with the calliq scenario in it, for as long as it is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from auditor.demo.calliq import load
from auditor.embedded import embedded_server

DATABASE = "calliq"
CONFIG = Path(__file__).with_name("calliq.toml")
"""What the scenario's database cannot say of itself."""


@contextmanager
def calliq_server(calls: int = 10_000) -> Iterator[str]:
    """A DSN of a database `calliq` on a server that ends with the block. Needs the extra `embedded`."""
    with embedded_server() as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("CREATE DATABASE calliq")
        scenario = psycopg.conninfo.make_conninfo(dsn, dbname=DATABASE)
        with psycopg.connect(scenario, autocommit=True) as connection:
            load(connection, calls)
        yield scenario
