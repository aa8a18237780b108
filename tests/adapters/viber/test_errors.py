"""Each status of Viber has one reaction."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.viber.errors import error_for, error_for_http
from bot.errors import (
    Misconfigured,
    OutcomeUnknown,
    RecipientGone,
    Rejected,
    Scope,
    SendError,
    Throttled,
    Transient,
)

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        (Misconfigured, [1, 2, 7, 8, 9, 10, 15, 19, 20, 23, 24]),
        (RecipientGone, [5, 6, 21]),
        (Rejected, [3, 4, 11, 13, 14, 16, 17, 18, 22]),
        (Throttled, [12]),
        (Transient, [99, 25, -1]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_status(kind: type[SendError], statuses: list[int]) -> None:
    """A status becomes the error whose reaction fits it; one we do not know is tried again."""
    expected = [kind] * len(statuses)
    assert expected == [type(error_for(status, chat_pause=MINUTE)) for status in statuses]


def test_too_many_requests() -> None:
    """Status 12 is about one resident: the others go on."""
    error = error_for(12, chat_pause=MINUTE)
    assert isinstance(error, Throttled)
    expected = (MINUTE, Scope.CHAT)
    assert expected == (error.retry_after, error.scope)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Misconfigured),
        (400, Rejected),
        (401, Misconfigured),
        (403, Misconfigured),
        (404, Misconfigured),
        (413, Rejected),
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (504, OutcomeUnknown),
    ],
)
def test_http_status(status: int, kind: type[SendError]) -> None:
    """An HTTP status other than 200 comes from a gateway, which may not know what became of the message."""
    expected = kind
    assert expected is type(error_for_http(status, ""))


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30), ("", 10), ("Wed, 21 Oct 2026 07:28:00 GMT", 10), ("-5", 10)]
)
def test_http_429(header: str, seconds: int) -> None:
    """HTTP 429 pauses the whole account, for as long as it asks."""
    error = error_for_http(429, header)
    assert isinstance(error, Throttled)
    expected = (timedelta(seconds=seconds), Scope.ACCOUNT)
    assert expected == (error.retry_after, error.scope)
