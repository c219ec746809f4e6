"""auditor.toml overrules the inference."""

import pytest

from auditor.config import parse_config
from auditor.errors import AuditorError
from tests.references.inferring import found_in, lines, references
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


PEOPLE = """CREATE TABLE staff (id int PRIMARY KEY); INSERT INTO staff SELECT generate_series(1, 50);
    CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users SELECT generate_series(1, 50);
    CREATE TABLE customers (id int PRIMARY KEY); INSERT INTO customers SELECT generate_series(1, 50);
    CREATE TABLE orders (id int PRIMARY KEY, created_by int, kd_id int, old_kd_id int);
    INSERT INTO orders SELECT n, n, n, n FROM generate_series(1, 50) n; ANALYZE"""


def test_the_table_of_those_who_act_is_found_by_its_name_unless_it_is_told(database18: Database) -> None:
    assert lines(references(database18, PEOPLE)) == ["orders(created_by) -> users(id)"]
    found = found_in(database18, parse_config('[references]\nactor-table = "public.staff"'))
    assert lines(found) == ["orders(created_by) -> staff(id)"]


def test_columns_may_call_a_table_by_another_name(database18: Database) -> None:
    references(database18, PEOPLE)
    found = found_in(database18, parse_config('[references]\naliases = { KD = "public.customers" }'))
    assert lines(found) == [
        "orders(created_by) -> users(id)",
        "orders(kd_id) -> customers(id)",
        "orders(old_kd_id) -> customers(id)",
    ]


@pytest.mark.parametrize("line", ['actor-table = "public.stuff"', 'aliases = { st = "public.stuff" }'])
def test_a_table_that_does_not_exist_names_the_nearest(line: str, database18: Database) -> None:
    references(database18, PEOPLE)
    with pytest.raises(AuditorError, match=r"public\.stuff: there is no such table") as raised:
        found_in(database18, parse_config(f"[references]\n{line}"))
    assert raised.value.hint == "did you mean public.staff?"
