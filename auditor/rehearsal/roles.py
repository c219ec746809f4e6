"""The roles of the target on the copy: grants, policies and owners name them. Nobody can log in as one."""

from __future__ import annotations

from contextlib import suppress

import psycopg
from psycopg import sql

from auditor.connect import Connection

_ROLES = """
SELECT r.rolname, r.rolsuper, r.rolinherit, r.rolbypassrls FROM pg_catalog.pg_roles r
WHERE r.rolname !~ '^pg_' ORDER BY 1"""

# The options of a membership are columns since 16.
_MEMBERSHIPS = """
SELECT r.rolname, m.rolname, o.options ->> 'inherit_option', o.options ->> 'set_option'
FROM pg_catalog.pg_auth_members g
JOIN pg_catalog.pg_roles r ON r.oid = g.roleid JOIN pg_catalog.pg_roles m ON m.oid = g.member,
LATERAL (SELECT pg_catalog.to_jsonb(g) AS options) o
WHERE m.rolname !~ '^pg_' ORDER BY 1, 2"""

_OWNER = """
SELECT pg_catalog.pg_get_userbyid(d.datdba) FROM pg_catalog.pg_database d
WHERE d.datname = pg_catalog.current_database()"""

_RIGHTS = """
SELECT CASE WHEN a.grantee <> 0 THEN pg_catalog.pg_get_userbyid(a.grantee)::pg_catalog.text END
FROM pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) a
WHERE d.datname = pg_catalog.current_database() AND a.privilege_type = 'CREATE'"""


def copy_roles(source: Connection, target: psycopg.Connection, database: str) -> None:
    """Makes the roles that the target lacks, memberships, the database's owner, and who may create schemas there."""
    there = {name for (name,) in target.execute("SELECT rolname FROM pg_catalog.pg_roles")}
    for name, *attributes in source.execute(_ROLES):
        if name not in there:
            target.execute(_creation(name, *attributes))
    for role, member, inherits, sets in source.execute(_MEMBERSHIPS):
        with suppress(psycopg.Error):  # a role of another version, or the copy's own superuser
            target.execute(_membership(role, member, inherits, sets))
    ((owner,),) = source.execute(_OWNER)
    target.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(database), sql.Identifier(owner)))

    for (grantee,) in source.execute(_RIGHTS):
        to = sql.SQL("PUBLIC") if grantee is None else sql.Identifier(grantee)
        target.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(database), to))


def _creation(name: str, superuser: bool, inherits: bool, bypasses: bool) -> sql.Composed:
    words = [
        "SUPERUSER" if superuser else "NOSUPERUSER",
        "INHERIT" if inherits else "NOINHERIT",
        "BYPASSRLS" if bypasses else "NOBYPASSRLS",
    ]
    return sql.SQL("CREATE ROLE {} NOLOGIN ").format(sql.Identifier(name)) + sql.SQL(" ").join(map(sql.SQL, words))


def _membership(role: str, member: str, inherits: str | None, sets: str | None) -> sql.Composed:
    grant = sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(member))
    if inherits is None or sets is None:
        return grant
    options = f" WITH INHERIT {'TRUE' if inherits == 'true' else 'FALSE'}, SET {'TRUE' if sets == 'true' else 'FALSE'}"
    return grant + sql.SQL(options)
