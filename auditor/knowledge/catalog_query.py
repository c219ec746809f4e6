"""Queries that show a fact of the catalog to a person: the detection SQL of findings that need no rows."""

from auditor import sql
from auditor.catalog import Guarded, Index, Table


def relation_query(relation: Table, *columns: str) -> sql.Sql:
    """These columns of the relation's row in pg_class."""
    return sql.compose(
        "SELECT {columns} FROM pg_catalog.pg_class WHERE oid = {name}::regclass",
        columns=sql.Names(columns),
        name=_regclass(relation.schema, relation.name),
    )


def policies_query(table: Guarded) -> sql.Sql:
    """The table's policies, as pg_policies has them."""
    return sql.compose(
        "SELECT policyname, permissive, roles, cmd, qual, with_check FROM pg_catalog.pg_policies "
        "WHERE schemaname = {schema} AND tablename = {table}",
        schema=sql.literal(table.schema),
        table=sql.literal(table.name),
    )


def privileges_query(table: Table) -> sql.Sql:
    """Who was granted which privilege on the whole table; grantee 0 is PUBLIC."""
    return sql.compose(
        "SELECT granted.grantee::regrole, granted.privilege_type FROM pg_catalog.pg_class, "
        "LATERAL pg_catalog.aclexplode(relacl) AS granted WHERE oid = {name}::regclass",
        name=_regclass(table.schema, table.name),
    )


def partitions_query(table: Table) -> sql.Sql:
    """Row security and privileges of the table's partitions, at every level."""
    return sql.compose(
        "SELECT c.oid::regclass, c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole, c.relacl "
        "FROM pg_catalog.pg_partition_tree({name}::regclass) AS tree "
        "JOIN pg_catalog.pg_class AS c ON c.oid = tree.relid WHERE tree.level > 0",
        name=_regclass(table.schema, table.name),
    )


def indexes_query(table: Table) -> sql.Sql:
    """The table's indexes, and whether they can be used."""
    return sql.compose(
        "SELECT pg_catalog.pg_get_indexdef(indexrelid), indisvalid FROM pg_catalog.pg_index WHERE indrelid {is_it}",
        is_it=_of_table(table),
    )


def _of_table(table: Table) -> sql.Sql:
    """The table itself, or it and its partitions."""
    name = _regclass(table.schema, table.name)
    if table.kind == "partitioned":
        return sql.compose("IN (SELECT relid FROM pg_catalog.pg_partition_tree({name}::regclass))", name=name)
    return sql.compose("= {name}::regclass", name=name)


def index_query(index: Index) -> sql.Sql:
    """Whether this index can be used."""
    return sql.compose(
        "SELECT indisvalid, indisready FROM pg_catalog.pg_index WHERE indexrelid = {name}::regclass",
        name=_regclass(index.schema, index.name),
    )


def _regclass(schema: str, name: str) -> sql.Sql:
    return sql.literal(sql.quote(schema, name))
