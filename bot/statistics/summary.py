"""The sheets of a workbook that are no rows: the figures of each department, and how all is counted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.statistics.columns import COLUMNS, Kind, Value
from bot.statistics.figures import By, Figures, What
from bot.statistics.phrases import days, name, span
from bot.statistics.table import Order, Written
from bot.statistics.words import CAME, COUNTS, HANDED_ON, INTERIMS, MEAN, MEDIAN, P90, UNANSWERED

QUESTIONS, AGAIN, DEPARTMENTS, METHOD = "Вопросы", "Открыты снова", "По отделам", "Методика"
TOTAL = "Всего"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureColumn:
    """One column of the sheet by department."""

    title: str
    kind: Kind
    value: Callable[[Figures], Value]
    #: How it is counted; empty: the title says it.
    method: str = ""


def _count(what: What, method: str = "") -> FigureColumn:
    return FigureColumn(
        title=COUNTS[what], kind=Kind.NUMBER, value=lambda one: getattr(one.counts, what), method=method
    )


_ENDED = {What.TAKEN_BACK: "Пока житель ждал, он отозвал вопрос сам или удалил все свои данные."}
FIGURES: tuple[FigureColumn, ...] = (
    _count(What.RECEIVED, "Зарегистрированы и открыты снова вместе: строки листов «Вопросы» и «Открыты снова»."),
    FigureColumn(title="Зарегистрировано", kind=Kind.NUMBER, value=lambda one: one.counts.asked),
    FigureColumn(
        title="Открыто снова",
        kind=Kind.NUMBER,
        value=lambda one: one.counts.reopened,
        method=(
            "Житель снова ждёт ответа: написал по вопросу ещё раз или сам открыл его, чем бы тот ни закончился; "
            "или после ответа сотрудник дал промежуточный либо спросил жителя, и тот ответил. "
            "«Спасибо» вопрос не открывает; «Открыть снова» у сотрудника отменяет закрытие, и прежние часы идут дальше."
        ),
    ),
    _count(What.ANSWERED),
    _count(What.OPEN),
    _count(What.CLARIFYING),
    _count(What.UNANSWERED, "Сумма следующих пяти столбцов."),
    *(_count(what, _ENDED.get(what, "")) for what in UNANSWERED),
    _count(What.OVERDUE),
    FigureColumn(
        title=CAME,
        kind=Kind.NUMBER,
        value=lambda one: one.counts.handed_over,
        method="Строки, в которых «Передан, раз» больше нуля: вопрос сейчас у отдела, а раньше был у другого.",
    ),
    FigureColumn(
        title=HANDED_ON,
        kind=Kind.NUMBER,
        value=lambda one: one.counts.handed_on,
        method=(
            "Сколько вопросов было у отдела и передано другому отделу или координаторам. Они считаются у того, у кого "
            "сейчас, и в «Поступило» этого отдела не входят, если не вернулись. «Всего»: каждый вопрос один раз."
        ),
    ),
    FigureColumn(title=INTERIMS, kind=Kind.NUMBER, value=lambda one: one.counts.interims),
    _count(What.SIMILAR, "Строки, в которых указано «Взят ответ на №»."),
    FigureColumn(title=MEAN, kind=Kind.SPAN, value=lambda one: one.clock.mean, method="Среднее «Времени до ответа»."),
    FigureColumn(
        title=MEDIAN,
        kind=Kind.SPAN,
        value=lambda one: one.clock.median,
        method="Половина ответов быстрее, половина медленнее.",
    ),
    FigureColumn(
        title=P90,
        kind=Kind.SPAN,
        value=lambda one: one.clock.p90,
        method="Наименьшее время, которого не превысили хотя бы 90 % ответов.",
    ),
    FigureColumn(title="В среднем, рабочее время", kind=Kind.SPAN, value=lambda one: one.worked.mean),
    FigureColumn(title="Медиана, рабочее время", kind=Kind.SPAN, value=lambda one: one.worked.median),
    FigureColumn(title="9 из 10, рабочее время", kind=Kind.SPAN, value=lambda one: one.worked.p90),
    FigureColumn(title="Оценок", kind=Kind.NUMBER, value=lambda one: one.counts.rated),
    FigureColumn(
        title="Средняя оценка",
        kind=Kind.MEAN,
        value=lambda one: round(one.counts.rating, 2) if one.counts.rating is not None else None,
        method="От 1 до 5, среди тех, кто поставил.",
    ),
)


def method(order: Order, written: Written) -> Iterator[tuple[str, str]]:
    """The lines of the sheet that names the method: what, and how it is counted; empty lines between parts."""
    scope, labels = order.scope, order.labels
    at = order.at.astimezone(labels.zone)
    yield "Период", f"{days(scope.period)}, оба дня включительно"
    yield "Часовой пояс", f"{labels.zone}: в нём все даты, и в нём начинаются и заканчиваются дни"
    yield "Подсчитано", f"{at:%d.%m.%Y %H:%M:%S}: всё показано таким, каким было в этот момент"
    yield (
        "Отделы",
        ", ".join(name(labels, By.DEPARTMENT, slug) for slug in scope.departments)
        if scope.departments is not None
        else "все",
    )
    yield "Место", name(labels, By.PLACE, scope.place) if scope.place is not None else "все"
    yield "Канал", name(labels, By.CHANNEL, scope.channel) if scope.channel is not None else "все"
    yield "Строк", f"«{QUESTIONS}» — {written.questions}, «{AGAIN}» — {written.reopened}"
    yield (
        "Цель",
        f"отвечать в среднем за {span(labels.targets.own)}; в среднем по стране — {span(labels.targets.country)}",
    )
    yield "", ""
    yield QUESTIONS, "Строка на каждый вопрос, который зарегистрирован за период; её цифры — о первом ответе на него."
    yield (
        AGAIN,
        "Строка на каждый раз, когда за период вопрос открыт снова: житель ждёт нового ответа, и часы идут заново. "
        "Сам вопрос мог быть зарегистрирован раньше.",
    )
    yield (
        DEPARTMENTS,
        "Суммы строк обоих листов. Это те же цифры, которые показывает /stats за тот же период.",
    )
    yield (
        "Личные данные",
        "Имён жителей и адресов переписки в таблице нет. В текстах вопросов и ответов скрыты телефоны, почта, "
        "страницы, квартиры и номера документов, а имена могут быть: не пересылайте таблицу посторонним.",
    )
    yield "", ""
    for column in COLUMNS:
        if column.method:
            yield column.title, column.method
    yield "", ""
    for figure in FIGURES:
        if figure.method:
            yield figure.title, figure.method
