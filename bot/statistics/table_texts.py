"""What is said in an admin chat of a table that is made there. Pure."""

from __future__ import annotations

from bot.delivery.fit import size_text
from bot.plural import plural
from bot.statistics.period import Period
from bot.statistics.phrases import days, number
from bot.statistics.table import Written


def preparing(period: Period) -> str:
    return f"Готовлю таблицу за {days(period)}…"


def being_made(period: Period) -> str:
    """To whoever asks for it once more meanwhile."""
    return f"Таблица за {days(period)} уже готовится: она придёт сюда."


def how_far(period: Period, percent: int) -> str:
    return f"Готовлю таблицу за {days(period)}: готово {percent} %…"


def ready(period: Period) -> str:
    """In the place of how far it was."""
    return f"Таблица за {days(period)} готова."


def not_ready(period: Period) -> str:
    """The same, where there is none: why, is said below."""
    return f"Таблица за {days(period)} не готова."


def caption(period: Period, written: Written) -> str:
    """Under the file: what is in it."""
    rows = f"{number(written.questions)} {plural(written.questions, 'вопрос', 'вопроса', 'вопросов')}"
    again = f", снова открыто {number(written.reopened)}" if written.reopened else ""
    return f"Таблица за {days(period)}: {rows}{again}."


def too_big(period: Period, size: int, limit: int) -> str:
    return (
        f"Таблица за {days(period)} заняла {size_text(size)}, "
        f"а сюда можно прислать до {size_text(limit)}. Возьмите срок короче, например: /export месяц."
    )


def no_files(period: Period) -> str:
    when = days(period)
    return f"Таблицу за {when} сюда не прислать: здесь нет файлов. Её можно получить командой otvet export."


def overtaken(period: Period) -> str:
    """Each time that it was made, somebody had his data removed meanwhile."""
    return (
        f"Таблицу за {days(period)} собрать не получилось: пока она готовилась, жители удаляли свои данные, а их слов "
        "в ней быть не должно. Отправьте /export ещё раз."
    )
