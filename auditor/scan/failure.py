"""Why a scan failed, in words of ours: the server's own messages repeat rows' values."""

import psycopg

from auditor.catalog import Table
from auditor.connect import summary_of
from auditor.model import Outcome, printable
from auditor.planner import Unseen

CANCELLED = "57014"
LOCKED = "55P03"
MISSING_TABLE = "42P01"
ABORTED = "25P02"

_CAUSED_BY_A_PROBE = ("22", "42", "P0", "38", "39", "2F", "21", "0A", "54", "25006")
"""Classes of errors (PostgreSQL Error Codes, appendix A) that one expression can cause while the others are right:
bad values, missing functions and privileges on them, what users' functions raise, writing in a read-only audit."""

_REASONS = {
    "22": "a value in the rows makes the expression fail",
    "42883": "a function or operator of the expression is missing",
    "42501": "this role lacks a privilege that the expression needs",
    "25006": "the expression writes, and the audit is read-only",
    "0A000": "the server cannot read it in this state: an unlogged table on a standby, for example",
    CANCELLED: "cancelled: it ran into the statement timeout, or an administrator ended it",
    LOCKED: "{tables} is locked by another session",
    MISSING_TABLE: "{tables} is gone: dropped or renamed while the audit ran",
    "3F000": "the schema of {tables} is gone: dropped or renamed while the audit ran",
    "53": "the server lacks disk, memory or connections",
    "54": "the expression is too large for the server",
    "40": "cancelled by the server: replay of changes on this standby needed the rows",
    "58": "the server cannot read its files",
    "XX": "the server met damaged data or an error of its own",
    "57": "the server ended the connection",
    "08": "the connection broke",
}


def is_caused_by_a_probe(error: psycopg.Error) -> bool:
    """Whether halving the scan finds the one expression that fails."""
    return (error.sqlstate or "").startswith(_CAUSED_BY_A_PROBE)


def error_of(error: psycopg.Error, tables: tuple[Table, ...]) -> Unseen:
    """The outcome of what was asked in vain."""
    state = error.sqlstate or "08"
    known = [prefix for prefix in _REASONS if state.startswith(prefix)]
    reason = _REASONS[max(known, key=len)] if known else "the server refuses the statement"
    return Unseen(Outcome.ERROR, f"{reason.format(tables=named(tables))} ({summary_of(error)})")


def rewritten(tables: tuple[Table, ...]) -> Unseen:
    """The outcome where the snapshot's rows were no longer there to be read."""
    return Unseen(Outcome.ERROR, f"{named(tables)} was rewritten or truncated while the audit ran")


def gave_way(tables: tuple[Table, ...], times: int) -> Unseen:
    """The outcome where others needed the locks again and again."""
    return Unseen(Outcome.ERROR, f"gave way {times} times to sessions that waited for a lock on {named(tables)}")


def lost(tables: tuple[Table, ...], error: psycopg.Error) -> Unseen:
    """The outcome where the connection is gone."""
    return Unseen(Outcome.ERROR, f"the connection broke while {named(tables)} was read ({summary_of(error)})")


def named(tables: tuple[Table, ...]) -> str:
    """The tables' names on one line."""
    return printable(" or ".join(f"{table.schema}.{table.name}" for table in tables))
