"""Declared foreign keys as questions: which rows violate them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from auditor import sql
from auditor.catalog import Constraint, Table
from auditor.check import Facts
from auditor.knowledge.orphans import FOREIGN_KEY_LOCK, can_be_relinked
from auditor.model import Reference, Subject
from auditor.probe import OrphanKind, Proposed
from auditor.references import AntiJoin, anti_join
from auditor.references.kinds import kinds_of


@dataclass(frozen=True, kw_only=True)
class DeclaredKey:
    """A foreign key with the reference and the anti-join that it declares; near misses that can be mended are told
    apart by it."""

    table: Table
    constraint: Constraint
    reference: Reference
    join: AntiJoin

    @property
    def subject(self) -> Subject:
        """The constraint, with its columns."""
        return Subject(
            kind="constraint",
            schema=self.table.schema,
            table=self.table.name,
            columns=self.constraint.columns,
            name=self.constraint.name,
        )

    def proposed(self) -> Proposed:
        """The key itself: declared, and about to hold."""
        return Proposed(
            kind="foreign-key",
            subject=self.subject,
            definition=f"CONSTRAINT {sql.quote(self.constraint.name)} {self.constraint.definition}",
            lock=FOREIGN_KEY_LOCK,
        )


def declared_keys(facts: Facts, *, holding: bool) -> Iterator[DeclaredKey]:
    """The foreign keys in scope that are validated and enforced (`holding`), or those that are not.

    Left out: temporal ones (PERIOD), and those to a table that is not in the catalog.
    """
    for reference in facts.references:
        table = facts.catalog.table(reference.schema, reference.table)
        for constraint in table.foreign_keys() if table and reference.declared else ():
            holds = constraint.validated and constraint.enforced
            if constraint.name == reference.constraint and holds is holding:
                join = anti_join(facts.catalog, reference)
                if table is not None and join is not None:
                    join = replace(join, kinds=(*_near_misses(facts, join),))
                    yield DeclaredKey(table=table, constraint=constraint, reference=reference, join=join)


def _near_misses(facts: Facts, join: AntiJoin) -> Iterator[OrphanKind]:
    if len(join.pairs) == 1 and can_be_relinked(join):
        key, value = join.referenced.column(join.referenced_columns[0]), join.pairs[0][0]
        kinds = kinds_of(
            join.referenced, key, value, join.table.column(join.columns[0]).type, facts.catalog.server.encoding
        )
        yield from (each for each in kinds if each.name == "near-miss")
