"""The audit from Python: what is imported, what wrong use says, and findings as a pandas frame."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import auditor
from auditor.errors import AuditorError
from tests import audits

# As docs/python.md has it: column, dtype.
STRING, CATEGORY = pd.StringDtype(), "category"
TYPES = {
    **dict.fromkeys(("fingerprint", "check", "family"), STRING),
    **dict.fromkeys(("severity", "certainty", "outcome", "status"), CATEGORY),
    **dict.fromkeys(("schema", "table", "columns", "subject"), STRING),
    "violations": "Int64",
    "population": "Int64",
    "share": "Float64",
    "exact": "boolean",
    "confidence": "Float64",
    "message": STRING,
    "hint": STRING,
}


@pytest.mark.parametrize("audit", [audits.rich(), audits.empty()], ids=["rich", "empty"])
def test_the_frame_has_the_documented_columns_and_types(audit: auditor.model.Audit) -> None:
    frame = audit.to_frame()
    assert list(frame.columns) == list(TYPES)
    assert len(frame) == len(audit.findings)
    assert {name: frame[name].dtype == kind for name, kind in TYPES.items()} == dict.fromkeys(TYPES, True)
    assert list(frame["severity"].cat.categories) == ["advice", "warning", "blocker"]
    assert len(frame[frame["severity"] >= "warning"]) == sum(each.severity.rank >= 1 for each in audit.findings)


def test_what_the_frame_says() -> None:
    audit = audits.rich()
    frame = audit.to_frame()
    orphans = frame[frame["subject"] == "public.transcripts(call_id)"].iloc[0]
    assert (orphans["violations"], orphans["population"], orphans["share"]) == (400, 800_000, 0.0005)
    assert (orphans["columns"], orphans["confidence"]) == ("call_id", 0.97)
    proven = frame[frame["check"] == "rls-disabled"].iloc[0]
    assert all(proven[name] is pd.NA for name in ("violations", "population", "share", "confidence"))
    assert list(frame["fingerprint"]) == [each.fingerprint for each in audit.findings]


def test_the_documentation_names_every_column() -> None:
    text = Path("docs/python.md").read_text(encoding="utf-8")
    assert [name for name in TYPES if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"onyl": ["views"]}, "there is no option 'onyl'"),
        ({"jobs": 0}, "jobs"),
        ({"timeout": "soon"}, "timeout"),
        ({"only": ["views"], "skip": ["views"]}, "no check is left"),
        ({"only": "vews"}, "there is no check or family 'vews'"),
        ({"config": "nowhere.toml"}, "nowhere.toml cannot be read"),
    ],
)
def test_wrong_use_is_an_auditor_error(options: dict[str, Any], message: str) -> None:
    with pytest.raises(AuditorError, match=message):
        auditor.run("postgresql://localhost:1/x", **options)


def _run(program: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=folder, check=False)


def test_the_model_loads_neither_checks_nor_reports_nor_a_driver() -> None:
    done = _run(
        "import sys, auditor.model, auditor.model.codec\n"
        "heavy = {'checks', 'reports', 'sqlalchemy', 'psycopg', 'pandas', 'click', 'jinja2'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))"
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize("package", ["checks", "reports"])
@pytest.mark.parametrize("content", ["", "from nothing import nothing", "FORMATS = ()"])
def test_a_foreign_package_that_shadows_ours_is_refused(tmp_path: Path, package: str, content: str) -> None:
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text(content, encoding="utf-8")
    command = [sys.executable, "-m", "auditor", "checks"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2, done.stderr
    assert f"the package {package!r} on the import path is not the auditor's" in done.stderr
    assert "Traceback" not in done.stderr
