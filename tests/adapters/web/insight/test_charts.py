"""Charts: every height right, nothing drawn where nothing is, readable whatever the period."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from adapters.web.insight import charts, ticks
from adapters.web.insight.bins import Bin, of_months, of_report
from adapters.web.insight.charts import NARROW, WIDE, Canvas, Series, Told
from adapters.web.insight.figure_charts import answer_times, questions
from adapters.web.insight.markup import Markup
from bot.statistics.bins import Step
from bot.statistics.figures import OTHERS, Day, Scope, Times, What
from bot.statistics.period import Period
from tests.adapters.web.insight.example import TARGETS, TODAY, days, months, nothing, put_together

SVG = ElementTree.Element


def _told(count: int) -> Told:
    return Told(
        id="x",
        title="Вопросы <по дням>",
        description="Всего 7",
        labels=[f"{place}" for place in range(count)],
        hints=[f"День {place}" for place in range(count)],
    )


def _parsed(markup: Markup) -> SVG:
    return ElementTree.fromstring(markup)  # noqa: S314


def _heights(path: str) -> list[float]:
    return [float(height) for height in re.findall(r"v([\d.]+)", path)]


@pytest.mark.parametrize("canvas", [NARROW, WIDE], ids=lambda canvas: canvas.name)
def test_heights(canvas: Canvas) -> None:
    """A bar is as high as its number, and the parts of a bar stand upon one another without a gap."""
    series = [Series(name="А", values=[10, 0, 40]), Series(name="Б", values=[30, 20, 0])]
    svg = _parsed(charts.stacked_bars(series, _told(3), canvas))
    first, second = (path.attrib["d"] for path in svg.findall("path"))
    unit = canvas.inner_height / 40
    assert [10 * unit, 40 * unit] == pytest.approx(_heights(first), abs=0.1)
    assert [30 * unit, 20 * unit] == pytest.approx(_heights(second), abs=0.1)
    tops = [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)", second)]
    floor = canvas.top + canvas.inner_height
    assert [floor - 40 * unit, floor - 20 * unit] == pytest.approx(tops, abs=0.1)


def test_series_differ_by_more_than_colour() -> None:
    """Each series has a hatching of its own, and each legend's sample the same one."""
    series = [Series(name=f"{place}", values=[1]) for place in range(charts.SERIES)]
    svg = _parsed(charts.stacked_bars(series, _told(1), WIDE))
    hatches = [pattern.find("path").attrib["d"] for pattern in svg.iter("pattern")]  # type: ignore[union-attr]
    assert charts.SERIES - 1 == len(set(hatches))
    samples = [_parsed(charts.swatch("s", place)).find("defs/pattern/path") for place in range(1, charts.SERIES)]
    assert hatches == [sample.attrib["d"] for sample in samples if sample is not None]


def test_said_to_those_who_do_not_see_it() -> None:
    """A chart has a name and a description, and both are text whatever is in them."""
    svg = _parsed(charts.stacked_bars([Series(name="А", values=[1])], _told(1), WIDE))
    assert ("img", "x-wide-title x-wide-desc") == (svg.attrib["role"], svg.attrib["aria-labelledby"])
    assert ["Вопросы <по дням>", "Всего 7"] == [svg.findtext("title"), svg.findtext("desc")]
    assert {"x-wide-title", "x-wide-desc"} == {part.attrib["id"] for part in svg if "id" in part.attrib}


@pytest.mark.parametrize("count", [0, 1, 5])
def test_nothing_came(count: int) -> None:
    """Without a single question there are axes and the words that say so, and no bar."""
    svg = _parsed(charts.stacked_bars([], _told(count), WIDE))
    assert "Вопросов не было" in [text.text for text in svg.iter("text")]
    assert [] == svg.findall("path")
    svg = _parsed(charts.lines([Series(name="Среднее", values=[None] * count)], [], _told(count), WIDE))
    assert "Ответов не было" in [text.text for text in svg.iter("text")]


