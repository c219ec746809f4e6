"""Commands that are granted and that no policy is for."""

from collections.abc import Iterator

from auditor.catalog import Table
from auditor.check import Example, Facts, check
from auditor.knowledge.catalog_query import privileges_query
from auditor.knowledge.exposure import Exposure, Granted, exposure_of, matrix
from auditor.model import Severity
from auditor.probe import Judgement, Verdict, subject_of
from auditor.remedy import Remedy, revoke


@check(
    severity=Severity.WARNING,
    examples=[
        Example(
            given="""
                CREATE TABLE notes (id int PRIMARY KEY, owner_id int, body text);
                INSERT INTO notes VALUES (1, 7, 'mine');
                GRANT SELECT, INSERT, DELETE ON notes TO authenticated;
                GRANT SELECT, INSERT, DELETE ON notes TO service_role;
                ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
                CREATE POLICY "read own" ON notes FOR SELECT TO authenticated
                    USING (owner_id = current_setting('app.user', true)::int);
                CREATE POLICY "write own" ON notes FOR INSERT TO authenticated
                    WITH CHECK (owner_id = current_setting('app.user', true)::int);
            """,
            finds=["notes"],
        ),
        Example(
            given="""
                CREATE TABLE notes (id int PRIMARY KEY, owner_id int);
                INSERT INTO notes VALUES (1, 7);
                GRANT SELECT ON notes TO PUBLIC;
                ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
                CREATE POLICY "read own" ON notes FOR SELECT TO authenticated
                    USING (owner_id = current_setting('app.user', true)::int);
            """,
            finds=["notes"],
            has_plan=False,
            because="the privilege reaches anon through PUBLIC, and authenticated as well: taking it away is a choice",
        ),
    ],
)
def uncovered_command(facts: Facts) -> Iterator[Verdict]:
    """Commands that a role of the API may use, and that no permissive policy lets by.

    Why it matters:
        Row security denies what no permissive policy is for: reading comes back empty, UPDATE and DELETE
        change nothing, without an error; INSERT fails. Either a policy is missing and something does not
        work, or the privilege is one that nobody needs, and one policy too broad away from doing harm.
    False positives:
        Privileges granted wholesale (`GRANT ALL`) where policies alone are meant to decide. Nothing leaks
        there today. Roles that row security does not bind are not looked at, nor tables without any policy
        (`rls-without-policy` reports these).
    Remedy:
        Revoke what no policy is for, or write the policy. A policy that denies (`USING (false)`) says that
        it is meant.
    """
    exposure = exposure_of(facts.catalog, facts.config.api)
    for table in exposure.tables(facts.catalog):
        if table.row_security and table.policies:
            yield Verdict(
                subject=subject_of(table),
                judgement=_judge(table, exposure),
                detection_sql=privileges_query(table),
            )


def _judge(table: Table, exposure: Exposure) -> Judgement | None:
    uncovered = exposure.uncovered(table, table.policies)
    if not uncovered:
        return None
    return Judgement(
        message=f"{subject_of(table)} grants commands that no policy is for ({matrix(uncovered)})",
        hint="Revoke these privileges, or add the policies that are missing",
        remedies=tuple(_remedies(table, uncovered)),
    )


def _remedies(table: Table, uncovered: tuple[Granted, ...]) -> Iterator[Remedy]:
    """Nothing is proposed for what was granted on single columns: the plan could not grant it again as it was."""
    whole = [each for each in uncovered if not each.on_columns]
    revoked = dict.fromkeys((grantee, each.command) for each in whole for grantee in each.grantees)
    others = not all(each.is_its_own for each in whole)
    if revoked:
        yield Remedy(
            kind="revoke",
            summary="Revoke these privileges: what came back empty today is refused with an error."
            + (" They were granted to PUBLIC or to a group, whose other members lose them too." if others else ""),
            operations=tuple(revoke(table, grantee, command) for grantee, command in revoked),
            chosen=not others,
        )
