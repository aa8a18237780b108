"""What the service says to residents: short, warm, plain."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from bot.conversation.machine import HELP, NEW_QUESTION
from bot.model.message import Button, Keyboard
from bot.plural import plural

_MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)

#: Under everything that we say to a resident.
KEYBOARD = Keyboard(rows=((Button(text="Новый вопрос", data=NEW_QUESTION), Button(text="Помощь", data=HELP)),))

_CONSULTATION = (
    "Это консультация, а не официальное обращение по закону № 59-ФЗ: такое обращение можно подать через Госуслуги. "
    "Если есть угроза жизни, звоните 112."
)


def moment(at: datetime, now: datetime, zone: tzinfo) -> str:
    """A point in time as people say it: «14:20», «завтра в 14:20» becomes «14:20 завтра», «14:20, 24 ноября»."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M}"
    match (local.date() - today).days:
        case 0:
            return clock
        case 1:
            return f"{clock} завтра"
        case _:
            year = f" {local.year}" if local.year != today.year else ""
            return f"{clock} {local.day} {_MONTHS[local.month - 1]}{year}"


def length(span: timedelta) -> str:
    """A length of time in the largest fitting unit: «40 минут», «4 часа», «3 дня»."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:
        return f"{minutes} {plural(minutes, 'минута', 'минуты', 'минут')}"
    hours = round(minutes / 60)
    if hours < 48:
        return f"{hours} {plural(hours, 'час', 'часа', 'часов')}"
    days = round(hours / 24)
    return f"{days} {plural(days, 'день', 'дня', 'дней')}"


def within(span: timedelta) -> str:
    """The same behind «в течение»: «40 минут», «1 часа», «4 часов», «3 дней»."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:
        return f"{minutes} {plural(minutes, 'минуты', 'минут', 'минут')}"
    hours = round(minutes / 60)
    if hours < 48:
        return f"{hours} {plural(hours, 'часа', 'часов', 'часов')}"
    days = round(hours / 24)
    return f"{days} {plural(days, 'дня', 'дней', 'дней')}"


def greeting(service: str, answer_within: timedelta) -> str:
    return (
        f"Здравствуйте! Это «{service}». Напишите свой вопрос обычным сообщением, можно с фото, видео или голосом: "
        "мы передадим его тем, кто отвечает за это, и пришлём ответ сюда, "
        f"обычно в течение {within(answer_within)}.\n\n"
        f"{_CONSULTATION}"
    )


def explanation(answer_within: timedelta) -> str:
    return (
        "Просто напишите вопрос: он сразу получит номер и уйдёт тем, кто за это отвечает. "
        f"Ответ придёт сюда, обычно в течение {within(answer_within)}. Пока вопрос открыт, и ещё три дня после ответа, "
        "всё, что вы напишете, добавится к нему. Чтобы спросить о другом, нажмите или напишите «Новый вопрос».\n\n"
        f"{_CONSULTATION}"
    )


def confirmation(number: int, due: str, *, first: bool) -> str:
    text = f"Ваш вопрос принят: № {number}. Ответ придёт сюда до {due}."
    return f"{text}\n\n{_CONSULTATION}" if first else text


def joined(number: int) -> str:
    return f"Добавили к вопросу № {number}."


def promise_new() -> str:
    return "Хорошо. Напишите новый вопрос: следующее сообщение откроет его."


def clarification(text: str) -> str:
    """What an official asks."""
    return f"Уточните, пожалуйста: {text}" if text else "Уточните, пожалуйста."


def interim(text: str, due: str) -> str:
    """An answer that is not the last one."""
    more = f"Это промежуточный ответ: мы занимаемся вопросом дальше и ответим до {due}."
    return f"{text}\n\n{more}" if text else more


def extended(number: int, due: str) -> str:
    return f"По вопросу № {number} нужно больше времени: ответим до {due}."


def asked_again(number: int, asked: str) -> str:
    what = f": {asked}" if asked else "."
    return (
        f"Чтобы ответить на вопрос № {number}, нам не хватает вашего уточнения{what}\n\n"
        "Просто напишите сюда. Если ответа не будет ещё два дня, мы закроем вопрос."
    )


def unclarified(number: int) -> str:
    return (
        f"Вопрос № {number} закрыт: мы не дождались уточнения. "
        "Если он ещё важен, напишите сюда в течение трёх дней, и мы откроем его снова."
    )


def withdrawn(number: int) -> str:
    return f"Предыдущий ответ на вопрос № {number} отозван: в нём была ошибка. Мы ответим ещё раз."


def correction(text: str) -> str:
    return f"Исправлено: {text}"


def closed(number: int, reason: str) -> str:
    why = f": {reason.rstrip('.! ')}" if reason else ""
    return f"Вопрос № {number} закрыт{why}. Если это не так, просто напишите нам ещё раз."


def reopened(number: int) -> str:
    return f"Вопрос № {number} снова открыт: мы закрыли его по ошибке. Ответ придёт сюда."


def file_not_passed(what: str, reason: str) -> str:
    return f"Не получилось передать: {what} ({reason}). Остальное передано."
