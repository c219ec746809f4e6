"""Where a column may refer to several keys about alike, none is guessed: all are shown, until somebody says which."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from auditor.config import parse_config
from auditor.model import Audit
from auditor.model.codec import from_json, to_json
from auditor.model.lines import line_of, lines_of_alternatives
from reports import HTML
from tests.cli.test_command_line import auditor
from tests.examples.circle import audit
from tests.references.inferring import references
from tests.servers import Database

AMBIGUOUS = """CREATE TABLE shop_lines (id int PRIMARY KEY, topic_id int);
    CREATE TABLE forum_topics (id int PRIMARY KEY); CREATE TABLE course_topics (id int PRIMARY KEY);
    INSERT INTO forum_topics SELECT generate_series(1, 300); INSERT INTO course_topics SELECT generate_series(1, 300);
    INSERT INTO shop_lines SELECT n, n FROM generate_series(1, 310) n; ANALYZE"""

LINES = [
    "public.shop_lines(topic_id) -> public.course_topics(id)",
    "public.shop_lines(topic_id) -> public.forum_topics(id)",
]


def test_each_key_has_its_share_and_its_evidence(database: Database) -> None:
    (found,) = references(database, AMBIGUOUS)
    (other,) = found.alternatives
    assert [line_of(found), *lines_of_alternatives(found)] == LINES
    assert found.confidence == other.confidence
    assert 0.6 <= found.likelihood <= 1
    assert "ambiguous: about as likely is public.forum_topics.id" in found.evidence
    assert other.evidence[0] == "named as the end of forum_topics"
    assert any("% of the rows" in text for text in other.evidence)


def test_three_alternatives_are_shown_at_most(database18: Database) -> None:
    more = "".join(
        f"CREATE TABLE {each}_topics (id int PRIMARY KEY); INSERT INTO {each}_topics SELECT generate_series(1, 300);"
        for each in ("a", "b", "c")
    )
    (found,) = references(database18, f"{more} {AMBIGUOUS}")
    assert [each.ref_table for each in found.alternatives] == ["b_topics", "c_topics", "course_topics"]
    assert found.likelihood < 1


def test_a_far_runner_up_is_told_and_no_alternative(database18: Database) -> None:
    given = AMBIGUOUS.replace("course_topics", "topics")
    (found,) = references(database18, given)
    assert line_of(found) == "public.shop_lines(topic_id) -> public.topics(id)"
    assert found.alternatives == ()


def test_the_audit_counts_no_orphans_and_declares_nothing(database18: Database) -> None:
    found = _audited(database18)
    assert found.findings == ()
    assert found.plan.steps == ()
    assert [line_of(each) for each in found.references] == LINES[:1]


def test_it_is_in_the_report_in_json_and_html(database18: Database) -> None:
    found = _audited(database18)
    (row,) = json.loads(to_json(found))["references"]
    assert [(each["ref_table"], each["confidence"]) for each in row["alternatives"]] == [
        ("forum_topics", row["confidence"])
    ]
    assert from_json(to_json(found)).references == found.references
    page = "".join(HTML.render(found).values())
    assert "<td>ambiguous</td>" in page
    assert "or <code>public.forum_topics(id)</code>" in page


@pytest.mark.parametrize("line", LINES)
def test_it_is_settled_by_one_line(database18: Database, line: str) -> None:
    (found,) = references(database18, AMBIGUOUS, f'[references]\naccept = ["{line}"]')
    assert (line_of(found), found.confidence, found.alternatives) == (line, 1.0, ())
    (finding,) = audit(database18, parse_config(f'[references]\naccept = ["{line}"]'), "orphaned-reference").findings
    assert (finding.violations, finding.population) == (10, 310)


def test_the_command_lists_all_of_them(database18: Database, tmp_path: Path) -> None:
    assert database18.psql(AMBIGUOUS).returncode == 0
    text = auditor("references", database18.dsn, folder=tmp_path).stdout.splitlines()
    first, second = (next(each for each in text if line in each) for line in LINES)
    assert first.startswith("ambiguous ")
    assert second.startswith("or ")
    assert "1 ambiguous" in "".join(text)

    written = auditor("references", database18.dsn, "--format", "toml", folder=tmp_path).stdout
    accept = written[: written.index("# Uncomment what is none")].replace('# "', '"')
    assert tomllib.loads(accept)["references"]["accept"] == LINES


def _audited(database: Database) -> Audit:
    assert database.psql(AMBIGUOUS).returncode == 0
    return audit(database, parse_config(""), "references")


def test_a_column_called_like_a_table_names_no_other_people(database18: Database) -> None:
    (found,) = references(
        database18,
        """CREATE TABLE customer (customerid int PRIMARY KEY); CREATE TABLE salesperson (employee_no int PRIMARY KEY);
        INSERT INTO customer SELECT generate_series(1, 900); INSERT INTO salesperson SELECT generate_series(1, 50);
        CREATE TABLE store (salespersonid int); INSERT INTO store SELECT 1 + n % 50 FROM generate_series(1, 300) n;
        ANALYZE""",
    )
    assert (line_of(found), found.alternatives) == (
        "public.store(salespersonid) -> public.salesperson(employee_no)",
        (),
    )
