"""The form that chooses what is counted, and the links to the usual periods: they work without any script. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from adapters.web.insight.address import EARLIEST, LIST, NONE, REPORT, Asked, Quick, Viewer
from adapters.web.insight.markup import Markup, spaced, tag, together
from adapters.web.insight.wording import period_of
from bot.adapter import Labels
from bot.statistics.figures import By, What
from bot.statistics.phrases import name
from bot.statistics.words import COUNTS

_QUICK = {
    Quick.DAY: "сегодня",
    Quick.WEEK: "неделя",
    Quick.MONTH: "месяц",
    Quick.QUARTER: "квартал",
    Quick.YEAR: "год",
}


def form(asked: Asked, viewer: Viewer, *, what: What | None = None) -> Markup:
    """The choices; with `what` they choose for the list behind a number, else for the figures."""
    labels, today = viewer.labels, viewer.today
    return tag(
        "section",
        _quick(asked, today, what),
        tag(
            "form",
            tag("input", type="hidden", name="what", value=what.value) if what else None,
            _date("from", "С какого дня", asked.period.first, today),
            _date("to", "По какой", asked.period.last, today),
            _choice(By.DEPARTMENT, "Отдел", "все отделы", asked, _options(labels, By.DEPARTMENT, viewer.departments)),
            _choice(By.TOPIC, "Тема", "все темы", asked, _options(labels, By.TOPIC, ("", *labels.topics))),
            _choice(By.PLACE, "Место", "все места", asked, _options(labels, By.PLACE, ("", *labels.places))),
            _choice(By.CHANNEL, "Канал", "все каналы", asked, _options(labels, By.CHANNEL, labels.channels)),
            # Sources are no list to choose from: one is chosen in the table, and left here.
            _choice(By.SOURCE, "Источник", "все источники", asked, _options(labels, By.SOURCE, (asked.source,)))
            if asked.source is not None
            else None,
            tag("button", "Показать", type="submit", class_="main"),
            action=LIST if what else REPORT,
            method="get",
            class_="filters",
        ),
        class_="panel choosing",
        aria_label="Что считать",
    )


def in_words(asked: Asked, labels: Labels) -> str:
    """What was chosen: «9–15 ноября 2026 · Надымский район»."""
    chosen = (name(labels, by, value) for by, value in asked.chosen.items())
    return " · ".join([period_of(asked.period), *chosen])


def counts(asked: Asked) -> Markup:
    """Links to the lists behind the other numbers."""
    return tag(
        "nav",
        spaced(*(_pill(COUNTS[what], asked.behind(what), is_current=what is asked.what) for what in COUNTS)),
        class_="pills",
        aria_label="Списки",
    )


def refused(title: str, asked: Asked, mistakes: Sequence[str], viewer: Viewer, *, what: What | None = None) -> Markup:
    """The form alone, with what is wrong above it."""
    return together((tag("h1", title), trouble(mistakes), form(asked, viewer, what=what)))


def trouble(mistakes: Sequence[str]) -> Markup | None:
    """What is wrong with the address, a line each."""
    if not mistakes:
        return None
    return tag("div", *(tag("p", mistake) for mistake in mistakes), class_="trouble", role="alert")


def _quick(asked: Asked, today: date, what: What | None) -> Markup:
    def address(quick: Quick) -> str:
        over = asked.over(quick, today)
        return over.behind(what) if what else over.report()

    return tag(
        "nav",
        spaced(*(_pill(text, address(quick), is_current=quick is asked.quick) for quick, text in _QUICK.items())),
        class_="pills",
        aria_label="Период",
    )


def _pill(text: str, address: str, *, is_current: bool) -> Markup:
    return tag("a", text, href=address, class_="pill", aria_current="page" if is_current else None)


def _date(name: str, text: str, value: date, today: date) -> Markup:
    dated = tag("input", type="date", id=name, name=name, value=f"{value}", min=f"{EARLIEST}", max=f"{today}")
    return _field(name, text, dated)


def _choice(by: By, text: str, everything: str, asked: Asked, options: Sequence[tuple[str, str]]) -> Markup:
    chosen = asked.chosen.get(by)
    choices = (tag("option", title, value=value or NONE, selected=value == chosen) for value, title in options)
    return _field(
        by.value, text, tag("select", tag("option", everything, value=""), *choices, id=by.value, name=by.value)
    )


def _field(name: str, text: str, control: Markup) -> Markup:
    return tag("div", tag("label", text, for_=name), control, class_="field")


def _options(labels: Labels, by: By, values: Iterable[str]) -> list[tuple[str, str]]:
    """By name; those without one last."""
    named = [(value, name(labels, by, value)) for value in values]
    return sorted(named, key=lambda option: (not option[0], option[1].lower()))
