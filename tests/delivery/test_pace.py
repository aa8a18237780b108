"""Cards in a burst: one by one while there is much room, together at the long-run rate after that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.capabilities import Rate
from bot.delivery.pace import Pace
from bot.model.chat import ChatRef

GROUP = ChatRef(channel="telegram", chat_id="-100")
PER_MINUTE = Rate(count=20, per=timedelta(minutes=1))


@pytest.mark.parametrize(
    ("room", "since_last", "expected"),
    [
        pytest.param(16, 0.0, 10, id="much room: as many at once as leave the last third"),
        pytest.param(7, 0.0, 1, id="just over the last third"),
        pytest.param(6, 0.0, 0, id="the last third is left and a card has just gone"),
        pytest.param(6, 2.9, 0, id="not yet a twentieth of a minute later"),
        pytest.param(6, 3.0, 1, id="a twentieth of a minute later"),
        pytest.param(0, 60.0, 0, id="no room at all"),
    ],
)
def test_room(room: int, since_last: float, expected: int) -> None:
    """The more of the limit is used, the more cards go together."""
    pace = Pace(PER_MINUTE)
    pace.took(GROUP, 100.0)
    assert expected == pace.room(GROUP, room, 100.0 + since_last)


@pytest.mark.parametrize("rate", [None, Rate(count=3, per=timedelta(seconds=10))], ids=["no limit", "a small limit"])
def test_not_spread(rate: Rate | None) -> None:
    """Without a limit, or with one that is too small, only the limit itself holds."""
    pace = Pace(rate)
    pace.took(GROUP, 100.0)
    assert 2 == pace.room(GROUP, 2, 100.0)


def test_groups_do_not_wait_for_each_other() -> None:
    """A card in one group holds back nothing in another; topics of one group are one group."""
    pace = Pace(PER_MINUTE)
    pace.took(ChatRef(channel="telegram", chat_id="-100:42"), 100.0)
    other = ChatRef(channel="telegram", chat_id="-200")
    assert (0, 1) == (pace.room(GROUP, 5, 101.0), pace.room(other, 5, 101.0))
