"""A copy that somebody names: whether it is one, and whether this plan can be tried there at all."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from auditor import sql
from auditor.catalog.catalog import QUARANTINE_SCHEMA
from auditor.connect import open_session
from auditor.errors import AuditorError
from auditor.model import Finding, printable
from auditor.rehearsal.copying import Copy
from auditor.rehearsal.folder import PlanFolder
from auditor.rehearsal.programs import client_for
from auditor.rehearsal.schema import Missing, Object

_NAME = "SELECT pg_catalog.current_database()::pg_catalog.text"
_IS_READ_ONLY = "SELECT pg_catalog.current_setting('transaction_read_only') = 'on'"
_QUARANTINE = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND pg_catalog.starts_with(c.relname, %s))"""
_COLUMNS = """
SELECT n.nspname::pg_catalog.text, c.relname::pg_catalog.text, ARRAY(
    SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname = ANY (%s)"""


def given_copy(dsn: str) -> Copy:
    """A database that somebody names as a copy; AuditorError where it cannot be reached."""
    with open_session(dsn, statement_timeout_s=0) as session:
        ((name,),) = session.main.execute(_NAME)
        major = session.main.server_version // 10_000
        identity, host = session.identity(), session.host
    return Copy(
        dsn=make_conninfo(dsn, client_encoding="UTF8"),
        place=f"the database {printable(name)} on {printable(host)}",
        database=name,
        major=major,
        programs=client_for(major),
        identity=identity,
    )


def is_audited(plan: PlanFolder, copy: Copy, audited: str | None) -> bool:
    """Whether it is the audited database, or cannot be told from it; `audited` is the DSN of that, where known."""
    return _is_recorded(plan, copy) or (audited is not None and _is_same(audited, copy))


def _is_recorded(plan: PlanFolder, copy: Copy) -> bool:
    """A copy of a whole cluster has its identifier; where that is not known, the name has to do.

    Within the cluster a database keeps its oid under any name. Another one that bears the name now is used by whoever
    used the audited one.
    """
    database = plan.audit.database
    if not database.system_identifier or copy.identity is None:
        return copy.database == database.name
    identifier, oid = copy.identity
    if identifier != database.system_identifier:
        return False
    if database.oid is None:
        return copy.database == database.name or not _has_database(copy, database.name)
    return oid == database.oid or copy.database == database.name


def _has_database(copy: Copy, name: str) -> bool:
    with psycopg.connect(copy.dsn, autocommit=True) as connection:
        found = connection.execute("SELECT FROM pg_catalog.pg_database d WHERE d.datname = %s", [name])
        return found.fetchone() is not None


def _is_same(audited: str, copy: Copy) -> bool:
    """Whether both lead to one database, whatever the host is called; where that cannot be asked, by the names."""
    try:
        there = given_copy(audited)
    except AuditorError:
        return _place(audited) == _place(copy.dsn)
    known = there.identity is not None and copy.identity is not None
    return there.identity == copy.identity if known else _place(audited) == _place(copy.dsn)


def _place(dsn: str) -> tuple[object, ...]:
    parts = conninfo_to_dict(dsn)
    return parts.get("host"), str(parts.get("port") or 5432), parts.get("dbname")


def refuse_unfit(plan: PlanFolder, copy: Copy) -> None:
    """Raises AuditorError where a trial there would say nothing of the plan."""
    if copy.major < plan.major:
        raise AuditorError(
            f"{copy.place} is PostgreSQL {copy.major}, and the plan is written for {plan.major}",
            f"name a copy on PostgreSQL {plan.major} or newer",
        )
    with psycopg.connect(copy.dsn, autocommit=True) as connection:
        if _is_true(connection, _IS_READ_ONLY):
            raise AuditorError(
                f"{copy.place} cannot be written to: it is a standby, or its transactions are read-only",
                "name a copy that can be written to",
            )
        if _is_true(connection, _QUARANTINE, QUARANTINE_SCHEMA, f"{plan.audit.plan.id}_"):
            raise AuditorError(
                f"{copy.place} holds the quarantine of this plan: it was applied there, wholly or in part",
                "roll it back there with the plan's rollback, or name a fresh copy",
            )


def _is_true(connection: psycopg.Connection, query: str, *values: str) -> bool:
    row = connection.execute(query.encode(), values or None).fetchone()
    return row is not None and bool(row[0])


def missing_there(plan: PlanFolder, copy: Copy) -> Missing:
    """The tables that the plan is about, and their columns, that the copy has not."""
    findings = [each for each in plan.audit.findings if each.fingerprint in plan.planned]
    named = [name for each in findings for name in _named(each)]
    with psycopg.connect(copy.dsn, autocommit=True) as connection:
        rows = connection.execute(_COLUMNS.encode(), [sorted({schema for schema, *_ in named})])
        there = {(schema, table): frozenset(columns) for schema, table, columns in rows}
    objects: set[Object] = set()
    for schema, table, columns in named:
        if (schema, table) not in there:
            objects.add(("table", schema, table, ""))
        else:
            lost = set(columns) - there[schema, table]
            objects.update(("column", sql.quote(schema, table), column, "") for column in lost)
    return Missing(tuple(sorted(objects)), ())


def _named(finding: Finding) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Schema, table and columns that it is about."""
    subject, reference = finding.subject, finding.reference
    if subject.table:
        yield subject.schema or "", subject.table, subject.columns
    if reference is not None:
        yield reference.schema, reference.table, reference.columns
