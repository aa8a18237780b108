"""What residents type in the place of buttons: every label of every page is understood, and none becomes a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.capabilities import KeyboardLimits
from bot.conversation import choices, consulting, my_questions, news, rating, texts, wishes
from bot.conversation.choices import Option
from bot.conversation.decisions import Ask, Comment, Decision, Explain, Join, Page, Press
from bot.conversation.faq import Entry
from bot.conversation.machine import Standing, decide
from bot.conversation.typed import labels, plain
from bot.conversation.voice import Voice, voices
from bot.conversation.wishes import Wish
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content
from bot.model.event import MessageReceived, Sender
from bot.model.message import Button
from bot.model.question import AskedFor, Question, Status
from bot.model.subscription import EVERYTHING, About

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHAT = ChatRef(channel="home", chat_id="101")
LIMITS = KeyboardLimits(columns=8, rows=8, buttons=60, label=60)
QUESTION = Question(
    number=7,
    chat=CHAT,
    resident="Ирина",
    status=Status.OPEN,
    admin_chat=ChatRef(channel="work", chat_id="-500"),
    department="",
    source="",
    asked_at=NOW,
    due_at=NOW + timedelta(hours=4),
    waiting_since=NOW,
    answered_at=None,
)
OPEN = Standing(greeted=True, question=7, last=7, status=Status.OPEN)
ENTRIES = [Entry(id=n, question=f"Как записать ребёнка в школу № {n}?", answer="Да") for n in range(1, 20)]
PLACES = {f"p{n}": f"Посёлок {n}" for n in range(20)}
TOPICS = {f"t{n}": f"Тема {n}" for n in range(20)}
NAMES = news.Names(places=PLACES, topics=TOPICS)


def write(text: str) -> MessageReceived:
    return MessageReceived(
        chat=CHAT,
        chat_kind=ChatKind.PRIVATE,
        message_id="1",
        sender=Sender(user_id="101"),
        at=NOW,
        content=Content(text=text),
    )


Rows = Iterable[Sequence[Button]]


def of_any_time(voice: Voice) -> list[tuple[Rows, Standing]]:
    """Buttons whose labels are words wherever they are typed, or wherever the button can stand."""
    menu = [texts.keyboard, texts.first_keyboard, texts.menu_keyboard, texts.languages_keyboard]
    decide_rows = consulting.suggestion(voice, 7, ENTRIES[:1])[1]
    helped = replace(OPEN, status=Status.CLOSED, helped_at=NOW)
    asked = replace(OPEN, is_asked=True, has_place=True)
    found: list[tuple[Rows, Standing]] = [(keyboard(voice).rows, OPEN) for keyboard in menu]
    found += [
        (decide_rows, replace(OPEN, offered=True)),
        ([consulting.undo(voice, 7)], helped),
        ([consulting.answer(voice, ENTRIES[0], open_question=None)[1][-1]], OPEN),
        ([[choices.other_place(voice, 7)]], asked),
        (_not_options(choices.rows(voice, AskedFor.PLACE, 7, _options(), LIMITS)), _turns(asked, AskedFor.PLACE)),
        (_not_options(choices.rows(voice, AskedFor.TOPIC, 7, _options(), LIMITS)), _turns(asked, AskedFor.TOPIC)),
        ([[my_questions.deed_button(voice, deed, 7)] for deed in (Page.ADD, Page.TAKE_BACK, Page.REOPEN)], OPEN),
        ([rating.ask(voice, 7, 1)[1]], replace(OPEN, status=Status.ANSWERED, answered_at=NOW, rates=True)),
        ([[news.button(voice)]], OPEN),
    ]
    return found


def _options() -> list[Option]:
    return [Option(slug=slug, name=name) for slug, name in PLACES.items()]


def _not_options(rows: Rows) -> Rows:
    """Without the places or topics: their names are words for everybody, learnt from as they join the question."""
    return [[button for button in row if button.text not in PLACES.values()] for row in rows]


def _turns(standing: Standing, kind: AskedFor) -> Standing:
    return replace(standing, buttons=choices.further(kind, 7))


def of_a_page(voice: Voice) -> list[Rows]:
    """Buttons whose labels are words after their page was shown."""
    many = [replace(QUESTION, number=n) for n in range(1, 7)]
    can = (Page.ADD, Page.TAKE_BACK, Page.REOPEN)
    counts = dict.fromkeys((*TOPICS, ""), 1)
    found: list[Rows] = [
        my_questions.list_page(voice, many, {}, 20, 2, NOW, UTC)[1],
        my_questions.one_page(voice, QUESTION, [], 0, NOW, UTC, can=can)[1],
        [[my_questions.sure_button(voice, 7)]],
        consulting.answer(voice, ENTRIES[0], open_question=7)[1],
        consulting.topics_page(voice, counts, TOPICS, LIMITS, 1)[1],
        consulting.entries_page(voice, ENTRIES, "t1", TOPICS, LIMITS, 1)[1],
        news.beginning(voice, {EVERYTHING}, NAMES, LIMITS)[1],
        news.choosing(voice, About.PLACE, {EVERYTHING}, NAMES, LIMITS, 1)[1],
        news.choosing(voice, About.TOPIC, set(), NAMES, LIMITS, 1)[1],
        [[rating.asks_button(voice, 7)]],
        [rating.ask(voice, 7, 1)[1]],
        choices.rows(voice, AskedFor.PLACE, 7, _options(), LIMITS, page=1),
    ]
    return found


def is_passed_on(decision: Decision) -> bool:
    return isinstance(decision, Ask | Join | Comment)


@pytest.mark.parametrize("voice", voices(), ids=lambda voice: voice.language)
def test_labels_of_any_time(voice: Voice) -> None:
    """A label that stands under many messages is a word for its button, with a smile and in capitals, too."""
    typed = [(button.text, standing) for rows, standing in of_any_time(voice) for row in rows for button in row]
    assert len(typed) > 20
    for how in ("{}", "{}!", " {} 🙏", "«{}»."):
        passed_on = [text for text, standing in typed if is_passed_on(decide(standing, write(how.format(text)), NOW))]
        assert [] == passed_on
    assert [] == [text for text, standing in typed if is_passed_on(decide(standing, write(text.upper()), NOW))]


@pytest.mark.parametrize("voice", voices(), ids=lambda voice: voice.language)
def test_labels_of_a_page(voice: Voice) -> None:
    """While he sees a page each of its labels, typed, does what the button does."""
    for rows in of_a_page(voice):
        sees = replace(OPEN, buttons=labels(rows))
        for button in [button for row in rows for button in row]:
            assert Press(data=button.data) == decide(sees, write(button.text), NOW)


@pytest.mark.parametrize("voice", voices(), ids=lambda voice: voice.language)
def test_labels_of_wishes(voice: Voice) -> None:
    """What he is asked of his data can be answered by the words on the buttons."""
    for wish in Wish:
        content = Content(text=f"{voice.say(f'button-{wish}')}!")
        assert wish == wishes.said(content, consent_asked=True, forget_asked=True)


FOLDED = {
    "No, I’ll wait": "no i'll wait",
    "  Всё   новости ": "все новости",
    "← Назад": "назад",
    "✓ Надым": "надым",
    "№ 3": "№ 3",
    "Помогло)))": "помогло",
    "Помогло 👍🏽❤️": "помогло",
    "Все–таки": "все-таки",
    "👍": "",
    "/help": "/help",
    "Забыть меня?": "забыть меня?",
}


@pytest.mark.parametrize(("text", "expected"), FOLDED.items(), ids=FOLDED)
def test_plain(text: str, expected: str) -> None:
    """Words are compared as people write them on a phone; a question mark makes a question of them."""
    assert expected == plain(text)


def test_help_stays_help() -> None:
    """A word that he is told of stays one under any page that has no button of that name."""
    assert Explain() == decide(replace(OPEN, buttons={"дальше": "my:p:2"}), write("Помощь"), NOW)
