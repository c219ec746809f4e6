"""Why a plan stopped, without what rows hold: real errors of a real server, by psql and by psycopg."""

from __future__ import annotations

import psycopg
import pytest

from auditor.rehearsal.programs import client_for
from auditor.rehearsal.refusal import Refusal, refusal_in, refusal_of
from tests.servers import Database

GIVEN = """
CREATE TABLE people (id int PRIMARY KEY, "mail" text CHECK ("mail" <> 'ann@x.org'));
INSERT INTO people VALUES (4711, 'bob@x.org');
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''no % here'', NEW.mail USING ERRCODE = ''23514'', DETAIL = NEW.id; END';
CREATE TABLE guarded (LIKE people); CREATE TRIGGER guard BEFORE INSERT ON guarded EXECUTE FUNCTION guard();
ALTER TABLE guarded DISABLE TRIGGER guard;
CREATE TRIGGER guard_row BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION guard();
"""
OURS = "DO $$BEGIN RAISE EXCEPTION '% rows are left', 3 USING HINT = 'Look at them.'; END$$"

CASES = {
    "INSERT INTO public.people VALUES (4711, 'eve@x.org')": "people_pkey",
    "INSERT INTO public.people VALUES (4712, 'ann@x.org')": "people_mail_check",
    "INSERT INTO public.people VALUES (NULL, 'eve@x.org')": '"id"',
    "SELECT mail::int FROM public.people": "22P02 InvalidTextRepresentation",
    "INSERT INTO public.guarded VALUES (4713, 'eve@x.org')": "in the function public.guard()",
    "DO $$BEGIN INSERT INTO public.guarded VALUES (4713, 'eve@x.org'); END$$": "in the function public.guard()",
    "SELECT nowhere.missing(1)": '"nowhere"',
    OURS: "3 rows are left (Look at them.)",
}


def by_psql(database: Database, statement: str) -> Refusal:
    done = client_for(18).psql(database.dsn, f"SET search_path = '';\n{statement};\n")
    assert done.returncode == 3
    return refusal_in(done.stderr)


def by_psycopg(database: Database, statement: str) -> Refusal:
    with database.connect() as connection:
        connection.execute("SET search_path = ''")
        with pytest.raises(psycopg.Error) as raised:
            connection.execute(statement.encode())
    return refusal_of(raised.value)


@pytest.mark.parametrize("statement", CASES, ids=range(len(CASES)))
@pytest.mark.parametrize("refused", [by_psql, by_psycopg])
def test_names_are_told_and_values_are_not(database18: Database, statement: str, refused: object) -> None:
    assert callable(refused)
    assert database18.psql(GIVEN).returncode == 0

    told = refused(database18, statement).told(values=False)

    assert CASES[statement] in told
    assert not any(value in told for value in ("4711", "4712", "4713", "@x.org"))


def test_values_are_told_where_they_were_asked_for(database18: Database) -> None:
    assert database18.psql(GIVEN).returncode == 0

    refusal = by_psql(database18, "INSERT INTO public.people VALUES (4711, 'eve@x.org')")

    assert "Key (id)=(4711) already exists" in refusal.told(values=True)
    assert refusal.line == 2
