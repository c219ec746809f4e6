"""The catalog as one value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from auditor.catalog.constraint import Constraint
from auditor.catalog.security import Role
from auditor.catalog.table import Table

QUARANTINE_SCHEMA = "auditor_quarantine"
"""Where plans keep the rows they change: the auditor's own, never a subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What is being audited. `version` is server_version_num (150018), `version_text` what people call it (15.18);
    `encoding` that of the database."""

    version: int
    version_text: str
    database: str
    role: str
    superuser: bool
    bypasses_row_security: bool
    in_recovery: bool
    bytes: int | None = None
    encoding: str = "UTF8"

    @property
    def major(self) -> int:
        """15, 16, 17, 18 …"""
        return self.version // 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An installed extension and the schema of its objects."""

    name: str
    schema: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of the users' own whose body refreshes a materialised view."""

    schema: str
    name: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """A function or procedure of the users' own that joins tables: its body where `language` is `sql`, else, and where
    the server keeps it parsed, its whole definition."""

    schema: str
    name: str
    language: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CronJob:
    """A job of pg_cron, where this role may read them."""

    name: str
    command: str
    schedule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which tables are audited: globs, `!` excludes, none means all. A table's glob is matched against its bare name
    and against `schema.name`."""

    schemas: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    def includes(self, table: Table) -> bool:
        """Whether this table is audited."""
        return _matches(self.schemas, (table.schema,)) and _matches(self.tables, _names(table))

    def unmatched(self, tables: Sequence[Table]) -> tuple[str, ...]:
        """The globs that name no table: what is asked for there is not seen, and that is no good news."""
        schemas = {(table.schema,) for table in tables}
        names = [_names(table) for table in tables]
        asked = [(glob, schemas) for glob in self.schemas] + [(glob, names) for glob in self.tables]
        return tuple(
            glob for glob, known in asked if glob[:1] != "!" and not any(_matches((glob,), each) for each in known)
        )


def _names(table: Table) -> tuple[str, ...]:
    return (table.name, f"{table.schema}.{table.name}")


def _matches(globs: tuple[str, ...], names: tuple[str, ...]) -> bool:
    wanted = [glob for glob in globs if not glob.startswith("!")]
    unwanted = [glob[1:] for glob in globs if glob.startswith("!")]
    hit = not wanted or any(fnmatchcase(name, glob) for glob in wanted for name in names)
    return hit and not any(fnmatchcase(name, glob) for glob in unwanted for name in names)


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """Everything that pg_catalog says and the auditor needs. System, extension-owned and the auditor's own objects
    are not in `tables`; partitions are folded into their root."""

    server: Server
    scope: Scope = field(default_factory=Scope)
    tables: tuple[Table, ...] = ()
    roles: tuple[Role, ...] = ()
    extensions: tuple[Extension, ...] = ()
    routines: tuple[Routine, ...] = ()
    refresh_functions: tuple[Function, ...] = ()
    cron_jobs: tuple[CronJob, ...] = ()

    @cached_property
    def _by_oid(self) -> dict[int, Table]:
        return {table.oid: table for table in self.tables}

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Table]:
        return {(table.schema, table.name): table for table in self.tables}

    @cached_property
    def _roles_by_name(self) -> dict[str, Role]:
        return {role.name: role for role in self.roles}

    @cached_property
    def audited(self) -> tuple[Table, ...]:
        """The relations in scope, of every kind."""
        return tuple(table for table in self.tables if self.scope.includes(table))

    def measurable(self) -> Iterator[Table]:
        """Tables and partitioned roots in scope: those whose rows checks ask about."""
        return (table for table in self.audited if table.kind in ("table", "partitioned"))

    def by_oid(self, oid: int | None) -> Table | None:
        """The table of that oid, None where it is not a subject (system, extension, partition)."""
        return self._by_oid.get(oid) if oid is not None else None

    def table(self, schema: str, name: str) -> Table | None:
        """The table of that name, None where there is none."""
        return self._by_name.get((schema, name))

    def role(self, name: str) -> Role | None:
        """The role of that name, None where there is none."""
        return self._roles_by_name.get(name)

    @cached_property
    def _referring(self) -> dict[int | None, list[tuple[Table, Constraint]]]:
        into: dict[int | None, list[tuple[Table, Constraint]]] = {}
        for table in self.tables:
            for key in table.foreign_keys():
                into.setdefault(key.referenced_oid, []).append((table, key))
        return into

    def foreign_keys_into(self, table: Table) -> tuple[tuple[Table, Constraint], ...]:
        """The foreign keys that refer to that table, each with the table that has it."""
        return tuple(self._referring.get(table.oid, ()))

    @cached_property
    def relation_names(self) -> frozenset[tuple[str, str]]:
        """(schema, name) of every table, view and index: derived names must avoid them."""
        tables = {(table.schema, table.name) for table in self.tables}
        indexes = {(index.schema, index.name) for table in self.tables for index in table.indexes}
        return frozenset(tables | indexes)
