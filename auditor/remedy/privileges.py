"""Taking privileges away, and granting them again as they were."""

from collections.abc import Iterator

from auditor import sql
from auditor.catalog import Guarded
from auditor.model import printable
from auditor.remedy.operation import Operation
from auditor.remedy.script import oid_of
from auditor.remedy.security import Change
from auditor.sql import Sql

PUBLIC = "PUBLIC"


def revoke(table: Guarded, role: str, privilege: str) -> Operation:
    """Takes a privilege on the table from a role (`PUBLIC` for everybody); rolled back, it is granted as it was."""
    statement = sql.compose(
        "REVOKE {privilege} ON TABLE {table} FROM {grantee};",
        privilege=Sql(privilege),
        table=sql.name(table.schema, table.name),
        grantee=_grantee(role),
    )
    return Change(
        table=table,
        title=f"no {privilege} for {printable(role)}",
        statement=statement,
        holds=Sql(
            "NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c, pg_catalog.aclexplode(c.relacl) AS a"
            f" WHERE c.oid = {oid_of(table.schema, table.name)} AND a.grantee = {_oid(role)}"
            f" AND a.privilege_type = {sql.literal(privilege)})"
        ),
        inverse=Sql("\n".join((*_grants(table, role, privilege), _in_order(table, role)))),
    )


def _grants(table: Guarded, role: str, privilege: str) -> Iterator[Sql]:
    """Granted again: on the table, and on the columns from which REVOKE took it, too."""
    for grant in table.grants:
        if (grant.role, grant.privilege) == (role, privilege):
            columns = sql.compose(" ({columns})", columns=sql.Names(grant.columns)) if grant.columns else ""
            yield sql.compose(
                "GRANT {privilege}{columns} ON TABLE {table} TO {grantee}{option};",
                privilege=Sql(privilege),
                columns=Sql(columns),
                table=sql.name(table.schema, table.name),
                grantee=_grantee(role),
                option=Sql(" WITH GRANT OPTION" if grant.grantable else ""),
            )


def _in_order(table: Guarded, role: str) -> Sql:
    """A dump shows the list of privileges in its order: those that stood behind this role go behind it again.

    Only as each of them stands now; nobody's are touched where others than the owner granted some, or where some are
    on single columns, which REVOKE would take along.
    """
    order = tuple(dict.fromkeys(grant.role for grant in table.grants if not grant.columns))
    behind = order[order.index(role) + 1 :] if role in order else ()
    if not behind:
        return Sql("")
    place = oid_of(table.schema, table.name)
    return Sql(f"""FOR held IN SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC'
        ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END AS grantee,
        pg_catalog.string_agg(a.privilege_type, ', ') AS privileges,
        pg_catalog.string_agg(a.privilege_type, ', ') FILTER (WHERE a.is_grantable) AS grantable
    FROM pg_catalog.unnest(ARRAY[{", ".join(_oid(each) for each in behind)}]::oid[]) WITH ORDINALITY AS o (oid, place)
    JOIN pg_catalog.pg_class AS c ON c.oid = {place} AND o.oid <> c.relowner
    CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
    WHERE a.grantee = o.oid
        AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) AS b WHERE b.grantor <> c.relowner)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS t WHERE t.attrelid = c.oid AND t.attacl IS NOT NULL)
    GROUP BY o.place, a.grantee ORDER BY o.place LOOP
EXECUTE pg_catalog.format('REVOKE %s ON TABLE %s FROM %s', held.privileges, {place}, held.grantee);
EXECUTE pg_catalog.format('GRANT %s ON TABLE %s TO %s', held.privileges, {place}, held.grantee);
IF held.grantable IS NOT NULL THEN
    EXECUTE pg_catalog.format('GRANT %s ON TABLE %s TO %s WITH GRANT OPTION', held.grantable, {place}, held.grantee);
END IF;
END LOOP;""")  # noqa: S608


def _grantee(role: str) -> Sql:
    return Sql(PUBLIC) if role == PUBLIC else sql.quote(role)


def _oid(role: str) -> Sql:
    return Sql("0") if role == PUBLIC else Sql(f"pg_catalog.to_regrole({sql.literal(sql.quote(role))})")
