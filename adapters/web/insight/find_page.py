"""The search on the page. Pure."""

from __future__ import annotations

from datetime import datetime

from adapters.web.insight import filters, questions
from adapters.web.insight.address import FIND, find
from adapters.web.insight.markup import Markup, tag, together
from bot.adapter import Labels
from bot.desk.search import MOST, PAGE, Found
from bot.statistics.phrases import number

TITLE = "Поиск"

_HELP = (
    "Слова в любой форме, номер вопроса, имя жителя, место, тема, состояние, даты — вместе или порознь. "
    "Например: вода надым с 1.11 по 15.11 просроченные. В кавычках всё это просто слова."
)


def form(text: str, *mistakes: str) -> Markup:
    """The box alone, with what is wrong above it."""
    return together(
        (
            tag("h1", TITLE),
            filters.trouble(mistakes),
            tag(
                "form",
                tag("label", "Что найти", for_="words", class_="unseen"),
                tag(
                    "input",
                    type="search",
                    id="words",
                    name="q",
                    value=text,
                    autofocus=not text,
                    autocomplete="off",
                    aria_describedby="words-help",
                    placeholder="Слова, номер, имя, место, даты",
                ),
                tag("button", "Найти", type="submit", class_="main"),
                tag("p", _HELP, id="words-help", class_="small"),
                action=FIND,
                method="get",
                role="search",
                class_="panel searching",
            ),
        )
    )


def page(text: str, found: Found, *, asked: int, labels: Labels, now: datetime) -> Markup:
    """The box, and one page of what was found; `asked`: which page, from 0."""
    rows = [questions.hit(one, labels, now) for one in found.hits]
    notes = [*found.notes, *([_NEWEST] if found.only_newest else [])]
    return together(
        (
            form(text),
            tag("p", _total(found), class_="under", role="status"),
            *(tag("p", note, class_="said") for note in notes),
            tag("ol", *rows, class_="panel found") if rows else None,
            questions.pager(asked, found.total, PAGE, lambda page: find(text, page=page)),
        )
    )


_NEWEST = "Слова встречаются очень часто, поэтому просмотрены только новые вопросы. Добавьте место, тему или даты."


def _total(found: Found) -> str:
    if not found.total:
        return "Ничего не нашлось."
    if found.total >= MOST:
        return f"Нашлось больше {number(MOST)} вопросов: показаны самые подходящие."
    if not found.hits:
        return "На этой странице ничего нет: нашлось меньше."
    # Of the newest alone it is known how many fit.
    return f"Найдено вопросов: {number(found.total)}{'+' if found.only_newest else ''}."
