"""A reference as auditor.toml names it: the one line that accepts or rejects it."""

import re
from dataclasses import replace

from auditor.model.finding import Finding
from auditor.model.reference import Reference

_PLAIN = re.compile(r'[^\s."(),][^."(),]*(?<!\s)')


def line_of(reference: Reference) -> str:
    """`public.orders(ref) -> public.customers(id)`, for `references.accept` or `references.reject`."""
    inner = reference.expression or _listed(reference.columns)
    here = f"{_name(reference.schema)}.{_name(reference.table)}({inner})"
    return f"{here} -> {_there(reference.ref_schema, reference.ref_table, reference.ref_columns)}"


def lines_of_alternatives(reference: Reference) -> tuple[str, ...]:
    """The same line for each of the other keys that it may refer to."""
    return tuple(
        line_of(replace(reference, ref_schema=each.ref_schema, ref_table=each.ref_table, ref_columns=each.ref_columns))
        for each in reference.alternatives
    )


def line_of_finding(finding: Finding) -> str | None:
    """The line that rejects the inferred reference behind that finding; None where there is none, and where the
    configuration itself names it."""
    subject, there = finding.subject, finding.reference
    if there is None or there.declared or is_told(there.evidence) or subject.schema is None or subject.table is None:
        return None
    here = f"{_name(subject.schema)}.{_name(subject.table)}({subject.expression or _listed(subject.columns)})"
    return f"{here} -> {_there(there.schema, there.table, there.columns)}"


def is_told(evidence: tuple[str, ...]) -> bool:
    """Whether the configuration names the reference, and nothing was inferred."""
    return bool(evidence) and evidence[0].endswith(": auditor.toml")


def _there(schema: str, table: str, columns: tuple[str, ...]) -> str:
    return f"{_name(schema)}.{_name(table)}({_listed(columns)})"


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(map(_name, columns))


def _name(name: str) -> str:
    """In double quotes where it holds what separates names."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'
