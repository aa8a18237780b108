"""A resident is spoken to in his language: the messenger's, or the one that he chose; officials' words stay theirs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.voice import voice_of
from bot.errors import Rejected
from bot.model.chat import ChatRef
from bot.model.content import Contact, Content, Media, MediaKind
from bot.model.event import LanguageChosen, Sender
from bot.model.message import DeleteMessage, EditMessage, Keyboard, SendMessage
from bot.model.question import Status
from handlers.lapsing import Lapsing
from storage.conversations import language_in
from tests.handlers.fakes import ABLE, DESK, HOME, IRINA, OLEG, PLAIN, WORK, Office, open_office, photo
from tests.handlers.test_placing import by_place

HUGE = 90 * 1024 * 1024
ALWAYS = ["New question", "Help"]


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as opened:
        yield opened


async def asks(office: Office, text: str = "When will the heating be on?", *, language: str = "en-US") -> None:
    """An English resident asks, and everything is delivered."""
    await office.writes(IRINA, text, language=language)
    await office.deliver()


async def says(office: Office, text: str, chat: ChatRef = DESK, **more: str) -> None:
    """An official writes, and everything is delivered."""
    await office.writes(chat, text, **more)
    await office.deliver()


def last(office: Office) -> SendMessage:
    return office.home.messages(IRINA)[-1][0]


def labels(keyboard: Keyboard | None) -> list[str]:
    return [one.text for row in keyboard.rows for one in row] if keyboard is not None else []


def russian(office: Office) -> list[str]:
    """What the resident was told that has a Russian word in it."""
    return [text for text in office.home.texts(IRINA) if re.search("[а-яё]", text, re.IGNORECASE)]


# --- a question on its way -----------------------------------------------------------------------------------------


async def test_first_words(office: Office) -> None:
    """The first message is a question in any language: confirmation and buttons are in his, the card in Russian."""
    await asks(office)
    confirmation = last(office)
    assert confirmation.text.startswith("We have your question: № 1. The answer will come here by ")
    assert "Law 59-FZ" in confirmation.text
    assert ALWAYS == labels(confirmation.keyboard)
    (card,) = office.work.texts(DESK)
    assert card.startswith("№ 1 · Мессенджер · Ирина\nОтветить до ")


async def test_greeting(office: Office) -> None:
    """Who opens the chat is greeted in his messenger's language, and can choose another."""
    await office.starts(IRINA, language="en")
    await office.deliver()
    assert last(office).text.startswith("Hello! This is “Ямал Официально”.")
    assert [*ALWAYS, "Language · Язык"] == labels(last(office).keyboard)


async def test_chosen_beside_the_chat(office: Office) -> None:
    """A language that he chose on the platform itself holds like one chosen in words, and nothing is said to that."""
    for language in ("en", "no-such"):
        irina = Sender(user_id=IRINA.chat_id, name="Ирина", language="ru")
        await office.accept(IRINA, LanguageChosen(chat=IRINA, sender=irina, at=office.clock(), language=language))
        await office.deliver()
        assert [] == office.home.texts(IRINA)
        assert voice_of(language).language == await language_in(office.database, IRINA)
    await office.accept(IRINA, LanguageChosen(chat=IRINA, sender=irina, at=office.clock(), language="en"))
    await asks(office, language="ru")
    assert last(office).text.startswith("We have your question: № 1.")


async def test_answers_are_never_translated(office: Office) -> None:
    """An official's words arrive as he wrote them, as does his correction."""
    await asks(office)
    reply = await office.writes(DESK, "Завтра, {обещаем} на 100%s", reply_to=office.work.id_of(DESK, "№ 1"))
    await office.deliver()
    assert "Завтра, {обещаем} на 100%s" == last(office).text
    await office.edits(DESK, reply, "Послезавтра")
    await office.deliver()
    assert ["Послезавтра"] == [one.text for one in office.home.effects(IRINA) if isinstance(one, EditMessage)]


async def test_asked_back(office: Office) -> None:
    """He is asked, reminded and told of the end in his language, with the official's words as they are."""
    await asks(office)
    await says(office, "/clarify 1 какой дом?")
    assert "Please clarify: какой дом?" == last(office).text
    for days, words in ((1, "we still need you to clarify: какой дом?"), (2, "is closed: we did not hear from you")):
        office.clock.move(timedelta(days=days))
        await Lapsing(office.ctx).once()
        await office.deliver()
        assert words in last(office).text


