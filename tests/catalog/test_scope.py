"""Which tables are audited."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.catalog import Scope, Table


def table(schema: str, name: str) -> Table:
    return Table(oid=1, schema=schema, name=name, kind="table", owner="o", columns=())


@pytest.mark.parametrize(
    ("scope", "included"),
    [
        (Scope(), {"app.users", "app.calls", "audit.users"}),
        (Scope(schemas=("app",)), {"app.users", "app.calls"}),
        (Scope(schemas=("!app",)), {"audit.users"}),
        (Scope(schemas=("a*", "!aud*")), {"app.users", "app.calls"}),
        (Scope(tables=("users",)), {"app.users", "audit.users"}),
        (Scope(tables=("app.users",)), {"app.users"}),
        (Scope(tables=("!users",)), {"app.calls"}),
        (Scope(tables=("!audit.*",)), {"app.users", "app.calls"}),
        (Scope(tables=("users", "calls", "!app.users")), {"app.calls", "audit.users"}),
        (Scope(schemas=("app",), tables=("users",)), {"app.users"}),
        (Scope(tables=("Users",)), set()),
        (Scope(tables=("nothing",)), set()),
    ],
)
def test_includes(scope: Scope, included: set[str]) -> None:
    tables = (table("app", "users"), table("app", "calls"), table("audit", "users"))
    assert {f"{each.schema}.{each.name}" for each in tables if scope.includes(each)} == included


_globs = st.lists(st.sampled_from(("a*", "!a*", "*b", "!*b", "a.b", "!a.b", "*", "!c")), max_size=4)
_names = st.text("abc.", min_size=1, max_size=3)


@given(_globs, _names, _names)
def test_an_exclusion_wins_and_one_more_never_adds(globs: list[str], schema: str, name: str) -> None:
    subject = table(schema, name)
    assert not Scope(tables=(*globs, "!*")).includes(subject)
    if Scope(tables=(*globs, "!a*")).includes(subject):
        assert Scope(tables=tuple(globs)).includes(subject)


@given(_globs, _names, _names)
def test_the_order_of_globs_does_not_matter(globs: list[str], schema: str, name: str) -> None:
    subject = table(schema, name)
    assert Scope(schemas=tuple(globs)).includes(subject) == Scope(schemas=tuple(reversed(globs))).includes(subject)
