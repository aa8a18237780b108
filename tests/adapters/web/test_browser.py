"""The page in a real browser: what people see, do with the keyboard alone, on a phone, when things go wrong."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Locator, ViewportSize, expect
from playwright.async_api import Page as BrowserPage

from bot.model.event import ButtonPressed, ChatStarted, LanguageChosen, MessageEdited, MessageReceived
from bot.model.message import Button, DeleteMessage, Keyboard, SendMessage
from tests.adapters.web.conftest import OpenPage, Page, serving
from tests.adapters.web.fakes import ADMIN, PNG
from tests.browser import browsing

# One browser for all of this: on the module's event loop, like all that its pages are served by.
pytestmark = pytest.mark.asyncio(loop_scope="module")

XSS = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
PHONE = ViewportSize(width=320, height=640)
DESKTOP = ViewportSize(width=1280, height=800)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    async with browsing(chromium) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(tmp_path: Path) -> AsyncIterator[OpenPage]:
    async with serving(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def live(open_page: OpenPage) -> Page:
    """A page with a core that answers."""
    page = await open_page(clock=lambda: datetime.now(UTC))
    page.core.quiet = False
    return page


Visit = Callable[..., Awaitable[BrowserPage]]


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, live: Page) -> AsyncIterator[Visit]:
    """Opens the page as somebody new. At the end: no error in the console, nothing loaded from elsewhere."""
    async with AsyncExitStack() as stack:
        troubles: list[str] = []

        async def visited(
            path: str = "/", *, size: ViewportSize = DESKTOP, url: str = live.url, locale: str = "ru-RU"
        ) -> BrowserPage:
            context = await browser.new_context(viewport=size, locale=locale)
            stack.push_async_callback(context.close)
            tab = await context.new_page()
            tab.set_default_timeout(15_000)
            tab.on("pageerror", lambda error: troubles.append(str(error)))
            tab.on("console", lambda line: troubles.append(line.text) if _is_trouble(line.text) else None)
            tab.on("request", lambda request: troubles.append(request.url) if _is_foreign(request.url, url) else None)
            await tab.goto(url + path)
            return tab

        yield visited
        assert troubles == []


def _is_trouble(line: str) -> bool:
    return "Content Security Policy" in line or "Uncaught" in line


def _is_foreign(address: str, url: str) -> bool:
    return not address.startswith((url, "blob:"))


def _resident(tab: BrowserPage) -> Locator:
    return tab.get_by_role("region", name="Житель")


def _officials(tab: BrowserPage) -> Locator:
    return tab.get_by_role("region", name="Сотрудники")


async def _say(region: Locator, text: str) -> None:
    await region.get_by_role("textbox").fill(text)
    await region.get_by_role("button", name="Отправить").click()


def _messages(region: Locator) -> Locator:
    return region.locator(".message")


async def test_ask_and_answer(visit: Visit) -> None:
    """A question asked in one chat is answered from the other, on one page, without a reload."""
    tab = await visit()
    await _say(_resident(tab), "Когда включат отопление?")
    await expect(_resident(tab).get_by_text("Вопрос № 1 принят")).to_be_visible()
    card = _messages(_officials(tab)).filter(has_text="Когда включат отопление?")
    await expect(card.locator("b").filter(has_text="№ 1")).to_be_visible()
    await card.get_by_role("button", name="Ответить").click()
    box = _officials(tab).get_by_role("textbox")
    await expect(box).to_be_focused()
    await expect(_officials(tab).locator(".target")).to_contain_text("№ 1")
    await box.fill("Сегодня к 18:00")
    await _officials(tab).get_by_role("button", name="Отправить").click()
    await expect(_messages(_resident(tab)).filter(has_text="Сегодня к 18:00")).to_be_visible()
    await expect(_messages(_officials(tab)).filter(has_text="Сегодня к 18:00")).to_contain_text("✓ доставлено")


async def test_forty_quick_reloads(visit: Visit, live: Page) -> None:
    """However often somebody reloads the page, it is not kept from its messages."""
    tab = await visit()
    refused: list[str] = []
    tab.on("response", lambda answer: refused.append(answer.url) if answer.status == 503 else None)
    for _ in range(40):
        async with tab.expect_response(re.compile("/web/resident/events")):
            await tab.reload()
    await _say(_resident(tab), "Когда включат отопление?")
    await expect(_resident(tab).get_by_text("Вопрос № 1 принят")).to_be_visible()
    assert [] == refused


async def test_keyboard_alone(visit: Visit) -> None:
    """Everything works without a mouse, and focus is where one expects it."""
    tab = await visit()
    await expect(_resident(tab).get_by_role("textbox")).to_be_focused()
    await tab.keyboard.type("Первая строка")
    await tab.keyboard.press("Shift+Enter")
    await tab.keyboard.type("Вторая строка")
    await tab.keyboard.press("Enter")
    card = _messages(_officials(tab)).filter(has_text="Вторая строка")
    await expect(card).to_be_visible()
    answer = card.get_by_role("button", name="Ответить")
    for _ in range(20):
        await tab.keyboard.press("Tab")
        if await answer.evaluate("node => node === document.activeElement"):
            break
    await expect(answer).to_be_focused()
    assert await answer.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    await tab.keyboard.press("Enter")
    await expect(_officials(tab).get_by_role("textbox")).to_be_focused()
    await tab.keyboard.type("Отвечаем")
    await tab.keyboard.press("Enter")
    await expect(_messages(_resident(tab)).filter(has_text="Отвечаем")).to_be_visible()
    await expect(_officials(tab).get_by_role("textbox")).to_be_focused()


async def test_escape_cancels_a_reply(visit: Visit, live: Page) -> None:
    """A reply begun by mistake is cancelled by Esc or «×», and what follows is no reply."""
    tab = await visit()
    await live.core.send(ADMIN, SendMessage(text="№ 1"))
    answer = _officials(tab).get_by_role("button", name="Ответить")
    await answer.click()
    await tab.keyboard.press("Escape")
    await expect(_officials(tab).locator(".target")).to_be_hidden()
    await answer.click()
    await _officials(tab).get_by_role("button", name="Отменить").click()
    await _say(_officials(tab), "Коллеги, обед")
    await expect(_messages(_officials(tab)).filter(has_text="обед")).to_be_visible()
    [event] = live.core.events
    assert isinstance(event, MessageReceived)
    assert event.reply_to is None


async def test_what_residents_send_never_runs(visit: Visit, live: Page) -> None:
    """Texts, names and file names full of code are shown as they were written, on both sides."""
    tab = await visit()
    await _resident(tab).get_by_role("button", name="Представиться").click()
    await tab.get_by_role("textbox", name="Имя").fill('<img src=x onerror="window.hacked=1">')
    await tab.keyboard.press("Enter")
    await (
        _resident(tab)
        .locator("input[type=file]")
        .set_input_files(
            [
                FilePayload(name='"><img src=x onerror=window.hacked=1>.png', mimeType="image/png", buffer=PNG),
                FilePayload(
                    name="<script>window.hacked=1<!--.html",
                    mimeType="text/html",
                    buffer=b"<!doctype html>" + XSS.encode(),
                ),
            ]
        )
    )
    await _say(_resident(tab), XSS + " javascript:window.hacked=1")
    card = _messages(_officials(tab)).filter(has_text="window.hacked=1")
    await expect(card).to_contain_text(XSS)
    await expect(card).to_contain_text('<img src=x onerror="window.hacked=1">\nОтветить')
    await expect(card).to_contain_text("script>window.hacked=1<!--.html")
    picture = card.locator(".pictures img")
    await expect(picture).to_have_js_property("complete", True)
    assert await picture.evaluate("node => node.naturalWidth") == 1
    assert await tab.evaluate("[window.hacked, document.querySelectorAll('main script, main [onerror]').length]") == [
        None,
        0,
    ]
    links = await card.locator("a").evaluate_all("nodes => nodes.map(node => node.protocol)")
    assert set(links) == {"http:"}


async def test_a_file_of_a_resident_opens_without_running(visit: Visit) -> None:
    """A page sent as a file is downloaded by the official's browser, under its own name."""
    tab = await visit()
    content = b"<!doctype html><script>opener.hacked=1</script>"
    await (
        _resident(tab)
        .locator("input[type=file]")
        .set_input_files(FilePayload(name="акт.html", mimeType="text/html", buffer=content))
    )
    await _say(_resident(tab), "")
    chip = _officials(tab).get_by_role("link", name="акт.html")
    async with tab.expect_download() as download:
        await chip.click()
    file = await download.value
    assert (file.suggested_filename, (await file.path()).read_bytes()) == ("акт.html", content)


