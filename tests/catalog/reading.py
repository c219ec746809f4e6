"""A database's catalog, read as the audit reads it."""

from psycopg import conninfo

from auditor.catalog import Catalog, Column, Constraint, Index, Scope, Table
from auditor.catalog.read import read_catalog
from auditor.connect import open_session
from tests.servers import Database


def catalog_of(database: Database, script: str = "", *, scope: Scope | None = None, role: str = "") -> Catalog:
    """The catalog after the script has run, as that role (by default the superuser) sees it."""
    if script:
        with database.connect() as connection:
            connection.execute(script.encode())
    dsn = conninfo.make_conninfo(database.dsn, user=role) if role else database.dsn
    with open_session(dsn, statement_timeout_s=60) as session:
        return read_catalog(session.main, scope or Scope())


def table_of(catalog: Catalog, name: str, schema: str = "public") -> Table:
    found = catalog.table(schema, name)
    assert found is not None
    return found


def column_of(table: Table, name: str) -> Column:
    return table.column(name)


def constraint_of(table: Table, name: str) -> Constraint:
    return {constraint.name: constraint for constraint in table.constraints}[name]


def index_of(table: Table, name: str) -> Index:
    return {index.name: index for index in table.indexes}[name]
