"""References that no index of the referencing table serves."""

import re
from collections.abc import Iterator
from functools import partial

from auditor.catalog import Constraint, Index, Leaf, Table
from auditor.catalog.index import quoted
from auditor.check import Example, Facts, check
from auditor.knowledge.catalog_query import indexes_query
from auditor.knowledge.server_text import without_parentheses
from auditor.knowledge.wording import counted, listed
from auditor.model import Certainty, Reference, Severity, Subject
from auditor.probe import Judgement, Proposed, Verdict, subject_of
from auditor.references.anti_join import referencing_values
from auditor.remedy import Remedy, create_index

LARGE = 10_000
"""Rows from which on reading the whole table for each referenced row hurts …"""
LARGE_WITH_ACTION = 1_000
"""… and where deleting one referenced row also has to find those that go, or change, with it."""
_BYTES_OF_A_ROW = 100


@check(
    severity=Severity.WARNING,
    examples=[
        Example(
            given="""
                CREATE TABLE customers (id int PRIMARY KEY);
                CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, state text);
                CREATE TABLE bills (id int PRIMARY KEY, customer_id int REFERENCES customers, state text);
                CREATE TABLE visits (id int PRIMARY KEY, customer_id int REFERENCES customers);
                INSERT INTO customers VALUES (1);
                INSERT INTO orders VALUES (1, 1, 'open');
                INSERT INTO bills VALUES (1, 1, 'open');
                CREATE INDEX orders_open ON orders (customer_id) WHERE state = 'open';
                CREATE INDEX bills_customer ON bills (customer_id, state) WHERE customer_id IS NOT NULL;
                CREATE INDEX visits_brin ON visits USING brin (customer_id);
            """,
            finds=["orders(customer_id)", "visits(customer_id)"],
        ),
        Example(
            given="""
                CREATE TABLE rooms (house int, number int, PRIMARY KEY (house, number));
                CREATE TABLE beds (
                    id int PRIMARY KEY, house int, number int,
                    FOREIGN KEY (house, number) REFERENCES rooms ON DELETE CASCADE
                );
                CREATE TABLE lamps (
                    id int PRIMARY KEY, house int, number int,
                    FOREIGN KEY (house, number) REFERENCES rooms ON DELETE CASCADE
                );
                INSERT INTO rooms VALUES (1, 1);
                INSERT INTO beds VALUES (1, 1, 1);
                INSERT INTO lamps VALUES (1, 1, 1);
                CREATE INDEX beds_included ON beds (house) INCLUDE (number);
                CREATE INDEX lamps_reversed ON lamps (number, house);
            """,
            finds=["beds(house, number)"],
        ),
    ],
)
def unindexed_foreign_key(facts: Facts) -> Iterator[Verdict]:
    """References without an index on the referencing columns.

    Why it matters:
        PostgreSQL indexes the referenced key, never the referencing one. Each DELETE of a referenced row, and
        each UPDATE of its key, then reads the whole referencing table while it holds its locks; joins from
        the referenced side do the same.
    False positives:
        Small tables: these are advice, as are references that are inferred and not declared. Size is the
        planner's estimate. Tables whose referenced rows are never deleted, and never joined from.
    Remedy:
        A btree index on the referencing columns, created concurrently. A partial index serves only where it
        leaves out nothing but NULLs; BRIN and GIN do not serve; included columns are no key. Where some
        partitions have an index of their own, the others get one.
    """
    audited = {table.oid for table in facts.catalog.audited if not table.unread}
    seen: set[tuple[int, frozenset[str], str | None]] = set()
    for reference in sorted(facts.references, key=lambda each: not each.declared):
        table = facts.catalog.table(reference.schema, reference.table)
        if table is None or table.oid not in audited or not _is_certain(reference, facts):
            continue
        # One index serves all references on the same columns, in whatever order each names them.
        expression = reference.expression if reference.json_path else None
        place = (table.oid, frozenset(reference.columns_read), expression)
        if place not in seen:
            seen.add(place)
            yield _verdict(table, reference, subject_of(table, *reference.columns_read, expression=expression))


def _is_certain(reference: Reference, facts: Facts) -> bool:
    is_sure = reference.confidence >= facts.config.thresholds.blocker_confidence
    return reference.declared or (is_sure and not reference.is_array)