async def test_a_press_is_answered(visit: Visit) -> None:
    """A button tells the one who pressed that it worked, and changes with its message."""
    tab = await visit()
    await _say(_resident(tab), "Холодно")
    await _officials(tab).get_by_role("button", name="Взять").click()
    await expect(_officials(tab).get_by_text("Нажато: take:1")).to_be_visible()
    await expect(_officials(tab).get_by_text("Вопрос взят в работу")).to_be_visible()
    await expect(_officials(tab).get_by_role("button", name="Взять")).to_have_count(0)


async def test_a_double_click_is_one_press(visit: Visit, live: Page) -> None:
    """Whoever clicks everything twice presses a button once."""
    tab = await visit()
    await _say(_resident(tab), "Холодно")
    await expect(_resident(tab).get_by_text("принят")).to_be_visible()
    keyboard = Keyboard(rows=((Button(text="Мои вопросы", data="my"),),))
    await live.core.send(live.core.events[0].chat, SendMessage(text="Что дальше?", keyboard=keyboard))
    button = _resident(tab).get_by_role("button", name="Мои вопросы")
    await button.dblclick()
    await expect(_resident(tab).get_by_text("Нажато: my")).to_be_visible()
    assert ["my"] == [event.data for event in live.core.events if isinstance(event, ButtonPressed)]


