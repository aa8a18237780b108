"""What the Bot API answers instead of a result, and which error of sending each answer is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from bot.errors import (
    Misconfigured,
    Moved,
    OutcomeUnknown,
    RecipientGone,
    Rejected,
    Scope,
    SendError,
    Throttled,
    Transient,
)
from bot.model.chat import ChatRef

#: How long to wait when a 429 does not say it.
_PAUSE = timedelta(seconds=5)

_RETRY_AFTER = re.compile(r"retry after (\d+)", re.IGNORECASE)
#: An album names the file at fault, counted from 1.
_ITEM = re.compile(r"message #(\d+)")


class ApiError(Exception):
    """An answer with `ok: false`; https://core.telegram.org/bots/api#making-requests"""

    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status}: {description}")
        self.status = status
        #: The platform's own words, at most 200 characters, without the token.
        self.description = description
        #: https://core.telegram.org/bots/api#responseparameters
        self.parameters = parameters or {}

    def says(self, *parts: str) -> bool:
        """Whether the description contains one of these, in whatever case."""
        words = self.description.lower()
        return any(part.lower() in words for part in parts)


class Meaning(StrEnum):
    """What an answer means for the effect."""

    #: What we wanted is so already.
    DONE = "done"
    GONE = "gone"
    REJECTED = "rejected"
    #: One of the files is at fault.
    FILE = "file"
    #: A photo that may pass as a document.
    PHOTO = "photo"
    #: The topic is no more; its group is.
    TOPIC = "topic"
    CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True)
class Rule:
    """One answer of the platform: its status, a piece of its description, our code, the meaning."""

    status: int
    part: str
    code: str
    meaning: Meaning


#: The first that fits counts. The platform documents methods, not descriptions; these are the words of its server:
#: https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp (and `MTProto` errors in
#: capitals: https://core.telegram.org/api/errors). https://core.telegram.org/bots/api#making-requests
RULES = (
    # https://core.telegram.org/bots/api#editmessagetext
    Rule(400, "message is not modified", "not_modified", Meaning.DONE),
    Rule(400, "message to edit not found", "message_missing", Meaning.REJECTED),
    Rule(400, "message can't be edited", "not_editable", Meaning.REJECTED),
    # https://core.telegram.org/bots/api#deletemessage
    Rule(400, "message to delete not found", "message_missing", Meaning.REJECTED),
    Rule(400, "message can't be deleted", "not_deletable", Meaning.REJECTED),
    # https://core.telegram.org/bots/api#setmessagereaction
    Rule(400, "message to react not found", "message_missing", Meaning.REJECTED),
    Rule(400, "REACTION_", "reaction_refused", Meaning.REJECTED),
    # https://core.telegram.org/bots/api#answercallbackquery: nobody waits for the answer any more.
    Rule(400, "query is too old", "press_too_old", Meaning.DONE),
    Rule(400, "query ID is invalid", "press_too_old", Meaning.DONE),
    # https://core.telegram.org/bots/api#forumtopic
    Rule(400, "message thread not found", "topic_deleted", Meaning.TOPIC),
    Rule(400, "TOPIC_DELETED", "topic_deleted", Meaning.TOPIC),
    Rule(400, "TOPIC_ID_INVALID", "topic_deleted", Meaning.TOPIC),
    Rule(400, "TOPIC_CLOSED", "topic_closed", Meaning.REJECTED),
    # https://core.telegram.org/bots/api#sendphoto
    Rule(400, "PHOTO_INVALID_DIMENSIONS", "photo_refused", Meaning.PHOTO),
    Rule(400, "IMAGE_PROCESS_FAILED", "photo_refused", Meaning.PHOTO),
    Rule(400, "PHOTO_SAVE_FILE_INVALID", "photo_refused", Meaning.PHOTO),
    Rule(400, "PHOTO_EXT_INVALID", "photo_refused", Meaning.PHOTO),
    Rule(400, "too big for a photo", "photo_refused", Meaning.PHOTO),
    # https://core.telegram.org/bots/api#sending-files
    Rule(400, "wrong file", "file_unknown", Meaning.FILE),
    Rule(400, "wrong remote file", "file_unknown", Meaning.FILE),
    Rule(400, "invalid file", "file_unknown", Meaning.FILE),
    Rule(400, "file reference", "file_unknown", Meaning.FILE),
    Rule(400, "FILE_REFERENCE", "file_unknown", Meaning.FILE),
    Rule(400, "can't use file of type", "file_kind", Meaning.FILE),
    Rule(400, "type of file mismatch", "file_kind", Meaning.FILE),
    Rule(400, "file is too big", "file_too_big", Meaning.FILE),
    Rule(400, "file must be non-empty", "file_empty", Meaning.FILE),
    Rule(400, "VOICE_MESSAGES_FORBIDDEN", "voice_forbidden", Meaning.FILE),
    Rule(403, "VOICE_MESSAGES_FORBIDDEN", "voice_forbidden", Meaning.FILE),
    Rule(413, "", "file_too_big", Meaning.FILE),
    # https://core.telegram.org/bots/api#chatpermissions
    Rule(400, "not enough rights to send text", "no_right_to_write", Meaning.GONE),
    Rule(400, "not enough rights to send", "kind_forbidden", Meaning.FILE),
    Rule(400, "have no rights to send", "no_right_to_write", Meaning.GONE),
    Rule(400, "need administrator rights", "no_right_to_write", Meaning.GONE),
    Rule(400, "CHAT_WRITE_FORBIDDEN", "no_right_to_write", Meaning.GONE),
    Rule(400, "CHAT_RESTRICTED", "no_right_to_write", Meaning.GONE),
    Rule(400, "chat not found", "chat_not_found", Meaning.GONE),
    Rule(400, "user not found", "chat_not_found", Meaning.GONE),
    Rule(400, "PEER_ID_INVALID", "chat_not_found", Meaning.GONE),
    Rule(400, "user is deactivated", "user_deactivated", Meaning.GONE),
    Rule(400, "chat was deactivated", "chat_deactivated", Meaning.GONE),
    Rule(400, "chat was deleted", "chat_deactivated", Meaning.GONE),
    Rule(400, "bot was kicked", "bot_kicked", Meaning.GONE),
    # https://core.telegram.org/bots/api#setwebhook
    Rule(400, "bad webhook", "webhook_refused", Meaning.CONFIGURATION),
    Rule(400, "", "bad_request", Meaning.REJECTED),
    # https://core.telegram.org/bots/api#authorizing-your-bot
    Rule(401, "", "bad_token", Meaning.CONFIGURATION),
    Rule(403, "bot was blocked", "blocked", Meaning.GONE),
    Rule(403, "user is deactivated", "user_deactivated", Meaning.GONE),
    Rule(403, "bot was kicked", "bot_kicked", Meaning.GONE),
    Rule(403, "not a member", "bot_not_member", Meaning.GONE),
    Rule(403, "can't initiate conversation", "never_wrote", Meaning.GONE),
    Rule(403, "", "forbidden", Meaning.GONE),
    Rule(404, "", "bad_token", Meaning.CONFIGURATION),
)


