"""What officials do in their admin chat: answer, correct, note, command."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.conversation import rating
from bot.conversation import texts as resident_texts
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft, LeftOut, describe
from bot.desk import commands, forgotten, offers, texts
from bot.desk.commands import Chosen, Command, Note, UnknownCommand, Words
from bot.desk.masking import is_masked
from bot.desk.offers import Offer, Source
from bot.model.action import Deed, Official
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content
from bot.model.event import ButtonPressed, MessageEdited, MessageReceived
from bot.model.message import AnswerPress, EditMessage, SendMessage
from bot.model.question import SAID_TO_RESIDENT, Author, Question, ThreadMessage
from handlers import answering, held, withdrawing
from handlers import commands as carry_out
from handlers.context import ALBUM_WAIT, Context
from handlers.desk import Desk
from handlers.outgoing import Address, Posted, do, fitted, post, refit
from storage import actions, conversations, links, questions, ratings, shows
from storage.database import Transaction
from storage.links import Link
from storage.outbox import State
from storage.questions import NewMessage
from storage.shows import Shown

#: What a reply to the bot's own question means: the command that it is the text of.
_ASKED = {
    Role.ASK_CLARIFY: commands.Name.CLARIFY,
    Role.ASK_INTERIM: commands.Name.INTERIM,
    Role.ASK_CLOSE: commands.Name.CLOSE,
    Role.ASK_TRANSFER: commands.Name.TRANSFER,
    Role.ASK_DEPARTMENT: commands.Name.TRANSFER,
}
#: Whose words may become a template.
_BY_OFFICIALS = frozenset(Author) - {
    *(Author.RESIDENT, Author.BANNED, Author.COMMENT, Author.REOPENED),
    Author.COMMAND,
}


class Overtaken(Exception):
    """A reply to a message of ours that we do not know yet: its receipt is still on the way. Try again soon."""


async def message(
    tx: Transaction, ctx: Context, event: MessageReceived, admin_chat: ChatRef, *, last_try: bool
) -> None:
    """An official wrote. A reply to what shows a question is its answer; what is no reply and no command is talk.

    Raises Overtaken when the message that was replied to may become known within a minute, unless `last_try`.
    """
    if event.album_id and (part_of := await questions.album(tx, event.chat, event.album_id)) is not None:
        await _album_part(tx, ctx, event, part_of, admin_chat)
        return
    reading = commands.read(event.content.text)
    if event.reply_to is None and isinstance(reading, Words | Note):
        return
    link = await _replied_to(tx, ctx, event, admin_chat, last_try=last_try)
    if event.album_id and isinstance(reading, Command | UnknownCommand) and not _carries(reading):
        # The further parts of this album have no caption: they must not pass for an answer.
        await questions.add_message(tx, None, _new_message(event, Author.COMMAND, event.content))
    replied = link.question if link is not None else None
    match reading:
        case UnknownCommand(word=word):
            await _note(tx, ctx, event, texts.unknown_command(word))
        case Command(name=name):
            desk = _desk(tx, ctx, event, admin_chat, link)
            if name in (commands.Name.TEMPLATE, commands.Name.FAQ):
                desk = replace(desk, replied_text=await _replied_words(tx, event, link))
            # A reply's own question wins only where the command does not name another.
            number = reading.number if reading.number is not None else replied
            rest = reading.rest
            if replied is not None and reading.number is not None and not rest and name is commands.Name.NOTE:
                number, rest = replied, str(reading.number)
            await carry_out.run(desk, replace(reading, number=number, rest=rest))
            if event.album_id and _carries(reading) and await questions.album(tx, event.chat, event.album_id) is None:
                # It was refused: the further parts of the album are no answer either.
                await questions.add_message(tx, None, _new_message(event, Author.COMMAND, event.content))
        case Words(text=text) if link is not None and link.question is not None and link.role in _ASKED:
            desk = _desk(tx, ctx, event, admin_chat, link)
            await carry_out.answered(desk, Role(link.role), _ASKED[Role(link.role)], link.question, text)
        case Note(text=text) | Words(text=text):
            if link is None:
                return
            # What is said about a colleague's note stays between colleagues, like the note.
            as_note = isinstance(reading, Note) or link.role == Author.NOTE
            await _reply(tx, ctx, event, admin_chat, link, text, as_note=as_note)


def _carries(reading: Command | UnknownCommand) -> bool:
    """Whether the files that come with a command go along with its words."""
    return isinstance(reading, Command) and reading.name in _SAID_BY.values()


def _desk(tx: Transaction, ctx: Context, event: MessageReceived, admin_chat: ChatRef, link: Link | None) -> Desk:
    return Desk(
        tx=tx,
        ctx=ctx,
        admin_chat=admin_chat,
        official=official(event),
        message_id=event.message_id,
        replied_message=link.thread_message if link is not None else None,
        content=event.content,
        album_id=event.album_id,
    )


async def _replied_words(tx: Transaction, event: MessageReceived, link: Link | None) -> str | None:
    """What an official's message says that was replied to; empty: it is a resident's, or the bot's own."""
    if event.reply_to is None:
        return None
    if link is not None and link.thread_message is not None:
        said = await questions.message_there(tx, link.thread_message)
        return said.content.text if said is not None and said.role in _BY_OFFICIALS else ""
    return "" if event.reply_to.by_bot else event.reply_to.text


