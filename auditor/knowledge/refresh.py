"""Who refreshes a materialised view, and how: read from the text of functions and of pg_cron's jobs."""

import re
from dataclasses import dataclass

from auditor.catalog import Catalog, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresher:
    """A function or job that refreshes a view; `name` as people call it: `function public.refresh_all`."""

    name: str
    concurrently: bool


_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_REFRESH = re.compile(
    rf"\brefresh\s+materialized\s+view\s+(concurrently\s+)?(?:({_NAME})\s*\.\s*)?({_NAME})(?![\w$(.])",
    re.IGNORECASE,
)


def refreshers(catalog: Catalog, view: Table) -> tuple[Refresher, ...]:
    """The functions and jobs that name this view in a REFRESH. A name without its schema is taken for any view so
    called; a name that is put together while the function runs cannot be known."""
    bodies = [(f"function {each.schema}.{each.name}", each.body) for each in catalog.refresh_functions]
    bodies += [(f"job {each.name}", each.command) for each in catalog.cron_jobs]
    found = (
        Refresher(name=name, concurrently=concurrently)
        for name, body in bodies
        for concurrently, schema, refreshed in _refreshed(body)
        if refreshed == view.name and schema in (None, view.schema)
    )
    return tuple(dict.fromkeys(found))


def _refreshed(body: str) -> list[tuple[bool, str | None, str]]:
    """Concurrently or not, schema, name: of each REFRESH in the text."""
    return [
        (bool(match[1]), _folded(match[2]) if match[2] else None, _folded(match[3]))
        for match in _REFRESH.finditer(_COMMENT.sub(" ", body))
        if match[3].lower() != "concurrently"
    ]


def _folded(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
