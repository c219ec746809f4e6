"""Row security that the API's own role escapes as owner."""

from collections.abc import Iterator

from auditor.catalog import Table
from auditor.check import Example, Facts, check
from auditor.knowledge.catalog_query import relation_query
from auditor.knowledge.exposure import Exposure, exposure_of, is_bound
from auditor.model import Severity, printable
from auditor.probe import Judgement, Verdict, subject_of
from auditor.remedy import Remedy, force_row_security


@check(
    severity=Severity.WARNING,
    examples=[
        Example(
            given="""
                CREATE TABLE notes (id int PRIMARY KEY, owner_id int);
                CREATE TABLE ledger (id int PRIMARY KEY, owner_id int);
                INSERT INTO notes VALUES (1, 7);
                ALTER TABLE notes OWNER TO authenticated;
                ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
                ALTER TABLE ledger ENABLE ROW LEVEL SECURITY;
                CREATE POLICY "own notes" ON notes USING (owner_id = current_setting('app.user', true)::int);
                CREATE POLICY "own ledger" ON ledger USING (owner_id = current_setting('app.user', true)::int);
            """,
            finds=["notes"],
        )
    ],
)
def rls_not_forced(facts: Facts) -> Iterator[Verdict]:
    """Row security that a role of the API escapes, because it is, or inherits from, the table's owner.

    Why it matters:
        The owner of a table is exempt from its policies, and so is every role that inherits from the owner,
        unless row security is forced. An application that signs in as the owner sees every tenant's rows.
    False positives:
        An owner that only migrations use is not reported. Where the API's login owns the tables and always
        becomes another role first (`SET ROLE`), the policies do apply; forcing costs nothing then.
    Remedy:
        `FORCE ROW LEVEL SECURITY` binds the owner as well: its own jobs and dumps see only what policies let
        by from then on. Better in the long run: let a role own the tables that nobody signs in as.
    """
    exposure = exposure_of(facts.catalog, facts.config.api)
    for table in facts.catalog.measurable():
        if table.row_security:
            yield Verdict(
                subject=subject_of(table),
                judgement=_judge(table, exposure),
                detection_sql=relation_query(table, "relrowsecurity", "relforcerowsecurity", "relowner"),
            )


def _judge(table: Table, exposure: Exposure) -> Judgement | None:
    exempt = dict.fromkeys(role.name for role in (*exposure.roles, *exposure.logins) if not is_bound(table, role))
    if not exempt:
        return None
    names = ", ".join(printable(name) for name in exempt)
    return Judgement(
        message=f"{subject_of(table)} does not force row security: its policies do not bind {names}, "
        f"which {'has' if len(exempt) == 1 else 'have'} the rights of its owner {printable(table.owner)}",
        hint="Force row security, or give the table to a role that nobody signs in as",
        remedies=(
            Remedy(
                kind="force-row-security",
                summary="Force row security: the owner, and whoever inherits from it, is bound by the policies. Its "
                "own jobs, exports and dumps see only what the policies let by from then on.",
                operations=(force_row_security(table),),
            ),
        ),
    )
