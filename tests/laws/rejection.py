"""The law of proposals: a constraint refuses exactly the rows that its check calls violations.

Each row is tried in a table of its own, which has none of the constraints of the one that the row comes from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import psycopg
from psycopg import errors, sql

from auditor.catalog import Catalog, Table
from auditor.model import Audit, Finding, Readiness

_KINDS = ("foreign-key", "not-null", "unique", "check")
_REFUSED = (errors.CheckViolation, errors.NotNullViolation, errors.ForeignKeyViolation)
# The key that it refers to is missing or of another type.
_NO_CONSTRAINT = (errors.InvalidForeignKey, errors.DatatypeMismatch)
_LOWERED = re.compile(r'lower\(("(?:[^"]|"")*"|\w+)\)')


def assert_refused(connection: psycopg.Connection, catalog: Catalog, audit: Audit) -> None:
    """Tries every row against every constraint that is proposed; nothing of it stays."""
    findings = {each.fingerprint: each for each in audit.findings}
    for proposed in audit.constraints:
        table = catalog.table(str(proposed.subject.schema), str(proposed.subject.table))
        if table is None or proposed.violations is None or not _is_constraint(proposed):
            continue
        with connection.transaction(force_rollback=True):
            _copy(connection, table)
            told = [findings[each] for each in proposed.findings]
            if _declared(connection, proposed, told):
                counted = Counter(key for each in told for key in _violating(connection, table, each, proposed.kind))
                tried = _sharing if proposed.kind == "unique" else _refused
                refused = Counter(tried(connection, table))
                assert counted == refused, f"{proposed.definition} {proposed.subject}: {counted=} {refused=}"


def _is_constraint(proposed: Readiness) -> bool:
    """Whether there is such a thing: there is no foreign key of what lies inside a value, or in an array, nor to a key
    that lacks the column by which its table is partitioned."""
    is_inside = proposed.kind == "foreign-key" and proposed.subject.expression is not None
    is_one = proposed.kind != "foreign-key" or proposed.definition.startswith("FOREIGN KEY (")
    return proposed.kind in _KINDS and is_one and not is_inside


def _copy(connection: psycopg.Connection, table: Table) -> None:
    """Its rows with numbers, and an empty table of the same columns."""
    parts = {"columns": _columns(table), "source": sql.Identifier(table.schema, table.name)}
    numbered = (
        "CREATE TEMPORARY TABLE numbered AS SELECT row_number() OVER () AS auditor_number, {columns} FROM {source}"
    )
    connection.execute(sql.SQL(numbered).format(**parts))
    connection.execute(sql.SQL("CREATE TABLE trial AS SELECT {columns} FROM {source} WHERE false").format(**parts))


def _columns(table: Table) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)


def _declared(connection: psycopg.Connection, proposed: Readiness, told: Sequence[Finding]) -> bool:
    """Whether there can be such a constraint on the empty table by now.

    Addresses are counted as the plan will have written them before it builds their index: in lower case, and trimmed.
    """
    definition = proposed.definition
    if any(each.check == "duplicate-email" for each in told):
        definition = _LOWERED.sub(r"lower(btrim(\1))", definition)
    statement = {
        "unique": f"CREATE UNIQUE INDEX ON trial {definition.removeprefix('UNIQUE ')}",
        "not-null": f"ALTER TABLE trial ALTER {definition.removesuffix(' NOT NULL')} SET NOT NULL",
    }.get(proposed.kind, f"ALTER TABLE trial ADD {definition}")
    try:
        with connection.transaction():
            connection.execute(statement.encode())
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except _NO_CONSTRAINT:
        return False
    return True


Key = tuple[str, ...]


def _violating(connection: psycopg.Connection, table: Table, finding: Finding, kind: str) -> Iterator[Key]:
    """The keys of the rows that the finding's own SQL shows; without a name where it shows no keys of rows."""
    for row in connection.execute(str(finding.detection_sql).encode()).fetchall():
        if kind == "unique":
            yield from [()] * int(row[-1])
        else:
            yield tuple(map(str, row[: len(table.row_key())]))


def _numbers(connection: psycopg.Connection) -> Sequence[int]:
    return [number for (number,) in connection.execute("SELECT auditor_number FROM numbered")]


def _refused(connection: psycopg.Connection, table: Table) -> Iterator[Key]:
    key = sql.SQL(", ").join([sql.Literal(0), *map(sql.Identifier, table.row_key())])
    for number in _numbers(connection):
        try:
            with connection.transaction():
                connection.execute(_taken(table, sql.SQL("auditor_number = {}").format(number)))
        except _REFUSED:
            named = sql.SQL("SELECT {} FROM numbered WHERE auditor_number = {}").format(key, number)
            yield from (tuple(map(str, row[1:])) for row in connection.execute(named).fetchall())


def _sharing(connection: psycopg.Connection, table: Table) -> Iterator[Key]:
    """One for each row that is refused once all others are tried."""
    for number in _numbers(connection):
        connection.execute("TRUNCATE trial")
        for condition in ("auditor_number <> {}", "auditor_number = {}"):
            taken = _taken(table, sql.SQL(condition).format(number)) + sql.SQL(" ON CONFLICT DO NOTHING")
            done = connection.execute(taken)
        if not done.rowcount:
            yield ()


def _taken(table: Table, condition: sql.Composed) -> sql.Composed:
    return sql.SQL("INSERT INTO trial SELECT {} FROM numbered WHERE {}").format(_columns(table), condition)
