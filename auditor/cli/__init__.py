"""The command line: one module a command; each parses and prints, and decides nothing.

Commands are imported when they are called, so that `auditor --help` loads no database driver.
"""

import os
import signal
import sys
import traceback
from importlib import import_module

import click

from auditor.cli.arguments import hide_password
from auditor.errors import AuditorError
from auditor.version import __version__

WRONG_USE, INCOMPLETE = 2, 3

COMMANDS = {
    "run": "audit a database and write the reports",
    "demo": "the same on an embedded server with the calliq scenario",
    "plan": "write the plan of an audit: backup, clean-up, constraints, verification, rollback",
    "rehearse": "try a plan on a copy: apply, verify, roll back, compare",
    "verify": "after a plan was run: which of its findings are gone, left, new",
    "references": "which columns refer to which table, declared or not, and why",
    "checks": "the catalog of checks; one check in full",
    "report": "render a stored report.json again, in any format",
}


class _LazyGroup(click.Group):
    """Knows its commands by name and imports one only to run it, or to show its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"auditor.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="auditor")
def group() -> None:
    """Tells what in a PostgreSQL database stands in the way of constraints, by how many rows, and writes the SQL.

    Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong use or no connection, 3 not everything was seen.
    """


def main() -> None:
    """Runs the command line; an AuditorError becomes one line, a hint, and exit code 2.

    SIGTERM and SIGHUP end it as Ctrl-C does: what runs on the server is cancelled, connections are closed.
    """
    hide_password()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    try:
        code = group.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG_USE)
    except AuditorError as error:
        click.echo(f"auditor: {error.message}" + (f"\n  hint: {error.hint}" if error.hint else ""), err=True)
        sys.exit(WRONG_USE)
    except (click.Abort, KeyboardInterrupt) as interrupt:
        cause = interrupt.__cause__ or interrupt  # click makes an Abort of it
        click.echo(f"auditor: interrupted, {'; '.join(getattr(cause, '__notes__', ['nothing was changed']))}", err=True)
        sys.exit(128 + (cause.args[0] if cause.args else signal.SIGINT))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except Exception as error:
        click.echo(f"auditor: an error of its own, {type(error).__name__}: nothing is said of the database", err=True)
        traceback.print_tb(error.__traceback__)
        sys.exit(INCOMPLETE)
    sys.exit(code if isinstance(code, int) else 0)


def _interrupted(number: int, _: object) -> None:
    raise KeyboardInterrupt(number)