def rule_for(error: ApiError) -> Rule | None:
    """The line of the table that fits; None for statuses that the table does not speak of."""
    return next((rule for rule in RULES if rule.status == error.status and error.says(rule.part)), None)


def meaning_of(error: ApiError) -> Meaning | None:
    """What an answer means; None where the status alone decides: 409, 429, 5xx."""
    rule = rule_for(error)
    return rule.meaning if rule else None


def part_of(error: ApiError) -> int | None:
    """The index of the file at fault in an album, when the platform names it."""
    found = _ITEM.search(error.description)
    return int(found[1]) - 1 if found else None


def send_error(
    error: ApiError,
    *,
    chat: ChatRef | None = None,
    repeatable: bool = False,
    scope: Scope = Scope.CHAT,
    part: int | None = None,
) -> SendError:
    """The error of sending for an answer.

    `chat`: where the effect was to happen. `repeatable`: doing it twice does no harm, so that an unclear outcome
    is just another try. `part`: the file that is to blame if files are.
    """
    reason = error.description.removeprefix("Bad Request: ").removeprefix("Forbidden: ")
    if error.status == 429:
        return Throttled("too_many_requests", retry_after=retry_after(error), scope=scope, reason=reason)
    to = error.parameters.get("migrate_to_chat_id")
    if chat is not None and isinstance(to, int):
        return Moved("migrated", to=ChatRef(channel=chat.channel, chat_id=str(to)), reason=reason)
    if error.status == 409:
        # Another process polls with this token, or a webhook is set: https://core.telegram.org/bots/api#getupdates
        return Transient("conflict", reason)
    if error.status >= 500:
        # Telegram has no idempotency keys: the message may be there.
        return Transient("server_error", reason) if repeatable else OutcomeUnknown("server_error", reason)
    rule = rule_for(error)
    if rule is None:
        return Rejected(f"status_{error.status}", reason)
    match rule.meaning:
        case Meaning.GONE:
            return RecipientGone(rule.code, reason)
        case Meaning.CONFIGURATION:
            return Misconfigured(rule.code, reason)
        case Meaning.TOPIC if chat is not None and chat != chat.whole:
            return Moved(rule.code, to=chat.whole, reason=reason)
        case Meaning.FILE | Meaning.PHOTO:
            return Rejected(rule.code, reason, part=part)
        case _:
            return Rejected(rule.code, reason)


def retry_after(error: ApiError) -> timedelta:
    """How long the platform asks us to wait; https://core.telegram.org/bots/api#responseparameters"""
    seconds = error.parameters.get("retry_after")
    if isinstance(seconds, int | float) and seconds > 0:
        return timedelta(seconds=seconds)
    found = _RETRY_AFTER.search(error.description)
    return timedelta(seconds=int(found[1])) if found else _PAUSE
