"""Views that show the rows of one table with its key: a column named after one of them refers to that table's key."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from auditor.catalog import Catalog, Table
from auditor.model import Reference
from auditor.references.key import keys_of
from auditor.references.names import name

_PROJECTION = re.compile(
    r'\s*SELECT (?:(?!\bFROM\b)[\w\s".,])*\n +FROM [^\s(),]+(?: [^\s(),]+)?(?:\n +WHERE [^\n]*)?;\s*'
)
"""As the server writes it: columns and no expressions, one table, nothing behind the condition."""


@dataclass(frozen=True)
class Projection:
    """A view of one table's rows, or of some of them."""

    view: Table
    base: Table

    @property
    def called(self) -> str:
        """What a column would call it."""
        return name(self.view.name).joined


def projections(catalog: Catalog) -> tuple[Projection, ...]:
    """The plain projections whose name is no table's."""
    tables = {name(each.name).joined for each in catalog.tables if each.kind in ("table", "partitioned")}
    return tuple(each for each in _projections(catalog) if each.called not in tables)


def _projections(catalog: Catalog) -> Iterator[Projection]:
    for view in catalog.tables:
        base = catalog.by_oid(view.depends_on[0]) if len(view.depends_on) == 1 else None
        if base is None or base.kind not in ("table", "partitioned"):
            continue
        if _PROJECTION.fullmatch(view.definition or "") and _shows_key(view, base):
            yield Projection(view, base)


def _shows_key(view: Table, base: Table) -> bool:
    return any(key.is_primary and view.has_column(key.column.name) for key in keys_of(base))


def told_of_views(references: Iterable[Reference], known: Iterable[Projection]) -> tuple[Reference, ...]:
    """The references; those that name a view say whose it is."""
    by_base = {(each.base.schema, each.base.name): each for each in known}
    return tuple(_told(each, by_base.get((each.ref_schema, each.ref_table))) for each in references)


def _told(reference: Reference, projection: Projection | None) -> Reference:
    if projection is None or len(reference.columns) != 1:
        return reference
    place = name((*reference.columns, *reference.json_path)[-1]).joined
    if projection.called not in place or name(projection.base.name).joined in place:
        return reference
    text = f"{projection.view.name} is a view of {projection.base.name}"
    return replace(reference, evidence=(*reference.evidence, text))