async def test_edit_and_delete_show_at_once(visit: Visit, live: Page) -> None:
    """A message of one's own can be changed in place; one that was taken back is gone from the screen."""
    tab = await visit()
    await _say(_resident(tab), "Холодна")
    mine = _messages(_resident(tab)).filter(has_text="Холодн")
    await mine.get_by_role("button", name="Изменить").click()
    await _resident(tab).get_by_role("textbox").fill("Холодно")
    await tab.keyboard.press("Enter")
    await expect(mine).to_contain_text("изменено")
    await expect(_resident(tab).get_by_role("textbox")).to_have_value("")
    assert [event.content.text for event in live.core.events if isinstance(event, MessageEdited)] == ["Холодно"]
    [message_id] = (await live.core.send(ADMIN, SendMessage(text="Лишнее"))).message_ids
    await expect(_officials(tab).get_by_text("Лишнее")).to_be_visible()
    await live.core.send(ADMIN, DeleteMessage(message_id=message_id))
    await expect(_officials(tab).get_by_text("Лишнее")).to_have_count(0)


@pytest.mark.parametrize("what", ["core", "log"])
async def test_a_message_that_was_not_stored(visit: Visit, live: Page, what: str) -> None:
    """It does not look sent, the words stay, also over a reload, and one press sends them once."""
    tab = await visit()
    await expect(_resident(tab).locator(".empty")).to_be_visible()
    live.core.away, live.log.away = what == "core", what == "log"
    await _say(_resident(tab), "Холодно")
    mine = _messages(_resident(tab)).filter(has_text="Холодно")
    await expect(mine).to_contain_text("не отправлено")
    live.core.away = live.log.away = False
    await tab.reload()
    await expect(mine).to_contain_text("не отправлено")
    await mine.get_by_role("button", name="Повторить").click()
    await expect(_resident(tab).get_by_text("Вопрос № 1 принят")).to_be_visible()
    await expect(mine).to_have_count(1)
    await expect(mine).not_to_contain_text("не отправлено")
    assert len(live.core.updates) == 1


async def test_what_failed_can_be_taken_back(visit: Visit, live: Page) -> None:
    """Words that could not be sent come back into the box, with their files."""
    tab = await visit()
    await expect(_resident(tab).locator(".empty")).to_be_visible()
    live.log.away = True
    await (
        _resident(tab)
        .locator("input[type=file]")
        .set_input_files(FilePayload(name="двор.png", mimeType="image/png", buffer=PNG))
    )
    await _say(_resident(tab), "Холодно")
    await _messages(_resident(tab)).get_by_role("button", name="Вернуть в поле").click()
    await expect(_resident(tab).get_by_role("textbox")).to_have_value("Холодно")
    await expect(_resident(tab).locator(".picked")).to_contain_text("двор.png")
    await expect(_messages(_resident(tab))).to_have_count(0)


async def test_a_lost_line_comes_back(visit: Visit, live: Page) -> None:
    """The page says that the line is lost, finds it again, and misses nothing."""
    tab = await visit()
    await _say(_resident(tab), "Холодно")
    await expect(_resident(tab).get_by_text("принят")).to_be_visible()
    await tab.context.set_offline(True)
    await tab.evaluate("dispatchEvent(new Event('offline'))")
    await expect(_resident(tab).get_by_text("Нет связи, переподключаемся…")).to_be_visible()
    await live.core.send(live.core.events[0].chat, SendMessage(text="Пока вас не было"))
    await tab.context.set_offline(False)
    await expect(_resident(tab).get_by_text("Пока вас не было")).to_be_visible()
    await expect(_resident(tab).get_by_text("Нет связи, переподключаемся…")).to_be_hidden()


async def test_a_draft_of_a_reply_stays_a_reply(visit: Visit, live: Page) -> None:
    """A reload does not turn an answer that is being written into talk among officials."""
    tab = await visit()
    await live.core.send(ADMIN, SendMessage(text="№ 1"))
    await _officials(tab).get_by_role("button", name="Ответить").click()
    await tab.keyboard.type("Чиним")
    await tab.reload()
    await expect(_officials(tab).locator(".target")).to_contain_text("№ 1")
    await _officials(tab).get_by_role("button", name="Отправить").click()
    # It stands there at once; once it can be changed, the service has it.
    sent = _messages(_officials(tab)).filter(has_text="Чиним")
    await expect(sent.get_by_role("button", name="Изменить")).to_be_visible()
    [event] = live.core.events
    assert isinstance(event, MessageReceived)
    assert event.reply_to is not None


