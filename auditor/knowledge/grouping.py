"""Which columns tell the rows of a view apart, read from the server's text of its query."""

import re
from collections.abc import Iterator

from auditor.catalog import Table
from auditor.catalog.index import quoted
from auditor.knowledge.server_text import without_parentheses

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|GROUP BY\b|\b\w+\b|\s+|.", re.DOTALL)
_CLAUSES = {"SELECT", "FROM", "WHERE", "GROUP BY", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "FETCH"}
_SET_OPERATIONS = {"UNION", "INTERSECT", "EXCEPT"}


def grouping_columns(view: Table) -> tuple[str, ...]:
    """The view's columns that its query groups by, where it groups by nothing else, or all of them where it is
    DISTINCT: no two rows share them.

    Empty where it does not group, where something that it groups by is not among its columns, and where the query is
    too involved to be sure (set operations, grouping sets). A function that returns several rows for one group is
    not recognised: the rows have to confirm it. Relies on the server's layout: key words in capitals.
    """
    clauses = _clauses(view.definition or "")
    if len(clauses.get("SELECT", ())) != len(view.columns):
        return ()
    if re.match(r"DISTINCT (?!ON\b)", clauses["SELECT"][0]) and "GROUP BY" not in clauses:
        return tuple(column.name for column in view.columns)
    outputs = {
        _without_alias(item, column.name): column.name
        for item, column in zip(clauses["SELECT"], view.columns, strict=True)
    }
    grouped = [outputs.get(without_parentheses(item)) for item in clauses.get("GROUP BY", ())]
    names = tuple(name for name in grouped if name is not None)
    return tuple(dict.fromkeys(names)) if len(names) == len(grouped) else ()


def _without_alias(item: str, column: str) -> str:
    aliases = f" AS {quoted(column)}", f' AS "{column}"'
    bare = next((item.removesuffix(alias) for alias in aliases if item.endswith(alias)), item)
    return without_parentheses(bare)


def _clauses(definition: str) -> dict[str, list[str]]:
    """The items of each clause of the outermost query; nothing where it is made of several."""
    found: dict[str, list[str]] = {}
    items = found.setdefault("", [""])
    for piece, is_outermost in _pieces(definition.rstrip("; \n")):
        if is_outermost and piece in _SET_OPERATIONS:
            return {}
        if is_outermost and piece in _CLAUSES:
            items = found.setdefault(piece, [""])
        elif is_outermost and piece == ",":
            items.append("")
        else:
            items[-1] += " " if piece.isspace() else piece
    return {clause: [item.strip() for item in texts] for clause, texts in found.items()}


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Each word, sign, name, literal and blank, and whether it stands outside all parentheses."""
    depth = 0
    for match in _TOKEN.finditer(text):
        piece = match[0]
        depth -= piece == ")"
        yield piece, depth == 0 and piece not in "()"
        depth += piece == "("
