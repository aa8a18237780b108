"""The list behind a number. Pure."""

from __future__ import annotations

from adapters.web.insight import filters, questions
from adapters.web.insight.address import Asked, Viewer
from adapters.web.insight.markup import Markup, tag, together
from adapters.web.insight.wording import counted
from bot.statistics.figures import LIST_PAGE, Listed
from bot.statistics.words import COUNTS


def title(asked: Asked) -> str:
    """What is listed."""
    return COUNTS[asked.what]


def page(listed: Listed, asked: Asked, viewer: Viewer) -> Markup:
    """One page of the list."""
    rows = [questions.behind(row, viewer.labels) for row in listed.rows]
    total = counted(listed.total, "вопрос", "вопроса", "вопросов")
    return together(
        (
            tag(
                "div",
                tag("h1", title(asked)),
                tag("p", f"{filters.in_words(asked, viewer.labels)} · {total}", class_="under"),
                tag("a", "К статистике", href=asked.report()),
                class_="heading",
            ),
            filters.form(asked, viewer, what=asked.what),
            filters.counts(asked),
            tag("ol", *rows, class_="panel found") if rows else tag("p", _nothing(listed), class_="panel"),
            questions.pager(asked.page, listed.total, LIST_PAGE, lambda page: asked.behind(asked.what, page=page)),
        )
    )


def _nothing(listed: Listed) -> str:
    return "На этой странице ничего нет: список короче." if listed.total else "Таких вопросов нет."
