"""What every adapter promises to the core, and the platforms that it is held to: one description each.

The promises are in `tests/adapters/test_contract*.py`. What does not apply to a platform follows from what it
declares: its capabilities, or `Platform.lacks` with the reason; nothing is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

from tests.adapters.contract import telegram, viber, vk, web
from tests.adapters.contract.platform import Platform

PLATFORMS: tuple[Platform, ...] = (telegram.PLATFORM, vk.PLATFORM, viber.PLATFORM, web.PLATFORM)

T = TypeVar("T")

every = pytest.mark.parametrize("platform", PLATFORMS, ids=str)


def having(look: Callable[[Platform], object]) -> pytest.MarkDecorator:
    """The platforms of which this is true."""
    return pytest.mark.parametrize("platform", [one for one in PLATFORMS if look(one)], ids=str)


def each(name: str, of: Callable[[Platform], Iterable[T]], label: Callable[[T], str] = str) -> pytest.MarkDecorator:
    """Each platform with each of its own values for the parameter `name`."""
    rows = [pytest.param(one, value, id=f"{one}-{label(value)}") for one in PLATFORMS for value in of(one)]
    return pytest.mark.parametrize(("platform", name), rows)
