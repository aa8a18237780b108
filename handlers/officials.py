"""What officials do in their admin chat: what each message and each press means, and for which question it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.delivery.entry import Role
from bot.desk import commands, texts
from bot.desk.commands import SAID_BY, Chosen, Command, Note, UnknownCommand, Words
from bot.model.chat import ChatKind, ChatRef
from bot.model.event import ButtonPressed, MessageReceived
from bot.model.message import AnswerPress
from bot.model.question import Author
from handlers import commands as carry_out
from handlers import replying
from handlers.context import Context
from handlers.desk import Desk
from handlers.outgoing import Address, do
from handlers.overtaken import Overtaken
from storage import links, messages, questions
from storage.database import Transaction
from storage.links import Link

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


async def message(
    tx: Transaction, ctx: Context, event: MessageReceived, admin_chat: ChatRef, *, last_try: bool
) -> None:
    """An official wrote. A reply to what shows a question is its answer; what is no reply and no command is talk.

    Raises Overtaken when the message that was replied to may become known within a minute, unless `last_try`.
    """
    desk = replace(Desk.of(tx, ctx, event, admin_chat), content=event.content, album_id=event.album_id)
    if event.album_id and (part_of := await messages.album(tx, event.chat, event.album_id)) is not None:
        await replying.album_part(desk, part_of)
        return
    reading = commands.read(event.content.text)
    if event.reply_to is None and isinstance(reading, Words | Note):
        return
    link = await _replied_to(desk, event, last_try=last_try)
    if link is not None:
        desk = replace(desk, replied_message=link.thread_message)
    if event.album_id and isinstance(reading, Command | UnknownCommand) and not _carries(reading):
        await replying.keep_as_command(desk)
    match reading:
        case UnknownCommand(word=word):
            await desk.say(texts.unknown_command(word))
        case Command():
            await _command(desk, event, reading, link)
        case Words(text=text) if link is not None and link.question is not None and link.role in _ASKED:
            await carry_out.answered(desk, Role(link.role), _ASKED[Role(link.role)], link.question, text)
        case Note(text=text) | Words(text=text) if link is not None:
            # What is said about a colleague's note stays between colleagues, like the note.
            as_note = isinstance(reading, Note) or link.role == Author.NOTE
            await replying.reply(desk, link, text, as_note=as_note)


async def _replied_to(desk: Desk, event: MessageReceived, *, last_try: bool) -> Link | None:
    """What the message that was replied to shows; None: nothing of ours."""
    if event.reply_to is None:
        return None
    link = await links.find(desk.tx, event.chat, event.reply_to.message_id)
    if link is not None:
        return link
    if not event.reply_to.by_bot:
        return None
    # The card came through, but its receipt did not (yet): the card's own buttons name the question.
    number = commands.question_of_buttons(event.reply_to.buttons)
    if number is not None:
        question = await questions.find(desk.tx, number)
        if question is not None and desk.may(question):
            return Link(question=number, thread_message=None, role=Role.CARD)
    if not last_try:
        raise Overtaken
    return Link(question=None, thread_message=None, role=Role.COMMAND)


async def _command(desk: Desk, event: MessageReceived, command: Command, link: Link | None) -> None:
    """A command, by itself or as a reply to a question, which then need not be named."""
    if command.name in (commands.Name.TEMPLATE, commands.Name.FAQ):
        desk = replace(desk, replied_text=await _replied_words(desk, event))
    replied = link.question if link is not None else None
    # A reply's own question wins only where the command does not name another.
    number = command.number if command.number is not None else replied
    rest = command.rest
    if replied is not None and command.number is not None and not rest and command.name is commands.Name.NOTE:
        number, rest = replied, str(command.number)
    await carry_out.run(desk, replace(command, number=number, rest=rest))
    if desk.album_id and _carries(command) and await messages.album(desk.tx, desk.chat, desk.album_id) is None:
        # It was refused: the further parts of the album are no answer either.
        await replying.keep_as_command(desk)


def _carries(reading: Command | UnknownCommand) -> bool:
    """Whether the files that come with a command go along with its words."""
    return isinstance(reading, Command) and reading.name in SAID_BY.values()


async def _replied_words(desk: Desk, event: MessageReceived) -> str | None:
    """What an official's message says that was replied to; empty: it is a resident's, or the bot's own."""
    if event.reply_to is None:
        return None
    if desk.replied_message is not None:
        said = await messages.find(desk.tx, desk.replied_message)
        return said.content.text if said is not None and said.role in _BY_OFFICIALS else ""
    return "" if event.reply_to.by_bot else event.reply_to.text


async def pressed(tx: Transaction, ctx: Context, event: ButtonPressed, admin_chat: ChatRef) -> None:
    """An official pressed a button under a card: it does what the command does."""
    desk = replace(Desk.of(tx, ctx, event, admin_chat), pressed=True)
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
