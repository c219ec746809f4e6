"""duplicate-email."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table
from auditor.catalog.estimates import sample
from auditor.check import Example, Facts, check
from auditor.config import Keep
from auditor.knowledge.emails import declared_key, intended_unique, normalized, other_columns, text_of
from auditor.knowledge.naming import email_columns, is_about_people, is_own_email, soft_delete_marker
from auditor.knowledge.natural_keys import UNIQUE_LOCK, unique_index
from auditor.knowledge.resolutions import Sharing, kept, worded
from auditor.knowledge.wording import counted
from auditor.model import Certainty, Severity
from auditor.probe import Judgement, KeyProbe, Measurement, Proposed, relation, subject_of


@dataclass(frozen=True, kw_only=True)
class _Identity:
    """An address that tells rows apart: within `scope` (a tenant), among the rows that `where` leaves."""

    table: Table
    column: Column
    scope: tuple[str, ...]
    where: sql.Condition | None
    keep: Keep
    is_intended: bool
    is_plain: bool

    @property
    def keys(self) -> tuple[sql.Expression, ...]:
        return (*(relation(self.table).c[name] for name in self.scope), normalized(self.table, self.column))

    @property
    def index_keys(self) -> tuple[str | sql.Expression, ...]:
        return (*self.scope, sa.func.lower(text_of(self.table, self.column)))

    @property
    def sharing(self) -> Sharing:
        then = unique_index(self.table, self.index_keys, self.where)
        return Sharing(table=self.table, keys=self.keys, where=self.where, then=then)

    @property
    def definition(self) -> str:
        keys = [sql.quote(each) if isinstance(each, str) else sql.render_condition(each) for each in self.index_keys]
        narrowed = "" if self.where is None else f" WHERE {sql.render_condition(self.where)}"
        return f"UNIQUE ({', '.join(keys)}){narrowed}"


@check(
    severity=Severity.WARNING,
    examples=[
        Example(
            given="""CREATE TABLE customers (id int PRIMARY KEY, email text);
                     INSERT INTO customers VALUES (1, 'ann@x.org'), (2, 'Ann@x.org '), (3, 'bo@x.org'), (4, NULL)""",
            finds=["customers(email): 2 of 3"],
            has_plan=False,
            because="the table's name alone suggests the key, so which row stays is a person's decision",
        ),
        Example(
            given="""CREATE TABLE customers (id int PRIMARY KEY, email text UNIQUE);
                     INSERT INTO customers VALUES (1, 'ann@x.org'), (2, 'Ann@x.org '), (3, 'bo@x.org'), (4, NULL)""",
            finds=["customers(email): 2 of 3"],
            variants=("plain", "quoted", "schema"),
            because="a partitioned table takes no unique key on the address alone",
        ),
    ],
)
def duplicate_email(facts: Facts) -> Iterator[KeyProbe]:
    """Addresses that are equal once they are in lower case and trimmed.

    Why it matters:
        One mailbox is two accounts: signing in finds one of them, and `UNIQUE (lower(email))` cannot be added.
    False positives:
        A household or a team that shares a mailbox. Asked about are tables of people (`users`, `customers`), columns
        in a unique index, and what the configuration names; not tables of events, where an address repeats rightly.
        Rows that are soft-deleted do not count, nor do blanks where the statistics know some.
    Remedy:
        Keep the oldest row of each address, let what refers to the others refer to it, set the others aside; then
        build the unique index on `lower(email)`. The configuration may say that the newest or the most complete row
        stays (`keep`). Where neither a unique index nor the configuration says that the address is a key, nothing is
        done unless you choose it.
    """
    for table, column in email_columns(facts.catalog, facts.config):
        identity = _identity(facts, table, column)
        if identity is not None:
            yield _probe(identity)


def _identity(facts: Facts, table: Table, column: Column) -> _Identity | None:
    named = intended_unique(facts, table, column)
    index = None if named else declared_key(table, column)
    scope = named.columns if named else other_columns(index, column) if index else None
    if scope is None and not (is_about_people(table) and is_own_email(table, column)):
        return None
    # An index on all rows would refuse a soft-deleted one, too, once it is in lower case.
    is_of_all = named is not None or (index is not None and index.predicate is None)
    narrowed = [] if is_of_all else [*_narrowed(table, column)]
    return _Identity(
        table=table,
        column=column,
        scope=scope or (),
        where=sa.and_(*narrowed) if narrowed else None,
        keep=kept(named, "oldest"),
        is_intended=named is not None,
        is_plain=scope is not None,
    )


def _narrowed(table: Table, column: Column) -> Iterator[sql.Condition]:
    """What the rows have to be that the address is the key of: alive, and with an address where some have a blank."""
    marker = soft_delete_marker(table)
    if marker is not None:
        yield relation(table).c[marker.name].is_(None)
    if any(not value.strip() for value in sample(column)):
        yield normalized(table, column) != ""


def _probe(identity: _Identity) -> KeyProbe:
    subject = subject_of(identity.table, identity.column.name)
    marker = soft_delete_marker(identity.table)
    read = () if marker is None else (marker.name,)
    return KeyProbe(
        table=identity.table,
        subject=subject,
        keys=identity.keys,
        where=identity.where,
        columns=tuple(dict.fromkeys((identity.column.name, *identity.scope, *read))),
        judge=partial(_judge, identity),
        proposes=Proposed(
            kind="unique",
            subject=subject,
            definition=identity.definition,
            lock=UNIQUE_LOCK,
            intended=identity.is_intended,
        ),
    )


def _judge(identity: _Identity, measured: Measurement) -> Judgement | None:
    if not measured.violations:
        return None
    return Judgement(
        message=f"{subject_of(identity.table, identity.column.name)} holds {counted(measured.groups, 'address')} in "
        f"{counted(measured.violations, 'row')}, different only in case and blanks or not at all",
        hint=f"Keep the {worded(identity.keep)} row of each address, set the others aside, then build the unique index",
        severity=Severity.BLOCKER if identity.is_plain else Severity.WARNING,
        certainty=Certainty.PROVEN if identity.is_plain else Certainty.INFERRED,
        remedies=identity.sharing.resolutions(identity.keep, chosen=identity.is_plain),
    )
