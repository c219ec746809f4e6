"""The plan's verification without a way to change anything: which of its steps refuse."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg.conninfo import make_conninfo

from auditor.connect import summary_of
from auditor.errors import AuditorError
from auditor.model import Step, printable
from auditor.rehearsal.refusal import refusal_of

# The step's own BEGIN then finds a transaction, and only warns; behind a pooler a session setting might be lost.
_READ_ONLY = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"


def refusals(dsn: str, steps: Iterable[Step]) -> list[tuple[Step, str]]:
    """The verification steps that refuse, each with what it says."""
    options = {"application_name": "auditor", "client_encoding": "UTF8"}
    try:
        with psycopg.connect(make_conninfo(dsn, **options), autocommit=True, prepare_threshold=None) as connection:
            return [(step, said) for step in steps if (said := _refusal(connection, step)) is not None]
    except psycopg.OperationalError as error:
        raise AuditorError(f"the connection broke during verification: {summary_of(error)}", "run it again") from None


def _refusal(connection: psycopg.Connection, step: Step) -> str | None:
    connection.execute(_READ_ONLY)
    try:
        connection.execute(step.sql.encode())
    except psycopg.Error as error:
        if connection.broken:
            raise
        said = refusal_of(error).told(values=False)
        return said if isinstance(error, psycopg.errors.RaiseException) else f"{printable(step.title)}: {said}"
    finally:
        if not connection.broken:
            connection.execute("ROLLBACK")
    return None
