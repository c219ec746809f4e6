"""Who may do what: roles, privileges on tables, row security policies."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A row of pg_roles. `inherits` are the roles whose privileges it has without SET ROLE, transitively;
    `may_become` those it can SET ROLE to (member, transitively). Both include itself."""

    name: str
    superuser: bool = False
    bypass_row_security: bool = False
    may_login: bool = False
    inherits: frozenset[str] = frozenset()
    may_become: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A privilege on a whole table (`columns` empty) or on some columns; `role` is `PUBLIC` for everybody."""

    role: str
    privilege: str
    columns: tuple[str, ...] = ()
    grantable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A row of pg_policy. `roles` holds names, `PUBLIC` for everybody; expressions are the server's own text,
    deparsed with an empty search_path. `columns` are those of the table that the expressions use (pg_depend)."""

    name: str
    command: Literal["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]
    permissive: bool
    roles: tuple[str, ...]
    using: str | None
    with_check: str | None
    columns: tuple[str, ...] = ()
