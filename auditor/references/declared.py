"""The references that foreign keys declare."""

from auditor.catalog import Catalog
from auditor.model import Reference


def declared(catalog: Catalog) -> tuple[Reference, ...]:
    """One reference for each foreign key of a table in scope; confidence 1.0.

    Left out: keys to a table that is not in the catalog (one partition, a table of an extension).
    """
    return tuple(_declared(catalog))


def _declared(catalog: Catalog) -> list[Reference]:
    found = []
    for table in catalog.measurable():
        for constraint in table.foreign_keys():
            referenced = catalog.by_oid(constraint.referenced_oid)
            if referenced is not None:
                found.append(
                    Reference(
                        schema=table.schema,
                        table=table.name,
                        columns=constraint.columns,
                        ref_schema=referenced.schema,
                        ref_table=referenced.name,
                        ref_columns=constraint.referenced_columns,
                        declared=True,
                        confidence=1.0,
                        evidence=(f"foreign key {constraint.name}",),
                        constraint=constraint.name,
                    )
                )
    return found
