"""Policies of tables whose row security is off."""

from collections.abc import Iterator

from auditor.catalog import Table
from auditor.check import Example, Facts, check
from auditor.knowledge.catalog_query import relation_query
from auditor.knowledge.exposure import row_security_of
from auditor.model import Severity, printable
from auditor.probe import Judgement, Verdict, subject_of
from auditor.remedy import Remedy, enable_row_security


@check(
    severity=Severity.BLOCKER,
    implies=["rls-disabled"],
    examples=[
        Example(
            given="""
                CREATE TABLE notes (id int PRIMARY KEY, owner_id int);
                INSERT INTO notes VALUES (1, 7);
                GRANT SELECT ON notes TO authenticated;
                CREATE POLICY "own notes" ON notes FOR SELECT TO authenticated
                    USING (owner_id = current_setting('app.user', true)::int);
            """,
            finds=["notes"],
        )
    ],
)
def policy_without_rls(facts: Facts) -> Iterator[Verdict]:
    """Tables with policies that nobody enforces, because row security is off.

    Why it matters:
        `CREATE POLICY` succeeds without a warning on a table whose row security is off, and changes nothing.
        Whoever reads the policies believes the rows protected; every role with a grant sees them all.
    False positives:
        Row security switched off for a while, for a migration. Then this is the reminder.
    Remedy:
        Enable row security. From then on the policies decide; a command that no policy is for is denied
        (`uncovered-command` lists these once row security is on).
    """
    for table in facts.catalog.measurable():
        if table.policies:
            judgement = None if table.row_security else _judgement(table)
            yield Verdict(
                subject=subject_of(table),
                judgement=judgement,
                proposes=row_security_of(table) if judgement else None,
                detection_sql=relation_query(table, "relrowsecurity"),
            )


def _judgement(table: Table) -> Judgement:
    names = ", ".join(f'"{printable(policy.name)}"' for policy in table.policies)
    count = "1 policy" if len(table.policies) == 1 else f"{len(table.policies)} policies"
    return Judgement(
        message=f"{subject_of(table)} has {count} and no row security: nobody enforces {names}",
        hint="Read the policies once more, then enable row security",
        remedies=(
            Remedy(
                kind="enable-row-security",
                summary="Enable row security: the policies that stand there are enforced from then on, and commands "
                "that none of them is for are denied to everybody but the owner.",
                operations=(enable_row_security(table),),
            ),
        ),
    )
