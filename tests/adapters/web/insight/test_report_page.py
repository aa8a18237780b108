"""The leaders' page as text: every figure, what changed, and a way to the questions behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.web.insight import address, report_page
from adapters.web.insight.address import Asked, Viewer
from adapters.web.insight.tables import SHOWN
from bot.statistics.figures import By, Counts, Figures, Report, Times
from tests.adapters.web.insight.example import NOW, TODAY, days, groups, labels, nothing, put_together, report
from tests.adapters.web.insight.reading import Reader, read

VIEWER = Viewer(today=TODAY, labels=labels())
HOUR = timedelta(hours=1)


def _shown(made: Report | None = None, query: Mapping[str, str] | None = None, *, viewer: Viewer = VIEWER) -> Reader:
    asked, mistakes = address.read(query or {}, viewer)
    assert [] == mistakes
    return read(report_page.page(made or report(asked.scope, viewer.labels), asked, viewer))


def _report(asked: Asked, now: Figures, before: Figures) -> Report:
    of_days = days(asked.period)
    return Report(
        scope=asked.scope,
        at=NOW,
        total=now,
        before=before,
        by={},
        days=of_days,
        bins=put_together(of_days),
        longest=(),
    )


def test_tiles() -> None:
    """Each count stands there with its part, its change and its list; what adds up is told together."""
    asked, _ = address.read({}, VIEWER)
    counts = Counts(
        asked=1180,
        reopened=20,
        answered=1100,
        open=50,
        clarifying=10,
        closed=25,
        spam=10,
        unclarified=5,
        overdue=36,
        handed_over=120,
        interims=7,
        helped=210,
        rated=4,
        rating_sum=18,
    )
    before = replace(counts, asked=980, overdue=60, rated=0, rating_sum=0)
    page = _shown(_report(asked, Figures(counts=counts), Figures(counts=before)))
    tiles = page.texts("div", "tile")
    expected = [
        "Поступило 1 200 из них 20 открыты снова ▲ больше на 200 (20 %)",
        "Отвечено 1 100 92 % поступивших без изменений",
        "Ждут ответа 50 4,2 % поступивших без изменений",
        "Ждём уточнения 10 часы стоят без изменений",
        "Просрочено 36 3,0 % поступивших было 60, 6,0 % ▼ меньше на 3,0 п. п., лучше",
        "Передано другому отделу 120 10 % поступивших без изменений",
        "Закрыто без ответа 40 закрыто сотрудником 25, спам 10, житель не уточнил 5 без изменений",
        "Промежуточных ответов 7 без изменений",
        "Помог похожий ответ 210 без изменений",
    ]
    assert [tile.replace(" ", "") for tile in expected] == [tile.replace(" ", "") for tile in tiles[:9]]
    assert "Оценкажителей4,5из54оценкинесчемсравнить" == tiles[12].replace(" ", "")
    links = page.links()
    assert "/admin/statistics/list?what=overdue&period=week" == links["Просрочено: 36, список"]
    assert "/admin/statistics/list?what=spam&period=week" == links["спам 10"]


@pytest.mark.parametrize(
    ("mean", "own", "country"),
    [
        (timedelta(hours=2), "✓ быстрее на 1 ч 12 мин", "✓ быстрее на 2 ч 31 мин"),
        (timedelta(hours=4), "✗ медленнее на 48 мин", "✓ быстрее на 31 мин"),
        (timedelta(hours=3, minutes=12), "ровно столько же", "✓ быстрее на 1 ч 19 мин"),
        (timedelta(days=1), "✗ медленнее на 20 ч 48 мин", "✗ медленнее на 19 ч 29 мин"),
    ],
)
def test_beside_the_targets(mean: timedelta, own: str, country: str) -> None:
    """The mean time stands beside the two targets, in words."""
    asked, _ = address.read({}, VIEWER)
    clock = Times(count=10, mean=mean, median=HOUR, p90=3 * HOUR)
    figures = Figures(counts=Counts(asked=10, answered=10), clock=clock, worked=replace(clock, mean=HOUR))
    page = _shown(_report(asked, figures, Figures()))
    assert [f"Цель — 3 ч 12 мин: {own}", f"В среднем по стране — 4 ч 31 мин: {country}"] == page.texts("p")[1:3]
    assert "в рабочее время 1 ч" in page.texts("div", "tile")[9]


def test_rows_lead_to_their_figures_and_lists() -> None:
    """A group's name leads to its own page, its numbers to their lists, with what was chosen before."""
    page = _shown(query={"place": "nadym"})
    links = page.links()
    assert "/admin/statistics?period=week&department=energy&place=nadym" == links["Департамент энергетики"]
    assert "/admin/statistics?period=week&place=nadym&channel=viber" == links["Viber"]
    hrefs = {one["href"] for one in page.all("a")}
    assert "/admin/statistics/list?what=overdue&period=week&department=energy&place=nadym" in hrefs


