"""The scenario `calliq`: call analytics on Supabase, with one defect or more for each main check.

The defects, how many rows each has and why, are in `calliq.expected.toml`; the story in `docs/calliq.md`.
"""

from __future__ import annotations

from contextlib import suppress
from importlib.resources import files

import psycopg

_FEWEST_CALLS = 1_000

_FAILED_BUILD = """
CREATE UNIQUE INDEX CONCURRENTLY usage_metrics_event_key_key ON public.usage_metrics (event_key)
"""


def load(connection: psycopg.Connection, calls: int = 10_000) -> None:
    """Create the scenario's schema and rows, about five rows for each call, in an empty database.

    The rows depend on their number alone: two loads of the same size are equal. Needs a superuser (rows
    are loaded past a foreign key) in autocommit (an index is built CONCURRENTLY, and fails). Raises
    ValueError for another connection, or fewer than 1,000 calls: too few for every defect.
    """
    if not connection.autocommit:
        raise ValueError("the connection is not in autocommit")
    if calls < _FEWEST_CALLS:
        raise ValueError(f"{calls} calls are fewer than {_FEWEST_CALLS}")
    create_roles(connection)
    with connection.transaction():
        connection.execute("SELECT set_config('calliq.calls', %s, true)", [str(calls)])
        for part in ("tables", "rows", "constraints", "security", "views"):
            connection.execute(_script(part))
    with suppress(psycopg.errors.UniqueViolation):  # deliberate (invalid-index)
        connection.execute(_FAILED_BUILD)
    connection.execute("VACUUM (ANALYZE)")


def create_roles(connection: psycopg.Connection) -> None:
    """Create the roles of the scenario that the cluster lacks; several loaders may do so at once."""
    connection.execute(_script("roles"))


def _script(part: str) -> bytes:
    return (files("auditor.demo") / f"calliq-{part}.sql").read_bytes()
