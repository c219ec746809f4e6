"""What outsiders reach: the roles that they act as, the schemas that they can name, and what policies let by there.

The rules are those of the manual's CREATE POLICY and GRANT, each tried on PostgreSQL 15 to 18.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from auditor.catalog import Catalog, Guarded, Partition, Policy, Role, Table
from auditor.config import Api
from auditor.knowledge.server_text import is_true
from auditor.model import printable
from auditor.probe import Proposed, subject_of

Command = Literal["SELECT", "INSERT", "UPDATE", "DELETE"]

COMMANDS: tuple[Command, ...] = ("SELECT", "INSERT", "UPDATE", "DELETE")
PUBLIC = "PUBLIC"

_USUAL_ROLES = ("anon", "authenticated")
_USUAL_SCHEMAS = ("public",)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Granted:
    """A command that a role may use on a table, and the names under which it was granted: the role's own, `PUBLIC`,
    that of a role that it inherits from. `on_columns`: some of it was granted on single columns."""

    role: str
    command: Command
    grantees: tuple[str, ...] = ()
    on_columns: bool = False

    @property
    def is_its_own(self) -> bool:
        """Whether taking it away takes nothing from anybody else, and is undone by one grant on the whole table."""
        return self.grantees == (self.role,) and not self.on_columns


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """Who comes in from outside, and where.

    `roles` are those that outsiders act as, less those that row security does not bind (superuser, BYPASSRLS: a
    service role is trusted). `logins` sign in for the API and then become one of these.
    """

    roles: tuple[Role, ...]
    logins: tuple[Role, ...]
    schemas: frozenset[str]

    def exposes(self, relation: Guarded) -> bool:
        """Whether outsiders can name it."""
        return bool(self.roles) and relation.schema in self.schemas

    def tables(self, catalog: Catalog) -> Iterator[Table]:
        """The tables in scope that outsiders can name, less those whose policies could not be read."""
        return (table for table in catalog.measurable() if self.exposes(table) and not table.unread)

    def guarded(self, catalog: Catalog) -> Iterator[Guarded]:
        """The same, and the partitions that outsiders can name, whether they can name the table or not."""
        for table in catalog.measurable():
            if not table.unread:
                relations: tuple[Guarded, ...] = (table, *table.partitions)
                yield from filter(self.exposes, relations)

    def past_policies(self, partition: Partition) -> tuple[Granted, ...]:
        """What outsiders may do with every row of a partition that they name, because no policy binds them there."""
        bound = {role.name for role in self.roles if partition.row_security and is_bound(partition, role)}
        return tuple(each for each in self.granted(partition) if each.role not in bound)

    def granted(self, relation: Guarded) -> tuple[Granted, ...]:
        """What outsiders may do there as far as privileges go, on the whole of it or on some columns."""
        found = (_granted(relation, role, command) for role in self.roles for command in COMMANDS)
        return tuple(each for each in found if each is not None)

    def uncovered(self, table: Guarded, policies: tuple[Policy, ...]) -> tuple[Granted, ...]:
        """What is granted and, with these policies enforced, denied for every row: no permissive policy is for it.

        Nothing where there is no policy at all, and nothing for roles that the table's row security does not bind.
        """
        if not policies:
            return ()
        bound = {role.name: role for role in self.roles if is_bound(table, role)}
        return tuple(
            each
            for each in self.granted(table)
            if each.role in bound and not _is_covered(policies, bound[each.role], each.command)
        )

    def open_to(self, table: Guarded, policy: Policy) -> tuple[Granted, ...]:
        """What this policy alone lets outsiders do with every row: granted, constant true, and not narrowed by a
        restrictive policy."""
        if not policy.permissive:
            return ()
        roles = {role.name: role for role in self.roles}
        return tuple(
            each
            for each in self.granted(table)
            if applies(policy, roles[each.role], each.command)
            and _is_open(policy, each.command)
            and not _is_narrowed(table, roles[each.role], each.command)
        )


def exposure_of(catalog: Catalog, api: Api) -> Exposure:
    """As configured, else `anon` and `authenticated` where these roles exist, and the schema `public`."""
    names = _USUAL_ROLES if api.roles is None else api.roles
    roles = tuple(role for name in names if (role := catalog.role(name)) is not None and not _is_exempt(role))
    logins = tuple(role for role in catalog.roles if role.may_login and not _is_exempt(role) and _becomes(role, roles))
    return Exposure(
        roles=roles,
        logins=logins,
        schemas=frozenset(_USUAL_SCHEMAS if api.schemas is None else api.schemas),
    )


def _is_exempt(role: Role) -> bool:
    return role.superuser or role.bypass_row_security


def _becomes(login: Role, roles: tuple[Role, ...]) -> bool:
    return any(role.name in login.may_become for role in roles)


def _granted(relation: Guarded, role: Role, command: Command) -> Granted | None:
    grants = [
        each
        for each in relation.grants
        if each.privilege == command and (each.role == PUBLIC or _has_rights_of(role, each.role))
    ]
    if not grants and not _has_rights_of(role, relation.owner):
        return None
    return Granted(
        role=role.name,
        command=command,
        grantees=tuple(sorted({each.role for each in grants})),
        on_columns=any(each.columns for each in grants),
    )


def _has_rights_of(role: Role, name: str) -> bool:
    return name == role.name or name in role.inherits


def is_bound(table: Guarded, role: Role) -> bool:
    """Whether policies apply to this role once row security is on. The owner, and whoever inherits from the owner, is
    exempt unless it is forced."""
    return not _is_exempt(role) and (table.force_row_security or not _has_rights_of(role, table.owner))


def applies(policy: Policy, role: Role, command: Command) -> bool:
    """Whether the policy is for that role and command. ALL stands for each."""
    is_for_role = any(name == PUBLIC or _has_rights_of(role, name) for name in policy.roles)
    return is_for_role and policy.command in ("ALL", command)


def new_row(policy: Policy) -> str | None:
    """The expression that a new row has to satisfy: WITH CHECK, else USING; an INSERT policy has no USING."""
    return policy.using if policy.with_check is None else policy.with_check


def _expressions(policy: Policy, command: Command) -> tuple[str | None, ...]:
    """What the old row, or the new one, or both have to satisfy."""
    by_command = {"INSERT": (new_row(policy),), "UPDATE": (policy.using, new_row(policy))}
    return by_command.get(command, (policy.using,))


def _is_covered(policies: Iterable[Policy], role: Role, command: Command) -> bool:
    """A permissive policy without the expression that the command needs grants nothing."""
    return any(
        policy.permissive and applies(policy, role, command) and None not in _expressions(policy, command)
        for policy in policies
    )


def _is_open(policy: Policy, command: Command) -> bool:
    expressions = _expressions(policy, command)
    return None not in expressions and any(is_true(each) for each in expressions)


def _is_narrowed(table: Guarded, role: Role, command: Command) -> bool:
    restrictive = (each for each in table.policies if not each.permissive and applies(each, role, command))
    return any(
        expression is not None and not is_true(expression)
        for policy in restrictive
        for expression in _expressions(policy, command)
    )


def row_security_of(table: Table) -> Proposed:
    """The readiness row of a table whose row security is off and has to be on."""
    return Proposed(
        kind="row-security",
        subject=subject_of(table),
        definition="ENABLE ROW LEVEL SECURITY",
        lock=f"ACCESS EXCLUSIVE on {subject_of(table)} for a moment",
    )


def matrix(granted: Iterable[Granted]) -> str:
    """`anon: SELECT; authenticated: SELECT, INSERT`, on one line."""
    commands: dict[str, set[Command]] = {}
    for each in granted:
        commands.setdefault(each.role, set()).add(each.command)
    return "; ".join(f"{printable(role)}: {', '.join(_in_order(names))}" for role, names in commands.items())


def _in_order(commands: Container[Command]) -> Iterator[Command]:
    return (each for each in COMMANDS if each in commands)
