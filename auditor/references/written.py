"""SQL that people wrote: the texts of views, policies, functions and recorded statements, and how each is parsed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from auditor import sql
from auditor.catalog import Catalog

Kind = Literal["view", "policy", "function", "statement"]

_TRIGGER = re.compile(r"\(\)(\s+RETURNS) trigger\b", re.IGNORECASE)
_AS_FUNCTION = r"(new record, old record)\1 record"
"""postgast 0.2 writes broken JSON for what a trigger function knows without declaring it."""

LONGEST, _MOST_CHARACTERS = 50_000, 1_000_000


@dataclass(frozen=True, kw_only=True)
class Written:
    """One text. `schema` is where names without one are looked up first; `language` that of a function."""

    kind: Kind
    schema: str
    text: str
    language: str = "sql"

    def trees(self) -> Iterator[Any]:
        """What the text says, as the server's grammar reads it; nothing where it cannot."""
        if self.language == "sql":
            yield from _parsed(self.text)
            return
        for query in _queries_of(self.text):
            yield from _parsed(query) or _parsed(f"SELECT {query}")


def _parsed(text: str) -> list[Any]:
    import postgast

    try:
        return [postgast.parse(text)]
    except Exception:  # it has errors of its own, and those of protobuf for what is nested too deeply
        return []


def _queries_of(function: str) -> list[str]:
    """The queries and conditions in the definition of a PL/pgSQL function."""
    import postgast

    try:
        return sorted(set(_queries(postgast.parse_plpgsql(_TRIGGER.sub(_AS_FUNCTION, function)))))
    except Exception:
        return []


def written_in(catalog: Catalog, statements: Iterable[str] = ()) -> Iterator[Written]:
    """The texts of the catalog and these statements, the shortest ways round first: views, policies, functions; bounded
    in length, each and in all."""
    left = _MOST_CHARACTERS
    for each in (*_views(catalog), *_policies(catalog), *_functions(catalog), *_recorded(statements)):
        left -= len(each.text)
        if left < 0:
            return
        if len(each.text) <= LONGEST:
            yield each


def _views(catalog: Catalog) -> Iterator[Written]:
    for table in catalog.tables:
        if table.definition:
            yield Written(kind="view", schema=table.schema, text=table.definition)


def _policies(catalog: Catalog) -> Iterator[Written]:
    """A policy's expressions as the condition of a query on its table."""
    for table in catalog.tables:
        for policy in table.policies:
            named = sql.quote(table.schema, table.name)
            conditions = " AND ".join(f"({each})" for each in (policy.using, policy.with_check) if each)
            if "SELECT" in conditions:
                text = f"SELECT FROM {named} WHERE {conditions}"
                yield Written(kind="policy", schema=table.schema, text=text)


def _functions(catalog: Catalog) -> Iterator[Written]:
    for each in catalog.routines:
        yield Written(kind="function", schema=each.schema, text=each.body, language=each.language)


def _recorded(statements: Iterable[str]) -> Iterator[Written]:
    for text in statements:
        yield Written(kind="statement", schema="public", text=text)


def _queries(tree: Any) -> Iterator[str]:
    """The SQL inside PL/pgSQL: every expression that is a query of its own."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == "query" and isinstance(value, str):
                yield value
            else:
                yield from _queries(value)
    elif isinstance(tree, list):
        for each in tree:
            yield from _queries(each)
