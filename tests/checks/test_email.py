"""email-not-lowercase and duplicate-email: which columns, which rows."""

from __future__ import annotations

import pytest

import auditor
from auditor.config import parse_config
from auditor.knowledge.naming import names_email
from auditor.model import Severity
from tests.checks.asking import chosen, findings, lines
from tests.servers import Database

LOWER, DUPLICATE = "email-not-lowercase", "duplicate-email"


@pytest.mark.parametrize(
    "name", ["email", "Email", "e_mail", "customer_email", "emailAddress", "email_address", "work_email", "mail"]
)
def test_a_name_says_email(name: str) -> None:
    assert names_email(name)


@pytest.mark.parametrize(
    "name",
    ["email_template", "emails_sent", "email_subject", "female", "voice_mail", "email_hash", "mailbox", "address"],
)
def test_a_name_says_something_else(name: str) -> None:
    assert not names_email(name)


def test_upper_case_and_blanks_are_counted_and_null_is_not(database18: Database) -> None:
    given = """CREATE TABLE t (id int PRIMARY KEY, email text);
               INSERT INTO t VALUES (1, 'A@x'), (2, ' a@x'), (3, 'a@x '), (4, 'ä@x'), (5, 'Ä@x'), (6, ''), (7, NULL)"""
    assert lines(findings(database18, LOWER, given)) == ["t(email): 4 of 6"]


def test_a_fixed_length_is_no_blank(database18: Database) -> None:
    given = "CREATE TABLE t (id int PRIMARY KEY, email char(20)); INSERT INTO t VALUES (1, 'a@x'), (2, 'B@x')"
    assert lines(findings(database18, LOWER, given)) == ["t(email): 1 of 2"]


def test_the_configuration_names_columns_and_takes_them_away(database18: Database) -> None:
    given = """CREATE TABLE t (id int PRIMARY KEY, email text, login text);
               INSERT INTO t VALUES (1, 'A@x', 'B@x')"""
    config = '[columns]\nemail = ["public.t.login"]\nnot-email = ["*.email"]'
    assert lines(findings(database18, LOWER, given, config)) == ["t(login): 1 of 1"]


def test_what_the_statistics_know_to_be_no_address_is_left_alone(database18: Database) -> None:
    given = """CREATE TABLE t (id int PRIMARY KEY, notify_email text);
               INSERT INTO t SELECT n, 'Never' || n FROM generate_series(1, 100) AS n;
               ANALYZE t"""
    assert findings(database18, LOWER, given) == []


def test_an_intended_check_is_a_blocker_of_one_check_only(database18: Database) -> None:
    given = "CREATE TABLE t (id int PRIMARY KEY, email text); INSERT INTO t VALUES (1, 'A@x')"
    config = '[[intend]]\nkind = "check"\ntable = "public.t"\ncondition = "email = lower( email )"'
    (finding,) = findings(database18, LOWER, given, config)
    assert finding.severity is Severity.BLOCKER
    assert findings(database18, "unvalidated-check", "", config) == []


@pytest.mark.parametrize(
    ("table", "column", "found"),
    [
        ("users", "email", True),
        ("customers", "customer_email", True),
        ("users", "manager_email", False),
        ("calls", "customer_email", False),
        ("email_events", "email", False),
        ("newsletter_subscribers", "email", True),
    ],
)
def test_an_address_is_an_identity_only_of_a_person(database18: Database, table: str, column: str, found: bool) -> None:
    given = (
        f"CREATE TABLE {table} (id int PRIMARY KEY, {column} text); INSERT INTO {table} VALUES (1, 'a@x'), (2, 'A@x')"
    )
    assert bool(findings(database18, DUPLICATE, given)) is found


def test_a_unique_index_makes_it_plain_and_gives_the_scope(database18: Database) -> None:
    given = """CREATE TABLE guests (id int PRIMARY KEY, org int, email text, UNIQUE (org, email));
               INSERT INTO guests VALUES (1, 1, 'a@x'), (2, 1, 'A@x'), (3, 2, 'a@x'), (4, 2, 'b@x')"""
    (finding,) = findings(database18, DUPLICATE, given)
    assert lines([finding]) == ["guests(email): 2 of 4"]
    assert (finding.severity, chosen(finding)) == (Severity.BLOCKER, "set-aside")


