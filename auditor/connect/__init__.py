"""DSN to session: one read-only snapshot of a database, and the connections that look at it."""

from auditor.connect.connection import Connection, Row, summary_of
from auditor.connect.dsn import redacted, resolve
from auditor.connect.session import OLDEST_SERVER, Session, WorkerUnavailableError, open_session

__all__ = [
    "OLDEST_SERVER",
    "Connection",
    "Row",
    "Session",
    "WorkerUnavailableError",
    "open_session",
    "redacted",
    "resolve",
    "summary_of",
]
