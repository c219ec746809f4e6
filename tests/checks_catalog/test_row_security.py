"""What the rls checks take into account: grants, memberships, owners, restrictive policies, missing expressions."""

from __future__ import annotations

import pytest

from auditor.catalog.index import mentions
from auditor.check import Check
from auditor.config import parse_config
from auditor.knowledge.server_text import is_true
from auditor.model import Severity
from checks.rls.policy_always_true import policy_always_true
from checks.rls.policy_without_rls import policy_without_rls
from checks.rls.rls_disabled import rls_disabled
from checks.rls.rls_not_forced import rls_not_forced
from checks.rls.rls_without_policy import rls_without_policy
from checks.rls.uncovered_command import uncovered_command
from tests.checks_catalog.asking import facts_of, found, judged
from tests.servers import Database

NOTES = "CREATE TABLE notes (id int PRIMARY KEY, owner_id int, body text);"
PROTECTED = NOTES + "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;"
OWN = "owner_id = current_setting('app.user', true)::int"


def findings(database: Database, check: Check, given: str, config: str = "") -> dict[str, Severity]:
    with database.connect() as connection:
        connection.execute(given.encode())
    facts = facts_of(database, parse_config(config))
    return {
        subject.removeprefix("public."): judgement.severity or check.severity
        for subject, judgement in found(judged(database, check, facts)).items()
    }


def message(database: Database, check: Check, given: str) -> str:
    with database.connect() as connection:
        connection.execute(given.encode())
    (judgement,) = found(judged(database, check)).values()
    return judgement.message


@pytest.mark.parametrize(
    ("grant", "is_reached"),
    [
        ("", False),
        ("GRANT SELECT ON notes TO anon", True),
        ("GRANT SELECT (id) ON notes TO authenticated", True),
        ("GRANT DELETE ON notes TO PUBLIC", True),
        ("GRANT SELECT ON notes TO service_role", False),
        ("GRANT REFERENCES ON notes TO anon", False),
        ("GRANT SELECT ON notes TO calliq_billing", True),  # authenticated is a member of it
        ("ALTER TABLE notes OWNER TO calliq_billing", True),
    ],
)
def test_a_table_without_row_security_matters_where_outsiders_have_a_privilege(
    database: Database, grant: str, is_reached: bool
) -> None:
    assert findings(database, rls_disabled, NOTES + grant) == ({"notes": Severity.BLOCKER} if is_reached else {})


def test_the_message_says_who_may_do_what(database18: Database) -> None:
    text = message(database18, rls_disabled, NOTES + "GRANT SELECT, INSERT ON notes TO authenticated, anon")

    assert "(anon: SELECT, INSERT; authenticated: SELECT, INSERT)" in text


def test_schemas_and_roles_are_those_of_the_configuration(database18: Database) -> None:
    given = """
        CREATE SCHEMA api; CREATE TABLE api.notes (id int); CREATE TABLE notes (id int);
        GRANT SELECT ON api.notes, notes TO authenticator; GRANT SELECT ON notes TO anon;
    """
    config = '[api]\nschemas = ["api"]\nroles = ["authenticator", "service_role"]'

    assert findings(database18, rls_disabled, given, config) == {"api.notes": Severity.BLOCKER}


def test_without_roles_of_an_api_nothing_is_exposed(database18: Database) -> None:
    given = NOTES + "GRANT ALL ON notes TO PUBLIC"

    assert findings(database18, rls_disabled, given, "[api]\nroles = []") == {}


def test_policies_without_row_security_matter_without_a_grant_too(database18: Database) -> None:
    given = NOTES + f"CREATE POLICY own ON notes USING ({OWN});"

    assert findings(database18, policy_without_rls, given) == {"notes": Severity.BLOCKER}
    assert "rls-disabled" in policy_without_rls.implies


def test_row_security_without_a_policy_is_advice_and_only_the_team_decides(database18: Database) -> None:
    with database18.connect() as connection:
        connection.execute(PROTECTED.encode())

    (judgement,) = found(judged(database18, rls_without_policy)).values()

    assert rls_without_policy.severity is Severity.ADVICE
    assert [remedy.chosen for remedy in judgement.remedies] == [False]


