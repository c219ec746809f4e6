"""duplicate-key."""

from collections.abc import Iterator
from functools import partial

from auditor import sql
from auditor.catalog import Column, Table
from auditor.check import Example, Facts, check
from auditor.intentions import Intended
from auditor.knowledge.naming import soft_delete_marker
from auditor.knowledge.natural_keys import (
    UNIQUE_LOCK,
    columns_of,
    intended_keys,
    is_near_unique,
    key_of,
    likely_keys,
    unique_index,
    uniqueness,
)
from auditor.knowledge.resolutions import Sharing, kept, worded
from auditor.knowledge.wording import counted
from auditor.model import Certainty, Severity
from auditor.probe import Judgement, KeyProbe, Measurement, Proposed, relation, subject_of


@check(
    severity=Severity.WARNING,
    examples=[
        Example(
            given="""CREATE TABLE events (id int PRIMARY KEY, org_id int NOT NULL, event_key text);
                     INSERT INTO events VALUES (1, 1, 'a'), (2, 1, 'a'), (3, 2, 'a'), (4, 2, NULL), (5, 2, NULL)""",
            config="""[[intend]]
                      kind = "unique"
                      table = "public.events"
                      columns = ["org_id", "event_key"] """,
            finds=["events(org_id, event_key): 2 of 3"],
        ),
        Example(
            given="""CREATE TABLE orders (id int PRIMARY KEY, order_number text NOT NULL);
                     INSERT INTO orders SELECT n, 'A-' || nullif(n, 1000) FROM generate_series(1, 999) AS n;
                     INSERT INTO orders VALUES (1000, 'A-7');
                     ANALYZE orders""",
            finds=["orders(order_number): 2 of 1000"],
            has_plan=False,
            because="statistics alone suggest the key, so which row stays is a person's decision",
        ),
    ],
)
def duplicate_key(facts: Facts) -> Iterator[KeyProbe]:
    """Rows that share what is meant to be a key.

    Why it matters:
        A unique constraint cannot be added, a foreign key cannot refer to the columns, and a join on them multiplies
        rows. The key is plain where the configuration names it (`kind = "unique"`); it is inferred where statistics
        call at least 99.5 % of the values distinct (`near-unique`), and name and shape are those of a key.
    False positives:
        A column whose values repeat rarely and rightly: a telephone number, a session. Keys of rows that are alive
        only, in tables with soft delete, are the business of `duplicate-active`.
    Remedy:
        Keep the oldest row of each group, let what refers to the others refer to it, set the others aside; then add
        the unique constraint. The configuration may say that the newest or the most complete row stays (`keep`).
        Where the key is only inferred, nothing is done unless you choose it.
    """
    for each in intended_keys(facts, narrowed=False):
        yield _intended(each)
    for table in facts.catalog.measurable():
        if soft_delete_marker(table) is None:
            for column in likely_keys(facts, table):
                yield _inferred(facts, table, column)


def _intended(each: Intended) -> KeyProbe:
    subject = subject_of(each.table, *each.columns, expression=each.expression)
    key = each.expression or ", ".join(sql.quote(column) for column in each.columns)
    return KeyProbe(
        table=each.table,
        subject=subject,
        keys=key_of(each),
        columns=columns_of(each),
        judge=partial(_judge_intended, each),
        proposes=Proposed(
            kind="unique", subject=subject, definition=f"UNIQUE ({key})", lock=UNIQUE_LOCK, intended=True
        ),
    )


def _judge_intended(each: Intended, measured: Measurement) -> Judgement | None:
    if not measured.violations:
        return None
    then = unique_index(each.table, key_of(each), None) if each.expression else uniqueness(each.table, each.columns)
    keep = kept(each, "oldest")
    return Judgement(
        message=f"{subject_of(each.table, *each.columns, expression=each.expression)} is to be unique, and "
        f"{counted(measured.violations, 'row')} share {counted(measured.groups, 'key')}",
        hint=f"Keep the {worded(keep)} row of each key, set the others aside, then add the unique constraint",
        severity=Severity.BLOCKER,
        remedies=Sharing(table=each.table, keys=key_of(each), where=None, then=then).resolutions(keep),
    )


def _inferred(facts: Facts, table: Table, column: Column) -> KeyProbe:
    subject = subject_of(table, column.name)
    return KeyProbe(
        table=table,
        subject=subject,
        keys=(relation(table).c[column.name],),
        columns=(column.name,),
        judge=partial(_judge_inferred, facts, table, column),
        proposes=Proposed(
            kind="unique", subject=subject, definition=f"UNIQUE ({sql.quote(column.name)})", lock=UNIQUE_LOCK
        ),
    )


def _judge_inferred(facts: Facts, table: Table, column: Column, measured: Measurement) -> Judgement | None:
    if not measured.violations or not is_near_unique(facts, measured):
        return None
    keys = (relation(table).c[column.name],)
    sharing = Sharing(table=table, keys=keys, where=None, then=uniqueness(table, (column.name,)))
    return Judgement(
        message=f"{subject_of(table, column.name)} is a key but for {measured.violations:,} of "
        f"{counted(measured.population, 'row')}, which share {counted(measured.groups, 'value')}",
        hint="Keep one row of each value, or name the column's real key in the configuration",
        certainty=Certainty.INFERRED,
        remedies=sharing.resolutions("oldest", chosen=False),
    )
