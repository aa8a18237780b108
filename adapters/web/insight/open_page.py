"""The figures of the months for everybody. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from adapters.web.insight import figure_charts, tables
from adapters.web.insight.address import OPEN, OPEN_JSON
from adapters.web.insight.bins import of_months
from adapters.web.insight.markup import Markup, tag, together
from adapters.web.insight.months import RATED, SPLITS, Counted
from adapters.web.insight.wording import moment, month_of
from bot.statistics.bins import Step
from bot.statistics.figures import By, Month
from bot.statistics.phrases import name
from bot.statistics.words import TOGETHER

TITLE = "Как мы отвечаем"

_MONTH = re.compile(r"(\d{4})-(\d\d)", re.ASCII)


def choose(query: Mapping[str, str], months: Sequence[Month]) -> Month | str | None:
    """The month whose groups are shown: the one that is asked for, else the last whole one; or what is wrong."""
    value = query.get("month", "").strip()
    if not value:
        return months[min(1, len(months) - 1)] if months else None
    match = _MONTH.fullmatch(value)
    found = next((month for month in months if match and f"{month.first:%Y-%m}" == value), None)
    return found or "За этот месяц ничего не посчитано: выберите другой."


_HEADING = tag(
    "div",
    tag("h1", TITLE),
    tag("p", "Сколько вопросов присылают жители и как быстро они получают первый ответ.", class_="under"),
    class_="heading",
)


def page(counted: Counted, chosen: Month | None) -> Markup:
    """All months together, and the groups of one."""
    labels, months = counted.labels, counted.months
    bins = of_months(months)
    return together(
        (
            _HEADING,
            None if months else tag("p", "Пока считать нечего.", class_="panel"),
            tag(
                "div",
                figure_charts.questions(bins, Step.MONTH, lambda channel: name(labels, By.CHANNEL, channel)),
                figure_charts.answer_times(bins, Step.MONTH, labels.targets),
                class_="pair",
            )
            if months
            else None,
            _by_month(counted, chosen) if months else None,
            _groups(counted, chosen) if chosen else None,
            tag(
                "p",
                f"Посчитано {moment(counted.at, labels.zone)}. Группы, в которых меньше пяти вопросов, объединены в "
                f"«{TOGETHER}»; о времени меньше чем пяти ответов не говорим. Имён и текстов здесь нет. Те же данные: ",
                tag("a", "JSON", href=OPEN_JSON),
                ".",
                class_="small",
            ),
        )
    )


def refused(mistake: str) -> Markup:
    """What is wrong with the address, and the way to all months."""
    return together(
        (
            _HEADING,
            tag("div", tag("p", mistake), class_="trouble", role="alert"),
            tag("p", tag("a", "Все месяцы", href=OPEN)),
        )
    )


def _by_month(counted: Counted, chosen: Month | None) -> Markup:
    lines = [
        tables.Line(
            name=tag(
                "a",
                month_of(month.first),
                href=address(month.first),
                aria_current="true" if month is chosen else None,
            ),
            figures=month.total,
        )
        for month in counted.months
    ]
    return tag(
        "section",
        tag("h2", "По месяцам"),
        tables.table("по месяцам", "Месяц", lines, rated=RATED),
        class_="panel",
    )


def _groups(counted: Counted, chosen: Month) -> Markup:
    title = month_of(chosen.first)
    few = "Вопросов было меньше пяти: подробностей нет."
    return tag(
        "section",
        tag("h2", title[0].upper() + title[1:], id="groups"),
        tag("p", few, class_="panel") if chosen.total is None else None,
        tag(
            "div",
            *(
                tables.of_groups(by, chosen.by[by], counted.labels, rated=RATED)
                for by in SPLITS
                if set(chosen.by.get(by, {})) - {""}
            ),
            class_="groups",
        ),
        class_="month",
    )


def address(first: date) -> str:
    """Where the groups of a month are."""
    return f"{OPEN}?month={first:%Y-%m}#groups"
