"""The formats of the report: each a pure function of an Audit."""

from reports.format import Format
from reports.html import HTML
from reports.json import JSON
from reports.sql import SQL

FORMATS: tuple[Format, ...] = (HTML, JSON, SQL)
"""In the order in which `--format` lists them."""

__all__ = ["FORMATS", "HTML", "JSON", "SQL", "Format"]
