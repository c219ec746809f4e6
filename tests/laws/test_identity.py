"""The identity law on databases that Hypothesis draws: a fixed set in CI, ever new ones in `make laws`."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.laws.circle import keep_the_law
from tests.laws.databases import databases
from tests.laws.drawing import Script
from tests.servers import Servers

# How many new databases each shard draws; without it, the same ones as always.
NEW = int(os.environ.get("AUDITOR_LAWS", "0"))
SHARDS = 8 if NEW else 4
many = settings(
    max_examples=NEW or 26,
    database=None,
    # Making a failure smaller takes minutes: for that is `make laws`.
    phases=tuple(Phase) if NEW else (Phase.generate,),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("version", [16, 18])
def test_applied_and_rolled_back_it_is_as_before(servers: Servers, version: int, shard: int) -> None:
    server = servers.version(version)

    @many
    @given(databases(version))
    def law(script: Script) -> None:
        keep_the_law(server, script)

    (law if NEW else seed(shard)(law))()
