"""What the service says to residents about their data: short, warm, plain. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plural import count, plural

_ELSEWHERE = "Обратиться можно и через Госуслуги, а если есть угроза жизни, звоните 112."

# --- at first contact ----------------------------------------------------------------------------------------------


def with_notice(text: str, url: str) -> str:
    """The greeting, or the first confirmation, with a line on where to read how data is kept."""
    return f"{text}\n\nКак мы храним то, что вы пишете: {url}" if url else text


def ask_consent(url: str) -> str:
    """A message of its own, with its buttons. What he wrote is kept already."""
    more = f"\n\nПодробнее: {url}" if url else ""
    return (
        "Ваше сообщение у нас, но передать его можно только с вашего согласия: мы сохраним его и ваше имя и покажем "
        "сотрудникам, которые отвечают. Нажмите «Согласен» или напишите это слово, и вопрос сразу уйдёт: повторять "
        f"его не нужно. Без согласия мы его удалим.{more}"
    )


def ask_consent_first(url: str) -> str:
    """The same to somebody who has not written anything yet that could be passed on."""
    more = f"\n\nПодробнее: {url}" if url else ""
    return (
        "Чтобы ответить на вопрос, мы сохраним его и ваше имя и покажем сотрудникам, которые отвечают. "
        f"Если вы согласны, нажмите «Согласен» или напишите это слово.{more}"
    )


def still_aside() -> str:
    """He writes on without having said whether he consents."""
    return "Это мы тоже сохранили. Всё сразу уйдёт, как только вы нажмёте «Согласен» или напишете это слово."


def full() -> str:
    """So much is kept that no more is taken."""
    return (
        "Больше сохранить пока не можем. Нажмите «Согласен» или напишите это слово: всё, что вы прислали раньше, "
        "сразу уйдёт. Потом пришлите остальное."
    )


def consented() -> str:
    """He consented, and nothing of his waits for that."""
    return "Спасибо! Теперь напишите свой вопрос."


def other_text() -> str:
    """The button belongs to a text that is out of date."""
    return "С тех пор текст изменился."


def declined() -> str:
    return (
        "Хорошо. Мы никому ничего не передали, а то, что вы написали, удалили. "
        f"{_ELSEWHERE} Передумаете — просто напишите сюда."
    )


def consented_before() -> str:
    """«Не согласен» of somebody who had consented: his question is with the officials."""
    return "Вы уже согласились, и вопрос передан. Если хотите, чтобы мы всё удалили, напишите «забыть меня»."


# --- /mydata -------------------------------------------------------------------------------------------------------


def collecting() -> str:
    return "Собираем всё, что о вас храним. Файл придёт сюда через минуту."


def collected_lately(next_at: str) -> str:
    return f"Вы уже просили файл с вашими данными. Следующий можно получить после {next_at}."


def my_data() -> str:
    """Stands with the files."""
    return (
        "Здесь всё, что мы о вас храним: один файл удобно читать, другой понимают программы. "
        "Чтобы всё это удалить, напишите «забыть меня»."
    )


def not_collected() -> str:
    return "Собрать файл с вашими данными сейчас не получилось. Попробуйте, пожалуйста, позже."


# --- /forget -------------------------------------------------------------------------------------------------------


def ask_forget(unanswered: Sequence[int], locked_until: str) -> str:
    """What is going to be removed, before it is."""
    text = "Удалить всё, что мы о вас храним: имя, адрес чата, сообщения и файлы? Вернуть их будет нельзя."
    if unanswered:
        text += f" {_questions(unanswered)} без ответа: мы {_close(unanswered)}, и ответа не будет."
    if locked_until:
        text += f" {_by_law(locked_until)}"
    return f"{text}\n\nЕсли да, нажмите «Да, удалить» или напишите эти слова в течение 10 минут."


def left() -> str:
    return "Хорошо, ничего не удаляем."


def too_late() -> str:
    """Confirmed after its time, or without having been asked."""
    return "Мы ничего не удалили: подтвердить можно в течение 10 минут. Если нужно, напишите «забыть меня» ещё раз."


def forgotten(unanswered: Sequence[int], locked_until: str) -> str:
    """The last word."""
    text = "Готово: всё, что мы о вас хранили, удалено."
    if unanswered:
        closed = plural(len(unanswered), "закрыт", "закрыты", "закрыты")
        text += f" {_questions(unanswered)} {closed}, ответа не будет."
    if locked_until:
        text += f" {_by_law(locked_until)}"
    return f"{text} Если захотите спросить снова, просто напишите."


def still_banned(until: str) -> str:
    """Stands behind the last word."""
    return f"Писать сюда можно будет после {until}: до тех пор мы помним один адрес чата."


def _by_law(until: str) -> str:
    return (
        f"Сами вопросы и ответы закон велит хранить: до {until} они лежат под замком, никто их не видит, "
        "потом удалятся и они."
    )


#: Numbers that are named.
_NAMED = 5


def _questions(numbers: Sequence[int]) -> str:
    """«Вопрос № 5», «Вопросы № 5, № 7», «7 вопросов»."""
    if len(numbers) > _NAMED:
        return count(len(numbers), "вопрос", "вопроса", "вопросов")
    return f"{'Вопрос' if len(numbers) == 1 else 'Вопросы'} {', '.join(f'№ {number}' for number in numbers)}"


def _close(numbers: Sequence[int]) -> str:
    return "закроем его" if len(numbers) == 1 else "закроем их"
