"""The one entry: all references of a database, declared and inferred."""

from auditor.catalog import Catalog
from auditor.config import Config
from auditor.model import Reference
from auditor.references.asked import Connection, look_up
from auditor.references.candidates import candidates
from auditor.references.declared import declared
from auditor.references.infer import infer


def find_references(connection: Connection, catalog: Catalog, config: Config) -> tuple[Reference, ...]:
    """Declared references, those that the configuration names, and those inferred from names, types and values."""
    found = candidates(catalog, config)
    evidence = look_up(connection, found)
    return (*declared(catalog), *infer(catalog, found, evidence))
