"""The charts of the pages: what they show of the figures, each with its legend and its table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from adapters.web.insight import charts
from adapters.web.insight.bins import Bin
from adapters.web.insight.markup import Markup, tag, together
from adapters.web.insight.wording import NOTHING, duration, grouped, hard
from bot.conversation.voice import RUSSIAN, Voice
from bot.statistics.bins import Step
from bot.statistics.figures import OTHERS, Targets, What
from bot.statistics.words import ANSWER_TIME_BY, COUNTS, MEAN, MEDIAN, RECEIVED_BY

_CANVASES = (charts.NARROW, charts.WIDE)

#: Where the list is behind a number of a bin: of all its waits of a kind, or of those of one channel; None: nowhere.
Behind = Callable[[Bin, What, str | None], str | None]


def questions(
    bins: Sequence[Bin],
    step: Step,
    name_of: Callable[[str], str],
    behind: Behind | None = None,
    voice: Voice = RUSSIAN,
) -> Markup:
    """How many questions came, by channel."""
    series = _by_channel(bins, name_of)
    total = sum(one.total for one in bins)
    told = charts.Told(
        id="questions",
        title=voice.ours("statistics", RECEIVED_BY[step]),
        description=_description(total, bins, voice),
        labels=[one.label for one in bins],
        hints=[_hint(one, series, place, voice) for place, one in enumerate(bins)],
        voice=voice,
    )
    legend = [(charts.swatch(f"questions-sample-{place}", place), one.name) for place, one in enumerate(series)]
    rows = [
        (
            one.name,
            *(_cell(int(part.values[place] or 0), _there(behind, one, part.key), voice) for part in series),
            _cell(one.total, behind(one, What.RECEIVED, None) if behind else None, voice),
        )
        if one.is_told
        else (one.name, *(NOTHING for _ in series), voice.say("figures-few"))
        for place, one in enumerate(bins)
    ]
    head = (voice.say(f"figures-step-{step}"), *(one.name for one in series), voice.say("figures-all"))
    table = _table(head, rows, voice)
    drawn = [charts.stacked_bars(series, told, canvas) for canvas in _CANVASES]
    return _figure(told.title, drawn, legend if len(series) > 1 else [], table, voice)


def answer_times(
    bins: Sequence[Bin], step: Step, targets: Targets, behind: Behind | None = None, voice: Voice = RUSSIAN
) -> Markup:
    """How long the first answers took, against the targets."""
    series = [
        charts.Series(name=voice.ours("statistics", MEAN), values=[_seconds(one.clock.mean) for one in bins]),
        charts.Series(name=voice.ours("statistics", MEDIAN), values=[_seconds(one.clock.median) for one in bins]),
    ]
    lines = [
        charts.Target(kind="own", value=targets.own),
        charts.Target(kind="country", value=targets.country),
    ]
    own, country = duration(targets.own, voice), duration(targets.country, voice)
    told = charts.Told(
        id="times",
        title=voice.ours("statistics", ANSWER_TIME_BY[step]),
        description=" ".join((voice.say("figures-beside", own=own, country=country), *_slower(bins, targets, voice))),
        labels=[one.label for one in bins],
        hints=[_time_hint(one, voice) for one in bins],
        voice=voice,
    )
    legend = [
        *((charts.line_swatch(place), one.name) for place, one in enumerate(series)),
        (charts.target_swatch("own"), voice.say("figures-own", time=own)),
        (charts.target_swatch("country"), voice.say("figures-country", time=country)),
    ]
    rows = [
        (
            one.name,
            _cell(one.clock.count, behind(one, What.ANSWERED, None) if behind else None, voice)
            if one.is_told
            else voice.say("figures-few"),
            duration(one.clock.mean, voice),
            duration(one.clock.median, voice),
        )
        for one in bins
    ]
    answered = voice.ours("statistics", COUNTS[What.ANSWERED])
    table = _table((voice.say(f"figures-step-{step}"), answered, *(one.name for one in series)), rows, voice)
    drawn = [charts.lines(series, lines, told, canvas) for canvas in _CANVASES]
    return _figure(told.title, drawn, legend, table, voice)


def _by_channel(bins: Sequence[Bin], name_of: Callable[[str], str]) -> list[charts.Series]:
    """The channels with the most questions, and the others together."""
    totals: dict[str, int] = {}
    for one in bins:
        for channel, count in one.received.items():
            totals[channel] = totals.get(channel, 0) + count
    order = sorted(
        (channel for channel, total in totals.items() if total and channel != OTHERS),
        key=lambda one: (-totals[one], one),
    )
    there_is_more = OTHERS in totals or len(order) > charts.SERIES
    shown = order[: charts.SERIES - 1] if there_is_more else order
    series = [replace(_series(name_of(channel), bins, {channel}), key=channel) for channel in shown]
    return [*series, _series(name_of(OTHERS), bins, totals.keys() - set(shown))] if there_is_more else series


def _series(name: str, bins: Sequence[Bin], channels: Collection[str]) -> charts.Series:
    values = [sum(count for channel, count in one.received.items() if channel in channels) for one in bins]
    return charts.Series(name=name, values=values)


def _description(total: int, bins: Sequence[Bin], voice: Voice) -> str:
    if not total:
        return f"{voice.say('figures-no-questions')}."
    most = max(bins, key=lambda one: one.total)
    count = grouped(most.total, voice)
    return voice.say("figures-most", questions=_questions(total, voice), when=most.name, count=count)


def _slower(bins: Sequence[Bin], targets: Targets, voice: Voice) -> tuple[str, ...]:
    """How often the mean was above the target; nothing where nothing was answered."""
    means = [one.clock.mean for one in bins if one.clock.mean is not None]
    above = sum(mean > targets.own for mean in means)
    return (voice.say("figures-slower", above=above, of=len(means)),) if means else ()


def _hint(one: Bin, series: Sequence[charts.Series], place: int, voice: Voice) -> str:
    if not one.is_told:
        return f"{one.name}: {voice.say('figures-few')}"
    parts = [f"{part.name} {grouped(int(value), voice)}" for part in series if (value := part.values[place])]
    return f"{one.name}: {_questions(one.total, voice)}" + (f" ({', '.join(parts)})" if parts else "")


def _time_hint(one: Bin, voice: Voice) -> str:
    if not one.is_told:
        return f"{one.name}: {voice.say('figures-few')}"
    parts = [voice.say("figures-mean", time=duration(one.clock.mean, voice))]
    if one.clock.median is not None:
        parts.append(voice.say("figures-median", time=duration(one.clock.median, voice)))
    parts.append(hard(voice.count("figures-answers", one.clock.count, count=grouped(one.clock.count, voice))))
    return f"{one.name}: {', '.join(parts)}"


def _questions(count: int, voice: Voice) -> str:
    return hard(voice.count("figures-questions", count, count=grouped(count, voice)))


def _there(behind: Behind | None, one: Bin, channel: str | None) -> str | None:
    """The list of what came from one channel; of several together there is none."""
    return behind(one, What.RECEIVED, channel) if behind and channel is not None else None


def _cell(value: int, address: str | None, voice: Voice) -> str:
    said = grouped(value, voice)
    return tag("a", said, href=address) if address and value else said


def _seconds(value: timedelta | None) -> float | None:
    return None if value is None else value.total_seconds()


def _figure(
    title: str, drawn: Sequence[Markup], legend: Sequence[tuple[Markup, str]], table: Markup, voice: Voice
) -> Markup:
    return tag(
        "figure",
        tag("figcaption", tag("h2", title)),
        tag("ul", *(tag("li", sample, " ", name) for sample, name in legend), class_="legend") if legend else None,
        *drawn,
        tag("details", tag("summary", voice.say("figures-table")), table, class_="beside"),
        class_="panel drawing",
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], voice: Voice) -> Markup:
    return tag(
        "div",
        tag(
            "table",
            tag("thead", tag("tr", *(tag("th", text, scope="col") for text in head))),
            tag(
                "tbody",
                *(
                    tag("tr", tag("th", first, scope="row"), together(tag("td", cell) for cell in cells))
                    for first, *cells in rows
                ),
            ),
        ),
        class_="scroll",
        tabindex=0,
        role="region",
        aria_label=voice.say("figures-table-of", what=f"{head[0].lower()}, {head[-1].lower()}"),
    )
