"""The options that `run`, `demo` and `plan` share, and the configuration that they come to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from auditor.config import Config, load_config, overridden

Command = TypeVar("Command", bound=Callable[..., Any])

plan_format = click.option(
    "--plan-format",
    type=click.Choice(["psql", "steps", "alembic"]),
    help="Whom the plan is for: psql (default), runners that wrap each file in a transaction, or Alembic.",
)

_OPTIONS = (
    click.option("--config", type=click.Path(path_type=Path), help="auditor.toml; options here override it."),
    click.option("--only", multiple=True, metavar="CHECK|FAMILY", help="Only these checks; repeatable."),
    click.option("--skip", multiple=True, metavar="CHECK|FAMILY", help="All but these checks; repeatable."),
    click.option("--schema", multiple=True, metavar="GLOB", help="Only tables of these schemas; `!` excludes."),
    click.option("--table", multiple=True, metavar="GLOB", help="Only these tables; `!` excludes."),
    click.option("--jobs", type=click.IntRange(1, 64), help="Connections that scan at once (default: up to 4)."),
    click.option("--timeout", type=click.FloatRange(min=0.1), help="Seconds for one statement (default 600)."),
    click.option("--budget", type=click.FloatRange(min=0), help="Seconds for the audit (default 3600)."),
    plan_format,
    click.option(
        "--samples",
        type=click.Choice(["none", "keys", "masked", "raw"]),
        help="Keys of violating rows in the report (default keys: integers and uuids as they are, others masked).",
    ),
)


def audit_options(command: Command) -> Command:
    """Adds the options that say what is audited, and how."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def settings(values: dict[str, Any]) -> Config:
    """The configuration file's values with the given options in their place."""
    file = values.pop("config")
    base = load_config(file) if file is not None else Config()
    return overridden(base, **{key: value for key, value in values.items() if value is not None})
