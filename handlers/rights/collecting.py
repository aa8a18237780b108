"""What goes into a resident's file: a function for each kind of data that is stored about him.

Whoever adds a table in which something of a resident is kept adds a function here, and a step in `storage.erasing`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.conversation.my_data import SPECIAL, Fact, Record, Section, Value
from bot.conversation.voice import Voice, voice_of
from bot.delivery.fit import describe
from bot.model.action import Deed
from bot.model.content import Content, Media
from bot.model.question import Author, CloseKind, Question
from handlers.context import Context
from handlers.media import MediaStore
from storage import consents, my_data, questions, subscriptions
from storage.database import Transaction
from storage.my_data import Done, Person, Rated, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """Of whom the data is, what is known of him, and where it is found."""

    tx: Transaction
    ctx: Context
    conversation: int
    person: Person
    media: MediaStore

    @property
    def voice(self) -> Voice:
        """The language in which he is spoken to."""
        return voice_of(self.person.chosen_language or self.person.language)

    def fact(self, key: str, value: Value) -> Fact:
        """One thing that is stored, as people call it."""
        return Fact(key=key, label=self.voice.say(f"data-{key}"), value=value)


#: Raw updates, and words of the service, that go into the file, the newest: more than anybody sends or is told.
MOST = 5000

Collector = Callable[[Inquiry], Awaitable[Section]]


async def about(of: Inquiry) -> Section:
    """Who he is for us."""
    person = of.person
    facts = (
        of.fact("channel", of.voice.ours("channel", of.ctx.look.title(person.chat.channel))),
        of.fact("chat", person.chat.chat_id),
        of.fact("user", person.user_id),
        of.fact("name", person.name),
        of.fact("username", person.username),
        of.fact("language", person.language),
        of.fact("chosen_language", person.chosen_language),
        of.fact("remembered_place", of.ctx.look.places.get(person.place, person.place)),
        of.fact("remembered_topic", of.ctx.look.topics.get(person.topic, person.topic)),
        of.fact("source", person.source),
        of.fact("since", person.since),
        of.fact("seen_at", person.seen_at),
        of.fact("banned_until", person.banned_until),
        of.fact("ban_reason", person.ban_reason if person.banned_until else ""),
    )
    return Section(key="about", title=of.voice.say("section-about"), records=(Record(facts=facts),))


async def consented(of: Inquiry) -> Section:
    """What he consented to."""
    return Section(
        key="consents",
        title=of.voice.say("section-consents"),
        records=tuple(
            Record(
                facts=(
                    of.fact("version", one.version),
                    of.fact("at", one.at),
                    of.fact("how", of.voice.say(f"data-how-{one.by}")),
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
        title=of.voice.say("section-subscriptions"),
        records=tuple(
            Record(
                facts=(
                    Fact(
                        key=one.about,
                        label=of.voice.say("data-subscribed"),
                        value=names.get(one.slug, one.slug) or of.voice.say("data-everything"),
                    ),
                )
            )
            for one in wanted
        ),
    )


async def asked(of: Inquiry) -> Section:
    """His questions, with what he and the officials wrote in them. Officials' names and notes are not his data."""
    threads = await my_data.said(of.tx, of.conversation, of.person.chat)
    deeds, ratings = await my_data.deeds(of.tx, of.conversation), await my_data.ratings(of.tx, of.conversation)
    offered = await my_data.offered(of.tx, of.conversation)
    records = []
    for one in await questions.of_conversation(of.tx, of.conversation):
        parts = (
            await _messages(of, threads.get(one.number, ())),
            _part(of, "offered", [(of.fact("answers", said),) for said in offered.get(one.number, ())]),
            _part(of, "ratings", [_rating(of, rated) for rated in ratings.get(one.number, ())]),
            _part(of, "deeds", [_deed(of, done) for done in deeds.get(one.number, ())]),
        )
        records.append(Record(facts=_of_question(of, one), parts=tuple(part for part in parts if part.records)))
    if elsewhere := threads.get(None):
        records.append(Record(facts=(), parts=(await _messages(of, elsewhere),)))
    return Section(key="questions", title=of.voice.say("section-questions"), records=tuple(records))


async def waiting(of: Inquiry) -> Section:
    """What waits for his consent."""
    kept = await consents.waiting(of.tx, of.conversation)
    return Section(
        key="not_passed_on",
        title=of.voice.say("section-not_passed_on"),
        records=tuple(
            [
                Record(
                    facts=(of.fact("at", one.at), *_of_content(of, one.content)),
                    parts=await _files(of, one.content.media),
                )
                for one in kept
            ]
        ),
    )


async def told(of: Inquiry) -> Section:
    """What the service itself said to him, as long as that is kept."""
    records = []
    for one in await my_data.told(of.tx, of.person.chat, limit=MOST):
        facts = (of.fact("at", one.at), of.fact("text", one.message.text))
        records.append(Record(facts=facts, parts=await _files(of, one.message.media)))
    return Section(key="told", title=of.voice.say("section-told"), records=tuple(records))


