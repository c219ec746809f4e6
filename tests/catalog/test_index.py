"""Which questions an index answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.catalog import Collation, Column, Index, IndexKey, Operator, Table, Type

TEXT = Type(
    oid=25,
    schema="pg_catalog",
    name="text",
    category="S",
    base_schema="pg_catalog",
    base="text",
    equality=Operator(schema="pg_catalog", name="="),
)


def key(column: str, collation: str | None = None) -> IndexKey:
    if column.startswith("("):
        return IndexKey(column=None, expression=column, operator_class="pg_catalog.text_ops")
    return IndexKey(column=column, expression=None, operator_class="pg_catalog.text_ops", collation=collation)


def index(*columns: str, **changes: object) -> Index:
    made = Index(oid=1, schema="s", name="i", method="btree", keys=tuple(map(key, columns)), definition="")
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_index", "columns", "finds"),
    [
        (index("a"), ("a",), True),
        (index("a", "b"), ("a",), True),
        (index("b", "a"), ("a",), False),
        (index("b", "a"), ("a", "b"), True),
        (index("b", "c", "a"), ("a", "b"), False),
        (index("a"), ("a", "b"), False),
        (index("(lower(a))"), ("a",), False),
        (index("(lower(a))", "a"), ("a",), False),
        (index("b", included=("a",)), ("a",), False),
        (index("a", method="hash"), ("a",), True),
        (index("a", "b", method="hash"), ("a", "b"), False),
        (index("a", method="gin"), ("a",), False),
        (index("a", method="brin"), ("a",), False),
        (index("a", method="gist"), ("a",), False),
        (index("a", valid=False), ("a",), False),
        (index("a", ready=False), ("a",), False),
        (index("a"), (), False),
        (index("a", keys=(key("a", "pg_catalog.C"),)), ("a",), False),
        (index("a", "b", keys=(key("a"), key("b", "pg_catalog.C"))), ("a",), True),
        (index("a", predicate="(a IS NOT NULL)"), ("a",), True),
        (index("a", predicate="(b IS NOT NULL)"), ("a",), False),
        (index("a", predicate="((a IS NOT NULL) AND (b IS NOT NULL))"), ("a",), False),
        (index("a", "b", predicate="((a IS NOT NULL) AND (b IS NOT NULL))"), ("a", "b"), True),
        (index("a", predicate="((a IS NOT NULL) OR (a IS NOT NULL))"), ("a",), False),
        (index("a", predicate="((a IS NOT NULL) AND (a > 0))"), ("a",), False),
        (index("a", predicate="(a IS NULL)"), ("a",), False),
        (index("a", predicate="(lower(a) IS NOT NULL)"), ("a",), False),
        (index("a", predicate="((NOT (a IS NOT NULL)))"), ("a",), False),
        (index("select", predicate='("select" IS NOT NULL)'), ("select",), True),
        (index('A " B', predicate='("A "" B" IS NOT NULL)'), ('A " B',), True),
        (index("x AND y", predicate='("x AND y" IS NOT NULL)'), ("x AND y",), True),
    ],
)
def test_finds(given_index: Index, columns: tuple[str, ...], finds: bool) -> None:
    assert given_index.finds(columns) is finds


@pytest.mark.parametrize(
    ("given_index", "columns", "proves"),
    [
        (index("a", unique=True), ("a",), True),
        (index("a", unique=True), ("a", "b"), True),
        (index("a", "b", unique=True), ("a",), False),
        (index("b", "a", unique=True), ("a", "b"), True),
        (index("a"), ("a",), False),
        (index("a", unique=True, predicate="(a IS NOT NULL)"), ("a",), False),
        (index("a", unique=True, valid=False), ("a",), False),
        (index("a", unique=True, immediate=False), ("a",), False),
        (index("(lower(a))", unique=True), ("a",), False),
        (index("a", "(lower(a))", unique=True), ("a",), False),
        (index("a", unique=True, included=("b",)), ("a",), True),
        (index(unique=True), ("a",), False),
    ],
)
def test_proves_unique(given_index: Index, columns: tuple[str, ...], proves: bool) -> None:
    assert given_index.proves_unique(columns) is proves


@given(st.lists(st.sampled_from("abcd"), min_size=1, unique=True), st.lists(st.sampled_from("abcd"), unique=True))
def test_a_btree_finds_what_its_leading_columns_are_in_any_order(keys: list[str], columns: list[str]) -> None:
    prefixes = [{*keys[:length]} for length in range(1, len(keys) + 1)]
    assert index(*keys).finds(tuple(columns)) is ({*columns} in prefixes)


_identifiers = st.text("aZ_ 1\"'()é$.", min_size=1, max_size=5)


@given(_identifiers, _identifiers)
def test_not_null_of_a_name_is_that_of_no_other(one: str, other: str) -> None:
    predicate = '("' + other.replace('"', '""') + '" IS NOT NULL)'
    keys = (IndexKey(column=one, expression=None, operator_class="pg_catalog.text_ops"),)
    assert index(keys=keys, predicate=predicate).finds((one,)) is (one == other)


def table(*indexes: Index, collation: Collation | None = None) -> Table:
    columns = tuple(
        Column(name=name, number=number, type=TEXT, type_text="text", not_null=name != "c", collation=collation)
        for number, name in enumerate("abc", 1)
    )
    return Table(oid=1, schema="s", name="t", kind="table", owner="o", columns=columns, indexes=indexes)


def test_candidate_keys() -> None:
    one, two = index("c", unique=True, name="z"), index("b", "a", unique=True, name="y")
    primary = index("a", "b", "c", unique=True, primary=True, name="x")
    period = index("a", unique=True, method="gist", name="w")
    assert table(one, two, primary, period).candidate_keys() == (("a", "b", "c"), ("c",), ("b", "a"))
    assert table(one, two, period).row_key() == ("b", "a")
    assert table(one).row_key() == ()


def test_a_nondeterministic_column_is_unique_by_its_own_collation_alone() -> None:
    blunt = Collation(schema="public", name="blunt", deterministic=False)
    own = index("a", unique=True)
    other = index("a", unique=True, keys=(key("a", "pg_catalog.C"),))
    assert table(own, collation=blunt).proves_unique(("a",))
    assert not table(other, collation=blunt).proves_unique(("a",))
    assert table(other).proves_unique(("a",))
