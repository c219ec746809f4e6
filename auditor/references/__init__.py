"""Which columns refer to which table: by declaration, or inferred from names, types, statistics and rows."""

from auditor.references.anti_join import AntiJoin, anti_join
from auditor.references.declared import declared
from auditor.references.find import Found, find_references

__all__ = ["AntiJoin", "Found", "anti_join", "declared", "find_references"]
