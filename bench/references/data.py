"""The open data: a folder with `load.py`, `score.py` and one folder a schema, each with rows and the truth.

It is no part of this repository: every schema has a licence of its own.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

Pairs = frozenset[tuple[str, str]]
Ends = tuple[str, str, Pairs]
"""Both tables and the pairs of columns."""
Key = dict[str, Any]
"""One of `foreign_keys` in a truth.json."""


@dataclass(frozen=True)
class Schema:
    """One schema of the open data."""

    folder: Path

    @property
    def name(self) -> str:
        """What the tables call it."""
        return self.folder.name

    @cached_property
    def has_rows(self) -> bool:
        """Whether its source ships any."""
        return any(self.folder.glob("*.csv.gz"))

    @cached_property
    def _loader(self) -> Any:
        return _module(self.folder.parent / "load.py")

    @cached_property
    def _tables(self) -> list[dict[str, Any]]:
        tables: list[dict[str, Any]] = self._loader.json.loads((self.folder / "schema.json").read_text())["tables"]
        return tables

    def load(
        self, dsn: str, *, with_rows: bool, orphans: float = 0.0, deleted: float = 0.0, declared: Iterable[Key] = ()
    ) -> None:
        """Into an empty database; `orphans` is the share of the rows of each true reference that gets a value far from
        all keys, `deleted` that of the rows of each referenced table that are deleted, `declared` which references are
        foreign keys."""
        with psycopg.connect(dsn) as connection:
            for table in self._tables:
                self._loader.create(connection, table)
                if with_rows:
                    self._loader.fill(connection, self.folder, table)
                self._loader.constrain(connection, table)
            for key in self.truth(with_rows=True).keys.values() if orphans else ():
                self._loader.orphan(connection, key, orphans)
            for table in sorted({key[1] for key in self.truth(with_rows=True).keys}) if deleted else ():
                _delete(connection, table, deleted)
            for key in declared:
                _declare(connection, key)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("ANALYZE")

    def truth(self, *, with_rows: bool, of_application: bool = False) -> Any:
        """What there was to find, as the data's own scorer reads it; `of_application`: with what only the application
        declares."""
        scorer = _module(self.folder.parent / "score.py")
        extra = "count" if of_application else "ignore"
        return scorer.Truth(self.folder / "truth.json", with_rows, True, extra)


def _declare(connection: psycopg.Connection, key: Key) -> None:
    here, there = (sql.SQL(", ").join(map(sql.Identifier, key[ends])) for ends in ("columns", "ref_columns"))
    statement = sql.SQL("ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {} ({}) NOT VALID").format(
        sql.Identifier(*key["table"].split(".", 1)), here, sql.Identifier(*key["ref_table"].split(".", 1)), there
    )
    connection.execute(statement)


def _delete(connection: psycopg.Connection, table: str, share: float) -> None:
    """As a person does who trusts in foreign keys that are not there: the rows that refer to these stay."""
    statement = sql.SQL(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} ORDER BY md5(ctid::text)"
        " LIMIT (SELECT round(count(*) * {share}) FROM {table})))"
    ).format(table=sql.Identifier(*table.split(".", 1)), share=sql.Literal(share))
    connection.execute(statement)


def schemas(folder: Path) -> tuple[Schema, ...]:
    """All of them."""
    return tuple(Schema(each.parent) for each in sorted(folder.glob("*/truth.json")))


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """A new database on that server, gone at the end."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield make_conninfo(server, dbname=name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _module(file: Path) -> Any:
    spec = spec_from_file_location(f"open_data_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
