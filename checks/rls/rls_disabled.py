"""Exposed tables without row security."""

from collections.abc import Iterator

from auditor.catalog import Table
from auditor.check import Example, Facts, check
from auditor.knowledge.catalog_query import relation_query
from auditor.knowledge.exposure import Exposure, exposure_of, matrix, row_security_of
from auditor.model import Severity
from auditor.probe import Judgement, Verdict, subject_of
from auditor.remedy import Remedy, enable_row_security


@check(
    severity=Severity.BLOCKER,
    examples=[
        Example(
            given="""
                CREATE TABLE notes (id int PRIMARY KEY, owner_id int, body text);
                CREATE TABLE drafts (id int PRIMARY KEY);
                CREATE TABLE prices (id int PRIMARY KEY);
                INSERT INTO notes VALUES (1, 7, 'mine');
                GRANT SELECT, INSERT ON notes TO anon;
                GRANT SELECT ON prices TO anon;
                ALTER TABLE prices ENABLE ROW LEVEL SECURITY;
                CREATE POLICY "own prices" ON prices FOR SELECT USING (id < 10);
            """,
            finds=["notes"],
        )
    ],
)
def rls_disabled(facts: Facts) -> Iterator[Verdict]:
    """Tables that outsiders reach, and that have no row security.

    Why it matters:
        Whoever holds the public key of the API becomes `anon`, and the privileges of that role are all that
        stands before the rows. Without row security each command that is granted is granted for every row.
    False positives:
        A table that everybody may read. Enable row security all the same and say so with a policy
        `FOR SELECT USING (true)`: what is intended is then written down, and writing stays shut. Roles and
        schemas that outsiders use are taken from `[api]` in the configuration, else `anon` and
        `authenticated` in `public`; a schema that is named there is taken to be usable by them.
    Remedy:
        Enable row security. Without a policy nobody but the owner sees a row, and an API that used the table
        stops working: write the policies first, or in the same migration.
    """
    exposure = exposure_of(facts.catalog, facts.config.api)
    for table in exposure.tables(facts.catalog):
        judgement = _judge(table, exposure)
        yield Verdict(
            subject=subject_of(table),
            judgement=judgement,
            proposes=row_security_of(table) if judgement else None,
            detection_sql=relation_query(table, "relrowsecurity", "relacl"),
        )


def _judge(table: Table, exposure: Exposure) -> Judgement | None:
    granted = exposure.granted(table)
    if table.row_security or not granted:
        return None
    return Judgement(
        message=f"{subject_of(table)} has no row security, and outsiders reach every row ({matrix(granted)})",
        hint="Enable row security and add a policy for each command that the API needs; revoke the others",
        remedies=(
            Remedy(
                kind="enable-row-security",
                summary="Enable row security. Until there are policies nobody but the owner sees or changes a row: "
                "decide which policies the API needs, and add them in the same deployment.",
                operations=(enable_row_security(table),),
            ),
        ),
    )
