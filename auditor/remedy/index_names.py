"""Names of indexes, whether there are such or not: what is built, looked at and dropped by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from auditor import sql
from auditor.catalog import Leaf, Partition
from auditor.model import Part
from auditor.remedy.operation import PlanContext
from auditor.remedy.script import (
    LONG,
    block,
    digest,
    oid_of,
    outside,
    refuse,
    transaction,
    when,
    words,
)
from auditor.sql import Sql

_NAME_BYTES = 63


@dataclass(frozen=True, kw_only=True)
class IndexName:
    """An index of that name on the table `of_schema.of`, whether it is there or not."""

    schema: str
    name: str
    of_schema: str
    of: str

    def built(self, title: str, unique: str, keys: str) -> tuple[Part, ...]:
        """Builds it where it is not there; what a build that failed left behind, invalid, is dropped first."""
        create = (
            f"CREATE {unique}INDEX CONCURRENTLY IF NOT EXISTS {sql.quote(self.name)}"
            f" ON {sql.quote(self.of_schema, self.of)} {keys};"
        )
        return self._dropped(title, self.name, "NOT i.indisvalid", repairs=True), outside(title, create)

    def unique(self, title: str, keys: Sequence[str], where: str = "") -> Part:
        """Fails where rows share a key, before it is built: a build that failed leaves an index that refuses writes."""
        refusal = refuse(
            "rows of % share a key of the unique index % that is to be built; nothing has been changed",
            words(f"{self.of_schema}.{self.of}"),
            words(self.name),
            hint="Run 20-backup-and-cleanup.sql first. If you have, rows were added since: audit again.",
        )
        population = " AND ".join((*(f"{key} IS NOT NULL" for key in keys), *((f"({where})",) if where else ())))
        shared = (
            f"SELECT FROM {sql.quote(self.of_schema, self.of)} WHERE {population}"
            f" GROUP BY {', '.join(keys)} HAVING pg_catalog.count(*) > 1"
        )
        check = block(when(f"NOT {self.is_valid()} AND EXISTS ({shared})", refusal))
        settings = ("SET LOCAL row_security = off;",)
        return transaction(f"no rows share a key of the {title}", *settings, check, timeout=LONG)

    def dropped(self, title: str) -> Part:
        """Drops it where it is there, on this table, and neither a constraint nor an index of the root stands on it."""
        free = (
            "NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.indexrelid)\n"
            "    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = i.indexrelid)"
        )
        return self._dropped(title, self.name, free)

    def rebuilt(self, title: str) -> tuple[Part, ...]:
        """Builds it anew where it is invalid; what a rebuild that failed left behind is dropped first."""
        rebuild = f"REINDEX INDEX CONCURRENTLY {sql.quote(self.schema, self.name)};"
        return (
            *self.cleared(title, repairs=True),
            outside(title, rebuild, self._is_there(self.name, "NOT i.indisvalid")),
        )

    def cleared(self, title: str, *, repairs: bool = False) -> tuple[Part, ...]:
        """Drops what a rebuild that was stopped left behind: the old index, or the new one, whichever is invalid."""
        return tuple(
            self._dropped(title, _left_behind(self.name, suffix), "NOT i.indisvalid", repairs=repairs)
            for suffix in ("_ccold", "_ccnew")
        )

    def dropped_if_valid(self, title: str) -> Part:
        """Drops it where it is valid."""
        return self._dropped(title, self.name, "i.indisvalid")

    def is_valid(self) -> Sql:
        """Whether it is there, on this table, and valid."""
        return self._is_there(self.name, "i.indisvalid")

    def _dropped(self, title: str, name: str, condition: str, repairs: bool = False) -> Part:
        drop = f"DROP INDEX CONCURRENTLY IF EXISTS {sql.quote(self.schema, name)};"
        return outside(title, drop, self._is_there(name, condition), repairs=repairs)

    def _is_there(self, name: str, condition: str) -> Sql:
        """Whether an index of that name is on this table, and is so."""
        return Sql(
            f"EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indexrelid = {oid_of(self.schema, name)}"
            f" AND i.indrelid = {oid_of(self.of_schema, self.of)} AND {condition})"
        )


def _left_behind(name: str, suffix: str) -> str:
    """What PostgreSQL calls the new index of a rebuild, or the old one, cut to fit as it cuts it."""
    return name.encode()[: _NAME_BYTES - len(suffix)].decode(errors="ignore") + suffix


def free_index_name(context: PlanContext, schema: str, *parts: str, suffix: str) -> str:
    """A name for a new index that no relation of the schema has."""
    taken = context.catalog.relation_names
    name, number = sql.derived_name(*parts, suffix=suffix), 0
    while (schema, name) in taken:
        number += 1
        name = sql.derived_name(*parts, suffix=f"{suffix}{number}")
    return name


def leaf_index(
    context: PlanContext, leaf: Leaf | Partition, columns: tuple[str, ...], definition: str, suffix: str
) -> IndexName:
    """A new index on a partition. The catalog does not know the names of those that are there: hence the hash."""
    suffix = f"{digest(definition, context.plan_id)[:6]}_{suffix}"
    name = free_index_name(context, leaf.schema, leaf.name, *columns, suffix=suffix)
    return IndexName(schema=leaf.schema, name=name, of_schema=leaf.schema, of=leaf.name)
