"""What the configuration intends has to exist."""

from __future__ import annotations

import pytest

from auditor.config import parse_config
from auditor.errors import AuditorError
from tests.examples.circle import audit
from tests.servers import Database


@pytest.mark.parametrize(
    ("intention", "message", "hint"),
    [
        ('kind = "not-null"\ntable = "public.cals"\ncolumns = ["id"]', "no such table", "public.calls"),
        ('kind = "not-null"\ntable = "public.calls"\ncolumns = ["agnet"]', "no such column", "agent"),
        ('kind = "not-null"\ntable = "public.calls"', "incomplete", "add columns"),
        ('kind = "check"\ntable = "public.calls"', "incomplete", "add condition"),
        ('kind = "unique"\ntable = "public.all_calls"\ncolumns = ["id"]', "that is a view", "public.calls"),
        (
            'kind = "foreign-key"\ntable = "public.calls"\ncolumns = ["agent"]\nreferences = "public.calls(id, agent)"',
            "compares 1 with 2 columns",
            "as many",
        ),
        (
            'kind = "foreign-key"\ntable = "public.calls"\nexpression = "agent"\nreferences = "public.calls(id)"',
            "leads into no JSON column",
            "column->>'key'",
        ),
    ],
)
def test_an_intention_that_cannot_be_is_an_error(database18: Database, intention: str, message: str, hint: str) -> None:
    database18.psql("CREATE TABLE calls (id int PRIMARY KEY, agent text); CREATE VIEW all_calls AS TABLE calls")
    with pytest.raises(AuditorError) as error:
        audit(database18, parse_config(f"[[intend]]\n{intention}"))
    assert message in error.value.message
    assert hint in error.value.hint