async def updates(of: Inquiry) -> Section:
    """The same as his messenger sent it to us, as long as that is kept."""
    return Section(
        key="updates",
        title=of.voice.say("section-updates"),
        records=tuple(
            Record(
                facts=(of.fact("at", one.at), of.fact("raw", one.raw)),
            )
            for one in await my_data.updates(of.tx, of.person.chat, limit=MOST)
        ),
        for_programs=True,
    )


#: All of them, in the order of the file.
COLLECTORS: Sequence[Collector] = (about, consented, subscribed, asked, waiting, told, updates)


async def collect(of: Inquiry) -> tuple[Section, ...]:
    """All that is stored about him; kinds of which there is nothing are left out."""
    found = [await collector(of) for collector in COLLECTORS]
    return tuple(section for section in found if section.records)


# --- small things --------------------------------------------------------------------------------------------------


def _of_question(of: Inquiry, question: Question) -> tuple[Fact, ...]:
    look = of.ctx.look
    # Of what was closed as spam its writer was not told.
    told = question.close_kind is CloseKind.BY_OFFICIAL
    return (
        of.fact("number", question.number),
        of.fact("asked_at", question.asked_at),
        of.fact("status", of.voice.say(f"stands-{question.status}")),
        of.fact("due_at", question.due_at),
        of.fact("promised_at", question.promised_at),
        of.fact("answered_at", question.answered_at),
        of.fact("closed_at", question.closed_at),
        of.fact("close_reason", of.voice.ours("reason", question.close_reason) if told else ""),
        of.fact(
            "department",
            look.departments.get(question.department, question.department),
        ),
        of.fact("topic", look.topics.get(question.topic, question.topic)),
        of.fact("place", look.places.get(question.place, question.place)),
        of.fact("source", question.source),
    )


def _part(of: Inquiry, key: str, records: Iterable[tuple[Fact, ...]]) -> Section:
    return Section(key=key, title=of.voice.say(f"section-{key}"), records=tuple(Record(facts=one) for one in records))


def _rating(of: Inquiry, rated: Rated) -> tuple[Fact, ...]:
    return (
        of.fact("rating", rated.rating),
        of.fact("rated_at", rated.rated_at),
        of.fact("rating_asked_at", rated.asked_at),
    )


def _deed(of: Inquiry, done: Done) -> tuple[Fact, ...]:
    why = done.detail if done.deed is Deed.BANNED else ""
    return (of.fact("what", of.voice.say(f"deed-{done.deed}")), of.fact("at", done.at), of.fact("ban_reason", why))


async def _messages(of: Inquiry, said: Sequence[Said]) -> Section:
    records = [await _message(of, one) for one in said]
    return Section(key="messages", title=of.voice.say("section-messages"), records=tuple(records))


async def _message(of: Inquiry, said: Said) -> Record:
    by_him = said.role in (Author.RESIDENT, Author.BANNED, Author.COMMENT, Author.REOPENED)
    before = [Record(facts=_of_content(of, old), parts=await _files(of, old.media)) for old in said.history]
    section = Section(key="before", title=of.voice.say("section-before"), records=tuple(before))
    return Record(
        facts=(
            of.fact("by", of.voice.say("data-by-him" if by_him else "data-by-official")),
            of.fact("at", said.at),
            of.fact("kind", of.voice.say(f"said-{said.role}") if said.role in SPECIAL else ""),
            *_of_content(of, said.content),
        ),
        parts=(*await _files(of, said.content.media), *((section,) if before else ())),
    )


async def _files(of: Inquiry, media: Sequence[Media]) -> tuple[Section, ...]:
    """His files by name and size, and whether we have them; of messengers' files we may know where they are alone."""
    records = []
    for one in media:
        size = await of.media.size_of(one)
        records.append(
            Record(
                facts=(
                    of.fact("file", describe(one, of.voice)),
                    of.fact("size", size or one.size),
                    of.fact("kept", of.voice.say("data-kept-no" if size is None else "data-kept-yes")),
                )
            )
        )
    return (Section(key="files", title=of.voice.say("section-files"), records=tuple(records)),) if records else ()


def _of_content(of: Inquiry, content: Content) -> tuple[Fact, ...]:
    facts = [of.fact("text", content.text)]
    if (place := content.location) is not None:
        point = f"{place.latitude:.6f}, {place.longitude:.6f}"
        facts.append(of.fact("place", _listed((point, place.title, place.address))))
    if (contact := content.contact) is not None:
        facts.append(of.fact("contact", _listed((contact.name, contact.phone))))
    if content.links:
        links = [" ".join(filter(None, (one.title, one.url))) for one in content.links]
        facts.append(of.fact("links", "\n".join(links)))
    return tuple(facts)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(filter(None, values))
