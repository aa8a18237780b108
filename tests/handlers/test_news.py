"""News subscriptions: offered once, chosen and ended by buttons and words, counted without names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.conversation.unasked import Unasked
from bot.model.chat import ChatRef
from bot.model.message import EditMessage, SendMessage
from bot.model.subscription import EVERYTHING, About, Subscription
from handlers.health import Ailments
from handlers.server import Readiness, make_app
from storage import subscriptions
from tests.handlers.fakes import ABLE, DESK, ENERGY, HOME, IRINA, OLEG, PLAIN, Office, open_office
from tests.handlers.story import desk
from tests.handlers.test_placing import buttons, by_place

NADYM = Subscription(about=About.PLACE, slug="nadym")
HEATING = Subscription(about=About.TOPIC, slug="heating")
ROADS = Subscription(about=About.TOPIC, slug="roads")
OFFER = "Если хотите, будем присылать и новости"
ALWAYS = ["Новый вопрос", "Помощь"]


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address, desk=desk()) as opened:
        opened.ctx.unasked = Unasked()
        yield opened


async def writes(office: Office, text: str, chat: ChatRef = IRINA, **more: str) -> str:
    """What he gets as the last thing."""
    await office.writes(chat, text, **more)
    await office.deliver()
    return office.home.texts(chat)[-1]


def page(office: Office, chat: ChatRef = IRINA) -> EditMessage | SendMessage:
    """What he sees last: a message, or another page in its place."""
    seen = [one for one in office.home.effects(chat) if isinstance(one, EditMessage | SendMessage)]
    return seen[-1]


async def presses(office: Office, label: str, chat: ChatRef = IRINA) -> EditMessage | SendMessage:
    """Press the button with this label on what he sees; what he sees then."""
    keyboard = page(office, chat).keyboard
    assert keyboard is not None
    data = next(one.data for row in keyboard.rows for one in row if one.text == label)
    await office.presses(chat, data, message_id=office.home.messages(chat)[-1][1][0])
    await office.deliver()
    return page(office, chat)


async def chosen(office: Office, chat: ChatRef = IRINA) -> set[Subscription]:
    """What is stored of him."""
    async with office.eye.transaction() as tx:
        found = await tx.raw.fetchval(
            "SELECT id FROM conversations WHERE channel = $1 AND chat_id = $2", chat.channel, chat.chat_id
        )
        return set(await subscriptions.of(tx, found))


# --- the offer -----------------------------------------------------------------------------------------------------


async def test_offered_in_the_greeting(office: Office) -> None:
    """Who opens the chat reads one line and finds one button; opened again, nothing is offered again."""
    for _ in range(2):
        await office.starts(IRINA)
    await office.deliver()
    first, again = [message for message, _ in office.home.messages(IRINA)]
    assert [True, False] == [OFFER in message.text for message in (first, again)]
    assert ["Новости", *ALWAYS, "Язык · Language"] == buttons(first.keyboard)
    assert [*ALWAYS, "Язык · Language"] == buttons(again.keyboard)
    assert f"{OFFER}: нажмите или напишите «Новости»." in first.text
    await writes(office, "Холодно, дайте тепло")
    assert OFFER not in page(office).text


async def test_offered_under_the_first_confirmation(office: Office) -> None:
    """Who writes first has asked a question: the line stands under its confirmation, once."""
    await writes(office, "Когда дадут тепло?")
    assert "№ 1" in page(office).text
    assert OFFER in page(office).text
    assert ["Новости", *ALWAYS] == buttons(page(office).keyboard)
    await office.presses(IRINA, "new")
    await writes(office, "Когда починят, где дорога?")
    assert OFFER not in page(office).text


async def test_not_beside_a_question(database_address: str) -> None:
    """Where he is asked where it is, there are buttons enough: the line names the word alone, and comes before."""
    async with open_office(database_address, desk=by_place()) as office:
        office.ctx.unasked = Unasked()
        await writes(office, "Ржавая вода")
        text = page(office).text
        assert f"{OFFER}: напишите «Новости»." in text
        assert text.index(OFFER) < text.index("Подскажите, где это?")
        assert "Новости" not in buttons(page(office).keyboard)


async def test_offered_without_buttons(database_address: str) -> None:
    """Where there are no buttons, nobody is told to press."""
    async with open_office(database_address, home=PLAIN) as office:
        office.ctx.unasked = Unasked()
        assert f"{OFFER}: напишите «Новости»." in await writes(office, "Холодно")


async def test_the_offer_is_turned_off(office: Office) -> None:
    """Where the settings say so nothing is offered; whoever looks for news finds them."""
    office.ctx.unasked = Unasked(news=False)
    await office.starts(IRINA)
    assert OFFER not in await writes(office, "Когда дадут тепло?")
    assert "Сейчас вы ни на что не подписаны." in await writes(office, "Новости")


async def test_who_ignores_the_offer(office: Office) -> None:
    """Whoever only writes and reads is held up by nothing, and subscribed to nothing."""
    await office.starts(IRINA)
    await writes(office, "Когда дадут тепло?")
    await writes(office, "Второй подъезд")
    assert 2 == len(await office.thread(1))
    assert set() == await chosen(office)


# --- choosing ------------------------------------------------------------------------------------------------------


async def test_chosen_by_buttons(office: Office) -> None:
    """Places and topics are chosen and taken off again with a tap each, in one message."""
    await writes(office, "Новости")
    assert ["Все новости", "Места", "Темы", *ALWAYS] == buttons(page(office).keyboard)
    await presses(office, "Места")
    assert ["✓ Надым", "Новости", *ALWAYS] == buttons((await presses(office, "Надым")).keyboard)
    assert {NADYM} == await chosen(office)
    await presses(office, "Новости")
    await presses(office, "Темы")
    await presses(office, "Отопление")
    await presses(office, "Дороги")
    assert ["✓ Отопление", "Дороги"] == buttons((await presses(office, "✓ Дороги")).keyboard)[:2]
    assert {NADYM, HEATING} == await chosen(office)
    assert "Ваши подписки: Надым, Отопление." in (await presses(office, "Новости")).text
    assert 1 == len(office.home.messages(IRINA))


async def test_found_in_the_menu(office: Office) -> None:
    """«Помощь» has the button, and the messenger's own menu the command."""
    await writes(office, "Помощь")
    assert "Новости" in buttons(page(office).keyboard)
    assert "ни на что не подписаны" in (await presses(office, "Новости")).text
    assert "ни на что не подписаны" in await writes(office, "/news")


