"""The formats of the report: each a pure function of an Audit."""

from collections.abc import Mapping

from reports.alembic import ALEMBIC
from reports.format import Format
from reports.html import HTML
from reports.json import JSON
from reports.sql import SQL
from reports.steps import STEPS

FORMATS: tuple[Format, ...] = (HTML, JSON, SQL)
"""In the order in which `--format` lists them."""

PLAN_FORMATS: Mapping[str, Format] = {"psql": SQL, "steps": STEPS, "alembic": ALEMBIC}
"""What `sql` is, by `--plan-format`."""

__all__ = ["ALEMBIC", "FORMATS", "HTML", "JSON", "PLAN_FORMATS", "SQL", "STEPS", "Format"]
