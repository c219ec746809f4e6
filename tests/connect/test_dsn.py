"""DSNs: the forms that are understood, and that no error repeats a password."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from auditor.connect import redacted, resolve
from auditor.errors import AuditorError


@pytest.mark.parametrize(
    ("argument", "environment", "dsn"),
    [
        ("postgresql://a@h/d", {"AUDITOR_DSN": "postgresql://b@h/d"}, "postgresql://a@h/d"),
        (None, {"AUDITOR_DSN": "postgresql://b@h/d", "DATABASE_URL": "dbname=c"}, "postgresql://b@h/d"),
        (None, {"AUDITOR_DSN": "", "DATABASE_URL": "dbname=c"}, "dbname=c"),
        (None, {"PGHOST": "h"}, ""),
        ("postgres://a@h/d", {}, "postgresql://a@h/d"),
        ("postgresql+psycopg://a:b@h/d?sslmode=require", {}, "postgresql://a:b@h/d?sslmode=require"),
        ("postgres+asyncpg://a@h:5432,i:5433/d", {}, "postgresql://a@h:5432,i:5433/d"),
        ("POSTGRESQL://h", {}, "postgresql://h"),
        ("  host=h password='a b' \n", {}, "host=h password='a b'"),
        ("postgresql://postgres@/postgres?host=%2Ftmp%2Fx&port=5432", {}, None),
        ("postgresql:///d?host=/tmp/a@b", {}, None),
        ("postgresql://a:p%40s%2Fs@[::1]:5432/d", {}, None),
    ],
)
def test_forms(argument: str | None, environment: dict[str, str], dsn: str | None) -> None:
    assert resolve(argument, environment) == (argument if dsn is None else dsn)


@pytest.mark.parametrize(
    ("dsn", "message"),
    [
        ("postgresql://u:s3cr@et@h/d", "percent-encoded"),
        ("postgresql://u:s3cr/et@h/d", "percent-encoded"),
        ("postgresql://u:s3cret@h/d@e", "percent-encoded"),
        ("postgresql://u:s3cr%zzet@h/d", "cannot be read as a URL"),
        ("postgresql://u:s3cret", "a port that is no number"),
        ("postgresql://u:s3cret@h/d?schema=public&pgbouncer=true", "does not know: schema, pgbouncer"),
        ("host=h password=s3 cret", "cannot be read as keywords"),
        ("host=h port=s3cret", "a port that is no number"),
        ("host=h password='s3cret", "cannot be read as keywords"),
        ("s3cret", "neither a URL nor keywords"),
        ("mysql://u:s3cret@h/d", "does not name a PostgreSQL database"),
        ("jdbc:postgresql://u:s3cret@h/d", "neither a URL nor keywords"),
    ],
)
def test_wrong_forms(dsn: str, message: str) -> None:
    with pytest.raises(AuditorError, match=message) as raised:
        resolve(dsn, {})
    assert raised.value.message.startswith("the DSN ")
    assert raised.value.hint
    assert not any(piece in raised.value.message + raised.value.hint for piece in ("s3", "cr@", "cret"))
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_an_error_names_the_variable() -> None:
    with pytest.raises(AuditorError, match=r"^DATABASE_URL does not name"):
        resolve(None, {"DATABASE_URL": "mysql://h/d"})


@given(st.text("ab@/:?#%& '\\=", min_size=6, max_size=12).map(lambda noise: f"Zq{noise}Zq"))
def test_a_password_pasted_into_a_url_is_never_shown(password: str) -> None:
    assert "Zq" not in _shown(f"postgresql://u:{password}@h/d")


def _shown(dsn: str) -> str:
    """What a person sees of a DSN: libpq's idea of the host, or what is wrong."""
    try:
        understood = resolve(dsn, {})
    except AuditorError as error:
        return error.message + error.hint
    return f"{redacted(understood)} {conninfo_to_dict(understood)['host']}"


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_redacted(password: str) -> None:
    shown = redacted(make_conninfo(host="h", user="u", password=password, sslpassword=password))
    assert conninfo_to_dict(shown) == {"host": "h", "user": "u"}


def test_redacted_of_what_cannot_be_read() -> None:
    assert redacted("password=a b") == "(a DSN that cannot be read)"
