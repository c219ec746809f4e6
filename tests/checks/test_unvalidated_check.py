from __future__ import annotations

import pytest

from auditor.model import Severity
from tests.checks.asking import chosen, findings
from tests.servers import Database

CHECK = "unvalidated-check"

GIVEN = """CREATE TABLE t (id int PRIMARY KEY, quantity int, name text);
           INSERT INTO t VALUES (1, 5, '100%'), (2, -1, 'a:b'), (3, NULL, NULL);"""


def test_null_passes_a_check(database18: Database) -> None:
    (finding,) = findings(database18, CHECK, GIVEN + "ALTER TABLE t ADD CHECK (quantity > 0) NOT VALID")
    assert (finding.violations, finding.population, finding.severity) == (1, 3, Severity.BLOCKER)
    assert chosen(finding) == "set-aside"


def test_text_of_the_condition_is_sent_as_it_is(database18: Database) -> None:
    (finding,) = findings(
        database18, CHECK, GIVEN + "ALTER TABLE t ADD CHECK (name LIKE '%:b' OR name ~ '\\d%%') NOT VALID"
    )
    assert finding.violations == 1


def test_without_a_breaking_row_it_can_be_validated(database18: Database) -> None:
    (finding,) = findings(database18, CHECK, GIVEN + "ALTER TABLE t ADD CHECK (quantity > -9) NOT VALID")
    assert (finding.severity, chosen(finding)) == (Severity.WARNING, "add-constraint")


def test_not_enforced_cannot_be_validated(database18: Database) -> None:
    (finding,) = findings(database18, CHECK, GIVEN + "ALTER TABLE t ADD CHECK (quantity > -9) NOT ENFORCED")
    assert finding.remedies == ()
    assert "enforced" in finding.hint


@pytest.mark.parametrize("condition", ["quantity IS NOT NULL", "(name IS NOT NULL)"])
def test_one_defect_is_one_finding(database18: Database, condition: str) -> None:
    given = GIVEN + f"ALTER TABLE t ADD CHECK ({condition}) NOT VALID"
    assert findings(database18, CHECK, given) == []
    assert len(findings(database18, "null-in-intended-not-null", "")) == 1


def test_a_valid_check_is_not_asked_about(database18: Database) -> None:
    assert findings(database18, CHECK, GIVEN + "ALTER TABLE t ADD CHECK (quantity > -9)") == []


def test_a_rule_that_no_row_keeps_sets_no_whole_table_aside(database18: Database) -> None:
    (finding,) = findings(database18, CHECK, GIVEN + "ALTER TABLE t ADD CHECK (id > 5) NOT VALID")
    assert (finding.violations, finding.population, finding.severity) == (3, 3, Severity.BLOCKER)
    assert (finding.remedies[0].kind, chosen(finding)) == ("set-aside", None)
