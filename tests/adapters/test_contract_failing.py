"""What every adapter promises about sends that fail: one of the errors of sending, and not a word too much."""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.errors import (
    Misconfigured,
    OutcomeUnknown,
    RecipientGone,
    Scope,
    SendError,
    Throttled,
    Transient,
)
from bot.model.message import Button, Keyboard, SendMessage
from tests.adapters.contract import each
from tests.adapters.contract.platform import WORDS, Account, Failure, Platform

MESSAGE = SendMessage(text=f"Вопрос: {WORDS}", keyboard=Keyboard(rows=((Button(text="Да", data="q:1:yes"),),)))

#: 5xx is left to the platforms: see `Platform.server_error`.
EXPECTED: dict[Failure, type[SendError]] = {
    Failure.REFUSED: Transient,
    Failure.CUT_BEFORE: OutcomeUnknown,
    Failure.CUT_AFTER: OutcomeUnknown,
    Failure.CHAT_THROTTLED: Throttled,
    Failure.ACCOUNT_THROTTLED: Throttled,
    Failure.BLOCKED: RecipientGone,
    Failure.BAD_TOKEN: Misconfigured,
}

failures = each("failure", lambda platform: [failure for failure in Failure if platform.has(failure)])


@failures
async def test_failure(platform: Platform, failure: Failure, account: Account) -> None:
    """Each failure is the error whose reaction fits it; only what was carried out is shown; afterwards all is well."""
    await account.fail(failure)
    expected = (
        platform.server_error[0] if failure is Failure.SERVER_ERROR and platform.server_error else EXPECTED[failure]
    )
    with pytest.raises(SendError) as caught:
        await account.send(MESSAGE)
    assert expected is type(caught.value)
    assert caught.value.code
    await account.mend(failure)
    assert (1 if failure is Failure.CUT_AFTER else 0) == len(account.shown(account.resident))
    await account.send(SendMessage(text="Снова"))
    assert account.shown(account.resident)[-1].text == "Снова"


@each(
    "failure",
    lambda platform: [one for one in (Failure.CHAT_THROTTLED, Failure.ACCOUNT_THROTTLED) if platform.has(one)],
)
async def test_throttled(platform: Platform, failure: Failure, account: Account) -> None:
    """Who is to wait, and for how long, is said; a wait is never so long that nobody notices."""
    await account.fail(failure)
    with pytest.raises(Throttled) as caught:
        await account.send(MESSAGE)
    assert (Scope.CHAT if failure is Failure.CHAT_THROTTLED else Scope.ACCOUNT) == caught.value.scope
    assert timedelta(0) < caught.value.retry_after <= timedelta(hours=1)


@failures
async def test_nothing_is_told(
    platform: Platform, failure: Failure, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither secrets nor anybody's words are in an error, in what led to it, or in logs at any level."""
    caplog.set_level(logging.DEBUG)
    await account.fail(failure)
    with capture_logs() as logs, pytest.raises(SendError) as caught:
        await account.send(MESSAGE)
    error = caught.value
    causes = "".join(traceback.format_exception(error))
    written = f"{error} {error!r} {error.code} {error.reason} {causes} {logs} {caplog.text}"
    assert [] == [secret for secret in (WORDS, *account.secrets) if secret in written]
