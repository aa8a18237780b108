"""What Viber's statuses mean: https://developers.viber.com/docs/api/rest-bot-api/#error-codes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

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

OK: Final = 0
TOO_MANY_REQUESTS: Final = 12
#: The resident's Viber cannot show the message as it is; a plainer one may pass.
TOO_OLD_CLIENT: Final = frozenset({11, 13})

#: How long the account rests after HTTP 429 without a `Retry-After`.
ACCOUNT_PAUSE = timedelta(seconds=10)

_STATUSES: dict[int, tuple[type[Misconfigured | RecipientGone | Rejected | Transient], str, str]] = {
    1: (Misconfigured, "invalid_url", "Viber не принял адрес вебхука"),
    2: (Misconfigured, "invalid_auth_token", "токен не подходит"),
    3: (Rejected, "bad_data", "Viber не принял сообщение: ошибка в данных"),
    4: (Rejected, "missing_data", "Viber не принял сообщение: не хватает данных"),
    5: (RecipientGone, "receiver_not_registered", "получателя нет в Viber"),
    6: (RecipientGone, "receiver_not_subscribed", "получатель отписался от бота"),
    7: (Misconfigured, "account_blocked", "бот заблокирован"),
    8: (Misconfigured, "account_not_found", "по этому токену бота нет"),
    9: (Misconfigured, "account_suspended", "работа бота приостановлена"),
    10: (Misconfigured, "webhook_not_set", "вебхук не установлен"),
    11: (Rejected, "no_suitable_device", "Viber получателя не поддерживает ботов"),
    13: (Rejected, "api_version_not_supported", "Viber получателя слишком старый для этого сообщения"),
    14: (Rejected, "incompatible_with_version", "сообщение не подходит под min_api_version"),
    15: (Misconfigured, "account_not_authorized", "бот не авторизован"),
    16: (Rejected, "inline_not_allowed", "Viber не принял сообщение в чате"),
    17: (Rejected, "account_not_inline", "бот не встраивается в чаты"),
    18: (Rejected, "no_public_chat", "у бота нет публичного чата"),
    19: (Misconfigured, "cannot_broadcast", "рассылка боту недоступна"),
    20: (Misconfigured, "broadcast_not_allowed", "рассылка боту запрещена"),
    21: (RecipientGone, "unsupported_country", "в стране получателя бот недоступен"),
    22: (Rejected, "payment_unsupported", "бот не принимает платежи"),
    23: (Misconfigured, "free_messages_exceeded", "бесплатные сообщения этого месяца кончились"),
    24: (Misconfigured, "no_balance", "на счёте бота нет денег"),
}


def error_for(status: int, *, chat_pause: timedelta) -> SendError:
    """The error of sending that a status other than 0 stands for.

    `status_message` is not looked at: it may repeat a part of the message.
    """
    if status == TOO_MANY_REQUESTS:
        return Throttled(
            "too_many_requests",
            retry_after=chat_pause,
            scope=Scope.CHAT,
            reason="100 сообщений за час без ответа получателя",
        )
    if (known := _STATUSES.get(status)) is not None:
        error, code, reason = known
        return error(code, reason)
    # 99 «general error» and what is new: Viber says that it was not done.
    return Transient(f"status_{status}", "общая ошибка Viber")


def error_for_http(status: int, retry_after: str) -> SendError:
    """The error that an HTTP status other than 200 stands for, when the body says nothing better."""
    reason = f"HTTP {status}"
    if status == 429:
        pause = timedelta(seconds=int(retry_after)) if _is_count(retry_after) else ACCOUNT_PAUSE
        return Throttled("http_429", retry_after=pause, scope=Scope.ACCOUNT, reason=reason)
    if status >= 500:
        # A gateway's word: what stands behind it may have sent the message.
        return OutcomeUnknown(f"http_{status}", reason)
    if status in (401, 403, 404) or 300 <= status < 400:
        return Misconfigured(f"http_{status}", f"{reason}: токен или VIBER_API_URL не подходит")
    return Rejected(f"http_{status}", reason)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6