async def test_interim_and_more_time(office: Office) -> None:
    """An interim answer is followed by our words in his language, with the new time as people say it there."""
    await asks(office)
    await says(office, "/interim 1 Ищем причину")
    text, _, ours = last(office).text.partition("\n\n")
    assert ("Ищем причину", True) == (text, ours.startswith("This is an interim answer"))
    extend = next(
        button.data
        for message, _ in office.work.messages(DESK)
        if message.keyboard is not None
        for row in message.keyboard.rows
        for button in row
        if button.text == "+3 дня"
    )
    await office.presses(DESK, extend)
    await office.deliver()
    assert re.fullmatch(r"We need more time for question № 1: .* by \d\d:\d\d on \d+ [A-Z][a-z]+\.", last(office).text)
    assert ALWAYS == labels(last(office).keyboard)


async def test_closed_and_reopened(office: Office) -> None:
    """A usual reason is ours and is said in his language; an official's own reason is not touched."""
    await asks(office)
    await office.presses(DESK, "shut:1:solved")
    await office.deliver()
    assert "Question № 1 is closed: it is solved. If that is not right, just write to us again." == last(office).text
    await says(office, "/reopen 1")
    assert "Question № 1 is open again: we closed it by mistake. The answer will come here." == last(office).text
    await says(office, "/close 1 вопрос решён на месте")
    assert "Question № 1 is closed: вопрос решён на месте." in last(office).text
    assert ALWAYS == labels(last(office).keyboard)


async def test_withdrawn_where_nothing_is_deleted(database_address: str) -> None:
    """Where an answer cannot be taken away he reads that it does not hold."""
    async with open_office(database_address, home=replace(ABLE, deletes=False)) as office:
        await asks(office)
        await says(office, "Завтра", reply_to=office.work.id_of(DESK, "№ 1"))
        await says(office, "/withdraw 1")
        assert last(office).text.startswith("The previous answer to question № 1 was withdrawn")


async def test_too_late_to_edit_or_delete(office: Office) -> None:
    """What the messenger refuses to change afterwards is said in words of his language."""
    await asks(office)
    reply = await office.writes(DESK, "Завтра", reply_to=office.work.id_of(DESK, "№ 1"))
    await office.deliver()
    office.home.fail(Rejected("400", "too old"), when=lambda one: isinstance(one.effect, EditMessage))
    await office.edits(DESK, reply, "Сегодня")
    await office.deliver()
    assert "Corrected: Сегодня" == last(office).text
    office.home.fail(Rejected("400", "too old"), when=lambda one: isinstance(one.effect, DeleteMessage))
    await says(office, "/withdraw 1")
    assert last(office).text.startswith("The previous answer to question № 1 was withdrawn")


async def test_place(database_address: str) -> None:
    """He is asked where it is in his language, and every button leads to words of it."""
    async with open_office(database_address, desk=by_place()) as office:
        await asks(office, "Вода ржавая")
        assert "Where is this?" in last(office).text
        assert ["Skip", *ALWAYS] == labels(last(office).keyboard)[-3:]
        await office.presses(IRINA, "at:1:nadym", language="en")
        await office.deliver()
        assert last(office).text.startswith("Thank you! Noted: Надымский район. The answer will come here by ")
        for data, words in (
            ("at:1:", "we can do without it"),
            ("at:7:nadym", "another question"),
            ("at:1:x", "no longer"),
        ):
            await office.presses(IRINA, data, language="en")
            await office.deliver()
            assert words in last(office).text


async def test_words_that_move_a_question(database_address: str) -> None:
    """His further words change who answers: he hears so in his language."""
    async with open_office(database_address, desk=by_place()) as office:
        await asks(office, "Вода ржавая")
        await office.writes(IRINA, "Это Надым", language="en")
        await office.deliver()
        assert "question № 1 is now with the people who deal with this" in last(office).text


async def test_kept_in_order(office: Office) -> None:
    """A ban and its reason's place are told in his language, once."""
    await asks(office)
    await says(office, "/ban 1 7д ругань")
    await office.writes(IRINA, "Why?", language="en")
    await office.deliver()
    assert re.match(r"Sorry, we are not taking messages from you here until .* Reason: ругань\. ", last(office).text)


