"""The audit as JSON: what is written is read back, is what the published schema says, and is refused when it is not."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from auditor.model import Audit
from auditor.model.codec import from_json, json_schema, to_json, to_json_line
from tests import audits

VALIDATOR = jsonschema.Draft202012Validator(json_schema())


@pytest.mark.parametrize("audit", [audits.rich(), audits.empty(), audits.hostile()], ids=["rich", "empty", "hostile"])
def test_written_and_read_back(audit: Audit) -> None:
    assert from_json(to_json(audit)) == audit
    assert from_json(to_json_line(audit)) == audit


@pytest.mark.parametrize("audit", [audits.rich(), audits.empty()], ids=["rich", "empty"])
def test_the_pieces_are_laid_out_as_a_whole(audit: Audit) -> None:
    text = to_json(audit)
    assert text.replace(r"\u003c", "<") == json.dumps(json.loads(text), indent=2, ensure_ascii=False)


@settings(deadline=None)
@given(audits.audits)
def test_any_audit_is_read_back_and_fits_the_schema(audit: Audit) -> None:
    text = to_json(audit)
    assert from_json(text) == audit
    assert "<" not in text
    text.encode()
    VALIDATOR.validate(json.loads(text))


def test_the_published_schema_is_the_current_one() -> None:
    published = json.loads(files("reports").joinpath("report.schema.json").read_text("utf-8"))
    assert published == json_schema(), "write it anew: python -m tests.unit.test_codec"


def test_the_schema_refuses_what_readers_could_not_read() -> None:
    document = json.loads(to_json(audits.rich()))
    del document["findings"][0]["witnesses"]
    with pytest.raises(jsonschema.ValidationError, match="witnesses"):
        VALIDATOR.validate(document)


def test_the_names_of_the_contract() -> None:
    document = json.loads(to_json(audits.rich()))
    assert list(document) == [
        "schema_version", "tool", "run", "database", "summary", "coverage", "checks", "findings", "constraints",
        "references", "other_references", "plan", "tables", "scans",
    ]  # fmt: skip
    orphans = document["findings"][0]
    assert {"fingerprint", "check", "family", "severity", "certainty", "outcome", "status", "subject"} < set(orphans)
    assert orphans["reference"]["confidence"] == 0.97
    assert set(orphans["subject"]) == {"kind", "schema", "table", "columns", "name", "expression"}
    assert set(orphans["remedies"][0]["sql"]) == {"fence", "cleanup", "indexes", "constraints", "verify", "rollback"}


def test_a_reference_only_where_there_is_one() -> None:
    written = json.loads(to_json(audits.rich()))["findings"]
    assert [each.reference is not None for each in audits.rich().findings] == ["reference" in each for each in written]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"schema_version": 2}, "schema_version"),
        ({"schema_version": None}, "schema_version"),
        ({"tool": None}, "$.tool"),
        ({"findings": [{}]}, r"$.findings[0]"),
        ({"scans": [{"sql": "", "duration_s": "fast", "rows": 1, "error": None}]}, "$.scans[0].duration_s"),
    ],
)
def test_what_is_no_report_is_refused_with_the_place(change: dict[str, Any], place: str) -> None:
    document = json.loads(to_json(audits.empty())) | change
    with pytest.raises(ValueError, match="no report") as error:
        from_json(json.dumps(document))
    assert place in str(error.value)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "<html>"])
def test_what_is_no_json_is_refused_with_the_place(text: str) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        from_json(text)


def test_further_keys_are_passed_over() -> None:
    document = json.loads(to_json(audits.rich())) | {"added_later": {"x": 1}}
    assert from_json(json.dumps(document)) == audits.rich()


if __name__ == "__main__":
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    with open("reports/report.schema.json", "w", encoding="utf-8") as file:
        file.write(schema)
