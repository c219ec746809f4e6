"""email-not-lowercase."""

from collections.abc import Iterator
from functools import partial

from auditor.catalog import Column, Table
from auditor.check import Example, Facts, check
from auditor.knowledge.emails import (
    canonical,
    compared_as_spelled,
    intended_check,
    may_collide,
    normalized,
    not_normalized,
    text_of,
)
from auditor.knowledge.naming import email_columns
from auditor.knowledge.wording import counted
from auditor.model import Severity
from auditor.probe import Judgement, Measurement, Proposed, RowProbe, subject_of
from auditor.remedy import Remedy, add_check, assign
from auditor.sql import render_condition


@check(
    severity=Severity.WARNING,
    examples=[
        Example(
            given="""CREATE TABLE users (id int PRIMARY KEY, email text);
                     INSERT INTO users VALUES (1, 'Ann@x.org'), (2, 'bo@x.org'), (3, ' cy@x.org'), (4, NULL)""",
            finds=["users(email): 2 of 3"],
        )
    ],
)
def email_not_lowercase(facts: Facts) -> Iterator[RowProbe]:
    """E-mail addresses that are not in lower case, or carry blanks.

    Why it matters:
        `Ann@x.org` and `ann@x.org` are one mailbox and two rows: a look-up misses, and neither a CHECK nor a unique
        index on `lower(email)` can be added while they stand.
    False positives:
        A column that is named like an e-mail address and holds something else: name it under `[columns]` in the
        configuration, as `not-email`.
    Remedy:
        Lower-case and trim them, then add the CHECK. Addresses that are equal then are reported by `duplicate-email`.
        A column with a foreign key follows the key that it refers to, so nothing is proposed for it; and nothing is
        done unless you choose it where something else is compared with the address as it is spelled.
    """
    as_spelled = compared_as_spelled(facts)
    for table, column in email_columns(facts.catalog, facts.config):
        yield _probe(facts, table, column, is_compared=(table.schema, table.name, column.name) in as_spelled)


def _probe(facts: Facts, table: Table, column: Column, *, is_compared: bool) -> RowProbe:
    is_intended = intended_check(facts, table, column) is not None
    subject = subject_of(table, column.name)
    proposed = Proposed(
        kind="check",
        subject=subject,
        definition=f"CHECK ({render_condition(canonical(table, column))})",
        lock="ACCESS EXCLUSIVE for milliseconds; rows are read under SHARE UPDATE EXCLUSIVE, writes go on",
        intended=is_intended,
    )
    return RowProbe(
        table=table,
        subject=subject,
        violation=not_normalized(table, column),
        population=text_of(table, column).is_not(None),
        columns=(column.name,),
        judge=partial(_judge, facts, table, column, is_intended, is_compared),
        proposes=proposed,
    )


def _judge(  # noqa: PLR0917
    facts: Facts, table: Table, column: Column, is_intended: bool, is_compared: bool, measured: Measurement
) -> Judgement | None:
    if not measured.violations:
        return None
    follows = any(column.name in key.columns for key in table.foreign_keys())
    remedies = () if follows else (_remedy(facts, table, column, is_compared=is_compared),)
    first = "Lower-case and trim the key that it refers to, and let it follow"
    for remedy in remedies:
        # Why it waits, where it does: a unique key that is there, or is intended, would refuse what is equal then.
        first = f"{remedy.summary[0].upper()}{remedy.summary[1:]}"
    return Judgement(
        message=f"{subject_of(table, column.name)} is not in lower case, or carries blanks, in "
        f"{measured.violations:,} of {counted(measured.population, 'address')}",
        hint=f"{first}, then add the CHECK",
        severity=Severity.BLOCKER if is_intended else None,
        remedies=remedies,
    )


def _remedy(facts: Facts, table: Table, column: Column, *, is_compared: bool) -> Remedy:
    waits = "once no two of them would share a unique key" if may_collide(facts, table, column) else ""
    if is_compared:
        waits = "together with what is compared with them without a foreign key"
    operations = (
        assign(table, {column.name: normalized(table, column)}, not_normalized(table, column)),
        add_check(table, canonical(table, column), f"{column.name}_lowercase"),
    )
    summary = "lower-case and trim them" + (f", {waits}" if waits else "")
    return Remedy(kind="lower-case", summary=summary, operations=operations, chosen=not waits)
