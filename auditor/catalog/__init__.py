"""What pg_catalog says, read once into frozen values that answer questions in the domain's words."""

from auditor.catalog.catalog import QUARANTINE_SCHEMA, Catalog, CronJob, Extension, Function, Scope, Server
from auditor.catalog.constraint import Action, Constraint, PartitionConstraint
from auditor.catalog.index import Index, IndexKey, PartitionIndex
from auditor.catalog.security import Grant, Policy, Role
from auditor.catalog.table import Column, Guarded, Leaf, Partition, Table, TableKind, Trigger
from auditor.catalog.types import Collation, ColumnStatistics, Operator, Type

__all__ = [
    "QUARANTINE_SCHEMA",
    "Action",
    "Catalog",
    "Collation",
    "Column",
    "ColumnStatistics",
    "Constraint",
    "CronJob",
    "Extension",
    "Function",
    "Grant",
    "Guarded",
    "Index",
    "IndexKey",
    "Leaf",
    "Operator",
    "Partition",
    "PartitionConstraint",
    "PartitionIndex",
    "Policy",
    "Role",
    "Scope",
    "Server",
    "Table",
    "TableKind",
    "Trigger",
    "Type",
]