async def test_a_draft_stays_with_its_tab(visit: Visit, live: Page) -> None:
    """An answer that is being written in one tab does not go, after a reload, to whom another tab has turned to."""
    tab = await visit()
    for text in ("№ 1 Ирина", "№ 2 Мария"):
        await live.core.send(ADMIN, SendMessage(text=text))
    await _messages(_officials(tab)).filter(has_text="Ирина").get_by_role("button", name="Ответить").click()
    await tab.keyboard.type("Ваш адрес есть в плане")
    other = await tab.context.new_page()
    await other.goto(live.url)
    # A new tab goes on where the last one was.
    await expect(_officials(other).locator(".target")).to_contain_text("Ирина")
    await _messages(_officials(other)).filter(has_text="Мария").get_by_role("button", name="Ответить").click()
    await _officials(other).get_by_role("textbox").fill("")
    await tab.reload()
    await expect(_officials(tab).get_by_role("textbox")).to_have_value("Ваш адрес есть в плане")
    await expect(_officials(tab).locator(".target")).to_contain_text("Ирина")


async def test_a_draft_outlives_a_change(visit: Visit, live: Page) -> None:
    """Whoever changes another message in the middle of an answer finds the answer again, and it is still a reply."""
    tab = await visit()
    await _say(_officials(tab), "Кто сегодня дежурит?")
    await live.core.send(ADMIN, SendMessage(text="№ 1"))
    await _messages(_officials(tab)).filter(has_text="№ 1").get_by_role("button", name="Ответить").click()
    await tab.keyboard.type("Чиним")
    await _messages(_officials(tab)).filter(has_text="дежурит").get_by_role("button", name="Изменить").click()
    await _officials(tab).get_by_role("textbox").fill("Кто дежурит?")
    await tab.keyboard.press("Enter")
    await expect(_officials(tab).get_by_role("textbox")).to_have_value("Чиним")
    await expect(_officials(tab).locator(".target")).to_contain_text("№ 1")


async def test_what_failed_is_taken_back_in_the_middle_of_a_change(visit: Visit, live: Page) -> None:
    """An answer that could not be sent comes back as the reply that it was, also while another message is changed."""
    tab = await visit()
    officials = _officials(tab)
    await _say(officials, "Кто сегодня дежурит?")
    await live.core.send(ADMIN, SendMessage(text="№ 1"))
    await _messages(officials).filter(has_text="№ 1").get_by_role("button", name="Ответить").click()
    live.log.away = True
    await _say(officials, "Чиним")
    await expect(_messages(officials).filter(has_text="Чиним")).to_contain_text("не отправлено")
    live.log.away = False
    await _messages(officials).filter(has_text="дежурит").get_by_role("button", name="Изменить").click()
    await _messages(officials).filter(has_text="Чиним").get_by_role("button", name="Вернуть в поле").click()
    await expect(officials.get_by_role("textbox")).to_have_value("Чиним")
    await expect(officials.locator(".target")).to_contain_text("№ 1")


async def test_two_answers_stay_two(visit: Visit, live: Page) -> None:
    """An answer that could not be sent is not taken back into one that is being written to somebody else."""
    tab = await visit()
    officials = _officials(tab)
    for text in ("№ 1 Ирина", "№ 2 Мария"):
        await live.core.send(ADMIN, SendMessage(text=text))
    await _messages(officials).filter(has_text="Ирина").get_by_role("button", name="Ответить").click()
    live.log.away = True
    await _say(officials, "Чиним")
    failed = _messages(officials).filter(has_text="Чиним")
    await expect(failed).to_contain_text("не отправлено")
    live.log.away = False
    await _messages(officials).filter(has_text="Мария").get_by_role("button", name="Ответить").click()
    box = officials.get_by_role("textbox")
    await box.fill("Ваш паспорт готов")
    await failed.get_by_role("button", name="Вернуть в поле").click()
    await expect(officials.get_by_text("Сначала отправьте или сотрите то, что уже пишете.")).to_be_visible()
    await expect(box).to_have_value("Ваш паспорт готов")
    await expect(officials.locator(".target")).to_contain_text("Мария")
    await expect(failed).to_have_count(1)


