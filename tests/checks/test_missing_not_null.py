from __future__ import annotations

from tests.checks.asking import chosen, findings, lines
from tests.servers import Database

CHECK = "missing-not-null"


def test_each_nullable_column_without_a_null(database18: Database) -> None:
    given = """CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int NOT NULL);
               INSERT INTO t VALUES (1, 1, 1, 1), (2, 2, NULL, 2)"""
    assert lines(findings(database18, CHECK, given)) == ["t(a): 0 of 2"]


def test_an_empty_table_says_nothing(database18: Database) -> None:
    assert findings(database18, CHECK, "CREATE TABLE t (id int PRIMARY KEY, a int)") == []


def test_what_a_foreign_key_sets_null_stays_nullable(database18: Database) -> None:
    given = """CREATE TABLE u (id int PRIMARY KEY);
               CREATE TABLE t (id int PRIMARY KEY, owner int REFERENCES u ON DELETE SET NULL, maker int REFERENCES u);
               INSERT INTO u VALUES (1);
               INSERT INTO t VALUES (1, 1, 1)"""
    assert lines(findings(database18, CHECK, given)) == ["t(maker): 0 of 1"]


def test_an_intended_column_has_its_row_of_the_matrix_already(database18: Database) -> None:
    given = "CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (1, 1)"
    config = '[[intend]]\nkind = "not-null"\ntable = "public.t"\ncolumns = ["a"]'
    assert findings(database18, CHECK, given, config) == []


def test_where_a_key_may_have_orphans_that_become_null_it_is_a_choice(database18: Database) -> None:
    given = """CREATE TABLE u (id int PRIMARY KEY);
               CREATE TABLE t (id int PRIMARY KEY, maker int REFERENCES u, label text);
               INSERT INTO u VALUES (1);
               SET session_replication_role = replica;
               INSERT INTO t VALUES (1, 1, 'a'), (2, 7, 'b')"""
    found = {str(each.subject): chosen(each) for each in findings(database18, CHECK, given)}
    assert found == {"public.t(maker)": None, "public.t(label)": "add-constraint"}


def test_what_others_inherit_is_not_the_parents_alone(database18: Database) -> None:
    given = """CREATE TABLE t (a int);
               CREATE TABLE kid () INHERITS (t);
               INSERT INTO t VALUES (1);
               INSERT INTO kid VALUES (NULL)"""
    assert findings(database18, CHECK, given) == []