async def test_everything(office: Office) -> None:
    """Everything takes the place of what was chosen; choosing one thing takes the place of everything."""
    await writes(office, "Подписаться на Надым")
    await writes(office, "Новости")
    assert "Сейчас вы подписаны на все новости." in (await presses(office, "Все новости")).text
    assert {EVERYTHING} == await chosen(office)
    await writes(office, "подписаться на отопление")
    assert {HEATING} == await chosen(office)
    await presses(office, "Все новости")
    assert "Готово, новостей больше не будет." in (await presses(office, "✓ Все новости")).text
    assert set() == await chosen(office)


ENDED = ["button", "Стоп", "отписаться", "/stop", "Отписаться от всего", "stop", "Unsubscribe"]


@pytest.mark.parametrize("way", ENDED)
async def test_ended_with_one_tap(office: Office, way: str) -> None:
    """One tap, or one word, ends all news, and nothing else: the open question stays, its answer comes."""
    await writes(office, "Когда дадут тепло?")
    await writes(office, "Подписаться на Надым")
    await writes(office, "Подписаться на Дороги")
    assert {NADYM, ROADS} == await chosen(office)
    if way == "button":
        await presses(office, "Отписаться от всего")
    else:
        await writes(office, way)
    assert set() == await chosen(office)
    assert "Готово, новостей больше не будет. Ответы на ваши вопросы придут как обычно." == page(office).text
    assert ["Новости", *ALWAYS] == buttons(page(office).keyboard)
    await office.writes(ENERGY, "Завтра", reply_to=office.work.id_of(ENERGY, "№ 1"))
    await office.deliver()
    assert "Завтра" == office.home.texts(IRINA)[-1]
    assert 1 == len([one for one in await office.thread(1) if one.author == ""])


