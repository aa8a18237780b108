"""What the scenarios share: databases of their own, also for processes that outlive one test; and a quick start."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.databases import Server, make_database
from tests.scenarios import warm
from tests.scenarios.service import Service

_numbers = itertools.count(1)

NewDatabase = Callable[[], Awaitable[str]]


@pytest.fixture(scope="session")
def new_database(server: Server) -> NewDatabase:
    """Makes a fresh, migrated database and gives its address."""

    async def make() -> str:
        name = f"scenario{next(_numbers)}"
        make_database(server, name, "template")
        return server.of(name)

    return make


@pytest.fixture(scope="session", autouse=True)
def nursery() -> Iterator[None]:
    """Where the service's processes come from quickly."""
    with warm.opened() as Service.nursery:
        yield
    Service.nursery = None
