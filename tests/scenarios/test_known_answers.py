"""Known answers: suggested at once on four platforms, kept by coordinators, with the service as a process."""

from __future__ import annotations

import asyncio
import re
import tomllib
from pathlib import Path

from bot.conversation.voice import RUSSIAN
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.region import Region, Resident, open_region
from tests.scenarios.service import until
from tests.scenarios.web_desk import official

SCHOOL, HOW = "Как записать ребёнка в школу?", "Через Госуслуги, с первого апреля."
SCHOOLS = {
    SCHOOL: HOW,
    "Какие документы нужны первокласснику?": "Свидетельство о рождении.",
    "Где расписание каникул?": "На сайте каждой гимназии.",
    "Есть ли бесплатное питание?": "Есть, в начальных классах.",
    "Как перевести ученика в лицей?": "Нужно заявление директору.",
}
HEATING = {
    "Когда включат отопление?": "В сентябре.",
    "Куда звонить об аварии на теплотрассе?": "112, круглосуточно.",
    "Почему холодные батареи?": "Пишите адрес, проверим.",
    "Сколько стоит гигакалория?": "Тариф на сайте.",
}
CONFIG = """
[[topics]]
slug = "schools"
name = "Школы"

[[topics]]
slug = "heating"
name = "Отопление"
""" + "".join(
    f'\n[[faq]]\nquestion = "{question}"\nanswer = "{answer}"\ntopic = "{topic}"\n'
    for topic, entries in (("schools", SCHOOLS), ("heating", HEATING))
    for question, answer in entries.items()
)
#: What coordinators add.
FERRY, SAILS = "Когда ходит паром?", "С шести утра."


async def test_known_answers(tmp_path: Path, new_database: NewDatabase) -> None:
    """A question is registered and helped at once; residents see what coordinators keep, after a restart, too."""
    async with open_region(tmp_path, await new_database(), config=CONFIG) as region:
        await learnt(region, len(SCHOOLS | HEATING))
        pressing, typing = region.residents(), region.residents() + region.without_buttons()
        await asyncio.gather(
            *(is_helped_by_buttons(region, one) for one in pressing),
            *(is_helped_by_words(region, one) for one in typing),
        )
        await asyncio.gather(*(looks_around(one) for one in pressing))
        await asyncio.gather(*(types_what_is_advised(region, one) for one in typing))
        await coordinators_keep(region)
        helped = region.residents()
        await asyncio.gather(*(finds_the_ferry(one, "С семи утра.") for one in helped))
        await asyncio.gather(*(one.presses(RUSSIAN.say("button-helped")) for one in helped))
        shown = await region.desk.said_to(await region.desk.say("/faq 10"))
        assert "Показан 5 раз, помог 4." in shown.text

        code, out, complaints = await region.service.command("faq", "export")
        exported = {one["question"]: one["answer"] for one in tomllib.loads(out)["faq"]}
        del (known := SCHOOLS | HEATING)["Сколько стоит гигакалория?"]
        assert (0, known | {FERRY: "С семи утра."}, "") == (code, exported, complaints)

        region.service.settings = {**region.service.settings, "ADMIN_CHAT": "web:admin"}
        read = len(region.service.logged("answers.read"))
        await region.restart()
        await learnt(region, len(known) + 1, since=read)
        await asyncio.gather(*(finds_the_ferry(one, "С семи утра.") for one in region.residents()))
        await coordinators_keep_on_the_page(region)
        await asyncio.gather(*(finds_the_ferry(one, "С восьми утра.") for one in region.residents()))


async def learnt(region: Region, entries: int, *, since: int = 0) -> None:
    """Wait until so many answers are known, as of the last change; `since`: how often they had been read before."""

    async def look() -> bool:
        read = region.service.logged("answers.read")
        return len(read) > since and read[-1]["entries"] == entries

    await until(look)


async def ask_in_other_words(region: Region, resident: Resident) -> int:
    """A question with a slip, in other forms: confirmed first, then helped, and before the officials all the while."""
    words = f"Здравствуйте! Как запсать детей в школы города {resident.who}?"
    before = await resident.sees()
    number = await resident.asks(words)
    suggested = await resident.reads(HOW, SCHOOL, since=before)
    ids = [one.id for one in await resident.sees()]
    assert ids.index((await resident.reads(f"№ {number}")).id) < ids.index(suggested.id)
    await region.card(words)
    assert "open" == await state_of(region, number)
    return number


async def state_of(region: Region, number: int) -> str:
    (row,) = await region.service.query("SELECT close_kind, status FROM questions WHERE id = $1", number)
    return str(row["close_kind"] or row["status"])