async def test_many_messages(database_address: str) -> None:
    """Where there are no marks he reads in his language that messages were added, and that they were many."""
    async with open_office(database_address, home=PLAIN) as office:
        await asks(office)
        for n in range(22):
            await office.writes(IRINA, f"And {n}", language="en")
        await office.deliver()
        assert "Added to question № 1." == office.home.texts(IRINA)[1]
        assert "You have sent a lot of messages in a row." in last(office).text
        assert [] == russian(office)


# --- files ---------------------------------------------------------------------------------------------------------


async def test_file_that_does_not_reach_him(office: Office) -> None:
    """An official's file that cannot go along is named in his language to him, in Russian to the official."""
    await asks(office)
    document = Media(kind=MediaKind.DOCUMENT, channel=WORK, ref="d", file_name="план.pdf", size=HUGE)
    content = Content(text="Вот план", media=(document,), unsupported=("опрос", "нечто"))
    await office.writes(DESK, content=content, reply_to=office.work.id_of(DESK, "№ 1"))
    await office.deliver()
    assert [
        "Вот план",
        "📎 “план.pdf”, 90 MB: not passed on, larger than 50 MB\n"
        "[poll: cannot be shown here]\n[нечто: cannot be shown here]",
    ] == last(office).text.split("\n\n")
    assert "⚠️ № 1: файл «план.pdf» — жителю не передать: больше 50 МБ. Остальное отправлено." in office.work.texts(DESK)


async def test_contact_in_words(database_address: str) -> None:
    """A contact that his messenger cannot show is written out, under a word of his language."""
    async with open_office(database_address, home=PLAIN) as office:
        await asks(office)
        content = Content(contact=Contact(name="Дежурный", phone="+73490000000"))
        await office.writes(DESK, content=content, reply_to=office.work.id_of(DESK, "№ 1"))
        await office.deliver()
        assert "Answer to question № 1:\n\nContact: Дежурный, +73490000000" == last(office).text


async def test_file_that_his_messenger_refuses(office: Office) -> None:
    """The line in the place of a refused file is in his language, without an adapter's Russian reason."""
    await asks(office)
    office.home.fail(Rejected("400", "файл повреждён", part=0))
    picture = photo("a", channel=WORK)
    await office.writes(DESK, "График", media=(picture,), reply_to=office.work.id_of(DESK, "№ 1"))
    await office.deliver()
    assert "График\n📎 photo, 1000 bytes: not passed on, the messenger did not take the file" == last(office).text
    assert any("жителю не передать: файл повреждён" in text for text in office.work.texts(DESK))


async def test_his_own_file(office: Office) -> None:
    """Of his file that officials cannot get he hears in his language, whether it was too large or refused."""
    document = Media(kind=MediaKind.DOCUMENT, channel=HOME, ref="d", file_name="video.mov", size=HUGE)
    await office.writes(IRINA, content=Content(text="Look", media=(document,)), language="en")
    await office.deliver()
    what_to_do = "The rest went through. Say in words what is there, or send a smaller file."
    assert f"We could not pass on: file “video.mov” (larger than 50 MB). {what_to_do}" == last(office).text
    office.work.fail(Rejected("400", "фото не принято", part=0))
    await office.writes(IRINA, "And this", media=(photo("a"),), language="en")
    await office.deliver()
    assert f"We could not pass on: photo (the messenger did not take the file). {what_to_do}" == last(office).text
    assert any("📎 фото, 1000 байт: не передано, фото не принято" in text for text in office.work.texts(DESK))
    assert [] == russian(office)


# --- which language ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["", "ru", "de", "kk-KZ", "zh-hans", "?" * 300])
async def test_everybody_else_reads_russian(office: Office, language: str) -> None:
    """Whatever else a messenger says, or does not say, he reads Russian."""
    await asks(office, "Нет тепла", language=language)
    assert last(office).text.startswith("Ваш вопрос принят: № 1.")


async def test_messengers_language_is_followed(office: Office) -> None:
    """Who changes his messenger's language is spoken to in the new one; a silent update changes nothing."""
    await office.presses(IRINA, "help", language="en")
    await office.presses(IRINA, "help")
    await office.presses(IRINA, "help", language="ru")
    await office.presses(IRINA, "help")
    await office.deliver()
    assert ["Just", "Just", "Просто", "Просто"] == [text.split()[0] for text in office.home.texts(IRINA)]


