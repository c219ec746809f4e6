"""Every example of every check goes through the whole circle, under every circumstance (design section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from auditor.check import Check, Example
from auditor.config import parse_config
from auditor.model import Outcome
from auditor.wiring import all_checks
from tests.examples import variants
from tests.examples.circle import apply, audit, found, roll_back, serious, snapshot, write_plan
from tests.linting import complaints
from tests.servers import Database, Servers, found_versions

VARIANTS = ("plain", "quoted", "schema", "partitioned")
CHECKS = all_checks()


EXAMPLES = [(check, number, example) for check in CHECKS for number, example in enumerate(check.examples, 1)]


def _circumstances() -> Iterator[ParameterSet]:
    """Each example under each of its circumstances on 18, and plain on every server found."""
    for check, number, example in EXAMPLES:
        for version in found_versions():
            for variant in VARIANTS if version == 18 else ("plain",):
                if version >= example.minimum_version and variant in example.variants:
                    name = f"{check.id}-{number}-{variant}-pg{version}"
                    yield pytest.param(check, example, variant, version, id=name)


@pytest.mark.parametrize(("check", "example", "variant", "version"), list(_circumstances()))
def test_circle(servers: Servers, tmp_path: Path, check: Check, example: Example, variant: str, version: int) -> None:
    with servers.version(version).database() as database:
        _load(database, example)
        made = variants.make(database, variant)
        config = made.config(parse_config(example.config))
        first = audit(database, config, check.id)
        assert found(first, check.id, made) == sorted(example.finds)
        assert any(step.sql for step in first.plan.steps) == example.has_plan
        if not example.has_plan:
            return
        before, as_it_was = serious(audit(database, config)), snapshot(database)
        plan = write_plan(first, tmp_path)
        assert complaints(first, version, tmp_path) == ""

        apply(database, plan)
        after = audit(database, config)
        assert found(after, check.id, made) == []
        assert serious(after) <= before

        if example.reversible:
            roll_back(database, plan)
            assert found(audit(database, config, check.id), check.id, made) == sorted(example.finds)
            assert snapshot(database) == as_it_was


def _load(database: Database, example: Example) -> None:
    done = database.psql(example.given)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_an_empty_database_has_no_finding(database18: Database, check: Check) -> None:
    audited = audit(database18, parse_config(""), check.id)
    assert audited.findings == ()
    assert Outcome.ERROR not in {each.outcome for each in audited.coverage}


# The findings of these are rows; those of the others are in the catalog, whether there are rows or not.
COUNTED = [
    pytest.param(check, example, id=f"{check.id}-{number}")
    for check, number, example in EXAMPLES
    if check.family in ("references", "nulls", "formats", "duplicates", "constraints")
]


@pytest.mark.parametrize(("check", "example"), COUNTED)
def test_empty_tables_have_no_finding_and_are_vacuous(database18: Database, check: Check, example: Example) -> None:
    _load(database18, example)
    with database18.connect() as connection:
        tables = connection.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        connection.execute(f"TRUNCATE {', '.join(table for (table,) in tables.fetchall())}".encode())

    audited = audit(database18, parse_config(example.config), check.id)

    assert audited.findings == ()
    (summary,) = audited.checks
    assert {*summary.outcomes} <= {Outcome.VACUOUS}


@pytest.mark.parametrize(("check", "example"), COUNTED)
def test_rows_that_may_not_be_read_are_hidden_and_not_passed(
    database18: Database, check: Check, example: Example
) -> None:
    _load(database18, example)
    config = parse_config(example.config)
    with database18.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS without_rights")
        connection.execute("CREATE ROLE without_rights LOGIN")

    blind = audit(database18, config, check.id, role="without_rights")

    assert blind.findings == ()
    (summary,) = blind.checks
    assert Outcome.PASSED not in summary.outcomes
    assert not blind.summary.complete
