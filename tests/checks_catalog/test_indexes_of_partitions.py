"""References of partitioned tables whose partitions have indexes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config import Config
from checks.indexes.unindexed_foreign_key import unindexed_foreign_key
from tests.checks_catalog.asking import found, judged
from tests.examples.circle import apply, audit, roll_back, snapshot, write_plan
from tests.servers import Database

VISITS = """
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE visits (id int, user_id int REFERENCES users, note text) PARTITION BY LIST (id);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES IN (1);
CREATE TABLE visits_2 PARTITION OF visits FOR VALUES IN (2) PARTITION BY HASH (id);
CREATE TABLE visits_2_0 PARTITION OF visits_2 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE visits_3 (note text, user_id int, id int);
ALTER TABLE visits ATTACH PARTITION visits_3 FOR VALUES IN (3);
INSERT INTO users VALUES (1);
INSERT INTO visits VALUES (1, 1), (2, 1), (3, 1);
"""
LACKING = "has no usable index on 1 of 3 partitions (public.visits_3)"


@pytest.mark.parametrize(
    ("indexes", "said"),
    [
        (("visits_1 (user_id)", "visits_2 (user_id)", "visits_3 (user_id, note)"), None),
        (("visits_1 (user_id)", "visits_2_0 (user_id)", "visits_3 (user_id) WHERE user_id IS NOT NULL"), None),
        (("visits_1 (user_id)", "visits_2 (user_id)"), LACKING),
        (("visits_1 (user_id)", "visits_2_0 (user_id)", "visits_3 (note, user_id)"), LACKING),
        (("visits_1 (user_id)", "ONLY visits (user_id)", "visits_2 (user_id)", "visits_3 (note)"), LACKING),
        (("visits_1 (note)",), "has no usable index"),
    ],
)
def test_what_partitions_have_of_their_own_serves(
    database18: Database, indexes: tuple[str, ...], said: str | None
) -> None:
    with database18.connect() as connection:
        connection.execute((VISITS + "".join(f"CREATE INDEX ON {each};" for each in indexes)).encode())

    messages = [each.message for each in found(judged(database18, unindexed_foreign_key)).values()]

    assert [text[text.index("has no") :].partition(" in about")[0] for text in messages] == ([said] if said else [])


def test_an_invalid_index_of_a_partition_serves_nothing(database18: Database) -> None:
    with database18.connect() as connection:
        for leaf in ("visits_1", "visits_2_0", "visits_3"):
            connection.execute(
                f"{VISITS if leaf == 'visits_1' else ''} CREATE INDEX on_{leaf} ON {leaf} (user_id)".encode()
            )
        connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'on_visits_3'::regclass")

    (judgement,) = found(judged(database18, unindexed_foreign_key)).values()

    assert LACKING in judgement.message


def test_the_partition_that_lacks_one_gets_it_and_the_others_keep_theirs(database: Database, tmp_path: Path) -> None:
    with database.connect() as connection:
        connection.execute(f"{VISITS} CREATE INDEX ON visits_1 (user_id); CREATE INDEX ON visits_2 (user_id)".encode())
    audited, before = audit(database, Config(), "unindexed-foreign-key"), snapshot(database)
    plan = write_plan(audited, tmp_path)

    apply(database, plan)

    assert len(audited.findings) == 1
    assert audit(database, Config(), "unindexed-foreign-key").findings == ()
    roll_back(database, plan)
    assert snapshot(database) == before