@pytest.mark.parametrize(
    ("given", "escapes"),
    [
        ("ALTER TABLE notes OWNER TO anon", True),
        ("ALTER TABLE notes OWNER TO calliq_billing", True),
        ("ALTER TABLE notes OWNER TO authenticator", True),
        ("ALTER TABLE notes OWNER TO service_role", False),  # authenticator is a member and does not inherit
        ("ALTER TABLE notes OWNER TO anon; ALTER TABLE notes FORCE ROW LEVEL SECURITY", False),
        ("", False),
    ],
)
def test_whoever_has_the_owners_rights_escapes_unless_forced(database: Database, given: str, escapes: bool) -> None:
    found_here = findings(database, rls_not_forced, PROTECTED + given)

    assert found_here == ({"notes": Severity.WARNING} if escapes else {})


def test_who_is_bound_is_what_the_server_says(database: Database) -> None:
    """The rule behind it, tried: owner and member see the row without a policy, and nothing once it is forced."""
    seen = []
    with database.connect() as connection:
        connection.execute(PROTECTED.encode() + b"INSERT INTO notes VALUES (1, 7, ''); GRANT SELECT ON notes TO anon")
        connection.execute("ALTER TABLE notes OWNER TO calliq_billing")
        for force in ("NO FORCE", "FORCE"):
            connection.execute(f"ALTER TABLE notes {force} ROW LEVEL SECURITY".encode())
            for role in ("anon", "authenticated", "calliq_billing"):
                with connection.transaction(force_rollback=True):
                    connection.execute(f"SET LOCAL ROLE {role}".encode())
                    row = connection.execute("SELECT count(*) FROM notes").fetchone()
                    seen.append((force, role, row[0] if row else None))

    assert seen == [
        ("NO FORCE", "anon", 0),
        ("NO FORCE", "authenticated", 1),
        ("NO FORCE", "calliq_billing", 1),
        ("FORCE", "anon", 0),
        ("FORCE", "authenticated", 0),
        ("FORCE", "calliq_billing", 0),
    ]


ALL = PROTECTED + "GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO authenticated;"


@pytest.mark.parametrize(
    ("policies", "severity"),
    [
        ("FOR UPDATE USING (true)", Severity.BLOCKER),
        ("FOR DELETE USING (1 = 1)", Severity.BLOCKER),
        ("FOR INSERT WITH CHECK (true)", Severity.BLOCKER),
        ("FOR ALL USING ((SELECT true))", Severity.BLOCKER),
        (f"FOR UPDATE USING ({OWN}) WITH CHECK (true)", Severity.BLOCKER),
        (f"FOR UPDATE USING (true) WITH CHECK ({OWN})", Severity.BLOCKER),
        (f"FOR ALL USING (true OR {OWN})", Severity.BLOCKER),
        ("FOR SELECT USING (true)", Severity.ADVICE),
        ("FOR SELECT TO authenticated USING (true)", None),
        ("FOR ALL TO service_role USING (true)", None),
        ("FOR INSERT TO anon WITH CHECK (true)", None),  # anon has no privilege
        (f"FOR ALL USING ({OWN})", None),
        ("AS RESTRICTIVE FOR ALL USING (true)", None),
        ("FOR UPDATE WITH CHECK (true)", None),  # without USING it grants nothing
        (f"FOR ALL USING (true); CREATE POLICY q ON notes AS RESTRICTIVE USING ({OWN})", None),
    ],
)
def test_a_policy_that_is_true_of_every_row(database18: Database, policies: str, severity: Severity | None) -> None:
    found_here = findings(database18, policy_always_true, ALL + f"CREATE POLICY p ON notes {policies};")

    assert found_here == ({} if severity is None else {'notes "p"': severity})


