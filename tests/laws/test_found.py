"""Databases on which a plan once broke the law, each as small as it could be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.laws.circle import keep_the_law
from tests.servers import Server

FOUND = sorted(Path(__file__).parent.glob("found/*.sql"))


@pytest.mark.parametrize("file", FOUND, ids=lambda file: file.stem)
def test_the_law_holds_where_it_once_did_not(server: Server, file: Path) -> None:
    script = file.read_text(encoding="utf-8")
    keep_the_law(server, script)
