"""Every example of the checks that look at the catalog finds what it says, and an empty schema nothing."""

from __future__ import annotations

import re

import pytest

from auditor.check import Check, Example
from auditor.config import parse_config
from checks.indexes.invalid_index import invalid_index
from checks.indexes.unindexed_foreign_key import unindexed_foreign_key
from checks.rls.policy_always_true import policy_always_true
from checks.rls.policy_without_rls import policy_without_rls
from checks.rls.rls_disabled import rls_disabled
from checks.rls.rls_not_forced import rls_not_forced
from checks.rls.rls_without_policy import rls_without_policy
from checks.rls.uncovered_command import uncovered_command
from checks.views.view_not_concurrently_refreshable import view_not_concurrently_refreshable
from checks.views.view_not_populated import view_not_populated
from tests.checks_catalog.asking import facts_of, found, judged
from tests.servers import Database

CHECKS = (
    rls_disabled,
    rls_without_policy,
    policy_without_rls,
    rls_not_forced,
    policy_always_true,
    uncovered_command,
    unindexed_foreign_key,
    invalid_index,
    view_not_populated,
    view_not_concurrently_refreshable,
)
EXAMPLES = [
    pytest.param(check, example, id=f"{check.id}-{number}")
    for check in CHECKS
    for number, example in enumerate(check.examples, 1)
]


@pytest.mark.parametrize(("check", "example"), EXAMPLES)
def test_an_example_finds_what_it_says(database: Database, check: Check, example: Example) -> None:
    with database.connect() as connection:
        connection.execute(example.given.encode())

    findings = found(judged(database, check, facts_of(database, parse_config(example.config))))

    named = [re.sub(r": [\d,]+ of [\d,]+$", "", text) for text in example.finds]
    assert sorted(findings) == sorted(f"public.{text}" for text in named)
    assert example.has_plan == any(remedy.chosen for each in findings.values() for remedy in each.remedies)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_an_empty_schema_has_nothing_to_look_at(database18: Database, check: Check) -> None:
    assert judged(database18, check) == {}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_the_family_is_the_folder(check: Check) -> None:
    assert check.family in ("rls", "indexes", "views")
