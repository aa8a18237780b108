"""What residents are told when they write too much, or may not write for a while: kindly. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from bot.conversation.texts import moment

#: What is longer has no end that anybody would wait for.
ENDLESS = timedelta(days=3650)


def banned(until: datetime, reason: str, now: datetime, zone: tzinfo) -> str:
    """Said once for each ban."""
    term = "" if until - now > ENDLESS else f" до {moment(until, now, zone)}"
    why = f" Причина: {reason.rstrip('.! ')}." if reason else ""
    return (
        f"К сожалению, мы не принимаем здесь ваши сообщения{term}.{why} "
        "Официальное обращение можно подать через Госуслуги. Если есть угроза жизни, звоните 112."
    )


def written_much(number: int) -> str:
    """Said once, however much he goes on to write."""
    return (
        "Вы написали много сообщений подряд. Мы сохранили все: те, кто отвечает на вопрос "
        f"№ {number}, прочитают их вместе."
    )
