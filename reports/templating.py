"""Templates in which no text from the database can be more than text.

Every `{{ … }}` goes through `finalize` before it is written, so that no template can forget it.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from auditor.model import printable
from reports import numbers

# What Markdown would take for an element, a table's border, a link, code, or an escape.
_MARKDOWN = re.compile(r"[\\`<|\[\]]")
# The quotes that could end a literal of Python in one, and in several lines.
_ENDING, _ENDING_TRIPLE = re.compile('"'), re.compile(r'"(?="|\Z)')
_SURELY_PLAIN = re.compile(r"([ -~\n\t]+)")
_SETTINGS = re.compile(
    r"((?:^(?:BEGIN ISOLATION LEVEL [A-Z ]+|SET (?:LOCAL )?\w+ = [^\n]*|RESET \w+);\n?){2,})", re.MULTILINE
)
_FILTERS: Mapping[str, Callable[..., Any]] = {
    "count": numbers.count,
    "size": numbers.size,
    "duration": numbers.duration,
    "of": lambda number, noun, plural="": numbers.of(number, noun, plural),
}


def html_environment() -> Environment:
    """Templates for HTML: each value escaped, control characters written out; Markup and numbers as they are."""
    environment = _environment(finalize=_as_text, autoescape=True)
    environment.filters["sql"] = sql_markup
    return environment


def markdown_page(template: str, **values: Any) -> str:
    """The template with these values, none of which can begin an element, a link or a cell."""
    return _markdown().get_template(template).render(**values)


def python_page(template: str, **values: Any) -> str:
    """The template with these values, each text of which is a literal: nothing in it is code."""
    return _python().get_template(template).render(**values)


def sql_markup(sql: str) -> Markup:
    r"""SQL for the page: as it is, but characters that cannot be seen are written `\uXXXX` in an element of their own.

    That element carries the character's code, so that the copy button gives the statement that runs. Runs of
    settings, which every script of a plan begins and ends with, are in an element of their own, to be set small.
    """
    return Markup("").join(
        Markup('<span class="settings">{}</span>').format(_plain(part)) if number % 2 else _plain(part)
        for number, part in enumerate(_SETTINGS.split(sql))
    )


def _plain(sql: str) -> Markup:
    parts = _SURELY_PLAIN.split(sql)
    plain = (escape(part) for part in parts[1::2])
    others = (Markup("").join(map(_visible, part)) for part in parts[::2])
    return Markup("").join(part for pair in zip(others, [*plain, Markup("")], strict=True) for part in pair)


def _visible(character: str) -> Markup:
    shown = printable(character)
    if shown == character:
        return escape(character)
    return Markup('<span class="code-point" data-code="{}">{}</span>').format(ord(character), shown)


def _as_text(value: Any) -> Any:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _as_markdown(value: Any) -> Any:
    return _MARKDOWN.sub(r"\\\g<0>", printable(value)) if isinstance(value, str) else value


def _as_python(value: Any) -> Any:
    """A literal of that text, with its lines as they are where it has several; Markup is code of the template's own."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    quote, ends = ('"""', _ENDING_TRIPLE) if "\n" in value else ('"', _ENDING)
    escaped = ends.sub(r"\\\g<0>", value.replace("\\", "\\\\"))
    shown = (each if each == "\n" or each.isprintable() else ascii(each)[1:-1] for each in escaped)
    return f"{quote}{''.join(shown)}{quote}"


@cache
def _markdown() -> Environment:
    return _environment(finalize=_as_markdown, autoescape=False)


@cache
def _python() -> Environment:
    environment = _environment(finalize=_as_python, autoescape=False)
    environment.filters["name"] = Markup
    return environment


def _environment(**options: Any) -> Environment:
    environment = Environment(  # noqa: S701 - what Markdown needs is not HTML's escaping
        loader=PackageLoader("reports"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, **options
    )
    environment.filters.update(_FILTERS)
    return environment
