"""Why no connection or no audit came about, for a person: one line and a hint, never a secret."""

import os
import re

import psycopg

from auditor.connect.connection import summary_of
from auditor.connect.dsn import secrets_of
from auditor.errors import AuditorError

_HINTS = (
    (
        "password authentication failed",
        "Check user and password; ~/.pgpass or PGPASSWORD keep it off the command line.",
    ),
    ("no password supplied", "Set PGPASSWORD or write the password to ~/.pgpass."),
    ("does not exist", "Check the names of database and user."),
    ("Connection refused", "Check host and port, and that the server runs there."),
    ("No such file or directory", "Give a host; without one, a server on this machine is looked for."),
    ("could not translate host name", "Check the spelling of the host."),
    ("failed to resolve host", "Check the spelling of the host."),
    ("timeout", "Check host, port and firewall."),
    ("too many", "Wait until others have disconnected, or connect through a pooler."),
    ("remaining connection slots", "Wait until others have disconnected, or connect through a pooler."),
    (
        "no pg_hba.conf entry",
        "Ask for this user, database and address to be let in; some servers want sslmode=require.",
    ),
    ("SSL", "Check sslmode."),
)
_CHECK_DSN = "Check host, port, database and user; psql with the same DSN shows more."


def connection_failure(error: psycopg.Error, dsn: str) -> AuditorError:
    """What libpq says of a failed connection, in one line, and what to do."""
    said = _first_line(str(error))
    if not said or any(secret in said for secret in _secrets(dsn)):
        said = "the server cannot be reached"
    hint = next((hint for mark, hint in _HINTS if mark.lower() in said.lower()), _CHECK_DSN)
    return AuditorError(f"no connection: {said}", hint)


def _secrets(dsn: str) -> tuple[str, ...]:
    from_environment = os.environ.get("PGPASSWORD", "")
    return (*secrets_of(dsn), from_environment) if from_environment else secrets_of(dsn)


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return re.sub(r"^(connection failed: |connection is bad: )+", "", line)


def transaction_failure(error: psycopg.Error) -> AuditorError:
    """Why the audit's transaction did not begin, behind a pooler that knows no transactions for example."""
    said = _first_line(error.diag.message_primary or type(error).__name__)
    return AuditorError(
        f"the server refuses a read-only repeatable-read transaction: {said}",
        "Connect to PostgreSQL itself, or through a pooler in transaction or session mode.",
    )


def breakdown(error: psycopg.Error) -> AuditorError:
    """Why an audit that had begun cannot go on: the server was shut down, or a proxy cut the connection."""
    state = error.sqlstate or "08"
    if state.startswith(("08", "57P")):
        return AuditorError(f"the connection broke while the audit ran: {summary_of(error)}", "Run it again.")
    return AuditorError(
        f"the server refuses a statement of the audit: {summary_of(error)}",
        "See the last statement in the server's log; a shorter scope (--schema, --table) may help.",
    )
