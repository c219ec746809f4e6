"""The audit as JSON and back. What is written here is the contract that other programs read (report.json)."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import msgspec

from auditor.model.audit import Audit
from auditor.model.plan import Plan

# `<` would let a table's name end the <script> element that the HTML report embeds this text in; a lone surrogate
# cannot be written as UTF-8. Both stand only inside strings, so they may be replaced in the finished text.
_ESCAPED = re.compile("[<\ud800-\udfff]")

_INDENT = "  "

# Only a finding without a reference holds this, and no string does: quotes are escaped in strings.
_ABSENT, _NEXT = b'"reference":null,"violations":', b'"violations":'


def to_json(audit: Audit) -> str:
    """The audit as JSON, keys in the order of the dataclasses, equal audits as equal text.

    Everything is present, also what is null or empty, but for a finding's `reference` where it has none.
    """
    return "".join(json_pieces(audit))


def json_pieces(audit: Audit) -> Iterator[str]:
    """What `to_json` gives, a piece at a time: thousands of tables have reports of 40 MB."""
    yield from _pieces(audit, "")


def to_json_line(audit: Audit) -> str:
    """The same in one line without blanks."""
    return _text(audit, indent=None)


def _pieces(value: Any, margin: str) -> Iterator[str]:
    """The large ones by their parts, as `json.dumps(…, indent=2)` would lay them out; the rest whole."""
    deeper = f"{margin}{_INDENT}"
    if isinstance(value, Audit | Plan):
        for number, field in enumerate(fields(value)):
            yield f'{"," if number else "{"}\n{deeper}"{field.name}": '
            yield from _pieces(getattr(value, field.name), deeper)
        yield f"\n{margin}}}"
    elif isinstance(value, tuple) and value:
        for number, each in enumerate(value):
            yield f"{',' if number else '['}\n{deeper}"
            yield from _pieces(each, deeper)
        yield f"\n{margin}]"
    else:
        yield _text(value, indent=len(_INDENT)).replace("\n", f"\n{margin}")


def _text(value: Any, indent: int | None) -> str:
    try:
        line = msgspec.json.encode(value).replace(_ABSENT, _NEXT).replace(b"<", rb"\u003c")
    except UnicodeEncodeError:
        return _with_surrogates(value, indent)
    return (msgspec.json.format(line, indent=indent) if indent else line).decode()


def _with_surrogates(value: Any, indent: int | None) -> str:
    separators = None if indent else (",", ":")
    document = _without_absent(msgspec.to_builtins(value))
    text = json.dumps(document, indent=indent, separators=separators, ensure_ascii=False, allow_nan=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _without_absent(document: Any) -> Any:
    """A finding, or an audit with findings, as it is written."""
    for finding in document.get("findings", [document]) if isinstance(document, dict) else []:
        if isinstance(finding, dict) and "fingerprint" in finding and finding["reference"] is None:
            del finding["reference"]
    return document


def from_json(text: str) -> Audit:
    """The audit that `to_json` wrote; unknown keys are passed over.

    ValueError, with the place (`$.findings[3].severity`, or line and column), where the text is no report or of
    another version.
    """
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != 1:
        raise ValueError(f"no report that this version reads: `$.schema_version` is {version!r}, not 1")
    try:
        return msgspec.convert(document, Audit)
    except msgspec.ValidationError as error:
        raise ValueError(f"no report: {error}") from None


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what `to_json` writes; published as `reports/report.schema.json`.

    Further keys are allowed: a later minor version may add some, and readers pass over what they do not know.
    """
    (_,), components = msgspec.json.schema_components([Audit], ref_template="#/$defs/{name}")
    for component in components.values():
        _as_written(component)
    components["Finding"]["properties"]["reference"] = {"$ref": "#/$defs/ReferencedSide"}
    components["Finding"]["required"].remove("reference")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "auditor report, version 1",
        "$ref": "#/$defs/Audit",
        "$defs": {name: components[name] for name in sorted(components)},
    }


def _as_written(component: dict[str, Any]) -> None:
    """Turn what msgspec accepts into what `to_json` writes: no key is left to its default."""
    component["description"] = " ".join(component.get("description", "").split())
    if "properties" in component:
        component["required"] = list(component["properties"])
        for value in component["properties"].values():
            value.pop("default", None)
