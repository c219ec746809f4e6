"""Operations on row security and policies: changes of definitions alone, each with its exact inverse."""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor import sql
from auditor.catalog import Guarded, Policy
from auditor.model import Note, Phase, Step, printable
from auditor.remedy import order
from auditor.remedy.attempts import patient
from auditor.remedy.constraints import LATER, exclusive
from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.script import block, digest, named, oid_of, refuse, transaction, when, words
from auditor.sql import Sql


@dataclass(frozen=True, kw_only=True)
class Change:
    """A statement, the condition that it brings about, and the statements that take it back.

    Where the condition held before, or holds already, nothing is done; what was not so before is never taken back.
    """

    table: Guarded
    title: str
    statement: Sql
    holds: Sql
    inverse: Sql

    def steps(self, _: PlanContext) -> Iterator[Step | Note]:
        """Brings it about, checks it, takes it back."""
        place = self.table.schema, self.table.name
        called = f"{self.title} on {named(self.table)}"
        refusal = refuse("not so: %", words(called))
        applied = patient(when(f"NOT ({self.holds})", self.statement), place)
        reverted = patient(when(self.holds, self.inverse), place, declare="held record;")
        verified = block(when(f"NOT ({self.holds})", refusal))
        lock = exclusive(self.table)
        yield self._step(Phase.CONSTRAINTS, LATER, called, applied, lock)
        yield self._step(Phase.VERIFY, 1_000_000 + LATER, f"so it is: {called}", verified, "none: reads the catalog")
        yield self._step(Phase.ROLLBACK, order.DROP, f"undo: {called}", reverted, lock)

    def _step(self, phase: Phase, place: int, title: str, text: Sql, lock: str) -> Step:
        return Step(
            id=f"security-{digest(self.table.schema, self.table.name, phase, text)}",
            phase=phase,
            order=(place, f"{self.table.schema}.{self.table.name} {title}"),
            title=title,
            parts=(transaction(title, text),),
            lock=lock,
        )


def enable_row_security(table: Guarded) -> Operation:
    """Turns row security on."""
    return _switched(table, "row security", "c.relrowsecurity", "ENABLE", "DISABLE")


def force_row_security(table: Guarded) -> Operation:
    """Makes row security hold for the table's owner too."""
    return _switched(table, "row security for the owner too", "c.relforcerowsecurity", "FORCE", "NO FORCE")


def _switched(table: Guarded, title: str, flag: str, on: str, off: str) -> Operation:
    alter = sql.compose("ALTER TABLE {table} ", table=sql.name(table.schema, table.name))
    return Change(
        table=table,
        title=title,
        statement=Sql(f"{alter}{on} ROW LEVEL SECURITY;"),
        holds=Sql(
            f"EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = {oid_of(table.schema, table.name)} AND {flag})"
        ),
        inverse=Sql(f"{alter}{off} ROW LEVEL SECURITY;"),
    )


def create_policy(table: Guarded, policy: Policy) -> Operation:
    """Creates a policy."""
    return Change(
        table=table,
        title=f"policy {printable(policy.name)}",
        statement=_creation(table, policy),
        holds=_has_policy(table, policy),
        inverse=_removal(table, policy),
    )


def drop_policy(table: Guarded, policy: Policy) -> Operation:
    """Drops a policy; rolled back, it is created from its own text."""
    return Change(
        table=table,
        title=f"no policy {printable(policy.name)}",
        statement=_removal(table, policy),
        holds=Sql(f"NOT {_has_policy(table, policy)}"),
        inverse=_creation(table, policy),
    )


def _creation(table: Guarded, policy: Policy) -> Sql:
    roles = ", ".join("PUBLIC" if role == "PUBLIC" else sql.quote(role) for role in policy.roles) or "PUBLIC"
    parts = (
        sql.compose("CREATE POLICY {name} ON {table}", name=sql.name(policy.name),
                    table=sql.name(table.schema, table.name)),
        "" if policy.permissive else "AS RESTRICTIVE",
        f"FOR {policy.command}",
        f"TO {roles}",
        "" if policy.using is None else f"USING ({policy.using})",
        "" if policy.with_check is None else f"WITH CHECK ({policy.with_check})",
    )  # fmt: skip
    return Sql(" ".join(part for part in parts if part) + ";")


def _removal(table: Guarded, policy: Policy) -> Sql:
    return sql.compose(
        "DROP POLICY {name} ON {table};", name=sql.name(policy.name), table=sql.name(table.schema, table.name)
    )


def _has_policy(table: Guarded, policy: Policy) -> Sql:
    return Sql(
        f"EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = {oid_of(table.schema, table.name)}"
        f" AND p.polname = {sql.literal(policy.name)})"
    )
