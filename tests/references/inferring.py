"""A small schema in, its references out: as lines that a test compares whole."""

from auditor.catalog import Scope
from auditor.catalog.read import read_catalog
from auditor.config import Config, parse_config
from auditor.connect import open_session
from auditor.model import Reference
from auditor.references import find_references
from tests.servers import Database


def references(database: Database, script: str, config: str = "", role: str = "") -> tuple[Reference, ...]:
    """All references that are found after the script has run; `config` is TOML, `role` who looks."""
    with database.connect() as connection:
        connection.execute(script.encode())
    return found_in(database, parse_config(config), role)


def found_in(database: Database, config: Config | None = None, role: str = "") -> tuple[Reference, ...]:
    """All references of the database as it is."""
    dsn = f"{database.dsn} user={role}" if role else database.dsn
    with open_session(dsn, statement_timeout_s=60) as session:
        catalog = read_catalog(session.main, Scope())
        return find_references(session.main, catalog, config or Config()).references


def line(reference: Reference) -> str:
    """`films(language_id) -> languages(id)`; schemas left out where it is public."""
    here = reference.expression or ", ".join(reference.columns)
    there = ", ".join(reference.ref_columns)
    table = _qualified(reference.schema, reference.table)
    return f"{table}({here}) -> {_qualified(reference.ref_schema, reference.ref_table)}({there})"


def lines(found: tuple[Reference, ...]) -> list[str]:
    """The inferred ones, sorted."""
    return sorted(line(each) for each in found if not each.declared)


def _qualified(schema: str, table: str) -> str:
    return table if schema == "public" else f"{schema}.{table}"
