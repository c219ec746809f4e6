"""The statements that the server has recorded, in `pg_stat_statements`: those that join, or why they are not read."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from auditor import sql
from auditor.catalog import Catalog
from auditor.connect.connection import summary_of
from auditor.model import Coverage, Outcome, Subject, printable
from auditor.references.anti_join import TARGET
from auditor.references.asked import Connection
from auditor.references.levels import FAMILY
from auditor.sql import Sql

EXTENSION = "pg_stat_statements"
ABSENT = f"joins in the statements that run here are not read: {EXTENSION} is not installed in this database"
HIDDEN = f"joins in other roles' statements are not read: {EXTENSION} shows them to pg_read_all_stats alone"

_MOST = 500
_LONGEST = 10_000
_UNREADABLE = "<insufficient privilege>"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The texts, and why there are not all of them; empty where there are."""

    texts: tuple[str, ...] = ()
    reason: str = ""

    def unread(self) -> Iterator[Coverage]:
        """That this evidence is absent."""
        if self.reason:
            database, reason = Subject(kind="database"), printable(self.reason)
            yield Coverage(check=FAMILY, subject=database, outcome=Outcome.SKIPPED, reason=reason, excused=True)


def recorded(connection: Connection, catalog: Catalog) -> Recorded:
    """The most frequent statements of this database that join, where pg_stat_statements shows them to this role."""
    schema = next((each.schema for each in catalog.extensions if each.name == EXTENSION), None)
    if schema is None:
        return Recorded(reason=ABSENT)
    try:
        texts = [text for (text,) in connection.execute_and_roll_back([_joining(schema)])[0]]
    except psycopg.Error as error:
        if error.sqlstate is None or error.sqlstate.startswith("08"):
            raise
        return Recorded(reason=f"joins in the statements that run here are not read: {summary_of(error)}")
    shown = tuple(text for text in texts if text != _UNREADABLE)
    return Recorded(texts=shown, reason=HIDDEN if len(shown) < len(texts) else "")


def _joining(schema: str) -> Sql:
    """Whatever the role, each text once. The audit's own are left out, and those of its plans: a guess that was looked
    up is no evidence for itself. They name what they look for `ref`."""
    return sql.compose(
        """SELECT s.query FROM {view} AS s
WHERE s.dbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
  AND (s.query = {unreadable} OR (s.query ~* '\\m(join|where)\\M' AND s.query !~ {own} AND length(s.query) < {longest}))
GROUP BY s.query ORDER BY s.query = {unreadable} DESC, sum(s.calls) DESC LIMIT {most}""",
        view=sql.name(schema, EXTENSION),
        unreadable=Sql(sql.literal(_UNREADABLE)),
        own=Sql(sql.literal(rf"\mAS {TARGET}\s")),
        longest=_LONGEST,
        most=_MOST,
    )
