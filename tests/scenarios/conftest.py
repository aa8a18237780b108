"""What the scenarios share: databases of their own, also for processes that outlive one test."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable

import pytest

from tests.conftest import Server, make_database

_numbers = itertools.count(1)

NewDatabase = Callable[[], Awaitable[str]]


@pytest.fixture(scope="session")
def new_database(server: Server) -> NewDatabase:
    """Makes a fresh, migrated database and gives its address."""

    async def make() -> str:
        name = f"scenario{next(_numbers)}"
        await make_database(server, name, "template")
        return server.of(name)

    return make
