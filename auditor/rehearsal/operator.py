"""As whom a plan is run on its copy: as the role that owns the tables, as it will be, where one role does."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from auditor.model import printable
from auditor.remedy.room import SETTING

_OWNERS = """
SELECT r.rolname::pg_catalog.text, r.rolsuper OR r.rolbypassrls,
    r.rolsuper OR pg_catalog.has_database_privilege(r.oid, d.oid, 'CREATE'),
    pg_catalog.bool_or(c.relforcerowsecurity)
FROM ROWS FROM (pg_catalog.unnest(%s::text[]), pg_catalog.unnest(%s::text[])) AS t (schema, name)
JOIN pg_catalog.pg_namespace n ON n.nspname = t.schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
GROUP BY r.oid, r.rolname, r.rolsuper, r.rolbypassrls, d.oid ORDER BY 1"""
_UNPROVED = "the plan ran as a superuser: that a role without such rights may do all of it is not shown"


@dataclass(frozen=True, slots=True)
class Operator:
    """`role` is taken on after connecting, None for whoever connects; `note` says what the rehearsal leaves open."""

    role: str | None = None
    note: str | None = None

    def dsn(self, dsn: str, plan_id: str) -> str:
        """The same database, as this role, which says that there is room: whoever names a copy has seen to it."""
        settings = {SETTING: plan_id, **({"role": self.role} if self.role is not None else {})}
        own = str(conninfo_to_dict(dsn).get("options") or "")
        escaped = (f"-c {name}=" + re.sub(r"([\\\s])", r"\\\1", value) for name, value in settings.items())
        return make_conninfo(dsn, options=" ".join((own, *escaped)).strip())


def owner_of(dsn: str, tables: Collection[tuple[str, str]]) -> Operator:
    """The one role that owns these tables (schema, name), and may do what every plan begins with."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        schemas, names = ([each[part] for each in tables] for part in (0, 1))
        owners = connection.execute(_OWNERS, [schemas, names]).fetchall()
    if len(owners) != 1:
        named = ", ".join(name for name, *_ in owners)
        why = f"the tables have several owners ({printable(named)})" if owners else "none of its tables is there"
        return Operator(note=f"{why}; {_UNPROVED}")
    ((role, bypasses, creates, forced),) = owners
    name = printable(role)
    if not creates:
        why = f"{name}, who owns the tables, may not create a schema, as the plan does: GRANT CREATE ON DATABASE"
        return Operator(note=f"{why}, or run it as another role; {_UNPROVED}")
    if forced and not bypasses:
        why = f"row security is forced, and {name}, who owns the tables, does not bypass it: the plan needs a role that"
        return Operator(note=f"{why} does; {_UNPROVED}")
    return Operator(role)


def given_role(dsn: str) -> tuple[str, Operator]:
    """Whoever connects there, by name."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(
            "SELECT r.rolname::pg_catalog.text, r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user"
        ).fetchone()
    assert row is not None
    return row[0], Operator(note=_UNPROVED if row[1] else None)
