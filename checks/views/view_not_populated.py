"""Materialised views that were never filled."""

from collections.abc import Iterator

from auditor.catalog import Table
from auditor.check import Example, Facts, check
from auditor.knowledge.catalog_query import relation_query
from auditor.knowledge.exposure import Exposure, exposure_of
from auditor.model import Severity, Subject, printable
from auditor.probe import Judgement, Verdict
from auditor.remedy import Remedy, populate_view


@check(
    severity=Severity.WARNING,
    examples=[
        Example(
            given="""
                CREATE TABLE sales (id int PRIMARY KEY, day date, amount int);
                INSERT INTO sales VALUES (1, '2026-01-01', 5);
                CREATE MATERIALIZED VIEW sales_by_day AS
                    SELECT day, sum(amount) AS amount FROM sales GROUP BY day WITH NO DATA;
                CREATE UNIQUE INDEX sales_by_day_key ON sales_by_day (day);
                CREATE MATERIALIZED VIEW sales_by_amount AS
                    SELECT amount, count(*) AS sales FROM sales GROUP BY amount;
                CREATE UNIQUE INDEX sales_by_amount_key ON sales_by_amount (amount);
            """,
            finds=["sales_by_day"],
            variants=("plain", "quoted", "schema"),
            because="a materialised view cannot be partitioned",
        )
    ],
)
def view_not_populated(facts: Facts) -> Iterator[Verdict]:
    """Materialised views that hold no data: created, or refreshed, `WITH NO DATA`.

    Why it matters:
        Every query of such a view is an error ("has not been populated"), and a dashboard that reads it shows
        nothing. `REFRESH … CONCURRENTLY` refuses it as well, so a job that refreshes it that way fails for ever.
    False positives:
        A view that a running migration is about to fill.
    Remedy:
        Refresh it once without CONCURRENTLY; that costs as much as its query does.
    """
    exposure = exposure_of(facts.catalog, facts.config.api)
    for view in facts.catalog.audited:
        if view.kind == "materialized-view":
            subject = Subject(kind="view", schema=view.schema, table=view.name)
            yield Verdict(
                subject=subject,
                judgement=None if view.populated else _judgement(view, subject, exposure),
                detection_sql=relation_query(view, "relispopulated"),
            )


def _judgement(view: Table, subject: Subject, exposure: Exposure) -> Judgement:
    readers = [each.role for each in exposure.granted(view) if each.command == "SELECT"]
    is_read = exposure.exposes(view) and bool(readers)
    who = f", also for {', '.join(printable(role) for role in readers)}" if is_read else ""
    return Judgement(
        message=f"{subject} has never been filled: every query of it fails{who}",
        hint="Refresh it once without CONCURRENTLY",
        severity=Severity.BLOCKER if is_read else Severity.WARNING,
        remedies=(
            Remedy(
                kind="populate-view",
                summary="Refresh the view: its query runs once, and nobody can read the view meanwhile.",
                operations=(populate_view(view),),
            ),
        ),
    )
