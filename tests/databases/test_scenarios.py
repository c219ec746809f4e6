"""The other four scenarios: small databases of real applications. The checks find exactly what is wrong, no more.

Each is `<name>.sql` (schema and rows), `<name>.toml` where its team has intentions, and `<name>.expected.toml`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.config import parse_config
from tests.examples.circle import audit
from tests.servers import Database

HERE = Path(__file__).parent
SCENARIOS = sorted(path.name.removesuffix(".expected.toml") for path in HERE.glob("*.expected.toml"))


@dataclass(frozen=True, order=True)
class Line:
    check: str
    subject: str
    severity: str
    violations: int | None = None
    population: int | None = None


def expected(name: str) -> list[Line]:
    text = (HERE / f"{name}.expected.toml").read_text(encoding="utf-8")
    return sorted(Line(**entry) for entry in tomllib.loads(text)["finding"])


def intentions(name: str) -> str:
    path = HERE / f"{name}.toml"
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_defect_is_found_with_its_exact_count_and_no_other(database: Database, name: str) -> None:
    done = database.psql(HERE / f"{name}.sql")
    assert done.returncode == 0, done.stderr

    audited = audit(database, parse_config(intentions(name)))

    found = (Line(f.check, str(f.subject), f.severity.value, f.violations, f.population) for f in audited.findings)
    assert sorted(found) == expected(name)
    assert audited.summary.complete