def test_every_table_leads_to_its_lists() -> None:
    """Whoever doubts a number of a department, topic, place, channel, source or day is one step from its questions."""
    page = _shown()
    hrefs = {one["href"] for one in page.all("a")}
    for group in ("topic=-", "place=-", "source=-"):
        assert f"/admin/statistics/list?what=received&period=week&{group}" in hrefs
    for group in ("department=energy", "topic=topic0", "place=nadym", "channel=vk", "source=qr-3"):
        for what in ("received", "answered", "open", "overdue"):
            assert f"/admin/statistics/list?what={what}&period=week&{group}" in hrefs
    day = "from=2026-11-12&to=2026-11-12"
    assert {
        f"/admin/statistics/list?what=received&{day}",
        f"/admin/statistics/list?what=received&{day}&channel=vk",
        f"/admin/statistics/list?what=answered&{day}",
    } <= hrefs


def test_a_source_is_kept_by_the_form() -> None:
    """Whoever looks at one source chooses further within it, and can leave it."""
    page = _shown(query={"source": "qr-3"})
    assert "9–15 ноября 2026 · qr-3" == page.texts("p", "under")[0]
    assert ["все источники", "qr-3"] == [one.text for one in page.all("option")][-2:]
    assert "/admin/statistics?period=year&source=qr-3" == page.links()["год"]


def test_hundreds_of_groups() -> None:
    """Of 300 departments the largest are seen at once, the others on demand, and all of them are there."""
    page = _shown()
    summaries = page.texts("summary")
    assert f"Ещё {301 - SHOWN} отделов" in summaries
    regions = {one["aria-label"]: one.text.count("Школа №") for one in page.all("div", "scroll")}
    assert (SHOWN - 3, 301 - 1 - SHOWN) == (regions["Таблица: Отделы"], regions["Таблица: Отделы, продолжение"])


def test_one_more_group_is_not_hidden() -> None:
    """Nothing is folded away to save a single line."""
    there = replace(labels(), topics={f"topic{number}": f"Тема {number}" for number in range(SHOWN + 1)})
    asked, _ = address.read({}, VIEWER)
    made = replace(report(asked.scope, there), by={By.TOPIC: groups(list(there.topics), 900)})
    page = _shown(made, viewer=replace(VIEWER, labels=there))
    assert ["Таблица", "Таблица"] == page.texts("summary")


def test_tables_that_say_nothing() -> None:
    """Without topics, or with one department chosen, there is no table with a single line for it."""
    asked, _ = address.read({"department": "energy"}, VIEWER)
    figures = groups(["energy"], 900)
    made = replace(report(asked.scope, VIEWER.labels), by={By.DEPARTMENT: figures, By.TOPIC: {"": figures["energy"]}})
    page = _shown(made, {"department": "energy"})
    assert not {"Отделы", "Темы"} & set(page.texts("h2"))