async def test_changed_and_back(office: Office) -> None:
    """The button shows the languages; a press changes it at once, whatever the messenger says from then on."""
    await asks(office, "Нет тепла", language="ru")
    await office.presses(IRINA, "help", language="ru")
    await office.deliver()
    assert "Язык · Language" in labels(last(office).keyboard)
    await office.presses(IRINA, "language", language="ru")
    await office.deliver()
    assert ["Русский", "English", "Новый вопрос", "Помощь"] == labels(last(office).keyboard)
    await office.presses(IRINA, "lang:en", language="ru")
    await office.deliver()
    assert last(office).text.startswith("All right, we will write to you in English from now on.")
    assert ALWAYS == labels(last(office).keyboard)
    await office.presses(IRINA, "new", language="ru")
    await says(office, "/clarify 1 какой дом?")
    assert ["All right, go ahead", "Please clarify"] == [
        text.partition(":")[0] for text in office.home.texts(IRINA)[-2:]
    ]
    await office.presses(IRINA, "lang:ru", language="en")
    await says(office, "/close 1")
    assert ["Хорошо, пишем вам по-русски.", "Вопрос № 1 закрыт."] == [
        text[: text.index(".") + 1] for text in office.home.texts(IRINA)[-2:]
    ]


#: One word after the other, and how what is said to it begins.
TYPED = {
    "Язык": "На каком языке вам писать? Напишите: «Язык Русский», “Language English”.",
    "Language English": "All right, we will write to you in English",
    "new question": "All right, go ahead",
    "language": "Which language should we write to you in? Write: «Язык Русский», “Language English”.",
    "«Язык Русский»": "Хорошо, пишем вам по-русски",
    "English": "All right, we will write to you in English",
    "Помощь": "Just write your question",
}


async def test_without_buttons(database_address: str) -> None:
    """Where there are no buttons, or nobody presses them, words do the same, in either language."""
    async with open_office(database_address, home=PLAIN) as office:
        for text in TYPED:
            await office.writes(IRINA, text, language="ru")
        await office.deliver()
        said = office.home.texts(IRINA)
        assert list(TYPED.values()) == [
            text[: len(expected)] for text, expected in zip(said, TYPED.values(), strict=True)
        ]
        assert 0 == await office.value("SELECT count(*) FROM questions")


async def test_menu_blocks_nobody(office: Office) -> None:
    """Whoever is asked for a language and writes something else has asked a question."""
    await office.presses(IRINA, "language")
    await asks(office, "Нет тепла", language="ru")
    assert last(office).text.startswith("Ваш вопрос принят: № 1.")


async def test_a_name_that_was_asked_for(office: Office) -> None:
    """«Русский» may be what an official wants to know: then it is an answer, and no word of it is lost."""
    await asks(office, "Ребёнку нужен учитель", language="ru")
    await says(office, "/clarify 1 По какому предмету?")
    await office.writes(IRINA, "Русский", language="ru")
    await office.deliver()
    assert "Русский" == office.work.texts(DESK)[-1].rpartition("\n")[2]
    assert Status.OPEN == (await office.question(1)).status


async def test_an_old_button(office: Office) -> None:
    """A language that there is no more leads to those that there are."""
    await office.presses(IRINA, "lang:yrk")
    await office.deliver()
    assert "На каком языке вам писать?" in last(office).text


async def test_each_his_own(office: Office) -> None:
    """One resident's choice is nobody else's."""
    await office.presses(IRINA, "lang:en")
    await office.writes(OLEG, "Нет воды")
    await office.deliver()
    assert office.home.texts(OLEG)[0].startswith("Ваш вопрос принят: № 1.")


async def test_buttons_with_every_message(database_address: str) -> None:
    """Where a client shows the buttons of the last message alone, an answer has those of his language."""
    async with open_office(database_address, home=replace(ABLE, keyboard_each_time=True)) as office:
        await asks(office)
        await says(office, "Завтра", reply_to=office.work.id_of(DESK, "№ 1"))
        assert ("Завтра", ALWAYS) == (last(office).text, labels(last(office).keyboard))
