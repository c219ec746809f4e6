"""A copy of the target on a private server: schema, roles and rows as in one snapshot of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import psycopg
from psycopg import sql as names
from psycopg.conninfo import make_conninfo

from auditor.connect import Session, summary_of
from auditor.embedded import private_server
from auditor.errors import AuditorError
from auditor.rehearsal.programs import Programs, client_for, server_for
from auditor.rehearsal.reduced import reduced
from auditor.rehearsal.roles import copy_roles
from auditor.rehearsal.rows import Loaded, load, narrowed, sources_of
from auditor.rehearsal.sample import Sample
from auditor.rehearsal.schema import Missing, add_invalid_indexes, add_violated_keys, cut_off, missing

_TARGET = """
SELECT pg_catalog.current_database()::pg_catalog.text, pg_catalog.pg_encoding_to_char(d.encoding)::pg_catalog.text
FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()"""

# What belongs to the target's machine.
_WITHOUT = ("--no-tablespaces", "--no-security-labels", "--no-toast-compression")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A database to try a plan on; `place` names it for people, `programs` are those that fit its server.

    `identity` tells one that somebody named from every other (`Session.identity`); `loaded` is None of such a one.
    """

    dsn: str
    place: str
    database: str
    major: int
    programs: Programs
    identity: tuple[str, int] | None = None
    loaded: Loaded | None = None
    missing: Missing | None = None
    sample: Sample | None = None

    @property
    def gaps(self) -> tuple[str, ...]:
        """What the copy lacks."""
        return (*(self.missing.gaps if self.missing else ()), *(self.loaded.gaps if self.loaded else ()))


@contextmanager
def private_copy(session: Session, dsn: str, sample: Sample | None) -> Iterator[Copy]:
    """A copy of the session's database on a server of our own, whole or a sample; all of it is gone at the end.

    The server's folder has mode 0700; rows go from connection to connection and lie in no other file.
    """
    source = session.main
    server = server_for(source.server_version // 10_000)
    ((name, encoding),) = source.execute(_TARGET)
    with private_server(server.folder) as maintenance:
        # Not those of PGOPTIONS; and what is sent is UTF-8, whatever the database holds.
        own = make_conninfo(maintenance, options="-c statement_timeout=0", client_encoding="UTF8")
        _create(make_conninfo(own, dbname="template1"), name, encoding)
        try:
            made = _made(session, dsn, sample, server, make_conninfo(own, dbname=name))
        except psycopg.Error as error:
            if not source.is_usable:
                raise
            raise AuditorError(f"the copy cannot be made: {summary_of(error)}", "name a copy with --on") from None
        yield made


def _made(session: Session, dsn: str, sample: Sample | None, server: Programs, own: str) -> Copy:
    with psycopg.connect(own, autocommit=True) as target:
        name, version = target.info.dbname, target.info.server_version
        copy_roles(session.main, target, name)
        loaded = _fill(session, dsn, own, server, sample)
        absent = missing(session.main, target)
        with suppress(psycopg.errors.DataError):  # a function of an index that fails on a row
            target.execute("VACUUM (ANALYZE)")
    return Copy(
        dsn=own,
        place=f"a PostgreSQL {version // 10_000}.{version % 10_000} of its own",
        database=name,
        major=version // 10_000,
        programs=server,
        loaded=loaded,
        missing=absent,
        sample=sample,
    )


def _fill(session: Session, dsn: str, own: str, server: Programs, sample: Sample | None) -> Loaded:
    """Constraints that new rows have to satisfy come after the rows, as in any dump."""
    source = session.main
    snapshot = [f"--snapshot={session.snapshot}"] if session.snapshot else []
    client = client_for(source.server_version // 10_000)
    options = (*snapshot, *_WITHOUT)
    before, after = (client.dump(dsn, f"--section={name}", *options) for name in ("pre-data", "post-data"))
    client.psql(own, before, stop=False)
    with psycopg.connect(own, autocommit=True) as target:
        target.execute("SET search_path = ''")
        rest = reduced(source, target, before)
    if rest is not None:
        client.psql(own, rest.dump, stop=False)
    with psycopg.connect(own, autocommit=True) as target:
        cut_off(target)
        add_invalid_indexes(source, target)
    with psycopg.connect(own, autocommit=True) as target:
        stored = narrowed(sources_of(source), target)
        parts = ((each, each.whole) for each in stored) if sample is None else sample.parts(stored)
        loaded = load(source, target, parts)
    server.psql(own, after, stop=False)
    with psycopg.connect(own, autocommit=True) as target:
        target.execute("SET search_path = ''")
        add_violated_keys(source, target)
    return loaded if rest is None else replace(loaded, notes=(*loaded.notes, *rest.notes))


def _create(maintenance: str, name: str, encoding: str) -> None:
    locale = "" if encoding == "UTF8" else f" ENCODING '{encoding}' LOCALE_PROVIDER libc LOCALE 'C'"
    create = names.SQL("CREATE DATABASE {} TEMPLATE template0" + locale).format(names.Identifier(name))
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(names.SQL("DROP DATABASE IF EXISTS {}").format(names.Identifier(name)))
        connection.execute(create)
