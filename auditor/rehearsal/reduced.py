"""Tables that a copy cannot hold whole: what of each cannot be made there is left out, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import psycopg

from auditor import sql
from auditor.connect import Connection
from auditor.model import printable

_TABLES = """
SELECT n.nspname::pg_catalog.text, c.relname::pg_catalog.text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.oid >= 16384 ORDER BY 1, 2"""
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[(\[]|[)\]]|,\n    |.""", re.DOTALL)
_BETWEEN = ",\n    "
_DEFAULT = re.compile(r" DEFAULT .*?(?P<rest>(?: (?:CONSTRAINT \S+ )?NOT NULL(?: NO INHERIT)?)?)$", re.DOTALL)
# Of uuid-ossp, and of pgcrypto before PostgreSQL had its own: any other random uuid is as good.
_RANDOM = re.compile(r'(?:[^\s(".]+\.|"[^"]+"\.)?(?:uuid_generate_v(?:1|1mc|4)|gen_random_uuid)\(\)')
_CORE_RANDOM = "pg_catalog.gen_random_uuid()"
_PART = r'(?:"(?:[^"]|"")*"|[^\s".,]+)'
_NAME = re.compile(_PART)
_COLLATED = re.compile(rf" COLLATE ({_PART}\.{_PART})")
# Those that call different texts equal: without them other rows are duplicates.
_LENIENT = """
SELECT pg_catalog.format('%I.%I', n.nspname, c.collname)
FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
WHERE NOT c.collisdeterministic"""


@dataclass(frozen=True, slots=True)
class Reduced:
    """The dump with as much of each missing table as can be made, and what stands in for something else."""

    dump: str
    notes: tuple[str, ...] = ()


def reduced(source: Connection, target: psycopg.Connection, dump: str) -> Reduced | None:
    """What to run once more after `dump`; None where every table is there."""
    there = set(target.execute(_TABLES).fetchall())
    lenient = frozenset(name for (name,) in source.execute(_LENIENT))
    notes = []
    text = dump
    for schema, name in source.execute(_TABLES):
        if (schema, name) not in there and (found := _statement(text, sql.quote(schema, name))):
            start, end = found
            elements = [*_elements(text[start:end])]
            kept = [*_makeable(target, elements, lenient)]
            if {_first(each) for each in elements if _is_collated(each)} & {
                _first(each) for each in kept if not _is_collated(each)
            }:
                notes.append(printable(f"columns of {schema}.{name} are sorted by the default collation there"))
            if any(_CORE_RANDOM in each and each not in elements for each in kept):
                notes.append(printable(f"defaults of {schema}.{name} are {_CORE_RANDOM} there"))
            text = text[:start] + _BETWEEN.join(kept) + text[end:]
    return None if text == dump else Reduced(text, tuple(notes))


def _statement(dump: str, name: str) -> tuple[int, int] | None:
    """From where to where the elements of that table's definition stand."""
    begin = re.search(rf"^CREATE (?:UNLOGGED )?TABLE {re.escape(name)} \(\n    ", dump, re.MULTILINE)
    if begin is None:
        return None
    depth = 0
    for token in _TOKEN.finditer(dump, begin.end()):
        depth += (token[0] in "([") - (token[0] in ")]")
        if depth < 0:
            return begin.end(), token.start() - 1
    return None


def _elements(body: str) -> Iterator[str]:
    depth, start = 0, 0
    for token in _TOKEN.finditer(body):
        depth += (token[0] in "([") - (token[0] in ")]")
        if token[0].startswith(",\n") and depth == 0:
            yield body[start : token.start()]
            start = token.end()
    yield body[start:]


def _is_collated(element: str) -> bool:
    return _COLLATED.search(element) is not None


def _first(element: str) -> str:
    """The column's name, quoted or not."""
    found = _NAME.match(element)
    return found[0] if found else ""


def _makeable(target: psycopg.Connection, elements: Sequence[str], lenient: Collection[str]) -> Iterator[str]:
    """Each column as it is, else with another default, else without one; then the constraints that still hold."""
    columns: list[str] = []
    for each in elements:
        if each.startswith("CONSTRAINT "):
            kept = each if _can_be_made(target, [*columns, each]) else None
        else:
            kept = next(
                (form for form in _forms(each, lenient) if _can_be_made(target, [*_used(columns, each), form])), None
            )
            columns += [kept] if kept else []
        if kept:
            yield kept


def _used(columns: list[str], element: str) -> list[str]:
    """What the column may be computed of."""
    return columns if " GENERATED ALWAYS AS (" in element else []


def _forms(column: str, lenient: Collection[str]) -> Iterator[str]:
    collated = _COLLATED.search(column)
    for each in (column, _COLLATED.sub("", column, count=1)) if collated and collated[1] not in lenient else (column,):
        yield each
        yield _RANDOM.sub(_CORE_RANDOM, each)
        yield _DEFAULT.sub(r"\g<rest>", each)


def _can_be_made(target: psycopg.Connection, elements: Sequence[str]) -> bool:
    try:
        with target.transaction(force_rollback=True):
            target.execute(f"CREATE TEMPORARY TABLE auditor_tried ({', '.join(elements)})".encode())
    except psycopg.Error:
        return False
    return True