async def pressed(tx: Transaction, ctx: Context, event: ButtonPressed, admin_chat: ChatRef) -> None:
    """An official pressed a button under a card: it does what the command does."""
    desk = Desk(
        tx=tx,
        ctx=ctx,
        admin_chat=admin_chat,
        official=official(event),
        message_id=event.message_id,
        pressed=True,
    )
    match commands.read_button(event.data):
        case Command() as command:
            said = await carry_out.run(desk, command)
        case Chosen() as chosen:
            said = await carry_out.choose(desk, chosen)
        case None:
            said = texts.OLD_BUTTON
    if event.press_id and ctx.capabilities[event.chat.channel].answers_presses:
        address = Address(chat=event.chat, chat_kind=ChatKind.GROUP, role=Role.PRESS, lifetime=timedelta(minutes=1))
        effect = AnswerPress(press_id=event.press_id, user_id=event.sender.user_id, text=said)
        await do(tx, ctx, address, effect, strand=f"press:{event.press_id}")


def official(event: MessageReceived | MessageEdited | ButtonPressed) -> Official:
    """Who did this."""
    user_id = event.sender.user_id
    return Official(id=f"{event.chat.channel}:{user_id}" if user_id else "", name=event.sender.name, chat=event.chat)


async def edited(tx: Transaction, ctx: Context, event: MessageEdited) -> None:
    """An official corrected an answer: the resident sees the correction, in place where his messenger can."""
    link = await links.find(tx, event.chat, event.message_id)
    if link is None or link.thread_message is None:
        return
    if link.role in (Author.UNCLEAR, Author.WITHDRAWN):
        await questions.set_content(tx, await questions.message(tx, link.thread_message), event.content)
    if link.role == Author.NOTE:
        text = event.content.text.strip().removeprefix(commands.NOTE_SIGN).strip()
        note = await questions.message(tx, link.thread_message)
        await questions.set_content(tx, note, replace(event.content, text=text), edited_at=event.at)
    if link.role not in SAID_TO_RESIDENT or link.question is None:
        return
    role = Author(link.role)
    await conversations.lock_of_question(tx, link.question)
    question = await questions.find(tx, link.question, lock=True)
    assert question is not None
    if question.forgotten:
        return
    old = await questions.message(tx, link.thread_message)
    content = _corrected(question.number, old.content, _without_command(role, event.content))
    if content == old.content:
        return
    if not isinstance(commands.read(content.text), Words):
        # Whatever he meant by it, the resident must not read it.
        await _note(tx, ctx, event, texts.EDITED_TO_COMMAND, question=question.number)
        return
    await questions.set_content(tx, old, content, edited_at=event.at)
    await actions.add(tx, question.number, official(event), Deed.CORRECTED, ctx.clock())
    if (rate_at := rating.ask_at(ctx.clock(), ctx.ask_rating_after, ctx.look.zone)) is not None:
        await ratings.put_off(tx, question.number, rate_at)
    address = answering.address(question, old.id)
    draft = await answering.draft(tx, ctx, question, content, role)
    shown = await shows.find(tx, old.id, [Role.ANSWER])
    if await refit(tx, ctx, address, shown, draft) is not None:
        return
    before = await answering.draft(tx, ctx, question, old.content, role)
    if not await _edit_in_place(tx, ctx, address, shown, before, draft):
        added = tuple(media for media in content.media if media not in old.content.media)
        text = resident_texts.correction(voice_of(question.language), content.text)
        await post(tx, ctx, address, replace(answering.plain(question, content), text=text, media=added))


