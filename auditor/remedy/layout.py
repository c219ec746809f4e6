"""How the blocks of a plan are laid out: a person reads them before anybody runs them."""

import re
from collections.abc import Iterator

_INDENT = "    "
# What a line may end in without being over: literals (of a server, or of a configuration), quoted names, comments.
_TOKEN = re.compile(
    r"""\b[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | \$(\w*)\$.*?\$\1\$
    | (?P<end>\n)""",
    re.DOTALL | re.VERBOSE,
)
_OPENS = ("BEGIN", "THEN", "ELSE", "LOOP", "DECLARE")
_CLOSES = re.compile(r"(END|END IF|END LOOP);?$|ELSE$|ELSIF .*THEN$|(EXCEPTION )?WHEN .*THEN$", re.DOTALL)


def laid_out(body: str) -> str:
    """The statements of a block, indented by what they stand in; what a statement goes on with, by one more.

    Only the white space at the beginning of lines changes, and none inside of a literal or a quoted name.
    """
    depth, goes_on, in_declaration = 0, False, False
    lines = []
    for line in _lines(body):
        begins = line == "BEGIN" and in_declaration
        if begins or (not goes_on and _CLOSES.match(line)):
            depth = max(depth - 1, 0)
        lines.append(_INDENT * (depth + goes_on) + line if line else line)
        in_declaration = line == "DECLARE" or (in_declaration and not begins)
        opens = line.rpartition(" ")[2] in _OPENS
        depth += opens
        goes_on = not (opens or not line or line[-1] == ";" or line.startswith(("#", "<<", "--")) or line == "END")
    return "\n".join(lines)


def _lines(text: str) -> Iterator[str]:
    """The lines without the white space around them; a literal that holds newlines is in one of them."""
    start = 0
    for token in _TOKEN.finditer(text):
        if token["end"]:
            yield text[start : token.start()].strip(" \t")
            start = token.end()
    yield text[start:].strip(" \t")
