"""Asks one check about a database without the engine: the catalog is read, key probes are counted in SQL of our own."""

from __future__ import annotations

import psycopg

from auditor.catalog import Scope
from auditor.catalog.read import read_catalog
from auditor.check import Check, Facts
from auditor.config import Config
from auditor.connect import open_session
from auditor.model import Reference
from auditor.probe import Judgement, KeyProbe, Measurement, Probe, Verdict
from auditor.references import declared
from auditor.sql import compose, name, render_condition
from tests.servers import Database


def facts_of(database: Database, config: Config | None = None, references: tuple[Reference, ...] = ()) -> Facts:
    """What is known of the database, with its declared references and these."""
    with open_session(database.dsn, statement_timeout_s=60) as session:
        catalog = read_catalog(session.main, Scope())
    return Facts(catalog=catalog, references=(*declared(catalog), *references), config=config or Config())


def judged(database: Database, check: Check, facts: Facts | None = None) -> dict[str, Judgement | None]:
    """Everything that the check examined, by subject, with what it says of it."""
    answers: dict[str, Judgement | None] = {}
    with database.connect() as connection:
        for question in check(facts or facts_of(database)):
            assert str(question.subject) not in answers, "one subject, one answer"
            answers[str(question.subject)] = _judgement(connection, question)
    return answers


def found(answers: dict[str, Judgement | None]) -> dict[str, Judgement]:
    """What is wrong, by subject."""
    return {subject: judgement for subject, judgement in answers.items() if judgement is not None}


def _judgement(connection: psycopg.Connection, question: Probe | Verdict) -> Judgement | None:
    if isinstance(question, Verdict):
        return question.judgement
    assert isinstance(question, KeyProbe)
    measured = measure(connection, question)
    return question.judge(measured) if measured.population or question.proven else None


def measure(connection: psycopg.Connection, probe: KeyProbe) -> Measurement:
    """The probe's counts, one group at a time."""
    keys = ", ".join(render_condition(key) for key in probe.keys)
    grouped = compose(
        "SELECT count(*) FROM {table} WHERE {population} GROUP BY ",
        table=name(probe.table.schema, probe.table.name),
        population=probe.population,
    )
    counts = [row[0] for row in connection.execute(f"{grouped}{keys}".encode()).fetchall()]
    shared = [count for count in counts if count > 1]
    return Measurement(violations=sum(shared), population=sum(counts), rows=sum(counts), groups=len(shared))
