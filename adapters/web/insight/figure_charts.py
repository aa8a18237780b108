"""The charts of the pages: what they show of the figures, each with its legend and its table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from adapters.web.insight import charts
from adapters.web.insight.bins import Bin
from adapters.web.insight.markup import Markup, tag, together
from adapters.web.insight.wording import FEW, NOTHING, counted, duration
from bot.statistics.bins import Step
from bot.statistics.figures import OTHERS, Targets, What
from bot.statistics.phrases import number
from bot.statistics.words import ANSWER_TIME_BY, COUNTS, MEAN, MEDIAN, RECEIVED_BY

_CANVASES = (charts.NARROW, charts.WIDE)
_WHEN = {Step.DAY: "День", Step.WEEK: "Неделя", Step.MONTH: "Месяц", Step.YEAR: "Год"}

#: Where the list is behind a number of a bin: of all its waits of a kind, or of those of one channel; None: nowhere.
Behind = Callable[[Bin, What, str | None], str | None]


def questions(bins: Sequence[Bin], step: Step, name_of: Callable[[str], str], behind: Behind | None = None) -> Markup:
    """How many questions came, by channel."""
    series = _by_channel(bins, name_of)
    total = sum(one.total for one in bins)
    told = charts.Told(
        id="questions",
        title=RECEIVED_BY[step],
        description=_description(total, bins),
        labels=[one.label for one in bins],
        hints=[_hint(one, series, place) for place, one in enumerate(bins)],
    )
    legend = [(charts.swatch(f"questions-sample-{place}", place), one.name) for place, one in enumerate(series)]
    rows = [
        (
            one.name,
            *(_cell(int(part.values[place] or 0), _there(behind, one, part.key)) for part in series),
            _cell(one.total, behind(one, What.RECEIVED, None) if behind else None),
        )
        if one.is_told
        else (one.name, *(NOTHING for _ in series), FEW)
        for place, one in enumerate(bins)
    ]
    table = _table((_WHEN[step], *(one.name for one in series), "Всего"), rows)
    drawn = [charts.stacked_bars(series, told, canvas) for canvas in _CANVASES]
    return _figure(told.title, drawn, legend if len(series) > 1 else [], table)


def answer_times(bins: Sequence[Bin], step: Step, targets: Targets, behind: Behind | None = None) -> Markup:
    """How long the first answers took, against the targets."""
    series = [
        charts.Series(name=MEAN, values=[_seconds(one.clock.mean) for one in bins]),
        charts.Series(name=MEDIAN, values=[_seconds(one.clock.median) for one in bins]),
    ]
    lines = [
        charts.Target(kind="own", value=targets.own),
        charts.Target(kind="country", value=targets.country),
    ]
    means = [one.clock.mean for one in bins if one.clock.mean is not None]
    above = sum(mean > targets.own for mean in means)
    told = charts.Told(
        id="times",
        title=ANSWER_TIME_BY[step],
        description=(
            f"Среднее по часам, рядом цель {duration(targets.own)} и среднее по стране {duration(targets.country)}. "
            + (f"Медленнее цели: {above} из {len(means)}." if means else "")
        ),
        labels=[one.label for one in bins],
        hints=[_time_hint(one) for one in bins],
    )
    legend = [
        *((charts.line_swatch(place), one.name) for place, one in enumerate(series)),
        (charts.target_swatch("own"), f"Цель {duration(targets.own)}"),
        (charts.target_swatch("country"), f"По стране {duration(targets.country)}"),
    ]
    rows = [
        (
            one.name,
            _cell(one.clock.count, behind(one, What.ANSWERED, None) if behind else None) if one.is_told else FEW,
            duration(one.clock.mean),
            duration(one.clock.median),
        )
        for one in bins
    ]
    table = _table((_WHEN[step], COUNTS[What.ANSWERED], *(one.name for one in series)), rows)
    drawn = [charts.lines(series, lines, told, canvas) for canvas in _CANVASES]
    return _figure(told.title, drawn, legend, table)


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


def _description(total: int, bins: Sequence[Bin]) -> str:
    if not total:
        return "Вопросов не было."
    most = max(bins, key=lambda one: one.total)
    return f"Всего {counted(total, 'вопрос', 'вопроса', 'вопросов')}; больше всего — {most.name}: {number(most.total)}."


def _hint(one: Bin, series: Sequence[charts.Series], place: int) -> str:
    if not one.is_told:
        return f"{one.name}: {FEW}"
    parts = [f"{part.name} {number(int(value))}" for part in series if (value := part.values[place])]
    return f"{one.name}: {counted(one.total, 'вопрос', 'вопроса', 'вопросов')}" + (
        f" ({', '.join(parts)})" if parts else ""
    )


def _time_hint(one: Bin) -> str:
    if not one.is_told:
        return f"{one.name}: {FEW}"
    median = f"медиана {duration(one.clock.median)}, " if one.clock.median is not None else ""
    answers = counted(one.clock.count, "ответ", "ответа", "ответов")
    return f"{one.name}: среднее {duration(one.clock.mean)}, {median}{answers}"


def _there(behind: Behind | None, one: Bin, channel: str | None) -> str | None:
    """The list of what came from one channel; of several together there is none."""
    return behind(one, What.RECEIVED, channel) if behind and channel is not None else None


def _cell(value: int, address: str | None) -> str:
    return tag("a", number(value), href=address) if address and value else number(value)


def _seconds(value: timedelta | None) -> float | None:
    return None if value is None else value.total_seconds()


def _figure(title: str, drawn: Sequence[Markup], legend: Sequence[tuple[Markup, str]], table: Markup) -> Markup:
    return tag(
        "figure",
        tag("figcaption", tag("h2", title)),
        tag("ul", *(tag("li", sample, " ", name) for sample, name in legend), class_="legend") if legend else None,
        *drawn,
        tag("details", tag("summary", "Таблица"), table, class_="beside"),
        class_="panel drawing",
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
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
        aria_label=f"Таблица: {head[0].lower()}, {head[-1].lower()}",
    )
