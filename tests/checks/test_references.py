"""The checks of references: which rows, how bad, and which of the ways to mend them is chosen."""

from __future__ import annotations

import pytest

from auditor.model import Certainty, Severity
from tests.checks.asking import chosen, findings, lines
from tests.servers import Database

ORPHAN, MISSING, UNVALIDATED = "orphaned-reference", "missing-foreign-key", "unvalidated-foreign-key"

CALLS = """CREATE TABLE calls (id int PRIMARY KEY);
           CREATE TABLE notes (id int PRIMARY KEY, about int {rule});
           INSERT INTO calls VALUES (1), (2);
           INSERT INTO notes VALUES (1, 1), (2, 3), (3, {third});"""


def _intended(**more: str) -> str:
    lines = {"kind": "foreign-key", "table": "public.notes", "references": "public.calls(id)", **more}
    named = "\n".join(f'{name} = "{value}"' for name, value in lines.items())
    return f'[[intend]]\n{named}\ncolumns = ["about"]'


@pytest.mark.parametrize(
    ("rule", "action", "kind"),
    [
        ("", "NO ACTION", "set-null"),
        ("NOT NULL", "NO ACTION", "set-aside"),
        ("UNIQUE", "NO ACTION", "set-aside"),
        ("", "CASCADE", "set-aside"),
        ("NOT NULL", "SET NULL", "set-aside"),
    ],
)
def test_the_least_destruction_that_the_rules_allow(database18: Database, rule: str, action: str, kind: str) -> None:
    given = CALLS.format(rule=rule, third=2)
    (finding,) = findings(database18, ORPHAN, given, _intended(**{"on-delete": action}))
    assert lines([finding]) == ["notes(about): 1 of 3"]
    assert (finding.severity, finding.certainty) == (Severity.BLOCKER, Certainty.PROVEN)
    assert chosen(finding) == kind


def test_what_is_to_be_not_null_is_not_set_null(database18: Database) -> None:
    config = _intended() + '\n[[intend]]\nkind = "not-null"\ntable = "public.notes"\ncolumns = ["about"]'
    (finding,) = findings(database18, ORPHAN, CALLS.format(rule="", third=2), config)
    assert chosen(finding) == "set-aside"


def test_a_null_refers_to_nothing(database18: Database) -> None:
    (finding,) = findings(database18, ORPHAN, CALLS.format(rule="", third="NULL"), _intended())
    assert lines([finding]) == ["notes(about): 1 of 2"]


def test_without_orphans_the_intended_key_can_be_declared(database18: Database) -> None:
    given = CALLS.format(rule="", third=2) + "DELETE FROM notes WHERE id = 2"
    assert findings(database18, ORPHAN, given, _intended()) == []
    (finding,) = findings(database18, MISSING, "", _intended())
    assert (finding.severity, finding.population) == (Severity.ADVICE, 2)
    assert "index" in finding.hint


def test_what_is_declared_is_not_missing(database18: Database) -> None:
    given = (
        CALLS.format(rule="", third=2)
        + "DELETE FROM notes WHERE id = 2; ALTER TABLE notes ADD FOREIGN KEY (about) REFERENCES calls"
    )
    assert findings(database18, MISSING, given, _intended()) == []


def test_a_key_that_is_not_unique_has_to_become_so_first(database18: Database) -> None:
    given = """CREATE TABLE calls (id int PRIMARY KEY, code text NOT NULL);
               CREATE TABLE notes (id int PRIMARY KEY, about text);
               INSERT INTO calls VALUES (1, 'a'), (2, 'b');
               INSERT INTO notes VALUES (1, 'a')"""
    (finding,) = findings(database18, MISSING, given, _intended(references="public.calls(code)"))
    assert "public.calls(code) needs a unique constraint" in finding.hint
    assert finding.remedies == ()


def test_types_that_no_foreign_key_joins_are_named(database18: Database) -> None:
    given = """CREATE TABLE calls (id uuid PRIMARY KEY);
               CREATE TABLE notes (id int PRIMARY KEY, about text);
               INSERT INTO calls VALUES ('11111111-1111-1111-1111-111111111111');
               INSERT INTO notes VALUES (1, '11111111-1111-1111-1111-111111111111'), (2, 'unknown')"""
    (finding,) = findings(database18, ORPHAN, given, _intended())
    assert lines([finding]) == ["notes(about): 1 of 2"]
    assert "about needs the type of id: uuid instead of text" in finding.hint


UUIDS = """CREATE TABLE calls (id uuid PRIMARY KEY);
           CREATE TABLE notes (id int PRIMARY KEY, call_id uuid NOT NULL);
           INSERT INTO calls SELECT md5(n::text)::uuid FROM generate_series(1, 50) AS n;
           INSERT INTO notes SELECT n, md5(n::text)::uuid FROM generate_series({first}, 52) AS n;
           ANALYZE"""


