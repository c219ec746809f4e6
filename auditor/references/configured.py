"""What the configuration says of references: it overrules the inference."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from auditor.catalog import Catalog, Table
from auditor.config import Config, Intention, parse_columns
from auditor.errors import AuditorError
from auditor.intentions import intended_references, reference_of, resolve, resolve_table
from auditor.model import Reference, When
from auditor.references.expressions import array_expression, expression_by_type
from auditor.references.names import name

Ends = tuple[tuple[str, str, tuple[str, ...], tuple[str, ...], str], str, str, tuple[str, ...]]

_ARROW = re.compile(r"\s*(.+\))\s*->\s*(.+?)\s*")
_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_BY_TYPE = re.compile(
    r"(?P<table>[^(]+)\((?P<column>.+) WHERE (?P<type>.+?) (?:= |IN \()"
    r"(?P<values>'(?:[^']|'')*'(?:, '(?:[^']|'')*')*)\)?\)",
    re.DOTALL,
)
_UNNESTED = re.compile(r"(?P<table>[^(]+)\(unnest\((?P<column>.+)\)\)", re.DOTALL)
_INSIDE_JSON = re.compile(r"([^(]+)\((.*->>.*)\)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the configuration says of tables: the one that holds who acts, and what columns call others (joined words,
    with the table's oid)."""

    actors: Table | None = None
    aliases: tuple[tuple[str, int], ...] = ()


NOTHING = Told()


def told(catalog: Catalog, config: Config) -> Told:
    """`references.actor-table` and `references.aliases`. Raises AuditorError for one that names no table."""
    said = config.references
    actors = _table(catalog, said.actor_table, "actor-table") if said.actor_table else None
    aliases = ((name(alias).joined, _table(catalog, text, "aliases").oid) for alias, text in said.aliases.items())
    return Told(actors=actors, aliases=tuple(aliases))


def _table(catalog: Catalog, text: str, key: str) -> Table:
    table = resolve_table(catalog, text, f"references.{key}")
    if not any(len(columns) == 1 for columns in table.candidate_keys()):
        raise AuditorError(
            f"references.{key} names {text}, which no single column can refer to", "name a table that has a key"
        )
    return table


def overruled(catalog: Catalog, config: Config, inferred: Iterable[Reference]) -> tuple[Reference, ...]:
    """The inferred references without those that `references.reject` names, and with those that `[[intend]]` and
    `references.accept` name, at confidence 1.0 and in place of any other at the same place.

    Raises AuditorError for a text that names no table or column.
    """
    rejected = {ends_of(_named(catalog, text, "reject")) for text in config.references.reject}
    told = [(each, "intended: auditor.toml") for each, _ in intended_references(catalog, config)]
    accepted = [_named(catalog, text, "accept") for text in config.references.accept]
    told += [(each, "accepted: auditor.toml") for each in accepted if _is_in_scope(catalog, each)]
    found = {ends_of(each): each for each in inferred}
    named = {ends_of(each): _confirmed(each, evidence, found.get(ends_of(each))) for each, evidence in told}
    places = {place for place, *_ in named}
    kept = [each for ends, each in found.items() if ends not in rejected and not _places(ends) & places]
    return (*named.values(), *kept)


def ends_of(reference: Reference) -> Ends:
    """What a reference is about: both ends, nothing of how it is known."""
    each = reference
    special = each.expression or "" if each.when or each.is_array else ""
    place = (each.schema, each.table, each.columns, each.json_path, special)
    return (place, each.ref_schema, each.ref_table, each.ref_columns)


def _places(ends: Ends) -> set[tuple[str, str, tuple[str, ...], tuple[str, ...], str]]:
    """The place itself, and the plain column: who says where that leads says it of every type."""
    place = ends[0]
    return {place, (*place[:4], "")}


def _confirmed(named: Reference, evidence: str, inferred: Reference | None) -> Reference:
    return Reference(
        schema=named.schema,
        table=named.table,
        columns=named.columns,
        expression=named.expression,
        ref_schema=named.ref_schema,
        ref_table=named.ref_table,
        ref_columns=named.ref_columns,
        declared=False,
        confidence=1.0,
        evidence=(evidence, *(inferred.evidence if inferred else ())),
        json_path=named.json_path,
        when=named.when,
        is_array=named.is_array,
    )


def _named(catalog: Catalog, text: str, list_name: str) -> Reference:
    """The reference that a line of `accept` or `reject` names, read as an intention with the same two ends."""
    match = _ARROW.fullmatch(text)
    if match is None:
        raise AuditorError(
            f"references.{list_name} has {text!r}, which names no two ends",
            "write schema.table(column) -> schema.table(column)",
        )
    if special := _BY_TYPE.fullmatch(match[1]) or _UNNESTED.fullmatch(match[1]):
        plain = _named(catalog, f"{special['table']}({special['column']}) -> {match[2]}", list_name)
        return _special(plain, special)
    inside = _INSIDE_JSON.fullmatch(match[1])
    columns = () if inside else parse_columns(match[1]).columns
    expression = inside[2] if inside else None
    table = inside[1] if inside else match[1].rsplit("(", 1)[0]
    intention = Intention(kind="foreign-key", table=table, columns=columns, expression=expression, references=match[2])
    try:
        return reference_of(catalog, resolve(catalog, intention))
    except AuditorError as error:
        raise AuditorError(error.message.replace("[[intend]]", f"references.{list_name}"), error.hint) from None


def _special(plain: Reference, written: re.Match[str]) -> Reference:
    """The reference of one type, or of the elements of an array, as reports write it."""
    column = plain.columns[0]
    if written.re is _UNNESTED:
        return replace(plain, expression=array_expression(column), is_array=True)
    (named,) = parse_columns(f"t.t({written['type']})").columns
    values = tuple(each.replace("''", "'") for each in _LITERAL.findall(written["values"]))
    when = When(column=named, values=tuple(sorted(values)))
    return replace(plain, expression=expression_by_type(column, when), when=when)


def _is_in_scope(catalog: Catalog, reference: Reference) -> bool:
    table = catalog.table(reference.schema, reference.table)
    return table is not None and catalog.scope.includes(table)
