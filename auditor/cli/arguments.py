"""The arguments of the process: everybody on the machine can read them, so no password stays there."""

import os
import sys


def hide_password() -> None:
    """Start this process anew, under the same number, with the password of a DSN in its environment instead.

    Returns where there is none. Passwords in AUDITOR_DSN, DATABASE_URL, PGPASSWORD and files never were to be seen.
    """
    given = sys.argv[1:]
    if not given or sys.orig_argv[-len(given) :] != given:  # started by other means than a command line
        return
    for place, argument in enumerate(given):
        if "password" in argument or ("://" in argument and "@" in argument):
            bare, password = _apart(argument)
            if password:
                before = sys.orig_argv[: -len(given)]
                arguments = [*before, *given[:place], bare, *given[place + 1 :]]
                os.execve(sys.executable, arguments, os.environ | {"PGPASSWORD": password})  # noqa: S606


def _apart(argument: str) -> tuple[str, str]:
    """A DSN without its password, and the password; empty where the argument is no DSN, or has none."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    from auditor.connect import resolve
    from auditor.errors import AuditorError

    try:
        parts = conninfo_to_dict(resolve(argument, {}))
    except AuditorError:
        return argument, ""
    password = str(parts.pop("password", None) or "")
    return make_conninfo("", **parts), password
