"""Whether what replaces NULL, or ends a row, is SQL that the server understands, before a plan is written with it."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import psycopg

from auditor import sql
from auditor.catalog import Catalog, Column
from auditor.config import Config
from auditor.errors import AuditorError
from auditor.intentions import Intended, intended
from auditor.sql import Sql

_OF_THE_TEXT = ("42", "22", "0A", "21")
"""Classes of errors that the text itself causes (PostgreSQL Error Codes, appendix A)."""
_NO_PRIVILEGE = "42501"


class Connection(Protocol):
    """What it takes of a connection inside the audit's transaction."""

    def execute_and_roll_back(self, statements: Sequence[str]) -> list[list[tuple[Any, ...]]]:
        """Send statements inside a savepoint, roll back to it, give the rows of each."""


def require_sound_fills(connection: Connection, catalog: Catalog, config: Config) -> None:
    """Raises AuditorError for a `fill`, or an `end`, that the server refuses, or whose type is not the column's. No row
    is read."""
    for each, column, key, text in _assigned(catalog, config):
        try:
            connection.execute_and_roll_back([_asked(each, column, text)])
        except psycopg.Error as error:
            state = error.sqlstate or ""
            # Without the privilege, or the lock, nothing is known; the plan says so when it is run.
            if state.startswith(_OF_THE_TEXT) and state != _NO_PRIVILEGE:
                place = f"{each.table.schema}.{each.table.name}({column.name})"
                said = (error.diag.message_primary or type(error).__name__).partition("\n")[0]
                raise AuditorError(
                    f"[[intend]] {key} of {place} is refused: {said}",
                    "write an SQL expression on the table's columns, tables and functions of yours with their schema",
                ) from None


def _assigned(catalog: Catalog, config: Config) -> Iterator[tuple[Intended, Column, str, str]]:
    """What is to be assigned, to which column, and which key of the configuration says so."""
    for each in intended(catalog, config):
        if each.intention.fill is not None:
            yield from ((each, each.table.column(name), "fill", each.intention.fill) for name in each.columns)
        yield from ((each, each.table.column(name), "end", text) for name, text in each.intention.end.items())


def _asked(each: Intended, column: Column, text: str) -> Sql:
    return sql.compose(
        "SELECT CAST(({fill}) AS {type}) FROM {table} LIMIT 0",
        fill=Sql(text),
        type=Sql(column.type_text),
        table=sql.name(each.table.schema, each.table.name),
    )
