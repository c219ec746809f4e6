"""Reading the catalog: a message of bulk queries, then values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from sys import intern

import psycopg

from auditor.catalog import queries, rows
from auditor.catalog.catalog import Catalog, CronJob, Extension, Function, Routine, Scope, Server
from auditor.catalog.constraint import Constraint, PartitionConstraint
from auditor.catalog.index import Index, PartitionIndex
from auditor.catalog.relations import Family, Relation, families_of
from auditor.catalog.roles import roles_of
from auditor.catalog.security import Grant, Policy
from auditor.catalog.table import Column, Partition, Table, Trigger
from auditor.catalog.types import ColumnStatistics
from auditor.connect import Connection, Row, summary_of
from auditor.errors import AuditorError

_TRIES = 3
# Locked meanwhile, or dropped between the look whether it is there and the look at it: it differs the next time.
_PASSING = {"55P03", "XX000", "42P01", "42703", "42704", "42883"}


class _RefusedError(AuditorError):
    """Something of pg_catalog that everybody may read by default was taken from this role."""


# Places in a row of the query SERVER.
_DATABASE_OWNER, _CRON_IS_READABLE = 9, 10


@dataclass(frozen=True)
class _Parts:
    """What belongs to tables, by their oid; privileges on whole tables by the text of their list."""

    columns: Mapping[int, list[Column]]
    constraints: Mapping[int, list[Constraint]]
    indexes: Mapping[int, list[Index]]
    attached_indexes: set[int]
    policies: Mapping[int, list[Policy]]
    triggers: Mapping[int, list[Trigger]]
    privileges: Mapping[str, tuple[Grant, ...]]
    column_privileges: Mapping[int, list[Grant]]
    definitions: Mapping[int, str | None]
    depends_on: Mapping[int, tuple[int, ...]]
    unread: set[int]


def read_catalog(connection: Connection, scope: Scope) -> Catalog:
    """Everything that pg_catalog says and the auditor needs, as the connection's snapshot sees it.

    A fixed number of queries in two messages, rolled back so that no lock stays. What another session holds an
    ACCESS EXCLUSIVE lock on, or has changed or dropped since the snapshot, is there with what is known of it, and
    `unread` is set. Raises AuditorError where the catalog cannot be read at all.
    """
    statistics = rows.statistics_of(_statistics(connection))
    server, *rest = _ask(connection, queries.ALL)
    return _catalog(server[0], rest, statistics, _cron_jobs(connection, server[0]), scope)


def _statistics(connection: Connection) -> list[Row]:
    """What pg_stats shows this role; nothing where the view was taken from everybody."""
    try:
        return _ask(connection, [queries.STATISTICS])[0]
    except _RefusedError:
        return []


def _ask(connection: Connection, statements: Sequence[str]) -> list[list[Row]]:
    for left in reversed(range(_TRIES)):
        try:
            return connection.execute_and_roll_back(statements)
        except psycopg.errors.InsufficientPrivilege:
            raise _RefusedError(
                "this role may not read the catalog's views, or run its functions",
                "Give it back what PUBLIC has on pg_catalog by default, or use another role.",
            ) from None
        except psycopg.Error as error:
            if error.sqlstate not in _PASSING or not left:
                raise AuditorError(
                    f"the catalog cannot be read: {summary_of(error)}",
                    "Run again when no migration is running, or allow more time.",
                ) from None
    raise AssertionError("unreachable")


def _cron_jobs(connection: Connection, server: Row) -> tuple[CronJob, ...]:
    """The jobs of pg_cron that this role sees; none where there are none, or where this pg_cron has other columns."""
    if not server[_CRON_IS_READABLE]:
        return ()
    try:
        found = connection.execute_and_roll_back([queries.CRON_JOBS])[0]
    except psycopg.Error:
        return ()
    return tuple(CronJob(name=name, command=command, schedule=schedule) for name, command, schedule in found)


def _catalog(
    server: Row,
    answers: Sequence[list[Row]],
    statistics: Mapping[tuple[int, str], ColumnStatistics],
    cron_jobs: tuple[CronJob, ...],
    scope: Scope,
) -> Catalog:
    roles, relations, columns, types, constraints, indexes, policies, grants, triggers, views, *bodies = answers
    functions, routines = bodies
    unread: set[int] = set()
    names = {(row[0], row[1]): intern(row[2]) for row in columns}
    privileges, column_privileges = rows.grants_of(grants)
    parts = _Parts(
        columns=rows.columns_of(
            columns,
            rows.types_of(types),
            statistics,
            rows.not_valid_columns(constraints),
            unread,
        ),
        constraints=rows.constraints_of(constraints, names, unread),
        indexes=rows.indexes_of(indexes, names, unread),
        attached_indexes={row[0] for row in indexes if row[-1]},
        policies=rows.policies_of(policies, unread),
        triggers=rows.triggers_of(triggers, unread),
        privileges=privileges,
        column_privileges=column_privileges,
        definitions={row[0]: row[1] for row in views},
        depends_on={row[0]: tuple(row[2]) for row in views},
        unread=unread,
    )
    return Catalog(
        server=_server(server),
        scope=scope,
        tables=tuple(_table(family, parts) for family in families_of(relations)),
        roles=roles_of(roles, server[_DATABASE_OWNER]),
        extensions=tuple(
            Extension(name=name, schema=schema, version=version)
            for name, schema, version in zip(*server[-3:], strict=True)
        ),
        routines=tuple(
            Routine(schema=schema, name=name, language=language, body=body)
            for schema, name, language, body in routines
            if body
        ),
        refresh_functions=tuple(Function(schema=row[0], name=row[1], body=row[2]) for row in functions),
        cron_jobs=cron_jobs,
    )


def _server(row: Row) -> Server:
    version, version_text, database, role, superuser, bypasses, in_recovery, size, encoding, *_ = row
    return Server(
        version=version,
        version_text=version_text.partition(" ")[0],
        database=database,
        role=role,
        superuser=superuser,
        bypasses_row_security=bypasses,
        in_recovery=in_recovery,
        bytes=size,
        encoding=encoding,
    )


def _table(family: Family, parts: _Parts) -> Table:
    root, oid = family.root, family.root.oid
    definition = parts.definitions.get(oid)
    gone = root.readable is None or root.schema_usable is None
    lacks_definition = oid in parts.definitions and definition is None
    return Table(
        oid=oid,
        schema=intern(root.schema),
        name=intern(root.name),
        kind=root.kind,
        owner=intern(root.owner),
        columns=tuple(parts.columns.get(oid, ())),
        leaves=family.leaves,
        partitions=tuple(_partition(each, parts) for each in family.partitions),
        constraints=tuple(parts.constraints.get(oid, ())),
        partition_constraints=tuple(_partition_constraints(family, parts)),
        indexes=tuple(parts.indexes.get(oid, ())),
        partition_indexes=tuple(_partition_indexes(family, parts)),
        policies=tuple(parts.policies.get(oid, ())),
        grants=_grants(root, parts),
        triggers=tuple(parts.triggers.get(oid, ())),
        rows=family.rows,
        pages=family.pages,
        bytes=family.bytes,
        all_visible=family.all_visible,
        counted_pages=family.counted_pages,
        row_security=root.row_security,
        force_row_security=root.force_row_security,
        row_security_active=root.row_security_active,
        readable=root.readable is not False,
        schema_usable=root.schema_usable is not False,
        populated=root.populated,
        unlogged=root.unlogged,
        security_invoker=root.security_invoker,
        definition=definition,
        comment=root.comment,
        depends_on=parts.depends_on.get(oid, ()),
        has_children=family.has_children,
        inherits_from=() if root.is_partition else tuple(root.parents),
        has_foreign_leaves=family.has_foreign_leaves,
        unread=gone or lacks_definition or not parts.unread.isdisjoint(family.oids),
    )


def _partition(partition: Relation, parts: _Parts) -> Partition:
    return Partition(
        oid=partition.oid,
        parent=partition.parents[0],
        schema=intern(partition.schema),
        name=intern(partition.name),
        kind=partition.kind,
        owner=intern(partition.owner),
        policies=tuple(parts.policies.get(partition.oid, ())),
        grants=_grants(partition, parts),
        row_security=partition.row_security,
        force_row_security=partition.force_row_security,
    )


def _grants(relation: Relation, parts: _Parts) -> tuple[Grant, ...]:
    of_columns = parts.column_privileges.get(relation.oid, ())
    return (*parts.privileges.get(relation.privileges, ()), *of_columns)


def _partition_indexes(family: Family, parts: _Parts) -> Iterator[PartitionIndex]:
    for partition in family.partitions:
        for index in parts.indexes.get(partition.oid, ()):
            yield PartitionIndex(
                oid=partition.oid,
                schema=partition.schema,
                partition=partition.name,
                index=index,
                attached=index.oid in parts.attached_indexes,
            )


def _partition_constraints(family: Family, parts: _Parts) -> Iterator[PartitionConstraint]:
    for partition in family.partitions:
        for constraint in parts.constraints.get(partition.oid, ()):
            yield PartitionConstraint(schema=partition.schema, partition=partition.name, constraint=constraint)
