"""What the refusals of Telegram mean for the outbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from adapters.telegram.errors import ApiError, Meaning, meaning_of, part_of, send_error
from bot.errors import (
    Misconfigured,
    Moved,
    OutcomeUnknown,
    RecipientGone,
    Rejected,
    SendError,
    Throttled,
    Transient,
)
from bot.model.chat import ChatRef

GROUP = ChatRef(channel="telegram", chat_id="-1001700000001")
TOPIC = ChatRef(channel="telegram", chat_id="-1001700000001:42")


@dataclass(frozen=True)
class Case:
    status: int
    description: str
    kind: type[SendError]
    code: str
    details: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    chat: ChatRef = TOPIC


CASES = [
    Case(
        429,
        "Too Many Requests: retry after 7",
        Throttled,
        "too_many_requests",
        {"retry_after": timedelta(seconds=7)},
        {"retry_after": 7},
    ),
    Case(
        429, "Too Many Requests: retry after 9", Throttled, "too_many_requests", {"retry_after": timedelta(seconds=9)}
    ),
    Case(429, "slow down", Throttled, "too_many_requests", {"retry_after": timedelta(seconds=5)}),
    Case(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        Moved,
        "migrated",
        {"to": ChatRef(channel="telegram", chat_id="-1009")},
        {"migrate_to_chat_id": -1009},
    ),
    Case(400, "Bad Request: message thread not found", Moved, "topic_deleted", {"to": GROUP}),
    Case(400, "Bad Request: TOPIC_DELETED", Moved, "topic_deleted", {"to": GROUP}),
    Case(400, "Bad Request: message thread not found", Rejected, "topic_deleted", chat=GROUP),
    Case(400, "Bad Request: TOPIC_CLOSED", Rejected, "topic_closed", {"part": None}),
    Case(400, "Bad Request: chat not found", RecipientGone, "chat_not_found"),
    Case(400, "Bad Request: not enough rights to send text messages to the chat", RecipientGone, "no_right_to_write"),
    Case(400, "Bad Request: not enough rights to send photos to the chat", Rejected, "kind_forbidden", {"part": 3}),
    Case(403, "Forbidden: bot was blocked by the user", RecipientGone, "blocked"),
    Case(403, "Forbidden: user is deactivated", RecipientGone, "user_deactivated"),
    Case(403, "Forbidden: bot was kicked from the supergroup chat", RecipientGone, "bot_kicked"),
    Case(403, "Forbidden: bot can't initiate conversation with a user", RecipientGone, "never_wrote"),
    Case(403, "Forbidden: for reasons to come", RecipientGone, "forbidden"),
    Case(400, "Bad Request: wrong file identifier/HTTP URL specified", Rejected, "file_unknown", {"part": 3}),
    Case(400, "Bad Request: file is too big", Rejected, "file_too_big", {"part": 3}),
    Case(400, "Bad Request: IMAGE_PROCESS_FAILED", Rejected, "photo_refused", {"part": 3}),
    Case(403, "Forbidden: VOICE_MESSAGES_FORBIDDEN", Rejected, "voice_forbidden", {"part": 3}),
    Case(413, "Request Entity Too Large", Rejected, "file_too_big", {"part": 3}),
    Case(400, "Bad Request: message to edit not found", Rejected, "message_missing", {"part": None}),
    Case(400, "Bad Request: message to delete not found", Rejected, "message_missing"),
    Case(400, "Bad Request: REACTION_INVALID", Rejected, "reaction_refused"),
    Case(400, "Bad Request: something new", Rejected, "bad_request", {"reason": "something new"}),
    Case(401, "Unauthorized", Misconfigured, "bad_token"),
    Case(404, "Not Found", Misconfigured, "bad_token"),
    Case(400, "Bad Request: bad webhook: Failed to resolve host", Misconfigured, "webhook_refused"),
    Case(409, "Conflict: terminated by other getUpdates request", Transient, "conflict"),
    Case(500, "Internal Server Error", OutcomeUnknown, "server_error"),
    Case(502, "Bad Gateway", OutcomeUnknown, "server_error"),
    Case(418, "I'm a teapot", Rejected, "status_418"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.status} {case.description}")
def test_error_of_sending(case: Case) -> None:
    """Each answer is one error of sending, with a stable code."""
    error = send_error(ApiError(case.status, case.description, case.parameters), chat=case.chat, part=3)
    assert (case.kind, case.code) == (type(error), error.code)
    assert case.details == {name: getattr(error, name) for name in case.details}


def test_server_error_of_what_may_be_repeated() -> None:
    """An edit that may have happened is simply done again."""
    assert isinstance(send_error(ApiError(502, "Bad Gateway"), repeatable=True), Transient)


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ],
)
def test_done_already(description: str) -> None:
    """What is so already, or matters to nobody any more, is a success."""
    assert meaning_of(ApiError(400, description)) is Meaning.DONE


def test_part_of_an_album() -> None:
    """The platform counts the files of an album from one, we from zero."""
    error = ApiError(400, 'Bad Request: failed to send message #3 with the error message "wrong file identifier"')
    expected = (Meaning.FILE, 2)
    assert expected == (meaning_of(error), part_of(error))