def test_groups_that_are_gone_from_the_settings() -> None:
    """A department that was dissolved keeps its figures, under its slug, and leads to them like any other."""
    asked, _ = address.read({}, VIEWER)
    made = replace(report(asked.scope, VIEWER.labels), by={By.DEPARTMENT: groups(["energy", "gone", ""], 900)})
    page = _shown(made)
    assert ["Департамент энергетики", "gone", "Координаторы"] == page.texts("span", "name")
    assert "/admin/statistics?period=week&department=gone" == page.links()["gone"]
    assert "/admin/statistics?period=week&department=-" == page.links()["Координаторы"]


def test_handed_on() -> None:
    """Beside what came to a department from another stands what it handed on; where nobody did, neither is shown."""
    asked, _ = address.read({}, VIEWER)
    counts = {"energy": Counts(asked=5, handed_over=2), "school1": Counts(handed_on=2), "": Counts(asked=1)}
    made = _report(asked, Figures(counts=Counts(asked=6)), Figures())
    page = _shown(replace(made, by={By.DEPARTMENT: {slug: Figures(counts=one) for slug, one in counts.items()}}))
    assert [
        "НазваниеПоступилоОтвеченоЖдут ответаПросроченоОтвет в среднемМедиана9 из 10 быстрее"
        "Пришло из другого отделаПередал другим",
        "Департамент энергетики5000———20",
        "Школа № 10000———02",
        "Координаторы1000———00",
    ] == [text.replace("\u00a0", " ") for text in page.texts("tr")[-4:]]
    assert "Передал другим" not in _shown().texts("th")


def test_names_are_text() -> None:
    """A department called like a script is a name like others, in the form, the table and the address."""
    page = _shown(query={"department": "evil"})
    name = "<script>alert(1)</script> & «Ко»"
    assert [] == page.all("script")
    assert name in page.texts("option")
    assert name in page.texts("p", "under")[0]
    assert [] == [one for one in page.elements if any(key.startswith("on") or key == "style" for key in one.attributes)]


def test_the_form_remembers() -> None:
    """The form shows what is chosen, so that one more choice is one more step."""
    page = _shown(query={"from": "2026-11-01", "to": "2026-11-10", "department": "-", "channel": "vk"})
    inputs = {one["name"]: one["value"] for one in page.all("input")}
    assert {"from": "2026-11-01", "to": "2026-11-10"} == inputs
    chosen = [one["value"] for one in page.all("option") if "selected" in one.attributes]
    assert ["-", "vk"] == chosen
    assert {"2026-11-15"} == {one["max"] for one in page.all("input")}


def test_a_department_chooses_among_its_own() -> None:
    """A department's chat is not shown the others' names."""
    viewer = replace(VIEWER, allowed=("energy",))
    asked, _ = address.read({}, viewer)
    page = _shown(replace(report(asked.scope, viewer.labels), by={}), viewer=viewer)
    select = page.all("select")[0]
    assert "Департамент энергетики" in select.text
    assert "Школа" not in select.text


def test_usual_periods_keep_the_choice() -> None:
    """The links to the usual periods keep department, place and channel, and the one that is shown is marked."""
    page = _shown(query={"department": "energy", "period": "month"})
    assert "/admin/statistics?period=year&department=energy" == page.links()["год"]
    assert ["месяц"] == [one.text for one in page.all("a", "pill") if one["aria-current"]]


def test_the_longest_waits() -> None:
    """The three longest waits are named, with whether they still last, and lead to the question."""
    page = _shown()
    [longest] = page.all("ol", "longest")
    assert 3 == len(longest.text.split("№")) - 1
    assert "/admin/find?q=48213" == page.links()["№ 48213"]
    assert ["ещё ждёт", "отвечен", "отвечен"] == page.texts("span", "badge")


@pytest.mark.parametrize("query", [{"period": "day"}, {"period": "year"}, {"from": "2023-11-14"}])
def test_nothing_at_all(query: dict[str, str]) -> None:
    """A period without a single question has a page like any other."""
    asked, _ = address.read(query, VIEWER)
    page = _shown(nothing(asked.scope), query)
    assert "Ответов за это время ещё нет." in page.texts("p")
    assert {"0"} == set(page.texts("dd", "value")[:9])
