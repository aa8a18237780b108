"""The resident's dialog: standings and events, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation.decisions import (
    Ask,
    Comment,
    Decision,
    Explain,
    Greet,
    Join,
    OfferLanguages,
    Open,
    OtherPlace,
    Page,
    Press,
    PromiseNew,
    Skip,
    Speak,
    Welcome,
)
from bot.conversation.machine import Standing, decide, looks
from bot.conversation.waiting import is_thanks, unanswered_since
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Contact, Content, Link, Location, Media, MediaKind
from bot.model.event import ButtonPressed, ChatStarted, MessageReceived, Sender
from bot.model.question import Author, Status, ThreadMessage

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHAT = ChatRef(channel="home", chat_id="101")
SENDER = Sender(user_id="101")

NEW = Standing()
GREETED = Standing(greeted=True)
OPEN = Standing(greeted=True, question=7, status=Status.OPEN)
ANSWERED = Standing(greeted=True, question=7, status=Status.ANSWERED, answered_at=NOW - timedelta(hours=1))
CLOSED = Standing(greeted=True, question=7, status=Status.CLOSED)
ASKED = replace(OPEN, is_asked=True)
PLACED = replace(OPEN, has_place=True)
#: Knows one place by its name.
NAMING = replace(OPEN, names=lambda _, text: "p:nadym" if text in ("надым", "надыма") else "")
CLARIFYING = Standing(greeted=True, question=7, status=Status.CLARIFYING)
SECOND = timedelta(seconds=1)


def anything(_: object) -> bool:
    return True


PHOTO = Media(kind=MediaKind.PHOTO, channel="home", ref="p")


def says(text: str = "", **more: object) -> MessageReceived:
    return MessageReceived(
        chat=CHAT,
        chat_kind=ChatKind.PRIVATE,
        message_id="1",
        sender=SENDER,
        at=NOW,
        content=replace(Content(text=text), **more),  # type: ignore[arg-type]
    )


def presses(data: str) -> ButtonPressed:
    return ButtonPressed(chat=CHAT, chat_kind=ChatKind.PRIVATE, sender=SENDER, at=NOW, data=data)


def starts(*, greet: bool = True, source: str = "") -> ChatStarted:
    return ChatStarted(chat=CHAT, sender=SENDER, at=NOW, greet=greet, source=source)


def answered(ago: timedelta) -> Standing:
    return replace(ANSWERED, answered_at=NOW - ago)


def lapsed(ago: timedelta) -> Standing:
    return replace(CLOSED, lapsed_at=NOW - ago)


def closed(ago: timedelta) -> Standing:
    return replace(CLOSED, closed_at=NOW - ago)


def waits_for_new(standing: Standing) -> Standing:
    return replace(standing, wants_new=True)


#: His last question has this number; he was asked for a rating; he has just given one; he chose question 7.
HAS_SEVEN = replace(ANSWERED, last=7)
RATES = replace(HAS_SEVEN, rates=True)
COMMENTS = replace(RATES, comments=True)
CHOSEN = replace(OPEN, last=9, chosen=True)


def opens(page: Page, argument: str = "") -> Open:
    return Open(page=page, argument=argument)


#: Known answers were shown with it; one helped; there is an answer 3; he sees the list of his questions.
OFFERED = replace(OPEN, offered=True)
HELPED = replace(CLOSED, helped_at=NOW - timedelta(hours=1), closed_at=NOW - timedelta(hours=1))
ANSWERING = replace(OPEN, has_answer=lambda number: number == 3)
SEES = replace(OPEN, buttons={"дальше": "my:p:2", "места": "news:places:0"})
STICKER = Media(kind=MediaKind.STICKER, channel="home", ref="s", emoji="👍")
RATED = opens(Page.RATE, "4")
JOINS, REOPENS = Join(question=7, reopens=False), Join(question=7, reopens=True)
COLD = says("Опять холодно!")


@dataclass(frozen=True, slots=True)
class Case:
    label: str
    standing: Standing
    event: MessageReceived | ButtonPressed | ChatStarted
    expected: Decision


CASES = [
    Case("first words are a question", NEW, COLD, Ask(first=True)),
    Case("who was greeted asks", GREETED, COLD, Ask(first=False)),
    Case("an open question takes what comes", OPEN, COLD, JOINS),
    Case("an open question is not opened again", OPEN, says("Спасибо"), JOINS),
    Case("an answered one is opened again", ANSWERED, COLD, REOPENS),
    Case("72 hours after the answer still joins", answered(timedelta(hours=72)), COLD, REOPENS),
    Case("a second later is a new question", answered(timedelta(hours=72) + SECOND), COLD, Ask(first=False)),
    Case("a closed question is closed", CLOSED, COLD, Ask(first=False)),
    Case("thanks for the word that it is", closed(timedelta(hours=72)), says("Понятно, спасибо"), JOINS),
    Case("a second later they are new", closed(timedelta(hours=72) + SECOND), says("Спасибо"), Ask(first=False)),
    Case("a protest is a new question", closed(SECOND), COLD, Ask(first=False)),
    Case("what he was asked for takes what comes", CLARIFYING, COLD, REOPENS),
    Case("«хорошо» may be what he was asked for", CLARIFYING, says("Хорошо"), REOPENS),
    Case("72 hours after it lapsed still join", lapsed(timedelta(hours=72)), says("Хорошо"), REOPENS),
    Case("a second later is new", lapsed(timedelta(hours=72) + SECOND), COLD, Ask(first=False)),
    Case("thanks join and open nothing", ANSWERED, says("Спасибо большое!"), JOINS),
    Case("thanks with a photo open it again", ANSWERED, says("Спасибо", media=(PHOTO,)), REOPENS),
    Case("thanks and a question open it again", ANSWERED, says("Спасибо, а когда?"), REOPENS),
    Case("a photo joins", OPEN, says(media=(PHOTO,)), JOINS),
    Case("a sticker is a question", NEW, says(media=(STICKER,)), Ask(first=True)),
    Case("a photo is a question", GREETED, says(media=(PHOTO,)), Ask(first=False)),
    Case("what we cannot carry is a question", GREETED, says(unsupported=("опрос",)), Ask(first=False)),
    Case("«Начать» is a start", NEW, says("Начать"), Greet(source="")),
    Case("so it is in English", OPEN, says("Start"), Greet(source="")),
    Case("so is the command", GREETED, says("/start"), Greet(source="")),
    Case("«начать» may be what he was asked for", CLARIFYING, says("Начать"), REOPENS),
    Case("with more words it is a question", GREETED, says("Начать бы ремонт"), Ask(first=False)),
    Case("wants another, although one is open", waits_for_new(OPEN), COLD, Ask(first=False)),
    Case("wants another, although one was answered", waits_for_new(ANSWERED), COLD, Ask(first=False)),
    Case("thanks after «Новый вопрос» are one", waits_for_new(ANSWERED), says("Спасибо"), Ask(first=False)),
    Case("«Новый вопрос» pressed", OPEN, presses("new"), PromiseNew()),
    Case("«Новый вопрос» typed", OPEN, says("Новый вопрос"), PromiseNew()),
    Case("typed in another way", ANSWERED, says("  новый   ВОПРОС! "), PromiseNew()),
    Case("typed by a newcomer", NEW, says("Задать новый вопрос"), PromiseNew()),
    Case("typed as a command", OPEN, says("/new"), PromiseNew()),
    Case("«Новый вопрос» with its question is one", GREETED, says("Новый вопрос: где автобус?"), Ask(first=False)),
    Case("help pressed", OPEN, presses("help"), Explain()),
    Case("help typed", OPEN, says("Помощь"), Explain()),
    Case("help as a command", OPEN, says("/help"), Explain()),
    Case("a command that there is not", OPEN, says("/weather"), Explain()),
    Case("a command with words behind it", OPEN, says("/weather в Надыме?"), JOINS),
    Case("a slash that is no command", GREETED, says("/// что это?"), Ask(first=False)),
    Case("a path is no command", GREETED, says("/home/ivan"), Ask(first=False)),
    Case("a button of another time", OPEN, presses("vote:5"), Explain()),
    Case("new question in English", OPEN, says("New question"), PromiseNew()),
    Case("help in English", NEW, says("help!"), Explain()),
    Case("language pressed", OPEN, presses("language"), OfferLanguages()),
    Case("language typed", OPEN, says("Язык"), OfferLanguages()),
    Case("language typed in English", NEW, says("Language."), OfferLanguages()),
    Case("the label of its button typed", OPEN, says("Язык · Language"), OfferLanguages()),
    Case("language as a command", OPEN, says("/language"), OfferLanguages()),
    Case("a language pressed", OPEN, presses("lang:en"), Speak(language="en")),
    Case("a language that there is not", OPEN, presses("lang:de"), OfferLanguages()),
    Case("a button without a language", OPEN, presses("lang:"), OfferLanguages()),
    Case("its name typed", OPEN, says("English"), Speak(language="en")),
    Case("its name in another language", OPEN, says("по-английски"), Speak(language="en")),
    Case("and back", ANSWERED, says("Русский"), Speak(language="ru")),
    Case("the word and its name", OPEN, says("Язык English"), Speak(language="en")),
    Case("as it is told", OPEN, says("«Язык English»."), Speak(language="en")),
    Case("both in English", OPEN, says("language russian"), Speak(language="ru")),
    Case("the command and its code", OPEN, says("/language en"), Speak(language="en")),
    Case("the command and what is none", OPEN, says("/language klingon"), OfferLanguages()),
    Case("a code alone is no name", OPEN, says("en"), JOINS),
    Case("a name may be what he was asked for", CLARIFYING, says("Русский"), REOPENS),
    Case("and after it lapsed, too", lapsed(timedelta(hours=1)), says("English"), REOPENS),
    Case("the word and its name are a choice even then", CLARIFYING, says("Язык English"), Speak(language="en")),
    Case("once it is over, a name is a choice", lapsed(timedelta(hours=73)), says("English"), Speak(language="en")),
    Case("a name in a sentence is none", GREETED, says("Нужен английский в школе"), Ask(first=False)),
    Case("thanks in English open nothing", ANSWERED, says("Thank you very much!"), JOINS),
    Case("his questions typed", NEW, says("Мои вопросы"), opens(Page.QUESTIONS)),
    Case("in English", HAS_SEVEN, says("my questions"), opens(Page.QUESTIONS)),
    Case("as a command", OPEN, says("/my"), opens(Page.QUESTIONS)),
    Case("their second page", HAS_SEVEN, says("мои вопросы 2"), opens(Page.QUESTIONS, "p:2")),
    Case("one of them", HAS_SEVEN, says("Мой вопрос № 7"), opens(Page.QUESTIONS, "7")),
    Case("shorter", HAS_SEVEN, says("вопрос 5"), opens(Page.QUESTIONS, "5")),
    Case("as a command with a number", NEW, says("/my 123"), opens(Page.QUESTIONS, "123")),
    Case("a number that he cannot have is a question", HAS_SEVEN, says("Вопрос 8"), REOPENS),
    Case("so is none", HAS_SEVEN, says("Вопрос 0"), REOPENS),
    Case("so is any number of a newcomer", NEW, says("Вопрос 1"), Ask(first=True)),
    Case("«дополнить» and a number that he cannot have", HAS_SEVEN, says("дополнить 77"), REOPENS),
    Case("adding", HAS_SEVEN, says("Дополнить 7"), opens(Page.ADD, "7")),
    Case("taking back", HAS_SEVEN, says("отозвать 7"), opens(Page.TAKE_BACK, "7")),
    Case("taking back, in a sentence", HAS_SEVEN, says("отозвать 7 и 8"), REOPENS),
    Case("opening again", HAS_SEVEN, says("Открыть снова № 7"), opens(Page.REOPEN, "7")),
    Case("a button of theirs", OPEN, presses("withdraw:ask:7"), opens(Page.TAKE_BACK, "ask:7")),
    Case("a button with what no button has", OPEN, presses("withdraw:ask 7"), Explain()),
    Case("the chosen question takes what comes", CHOSEN, COLD, JOINS),
    Case("also when he wanted a new one before", waits_for_new(CHOSEN), COLD, JOINS),
    Case("also when it is over", replace(CHOSEN, status=Status.CLOSED), COLD, REOPENS),
    Case("a digit is a part of it", replace(CHOSEN, rates=True), says("5"), JOINS),
    Case("a language's name is a part of it", CHOSEN, says("English"), JOINS),
    Case("a word is a word even then", CHOSEN, says("Помощь"), Explain()),
    Case("a question of his that is newer", CHOSEN, says("вопрос 9"), opens(Page.QUESTIONS, "9")),
    Case("a rating pressed", NEW, presses("rate:7:1:5"), opens(Page.RATE, "7:1:5")),
    Case("a rating typed", HAS_SEVEN, says("Оценка 5"), opens(Page.RATE, "5")),
    Case("may be what he was asked for", CLARIFYING, says("Оценка 5"), REOPENS),
    Case("a command is none", CLARIFYING, says("/rate 5"), opens(Page.RATE, "5")),
    Case("«да» to «Помог ли ответ?»", RATES, says("Да!"), JOINS),
    Case("a longer yes to it", RATES, says("Да, очень"), JOINS),
    Case("a yes and more", RATES, says("Да, но холодно"), REOPENS),
    Case("«нет» to it", RATES, says("Нет"), REOPENS),
    Case("«да» to an answer", HAS_SEVEN, says("Да"), REOPENS),
    Case("a digit rates when he was asked to", RATES, says(" 4. "), opens(Page.RATE, "4")),
    Case("and when he has rated just now", COMMENTS, says("1"), opens(Page.RATE, "1")),
    Case("six is no rating", RATES, says("6"), REOPENS),
    Case("nor is a digit with words", RATES, says("5 дней нет воды"), REOPENS),
    Case("a digit may be what he was asked for", replace(CLARIFYING, rates=True), says("5"), REOPENS),
    Case("a digit of nobody who was asked", HAS_SEVEN, says("5"), REOPENS),
    Case("a digit after «Новый вопрос»", waits_for_new(RATES), says("5"), Ask(first=False)),
    Case("words after a rating say why", COMMENTS, COLD, Comment()),
    Case("a photo says more", COMMENTS, says(media=(PHOTO,)), REOPENS),
    Case("so does a question", COMMENTS, says("А когда?"), REOPENS),
    Case("and what names a place or a topic", replace(COMMENTS, is_about_something=anything), COLD, REOPENS),
    Case(
        "thanks are a review all the same", replace(COMMENTS, is_about_something=anything), says("Спасибо"), Comment()
    ),
    Case("«не помогло» after a rating is one", COMMENTS, says("Не помогло"), Comment()),
    Case("a digit in a reply to that question", replace(RATES, chosen=True, replies=True), says("4"), RATED),
    Case("«помогло» under a suggestion", OFFERED, says("Помогло!"), opens(Page.HELPED, "7")),
    Case("with thanks", OFFERED, says("Спасибо, помогло 👍"), opens(Page.HELPED, "7")),
    Case("only thanks", OFFERED, says("Спасибо"), JOINS),
    Case("«не помогло» there", OFFERED, says("Не помогло"), opens(Page.WAIT, "7")),
    Case("on a phone that has other signs", OFFERED, says("No, I’ll wait"), opens(Page.WAIT, "7")),
    Case("«не помогло» where nothing was shown", OPEN, says("Не помогло"), JOINS),
    Case("«не помогло» to an answer", ANSWERED, says("Не помогло"), REOPENS),
    Case("«помогло» to an answer", ANSWERED, says("Помогло"), JOINS),
    Case("«помогло» to what an official asks", CLARIFYING, says("Помогло"), REOPENS),
    Case("«жду ответа» to what an official asks", CLARIFYING, says("Жду ответа"), REOPENS),
    Case("«жду ответа» while he waits", OPEN, says("Жду ответа"), opens(Page.WAIT, "7")),
    Case("another matter after «помогло»", HELPED, COLD, Ask(first=False)),
    Case("thanks after it", HELPED, says("Спасибо!"), JOINS),
    Case("he waits after all", HELPED, says("Не помогло, холодно"), REOPENS),
    Case("a plain no after it", HELPED, says("Нет, холодно"), REOPENS),
    Case("a no that is none", HELPED, says("Нет света"), Ask(first=False)),
    Case("he takes it back", HELPED, says("Всё-таки жду ответа"), opens(Page.WAIT, "7")),
    Case("a known answer", ANSWERING, says("Ответ 3"), opens(Page.ANSWERS, "3")),
    Case("a number that no known answer has", ANSWERING, says("Ответ 4"), JOINS),
    Case("an answer's number may be his answer", replace(CLARIFYING, has_answer=anything), says("Ответ 3"), REOPENS),
    Case("a word of a page may be, too", CLARIFYING, says("Новости"), REOPENS),
    Case("«отозвать» as well", CLARIFYING, says("Отозвать"), REOPENS),
    Case("a topic to subscribe to", replace(CLARIFYING, names=lambda *_: "p:x"), says("Отписаться от X"), REOPENS),
    Case("a button of no such page is one", CLARIFYING, says("Мои вопросы"), opens(Page.QUESTIONS)),
    Case("a wish to be forgotten is one", CLARIFYING, says("Забыть меня"), opens(Page.FORGET)),
    Case("in English as well", CLARIFYING, says("Delete my data!"), opens(Page.FORGET)),
    Case("a command is one always", CLARIFYING, says("/withdraw"), opens(Page.TAKE_BACK)),
    Case(
        "with a number of his it is clear", replace(CLARIFYING, last=7), says("отозвать 7"), opens(Page.TAKE_BACK, "7")
    ),
    Case("what a button says that he sees", SEES, says("Дальше →"), Press(data="my:p:2")),
    Case("without its arrow", SEES, says("дальше"), Press(data="my:p:2")),
    Case("while he is asked", replace(SEES, status=Status.CLARIFYING), says("Дальше"), Press(data="my:p:2")),
    Case("a button of news then", replace(SEES, status=Status.CLARIFYING), says("Места"), REOPENS),
    Case("a sticker after an answer", ANSWERED, says(media=(STICKER,)), JOINS),
    Case("a sticker for what he was asked", CLARIFYING, says(media=(STICKER,)), REOPENS),
    Case("not while somebody waits on his last question", replace(COMMENTS, status=Status.OPEN), COLD, JOINS),
    Case("not when he was asked something", replace(COMMENTS, status=Status.CLARIFYING), COLD, REOPENS),
    Case("nor when he wants a new question", waits_for_new(COMMENTS), COLD, Ask(first=False)),
    Case("a caption is never a word: photo", OPEN, says("Новый вопрос", media=(PHOTO,)), JOINS),
    Case("a caption is never a word: help", GREETED, says("/help", media=(PHOTO,)), Ask(first=False)),
    Case("a place is never a word", OPEN, says("Помощь", location=Location(latitude=65.5, longitude=72.5)), JOINS),
    Case("a contact is never a word", OPEN, says("Помощь", contact=Contact(name="И", phone="1")), JOINS),
    Case("a link is never a word", OPEN, says("Помощь", links=(Link(url="https://example.org"),)), JOINS),
    Case("«пропустить» while he is asked", ASKED, says("Пропустить."), Skip()),
    Case("skipping in English", ASKED, says("skip"), Skip()),
    Case("«пропустить» when nobody asks", OPEN, says("Пропустить"), JOINS),
    Case("«пропустить» with a photo", ASKED, says("Пропустить", media=(PHOTO,)), JOINS),
    Case("«пропустить» may be what an official asked for", replace(CLARIFYING, is_asked=True), says("skip"), REOPENS),
    Case("«пропустить» as a new question", waits_for_new(ASKED), says("Пропустить"), Ask(first=False)),
    Case("«другое место» where there is one", PLACED, says("Другое место"), OtherPlace()),
    Case("another place in English", PLACED, says("Another place!"), OtherPlace()),
    Case("«другое место» where there is none", OPEN, says("Другое место"), JOINS),
    Case("«другое место» in a sentence", PLACED, says("Другое место нашли?"), JOINS),
    Case("news typed", OPEN, says("Новости"), Open(page=Page.NEWS)),
    Case("subscriptions typed by a newcomer", NEW, says("Мои подписки"), Open(page=Page.NEWS)),
    Case("news as a command", OPEN, says("/news"), Open(page=Page.NEWS)),
    Case("news pressed", OPEN, presses("news:p:nadym:2"), Open(page=Page.NEWS, argument="p:nadym:2")),
    Case("a place to subscribe to", NAMING, says("Подписаться Надым"), Open(page=Page.NEWS, argument="p:nadym")),
    Case("on it", NAMING, says("«подписаться на Надым»"), Open(page=Page.NEWS, argument="p:nadym")),
    Case("on news of it", NAMING, says("Подписаться на новости Надыма"), Open(page=Page.NEWS, argument="p:nadym")),
    Case("the command and its name", NAMING, says("/news Надым"), Open(page=Page.NEWS, argument="p:nadym")),
    Case("in English", NAMING, says("Subscribe to Надым"), Open(page=Page.NEWS, argument="p:nadym")),
    Case("everything", OPEN, says("Подписаться на всё"), Open(page=Page.NEWS, argument="all")),
    Case("everything with e", OPEN, says("подписаться на все"), Open(page=Page.NEWS, argument="all")),
    Case("everything in English", OPEN, says("subscribe to everything"), Open(page=Page.NEWS, argument="all")),
    Case("a newspaper is no news of ours", NAMING, says("Подписаться на газету"), JOINS),
    Case("a question about it is one", GREETED, says("Подписаться на Надым как?"), Ask(first=False)),
    Case("«стоп»", OPEN, says("СТОП!"), Open(page=Page.STOP)),
    Case("«отписаться»", NEW, says("Отписаться"), Open(page=Page.STOP)),
    Case("stop as a command", OPEN, says("/stop"), Open(page=Page.STOP)),
    Case("a place to end", NAMING, says("Отписаться от Надыма"), Open(page=Page.STOP, argument="p:nadym")),
    Case("everything to end", OPEN, says("отписаться от всего"), Open(page=Page.STOP)),
    Case("«стоп» in a sentence", OPEN, says("Стоп кран сломан"), JOINS),
    Case("his data", OPEN, says("Мои  данные!"), Open(page=Page.DATA)),
    Case("his data in English", NEW, says("my data"), Open(page=Page.DATA)),
    Case("his data as a command", CHOSEN, says("/mydata"), Open(page=Page.DATA)),
    Case("his data pressed", OPEN, presses("mydata:"), Open(page=Page.DATA)),
    Case("his data in a sentence", GREETED, says("Мои данные украли"), Ask(first=False)),
    Case("to be forgotten", CHOSEN, says("Забудьте меня."), Open(page=Page.FORGET)),
    Case("to be forgotten in English", OPEN, says("forget me"), Open(page=Page.FORGET)),
    Case("to be forgotten, in other words", OPEN, says("удалите мои данные"), Open(page=Page.FORGET)),
    Case("to be forgotten as a command", NEW, says("/forget"), Open(page=Page.FORGET)),
    Case("a question whether to be forgotten", OPEN, says("Забыть меня?"), JOINS),
    Case("«Начать» greets a newcomer", NEW, starts(source="qr5"), Greet(source="qr5")),
    Case("«Начать» greets once more", OPEN, starts(), Greet(source="")),
    Case("allowed again: nothing is said", OPEN, starts(greet=False, source="qr5"), Welcome(source="qr5")),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_decision(case: Case) -> None:
    """From where the resident stands and what he does follows exactly this."""
    assert case.expected == decide(case.standing, case.event, NOW)


LOOKS = {
    "Мои вопросы": opens(Page.QUESTIONS),
    "вопрос 5": opens(Page.QUESTIONS, "5"),
    "/faq": opens(Page.ANSWERS),
    "мои данные": opens(Page.DATA),
    "/forget": opens(Page.FORGET),
    "отозвать 5": None,
    "оценка 5": None,
    "помощь": None,
    "Пустите!": None,
}


@pytest.mark.parametrize(("text", "expected"), LOOKS.items(), ids=LOOKS)
def test_looks(text: str, expected: Open | None) -> None:
    """Whoever may not write may look, and have his data; else he does nothing."""
    assert expected == looks(Content(text=text), Standing())


THANKS = [
    "Спасибо",
    "спасибо!",
    "СПАСИБО ОГРОМНОЕ!!!",
    "Большое спасибо",
    "Спасибо за ответ",
    "Спасибо вам большое 🙏",
    "Благодарю вас.",
    "Хорошо, спасибо!",
    "Ок",
    "Понял",
    "Поняла.",
    "Спасибо, понятно",
    "Понятно, спасибо",
    "Понял, спасибо большое!",
    "Ясно. Спасибо",
    "Thanks",
    "Thank you so much for your help!",
    "OK, got it",
    "Ок, thanks",
    "Помогло, спасибо!",
    "Спасибо, помогло!",
    "Спасибо, вопрос решён",
    "Спасибо, разобрались",
    "Всё работает, спасибо",
    "Помогло 👍",
    "Это помогло",
    "It works now, thank you!",
    "👍",
    "🙏🙏",
]
NO_THANKS = [
    "",
    "Спасибо, но ничего не изменилось",
    "Спасибо. А когда?",
    "Не понял",
    "Хорошо бы сегодня",
    "Нет",
    "И за это спасибо?",
    "Спасибо?",
    "Thanks, but it is still cold",
    "Not clear",
    "Is that all",
    "I see",
    "Не помогло",
    "Не работает",
    "Вопрос не решён",
    "Спасибо, но не работает",
    "It does not work",
    "Так и не решили",
]


@pytest.mark.parametrize("text", THANKS)
def test_thanks(text: str) -> None:
    """Who only thanks wants no further answer."""
    assert is_thanks(Content(text=text))


@pytest.mark.parametrize("text", NO_THANKS)
def test_no_thanks(text: str) -> None:
    """Whoever says more than thanks is heard."""
    assert not is_thanks(Content(text=text))


def test_thanks_of_any_length_take_no_time() -> None:
    """A long text of thankful words is judged at once: the pattern does not try all ways to read it."""
    assert not is_thanks(Content(text="хорошо, ок " * 5000 + "?"))


# --- since when somebody waits ---------------------------------------------------------------------------------------

_R, _O, _I, _W = Author.RESIDENT, Author.OFFICIAL, Author.INTERIM, Author.WITHDRAWN
_A, _C = Author.REOPENED, Author.COMMENT
THREADS = [
    ("nobody has answered", [(_R, "Вода?"), (_R, "Алло")], 0),
    ("answered", [(_R, "Вода?"), (_O, "Завтра")], None),
    ("asked further", [(_R, "Вода?"), (_O, "Завтра"), (_R, "Когда?"), (_R, "Алло")], 2),
    ("only thanked", [(_R, "Вода?"), (_O, "Завтра"), (_R, "Спасибо")], None),
    ("thanked, then asked", [(_R, "Вода?"), (_O, "Завтра"), (_R, "Спасибо"), (_R, "А свет?")], 3),
    ("an interim answer is none", [(_R, "Вода?"), (_I, "Ищем")], 0),
    ("a withdrawn answer is none", [(_R, "Вода?"), (_W, "Завтра")], 0),
    ("opened again without a word", [(_R, "Вода?"), (_O, "Завтра"), (_A, "")], 2),
    ("said what he thinks of it", [(_R, "Вода?"), (_O, "Завтра"), (_C, "Плохо")], None),
    ("a first word of thanks is a question", [(_R, "Спасибо")], 0),
]


@pytest.mark.parametrize(("said", "since"), [row[1:] for row in THREADS], ids=[row[0] for row in THREADS])
def test_unanswered_since(said: list[tuple[Author, str]], since: int | None) -> None:
    """A resident waits since his first message that nobody has answered; thanks need no answer."""
    thread = [
        ThreadMessage(
            id=n, question=1, role=role, author="", chat=CHAT, content=Content(text=text), at=NOW + timedelta(minutes=n)
        )
        for n, (role, text) in enumerate(said)
    ]
    assert (None if since is None else thread[since].at) == unanswered_since(thread)