def test_a_day_without_answers_breaks_the_line() -> None:
    """Where nothing was answered there is no point, least of all one at zero; a lonely point has a dot."""
    seconds: list[float | None] = [3600, 7200, None, 3600, None, 7200, 10800]
    svg = _parsed(charts.lines([Series(name="Среднее", values=seconds)], [], _told(7), WIDE))
    [line] = svg.findall("path")
    assert [2, 2] == [piece.count("L") + 1 for piece in line.attrib["d"].split("M")[1:]]
    assert 5 == len(svg.findall("circle"))


def test_lines_have_the_right_heights() -> None:
    """A time stands where its axis says, and so does a target."""
    target = charts.Target(kind="own", value=timedelta(hours=3))
    svg = _parsed(charts.lines([Series(name="Среднее", values=[3600.0, 14400.0])], [target], _told(2), WIDE))
    floor = WIDE.top + WIDE.inner_height
    highest = ticks.of_times(timedelta(hours=4))[-1] / timedelta(hours=1)
    ys = [float(dot.attrib["cy"]) for dot in svg.findall("circle")]
    assert [floor - WIDE.inner_height / highest, floor - 4 * WIDE.inner_height / highest] == pytest.approx(ys, abs=0.1)
    [line] = [line for line in svg.findall("line") if "own" in line.attrib["class"]]
    assert floor - 3 * WIDE.inner_height / highest == pytest.approx(float(line.attrib["y1"]), abs=0.1)


def _labels(svg: SVG, canvas: Canvas) -> list[float]:
    at_axis = [text for text in svg.iter("text") if text.attrib.get("text-anchor") == "middle"]
    return [float(text.attrib["x"]) for text in at_axis if float(text.attrib["y"]) > canvas.height - 10]


@pytest.mark.parametrize("canvas", [NARROW, WIDE], ids=lambda canvas: canvas.name)
@pytest.mark.parametrize("count", [1, 2, 7, 30, 31, 62, 200, 400])
def test_labels_do_not_touch(count: int, canvas: Canvas) -> None:
    """However many bars there are, their labels have room."""
    svg = _parsed(charts.stacked_bars([Series(name="А", values=[1] * count)], _told(count), canvas))
    xs = _labels(svg, canvas)
    assert xs
    assert [] == [(one, other) for one, other in pairwise(xs) if other - one < canvas.label - 1]


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, (0, 1)),
        (1, (0, 1)),
        (4, (0, 1, 2, 3, 4)),
        (7, (0, 2, 4, 6, 8)),
        (40, (0, 10, 20, 30, 40)),
        (101, (0, 50, 100, 150)),
        (999_999, (0, 200_000, 400_000, 600_000, 800_000, 1_000_000)),
    ],
)
def test_count_ticks(highest: int, expected: Sequence[int]) -> None:
    """The marks of counts are whole and round, few, and reach above the highest bar."""
    assert expected == ticks.of_counts(highest)


@pytest.mark.parametrize(
    ("minutes", "step", "last"),
    [
        (0, 5, 5),
        (20, 5, 20),
        (61, 15, 75),
        (271, 60, 300),
        (1000, 240, 1200),
        (7000, 1440, 7200),
        (90_000, 20160, 100_800),
    ],
)
def test_time_ticks(minutes: int, step: int, last: int) -> None:
    """The marks of times are those of clocks: quarters, hours, days, weeks."""
    found = ticks.of_times(timedelta(minutes=minutes))
    assert (timedelta(minutes=step), timedelta(minutes=last)) == (found[1], found[-1])
    assert len(found) <= 6


def _period(count: int) -> Period:
    return Period(first=TODAY - timedelta(days=count - 1), last=TODAY)


def _shown(of_days: Sequence[Day]) -> tuple[Step, tuple[Bin, ...]]:
    period = Period(first=of_days[0].day, last=of_days[-1].day)
    return of_report(replace(nothing(Scope(period=period)), days=tuple(of_days), bins=put_together(of_days)))