def test_who_was_deleted_may_have_come_back(database18: Database) -> None:
    given = """CREATE TABLE users (id int PRIMARY KEY, email text, deleted_at timestamptz);
               INSERT INTO users VALUES (1, 'a@x', now()), (2, 'A@x', NULL), (3, 'b@x', NULL)"""
    assert findings(database18, DUPLICATE, given) == []


def test_an_intended_key_is_answered_for_once(database18: Database) -> None:
    given = "CREATE TABLE t (id int PRIMARY KEY, email text); INSERT INTO t VALUES (1, 'a@x'), (2, 'A@x')"
    config = '[[intend]]\nkind = "unique"\ntable = "public.t"\nexpressions = ["LOWER( email )"]'
    assert lines(findings(database18, DUPLICATE, given, config)) == ["t(email): 2 of 2"]
    assert findings(database18, "duplicate-key", "", config) == []


@pytest.mark.parametrize(
    ("index", "severity"),
    [
        ("(email)", Severity.BLOCKER),
        ("(lower(email))", Severity.BLOCKER),
        ("(lower(work_email))", Severity.WARNING),
        ("((meta ->> 'email'))", Severity.WARNING),
        ("(email) WHERE verified", Severity.WARNING),
    ],
)
def test_only_a_unique_index_on_the_address_makes_it_plain(
    database18: Database, index: str, severity: Severity
) -> None:
    given = f"""CREATE TABLE users (id int PRIMARY KEY, email text, work_email text, meta jsonb, verified boolean);
                INSERT INTO users (id, email) VALUES (1, 'a@x'), (2, ' A@x');
                CREATE UNIQUE INDEX i ON users {index}"""
    (finding,) = findings(database18, DUPLICATE, given)
    assert finding.severity is severity
    assert chosen(finding) == ("set-aside" if severity is Severity.BLOCKER else None)


def test_a_blank_is_nobodys_address(database18: Database) -> None:
    given = """CREATE TABLE users (id int PRIMARY KEY, email text);
               INSERT INTO users SELECT n, CASE WHEN n <= 5 THEN repeat(' ', n % 2) ELSE n || '@x' END
               FROM generate_series(1, 100) AS n;
               INSERT INTO users VALUES (101, '50@X');
               ANALYZE users"""
    (finding,) = findings(database18, DUPLICATE, given)
    assert lines([finding]) == ["users(email): 2 of 96"]


def test_an_address_that_refers_follows_the_key(database18: Database) -> None:
    given = """CREATE TABLE accounts (email text PRIMARY KEY);
               CREATE TABLE posts (id int PRIMARY KEY, email text REFERENCES accounts);
               INSERT INTO accounts VALUES ('A@x'), ('b@x');
               INSERT INTO posts VALUES (1, 'A@x')"""
    found = {str(each.subject): chosen(each) for each in findings(database18, LOWER, given)}
    assert found == {"public.accounts(email)": "lower-case", "public.posts(email)": None}


def test_an_intended_key_on_addresses_as_they_are_is_a_row_of_its_own(database18: Database) -> None:
    """Two spellings of an address break the key that nobody has asked for, and keep the one that is intended."""
    with database18.connect() as connection:
        connection.execute("CREATE TABLE users (id int PRIMARY KEY, email text)")
        connection.execute("INSERT INTO users VALUES (1, 'Ann@x.org'), (2, 'ann@x.org')")
    intended = '[[intend]]\nkind = "unique"\ntable = "public.users"\ncolumns = ["email"]'
    found = auditor.run(database18.dsn, config=parse_config(intended))
    rows = {(each.definition, each.intended): each.state for each in found.constraints if each.kind == "unique"}
    assert rows == {("UNIQUE (email)", True): "ready", ("UNIQUE (lower(email))", False): "blocked"}
    (spelled,) = (each for each in found.findings if each.check == "email-not-lowercase")
    assert spelled.hint == "Lower-case and trim them, once no two of them would share a unique key, then add the CHECK"