#: Commands whose words go to the resident.
_SAID_BY = {Author.INTERIM: commands.Name.INTERIM, Author.CLARIFYING: commands.Name.CLARIFY}


def _without_command(role: Author, content: Content) -> Content:
    """What an edited command says: it may stand before the words, as it did at first."""
    reading = commands.read(content.text)
    if isinstance(reading, Command) and reading.name is _SAID_BY.get(role):
        return replace(content, text=reading.rest)
    return content


def _corrected(number: int, old: Content, new: Content) -> Content:
    """What a corrected answer says: without the number that it may begin with, and with all parts of its album."""
    named, rest = commands.leading_number(new.text)
    if named == number and commands.leading_number(old.text)[0] != number:
        new = replace(new, text=rest)
    return replace(old, text=new.text) if len(old.media) > len(new.media) else new


# --- answering -----------------------------------------------------------------------------------------------------


async def _replied_to(
    tx: Transaction, ctx: Context, event: MessageReceived, admin_chat: ChatRef, *, last_try: bool
) -> Link | None:
    """What the message that was replied to shows; None: nothing of ours."""
    if event.reply_to is None:
        return None
    link = await links.find(tx, event.chat, event.reply_to.message_id)
    if link is not None:
        return link
    if not event.reply_to.by_bot:
        return None
    # The card came through, but its receipt did not (yet): the card's own buttons name the question.
    number = commands.question_of_buttons(event.reply_to.buttons)
    if number is not None:
        question = await questions.find(tx, number)
        if question is not None and ctx.desk.may(admin_chat, question.admin_chat):
            return Link(question=number, thread_message=None, role=Role.CARD)
    if not last_try:
        raise Overtaken
    return Link(question=None, thread_message=None, role=Role.COMMAND)


async def _reply(
    tx: Transaction, ctx: Context, event: MessageReceived, admin_chat: ChatRef, link: Link, text: str, *, as_note: bool
) -> None:
    number, content = link.question, replace(event.content, text=text)
    if number is None and link.thread_message is not None:
        offer = offers.read(await questions.album_of(tx, link.thread_message))
        if offer is not None:
            await _reply_to_offer(tx, ctx, event, admin_chat, link, offer, content, as_note=as_note)
            return
    if number is None:
        # The message shows several questions, or none: a number at the beginning says which one is meant.
        number, rest = commands.leading_number(text)
        said = await shows.said_by(tx, link.entry) if link.entry is not None and link.thread_message is None else None
        shown = commands.numbers_shown(said.text, said.spans) if said is not None else frozenset()
        if shown and number not in shown:
            # «2 дома уже с теплом» under the cards of others is no answer to question 2.
            number = None
        if link.role == Role.ASK_HELD and rest:
            # «2 дома уже с теплом» says nothing of what is to become of the answer that was held back.
            number = None
        content = replace(content, text=rest)
        if number is not None and content.is_empty and link.thread_message is not None:
            await _assign(tx, ctx, event, admin_chat, link.thread_message, number)
            return
    if number is None:
        await _ask_number(tx, ctx, event)
        return
    await _answer(tx, ctx, event, admin_chat, link, number, content, as_note=as_note)


async def _reply_to_offer(
    tx: Transaction,
    ctx: Context,
    event: MessageReceived,
    admin_chat: ChatRef,
    link: Link,
    offer: Offer,
    content: Content,
    *,
    as_note: bool,
) -> None:
    """The number sends an offered text as it is, words are sent instead of it: to its own resident alone."""
    assert link.thread_message is not None
    if as_note:
        await _answer(tx, ctx, event, admin_chat, link, offer.number, content, as_note=True)
        return
    named, rest = commands.leading_number(content.text)
    if named is not None and named != offer.number:
        await _note(tx, ctx, event, offers.made_for_another(offer.number, named), thread_message=link.thread_message)
        return
    content = replace(content, text=rest)
    as_it_is = named is not None and content.is_empty
    said = (await questions.message(tx, link.thread_message)).content if as_it_is else content
    if offer.source is Source.SIMILAR and is_masked(said.text):
        await _note(tx, ctx, event, offers.FILL_IN, thread_message=link.thread_message)
    elif as_it_is:
        await _assign(tx, ctx, event, admin_chat, link.thread_message, offer.number)
    elif await _answer(tx, ctx, event, admin_chat, link, offer.number, content, as_note=False, offer=offer):
        offered = await questions.message(tx, link.thread_message)
        if offered.role is Author.UNCLEAR:
            # It was said in other words: its button sends it no more.
            await questions.assign_message(tx, offered.id, offer.number, Author.WITHHELD)


