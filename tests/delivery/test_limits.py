"""Keeping below a platform's limits: never above, never idle without need."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.capabilities import Rate, RateLimits
from bot.delivery.entry import Priority
from bot.delivery.limits import ChannelLimits, Window
from bot.errors import Scope
from bot.model.chat import ChatKind, ChatRef

RESIDENT = ChatRef(channel="telegram", chat_id="100")
NEIGHBOUR = ChatRef(channel="telegram", chat_id="101")
GROUP = ChatRef(channel="telegram", chat_id="-100500")
TOPIC = ChatRef(channel="telegram", chat_id="-100500:7")


def rate(count: int, seconds: float) -> Rate:
    return Rate(count=count, per=timedelta(seconds=seconds))


LIMITS = RateLimits(account=rate(30, 1), chat=rate(1, 1), group=rate(20, 60))


# --- one window --------------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(st.tuples(st.floats(0, 3), st.integers(1, 4)), max_size=60),
    count=st.integers(1, 8),
    per=st.floats(0.1, 10),
)
def test_never_more_than_the_rate_in_any_window(steps: list[tuple[float, int]], count: int, per: float) -> None:
    """Whoever waits as long as he is told stays within the limit, wherever the window is laid."""
    window, now = Window(rate(count, per)), 1000.0
    sent: list[tuple[float, int]] = []
    for pause, cost in steps:
        now += pause
        now += window.delay(now, cost)
        assert window.delay(now, cost) == 0
        window.take(now, cost)
        sent.append((now, min(cost, count)))
    # `Rate` keeps microseconds.
    length = timedelta(seconds=per).total_seconds() - 1e-6
    assert not [at for at, _ in sent if sum(cost for other, cost in sent if at <= other < at + length) > count]


def test_a_burst_up_to_the_rate_goes_at_once() -> None:
    """The whole rate may go in one moment; the next waits until the first has left the window."""
    window = Window(rate(3, 10))
    delays = []
    for now in (100.0, 101.0, 102.0, 103.0):
        delays.append(window.delay(now))
        window.take(now)
    expected = [0, 0, 0, 7]
    assert expected == pytest.approx(delays)


def test_no_longer_wait_than_needed() -> None:
    """What costs several waits for just as many to leave the window."""
    window = Window(rate(4, 10))
    for now in (100.0, 101.0, 102.0, 103.0):
        window.take(now)
    expected = [6, 7, 8, 9]
    assert expected == pytest.approx([window.delay(104.0, cost) for cost in (1, 2, 3, 4)])


def test_what_costs_more_than_the_rate_waits_for_an_empty_window() -> None:
    """An album of ten is not stuck for ever behind a limit of one."""
    window = Window(rate(1, 1))
    delays = [window.delay(100.0, 10)]
    window.take(100.0, 10)
    delays += [window.delay(100.5, 10), window.delay(101.0, 10)]
    expected = [0, 0.5, 0]
    assert expected == pytest.approx(delays)


def test_slack_lengthens_the_window() -> None:
    """Two calls a window apart may arrive closer together: slack keeps them apart."""
    window = Window(rate(1, 1), slack=0.05)
    window.take(100.0)
    expected = pytest.approx(1.05)
    assert expected == window.delay(100.0)


# --- a channel ---------------------------------------------------------------------------------------------------


def test_a_private_chat_has_its_own_limit() -> None:
    """A resident gets one message a second; his neighbour does not wait for him."""
    limits = ChannelLimits(LIMITS)
    limits.take(RESIDENT, ChatKind.PRIVATE, 100.0)
    delays = [limits.delay(chat, ChatKind.PRIVATE, Priority.ANSWER, 100.25) for chat in (RESIDENT, NEIGHBOUR)]
    expected = [0.75, 0]
    assert expected == delays


def test_a_group_has_the_limit_of_groups() -> None:
    """A group takes a burst that a private chat would not."""
    limits = ChannelLimits(LIMITS)
    limits.take(GROUP, ChatKind.GROUP, 100.0)
    assert limits.delay(GROUP, ChatKind.GROUP, Priority.CARD, 100.0) == 0


def test_the_topics_of_a_group_share_its_limit() -> None:
    """For the platform all topics are one group."""
    limits = ChannelLimits(LIMITS)
    for chat in (TOPIC, GROUP) * 10:
        limits.take(chat, ChatKind.GROUP, 100.0)
    expected = [59, 59]
    delays = [limits.delay(chat, ChatKind.GROUP, Priority.COMMAND, 101.0) for chat in (GROUP, TOPIC)]
    assert expected == delays


def test_the_account_has_a_limit_over_all_chats() -> None:
    """The thirty-first message of a second waits, whatever its chat."""
    limits = ChannelLimits(LIMITS)
    for number in range(30):
        limits.take(ChatRef(channel="telegram", chat_id=str(number)), ChatKind.PRIVATE, 100.0)
    expected = pytest.approx(0.5)
    assert expected == limits.delay(NEIGHBOUR, ChatKind.PRIVATE, Priority.ANSWER, 100.5)


RESERVES = [
    ("a fifth of twenty", 20, 0.2, 16),
    ("at least one of five", 5, 0.1, 4),
    ("nothing of four", 4, 0.2, 4),
    ("nothing of one", 1, 0.2, 1),
]


@pytest.mark.parametrize(("count", "reserve", "cards"), [row[1:] for row in RESERVES], ids=[row[0] for row in RESERVES])
def test_a_part_of_a_group_is_kept_for_commands(count: int, reserve: float, cards: int) -> None:
    """Cards never fill a group so that an official waits a minute for the answer to his command."""
    limits = ChannelLimits(RateLimits(group=rate(count, 60)), reserve=reserve)
    sent = 0
    while limits.delay(GROUP, ChatKind.GROUP, Priority.CARD, 100.0) == 0:
        limits.take(GROUP, ChatKind.GROUP, 100.0)
        sent += 1
    commands = limits.room(GROUP, ChatKind.GROUP, Priority.COMMAND, 100.0)
    assert (cards, count - cards) == (sent, commands)


def test_commands_may_use_the_whole_group() -> None:
    """What is kept for commands is on top of what all may use; once they took it, cards wait longer."""
    limits = ChannelLimits(LIMITS)
    for second in range(20):
        limits.take(GROUP, ChatKind.GROUP, 100.0 + second)
    delays = [limits.delay(GROUP, ChatKind.GROUP, priority, 120.0) for priority in (Priority.COMMAND, Priority.CARD)]
    expected = [40, 44]
    assert expected == pytest.approx(delays)


def test_an_album_costs_its_items() -> None:
    """Two albums of ten fill a group of twenty for commands."""
    limits = ChannelLimits(LIMITS)
    limits.take(GROUP, ChatKind.GROUP, 100.0, 10)
    expected = (10, 6)
    assert expected == (
        limits.room(GROUP, ChatKind.GROUP, Priority.COMMAND, 100.0),
        limits.room(GROUP, ChatKind.GROUP, Priority.CARD, 100.0),
    )


def test_marks_count_for_the_account_alone() -> None:
    """A mark goes to a full group, and fills it no further; the account counts it."""
    limits = ChannelLimits(LIMITS)
    for _ in range(20):
        limits.take(GROUP, ChatKind.GROUP, 100.0)
    for _ in range(10):
        assert limits.delay(GROUP, ChatKind.GROUP, Priority.MARK, 100.5, counts_for_chat=False) == 0
        limits.take(GROUP, ChatKind.GROUP, 100.5, counts_for_chat=False)
    mark = limits.delay(GROUP, ChatKind.GROUP, Priority.MARK, 100.5, counts_for_chat=False)
    command = limits.delay(GROUP, ChatKind.GROUP, Priority.COMMAND, 101.0)
    expected = [0.5, 59]
    assert expected == pytest.approx([mark, command])


def test_room_is_the_tightest_of_the_limits() -> None:
    """How many cards may go now decides whether they are put together."""
    limits = ChannelLimits(LIMITS)
    rooms = [limits.room(GROUP, ChatKind.GROUP, Priority.CARD, 100.0)]
    for number in range(25):
        limits.take(ChatRef(channel="telegram", chat_id=str(number)), ChatKind.PRIVATE, 100.0)
    rooms.append(limits.room(GROUP, ChatKind.GROUP, Priority.CARD, 100.0))
    expected = [16, 5]
    assert expected == rooms


def test_without_limits_nothing_waits() -> None:
    """A platform without known limits is not slowed down."""
    limits = ChannelLimits(RateLimits())
    limits.take(GROUP, ChatKind.GROUP, 100.0)
    assert limits.delay(GROUP, ChatKind.GROUP, Priority.CARD, 100.0) == 0
    expected = sys.maxsize
    assert expected == limits.room(GROUP, ChatKind.GROUP, Priority.CARD, 100.0)


def test_a_chat_pauses_exactly_so_long() -> None:
    """Throttled for a chat: it and its topics wait, reserved part or not; others go on."""
    limits = ChannelLimits(LIMITS)
    limits.pause(Scope.CHAT, TOPIC, 117.0)
    delays = [
        limits.delay(GROUP, ChatKind.GROUP, Priority.COMMAND, 100.0),
        limits.delay(GROUP, ChatKind.GROUP, Priority.MARK, 100.0, counts_for_chat=False),
        limits.delay(GROUP, ChatKind.GROUP, Priority.PRESS, 100.0, counts_for_chat=False),
        limits.delay(RESIDENT, ChatKind.PRIVATE, Priority.ANSWER, 100.0),
        limits.delay(GROUP, ChatKind.GROUP, Priority.CARD, 117.0),
    ]
    expected = [17, 17, 0, 0, 0]
    assert expected == delays
    assert limits.room(GROUP, ChatKind.GROUP, Priority.COMMAND, 116.0) == 0


def test_an_account_pauses_as_a_whole() -> None:
    """Throttled for the account: every chat waits, presses too."""
    limits = ChannelLimits(LIMITS)
    limits.pause(Scope.ACCOUNT, GROUP, 105.0)
    delays = [
        limits.delay(RESIDENT, ChatKind.PRIVATE, Priority.ANSWER, 100.0),
        limits.delay(GROUP, ChatKind.GROUP, Priority.PRESS, 100.0, counts_for_chat=False),
        limits.delay(RESIDENT, ChatKind.PRIVATE, Priority.ANSWER, 105.0),
    ]
    expected = [5, 5, 0]
    assert expected == delays


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    """Of two wishes the later end holds."""
    limits = ChannelLimits(LIMITS)
    for until in (110.0, 103.0):
        limits.pause(Scope.CHAT, GROUP, until)
        limits.pause(Scope.ACCOUNT, GROUP, until)
    expected = [10, 10]
    assert expected == [
        limits.delay(GROUP, ChatKind.GROUP, Priority.CARD, 100.0),
        limits.delay(RESIDENT, ChatKind.PRIVATE, Priority.ANSWER, 100.0),
    ]


def test_quiet_chats_are_forgotten() -> None:
    """Memory holds the chats of the last window, not everyone who ever wrote."""
    limits = ChannelLimits(LIMITS)
    for number in range(10_000):
        chat = ChatRef(channel="telegram", chat_id=str(number))
        limits.take(chat, ChatKind.PRIVATE, 100.0 + number)
        limits.pause(Scope.CHAT, chat, 101.0 + number)
        assert limits.remembered() <= 4


def test_a_busy_chat_keeps_no_quiet_ones() -> None:
    """A chat that is written to all the time does not hold back the forgetting of the others."""
    limits = ChannelLimits(LIMITS)
    for number in range(1000):
        limits.take(RESIDENT, ChatKind.PRIVATE, 100.0 + number / 2)
        limits.take(ChatRef(channel="telegram", chat_id=f"quiet{number}"), ChatKind.PRIVATE, 100.0 + number / 2)
    assert limits.remembered() <= 4
