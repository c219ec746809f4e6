"""Indexes that a build left behind unfinished."""

from collections.abc import Iterator

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Index, IndexKey, PartitionIndex, Table
from auditor.check import Example, Facts, check
from auditor.knowledge.catalog_query import index_query
from auditor.knowledge.resolutions import KEEPS, worded
from auditor.knowledge.wording import counted
from auditor.model import Severity, Subject
from auditor.probe import Judgement, KeyProbe, Measurement, Probe, Verdict, relation
from auditor.remedy import Remedy, rebuild_index, set_aside_duplicates

_OPT_OUT = (
    "a failed CREATE INDEX CONCURRENTLY leaves it, which a partitioned table refuses; "
    "nothing makes an index invalid again, so a rollback leaves it valid"
)


@check(
    severity=Severity.WARNING,
    examples=[
        Example(
            given="""
                CREATE TABLE events (id int PRIMARY KEY, at timestamptz, kind text);
                INSERT INTO events VALUES (1, now(), 'a');
                CREATE INDEX events_at ON events (at);
                CREATE INDEX events_kind ON events (kind);
                UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'events_at'::regclass;
            """,
            finds=['events "events_at"'],
            superuser=True,
            reversible=False,
            variants=("plain", "quoted", "schema"),
            because=_OPT_OUT,
        ),
        Example(
            given="""
                CREATE TABLE events (id int PRIMARY KEY, key text);
                INSERT INTO events VALUES (1, 'a'), (2, 'b'), (3, NULL), (4, NULL);
                CREATE UNIQUE INDEX events_key ON events (key);
                UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'events_key'::regclass;
            """,
            finds=['events "events_key": 0 of 2'],
            superuser=True,
            reversible=False,
            variants=("plain", "quoted", "schema"),
            because=_OPT_OUT,
        ),
        Example(
            given="""
                CREATE TABLE events (id int PRIMARY KEY, key text);
                CREATE UNIQUE INDEX events_key ON events (lower(key));
                UPDATE pg_index SET indisvalid = false, indisready = false
                    WHERE indexrelid = 'events_key'::regclass;
                INSERT INTO events VALUES (1, 'a'), (2, 'A'), (3, 'b');
            """,
            finds=['events "events_key": 2 of 3'],
            superuser=True,
            has_plan=False,
            variants=("plain", "quoted", "schema"),
            because="which of two rows stays is for the team to say, or for the intended key in the configuration",
        ),
    ],
)
def invalid_index(facts: Facts) -> Iterator[Probe | Verdict]:
    """Indexes that are not valid: left by a `CREATE INDEX CONCURRENTLY` that failed or was cancelled.

    Why it matters:
        No query uses such an index, and every write still maintains it. A unique one does not guarantee what
        its name says, and `CREATE INDEX … IF NOT EXISTS` takes it for done.
    False positives:
        None known. An index that is being built at this moment is left out.
    Remedy:
        Rebuild it concurrently. For a unique one the rows that share a key have to go first: they are
        counted. What a failed `REINDEX CONCURRENTLY` left (`…_ccnew`) stands beside the index that works:
        drop it.
    """
    for table in facts.catalog.audited:
        for index in table.indexes:
            if not index.being_built:
                yield _question(table, index)
        for each in table.partition_indexes:
            if not (each.index.valid or each.attached or each.index.being_built):
                yield _of_partition(each)


def _question(table: Table, index: Index) -> Probe | Verdict:
    subject = Subject(kind="index", schema=table.schema, table=table.name, name=index.name)
    if index.valid:
        return Verdict(subject=subject)
    if not index.unique or not table.has_rows_of_its_own:
        judgement = _judgement(table, index, subject, None)
        return Verdict(subject=subject, judgement=judgement, detection_sql=index_query(index))
    return KeyProbe(
        table=table,
        subject=subject,
        keys=_keys(table, index),
        where=None if index.predicate is None else _text(index.predicate),
        nulls_not_distinct=index.nulls_not_distinct,
        columns=_columns(table, index),
        proven=True,
        judge=lambda measured: _judgement(table, index, subject, measured),
    )


def _of_partition(each: PartitionIndex) -> Verdict:
    subject = Subject(kind="index", schema=each.schema, table=each.partition, name=each.index.name)
    return Verdict(
        subject=subject,
        judgement=Judgement(
            message=f"{subject}, of this partition alone, is not valid: no query uses it, every write maintains it",
            hint="Rebuild it concurrently and attach it to the index of the partitioned table, or drop it",
        ),
        detection_sql=index_query(each.index),
    )


def _judgement(table: Table, index: Index, subject: Subject, measured: Measurement | None) -> Judgement:
    if measured is not None and measured.violations > 0:
        return Judgement(
            message=f"{subject} is not valid, and cannot be: {counted(measured.violations, 'row')} share "
            f"{counted(measured.groups, 'key')}",
            hint="Decide which row of each key stays, set the others aside, then rebuild the index",
            severity=Severity.BLOCKER,
            remedies=tuple(_variants(table, index)),
        )
    twin = _twin(table, index)
    if twin is not None:
        return Judgement(
            message=f"{subject} is not valid, and {twin.name} stands for it already",
            hint="Drop it: DROP INDEX CONCURRENTLY",
        )
    if table.kind == "partitioned":
        return Judgement(
            message=f"{subject} is not valid: some partition has no index attached to it",
            hint="Create the missing index of each partition concurrently, then ALTER INDEX … ATTACH PARTITION",
        )
    return Judgement(
        message=f"{subject} is not valid: no query uses it, every write maintains it",
        hint="Rebuild it concurrently",
        remedies=(
            Remedy(
                kind="rebuild-index",
                summary="Rebuild the index concurrently: reading and writing go on.",
                operations=(rebuild_index(table, index),),
            ),
        ),
    )


def _variants(table: Table, index: Index) -> Iterator[Remedy]:
    """None is chosen: which of two rows stays is for the team to say. A view's rows are those of its query."""
    if table.kind != "table":
        return
    keys, where = _keys(table, index), None if index.predicate is None else _text(index.predicate)
    for keep in KEEPS:
        yield Remedy(
            kind=f"keep-{keep}",
            summary=f"Keep the {worded(keep)} row of each key, set the others aside, then rebuild the index.",
            operations=(
                set_aside_duplicates(table, keys, where, keep=keep, nulls_not_distinct=index.nulls_not_distinct),
                rebuild_index(table, index),
            ),
            chosen=False,
        )


def _twin(table: Table, index: Index) -> Index | None:
    """A valid index that says the same."""
    return next((each for each in table.indexes if each.valid and _says(each) == _says(index)), None)


def _says(index: Index) -> tuple[object, ...]:
    return (index.method, index.keys, index.included, index.predicate, index.unique, index.nulls_not_distinct)


def _keys(table: Table, index: Index) -> tuple[sql.Expression, ...]:
    return tuple(_key(table, key) for key in index.keys)


def _key(table: Table, key: IndexKey) -> sql.Expression:
    if key.column is not None:
        return relation(table).c[key.column]
    return _text(key.expression or "")


def _text(server_text: str) -> sql.Condition:
    """The server's own text of an expression, in parentheses; it names columns of the one table."""
    return sa.literal_column(f"({server_text})", sa.Boolean())


def _columns(table: Table, index: Index) -> tuple[str, ...]:
    """The columns that have to be readable: for an expression or a predicate the server's text does not say which."""
    if index.columns and index.predicate is None:
        return index.columns
    return tuple(column.name for column in table.columns if column.readable)
