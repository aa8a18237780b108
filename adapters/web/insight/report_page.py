"""The leaders' page: everything that is said of a period. Pure."""

from __future__ import annotations

from adapters.web.insight import figure_charts, filters, tables, tiles
from adapters.web.insight.address import Asked, Viewer, find
from adapters.web.insight.bins import of_days
from adapters.web.insight.markup import Markup, spaced, tag, together
from adapters.web.insight.names import name_of
from adapters.web.insight.wording import duration, moment, period_of
from bot.adapter import Labels
from bot.statistics.figures import By, LongWait, Report

TITLE = "Статистика"


def page(report: Report, asked: Asked, viewer: Viewer) -> Markup:
    """The figures with their charts and tables."""
    labels = viewer.labels
    grain, bins = of_days(report.days)
    return together(
        (
            tag(
                "div",
                tag("h1", TITLE),
                tag("p", filters.in_words(asked, labels), class_="under"),
                class_="heading",
            ),
            filters.form(asked, viewer),
            tag(
                "section",
                tag("h2", "Вопросы"),
                tiles.counts(report, asked),
                class_="panel",
            ),
            tag(
                "section",
                tag("h2", "Время до первого ответа"),
                tiles.times(report, labels.targets),
                class_="panel",
            ),
            tag(
                "div",
                figure_charts.questions(bins, grain, lambda channel: name_of(labels, By.CHANNEL, channel)),
                figure_charts.answer_times(bins, grain, labels.targets),
                class_="pair",
            ),
            tag("div", _longest(report, labels), *tables.all_of(report, asked, viewer), class_="groups"),
            tag(
                "p",
                f"Посчитано {moment(report.at, labels.zone)}. "
                f"Для сравнения: {period_of(asked.period.before())} на тот же момент. Часы идут с регистрации вопроса "
                "или с того, как его открыли снова; пока ждём уточнения, они стоят.",
                class_="small",
            ),
        )
    )


def _longest(report: Report, labels: Labels) -> Markup | None:
    if not report.longest:
        return None
    return tag(
        "section",
        tag("h2", "Дольше всего ждали"),
        tag("ol", *(_long_wait(wait, labels) for wait in report.longest), class_="longest"),
        class_="panel group",
    )


def _long_wait(wait: LongWait, labels: Labels) -> Markup:
    return tag(
        "li",
        spaced(
            tag("a", f"№\u00a0{wait.question}", href=find(str(wait.question))),
            tag("b", duration(wait.clock)),
            tag("span", name_of(labels, By.DEPARTMENT, wait.department), class_="soft"),
            tag("span", "отвечен", class_="badge") if wait.is_answered else tag("span", "ещё ждёт", class_="badge bad"),
        ),
    )