async def test_nothing_to_end(office: Office) -> None:
    """«Стоп» without subscriptions says so, and is no question."""
    assert "Вы ни на что не подписаны, новости не придут." in await writes(office, "Стоп")
    assert 0 == await office.value("SELECT count(*) FROM questions")


async def test_one_ended(office: Office) -> None:
    """One of several is ended by its name."""
    await writes(office, "Подписаться на Надым")
    await writes(office, "Подписаться отопление")
    assert "Ваши подписки: Отопление." in await writes(office, "Отписаться от Надым")
    assert {HEATING} == await chosen(office)


#: One word after the other in a chat without buttons, and what he reads.
TYPED = {
    "Новости": "Места: Надым.",
    "подписаться Надым": "Ваши подписки: Надым.",
    "«подписаться на дороги»": "Ваши подписки: Надым, Дороги.",
    "отписаться надым": "Ваши подписки: Дороги.",
    "Подписаться на всё": "Сейчас вы подписаны на все новости.",
    "Subscriptions": "Сейчас вы подписаны на все новости.",
    "отписаться": "Готово, новостей больше не будет.",
    "Мои подписки": "Напишите, например, «подписаться Надым» или «подписаться на всё».",
}


async def test_without_buttons(database_address: str) -> None:
    """Where there are no buttons, words do all of it."""
    async with open_office(database_address, desk=desk(), home=PLAIN) as office:
        said = [await writes(office, text) for text in TYPED]
        assert [True] * len(TYPED) == [expected in text for text, expected in zip(said, TYPED.values(), strict=True)]
        assert 0 == await office.value("SELECT count(*) FROM questions")


async def test_in_english(office: Office) -> None:
    """The pages and the words in English."""
    assert "You are not subscribed to anything now." in await writes(office, "news", language="en")
    assert ["All news", "Places", "Topics", "New question", "Help"] == buttons(page(office).keyboard)
    await office.presses(IRINA, "news:t:heating", language="en")
    assert "Your subscriptions: Отопление." in await writes(office, "my subscriptions", language="en")
    assert "Done: no more news." in await writes(office, "unsubscribe", language="en")


async def test_what_is_no_subscription(office: Office) -> None:
    """A question that only begins like one is a question."""
    for number, text in enumerate(("Подписаться на газету можно?", "Стоп-сигнал на улице не горит"), start=1):
        await office.presses(IRINA, "new")
        await writes(office, text)
        assert text == (await office.thread(number))[0].content.text


async def test_where_there_is_nothing_to_choose(database_address: str) -> None:
    """Without places and topics there is all or nothing."""
    async with open_office(database_address) as office:
        await writes(office, "Новости")
        assert ["Все новости", *ALWAYS] == buttons(page(office).keyboard)
        for data in ("news:places:0", "news:topics:0"):
            await office.presses(IRINA, data)
        await office.deliver()
        assert 3 * ["Новости:"] == [text.split()[0] for text in office.home.texts(IRINA)]


# --- buttons of another time ---------------------------------------------------------------------------------------

ODD = {
    "a place that is gone": ("news:p:gone", "Этого больше нет в списке."),
    "a topic that is gone, of a list": ("news:t:gone:3", "Этого больше нет в списке."),
    "the end of what is gone": ("stop:p:gone", "Ваши подписки: Надым."),
    "a page far behind": ("news:places:99999", "О каких местах присылать новости?"),
    "a page that is none": ("news:places:x", "О каких местах присылать новости?"),
    "something else": ("news:x:y:z", "Ваши подписки: Надым."),
    "something else to end": ("stop:x:y:z", "Ваши подписки: Надым."),
    "the end of a list": ("stop:places:0", "О каких местах присылать новости?"),
}


@pytest.mark.parametrize(("data", "said"), ODD.values(), ids=ODD.keys())
async def test_old_and_forged(office: Office, data: str, said: str) -> None:
    """Whatever is pressed is answered, and changes nothing that he did not ask for."""
    await writes(office, "Подписаться на Надым")
    await office.presses(IRINA, data)
    await office.deliver()
    assert said in page(office).text
    assert {NADYM} == await chosen(office)
    assert 0 == await office.value("SELECT count(*) FROM events WHERE status = 'failed'")


