"""`auditor references`: all references, why, and the line that overrules each."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from auditor.config import parse_config
from auditor.model.lines import line_of
from tests.cli.test_command_line import auditor
from tests.references.inferring import found_in
from tests.servers import Database

SCHEMA = """
CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE "odd.name" (id uuid PRIMARY KEY);
CREATE TABLE books (id int PRIMARY KEY, author_id int NOT NULL, "odd.name_id" uuid, publisher_id int, data jsonb);
CREATE TABLE publishers (id int PRIMARY KEY);
CREATE TABLE prints (id int PRIMARY KEY, book_id int REFERENCES books);
INSERT INTO authors SELECT n, 'author ' || n FROM generate_series(1, 50) n;
INSERT INTO "odd.name" SELECT md5(n::text)::uuid FROM generate_series(1, 50) n;
INSERT INTO books SELECT n, CASE WHEN n <= 3 THEN 900 + n ELSE n % 50 + 1 END, md5((n % 50 + 1)::text)::uuid, n,
  jsonb_build_object('author_id', n % 50 + 1) FROM generate_series(1, 200) n;
ANALYZE;
"""


@pytest.fixture
def library(database18: Database) -> Database:
    assert database18.psql(SCHEMA).returncode == 0
    return database18


def test_each_reference_has_its_level_confidence_and_evidence(library: Database, tmp_path: Path) -> None:
    done = auditor("references", library.dsn, folder=tmp_path)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    place = next(number for number, line in enumerate(lines) if "public.books(author_id) -> public.authors(id)" in line)
    assert lines[place].startswith("finding ")
    assert lines[place + 1].strip().startswith("named authors + id; 98.")
    assert "declared        1.00  public.prints(book_id) -> public.books(id)" in lines
    assert list(tmp_path.iterdir()) == []


def test_json_has_the_report_s_objects_with_level_and_line(library: Database, tmp_path: Path) -> None:
    done = auditor("references", library.dsn, "--format", "json", folder=tmp_path)

    rows = {row["line"]: row for row in json.loads(done.stdout)}
    row = rows["public.books(author_id) -> public.authors(id)"]
    assert (row["level"], row["ref_table"], row["declared"]) == ("finding", "authors", False)
    assert rows["public.prints(book_id) -> public.books(id)"]["level"] == "declared"


def test_the_lines_for_the_configuration_are_toml_and_overrule_when_uncommented(
    library: Database, tmp_path: Path
) -> None:
    done = auditor("references", library.dsn, "--format", "toml", folder=tmp_path)

    assert tomllib.loads(done.stdout) == {"references": {"accept": [], "reject": []}}
    file = tmp_path / "auditor.toml"
    file.write_text(done.stdout.replace('# "', '"'), encoding="utf-8")
    rejected = tomllib.loads(file.read_text(encoding="utf-8"))["references"]["reject"]
    assert "public.books(data->>'author_id') -> public.authors(id)" in rejected
    assert 'public.books("odd.name_id") -> public."odd.name"(id)' in rejected
    again = auditor("references", library.dsn, "--config", "auditor.toml", "--format", "json", folder=tmp_path)
    assert [row["table"] for row in json.loads(again.stdout) if not row["declared"]] == []


def test_what_the_configuration_says_is_kept_in_its_lines(library: Database, tmp_path: Path) -> None:
    said = """[references]
        actor-table = "public.authors"
        aliases = { writer = "public.authors" }
        accept = ["public.books(publisher_id) -> public.publishers(id)"]
        reject = ["public.books(author_id) -> public.authors(id)"]"""
    (tmp_path / "auditor.toml").write_text(said, encoding="utf-8")

    done = auditor("references", library.dsn, "--config", "auditor.toml", "--format", "toml", folder=tmp_path)

    assert tomllib.loads(done.stdout) == tomllib.loads(said)
    assert done.stdout.count("publisher_id") == 1


def test_what_is_hidden_is_listed_when_asked_for(library: Database, tmp_path: Path) -> None:
    library.psql(
        """CREATE TABLE topics (id int PRIMARY KEY); CREATE TABLE letters (id int, topic int);
        INSERT INTO topics SELECT n FROM generate_series(1, 100) AS n;
        INSERT INTO letters SELECT n, CASE WHEN n > 60 THEN 1000 + n ELSE n END FROM generate_series(1, 100) AS n;
        ANALYZE"""
    )
    few, all_ = (
        json.loads(auditor("references", library.dsn, "--format", "json", *more, folder=tmp_path).stdout)
        for more in ((), ("--all",))
    )
    assert {row["level"] for row in few} <= {"finding", "please confirm", "declared"}
    assert "hidden" in {row["level"] for row in all_}


def test_what_could_not_be_looked_up_is_said_with_exit_code_3(library: Database, tmp_path: Path) -> None:
    with library.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS reference_lister; CREATE ROLE reference_lister LOGIN")
    try:
        library.psql("CREATE TABLE notes (id int, about jsonb); INSERT INTO notes VALUES (1, '{}')")
        library.psql('GRANT SELECT ON authors, books, prints, publishers, "odd.name" TO reference_lister')
        library.psql("GRANT SELECT (id) ON notes TO reference_lister")
        done = auditor("references", f"{library.dsn} user=reference_lister", folder=tmp_path)
        assert done.returncode == 3
        assert "not seen: public.notes(about): its references: no privilege on notes.about" in done.stderr
    finally:
        with library.connect() as connection:
            connection.execute("DROP OWNED BY reference_lister; DROP ROLE reference_lister")


def test_every_line_is_read_back_as_the_reference_it_was_written_for(library: Database) -> None:
    for reference in found_in(library):
        if not reference.declared:
            text = json.dumps(line_of(reference))
            left = found_in(library, parse_config(f"[references]\nreject = [{text}]"))
            assert line_of(reference) not in {line_of(each) for each in left}