async def test_what_was_not_sent_in_two_tabs(visit: Visit, live: Page) -> None:
    """Words that could not be sent outlive their tab, whatever another tab sends meanwhile."""
    tab = await visit()
    other = await tab.context.new_page()
    await other.goto(live.url)
    for one in (tab, other):
        await expect(_resident(one).locator(".empty")).to_be_visible()
    live.log.away = True
    for one, text in ((tab, "Холодно"), (other, "Темно")):
        await _say(_resident(one), text)
        await expect(_messages(_resident(one)).filter(has_text=text)).to_contain_text("не отправлено")
    live.log.away = False
    await _messages(_resident(other)).filter(has_text="Темно").get_by_role("button", name="Повторить").click()
    await expect(_resident(other).get_by_text("Вопрос № 1 принят")).to_be_visible()
    await tab.reload()
    mine = _messages(_resident(tab)).filter(has_text="Холодно")
    await mine.get_by_role("button", name="Повторить").click()
    await expect(_resident(tab).get_by_text("Вопрос № 2 принят")).to_be_visible()
    await expect(mine).to_have_count(1)


async def test_a_file_that_has_gone(visit: Visit, live: Page, tmp_path: Path) -> None:
    """Of a file that was removed after it was picked he hears which one it is, and keeps his words."""
    tab = await visit()
    picture = tmp_path / "двор.png"
    picture.write_bytes(PNG)
    await _resident(tab).locator("input[type=file]").set_input_files(picture)
    picture.unlink()
    await _say(_resident(tab), "Холодно")
    await expect(_messages(_resident(tab))).to_contain_text("Файл «двор.png» не открывается.")
    await _messages(_resident(tab)).get_by_role("button", name="Вернуть в поле").click()
    await expect(_resident(tab).get_by_role("textbox")).to_have_value("Холодно")


async def test_a_dropped_folder(visit: Visit, tmp_path: Path) -> None:
    """A folder is no file: whoever drops one hears so, and the files beside it are taken."""
    tab = await visit()
    (tmp_path / "Снимки").mkdir()
    (tmp_path / "двор.png").write_bytes(PNG)
    await expect(_resident(tab).locator(".empty")).to_be_visible()
    where = await _resident(tab).bounding_box()
    assert where is not None
    devtools = await tab.context.new_cdp_session(tab)
    files = [str(tmp_path / name) for name in ("Снимки", "двор.png")]
    for kind in ("dragEnter", "dragOver", "drop"):
        await devtools.send(
            "Input.dispatchDragEvent",
            {
                "type": kind,
                "x": where["x"] + 50,
                "y": where["y"] + 200,
                "data": {"items": [], "files": files, "dragOperationsMask": 1},
            },
        )
    await expect(_resident(tab).get_by_role("alert")).to_contain_text("Если это папка")
    await expect(_resident(tab).locator(".picked .chip-name")).to_have_text(["двор.png"])


@pytest.mark.parametrize(
    ("beside", "files"),
    [({"text/plain": "Дом 5", "text/html": "<p>Дом 5</p>"}, 0), ({"text/html": "<img src='data:,'>"}, 1), ({}, 1)],
    ids=["words with a picture of them", "a picture of a page", "a picture"],
)
async def test_pasting(visit: Visit, beside: dict[str, str], files: int) -> None:
    """A pasted picture is a file; of words that a word processor copied with a picture of them, the words are taken."""
    tab = await visit()
    box = _resident(tab).get_by_role("textbox")
    is_left = await box.evaluate(
        """(box, beside) => {
            const data = new DataTransfer();
            for (const [type, text] of Object.entries(beside)) data.setData(type, text);
            data.items.add(new File(["x"], "image.png", {type: "image/png"}));
            const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            return box.dispatchEvent(paste);
        }""",
        beside,
    )
    await expect(_resident(tab).locator(".picked li")).to_have_count(files)
    # What is left to the browser it pastes as words.
    assert (files == 0) == is_left


def _told(page: Page) -> list[str]:
    """What the page has told the service of residents: the values of links, and texts."""
    return [
        event.source if isinstance(event, ChatStarted) else event.content.text
        for event in page.core.events
        if isinstance(event, ChatStarted | MessageReceived)
    ]


async def test_coming_by_a_link(visit: Visit, live: Page) -> None:
    """The value of a link is told once, before the question, and leaves the address; nobody greets twice."""
    tab = await visit("/?source=school5#resident")
    await expect(_resident(tab).get_by_text("Здравствуйте!")).to_be_visible()
    assert tab.url == f"{live.url}/#resident"
    await _say(_resident(tab), "Холодно")
    await expect(_resident(tab).get_by_text("Вопрос № 1 принят")).to_be_visible()
    await tab.reload()
    await _say(_resident(tab), "Очень холодно")
    await expect(_resident(tab).get_by_text("Вопрос № 2 принят")).to_be_visible()
    assert ["school5", "Холодно", "Очень холодно"] == _told(live)
    await expect(_resident(tab).get_by_text("Здравствуйте!")).to_be_hidden()


