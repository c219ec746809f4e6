"""Blocks are indented for who reads them, and say the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor import sql
from auditor.remedy.layout import laid_out


def test_a_block_shows_what_stands_in_what() -> None:
    body = """DECLARE
found record;
BEGIN
FOR attempt IN 1..5 LOOP
BEGIN
SELECT a INTO found
FROM t
    WHERE b;
-- a comment
IF found.a THEN
RAISE EXCEPTION 'no';
ELSE
EXIT;
END IF;
EXCEPTION WHEN lock_not_available THEN
RAISE;
WHEN others THEN
NULL;
END;
END LOOP;
END"""
    assert (
        laid_out(body)
        == """DECLARE
    found record;
BEGIN
    FOR attempt IN 1..5 LOOP
        BEGIN
            SELECT a INTO found
                FROM t
                WHERE b;
            -- a comment
            IF found.a THEN
                RAISE EXCEPTION 'no';
            ELSE
                EXIT;
            END IF;
        EXCEPTION WHEN lock_not_available THEN
            RAISE;
        WHEN others THEN
            NULL;
        END;
    END LOOP;
END"""
    )


hostile = st.text(st.sampled_from("a\n '\"\\$-/*;E\t"), min_size=1)


@given(st.lists(hostile, min_size=1))
def test_what_is_quoted_stays_as_it_is(texts: list[str]) -> None:
    escaped = ["E'" + text.replace("\\", "\\\\").replace("'", "''") + "'" for text in texts]
    quoted = [each for text in texts for each in (sql.literal(text), '"' + text.replace('"', '""') + '"')]
    pieces = [*escaped, *quoted, *(sql.dollar_quoted(text) for text in texts)]
    body = "BEGIN\nPERFORM " + "\n, ".join(pieces) + ";\nEND"

    laid = laid_out(body)

    assert laid == "BEGIN\n    PERFORM " + "\n        , ".join(pieces) + ";\nEND"
    assert laid_out(laid) == laid
