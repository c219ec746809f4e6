"""The law that every plan keeps, on any database: applied, nothing else has changed; rolled back, nothing has.

A database is a text: the script that makes it; lines that begin with `--!` are its auditor.toml. What a database's own
triggers write stays where it is: they write into a table of this name, which is outside the law.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from psycopg import sql

import auditor
from auditor.catalog import Catalog, Table
from auditor.catalog.catalog import QUARANTINE_SCHEMA
from auditor.config import Config, parse_config
from auditor.model import Audit, Outcome, Phase, Severity, Subject, printable
from auditor.remedy.quarantine import Quarantine
from auditor.sql import quote
from reports import SQL
from tests.catalog.reading import catalog_of
from tests.identity import Snapshot, snapshot_of
from tests.laws.rejection import assert_refused
from tests.servers import Database, Server

OUTSIDE = "written elsewhere"

_FORWARD = tuple(phase for phase in Phase if phase is not Phase.ROLLBACK)


@dataclass(frozen=True)
class Circle:
    """A database, its audit, and the plan's files as they came from it."""

    database: Database
    config: Config
    catalog: Catalog
    audit: Audit
    files: dict[str, str]

    @property
    def mended(self) -> set[str]:
        """The findings that the plan has steps for."""
        return {fingerprint for step in self.audit.plan.steps for fingerprint in step.fingerprints}

    def run(self, *phases: Phase) -> None:
        """The files of these phases in one psql."""
        text = "\n".join(self.files.get(f"plan/{phase.file}", "") for phase in phases)
        done = self.database.psql(text)
        assert done.returncode == 0, f"{', '.join(phases)}: {done.stderr[-3000:]}"


def keep_the_law(server: Server, script: str) -> None:
    """Goes through the whole circle on a database of its own; what its audit proposes refuses what it counted."""
    with server.database() as database:
        with database.connect() as connection:
            connection.execute(script.encode())
        circle = _begin(database, _config(script))
        with database.connect() as connection:
            assert_refused(connection, circle.catalog, circle.audit)
        before, rows = _state(database), _rows(database, circle.catalog)
        circle.run(*_FORWARD)
        after = _state(database)
        _assert_conserved(circle, rows)
        _assert_mended(circle)
        circle.run(*_FORWARD)
        _assert_none("applied a second time", _differences(after, _state(database)))
        circle.run(Phase.ROLLBACK)
        documented = _as_documented(circle, script, before)
        _assert_none("rolled back", _differences(documented, _state(database)))


def _config(script: str) -> Config:
    lines = [line.removeprefix("--! ") for line in script.splitlines() if line.startswith("--! ")]
    return parse_config("\n".join(lines))


def _begin(database: Database, config: Config) -> Circle:
    """What waits for a person is decided: these rows go."""
    catalog = catalog_of(database)
    audit = _audit(database, config)
    if undecided := [each for step in audit.plan.steps if step.awaits_decision for each in step.fingerprints]:
        config = msgspec.structs.replace(config, remedies=dict.fromkeys(undecided, "set-aside"))
        audit = _audit(database, config)
    return Circle(database, config, catalog, audit, SQL.render(audit))


def _audit(database: Database, config: Config) -> Audit:
    audit = auditor.run(database.dsn, config=config, jobs=1)
    _assert_none("errors", [str(each) for each in audit.coverage if each.outcome is Outcome.ERROR])
    return audit


def _state(database: Database) -> Snapshot:
    with database.connect() as connection:
        whole = snapshot_of(connection, database.pg_dump())
    return replace(whole, rows={name: rows for name, rows in whole.rows.items() if OUTSIDE not in name})


def _assert_none(when: str, found: list[str]) -> None:
    assert not found, "\n".join((when, *found))


def _differences(one: Snapshot, other: Snapshot) -> list[str]:
    """What is in one of them alone, a line each."""
    parts: list[tuple[str, Counter[Any], Counter[Any]]] = [
        *((name, one.rows.get(name, Counter()), other.rows.get(name, Counter())) for name in {*one.rows, *other.rows}),
        ("schema", Counter(one.schema), Counter(other.schema)),
        ("flags", one.flags, other.flags),
    ]
    return [
        f"{name}: {sign} {what}"
        for name, was, now in parts
        for sign, only in (("-", was - now), ("+", now - was))
        for what in only
    ]