async def test_link_while_the_service_is_away(visit: Visit, live: Page) -> None:
    """The value of a link that could not be told comes with the next message, also after a reload."""
    tab = await visit()
    live.core.away = True
    async with tab.expect_response("**/web/resident/start") as refused:
        await tab.goto(f"{live.url}/?source=school5")
    assert 503 == (await refused.value).status
    await tab.reload()
    live.core.away = False
    await _say(_resident(tab), "Холодно")
    await expect(_resident(tab).get_by_text("Вопрос № 1 принят")).to_be_visible()
    await _say(_resident(tab), "Очень холодно")
    await expect(_resident(tab).get_by_text("Вопрос № 2 принят")).to_be_visible()
    assert ["school5", "Холодно", "Очень холодно"] == _told(live)


async def test_a_message_does_not_need_the_value_of_a_link(visit: Visit, live: Page) -> None:
    """A question goes also while the value of a link cannot be told."""
    tab = await visit()
    await tab.route("**/web/resident/start", lambda route: route.abort())
    await tab.goto(f"{live.url}/?source=school5")
    await _say(_resident(tab), "Холодно")
    await expect(_resident(tab).get_by_text("Вопрос № 1 принят")).to_be_visible()
    assert ["Холодно"] == _told(live)


async def test_narrow(visit: Visit) -> None:
    """At 320 pixels nothing sticks out, both chats are reached by tabs, and a question is answered."""
    tab = await visit(size=PHONE)
    await _say(_resident(tab), "Холодно! " + "ооочень" * 30)
    await tab.get_by_role("link", name="Сотрудники").click()
    await _officials(tab).get_by_role("button", name="Ответить").first.click()
    await _say(_officials(tab), "Чиним")
    await tab.get_by_role("link", name="Житель").click()
    await expect(_messages(_resident(tab)).filter(has_text="Чиним")).to_be_in_viewport()
    assert await tab.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for region in (_resident(tab), _officials(tab)):
        assert await region.evaluate("node => node.scrollWidth - node.clientWidth") == 0


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_on_paper(visit: Visit, live: Page, size: ViewportSize) -> None:
    """Whoever prints his chat has all of it, from the first message to the last, and nothing to press."""
    tab = await visit(size=size)
    await _say(_resident(tab), "Холодно")
    await expect(_resident(tab).get_by_text("Вопрос № 1 принят")).to_be_visible()
    for number in range(30):
        await live.core.send(live.core.events[0].chat, SendMessage(text=f"Ответ {number}"))
    await expect(_messages(_resident(tab))).to_have_count(32)
    await tab.emulate_media(media="print")
    cut = "nodes => nodes.map(node => node.scrollHeight - node.clientHeight).filter(rest => rest > 0)"
    assert [] == await tab.locator("body, .chats, .chat, .view, .log").evaluate_all(cut)
    # Pages are filled by what the document is high.
    high = await tab.evaluate("document.documentElement.scrollHeight")
    last = await _messages(_resident(tab)).last.bounding_box()
    assert last is not None
    assert last["y"] + last["height"] <= high
    await expect(tab.locator("button:visible, textarea:visible")).to_have_count(0)


async def test_reading_is_not_disturbed(visit: Visit, live: Page) -> None:
    """New messages scroll into view only for those who are at the end; others are told."""
    tab = await visit(size=ViewportSize(width=1000, height=500))
    for number in range(30):
        await live.core.send(ADMIN, SendMessage(text=f"Сообщение {number}"))
    await expect(_messages(_officials(tab)).last).to_be_in_viewport()
    log = _officials(tab).get_by_role("log")
    await log.evaluate("node => node.scrollTo(0, 0)")
    more = _officials(tab).get_by_role("button", name=re.compile("К новым"))
    await expect(more).to_be_visible()
    await live.core.send(ADMIN, SendMessage(text="Самое новое"))
    more = _officials(tab).get_by_role("button", name="Новых: 1")
    await expect(more).to_be_visible()
    assert await log.evaluate("node => node.scrollTop") == 0
    await more.click()
    await expect(_officials(tab).get_by_text("Самое новое")).to_be_in_viewport()
    await expect(more).to_be_hidden()