@pytest.mark.parametrize(
    ("policy", "kind"),
    [
        ("FOR UPDATE USING (true)", "drop-policy"),
        ("FOR ALL USING (true)", "narrow-policy"),
        (f"FOR ALL USING ({OWN}) WITH CHECK (true)", "narrow-policy"),
    ],
)
def test_a_policy_keeps_what_is_not_constant(database18: Database, policy: str, kind: str) -> None:
    with database18.connect() as connection:
        connection.execute(f"{ALL} CREATE POLICY p ON notes {policy}".encode())

    (judgement,) = found(judged(database18, policy_always_true)).values()

    assert [(remedy.kind, remedy.chosen) for remedy in judgement.remedies] == [(kind, True)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true", True),
        ("(true)", True),
        ("(1 = 1)", True),
        ("('a'::text = 'a'::text)", True),
        ("( SELECT true AS bool)", True),
        ('( SELECT true AS "?column?")', True),
        ("((owner_id = 1) OR true)", True),
        ("(true AND (owner_id = 1))", False),
        ("((a OR true) AND (owner_id = 1))", False),
        ("((owner_id = 1) OR (1 = 1))", True),
        ("((owner_id = 1) OR ((a = 'OR'::text) AND true) OR (NOT false))", True),
        ("(true AND (2 = 2))", True),
        ("(NOT false)", True),
        ("(NOT true)", False),
        ("(1 = 10)", False),
        ("(name = ' OR true'::text)", False),
        ("(EXISTS ( SELECT true AS bool FROM members))", False),
        ("false", False),
        (None, False),
    ],
)
def test_what_is_constant_true(expression: str | None, expected: bool) -> None:
    assert is_true(expression) is expected


@pytest.mark.parametrize(
    ("policies", "uncovered"),
    [
        (f"FOR ALL USING ({OWN})", ""),
        (f"FOR SELECT USING ({OWN})", "INSERT, UPDATE, DELETE"),
        (f"FOR ALL WITH CHECK ({OWN})", "SELECT, UPDATE, DELETE"),
        (f"FOR SELECT USING ({OWN}); CREATE POLICY q ON notes FOR UPDATE WITH CHECK (true)", "INSERT, UPDATE, DELETE"),
        (f"AS RESTRICTIVE FOR ALL USING ({OWN})", "SELECT, INSERT, UPDATE, DELETE"),
        (f"FOR ALL TO anon USING ({OWN})", "SELECT, INSERT, UPDATE, DELETE"),
        (f"FOR ALL TO calliq_billing USING ({OWN})", ""),  # authenticated inherits it
        ("FOR ALL USING (false)", ""),  # denied, and said so
    ],
)
def test_a_command_without_a_policy(database18: Database, policies: str, uncovered: str) -> None:
    with database18.connect() as connection:
        connection.execute(f"{ALL} CREATE POLICY p ON notes {policies}".encode())

    messages = [each.message for each in found(judged(database18, uncovered_command)).values()]

    expected = f"public.notes grants commands that no policy is for (authenticated: {uncovered})"
    assert messages == ([expected] if uncovered else [])


def test_no_policy_at_all_is_another_checks_finding(database18: Database) -> None:
    assert findings(database18, uncovered_command, ALL) == {}


def test_what_was_granted_to_a_group_is_revoked_only_by_choice(database18: Database) -> None:
    given = PROTECTED + f"CREATE POLICY p ON notes FOR INSERT WITH CHECK ({OWN}); GRANT SELECT ON notes TO PUBLIC"
    with database18.connect() as connection:
        connection.execute(given.encode())

    (judgement,) = found(judged(database18, uncovered_command)).values()

    assert [remedy.chosen for remedy in judgement.remedies] == [False]


def test_what_was_granted_on_columns_is_not_revoked(database18: Database) -> None:
    given = PROTECTED + f"CREATE POLICY p ON notes FOR INSERT WITH CHECK ({OWN}); GRANT SELECT (id) ON notes TO anon"
    with database18.connect() as connection:
        connection.execute(given.encode())

    (judgement,) = found(judged(database18, uncovered_command)).values()

    assert "(anon: SELECT)" in judgement.message
    assert judgement.remedies == ()


def test_a_partitioned_table_is_one_subject(database18: Database) -> None:
    given = """
        CREATE TABLE notes (id int) PARTITION BY HASH (id);
        CREATE TABLE notes_0 PARTITION OF notes FOR VALUES WITH (MODULUS 1, REMAINDER 0);
        GRANT SELECT ON notes, notes_0 TO anon;
    """
    assert findings(database18, rls_disabled, given) == {"notes": Severity.BLOCKER}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("lower(email)", True),
        ("((\"email\" || ''::text))", True),
        ("lower(email_hash)", False),
        ("(meta ->> 'email'::text)", False),
        ('"Email"', False),
        ("(LOWER(Email) = 'x')", True),
    ],
)
def test_a_name_in_an_expression(expression: str, expected: bool) -> None:
    assert mentions(expression, "email") is expected
