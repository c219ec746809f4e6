"""What `auditor references` prints for the calliq scenario; `make golden` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditor.cli.listing import FORMATS
from auditor.config import load_config
from auditor.demo.server import CONFIG
from tests.references.inferring import found_in
from tests.servers import Servers

HERE = Path(__file__).parent / "references"


@pytest.mark.parametrize("form", ["text", "toml"])
def test_the_listing_is_as_it_was(form: str, servers: Servers) -> None:
    config = load_config(CONFIG)
    with servers.calliq(18).clone("calliq") as database:
        text = FORMATS[form](found_in(database, config), config)
    file = HERE / f"references.{form}"
    if "AUDITOR_WRITE_GOLDEN" in os.environ:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), f"{file.name} differs: look at it, then `make golden`"