@pytest.mark.parametrize("side", ["resident", "admin"])
async def test_a_press_far_above_the_end(visit: Visit, live: Page, side: str) -> None:
    """A resident sees at once what comes of it; an official reads on, for the news may be for somebody else."""
    tab = await visit(size=ViewportSize(width=1000, height=500))
    await _say(_resident(tab), "Когда включат отопление?")
    await expect(_resident(tab).get_by_text("Вопрос № 1 принят")).to_be_visible()
    region, chat = (_officials(tab), ADMIN) if side == "admin" else (_resident(tab), live.core.events[-1].chat)
    await live.core.send(
        chat, SendMessage(text="Список", keyboard=Keyboard(rows=((Button(text="Ещё", data="more"),),)))
    )
    for number in range(20):
        await live.core.send(chat, SendMessage(text=f"Сообщение {number}"))
    await expect(_messages(region).last).to_be_in_viewport()
    await region.get_by_role("button", name="Ещё").click()
    await expect(region.get_by_text("Нажато: more")).to_be_visible()
    await live.core.send(chat, SendMessage(text="Самое новое"))
    unseen = region.get_by_role("button", name="Новых: 1")
    if side == "admin":
        await expect(unseen).to_be_visible()
        await expect(region.get_by_text("Самое новое")).not_to_be_in_viewport()
    else:
        await expect(region.get_by_text("Самое новое")).to_be_in_viewport()
        await expect(unseen).to_be_hidden()


async def test_landmarks(visit: Visit) -> None:
    """Each chat is a region with one text box and one button to send: what screen readers and tests go by."""
    tab = await visit()
    for region in (_resident(tab), _officials(tab)):
        await expect(region).to_have_count(1)
        await expect(region.get_by_role("textbox", name="Сообщение")).to_have_count(1)
        await expect(region.get_by_role("textbox")).to_have_count(1)
        await expect(region.get_by_role("button", name="Отправить")).to_have_count(1)
        await expect(region.get_by_role("log")).to_have_count(1)


async def test_login(visit: Visit, open_page: OpenPage) -> None:
    """With a password the admin chat opens by its form, works, and closes by «Выйти»."""
    page = await open_page(admin_password="кедр", clock=lambda: datetime.now(UTC))
    tab = await visit("/admin", url=page.url)
    await tab.get_by_label("Пароль").fill("кедр?")
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_text("Пароль не подошёл.")).to_be_visible()
    await tab.get_by_label("Пароль").fill("кедр")
    await tab.get_by_role("button", name="Войти").click()
    await _say(_officials(tab), "Доброе утро")
    await expect(_messages(_officials(tab))).to_contain_text("Доброе утро")
    await expect(_resident(tab)).to_have_count(0)
    await tab.get_by_role("button", name="Выйти").click()
    await expect(tab.get_by_label("Пароль")).to_be_visible()


