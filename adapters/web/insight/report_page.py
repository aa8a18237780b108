"""The leaders' page: everything that is said of a period. Pure."""

from __future__ import annotations

from adapters.web.insight import figure_charts, filters, tables, tiles
from adapters.web.insight.address import Asked, Viewer, find
from adapters.web.insight.bins import Bin, of_report
from adapters.web.insight.markup import Markup, spaced, tag, together
from adapters.web.insight.wording import duration, moment, period_of
from bot.adapter import Labels
from bot.statistics.figures import By, LongWait, Report, What
from bot.statistics.phrases import name

TITLE = "Статистика"


def page(report: Report, asked: Asked, viewer: Viewer) -> Markup:
    """The figures with their charts and tables."""
    labels = viewer.labels
    step, bins = of_report(report)

    def behind(one: Bin, what: What, channel: str | None) -> str | None:
        there = asked.within(one.period)
        narrowed = tables.narrowed(there, viewer, By.CHANNEL, channel) if channel is not None else there
        return narrowed.behind(what) if narrowed else None

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
                figure_charts.questions(bins, step, lambda channel: name(labels, By.CHANNEL, channel), behind),
                figure_charts.answer_times(bins, step, labels.targets, behind),
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
            tag("span", name(labels, By.DEPARTMENT, wait.department), class_="soft"),
            tag("span", "отвечен", class_="badge") if wait.is_answered else tag("span", "ещё ждёт", class_="badge bad"),
        ),
    )
