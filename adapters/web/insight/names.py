"""How the groups of figures are called for people. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bot.adapter import Labels
from bot.model.wait import Outcome
from bot.statistics.figures import OTHERS, By, What

#: What stands above the figures of each group.
TITLES = {
    By.DEPARTMENT: "Отделы",
    By.TOPIC: "Темы",
    By.PLACE: "Места",
    By.CHANNEL: "Каналы",
    By.SOURCE: "Источники",
}
#: What a group without a value is called.
_NONE = {
    By.DEPARTMENT: "Координаторы",
    By.TOPIC: "Тема не ясна",
    By.PLACE: "Место не названо",
    By.CHANNEL: "Канал неизвестен",
    By.SOURCE: "Без ссылки",
}
_OTHERS = "Прочие"

#: What each count is called.
COUNTS = {
    What.RECEIVED: "Получено",
    What.ANSWERED: "Отвечено",
    What.OPEN: "Ждут ответа",
    What.CLARIFYING: "Ждём уточнения",
    What.OVERDUE: "Просрочено",
    What.HANDED_OVER: "Передано в другой отдел",
    What.CLOSED: "Закрыто без ответа",
    What.SPAM: "Спам",
    What.UNCLARIFIED: "Уточнения не дождались",
    What.HELPED: "Помог готовый ответ",
    What.TAKEN_BACK: "Житель отозвал",
}
_OUTCOMES = {
    Outcome.ANSWERED: "отвечен",
    Outcome.CLOSED: "закрыт без ответа",
    Outcome.SPAM: "спам",
    Outcome.UNCLARIFIED: "уточнения не дождались",
    Outcome.HELPED: "помог готовый ответ",
    Outcome.WITHDRAWN: "житель отозвал",
}


def known(labels: Labels, by: By) -> Mapping[str, str]:
    """The names that the settings give to the groups of this kind, by value."""
    match by:
        case By.DEPARTMENT:
            return labels.departments
        case By.TOPIC:
            return labels.topics
        case By.PLACE:
            return labels.places
        case By.CHANNEL:
            return labels.channels
        case By.SOURCE:
            return {}


def name_of(labels: Labels, by: By, value: str) -> str:
    """What a group is called; one that the settings do not know any more goes by its slug."""
    if value == OTHERS:
        return _OTHERS
    return known(labels, by).get(value) or value or _NONE[by]


def outcome_of(outcome: str) -> str:
    """How a wait ended; empty while it lasts."""
    return _OUTCOMES.get(Outcome(outcome), outcome) if outcome in set(Outcome) else outcome or "ещё ждёт"
