"""VK's error codes become errors of sending."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.vk.errors import error_for
from bot.errors import Misconfigured, RecipientGone, Rejected, Scope, SendError, Throttled, Transient

KINDS: list[tuple[type[SendError], tuple[int, ...]]] = [
    (Transient, (1, 10, 13, 43, 118, 121)),
    (Misconfigured, (5, 7, 14, 15, 17, 27, 42, 1117, 2000, 3300)),
    (RecipientGone, (18, 113, 900, 901, 902, 917, 922, 925, 927, 932, 935, 936, 945, 946, 950, 985, 987, 988, 1012)),
    (Rejected, (3, 100, 909, 910, 911, 912, 913, 914, 920, 921, 924, 940, 1009, 1010)),
]


@pytest.mark.parametrize(("kind", "number"), [(kind, number) for kind, numbers in KINDS for number in numbers], ids=str)
def test_kind(kind: type[SendError], number: int) -> None:
    """Each code has the one reaction of the outbox that fits it."""
    error = error_for(number, "words of VK")
    assert (kind, f"vk_{number}", "words of VK") == (type(error), error.code, error.reason)


@pytest.mark.parametrize(
    ("number", "retry_after", "scope"),
    [
        (6, timedelta(seconds=0.3), Scope.ACCOUNT),
        (9, timedelta(minutes=1), Scope.CHAT),
        (29, timedelta(minutes=10), Scope.ACCOUNT),
    ],
)
def test_throttled(number: int, retry_after: timedelta, scope: Scope) -> None:
    """VK says no time to wait; ours is short for its limit per second, and long for its floods."""
    error = error_for(number, "")
    assert isinstance(error, Throttled)
    assert (retry_after, scope) == (error.retry_after, error.scope)


def test_unknown_code() -> None:
    """A code of tomorrow is a refusal: people are told, and can send again."""
    assert type(error_for(54321, "")) is Rejected


@pytest.mark.parametrize("method", ["messages.edit", "messages.delete", "messages.sendReaction"])
def test_access_to_one_message(method: str) -> None:
    """No access to one message is no matter of the whole channel."""
    assert type(error_for(15, "", method=method)) is Rejected
    assert type(error_for(15, "", method="messages.send")) is Misconfigured