def _assert_mended(circle: Circle) -> None:
    """The blockers of the plan are gone, and none is there that was not found before.

    With fewer rows to look at, the inference may call a reference sure that it only warned of.
    """
    left = _blockers(_audit(circle.database, circle.config))
    _assert_none("not mended", [text for fingerprint, text in left.items() if fingerprint in circle.mended])
    known = {each.fingerprint for each in circle.audit.findings}
    _assert_none("new", [text for fingerprint, text in left.items() if fingerprint not in known])


def _blockers(audit: Audit) -> dict[str, str]:
    return {
        each.fingerprint: f"{each.check} {each.subject}: {each.message}"
        for each in audit.findings
        if each.severity is Severity.BLOCKER
    }


def _rows(database: Database, catalog: Catalog) -> dict[str, Counter[str]]:
    """The rows of each table, whichever partition holds them."""
    with database.connect() as connection:
        return {
            str(quote(table.schema, table.name)): Counter(
                row for (row,) in connection.execute(_whole(sql.Identifier(table.schema, table.name), table))
            )
            for table in catalog.tables
            if table.kind in ("table", "partitioned") and table.name != OUTSIDE
        }


def _assert_conserved(circle: Circle, before: dict[str, Counter[str]]) -> None:
    """Every row is as it was, but for what the quarantine holds: old images went, new ones came."""
    after = _rows(circle.database, circle.catalog)
    for table in circle.catalog.tables:
        name = str(quote(table.schema, table.name))
        # What follows an assigned key by ON UPDATE CASCADE is in no quarantine, and the plan says so.
        if name in before and not any(key.on_update == "CASCADE" for key in table.foreign_keys()):
            gone, come = _images(circle, table)
            expected = Counter(before[name])
            expected.subtract(gone)
            expected.update(come)
            assert {row: number for row, number in expected.items() if number} == after[name], f"{name} in between"


def _images(circle: Circle, table: Table) -> tuple[Counter[str], Counter[str]]:
    kept = Quarantine(table, circle.audit.plan.id)
    place = sql.Identifier(QUARANTINE_SCHEMA, kept.name)
    with circle.database.connect() as connection:
        found = connection.execute("SELECT to_regclass(%s)", [quote(QUARANTINE_SCHEMA, kept.name)])
        if found.fetchone() == (None,):
            return Counter(), Counter()
        is_image = sql.SQL(" WHERE {} = ").format(sql.Identifier(kept.meta[1]))
        old, new = (
            Counter(row for (row,) in connection.execute(_whole(place, table) + is_image + sql.Literal(image)))
            for image in ("old", "new")
        )
    return old, new


def _whole(place: sql.Identifier, table: Table) -> sql.Composed:
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    return sql.SQL("SELECT ROW({})::text FROM {}").format(columns, place)


def _called(key: Subject) -> str:
    return printable(f"{key.name} on {key.schema}.{key.table} ")


def _as_documented(circle: Circle, script: str, before: Snapshot) -> Snapshot:
    """What a rollback leaves: a foreign key that was validated, and violated all the same, comes back NOT VALID.

    Where the plan says so, and nowhere else.
    """
    said = [note.text for note in circle.audit.plan.notes if "leaves it NOT VALID" in note.text]
    loose = [
        each.subject
        for each in circle.audit.findings
        if each.check == "violated-foreign-key" and any(text.startswith(_called(each.subject)) for text in said)
    ]
    if not loose:
        return before
    with circle.database.server.database() as other, other.connect() as connection:
        connection.execute(script.encode())
        for each in loose:
            place, name = sql.Identifier(str(each.schema), str(each.table)), sql.Identifier(str(each.name))
            asked = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass"
            (definition,) = connection.execute(
                asked, [each.name, quote(str(each.schema), str(each.table))]
            ).fetchone() or ("",)
            connection.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}, ADD CONSTRAINT {} {} NOT VALID").format(
                    place, name, name, sql.SQL(definition)
                )
            )
        return _state(other)
