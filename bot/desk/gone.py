"""A department's admin chat from which the bot was removed: what coordinators and cards say of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

#: Departments of one chat that are named.
NAMED = 5


def lost(departments: Sequence[str], waiting: int) -> str:
    """The chat of these departments cannot be written to; so many questions waited there."""
    moved = f"Вопросы, которые ждали там ответа ({waiting}), теперь здесь, новые придут сюда же." if waiting else ""
    return (
        f"⚠️ Бота удалили из чата {_of(departments)} или запретили ему там писать. "
        f"{moved or 'Новые вопросы придут сюда.'}\n\n"
        "Чтобы вернуть: добавьте бота в тот чат и напишите там любое сообщение, например /help. "
        "Или привяжите другой чат: /bind с кодом отдела."
    )


def back(departments: Sequence[str]) -> str:
    """Somebody wrote in the chat: the bot is there again."""
    return (
        f"Чат {_of(departments)} снова доступен: новые вопросы пойдут туда. "
        "Те, что пришли сюда, остались у вас: их можно передать."
    )


def replaced(department: str) -> str:
    """The department was tied to another chat."""
    return f"У отдела «{department}» теперь другой чат: вопросы, которые ждут ответа, переходят туда."


def but_out_of_reach(why: str, department: str) -> str:
    """Why a question is with the coordinators when its department's chat cannot be written to."""
    return f"{why}, но {_unreachable(department)}" if why else _unreachable(department)


def as_if_in_reach(why: str, department: str) -> str:
    """The same without that."""
    return why.removesuffix(_unreachable(department)).removesuffix(", но ")


def _unreachable(department: str) -> str:
    return f"чат отдела «{department}» недоступен"


#: What the card says that stays in the old chat.
NO_MORE = "этот чат больше не работает с вопросами отдела"
OTHER_CHAT = "у отдела теперь другой чат"


def _of(departments: Sequence[str]) -> str:
    names = ", ".join(f"«{name}»" for name in departments[:NAMED])
    more = f" и ещё {len(departments) - NAMED}" if len(departments) > NAMED else ""
    return f"{'отдела' if len(departments) == 1 else 'отделов'} {names}{more}"
