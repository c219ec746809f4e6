"""The plan in steps and for Alembic: what no name can leave, and what other programs read."""

from __future__ import annotations

import ast
import unicodedata
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Audit, Part
from reports import ALEMBIC, STEPS
from reports.templating import _as_python
from tests import audits


@given(st.text())
def test_a_text_is_a_literal_of_python(text: str) -> None:
    assert ast.literal_eval(_as_python(text)) == text
    assert ast.literal_eval(_as_python(f'{text}\n"""{text}"')) == f'{text}\n"""{text}"'


@settings(deadline=None)
@given(audits.audits)
def test_no_text_leaves_its_literal_in_a_revision(audit: Audit) -> None:
    for name, text in ALEMBIC.render(audit).items():
        if name.endswith(".py"):
            functions = [each.name for each in ast.parse(text).body if isinstance(each, ast.FunctionDef)]
            assert functions == ["upgrade", "downgrade", "_apart", "_say", "_transaction", "_outside", "_send"]


@settings(deadline=None)
@given(audits.audits)
def test_no_name_leaves_its_comment_in_a_step(audit: Audit) -> None:
    bare = Part(title="bare", statements=("SELECT 1;",), transactional=False)
    bared = tuple(
        replace(step, parts=tuple(replace(bare, title=part.title) for part in step.parts)) for step in audit.plan.steps
    )
    for name, text in STEPS.render(replace(audit, plan=replace(audit.plan, steps=bared))).items():
        assert not {c for c in name + text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}
        if name.endswith(".sql"):
            assert {line for line in text.split("\n") if not line.startswith("-- ")} <= {"", "SELECT 1;"}


def test_flyway_takes_no_text_of_ours_for_a_placeholder() -> None:
    audit = audits.rich()
    (first, *_) = audit.plan.steps
    part = Part(title="a name", statements=("SELECT '${flyway}';",))
    files = STEPS.render(replace(audit, plan=replace(audit.plan, steps=(replace(first, parts=(part,)),))))
    (conf,) = [text for name, text in files.items() if name.endswith(".conf")]
    assert conf == "placeholderReplacement=false\n"


def test_a_plan_without_steps_is_a_readme_in_every_format() -> None:
    for each in (STEPS, ALEMBIC):
        assert list(each.render(audits.empty())) == ["plan/README.md"]
