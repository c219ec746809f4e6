"""Values of the statistics: the server's text of an array, taken apart."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from auditor.catalog.types import ArrayText

_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
_hostile = st.sampled_from(("", "NULL", "{", "a,b", '"', "\\", "{1,2}", " x ", "new\nline", '\\"', "é"))


@given(st.lists(_texts | _hostile, max_size=5))
@example(["a", 'q"\\{,}'])
def test_what_an_array_holds(values: list[str]) -> None:
    text = "{" + ",".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values) + "}"
    assert tuple(ArrayText(text)) == tuple(values)
    assert len(ArrayText(text)) == len(values)
    assert ArrayText(text) == tuple(values)
    assert hash(ArrayText(text)) == hash(tuple(values))


def test_what_is_not_quoted_is_as_it_stands() -> None:
    assert tuple(ArrayText("{1,-2.5,2026-11-20,true}")) == ("1", "-2.5", "2026-11-20", "true")
    assert tuple(ArrayText("{}")) == ()
