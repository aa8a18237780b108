"""Sessions of officials, and the brake on guessing the password."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.web.sessions import LoginBrake, Sessions, is_password, is_visitor, new_visitor, public_id

NOW = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(key=b"k" * 32, password="кедр-и-море")


def test_a_session_lasts_twelve_hours(sessions: Sessions) -> None:
    """An official stays logged in for half a day, no longer."""
    cookie, session = sessions.issue(NOW)
    assert session == sessions.read(cookie, NOW + timedelta(hours=11, minutes=59))
    assert sessions.read(cookie, NOW + timedelta(hours=12)) is None


def test_a_restart_logs_nobody_out(sessions: Sessions) -> None:
    """The key is kept, so the cookie is good for the next process too."""
    cookie, session = sessions.issue(NOW)
    assert session == Sessions(key=b"k" * 32, password="кедр-и-море").read(cookie, NOW)


def test_a_new_password_ends_sessions(sessions: Sessions) -> None:
    """Whoever knew the old password is out."""
    cookie, _ = sessions.issue(NOW)
    assert Sessions(key=b"k" * 32, password="другой").read(cookie, NOW) is None


def test_a_changed_cookie_is_no_session(sessions: Sessions) -> None:
    """Nobody lengthens a session or makes one."""
    cookie, _ = sessions.issue(NOW)
    expires, session_id, signature = cookie.split(".")
    forged = [
        f"{int(expires) + 60}.{session_id}.{signature}",
        f"{expires}.{'0' * 32}.{signature}",
        f"{expires}.{session_id}.{'0' * 64}",
        f"{expires}.{session_id}",
        "",
        "é" * 70,
    ]
    assert [None] * len(forged) == [sessions.read(cookie, NOW) for cookie in forged]


def test_password() -> None:
    """Only the very password opens the chat, whatever letters it has."""
    given = ["кедр", "Кедр", "кедр ", "", "\udcff"]
    assert [is_password(word, "кедр") for word in given] == [True, False, False, False, False]


def test_the_brake_holds_one_address() -> None:
    """Five wrong passwords in a minute, then a pause; others may go on."""
    brake = LoginBrake(per_address=5)
    for second in range(5):
        assert brake.wait("192.0.2.1", NOW + timedelta(seconds=second)) is None
        brake.failed("192.0.2.1", NOW + timedelta(seconds=second))
    assert timedelta(seconds=55) == brake.wait("192.0.2.1", NOW + timedelta(seconds=5))
    assert brake.wait("192.0.2.2", NOW + timedelta(seconds=5)) is None
    assert brake.wait("192.0.2.1", NOW + MINUTE) is None


def test_the_brake_holds_all_together() -> None:
    """Many addresses together do not guess faster than the common limit."""
    brake = LoginBrake(together=50)
    for number in range(50):
        brake.failed(f"2001:db8::{number:x}", NOW)
    assert brake.wait("192.0.2.1", NOW) == MINUTE


def test_a_right_password_is_no_attempt() -> None:
    """Logging in often does not lock anybody out."""
    brake = LoginBrake(per_address=1)
    brake.failed("192.0.2.1", NOW)
    brake.succeeded("192.0.2.1", NOW)
    assert brake.wait("192.0.2.1", NOW) is None


def test_the_brake_forgets_old_addresses() -> None:
    """A flood from many addresses does not fill the memory."""
    brake = LoginBrake(per_address=1)
    for number in range(2000):
        brake.failed(f"2001:db8::{number:x}", NOW)
    assert len(brake._by_address) == 1000


def test_a_visitors_secret_does_not_show() -> None:
    """What the core and the officials see of a resident is not what opens his chat."""
    secret = new_visitor()
    shown = {public_id(secret, "resident"), public_id(secret, "official")}
    assert is_visitor(secret)
    assert len(shown | {secret}) == 3
