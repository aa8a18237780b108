"""The brake on filling the disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.web import upload_brake
from adapters.web.capabilities import FILE_LIMIT, FILES_LIMIT, UPLOADS_LIMIT
from adapters.web.upload_brake import UploadBrake
from adapters.web.uploads import Refused
from bot.conversation.voice import RUSSIAN

NOW = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
#: Minutes until the browser may go on, and what it is told of that.
WAITS = [(10, "через 10 минут,"), (9, "через 9 минут,"), (2, "через 2 минуты,"), (1, "через 1 минуту,")]


def test_the_largest_message_may_be_sent_again() -> None:
    """Whoever lost the connection at the end of his message need not wait."""
    brake = UploadBrake()
    for _ in range(2):
        brake.take("a", FILES_LIMIT * FILE_LIMIT, NOW)
    with pytest.raises(Refused):
        brake.take("a", UPLOADS_LIMIT, NOW)


@pytest.mark.parametrize(("minutes", "said"), WAITS)
def test_when_to_go_on(minutes: int, said: str) -> None:
    """He hears after how many minutes all is well again, and then it is; what was refused does not count."""
    brake, later = UploadBrake(limit=100), NOW + (10 - minutes) * MINUTE
    brake.take("a", 90, NOW)
    with pytest.raises(Refused) as refused:
        brake.take("a", 20, later)
    assert said in refused.value.said(RUSSIAN)
    assert minutes * MINUTE == refused.value.retry_after
    brake.take("a", 100, later + minutes * MINUTE)


def test_it_does_not_grow() -> None:
    """However many browsers there are, so many are remembered; the longest ago is forgotten first."""
    brake = UploadBrake(limit=100)
    for number in range(upload_brake.BROWSERS + 1):
        brake.take(str(number), 100, NOW)
    brake.take("0", 100, NOW)
    with pytest.raises(Refused):
        brake.take(str(upload_brake.BROWSERS), 1, NOW)
