"""What the service says to officials: one line where one line does."""

from __future__ import annotations

from collections.abc import Sequence

from bot.desk.commands import MENU, Name
from bot.plural import plural

ASK_NUMBER = "На какой вопрос это ответ? Пришлите его номер ответом на это сообщение — или ответьте заново: 123 текст."
DELIVERED = "✓ Доставлено."
CORRECTED = "✓ Исправлено у жителя."

_EXAMPLES = {
    Name.TAKE: "/take 123",
    Name.RELEASE: "/release 123",
    Name.TRANSFER: "/transfer 123 отдел причина",
    Name.CLOSE: "/close 123 причина",
    Name.REOPEN: "/reopen 123",
    Name.NOTE: "/note 123 текст",
    Name.QUESTION: "/q 123",
    Name.CLARIFY: "/clarify 123 текст",
    Name.INTERIM: "/interim 123 текст",
    Name.WITHDRAW: "/withdraw 123",
    Name.SIMILAR: "/similar 123",
    Name.TEMPLATES: "/t 123",
    Name.SPAM: "/spam 123",
    Name.BAN: "/ban 123 7д причина",
    Name.UNBAN: "/unban 123",
}


def unknown_command(word: str) -> str:
    return f"Команды {word} нет, житель этого не увидел. Список команд: /help"


def expects(name: Name) -> str:
    return f"Укажите номер вопроса, например {_EXAMPLES[name]}, или ответьте этой командой на карточку."


def note_expects_text() -> str:
    return f"Напишите текст заметки, например {_EXAMPLES[Name.NOTE]}."


def no_question(number: int) -> str:
    return f"Вопроса № {number} нет."


def not_yours(number: int) -> str:
    return f"Вопрос № {number} ведёт другой отдел."


def only_to_read(number: int) -> str:
    return f"На № {number} отвечают в другом чате, здесь его можно только прочитать."


def closed_already(number: int) -> str:
    return f"Вопрос № {number} уже закрыт."


def reopened(number: int) -> str:
    return f"Вопрос № {number} снова открыт."


def not_closed(number: int) -> str:
    return f"Вопрос № {number} не закрыт."


def nothing_left(number: int) -> str:
    """What was written in it has been erased."""
    return f"Вопрос № {number} снова не открыть: срок его хранения вышел, и слов в нём больше нет."


def noted(number: int) -> str:
    return f"Заметка к № {number} сохранена, житель её не увидит."


def ask_clarify(number: int) -> str:
    return (
        f"Что уточнить у жителя по вопросу № {number}? Ответьте на это сообщение: ваши слова уйдут ему, "
        "срок остановится."
    )


def ask_interim(number: int) -> str:
    return (
        f"Что ответить жителю пока по вопросу № {number}? Ответьте на это сообщение: ваши слова уйдут ему, "
        "вопрос останется открытым с новым сроком."
    )


def clarifying(number: int) -> str:
    return (
        f"№ {number}: спросили жителя, срок остановлен. Через день напомним ему, через три дня без ответа "
        "закроем вопрос."
    )


def interim(number: int, due: str) -> str:
    return f"№ {number}: промежуточный ответ отправлен, новый срок — до {due}. Нужно больше времени? Нажмите кнопку."


def extended(number: int, due: str) -> str:
    return f"№ {number}: новый срок — до {due}. Житель узнает о нём."


def too_far(number: int) -> str:
    return f"№ {number}: дальше чем на месяц не продлить. Напишите жителю ещё раз: /interim {number} текст"


def not_open(number: int) -> str:
    return f"Вопрос № {number} уже не ждёт ответа."


def nothing_to_withdraw(number: int) -> str:
    return f"Отзывать нечего: ответа на № {number} ещё не было."


def withdrawn(number: int, *, unseen: bool, deletes: bool) -> str:
    if unseen:
        how = "житель его не видел"
    elif deletes:
        how = "он удалится у жителя"
    else:
        how = "в мессенджере жителя удалить его нельзя, мы написали ему, что ответ отозван"
    return f"Ответ на № {number} отозван: {how}."


def reason_added(number: int) -> str:
    return f"Причина передачи № {number} дописана."


_ANYWAY = "Ваш ответ пока не отправлен. Отправить? Нажмите кнопку или пришлите номер вопроса ответом на это сообщение."


def colleague_has_it(number: int, name: str) -> str:
    return f"№ {number} в работе: {name or 'другой сотрудник'}. {_ANYWAY}"


def colleague_answered(number: int, name: str) -> str:
    return f"На № {number} уже ответил(а): {name or 'другой сотрудник'}. {_ANYWAY}"


SENT = "Отправлено."


def withheld(number: int) -> str:
    return f"Ответ на № {number} не отправлен, он остался в переписке для коллег."


def decided_already(number: int) -> str:
    return f"Что делать с этим ответом на № {number}, уже решено."


def command_is_no_answer(number: int) -> str:
    return f"Этот ответ на № {number} начинается с «/»: жителю он не отправлен."


def already_withdrawn(number: int) -> str:
    return f"Этот ответ на № {number} уже отозван."


def first_take(number: int, why: str) -> str:
    """A colleague is at it, or has answered: whoever goes on does so knowingly."""
    return f"{why.removesuffix(_ANYWAY).strip()} Забрать себе: /take {number}"


def due_differs(number: int, due: str) -> str:
    return f"Срок № {number} уже другой: до {due}."


def reason_in_words(number: int) -> str:
    return f"Напишите причину словами, вопрос № {number} пока открыт."


def nothing_to_send(number: int) -> str:
    return f"В этом сообщении нечего передать жителю (№ {number}). Напишите текст или приложите файл."


def not_delivered(number: int, why: str) -> str:
    return f"⚠️ Ответ на № {number} не доставлен: {why}."


def file_not_passed(number: int, what: str, why: str) -> str:
    return f"⚠️ № {number}: {what} — жителю не передать: {why}. Остальное отправлено."


def late_failure(number: int) -> str:
    return f"⚠️ № {number}: мессенджер жителя сообщил, что не показал ответ. Попробуйте написать иначе, без файла."


def help_text() -> str:
    lines = [f"/{name} — {what[0].lower()}{what[1:]}" for name, _, what in MENU]
    return (
        "Чтобы ответить жителю, ответьте (reply) на карточку вопроса, на его файл или дополнение: текст, фото, файл, "
        "голос уйдут ему. Сообщения без reply остаются между вами. Ответ, который начинается с //, — заметка "
        "для коллег. Исправили свой ответ — исправится и у жителя.\n\n" + "\n".join(lines)
    )


#: Why an answer did not arrive, by the kind of error.
GONE = "житель заблокировал бота или удалил переписку"
REJECTED = "мессенджер не принял сообщение"
FILE_REFUSED = "мессенджер не принял файл"
GAVE_UP = "мессенджер не отвечает уже сутки"

EDITED_TO_COMMAND = "Этот ответ уже отправлен жителю. Исправление, которое начинается с «/», ему не ушло."
OLD_BUTTON = "Эта кнопка больше не действует."


def assigned_already(number: int) -> str:
    return f"Этот ответ уже отправлен: № {number}."


def card_refused(numbers: Sequence[int]) -> str:
    shown = ", ".join(f"№ {number}" for number in numbers)
    new = plural(len(numbers), "Новый вопрос", "Новые вопросы", "Новые вопросы")
    return f"⚠️ {new} {shown}: мессенджер не принял карточку. Прочитать: /q {numbers[0]}"
