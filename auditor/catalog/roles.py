"""Roles, and what follows from their memberships."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from auditor.catalog.security import Role

_DATABASE_OWNER = "pg_database_owner"


def roles_of(rows: Iterable[tuple[Any, ...]], database_owner: str) -> tuple[Role, ...]:
    """Roles with the transitive closure of their memberships (User-defined roles: Role Membership).

    Since 16 each membership says whether it inherits and whether it allows SET ROLE; before, the member's own INHERIT
    decides the first, and every member may SET ROLE. The database's owner is a member of pg_database_owner.
    """
    listed = list(rows)
    names = {row[0]: row[1] for row in listed}
    inherits: dict[str, set[str]] = {}
    may_become: dict[str, set[str]] = {}
    for _, name, *_, own_inherit, granted, inherited, settable in listed:
        memberships = list(zip(granted or (), inherited or (), settable or (), strict=True))
        inherits[name] = {names[oid] for oid, flag, _ in memberships if oid in names and _flag(flag, own_inherit)}
        may_become[name] = {names[oid] for oid, _, flag in memberships if oid in names and _flag(flag, True)}
    for graph in (inherits, may_become):
        if _DATABASE_OWNER in graph and database_owner in graph:
            graph[database_owner].add(_DATABASE_OWNER)
    return tuple(
        Role(
            name=name,
            superuser=superuser,
            bypass_row_security=bypasses,
            may_login=may_login,
            inherits=_reachable(name, inherits),
            may_become=_reachable(name, may_become),
        )
        for _, name, superuser, bypasses, may_login, *_ in listed
    )


def _flag(of_membership: bool | None, otherwise: bool) -> bool:
    return otherwise if of_membership is None else of_membership


def _reachable(start: str, graph: Mapping[str, set[str]]) -> frozenset[str]:
    seen, ahead = {start}, [start]
    while ahead:
        for role in graph[ahead.pop()] - seen:
            seen.add(role)
            ahead.append(role)
    return frozenset(seen)
