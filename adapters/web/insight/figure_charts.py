"""The charts of the pages: what they show of the figures, each with its legend and its table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

from adapters.web.insight import charts
from adapters.web.insight.bins import Bin, Grain
from adapters.web.insight.markup import Markup, tag, together
from adapters.web.insight.wording import counted, duration, number
from bot.statistics.figures import OTHERS, Targets

_CANVASES = (charts.NARROW, charts.WIDE)
_BY = {Grain.DAY: "по дням", Grain.WEEK: "по неделям", Grain.MONTH: "по месяцам"}
_WHEN = {Grain.DAY: "День", Grain.WEEK: "Неделя", Grain.MONTH: "Месяц"}


def questions(bins: Sequence[Bin], grain: Grain, name_of: Callable[[str], str]) -> Markup:
    """How many questions came, by channel."""
    series = _by_channel(bins, name_of)
    total = sum(one.total for one in bins)
    told = charts.Told(
        id="questions",
        title=f"Вопросы {_BY[grain]}",
        description=_description(total, bins),
        labels=[one.label for one in bins],
        hints=[_hint(one, series, place) for place, one in enumerate(bins)],
    )
    legend = [(charts.swatch(f"questions-sample-{place}", place), one.name) for place, one in enumerate(series)]
    rows = [
        (one.name, *(number(int(part.values[place] or 0)) for part in series), number(one.total))
        for place, one in enumerate(bins)
    ]
    table = _table((_WHEN[grain], *(one.name for one in series), "Всего"), rows)
    drawn = [charts.stacked_bars(series, told, canvas) for canvas in _CANVASES]
    return _figure(told.title, drawn, legend if len(series) > 1 else [], table)


def answer_times(bins: Sequence[Bin], grain: Grain, targets: Targets) -> Markup:
    """How long the first answers took, against the targets."""
    means = charts.Series(name="Среднее", values=[_seconds(one.mean) for one in bins])
    medians = charts.Series(name="Медиана", values=[_seconds(one.median) for one in bins])
    series = [one for one in (means, medians) if one is means or any(value is not None for value in one.values)]
    lines = [
        charts.Target(kind="own", value=targets.own),
        charts.Target(kind="country", value=targets.country),
    ]
    above = sum(one.mean is not None and one.mean > targets.own for one in bins)
    answered = sum(one.answered for one in bins)
    told = charts.Told(
        id="times",
        title=f"Время до первого ответа {_BY[grain]}",
        description=(
            f"Среднее по часам, рядом цель {duration(targets.own)} и среднее по стране {duration(targets.country)}. "
            + (f"Медленнее цели: {above} из {sum(one.mean is not None for one in bins)}." if answered else "")
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
        (one.name, number(one.answered), duration(one.mean), *((duration(one.median),) if len(series) > 1 else ()))
        for one in bins
    ]
    table = _table((_WHEN[grain], "Ответов", *(one.name for one in series)), rows)
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
    series = [_series(name_of(channel), bins, {channel}) for channel in shown]
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
    parts = [f"{part.name} {number(int(value))}" for part in series if (value := part.values[place])]
    return f"{one.name}: {counted(one.total, 'вопрос', 'вопроса', 'вопросов')}" + (
        f" ({', '.join(parts)})" if parts else ""
    )


def _time_hint(one: Bin) -> str:
    median = f"медиана {duration(one.median)}, " if one.median is not None else ""
    answers = counted(one.answered, "ответ", "ответа", "ответов")
    return f"{one.name}: среднее {duration(one.mean)}, {median}{answers}"


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
