"""A check: one rule, its documentation and its examples in one value.

`@check` is a constructor, not a registrar: importing a check has no effect. The catalog of checks is the `Check`
values in the package (`auditor.wiring`).
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from auditor.catalog import Catalog, Table
from auditor.config import Config
from auditor.intentions import Intended, intended
from auditor.model import Reference, Severity
from auditor.probe import Probe, Verdict

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

SECTIONS = ("Why it matters", "False positives", "Remedy")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known before any row is read: the catalog, all references, the configuration."""

    catalog: Catalog
    references: tuple[Reference, ...]
    config: Config

    @cached_property
    def intended(self) -> tuple[Intended, ...]:
        """The constraints of the coming migration, on tables in scope. AuditorError where one cannot be."""
        return intended(self.catalog, self.config)

    def intended_on(self, table: Table) -> tuple[Intended, ...]:
        """Those on one table."""
        return self._intended_by_table.get(table.oid, ())

    def references_of(self, table: Table) -> tuple[Reference, ...]:
        """The references, declared and inferred, whose referencing side is this table."""
        return self._references_by_table.get((table.schema, table.name), ())

    @cached_property
    def _intended_by_table(self) -> dict[int, tuple[Intended, ...]]:
        return _grouped(self.intended, lambda each: each.table.oid)

    @cached_property
    def _references_by_table(self) -> dict[tuple[str, str], tuple[Reference, ...]]:
        return _grouped(self.references, lambda each: (each.schema, each.table))


def _grouped(values: Iterable[_Value], key: Callable[[_Value], _Key]) -> dict[_Key, tuple[_Value, ...]]:
    found: dict[_Key, list[_Value]] = {}
    for value in values:
        found.setdefault(key(value), []).append(value)
    return {each: tuple(group) for each, group in found.items()}


Rule = Callable[[Facts], Iterable[Probe | Verdict]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A database that shows the defect, and what the check says of it.

    `given` is SQL for an empty schema `public`; `finds` the findings of this check, one
    `table(columns): violations of population` each (`table "name"` for a constraint, index or policy; without
    numbers where the catalog proves it). `config` is TOML. `reversible` is false where there is no remedy
    that the plan would run, or where rolling it back cannot bring the defect back; `because` says why.
    """

    given: str
    finds: tuple[str, ...] | list[str]
    config: str = ""
    superuser: bool = False
    because: str = ""
    reversible: bool = True
    has_plan: bool = True
    minimum_version: int = 15
    variants: tuple[str, ...] = ("plain", "quoted", "schema", "partitioned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule. `id` in kebab-case; `family` is its folder; `sections` are the parts of its documentation by title."""

    id: str
    family: str
    severity: Severity
    summary: str
    sections: dict[str, str]
    examples: tuple[Example, ...]
    implies: tuple[str, ...]
    rule: Rule

    def __call__(self, facts: Facts) -> Iterator[Probe | Verdict]:
        """What this check wants to know, or knows already."""
        return iter(self.rule(facts))


def check(*, severity: Severity, examples: Iterable[Example], implies: Iterable[str] = ()) -> Callable[[Rule], Check]:
    """Makes a `Check` from a generator function and its docstring.

    `severity` is the default; a judgement may name another. `implies` names checks whose finding on the same
    subject says nothing more. Raises ValueError where a section or an example is missing.
    """

    def construct(rule: Rule) -> Check:
        identifier = rule.__name__.replace("_", "-")
        summary, sections = _parse(identifier, inspect.getdoc(rule) or "")
        found = tuple(examples)
        if not found:
            raise ValueError(f"{identifier} has no example")
        return Check(
            id=identifier,
            family=rule.__module__.split(".")[-2],
            severity=severity,
            summary=summary,
            sections=sections,
            examples=found,
            implies=tuple(implies),
            rule=rule,
        )

    return construct


def _parse(identifier: str, documentation: str) -> tuple[str, dict[str, str]]:
    summary, _, rest = documentation.partition("\n")
    pieces = re.split(r"^(\w[\w ]+):$", rest, flags=re.MULTILINE)
    sections = {title: inspect.cleandoc(text) for title, text in zip(pieces[1::2], pieces[2::2], strict=True)}
    missing = [title for title in SECTIONS if not sections.get(title)]
    if not summary or missing:
        raise ValueError(f"the documentation of {identifier} lacks {', '.join(missing) or 'a first line'}")
    return summary.strip(), sections
