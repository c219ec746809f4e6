"""Databases that nobody designed, as scripts: tables that refer to each other, and dirt in their rows."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.laws.columns import COLUMNS
from tests.laws.drawing import NAMES, SUFFIXES, Drawing, Script
from tests.laws.extras import EXTRAS
from tests.laws.tables import drawn_table, reference


@st.composite
def databases(draw: st.DrawFn, version: int) -> Script:
    """The script of a database for a server of that version."""
    drawing = Drawing(draw, version, draw(st.sampled_from(SUFFIXES)))
    for name in NAMES[: draw(st.integers(2, 6))]:
        drawing.tables.append(drawn_table(drawing, name))
    for number, table in enumerate(drawing.tables):
        for count in range(draw(st.integers(0, 2))):
            reference(drawing, table, number, count)
        for column in draw(st.lists(st.sampled_from(COLUMNS), max_size=3, unique=True)):
            column(drawing, table)
        for extra in draw(st.lists(st.sampled_from(EXTRAS), max_size=2, unique=True)):
            extra(drawing, table)
    return drawing.script()