@pytest.mark.parametrize(
    ("count", "step", "bars", "name"),
    [
        (1, Step.DAY, 1, "15 ноября 2026"),
        (31, Step.DAY, 31, "15 ноября 2026"),
        (32, Step.WEEK, 5, "9–15 ноября 2026"),
        (36, Step.WEEK, 6, "9–15 ноября 2026"),
        (201, Step.MONTH, 8, "1–15 ноября 2026"),
        (1098, Step.MONTH, 37, "1–15 ноября 2026"),
        (1101, Step.YEAR, 4, "1 января – 15 ноября 2026"),
    ],
)
def test_bins(count: int, step: Step, bars: int, name: str) -> None:
    """A long period is shown as the picture of it shows it, and each bar says which days it stands for."""
    of_period = days(_period(count))
    found, bins = _shown(of_period)
    assert (step, bars, name) == (found, len(bins), bins[-1].name.replace("\u00a0", " "))
    assert sum(sum(day.received.values()) for day in of_period) == sum(one.total for one in bins)
    assert (TODAY, count) == (bins[-1].period.last, sum(one.period.days for one in bins))


def test_names_of_months() -> None:
    """A whole month goes by its name; one that the period cuts, by its days."""
    _, bins = _shown(days(Period(first=date(2026, 3, 5), last=date(2026, 10, 31))))
    assert ["5–31 марта 2026", "апрель 2026", "октябрь 2026"] == [
        bins[at].name.replace("\u00a0", " ") for at in (0, 1, -1)
    ]


def _times(count: int, minutes: int) -> Times:
    value = timedelta(minutes=minutes)
    return Times(count=count, mean=value, median=value, p90=value)


def test_many_channels() -> None:
    """Of hundreds of channels the largest have a colour each, and the others one together."""
    received = {f"vk-{number:03}": 500 - number for number in range(300)}
    step, bins = _shown([Day(day=TODAY, received=received, clock=Times())])
    figure = _parsed(questions(bins, step, lambda channel: "Прочие" if channel == OTHERS else channel))
    names = [(item.find("svg").tail or "").strip() for item in figure.iter("li")]  # type: ignore[union-attr]
    assert ["vk-000", "vk-001", "vk-002", "vk-003", "vk-004", "Прочие"] == names
    [row] = figure.findall("details/div/table/tbody/tr")
    numbers = [int((cell.text or "").replace("\u202f", "")) for cell in row.findall("td")]
    assert sum(received.values()) == numbers[-1] == sum(numbers[:-1])


def test_a_chart_and_its_table_agree() -> None:
    """Beside each chart stands a table of what it shows, row by row."""
    step, bins = _shown(days(_period(30)))
    for figure in (_parsed(questions(bins, step, str)), _parsed(answer_times(bins, step, TARGETS))):
        rows = figure.findall("details/div/table/tbody/tr")
        assert [one.name for one in bins] == [row.findtext("th") for row in rows]
        assert {len(bins)} == {len(svg.findall("rect")) for svg in figure.findall("svg")}


def test_a_table_leads_to_its_lists() -> None:
    """Each number under a chart leads to its questions: of its days, and of its channel; a heap does not."""
    received = {f"vk-{number}": 3 for number in range(9)}
    step, bins = _shown([Day(day=TODAY, received=received, clock=_times(4, 10))])

    def behind(one: Bin, what: What, channel: str | None) -> str:
        return f"/{what}/{one.period.first}/{channel}"

    figures = [_parsed(questions(bins, step, str, behind)), _parsed(answer_times(bins, step, TARGETS, behind))]
    rows = [figure.find("details/div/table/tbody/tr") for figure in figures]
    links = [[one.attrib["href"] for one in row.iter("a")] for row in rows if row is not None]
    channels = [f"/received/{TODAY}/vk-{number}" for number in range(charts.SERIES - 1)]
    assert [[*channels, f"/received/{TODAY}/None"], [f"/answered/{TODAY}/None"]] == links


def test_months_oldest_first() -> None:
    """The bars of months go with time, though the newest is told first."""
    bins = of_months(months(14))
    assert ["окт\u00a025", "ноя\u00a026"] == [bins[0].label, bins[-1].label]
