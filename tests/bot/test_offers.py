"""Keys of offered texts: for which question one was made, and of what."""

from __future__ import annotations

import pytest

from bot.desk import offers
from bot.desk.offers import Offer, Source


@pytest.mark.parametrize("source", Source)
def test_key(source: Source) -> None:
    """A key tells of what the text was made, and for whom."""
    offer = Offer(source=source, of=77, number=5)
    assert offer == offers.read(str(offer))


@pytest.mark.parametrize("key", ["", "similar x for 5", "similar 77 for 5 ", "13987654321", "other 77 for 5"])
def test_no_key(key: str) -> None:
    """A platform's album is no offered text."""
    assert offers.read(key) is None


def test_who_helped() -> None:
    """An earlier answer helps; a template is nobody's answer."""
    assert [77, None] == [Offer(source=source, of=77, number=5).helped_by for source in Source]
