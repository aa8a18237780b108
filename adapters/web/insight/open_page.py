"""The figures of the months for everybody, in the reader's language. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from adapters.web.insight import figure_charts, tables
from adapters.web.insight.address import OPEN, OPEN_JSON
from adapters.web.insight.bins import of_months
from adapters.web.insight.markup import Markup, spaced, tag, together
from adapters.web.insight.months import RATED, SPLITS, Counted
from adapters.web.insight.wording import moment, month_of, name
from adapters.web.words import preferred
from bot.conversation.voice import RUSSIAN, Voice, voices
from bot.statistics.bins import Step
from bot.statistics.figures import By, Month
from bot.statistics.words import TOGETHER

_MONTH = re.compile(r"(\d{4})-(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """In which language the page is read."""

    voice: Voice
    #: The address says so, not the browser: links keep it.
    is_chosen: bool = False


def reader(query: Mapping[str, str], accepted: str) -> Reader:
    """By the address (`language=en`), else by what the browser accepts, else Russian. There is no cookie to keep it."""
    chosen = preferred(query.get("language", ""))
    return Reader(voice=chosen or preferred(accepted) or RUSSIAN, is_chosen=chosen is not None)


def choose(query: Mapping[str, str], months: Sequence[Month]) -> Month | None:
    """The month whose groups are shown: the one that is asked for, else the last whole one. Raises NoMonth."""
    value = query.get("month", "").strip()
    if not value:
        return months[min(1, len(months) - 1)] if months else None
    match = _MONTH.fullmatch(value)
    found = next((month for month in months if match and f"{month.first:%Y-%m}" == value), None)
    if found is None:
        raise NoMonth
    return found


class NoMonth(Exception):
    """Of the month that is asked for there are no figures."""


def page(counted: Counted, chosen: Month | None, read: Reader) -> Markup:
    """All months together, and the groups of one."""
    labels, months, voice = counted.labels, counted.months, read.voice
    bins = of_months(months, voice)
    at, together_as = moment(counted.at, labels.zone, voice), voice.ours("statistics", TOGETHER)
    return together(
        (
            _heading(voice),
            None if months else tag("p", voice.say("figures-none"), class_="panel"),
            tag(
                "div",
                figure_charts.questions(
                    bins, Step.MONTH, lambda channel: name(labels, By.CHANNEL, channel, voice), voice=voice
                ),
                figure_charts.answer_times(bins, Step.MONTH, labels.targets, voice=voice),
                class_="pair",
            )
            if months
            else None,
            _by_month(counted, chosen, read) if months else None,
            _groups(counted, chosen, voice) if chosen else None,
            tag(
                "p",
                voice.say("figures-counted", at=at, together=together_as),
                f" {voice.say('figures-data')}: ",
                tag("a", "JSON", href=OPEN_JSON),
                ".",
                class_="small",
            ),
        )
    )


def refused(mistake: str, read: Reader) -> Markup:
    """What is wrong with the address, or with us, and the way to all months."""
    return together(
        (
            _heading(read.voice),
            tag("div", tag("p", mistake), class_="trouble", role="alert"),
            tag("p", tag("a", read.voice.say("figures-all-months"), href=address(read))),
        )
    )


def languages(read: Reader, month: Month | None = None) -> Markup:
    """A link to the same in each other language, called as those who speak it call it."""
    links = [
        tag(
            "a",
            voice.name,
            href=address(Reader(voice=voice, is_chosen=True), month.first if month else None),
            lang=voice.language,
            hreflang=voice.language,
        )
        for voice in voices()
        if voice != read.voice
    ]
    label = read.voice.say("button-language")
    return tag("nav", spaced(*links), class_="languages", aria_label=label) if links else Markup()


def _heading(voice: Voice) -> Markup:
    return tag(
        "div",
        tag("h1", voice.say("figures-title")),
        tag("p", voice.say("figures-lead"), class_="under"),
        class_="heading",
    )


def _by_month(counted: Counted, chosen: Month | None, read: Reader) -> Markup:
    voice = read.voice
    lines = [
        tables.Line(
            name=tag(
                "a",
                month_of(month.first, voice),
                href=f"{address(read, month.first)}#groups",
                aria_current="true" if month is chosen else None,
            ),
            figures=month.total,
        )
        for month in counted.months
    ]
    title = voice.say("figures-by-month")
    return tag(
        "section",
        tag("h2", title),
        tables.table(title.lower(), voice.say(f"figures-step-{Step.MONTH}"), lines, rated=RATED, voice=voice),
        class_="panel",
    )


def _groups(counted: Counted, chosen: Month, voice: Voice) -> Markup:
    title = month_of(chosen.first, voice)
    return tag(
        "section",
        tag("h2", title[0].upper() + title[1:], id="groups"),
        tag("p", voice.say("figures-few-there"), class_="panel") if chosen.total is None else None,
        tag(
            "div",
            *(
                tables.of_groups(by, chosen.by[by], counted.labels, rated=RATED, voice=voice)
                for by in SPLITS
                if set(chosen.by.get(by, {})) - {""}
            ),
            class_="groups",
        ),
        class_="month",
    )


def address(read: Reader, first: date | None = None) -> str:
    """Where the page is, with the groups of this month, in the language that was chosen."""
    asked = ({"month": f"{first:%Y-%m}"} if first else {}) | (
        {"language": read.voice.language} if read.is_chosen else {}
    )
    return f"{OPEN}?{urlencode(asked)}" if asked else OPEN
