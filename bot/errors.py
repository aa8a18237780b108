"""The errors of sending: the outbox has one reaction to each."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from bot.model.chat import ChatRef


class Scope(StrEnum):
    """What a platform throttles."""

    ACCOUNT = "account"
    CHAT = "chat"


class SendError(Exception):
    """An effect was not carried out, or nobody knows; the subclass says what to do about it.

    `code` is short and stable, for logs and metrics. `reason` is the platform's own word for it, for the
    people who run the service; adapters keep tokens and residents' words out of both.
    """

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(f"{code}: {reason}" if reason else code)
        self.code = code
        self.reason = reason


class Throttled(SendError):
    """The platform asks us to wait, for this chat or the whole account. Not counted as an attempt."""

    def __init__(self, code: str, *, retry_after: timedelta, scope: Scope, reason: str = "") -> None:
        super().__init__(code, reason)
        self.retry_after = retry_after
        self.scope = scope


class Transient(SendError):
    """Surely not carried out, and may work later: connection refused, 5xx before the effect."""


class OutcomeUnknown(SendError):
    """The call was cut off: the effect may have happened."""


class Moved(SendError):
    """The chat has a new address; everything that waits for it follows."""

    def __init__(self, code: str, *, to: ChatRef, reason: str = "") -> None:
        super().__init__(code, reason)
        self.to = to


class RecipientGone(SendError):
    """The chat cannot be written to: blocked, left, deleted, bot removed."""


class Rejected(SendError):
    """The platform will never accept this. `part`: the index of the file that is at fault, None for the whole."""

    def __init__(self, code: str, reason: str = "", *, part: int | None = None) -> None:
        super().__init__(code, reason)
        self.part = part


class Misconfigured(SendError):
    """The channel itself is at fault: a wrong token, a missing right. Nothing works until someone mends it."""


class BadUpdate(Exception):
    """A callback that is not what the platform sends; the message says what is wrong with it (HTTP 400)."""


class Unauthentic(Exception):
    """A callback that does not come from the platform: wrong or missing secret or signature (HTTP 401)."""


class MediaUnavailable(Exception):
    """A file cannot be had or passed on; `reason` is a Russian phrase for people: «больше 20 МБ»."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
