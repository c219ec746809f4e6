"""auditor.toml overrules the inference."""

import pytest

from auditor.errors import AuditorError
from tests.references.inferring import lines, references
from tests.servers import Database

SCHEMA = """CREATE TABLE films (id int PRIMARY KEY); INSERT INTO films SELECT generate_series(1, 50);
    CREATE TABLE songs (id int PRIMARY KEY); INSERT INTO songs SELECT generate_series(1, 50);
    CREATE TABLE items (film_id int, x int, data jsonb);
    INSERT INTO items SELECT n, n, jsonb_build_object('it', n) FROM generate_series(1, 50) n"""


def test_accepted_and_rejected(database18: Database) -> None:
    found = references(
        database18,
        SCHEMA,
        """[references]
        accept = ["public.items(x) -> public.songs(id)", "public.items(data->>'it') -> public.songs(id)"]
        reject = ["public.items(film_id) -> public.films(id)"]""",
    )
    assert lines(found) == ["items(data->>'it') -> songs(id)", "items(x) -> songs(id)"]
    assert {each.confidence for each in found} == {1.0}
    assert all(each.evidence[0] == "accepted: auditor.toml" for each in found)


def test_intended_replaces_what_is_inferred_at_its_place(database18: Database) -> None:
    (found,) = references(
        database18,
        SCHEMA,
        """[[intend]]
        kind = "foreign-key"
        table = "public.items"
        columns = ["film_id"]
        references = "public.songs(id)" """,
    )
    assert lines((found,)) == ["items(film_id) -> songs(id)"]
    assert (found.confidence, found.evidence) == (1.0, ("intended: auditor.toml",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("public.items(film_id)", "names no two ends"),
        ("public.itms(film_id) -> public.films(id)", "references.accept names public.itms: there is no such table"),
        ("public.items(film) -> public.films(id)", "there is no such column"),
    ],
)
def test_names_that_do_not_exist(text: str, message: str, database18: Database) -> None:
    with pytest.raises(AuditorError, match=message):
        references(database18, SCHEMA, f'[references]\naccept = ["{text}"]')
