"""The columns of the table of a period, for people and for programs. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.adapter import Labels
from bot.statistics.figures import By
from bot.statistics.phrases import name
from bot.statistics.rows import LONGEST_TEXT, Row
from bot.statistics.words import OUTCOMES, STATUSES

Value = int | float | str | datetime | timedelta | None


class Kind(StrEnum):
    """How the values of a column look."""

    NUMBER = "number"
    TEXT = "text"
    MOMENT = "moment"
    SPAN = "span"
    FLAG = "flag"
    #: A number with a fraction.
    MEAN = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the table."""

    #: For programs, and for people.
    name: str
    title: str
    kind: Kind
    value: Callable[[Row], Value]
    #: How a value is called for people; None: as it is.
    called: Callable[[Labels, str], str] | None = None
    #: Characters that are seen.
    width: int = 12
    #: What the column says, for the sheet that names the method; empty: the title says it.
    method: str = ""

    def shown(self, row: Row, labels: Labels) -> Value:
        """The value as people read it."""
        value = self.value(row)
        return self.called(labels, value) if self.called is not None and isinstance(value, str) else value


_MASKED = "Телефоны, почта и номера документов скрыты: «[телефон]»."

COLUMNS: tuple[Column, ...] = (
    Column(name="number", title="№", kind=Kind.NUMBER, value=lambda row: row.number, width=9),
    Column(
        name="began_at",
        title="Поступил",
        kind=Kind.MOMENT,
        value=lambda row: row.began_at,
        width=17,
        method="Когда вопрос зарегистрирован; на листе «Открыты снова» — когда он открыт снова.",
    ),
    Column(
        name="channel",
        title="Канал",
        kind=Kind.TEXT,
        value=lambda row: row.channel,
        called=lambda labels, value: labels.channels.get(value, value),
        width=16,
    ),
    Column(
        name="source",
        title="Источник",
        kind=Kind.TEXT,
        value=lambda row: row.source,
        width=14,
        method="Метка ссылки, по которой житель пришёл.",
    ),
    Column(
        name="department",
        title="Отдел",
        kind=Kind.TEXT,
        value=lambda row: row.department,
        called=lambda labels, slug: name(labels, By.DEPARTMENT, slug),
        width=28,
        method="Кто ответил первым; пока ответа нет — у кого вопрос сейчас.",
    ),
    Column(
        name="topic",
        title="Тема",
        kind=Kind.TEXT,
        value=lambda row: row.topic,
        called=lambda labels, value: labels.topics.get(value, value),
        width=18,
    ),
    Column(
        name="place",
        title="Место",
        kind=Kind.TEXT,
        value=lambda row: row.place,
        called=lambda labels, value: labels.places.get(value, value),
        width=18,
    ),
    Column(
        name="status",
        title="Состояние",
        kind=Kind.TEXT,
        value=lambda row: row.status,
        called=lambda _, status: STATUSES[status],
        width=16,
        method="Что с вопросом на момент подсчёта.",
    ),
    Column(
        name="outcome",
        title="Итог",
        kind=Kind.TEXT,
        value=lambda row: row.outcome or "",
        called=lambda _, outcome: OUTCOMES[outcome],
        width=18,
        method="Чем закончилось ожидание: ответом, закрытием без ответа, как спам или без уточнения жителя.",
    ),
    Column(
        name="close_reason",
        title="Причина закрытия",
        kind=Kind.TEXT,
        value=lambda row: row.close_reason,
        width=24,
        method=f"Что написал сотрудник, который закрыл вопрос без ответа. {_MASKED}",
    ),
    Column(
        name="answered_at",
        title="Первый ответ",
        kind=Kind.MOMENT,
        value=lambda row: row.answered_at,
        width=17,
        method="Промежуточный и отозванный ответ, как и вопрос к жителю, не считаются.",
    ),
    Column(
        name="clock",
        title="Время до ответа",
        kind=Kind.SPAN,
        value=lambda row: row.clock,
        width=13,
        method=(
            "От регистрации (или от повторного открытия) до первого ответа по часам. "
            "Пока ждём уточнения жителя, часы стоят; «спасибо» жителя их не запускает."
        ),
    ),
    Column(
        name="worked",
        title="В рабочем времени",
        kind=Kind.SPAN,
        value=lambda row: row.worked,
        width=13,
        method=(
            "То же, но считаются только рабочие часы отдела, у которого был вопрос, по календарю с праздниками. "
            "Пусто — неизвестно: вопрос старше этого учёта."
        ),
    ),
    Column(
        name="due_at",
        title="Срок",
        kind=Kind.MOMENT,
        value=lambda row: row.due_at,
        width=17,
        method="Последний срок этого ответа, с продлениями; пока ждём уточнения жителя, он не идёт.",
    ),
    Column(
        name="is_overdue",
        title="Просрочен",
        kind=Kind.FLAG,
        value=lambda row: row.is_overdue,
        width=11,
        method="Ответ дан позже срока, или срок прошёл, а житель ещё ждёт.",
    ),
    Column(
        name="reopenings",
        title="Открыт снова, раз",
        kind=Kind.NUMBER,
        value=lambda row: row.reopenings,
        width=11,
        method="Сколько раз вопрос открыт снова до момента подсчёта.",
    ),
    Column(
        name="handovers",
        title="Передан, раз",
        kind=Kind.NUMBER,
        value=lambda row: row.handovers,
        width=11,
        method=(
            "Сколько раз отделы передавали вопрос, пока житель ждал этого ответа. "
            "То, что координаторы раздают отделам, передачей не считается."
        ),
    ),
    Column(
        name="interims",
        title="Промежуточных ответов",
        kind=Kind.NUMBER,
        value=lambda row: row.interims,
        width=15,
        method="Сколько промежуточных ответов было до первого ответа.",
    ),
    Column(
        name="stood",
        title="Часы стояли",
        kind=Kind.SPAN,
        value=lambda row: row.stood,
        width=12,
        method="Сколько времени ждали уточнений жителя; во время до ответа это не входит.",
    ),
    Column(
        name="rating",
        title="Оценка",
        kind=Kind.NUMBER,
        value=lambda row: row.rating,
        width=9,
        method="Что поставил житель, от 1 до 5. Пусто — не поставил.",
    ),
    Column(
        name="helped_by",
        title="Взят ответ на №",
        kind=Kind.NUMBER,
        value=lambda row: row.helped_by,
        width=12,
        method="Номер похожего вопроса, ответ на который помог.",
    ),
    Column(
        name="question",
        title="Вопрос",
        kind=Kind.TEXT,
        value=lambda row: row.question,
        called=lambda _, text: text or "[без текста]",
        width=60,
        method=f"Первое сообщение жителя, до {LONGEST_TEXT} знаков. {_MASKED}",
    ),
    Column(
        name="answer",
        title="Ответ",
        kind=Kind.TEXT,
        value=lambda row: row.answer,
        width=60,
        method=f"Первый ответ, до {LONGEST_TEXT} знаков. {_MASKED}",
    ),
)

#: For tables in which all waits stand together.
ROUND = Column(
    name="is_reopened",
    title="Открыт снова",
    kind=Kind.FLAG,
    value=lambda row: row.round > 1,
    method="Строка о том, что житель открыл вопрос снова; иначе — о его регистрации.",
)
