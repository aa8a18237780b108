"""What figures are called: the same word for the same number in chats, tables, pictures and pages.

Officials read them as they stand here. What the open page says of them in another language is in the catalogue, where
`Voice.ours` finds it by the Russian word: `statistics-…`.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.model.question import Status
from bot.model.wait import Outcome
from bot.statistics.bins import Step
from bot.statistics.figures import By, What

#: Each count behind which there is a list.
COUNTS: Mapping[What, str] = {
    What.RECEIVED: "Поступило",
    What.ANSWERED: "Отвечено",
    What.OPEN: "Ждут ответа",
    What.CLARIFYING: "Ждём уточнения",
    What.OVERDUE: "Просрочено",
    What.HANDED_OVER: "Передано другому отделу",
    What.SIMILAR: "Помог похожий ответ",
    What.UNANSWERED: "Закрыто без ответа",
    What.CLOSED: "Закрыто сотрудником",
    What.SPAM: "Спам",
    What.UNCLARIFIED: "Житель не уточнил",
    What.HELPED: "Помог готовый ответ",
    What.TAKEN_BACK: "Житель отозвал",
}
#: What `UNANSWERED` is made of.
UNANSWERED = (What.CLOSED, What.SPAM, What.UNCLARIFIED, What.HELPED, What.TAKEN_BACK)
#: Of one department: what it has from another, and what others have from it.
CAME, HANDED_ON = "Пришло из другого отдела", "Передал другим"
#: One wait may have several.
INTERIMS = "Промежуточных ответов"
MEAN, MEDIAN, P90 = "Ответ в среднем", "Медиана", "9 из 10 быстрее"
RATING = "Оценка"

STATUSES: Mapping[str, str] = {
    Status.OPEN: "ждёт ответа",
    Status.CLARIFYING: "ждём уточнения",
    Status.ANSWERED: "отвечен",
    Status.CLOSED: "закрыт",
}
#: How a wait ended; empty while it lasts.
OUTCOMES: Mapping[str, str] = {
    "": "ещё ждёт",
    Outcome.ANSWERED: "отвечен",
    Outcome.CLOSED: "закрыт сотрудником",
    Outcome.SPAM: "спам",
    Outcome.UNCLARIFIED: "житель не уточнил",
    Outcome.HELPED: "помог готовый ответ",
    Outcome.WITHDRAWN: "житель отозвал",
}

#: The groups, in the order in which they are shown.
GROUPS: Mapping[By, str] = {
    By.DEPARTMENT: "Отделы",
    By.TOPIC: "Темы",
    By.PLACE: "Места",
    By.CHANNEL: "Каналы",
    By.SOURCE: "Источники",
}
#: A group without a value, and several together.
WITHOUT: Mapping[By, str] = {
    By.DEPARTMENT: "Координаторы",
    By.TOPIC: "Тема не ясна",
    By.PLACE: "Место не названо",
    By.CHANNEL: "Канал неизвестен",
    By.SOURCE: "Без метки",
}
TOGETHER = "Прочие"

#: What a chart shows, by what one of its bars stands for.
RECEIVED_BY: Mapping[Step, str] = {
    Step.DAY: "Поступило вопросов по дням",
    Step.WEEK: "Поступило вопросов по неделям",
    Step.MONTH: "Поступило вопросов по месяцам",
    Step.YEAR: "Поступило вопросов по годам",
}
ANSWER_TIME_BY: Mapping[Step, str] = {
    Step.DAY: "Время до первого ответа по дням",
    Step.WEEK: "Время до первого ответа по неделям",
    Step.MONTH: "Время до первого ответа по месяцам",
    Step.YEAR: "Время до первого ответа по годам",
}
