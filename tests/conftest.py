"""Databases for the tests: `database` is empty, `calliq` holds the scenario; on each version found.

Those that end in 18 are on the embedded 18 alone, for tests that depend on no version.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import Database, Server, Servers, found_versions, versions_with
from tests.servers import servers as running_servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with running_servers() as running:
        yield running


@pytest.fixture(scope="session", params=[pytest.param(v, id=f"pg{v}") for v in found_versions()])
def server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    return servers.version(request.param)


@pytest.fixture(scope="session")
def server18(servers: Servers) -> Server:
    return servers.version(18)


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    with server.database() as fresh:
        yield fresh


@pytest.fixture
def database18(server18: Server) -> Iterator[Database]:
    with server18.database() as fresh:
        yield fresh


@pytest.fixture(params=[pytest.param(v, id=f"pg{v}") for v in versions_with("citext")])
def database_with_citext(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Database]:
    """On the servers that bring contrib modules: the embedded ones do not."""
    with servers.version(request.param).database() as fresh:
        yield fresh


@pytest.fixture
def calliq(server: Server, servers: Servers) -> Iterator[Database]:
    with servers.calliq(server.version).clone() as copy:
        yield copy


@pytest.fixture
def calliq18(servers: Servers) -> Iterator[Database]:
    with servers.calliq(18).clone() as copy:
        yield copy