# --- languages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["en-US", "ru-RU", "de-DE"])
async def test_names_hold_in_any_browser(visit: Visit, locale: str) -> None:
    """Whatever the browser speaks, both chats are found by their names, and a question is asked and answered."""
    tab = await visit(locale=locale)
    await _say(_resident(tab), "Когда паром?")
    await expect(_resident(tab).get_by_text("Вопрос № 1 принят")).to_be_visible()
    await _officials(tab).get_by_role("button", name="Ответить").click()
    await _say(_officials(tab), "В полдень")
    await expect(_messages(_resident(tab)).filter(has_text="В полдень")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_in_english(visit: Visit, live: Page, size: ViewportSize) -> None:
    """A browser that speaks English is offered it in English; one press changes the page and the service, for good."""
    tab = await visit(locale="en-US", size=size)
    await _resident(tab).get_by_role("button", name="Continue in English").click()
    resident = tab.get_by_role("region", name="Resident")
    await expect(resident.get_by_text("Hello! Write your question")).to_be_visible()
    await expect(resident.get_by_role("button", name="Continue")).to_have_count(0)
    await resident.get_by_role("textbox", name="Message").fill("When does the ferry go?")
    await resident.get_by_role("button", name="Send").click()
    await expect(resident.get_by_text("We have question № 1.")).to_be_visible()
    await expect(resident.locator(".day")).to_have_text("Today")
    await expect(resident.get_by_role("button", name="Edit")).to_be_visible()
    # Officials go on as before.
    card = _messages(_officials(tab)).filter(has_text="When does the ferry go?")
    await card.get_by_role("button", name="Ответить").click()
    await _say(_officials(tab), "At noon")
    await expect(_messages(resident).filter(has_text="At noon")).to_be_visible()
    await tab.reload()
    await expect(resident.get_by_role("button", name="Send")).to_be_visible()
    assert await tab.evaluate("document.documentElement.scrollWidth") == size["width"]
    [chosen] = [event for event in live.core.events if isinstance(event, LanguageChosen)]
    assert "en" == chosen.language


async def test_languages_there_and_back(visit: Visit) -> None:
    """In any browser the other language is one press away, and so is the way back; by keyboard, too."""
    tab = await visit()
    await expect(_resident(tab).get_by_role("button", name="Continue in English")).to_have_count(0)
    await _resident(tab).get_by_role("button", name="English").press("Enter")
    resident = tab.get_by_role("region", name="Resident")
    await expect(resident.get_by_role("textbox")).to_be_focused()
    await resident.get_by_role("button", name="Русский").press("Enter")
    await expect(_resident(tab).get_by_role("textbox")).to_be_focused()


async def test_another_tab(visit: Visit, live: Page) -> None:
    """A language that was chosen in another tab, or in words, changes this one too, and what is being written stays."""
    tab = await visit()
    await _say(_resident(tab), "Где паром?")
    await expect(_resident(tab).get_by_text("Вопрос № 1 принят")).to_be_visible()
    await _resident(tab).get_by_role("textbox").fill("И ещё")
    other = await tab.context.new_page()
    await other.goto(live.url)
    await _resident(other).get_by_role("button", name="English", exact=True).click()
    await expect(other.get_by_role("region", name="Resident")).to_be_visible()
    # Any message shows the first tab that the language is another one.
    await live.core.send(live.core.events[0].chat, SendMessage(text="All right, in English"))
    # A page turns by itself when it is five seconds old, not before.
    box = tab.get_by_role("region", name="Resident").get_by_role("textbox")
    await expect(box).to_have_value("И ещё", timeout=15_000)


async def test_files_are_not_lost_to_a_language(visit: Visit) -> None:
    """Files that were picked, and a message that is being changed, are not lost to a change of the language."""
    tab = await visit()
    picture = FilePayload(name="двор.png", mimeType="image/png", buffer=PNG)
    await _resident(tab).locator("input[type=file]").set_input_files(picture)
    await _resident(tab).get_by_role("button", name="English").click()
    await expect(_resident(tab).get_by_text("Язык страницы сменится, когда вы отправите сообщение.")).to_be_visible()
    await expect(_resident(tab).locator(".picked")).to_contain_text("двор.png")
    await _say(_resident(tab), "Вот")
    resident = tab.get_by_role("region", name="Resident")
    await expect(_messages(resident).filter(has_text="Вот").get_by_role("link", name="двор.png")).to_be_visible()


async def test_troubles_in_english(visit: Visit, live: Page) -> None:
    """What goes wrong is said in the language of the page, too: by the page itself and by the service."""
    tab = await visit(locale="en-US")
    await _resident(tab).get_by_role("button", name="Continue in English").click()
    resident = tab.get_by_role("region", name="Resident")
    await expect(resident.locator(".empty")).to_be_visible()
    empty = FilePayload(name="empty.txt", mimeType="text/plain", buffer=b"")
    await resident.locator("input[type=file]").set_input_files(empty)
    await expect(resident.get_by_role("alert")).to_have_text("The file “empty.txt” is empty.")
    live.log.away = True
    await resident.get_by_role("textbox").fill("Cold")
    await resident.get_by_role("button", name="Send").click()
    await expect(_messages(resident)).to_contain_text("That is not working right now. Please try again.")
    await expect(_messages(resident)).to_contain_text("not sent")
    await expect(resident.get_by_role("button", name="Try again")).to_be_visible()


async def test_sending_by_the_button_goes_on(visit: Visit) -> None:
    """Whoever sends with the button, by mouse, finger or key, goes on writing where he was."""
    tab = await visit()
    box = _resident(tab).get_by_role("textbox")
    await _say(_resident(tab), "Холодно")
    await expect(box).to_be_focused()
    await box.fill("Очень")
    await _resident(tab).get_by_role("button", name="Отправить").press("Enter")
    await expect(box).to_be_focused()
    await expect(_messages(_resident(tab)).filter(has_text="Очень")).to_have_count(1)


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_everything_has_a_name(visit: Visit, language: str) -> None:
    """In both languages no control is without a name, and what is new is read out."""
    tab = await visit(size=ViewportSize(width=360, height=640))
    if language == "en":
        await _resident(tab).get_by_role("button", name="English").click()
    resident = tab.locator("#resident")
    await expect(resident).to_have_attribute("lang", language)
    await expect(resident.get_by_role("log")).to_have_attribute("aria-live", "polite")
    nameless = await resident.locator("button:visible, textarea:visible, input:visible, a:visible").evaluate_all(
        "nodes => nodes.filter(node => !(node.ariaLabel || node.textContent.trim())).map(node => node.outerHTML)"
    )
    assert [] == nameless
    assert await resident.evaluate("node => node.scrollWidth - node.clientWidth") == 0
    narrow = await resident.locator("button:visible").evaluate_all(
        "nodes => nodes.filter(node => node.getBoundingClientRect().height < 40).map(node => node.textContent)"
    )
    assert [] == narrow
