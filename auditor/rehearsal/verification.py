"""The plan's verification without a way to change anything: which of its steps refuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import psycopg

from auditor.connect import summary_of
from auditor.model import Step, printable

# The step's own BEGIN then finds a transaction, and only warns; behind a pooler a session setting might be lost.
_READ_ONLY = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"


def violated(connection: psycopg.Connection, steps: Iterable[Step]) -> Iterator[tuple[Step, str]]:
    """The verification steps that refuse, each with what it says; `connection` is in autocommit."""
    for step in steps:
        connection.execute(_READ_ONLY)
        try:
            connection.execute(step.sql.encode())
        except psycopg.errors.RaiseException as error:
            yield step, printable(error.diag.message_primary or "")
        except psycopg.Error as error:
            yield step, f"{step.title}: {summary_of(error)}"
        finally:
            connection.execute("ROLLBACK")
