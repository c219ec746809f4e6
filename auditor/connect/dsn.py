"""DSNs: where one comes from, which forms are understood, and how they are shown without their secrets.

libpq's own errors repeat pieces of a malformed DSN, and the piece is often the password (`missing "=" after "cret"`),
so what is wrong is found and said here, in our words.
"""

import re
from collections.abc import Mapping

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from auditor.errors import AuditorError

_FORMS = "Write postgresql://user@host:5432/database, or keywords: 'host=… dbname=… user=…'."
_ENCODE = "Write @ as %40, / as %2F, % as %25 there; or leave the password to PGPASSWORD or ~/.pgpass."


def resolve(argument: str | None, environment: Mapping[str, str]) -> str:
    """The DSN to connect with, in a form that libpq understands.

    The argument, else `AUDITOR_DSN`, else `DATABASE_URL`, else the empty string: libpq's own environment, service
    and password file. `postgres://` and SQLAlchemy's `postgresql+driver://` become `postgresql://`.
    Raises AuditorError, without any piece of the DSN, where it cannot be understood.
    """
    for source in ("AUDITOR_DSN", "DATABASE_URL"):
        if argument is None and environment.get(source):
            return _understood(environment[source].strip(), source)
    return _understood((argument or "").strip(), "the DSN")


def redacted(dsn: str) -> str:
    """The DSN as keywords, without what libpq holds to be secret (passwords, OAuth client secrets)."""
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.Error:
        return "(a DSN that cannot be read)"
    return make_conninfo("", **{key: value for key, value in parts.items() if key not in _secret_keywords()})


def secrets_of(dsn: str) -> tuple[str, ...]:
    """The secrets that stand in a DSN that `resolve` has understood."""
    return tuple(str(value) for key, value in conninfo_to_dict(dsn).items() if key in _secret_keywords() and value)


def _secret_keywords() -> set[str]:
    return {option.keyword.decode() for option in pq.Conninfo.get_defaults() if option.dispchar == b"*"}


def _understood(dsn: str, source: str) -> str:
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", dsn)
    if scheme is None:
        return _keywords(dsn, source)
    if scheme[1].lower().partition("+")[0] not in ("postgresql", "postgres"):
        raise AuditorError(f"{source} does not name a PostgreSQL database", _FORMS)
    return _url(dsn[scheme.end() :], source)


def _keywords(dsn: str, source: str) -> str:
    if dsn and "=" not in dsn:
        raise AuditorError(f"{source} is neither a URL nor keywords", _FORMS)
    if not _is_readable(dsn):
        raise AuditorError(
            f"{source} cannot be read as keywords", "Put values with blanks, quotes or backslashes in single quotes."
        )
    return _with_plain_port(dsn, source)


def _url(rest: str, source: str) -> str:
    if not _user_is_plain(rest):
        raise AuditorError(f"{source} has an @ or / in its user or password that is not percent-encoded", _ENCODE)
    if _is_readable(f"postgresql://{rest}"):
        return _with_plain_port(f"postgresql://{rest}", source)
    unknown = _unknown_parameters(rest)
    if unknown:
        raise AuditorError(
            f"{source} has parameters that PostgreSQL does not know: {', '.join(unknown)}", "Leave them out."
        )
    raise AuditorError(f"{source} cannot be read as a URL", _ENCODE)


def _with_plain_port(dsn: str, source: str) -> str:
    """`postgresql://ann:secret` without a host has the secret for a port, and libpq's error would show it."""
    ports = str(conninfo_to_dict(dsn).get("port") or "").split(",")
    if not all(port.isdecimal() or not port for port in ports):
        raise AuditorError(f"{source} has a port that is no number", _FORMS)
    return dsn


def _user_is_plain(rest: str) -> bool:
    """Whether libpq and the reader agree where the host begins: a password cut in two would be shown as a host."""
    user, _, place = rest.partition("@")
    if "/" in user:  # to libpq there is no user then
        return "@" not in rest.partition("?")[0]
    return "@" not in place.partition("?")[0]


def _unknown_parameters(rest: str) -> list[str]:
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {"ssl"}
    query = rest.rpartition("@")[2].partition("?")[2]
    names = (pair.partition("=")[0] for pair in query.split("&"))
    return [name for name in names if re.fullmatch(r"[A-Za-z_]+", name) and name not in known]


def _is_readable(dsn: str) -> bool:
    try:
        conninfo_to_dict(dsn)
    except (psycopg.Error, UnicodeError, ValueError):
        return False
    return True