def _verdict(table: Table, reference: Reference, subject: Subject) -> Verdict:
    lacking = _lacking(table, reference)
    judgement = None if lacking is None else _judgement(table, reference, subject, lacking)
    return Verdict(
        subject=subject,
        judgement=judgement,
        proposes=_proposed(table, reference, subject) if judgement else None,
        reference=reference,
        detection_sql=indexes_query(table),
    )


def _lacking(table: Table, reference: Reference) -> tuple[Leaf, ...] | None:
    """The partitions that have to get an index, none of them where the table has to; None where nothing lacks."""
    serves = partial(_serves, reference=reference)
    if any(map(serves, table.indexes)):
        return None
    if table.kind != "partitioned" or not table.leaves:
        return ()
    lacking = table.leaves_without(serves)
    if not lacking:
        return None
    # An index of the whole is never valid beside a foreign partition, which can have none.
    return lacking if len(lacking) < len(table.leaves) or table.has_foreign_leaves else ()


def _serves(index: Index, reference: Reference) -> bool:
    if not reference.json_path:
        return index.finds(reference.columns_read)
    is_usable = index.is_complete and index.method in ("btree", "hash")
    return is_usable and _key_text(index.keys[0].expression) == _server_text(reference)


def _server_text(reference: Reference) -> str:
    """The JSON key as pg_get_expr writes it: `(metadata -> 'a'::text) ->> 'b'::text`."""
    *outer, last = (f"'{key.replace(chr(39), chr(39) * 2)}'::text" for key in reference.json_path)
    text = quoted(reference.columns[0])
    for key in outer:
        text = f"({text} -> {key})"
    return f"{text} ->> {last}"


def _key_text(expression: str | None) -> str:
    """An index key's expression without parentheses around it and without a cast of its result."""
    text = without_parentheses(expression or "")
    cast = re.fullmatch(r"(\(.*\))::[\w .\"]+", text, re.DOTALL)
    return without_parentheses(cast[1]) if cast else text


def _judgement(table: Table, reference: Reference, subject: Subject, lacking: tuple[Leaf, ...]) -> Judgement:
    constraint = next((each for each in table.foreign_keys() if each.name == reference.constraint), None)
    size = "" if table.rows is None else f" in about {counted(max(0.0, table.rows), 'row')}"
    target = subject_of_referenced(reference)
    where = f" on {len(lacking):,} of {counted(len(table.leaves), 'partition')} ({listed(lacking)})" if lacking else ""
    keys = referencing_values(table, reference) if reference.json_path else reference.columns_read
    return Judgement(
        message=f"{subject} refers to {target} and has no usable index{where}{size}",
        hint="Create an index concurrently",
        severity=Severity.WARNING if _hurts(table, constraint) else Severity.ADVICE,
        certainty=Certainty.PROVEN if reference.declared else Certainty.INFERRED,
        remedies=(
            Remedy(
                kind="create-index",
                summary="Create an index on the referencing columns, concurrently: reading and writing go on.",
                operations=(create_index(table, keys, only=lacking),),
            ),
        ),
    )


def _hurts(table: Table, constraint: Constraint | None) -> bool:
    """Whether the table is large enough for a declared foreign key's look-ups to be felt. A table that was never
    analysed is judged by its bytes."""
    if constraint is None:
        return False
    acts = {constraint.on_delete, constraint.on_update} - {"NO ACTION", "RESTRICT"}
    rows = table.bytes / _BYTES_OF_A_ROW if table.rows is None else table.rows
    return rows >= (LARGE_WITH_ACTION if acts else LARGE)


def subject_of_referenced(reference: Reference) -> Subject:
    """The referenced key, to be named in a message."""
    return Subject(kind="key", schema=reference.ref_schema, table=reference.ref_table, columns=reference.ref_columns)


def _proposed(table: Table, reference: Reference, subject: Subject) -> Proposed:
    keys = f"(({reference.expression}))" if reference.json_path else f"({', '.join(reference.columns_read)})"
    return Proposed(
        kind="index",
        subject=subject,
        definition=f"INDEX {keys}",
        lock=f"SHARE UPDATE EXCLUSIVE on {subject_of(table)}: reading and writing go on",
    )
