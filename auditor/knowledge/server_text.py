"""Expressions as the server writes them (pg_get_expr): what can be told without parsing SQL."""

import re

_SAME_LITERALS = re.compile(r"(\d+|'(?:[^']|'')*'(?:::\w+)?) = \1")
_SELECTED = re.compile(r"SELECT (.+?)(?: AS (?:\w+|\"[^\"]*\"))?", re.DOTALL)


def is_true(expression: str | None) -> bool:
    """Whether the server's text of an expression is true of every row: `true`, `1 = 1`, `x OR true`,
    `( SELECT true AS bool)`, `NOT false`. What a function answers is not known."""
    if expression is None:
        return False
    text = without_parentheses(expression)
    selected = _SELECTED.fullmatch(text)
    if selected is not None and not re.search(r"\b(?:FROM|WHERE)\b", text):
        return is_true(selected[1])
    alternatives = _split(text, "OR")
    if len(alternatives) > 1:
        return any(map(is_true, alternatives))
    conditions = _split(text, "AND")
    if len(conditions) > 1:
        return all(map(is_true, conditions))
    return text in ("true", "NOT false", "true IS TRUE") or _SAME_LITERALS.fullmatch(text) is not None


def without_parentheses(text: str) -> str:
    """The expression without the pairs of parentheses (and blanks) around the whole of it."""
    text = text.strip()
    while text.startswith("(") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


_PIECES = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[()]")
_WORDS = re.compile(rf"{_PIECES.pattern}|\b(?:OR|AND)\b")


def _split(text: str, word: str) -> list[str]:
    """The parts of the text between that word where it stands outside of parentheses, literals and names."""
    parts, depth, start = [], 0, 0
    for piece in _WORDS.finditer(text):
        depth += {"(": 1, ")": -1}.get(piece[0], 0)
        if depth == 0 and piece[0] == word:
            parts.append(text[start : piece.start()])
            start = piece.end()
    return [*parts, text[start:]]


def _closes_at_end(text: str) -> bool:
    """Whether the parenthesis that opens the text is closed by its last character."""
    depth = 0
    for piece in _PIECES.finditer(text):
        depth += {"(": 1, ")": -1}.get(piece[0], 0)
        if depth == 0:
            return piece.end() == len(text)
    return False
