"""Row security without a policy."""

from collections.abc import Iterator

from auditor.catalog import Policy, Table
from auditor.check import Example, Facts, check
from auditor.knowledge.catalog_query import policies_query
from auditor.knowledge.exposure import PUBLIC
from auditor.model import Severity
from auditor.probe import Judgement, Verdict, subject_of
from auditor.remedy import Remedy, create_policy

_DENY_ALL = Policy(name="deny all", command="ALL", permissive=True, roles=(PUBLIC,), using="false", with_check=None)


@check(
    severity=Severity.ADVICE,
    examples=[
        Example(
            given="""
                CREATE TABLE notes (id int PRIMARY KEY);
                CREATE TABLE ledger (id int PRIMARY KEY);
                INSERT INTO notes VALUES (1);
                ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
                ALTER TABLE ledger ENABLE ROW LEVEL SECURITY;
                CREATE POLICY "deny all" ON ledger USING (false);
            """,
            finds=["notes"],
            has_plan=False,
            because="only the team knows whether policies were forgotten, or nobody is meant to see a row; "
            "a plan that writes `deny all` would answer for them",
        )
    ],
)
def rls_without_policy(facts: Facts) -> Iterator[Verdict]:
    """Tables with row security and no policy: nobody but the owner sees a row.

    Why it matters:
        Nothing leaks, and nothing works: every query of a role that row security binds comes back empty,
        without an error. Often the policies were forgotten, or lost in a migration.
    False positives:
        A table that only the server's own roles use. A policy that denies (`USING (false)`) changes nothing
        and makes that visible.
    Remedy:
        Add the policies that the API needs; where nobody is meant to see the rows, the policy `deny all`,
        offered as a variant.
    """
    for table in facts.catalog.measurable():
        if table.row_security and not table.unread:
            yield Verdict(
                subject=subject_of(table),
                judgement=None if table.policies else _judgement(table),
                detection_sql=policies_query(table),
            )


def _judgement(table: Table) -> Judgement:
    nobody = "nobody" if table.force_row_security else "nobody but the owner"
    return Judgement(
        message=f"{subject_of(table)} has row security and no policy: {nobody} sees a row",
        hint="Add the policies that the API needs, or one that denies, so that the intention is visible",
        remedies=(
            Remedy(
                kind="deny-all",
                summary="Say that nobody is meant to see these rows: a policy that is true for none. It changes "
                "nothing today, and adds nothing to the policies that may come.",
                operations=(create_policy(table, _DENY_ALL),),
                chosen=False,
            ),
        ),
    )
