"""What one check says of a database that is made of a few lines of SQL."""

from __future__ import annotations

from auditor.config import parse_config
from auditor.model import Finding
from tests.examples.circle import audit
from tests.servers import Database


def findings(database: Database, check: str, given: str, config: str = "") -> list[Finding]:
    """The findings of that check after `given` has run with psql."""
    done = database.psql(given)
    assert done.returncode == 0, done.stderr
    return [each for each in audit(database, parse_config(config), check).findings if each.check == check]


def lines(found: list[Finding]) -> list[str]:
    """`table(columns): violations of population`, sorted."""
    return sorted(
        f"{str(each.subject).removeprefix('public.')}: {each.violations} of {each.population}" for each in found
    )


def chosen(finding: Finding) -> str | None:
    """The kind of the remedy that the plan runs."""
    return next((remedy.kind for remedy in finding.remedies if remedy.chosen), None)