async def _answer(
    tx: Transaction,
    ctx: Context,
    event: MessageReceived,
    admin_chat: ChatRef,
    link: Link,
    number: int,
    content: Content,
    *,
    as_note: bool,
    offer: Offer | None = None,
) -> bool:
    """Pass it on to the resident, or keep it as a note; False: it could not be, and the official is told.

    `offer`: the text that was offered and changed into it.
    """
    await conversations.lock_of_question(tx, number)
    question = await questions.find(tx, number, lock=True)
    if question is None:
        await _note(tx, ctx, event, texts.no_question(number))
    elif not ctx.desk.may(admin_chat, question.admin_chat):
        await _note(tx, ctx, event, texts.not_yours(number))
    elif question.forgotten:
        await _note(tx, ctx, event, forgotten.nobody(number))
    elif as_note:
        await questions.add_message(tx, number, _new_message(event, Author.NOTE, content))
        await actions.add(tx, number, official(event), Deed.NOTED, ctx.clock())
        await _note(tx, ctx, event, texts.noted(number), question=number)
    elif replace(content, unsupported=()).is_empty:
        await _note(tx, ctx, event, texts.nothing_to_send(number), question=number)
    else:
        key = str(offer) if offer is not None else ""
        # Whoever replies to a colleague's answer has seen it.
        knowing = link.role in SAID_TO_RESIDENT
        if not knowing and (why := await held.reason(tx, question, official(event))):
            await held.hold(tx, ctx, event, question, _new_message(event, Author.UNCLEAR, content, key), why)
            return True
        message = _new_message(event, Author.OFFICIAL, content, key)
        thread_message = await questions.add_message(tx, number, message)
        await _send(tx, ctx, event, question, thread_message, content, offer)
        return True
    return False


async def _send(
    tx: Transaction,
    ctx: Context,
    event: MessageReceived,
    question: Question,
    thread_message: int,
    content: Content,
    offer: Offer | None,
) -> None:
    delay = ALBUM_WAIT if event.album_id else timedelta(0)
    left_out = await answering.send(
        tx, ctx, official(event), question, thread_message, content, delay=delay, offer=offer
    )
    await _name_left_out(tx, ctx, event, question.number, left_out)


async def _album_part(
    tx: Transaction, ctx: Context, event: MessageReceived, part_of: ThreadMessage, admin_chat: ChatRef
) -> None:
    """A further part of an official's album: it goes with the first part, to the same resident."""
    link = Link(question=part_of.question, thread_message=part_of.id, role=part_of.role)
    await links.add(tx, event.chat, event.message_id, link)
    asked = await questions.find(tx, part_of.question) if part_of.question is not None else None
    if asked is not None and asked.forgotten:
        return
    content = part_of.content.with_part(event.content)
    await questions.set_content(tx, part_of, content)
    if part_of.question is None or part_of.role not in SAID_TO_RESIDENT:
        return
    await conversations.lock_of_question(tx, part_of.question)
    question = await questions.find(tx, part_of.question, lock=True)
    assert question is not None
    reading = commands.read(event.content.text)
    if not isinstance(reading, Words):
        # The words come with a later part than the first: they tell that the album was not meant for the resident.
        desk = _desk(tx, ctx, event, admin_chat, link)
        await withdrawing.withdraw(desk, question)
        if isinstance(reading, Note):
            await questions.assign_message(tx, part_of.id, question.number, Author.NOTE)
            await questions.set_content(tx, part_of, replace(content, text=reading.text))
        return
    address = answering.address(question, part_of.id, delay=ALBUM_WAIT)
    shown = await shows.find(tx, part_of.id, [Role.ANSWER])
    draft = await answering.draft(tx, ctx, question, content, part_of.role)
    posted: Posted | None = await refit(tx, ctx, address, shown, draft)
    if posted is None:
        posted = await post(tx, ctx, address, answering.plain(question, event.content))
    await _name_left_out(tx, ctx, event, question.number, posted.left_out_of(event.content.media))