@pytest.mark.parametrize(
    ("least", "severity", "kind"), [("0.8", Severity.BLOCKER, "set-aside"), ("1.0", Severity.WARNING, None)]
)
def test_a_guess_changes_no_row(database18: Database, least: str, severity: Severity, kind: str | None) -> None:
    config = f"[thresholds]\nblocker-confidence = {least}"
    (finding,) = findings(database18, ORPHAN, UUIDS.format(first=1), config)
    assert (finding.severity, finding.certainty, chosen(finding)) == (severity, Certainty.INFERRED, kind)


def test_what_not_a_single_row_bears_out_changes_no_row(database18: Database) -> None:
    config = "[thresholds]\nreference-confidence = 0.0\nblocker-confidence = 0.0"
    (finding,) = findings(database18, ORPHAN, UUIDS.format(first=1) + "; DELETE FROM calls", config)
    assert (finding.violations, finding.population, chosen(finding)) == (52, 52, None)


def test_match_full_counts_a_key_that_is_partly_null(database18: Database) -> None:
    given = """CREATE TABLE rooms (house int, number int, PRIMARY KEY (house, number));
               CREATE TABLE beds (id int PRIMARY KEY, house int, number int);
               INSERT INTO rooms VALUES (1, 1);
               INSERT INTO beds VALUES (1, 1, 1), (2, 1, NULL), (3, NULL, NULL), (4, 2, 2);
               ALTER TABLE beds
                   ADD CONSTRAINT full_key FOREIGN KEY (house, number) REFERENCES rooms MATCH FULL NOT VALID,
                   ADD CONSTRAINT simple_key FOREIGN KEY (house, number) REFERENCES rooms NOT VALID"""
    counts = {each.subject.name: each.violations for each in findings(database18, UNVALIDATED, given)}
    assert counts == {"full_key": 2, "simple_key": 1}


@pytest.mark.parametrize(
    ("action", "kind"), [("NO ACTION", "set-null"), ("SET NULL", "set-null"), ("CASCADE", "set-aside")]
)
def test_the_declared_action_says_what_becomes_of_orphans(database18: Database, action: str, kind: str) -> None:
    key = f"ALTER TABLE notes ADD FOREIGN KEY (about) REFERENCES calls ON DELETE {action} NOT VALID"
    (finding,) = findings(database18, UNVALIDATED, CALLS.format(rule="", third=2) + key)
    assert (finding.severity, chosen(finding)) == (Severity.BLOCKER, kind)


def test_a_key_that_nothing_violates_can_be_validated(database18: Database) -> None:
    key = "DELETE FROM notes WHERE id = 2; ALTER TABLE notes ADD FOREIGN KEY (about) REFERENCES calls NOT VALID"
    (finding,) = findings(database18, UNVALIDATED, CALLS.format(rule="", third=2) + key)
    assert (finding.severity, chosen(finding)) == (Severity.WARNING, "add-constraint")


def test_a_key_that_is_not_enforced_is_no_guarantee(database18: Database) -> None:
    key = "ALTER TABLE notes ADD FOREIGN KEY (about) REFERENCES calls NOT ENFORCED"
    (finding,) = findings(database18, UNVALIDATED, CALLS.format(rule="", third=2) + key)
    assert "NOT ENFORCED" in finding.message
    assert finding.violations == 1


def test_a_valid_key_that_holds_has_no_finding(database18: Database) -> None:
    given = (
        CALLS.format(rule="", third=2)
        + "DELETE FROM notes WHERE id = 2; ALTER TABLE notes ADD FOREIGN KEY (about) REFERENCES calls"
    )
    assert findings(database18, "violated-foreign-key", given) == []
    assert findings(database18, UNVALIDATED, "") == []


def test_a_key_holds_for_a_parent_alone_and_is_measured_there(database: Database) -> None:
    given = """CREATE TABLE orgs (id int PRIMARY KEY);
               CREATE TABLE notes (id int PRIMARY KEY, org_id int REFERENCES orgs, quantity int);
               CREATE TABLE old_notes () INHERITS (notes);
               INSERT INTO orgs VALUES (1);
               INSERT INTO notes VALUES (1, 1, 1);
               INSERT INTO old_notes VALUES (1, 7, -1), (2, 8, 2);
               ALTER TABLE notes ADD CONSTRAINT positive CHECK (quantity > 0) NOT VALID"""
    assert findings(database, "violated-foreign-key", given) == []
    assert lines(findings(database, "unvalidated-check", "")) == [
        'notes(quantity) "positive": 0 of 1',
        'old_notes(quantity) "positive": 1 of 2',
    ]
