"""What goes into a resident's file: a function for each kind of data that is stored about him.

Whoever adds a table in which something of a resident is kept adds a function here, and a step in `storage.erasing`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.conversation.my_data import Fact, Record, Section
from bot.delivery.fit import describe
from bot.model.content import Content
from bot.model.question import Author, CloseKind, Question, Status
from handlers.context import Context
from storage import consents, my_data, questions, subscriptions
from storage.database import Transaction
from storage.my_data import Person, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """Of whom the data is, what is known of him, and where it is found."""

    tx: Transaction
    ctx: Context
    conversation: int
    person: Person


#: Raw updates that go into the file, the newest: more than anybody sends in the time for which they are kept.
UPDATES = 5000

Collector = Callable[[Inquiry], Awaitable[Section]]


async def about(of: Inquiry) -> Section:
    """Who he is for us."""
    person = of.person
    facts = (
        Fact(key="channel", label="Где вы нам пишете", value=of.ctx.look.title(person.chat.channel)),
        Fact(key="chat", label="Номер чата", value=person.chat.chat_id),
        Fact(key="user", label="Ваш номер в мессенджере", value=person.user_id),
        Fact(key="name", label="Имя", value=person.name),
        Fact(key="username", label="Имя пользователя", value=person.username),
        Fact(key="language", label="Язык", value=person.language),
        Fact(key="source", label="По какой ссылке пришли", value=person.source),
        Fact(key="since", label="Впервые здесь", value=person.since),
        Fact(key="seen_at", label="В последний раз здесь", value=person.seen_at),
        Fact(key="banned_until", label="Нельзя писать до", value=person.banned_until),
        Fact(key="ban_reason", label="Почему нельзя", value=person.ban_reason if person.banned_until else ""),
    )
    return Section(key="about", title="Кто вы", records=(Record(facts=facts),))


async def consented(of: Inquiry) -> Section:
    """What he consented to."""
    return Section(
        key="consents",
        title="Ваши согласия",
        records=tuple(
            Record(
                facts=(
                    Fact(key="version", label="Текст", value=one.version),
                    Fact(key="at", label="Когда", value=one.at),
                )
            )
            for one in await consents.given(of.tx, of.conversation)
        ),
    )


async def subscribed(of: Inquiry) -> Section:
    """What he wants to hear of."""
    names = {**of.ctx.look.places, **of.ctx.look.topics}
    wanted = sorted(await subscriptions.of(of.tx, of.conversation), key=lambda one: (one.about, one.slug))
    return Section(
        key="subscriptions",
        title="Ваши подписки на новости",
        records=tuple(
            Record(facts=(Fact(key=one.about, label="О чём", value=names.get(one.slug, one.slug) or "обо всём"),))
            for one in wanted
        ),
    )


async def asked(of: Inquiry) -> Section:
    """His questions, with what he and the officials wrote in them. Officials' names and notes are not his data."""
    threads = await my_data.said(of.tx, of.conversation, of.person.chat)
    found = await questions.of_conversation(of.tx, of.conversation)
    records = [
        Record(facts=_of_question(of.ctx, one), parts=(_messages(threads.get(one.number, ())),)) for one in found
    ]
    if elsewhere := threads.get(None):
        records.append(Record(facts=(), parts=(_messages(elsewhere),)))
    return Section(key="questions", title="Ваши вопросы", records=tuple(records))


async def waiting(of: Inquiry) -> Section:
    """What waits for his consent."""
    kept = await consents.waiting(of.tx, of.conversation)
    return Section(
        key="not_passed_on",
        title="Ждёт вашего согласия",
        records=tuple(
            Record(facts=(Fact(key="at", label="Когда", value=one.at), *_of_content(one.content))) for one in kept
        ),
    )


async def updates(of: Inquiry) -> Section:
    """The same as his messenger sent it to us, as long as that is kept."""
    return Section(
        key="updates",
        title="Как это прислал мессенджер",
        records=tuple(
            Record(
                facts=(Fact(key="at", label="Когда", value=one.at), Fact(key="raw", label="Что", value=one.raw)),
            )
            for one in await my_data.updates(of.tx, of.person.chat, limit=UPDATES)
        ),
        for_programs=True,
    )


#: All of them, in the order of the file.
COLLECTORS: Sequence[Collector] = (about, consented, subscribed, asked, waiting, updates)


async def collect(of: Inquiry) -> tuple[Section, ...]:
    """All that is stored about him; kinds of which there is nothing are left out."""
    found = [await collector(of) for collector in COLLECTORS]
    return tuple(section for section in found if section.records)


# --- small things --------------------------------------------------------------------------------------------------

_STATUS = {
    Status.OPEN: "ждёт ответа",
    Status.CLARIFYING: "ждём вашего уточнения",
    Status.ANSWERED: "есть ответ",
    Status.CLOSED: "закрыт",
}


def _of_question(ctx: Context, question: Question) -> tuple[Fact, ...]:
    look = ctx.look
    # Of what was closed as spam its writer was not told.
    told = question.close_kind is CloseKind.BY_OFFICIAL
    return (
        Fact(key="number", label="Вопрос №", value=question.number),
        Fact(key="asked_at", label="Задан", value=question.asked_at),
        Fact(key="status", label="Как обстоит дело", value=_STATUS[question.status]),
        Fact(key="due_at", label="Ответить до", value=question.due_at),
        Fact(key="answered_at", label="Последний ответ", value=question.answered_at),
        Fact(key="closed_at", label="Закрыт", value=question.closed_at),
        Fact(key="close_reason", label="Почему закрыт", value=question.close_reason if told else ""),
        Fact(
            key="department",
            label="Кто отвечает",
            value=look.departments.get(question.department, question.department),
        ),
        Fact(key="topic", label="Тема", value=look.topics.get(question.topic, question.topic)),
        Fact(key="place", label="Место", value=look.places.get(question.place, question.place)),
        Fact(key="source", label="По какой ссылке пришли", value=question.source),
    )


def _messages(said: Sequence[Said]) -> Section:
    return Section(key="messages", title="Переписка", records=tuple(map(_message, said)))


def _message(said: Said) -> Record:
    by_him = said.role in (Author.RESIDENT, Author.BANNED, Author.COMMENT, Author.REOPENED)
    before = tuple(Record(facts=_of_content(old)) for old in said.history)
    return Record(
        facts=(
            Fact(key="by", label="Кто написал", value="вы" if by_him else "сотрудник"),
            Fact(key="at", label="Когда", value=said.at),
            *_of_content(said.content),
        ),
        parts=(Section(key="before", title="Раньше здесь было", records=before),) if before else (),
    )


def _of_content(content: Content) -> tuple[Fact, ...]:
    facts = [Fact(key="text", label="Текст", value=content.text)]
    if content.media:
        facts.append(Fact(key="files", label="Файлы", value=_listed(map(describe, content.media))))
    if (place := content.location) is not None:
        point = f"{place.latitude:.6f}, {place.longitude:.6f}"
        facts.append(Fact(key="place", label="Место", value=_listed((point, place.title, place.address))))
    if (contact := content.contact) is not None:
        facts.append(Fact(key="contact", label="Контакт", value=_listed((contact.name, contact.phone))))
    if content.links:
        links = [" ".join(filter(None, (one.title, one.url))) for one in content.links]
        facts.append(Fact(key="links", label="Ссылки", value="\n".join(links)))
    return tuple(facts)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(filter(None, values))
