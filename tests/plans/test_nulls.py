"""What becomes of NULL: a value from the configuration, or a person's decision, which no file runs past."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config import parse_config
from auditor.errors import AuditorError
from auditor.model import Audit, Phase
from tests.examples.circle import apply, audit, found, roll_back, snapshot, write_plan
from tests.examples.variants import Variant
from tests.linting import complaints
from tests.servers import Database

CHECK = "null-in-intended-not-null"
CALLS = """CREATE TABLE public.teams (id int PRIMARY KEY, "de fault" int);
INSERT INTO public.teams VALUES (1, 30), (2, 40), (3, NULL);
CREATE TABLE public."ca%ll's" (id int PRIMARY KEY, team_id int, other int, "dur%ation" int);
INSERT INTO public."ca%ll's" SELECT n, 1 + n % 2, n, CASE WHEN n > {nulls} THEN 7 END
FROM generate_series(1, {nulls} + 5) AS n;
ANALYZE;"""
QUERY = """(SELECT t."de fault" FROM public.teams AS t WHERE t.id = team_id)"""


def intending(*lines: str) -> str:
    place = "table = '''public.\"ca%ll's\"'''"
    return "\n".join(("[[intend]]", 'kind = "not-null"', place, 'columns = ["dur%ation"]', *lines))


def loaded(database: Database, nulls: int = 3) -> None:
    done = database.psql(CALLS.format(nulls=nulls))
    assert done.returncode == 0, done.stderr


def durations(database: Database) -> list[tuple[int, int | None]]:
    with database.connect() as connection:
        query = """SELECT id, "dur%ation" FROM "ca%ll's" ORDER BY id LIMIT 4"""
        return connection.execute(query.encode()).fetchall()


@pytest.mark.parametrize("nulls", [3, 10_500])
@pytest.mark.parametrize(
    ("fill", "filled"), [("other", (1, 2, 3)), (f"coalesce({QUERY}, -1)", (40, 30, 40))], ids=["column", "query"]
)
def test_a_value_of_another_column_and_of_a_query(
    database: Database, tmp_path: Path, fill: str, filled: tuple[int, ...], nulls: int
) -> None:
    loaded(database, nulls)
    config = parse_config(intending(f"fill = '''{fill}'''"))
    before = snapshot(database)
    first = audit(database, config)
    plan = write_plan(first, tmp_path)
    assert complaints(first, database.server_version, tmp_path) == ""

    apply(database, plan)

    (step,) = (each for each in first.plan.steps if each.phase is Phase.CLEANUP and each.rows)
    told = "set public.ca%ll's(dur%ation) to other" if fill == "other" else "assign public.ca%ll's(dur%ation)"
    assert step.title == told
    assert tuple(value for _, value in durations(database)[:3]) == filled
    assert found(audit(database, config), CHECK, Variant()) == []
    roll_back(database, plan)
    assert snapshot(database) == before


@pytest.mark.parametrize("nulls", [3, 10_500])
def test_a_value_that_is_null_itself_stops_the_plan_before_it_changes_a_row(
    database: Database, tmp_path: Path, nulls: int
) -> None:
    loaded(database, nulls)
    with database.connect() as connection:
        connection.execute('UPDATE teams SET "de fault" = NULL WHERE id = 2')
    before = snapshot(database)
    plan = write_plan(audit(database, parse_config(intending(f"fill = '''{QUERY}'''"))), tmp_path)
    assert database.psql(plan / Phase.GUARD.file).returncode == 0

    done = database.psql(plan / Phase.CLEANUP.file)

    refused = (nulls + 1) // 2
    assert f"what is to replace NULL is NULL itself in {refused} rows of public.ca%ll's; nothing" in done.stderr
    assert durations(database)[0] == (1, None)
    roll_back(database, plan)
    assert snapshot(database) == before


def undecided(database: Database, told: str = 'nulls = "decide"') -> Audit:
    loaded(database)
    with database.connect() as connection:
        connection.execute("CREATE TABLE notes (id int PRIMARY KEY, note text)")
        connection.execute("INSERT INTO notes VALUES (1, NULL), (2, 'a')")
    also = '\n[[intend]]\nkind = "not-null"\ntable = "public.notes"\ncolumns = ["note"]\nfill = "\'none\'"'
    return audit(database, parse_config(intending(told) + also))


@pytest.mark.parametrize("told", ["", 'nulls = "decide"'], ids=["silence", "told"])
def test_nothing_runs_past_an_open_decision(database: Database, tmp_path: Path, told: str) -> None:
    """No row goes because nobody has said what becomes of it."""
    first = undecided(database, told)
    before = snapshot(database)
    plan = write_plan(first, tmp_path)
    assert complaints(first, database.server_version, tmp_path) == ""

    for phase in (Phase.GUARD, Phase.FENCE, Phase.CLEANUP, Phase.INDEXES, Phase.CONSTRAINTS):
        if (plan / phase.file).exists():
            done = database.psql(plan / phase.file)
            assert done.returncode != 0
            assert "a decision is open: what becomes of NULL in public.ca%ll's(dur%ation); nothing" in done.stderr
            assert 'fill = "an SQL expression"' in done.stderr
            assert snapshot(database) == before
    assert database.psql(plan / Phase.VERIFY.file).returncode != 0
    roll_back(database, plan)
    assert snapshot(database) == before


def test_report_and_readme_name_the_decision(database18: Database, tmp_path: Path) -> None:
    first = undecided(database18)
    readme = (write_plan(first, tmp_path) / "README.md").read_text()
    (finding,) = (each for each in first.findings if each.remedies[0].kind == "decide")
    assert finding.hint == "Decide what becomes of them, then set NOT NULL"
    assert "## Decide first" in readme
    assert f"in 3 rows ({finding.fingerprint})" in readme
    place = "DECISION OPEN: what becomes of NULL in public.ca%ll's(dur%ation)"
    assert f"- {place}" in readme
    assert place in (tmp_path / "plan" / Phase.CLEANUP.file).read_text()


@pytest.mark.parametrize("answer", ["nulls = 'set-aside'", "fill = '0'"])
def test_a_decision_that_is_made_lets_the_plan_run(database18: Database, tmp_path: Path, answer: str) -> None:
    loaded(database18)
    before = snapshot(database18)
    plan = write_plan(audit(database18, parse_config(intending(answer))), tmp_path)
    apply(database18, plan)
    with database18.connect() as connection:
        assert connection.execute(b'SELECT count(*) FROM "ca%ll\'s"').fetchone() == (5 if "aside" in answer else 8,)
    roll_back(database18, plan)
    assert snapshot(database18) == before


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["fill = 'othr'"], 'fill of public.ca%ll\'s(dur%ation) is refused: column "othr" does not exist'),
        (["fill = \"'abc'\""], "refused: invalid input syntax for type integer"),
        (["fill = '(SELECT 1'"], "refused: syntax error"),
        (["fill = 'my_default()'"], "refused: function my_default() does not exist"),
        (["fill = 'sum(other)'", "nulls = 'decide'"], "says twice what becomes of NULL"),
        (["where = 'other > 1'"], 'not-null on public."ca%ll\'s" has no use for where'),
    ],
)
def test_wrong_use_is_told_in_one_line(database18: Database, lines: list[str], message: str) -> None:
    loaded(database18)
    with pytest.raises(AuditorError) as error:
        audit(database18, parse_config(intending(*lines)))
    assert message in error.value.message
    assert "\n" not in error.value.message
