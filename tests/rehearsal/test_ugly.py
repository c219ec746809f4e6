"""A database of extensions, collations, foreign servers and odd names: nothing of it crashes, each loss is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config import Config
from auditor.rehearsal import programs
from auditor.rehearsal.folder import read_plan
from auditor.rehearsal.rehearse import rehearse
from tests.rehearsal.rehearsing import execute, plan_of
from tests.servers import Database

UGLY = (Path(__file__).parent / "ugly.sql").read_text()
ELSEWHERE = (
    "left out, as it leads to other servers: foreign table public.far_away, foreign table public.lines, "
    "foreign table public.part_far_2, server far, server files"
)
# What needs btree_gist, citext, hstore, ltree, pg_trgm, unaccent, uuid-ossp, or ICU.
LOST = {
    "collation": "public.german, public.nocase",
    "constraint": "idx_author_id_during_excl of public.idx, idx_n_key of public.idx, pol_who_check of public.pol",
    "default": "k of public.defs, s of public.defs",
    "materialised view": "public.mv",
    "operator": "public.###(ext.citext,ext.citext)",
    "policy": "p1 of public.pol",
    "statistics object": "public.st",
    "table": "public.of_type, public.part_by_citext, public.part_expr, public.part_hash",
    "text search dictionary": "public.un",
    "trigger": "lo of public.has_lo",
    "type": "public.citextrange, public.mail, public.pair, public.tagged",
    "view": "public.v1, public.v2, public.v3",
}


@pytest.mark.parametrize("own_servers", [True, False], ids=["with extensions", "without"])
def test_whatever_a_database_holds(
    database_with_citext: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_servers: bool
) -> None:
    execute(database_with_citext, UGLY)
    plan = read_plan(plan_of(database_with_citext, tmp_path))
    if not own_servers:
        monkeypatch.setattr(programs, "_DEBIAN", tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path))

    rehearsal = rehearse(plan, database_with_citext.dsn, plan.config(Config()))

    assert (rehearsal.failures, rehearsal.blockers_left, rehearsal.uncompared) == ((), 0, ())
    assert ELSEWHERE in rehearsal.notes
    assert "200 large objects are empty there" in rehearsal.notes
    said = [each.partition(": ") for each in rehearsal.gaps]
    if own_servers:
        assert rehearsal.gaps == ()
    else:
        lost = {each for start, _, each in said if start.startswith("not on the copy, which needs")}
        assert {f"{kind} {names}" for kind, names in LOST.items()} <= lost
        assert "columns of public.authors are sorted by the default collation there" in rehearsal.notes
        assert not any("public.idx are sorted" in each for each in rehearsal.notes)


def test_a_copy_writes_to_no_other_server(database18: Database, tmp_path: Path) -> None:
    execute(
        database18,
        """CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
        CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'hunter2');
        CREATE FOREIGN TABLE far_log (id int) SERVER far;
        CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
        CREATE TABLE books (id int PRIMARY KEY, author_id int NOT NULL);
        INSERT INTO authors SELECT n, 'a' || n FROM generate_series(1, 50) n;
        INSERT INTO books SELECT n, CASE WHEN n <= 3 THEN 900 ELSE n % 50 + 1 END FROM generate_series(1, 200) n;
        CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO public.far_log VALUES (OLD.id); RETURN NULL; END';
        CREATE TRIGGER log AFTER DELETE ON books FOR EACH ROW EXECUTE FUNCTION log(); ANALYZE authors, books""",
    )
    plan = read_plan(plan_of(database18, tmp_path))

    rehearsal = rehearse(plan, database18.dsn, plan.config(Config()))

    assert (rehearsal.verdict, rehearsal.failures) == ("incomplete", ())
    assert any('relation "public.far_log" does not exist (42P01)' in each for each in rehearsal.gaps)