async def is_helped_by_buttons(region: Region, resident: Resident) -> None:
    """«Помогло», and back; another time «Нет, жду ответа»: the official's answer still comes."""
    say = RUSSIAN.say
    number = await ask_in_other_words(region, resident)
    card = await region.card(f"{resident.who}?")
    suggested = await resident.offered(say("button-helped"))
    helped = await resident.presses(say("button-helped"), f"№ {number}", under=suggested)
    await region.telegram.wait_for(lambda: "готовый ответ" in card.text)
    assert "helped" == await state_of(region, number)
    # A slip of the finger counts once.
    await resident.presses(say("button-helped"), under=suggested)
    undo = say("button-wait-after-all")
    for _ in range(2):
        await resident.presses(undo, f"№ {number}", under=helped)
    await region.telegram.wait_for(lambda: "готовый ответ" not in card.text)
    assert "open" == await state_of(region, number)

    await resident.presses(say("button-new"))
    number = await ask_in_other_words(region, resident)
    suggested = await resident.offered(say("button-helped"))
    await resident.presses(say("button-wait"), f"№ {number}", under=suggested)
    assert "open" == await state_of(region, number)
    await region.desk.say(f"Звоните в гимназию {resident.who}", to=region.desk.cards(f"{resident.who}?")[-1])
    await resident.reads(f"Звоните в гимназию {resident.who}")
    # By now there is an answer of his own: the old button takes nothing of it back.
    await resident.presses(say("button-helped"), under=suggested)
    assert "answered" == await state_of(region, number)


async def is_helped_by_words(region: Region, resident: Resident) -> None:
    """The same, typed."""
    number = await ask_in_other_words(region, resident)
    card = await region.card(f"{resident.who}?")
    await resident.says("помогло", f"№ {number}")
    await region.telegram.wait_for(lambda: "готовый ответ" in card.text)
    await resident.says("Не помогло!", f"№ {number}")
    await region.telegram.wait_for(lambda: "готовый ответ" not in card.text)
    await resident.says("нет, жду ответа", f"№ {number}")
    await region.desk.say(f"Ответим лично {resident.who}", to=card)
    await resident.reads(f"Ответим лично {resident.who}")
    assert "answered" == await state_of(region, number)


async def looks_around(resident: Resident) -> None:
    """By a word or the command he finds all answers; by a topic's button its questions, page by page."""
    for word in ("Частые вопросы", "/faq"):
        await resident.says(word, "Школы: 5", "Отопление: 4")
    page = await resident.presses("Отопление", *list(HEATING)[:3])
    last = list(HEATING)[-1]
    if last not in page.text:
        page = await resident.presses(RUSSIAN.say("button-on"), last)
    if last in page.buttons:
        await resident.presses(last, "Тариф на сайте.")
    else:
        # Where few buttons fit, the others can be had by their numbers.
        await resident.says("ответ 9", "Тариф на сайте.")
    await resident.presses(RUSSIAN.say("faq-all"), "Школы: 5")
    await resident.says("ответ 2", "Свидетельство о рождении.")


async def types_what_is_advised(region: Region, resident: Resident) -> None:
    """From the topics to «Помогло» by nothing but the words that each text itself advises."""
    await resident.says("новый вопрос")
    words = f"Батареи греют едва-едва, сколько ждать мастера? {resident.who}"
    number = await resident.asks(words)
    await region.card(words)
    topics = await resident.says("/faq", "Школы: 5", "Отопление: 4")
    assert "«частые вопросы Школы»" in topics.text
    # The example names the first topic; any other stands beside it.
    questions = await resident.says("Частые вопросы отопление", "Куда звонить об аварии на теплотрассе?")
    example = re.search(r"«(ответ \d+)»", questions.text)
    assert example is not None, questions.text
    shown = await resident.says(example[1], f"Этого хватит, чтобы закрыть ваш вопрос № {number}?", "«Помогло»")
    assert any(answer in shown.text for answer in HEATING.values())
    await resident.says("Помогло", f"Вопрос № {number} закрыт")
    assert "helped" == await state_of(region, number)


async def coordinators_keep(region: Region) -> None:
    """In Telegram an answer is added, changed, another one put away: residents see it so from then on."""
    desk = region.desk
    await desk.say(f"/faq add {FERRY}\n{SAILS}")
    added = await desk.card("Готовый ответ 10")
    await learnt(region, len(SCHOOLS | HEATING) + 1)
    await finds_the_ferry(region.residents()[0], SAILS)
    assert "/faq off 10" in added.text
    await desk.say("/faq edit 10\nС семи утра.")
    await desk.card(f"/faq edit 10 {FERRY}\n{SAILS}")
    await desk.say("/faq off 9")
    await desk.card("/faq on 9")
    await learnt(region, len(SCHOOLS | HEATING))


async def coordinators_keep_on_the_page(region: Region) -> None:
    """After a restart the page has the same answers, and can change them."""
    desk, browser = official(region.service, "Ольга-сотрудница")
    async with browser:
        await desk.enter()
        await desk.write("/faq")
        await desk.press(await desk.shown("Готовые ответы: 10"), "Дальше →")
        await desk.shown(FERRY)
        await desk.write("/faq edit 10\nС восьми утра.")
        await desk.shown(f"/faq edit 10 {FERRY}\nС семи утра.")
        await desk.write("/faq off 8")
        await desk.shown("/faq on 8")
        await learnt(region, len(SCHOOLS | HEATING) - 1)


async def finds_the_ferry(resident: Resident, answer: str) -> None:
    """Somebody new asks of it and has the answer at once."""
    await resident.asks(f"А паром когда ходит? {resident.who}")
    await resident.reads(FERRY, answer)