async def test_pressed_twice(office: Office) -> None:
    """A button that says «choose» chooses, however often it is pressed."""
    for press in ("p1", "p2"):
        await office.presses(IRINA, "news:p:nadym:0", press_id=press)
    assert {NADYM} == await chosen(office)
    for press in ("p3", "p4"):
        await office.presses(IRINA, "stop:p:nadym:0", press_id=press)
    assert set() == await chosen(office)


async def test_a_long_list_below(database_address: str) -> None:
    """Where messages cannot be edited, each page stands below; a tap stays on its page."""
    many = {f"p{n}": f"Место {n}" for n in range(20)}
    able = replace(ABLE, edits=False)
    async with open_office(database_address, desk=replace(desk(), places=many), home=able) as office:
        await writes(office, "Новости")
        await presses(office, "Места")
        await presses(office, "Дальше →")
        assert "✓ Место 9" in buttons((await presses(office, "Место 9")).keyboard)
        assert "← Назад" in buttons(page(office).keyboard)
        assert 4 == len(office.home.messages(IRINA))


# --- figures -------------------------------------------------------------------------------------------------------


async def everybody(office: Office) -> None:
    """Three residents subscribe; one of them blocks the bot."""
    anna = ChatRef(channel=HOME, chat_id="103")
    await writes(office, "Подписаться на Надым")
    await writes(office, "Подписаться на отопление")
    await writes(office, "Подписаться на Надым", OLEG)
    await writes(office, "Подписаться на всё", anna)
    await writes(office, "Подписаться на дороги", blocked := ChatRef(channel=HOME, chat_id="104"))
    await office.stops(blocked)


async def test_counted_for_coordinators(office: Office) -> None:
    """`/news` in their chat says how many subscribe to what, without a name; who blocked the bot is not counted."""
    await office.writes(DESK, "/news")
    await office.deliver()
    assert "На новости пока никто не подписан." == office.work.texts(DESK)[-1]
    await everybody(office)
    await office.writes(DESK, "/news")
    await office.deliver()
    assert (
        "На новости подписаны: 3 жителя\n\nНа все новости: 1\n\nМеста:\nНадым: 2\n\nТемы:\nОтопление: 1"
        == office.work.texts(DESK)[-1]
    )


async def test_not_for_departments(office: Office) -> None:
    """The figures are the coordinators'."""
    await office.writes(ENERGY, "/news")
    await office.deliver()
    assert "Сколько жителей подписано на новости, видят координаторы." == office.work.texts(ENERGY)[-1]


async def test_metrics(office: Office) -> None:
    """The same figures by slug for Prometheus; however often it asks, they are counted once a minute."""
    readiness = Readiness(database=office.database, ailments=Ailments(), channels=())

    async def no_media(_: web.Request) -> web.StreamResponse:
        return web.Response(status=404)

    app = make_app(office.ctx, {}, office.intake, readiness, no_media)
    await everybody(office)
    async with TestClient(TestServer(app)) as client:
        for _ in range(2):
            shown = await (await client.get("/metrics")).text()
            assert {
                'otvet_subscriptions{about="all",slug=""} 1.0',
                'otvet_subscriptions{about="place",slug="nadym"} 2.0',
                'otvet_subscriptions{about="topic",slug="heating"} 1.0',
            } == {line for line in shown.splitlines() if line.startswith("otvet_subscriptions{")}
            await writes(office, "Подписаться на отопление", OLEG)


async def test_who_comes_back_is_counted_again(office: Office) -> None:
    """His choice outlives a block; when he allows messages again, he is there."""
    await writes(office, "Подписаться на Надым")
    await office.stops(IRINA)
    async with office.eye.transaction() as tx:
        assert (0, []) == (await subscriptions.count_residents(tx), await subscriptions.counts(tx))
    await office.starts(IRINA, greet=False)
    async with office.eye.transaction() as tx:
        assert 1 == await subscriptions.count_residents(tx)
