"""Materialised views that cannot be refreshed while they are read."""

from collections.abc import Iterator

from auditor.catalog import Catalog, Column, Index, Table
from auditor.check import Example, Facts, check
from auditor.knowledge.catalog_query import indexes_query
from auditor.knowledge.grouping import grouping_columns
from auditor.knowledge.naming import names_key
from auditor.knowledge.refresh import refreshers
from auditor.model import Severity, Subject, printable
from auditor.probe import Judgement, KeyProbe, Measurement, Probe, Proposed, Verdict, relation, subject_of
from auditor.remedy import Remedy, create_index


@check(
    severity=Severity.ADVICE,
    examples=[
        Example(
            given="""
                CREATE TABLE sales (id int PRIMARY KEY, day date, amount int);
                INSERT INTO sales VALUES (1, '2026-01-01', 5), (2, '2026-01-02', 5), (3, '2026-01-02', 6);
                CREATE MATERIALIZED VIEW sales_by_day AS
                    SELECT day, sum(amount) AS amount FROM sales GROUP BY day;
                CREATE UNIQUE INDEX large_days ON sales_by_day (day) WHERE amount > 10;
                CREATE MATERIALIZED VIEW sales_by_amount AS
                    SELECT amount, count(*) AS sales FROM sales GROUP BY amount;
                CREATE UNIQUE INDEX sales_by_amount_key ON sales_by_amount (amount);
            """,
            finds=["sales_by_day: 0 of 2"],
            variants=("plain", "quoted", "schema"),
            because="a materialised view cannot be partitioned",
        ),
        Example(
            given="""
                CREATE TABLE sales (id int PRIMARY KEY, amount int);
                INSERT INTO sales VALUES (1, 5), (2, 5);
                CREATE MATERIALIZED VIEW total AS SELECT amount FROM sales;
                CREATE FUNCTION refresh_total() RETURNS void LANGUAGE sql
                    AS 'REFRESH MATERIALIZED VIEW CONCURRENTLY total';
            """,
            finds=["total"],
            has_plan=False,
            variants=("plain", "quoted", "schema"),
            because="nothing tells two rows of this view apart, so no unique index can be proposed",
        ),
    ],
)
def view_not_concurrently_refreshable(facts: Facts) -> Iterator[Probe | Verdict]:
    """Materialised views without a unique index on plain columns of every row.

    Why it matters:
        `REFRESH MATERIALIZED VIEW CONCURRENTLY` compares old and new rows by a unique index and refuses to
        run without one: no predicate, no expression, valid. A plain REFRESH locks out every reader for as long
        as the query takes. A job or function that refreshes such a view concurrently fails each time it runs,
        which is a blocker.
    False positives:
        A view that is refreshed when nobody reads it. Functions that put the view's name together as they
        run are not recognised.
    Remedy:
        A unique index on the columns that the view's query groups by, or on another key of its rows, once the
        rows have shown that it is one.
    """
    for view in facts.catalog.audited:
        if view.kind == "materialized-view" and not view.unread:
            yield _question(view, facts.catalog)


def _question(view: Table, catalog: Catalog) -> Probe | Verdict:
    subject = Subject(kind="view", schema=view.schema, table=view.name)
    if view.candidate_keys():
        return Verdict(subject=subject)
    key = _likely_key(view)
    if not key or not view.populated:
        judgement = _judgement(view, catalog, subject, key, None)
        return Verdict(subject=subject, judgement=judgement, detection_sql=indexes_query(view))
    row = relation(view)
    return KeyProbe(
        table=view,
        subject=subject,
        keys=tuple(row.c[column] for column in key),
        nulls_not_distinct=True,
        columns=key,
        proven=True,
        judge=lambda measured: _judgement(view, catalog, subject, key, measured),
        proposes=Proposed(
            kind="index",
            subject=subject_of(view, *key),
            definition=f"UNIQUE INDEX ({', '.join(key)})",
            lock=f"SHARE UPDATE EXCLUSIVE on {subject_of(view)}: reading goes on",
        ),
    )


def _likely_key(view: Table) -> tuple[str, ...]:
    """What the query groups by, else a column whose name is that of a key: best one that the statistics call unique.

    No other column: amounts and days that happen to differ today make every later refresh fail.
    """
    grouped = grouping_columns(view)
    if grouped:
        return grouped
    named = sorted((column for column in view.columns if names_key(column.name)), key=_is_less_likely)
    return tuple(column.name for column in named[:1])


def _is_less_likely(column: Column) -> tuple[bool, bool]:
    known = column.statistics
    is_unique = known is not None and known.distinct == -1 and not known.null_fraction
    return not is_unique, column.name.lower() != "id"


def _judgement(
    view: Table, catalog: Catalog, subject: Subject, key: tuple[str, ...], measured: Measurement | None
) -> Judgement:
    names = [printable(each.name) for each in refreshers(catalog, view) if each.concurrently]
    unfinished = next((index for index in view.indexes if _would_do(index)), None)
    is_key = measured is not None and measured.violations == 0
    columns = printable(", ".join(key))
    if unfinished is not None:
        hint = f"Rebuild the index {printable(unfinished.name)}, which is not valid"
    elif is_key:
        hint = f"Create a unique index on ({columns}), which tells its rows apart"
    elif measured is not None:
        hint = f"Add columns to the view that tell its rows apart, and a unique index: ({columns}) is no key"
    else:
        hint = "Create a unique index on columns that tell its rows apart" + (f", such as ({columns})" if key else "")
    return Judgement(
        message=f"{subject} has no unique index on all of its rows and cannot be refreshed concurrently"
        + (f", as {', '.join(names)} tries to" if names else ""),
        hint=hint,
        severity=Severity.BLOCKER if names else Severity.ADVICE,
        remedies=(_remedy(view, key),) if is_key and unfinished is None else (),
    )


def _would_do(index: Index) -> bool:
    """Whether this index lacks nothing but to be valid: `invalid-index` reports it, and rebuilds it."""
    return index.unique and not index.valid and bool(index.columns) and index.predicate is None


def _remedy(view: Table, key: tuple[str, ...]) -> Remedy:
    return Remedy(
        kind="create-unique-index",
        summary="Create a unique index on columns that the rows have proved to be a key, concurrently.",
        operations=(create_index(view, key, unique=True, suffix="key"),),
    )