async def _ask_number(tx: Transaction, ctx: Context, event: MessageReceived) -> None:
    """Keep the reply and ask which question it answers: nothing that an official wrote is dropped in silence."""
    kept = await questions.add_message(tx, None, _new_message(event, Author.UNCLEAR, event.content))
    await _note(tx, ctx, event, texts.ASK_NUMBER, thread_message=kept)


async def _assign(
    tx: Transaction, ctx: Context, event: MessageReceived, admin_chat: ChatRef, kept_message: int, number: int
) -> None:
    """The official named the question of a reply that was kept: now it goes out."""
    kept = await questions.message(tx, kept_message)
    await conversations.lock_of_question(tx, number)
    question = await questions.find(tx, number, lock=True)
    if kept.role is not Author.UNCLEAR:
        said = texts.decided_already if kept.role is Author.WITHHELD else texts.assigned_already
        await _note(tx, ctx, event, said(kept.question or number))
    elif question is None:
        await _note(tx, ctx, event, texts.no_question(number), thread_message=kept_message)
    elif not ctx.desk.may(admin_chat, question.admin_chat):
        await _note(tx, ctx, event, texts.not_yours(number), thread_message=kept_message)
    elif question.forgotten:
        await _note(tx, ctx, event, forgotten.nobody(number), thread_message=kept_message)
    elif isinstance(reading := commands.read(kept.content.text), Note):
        await questions.assign_message(tx, kept_message, number, Author.NOTE)
        await questions.set_content(tx, kept, replace(kept.content, text=reading.text))
        await _note(tx, ctx, event, texts.noted(number), question=number)
    else:
        await questions.assign_message(tx, kept_message, number, Author.OFFICIAL, at=ctx.clock())
        offer = offers.read(await questions.album_of(tx, kept_message))
        await _send(tx, ctx, event, question, kept_message, kept.content, offer)


async def _edit_in_place(
    tx: Transaction, ctx: Context, address: Address, shown: list[Shown], before: Draft, after: Draft
) -> bool:
    """Edit what the resident has, when the corrected answer takes the same messages; False when it cannot be done."""
    if not ctx.capabilities[address.chat.channel].edits:
        return False
    sent = [one for one in shown if isinstance(one.effect, SendMessage)]
    old, new = fitted(ctx, address, before).messages, fitted(ctx, address, after).messages
    if not len(sent) == len(old) == len(new) or any(one.state not in (State.SENT, State.SENDING) for one in sent):
        return False
    if any(was.media != now.media for was, now in zip(old, new, strict=True)):
        return False
    for one, was, now in zip(sent, old, new, strict=True):
        if (was.text, was.spans) != (now.text, now.spans):
            effect = EditMessage(message_id="", text=now.text, spans=now.spans, media=now.media, keyboard=now.keyboard)
            await do(tx, ctx, replace(address, about_entry=one.id), effect, strand=address.strand)
    return True


# --- small things --------------------------------------------------------------------------------------------------


def _new_message(event: MessageReceived, role: Author, content: Content, key: str = "") -> NewMessage:
    """`key`: of the offered text that was changed into it; an album has its own, and needs it for its further parts."""
    return NewMessage(
        role=role,
        author=event.sender.name,
        chat=event.chat,
        message_id=event.message_id,
        content=content,
        at=event.at,
        album_id=event.album_id or key,
    )


async def _note(
    tx: Transaction,
    ctx: Context,
    event: MessageReceived | MessageEdited,
    text: str,
    *,
    question: int | None = None,
    thread_message: int | None = None,
) -> None:
    """Tell the official something, as a reply to what he wrote."""
    address = Address(
        chat=event.chat,
        chat_kind=ChatKind.GROUP,
        role=Role.COMMAND,
        question=question,
        thread_message=thread_message,
    )
    await post(tx, ctx, address, Draft(text=text, reply_to=event.message_id))


async def _name_left_out(
    tx: Transaction, ctx: Context, event: MessageReceived, number: int, left_out: tuple[LeftOut, ...]
) -> None:
    for one in left_out:
        text = texts.file_not_passed(number, describe(one.media), one.why())
        await _note(tx, ctx, event, text, question=number)
