"""The one entry: all references of a database, declared and inferred."""

from auditor.catalog import Catalog
from auditor.config import Config
from auditor.model import Reference
from auditor.references.asked import Connection, empty_tables, look_up
from auditor.references.candidates import candidates
from auditor.references.composite import infer_composites, without_parts
from auditor.references.configured import overruled
from auditor.references.declared import declared
from auditor.references.infer import infer
from auditor.references.json_paths import places_inside_json


def find_references(connection: Connection, catalog: Catalog, config: Config) -> tuple[Reference, ...]:
    """Declared references, those that the configuration names, and those inferred from names, types and values.

    A fixed number of rounds of bounded look-ups: which tables are empty, the paths inside JSON columns, the values of
    all candidates, the rows of composite ones. Raises AuditorError where the configuration names what does not exist.
    """
    empty = empty_tables(connection, catalog)
    found = candidates(catalog, places_inside_json(connection, catalog, empty))
    singles = infer(catalog, found, look_up(connection, found, empty))
    several = infer_composites(connection, catalog, empty)
    inferred = (*without_parts(singles, several), *several)
    return (*declared(catalog), *overruled(catalog, config, inferred))
