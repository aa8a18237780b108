"""An official at his desk: who he is, where he said something, and how he is answered there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.delivery.entry import Role
from bot.delivery.fit import Draft, LeftOut, describe
from bot.desk import texts
from bot.model.action import Deed, Official
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content
from bot.model.event import ButtonPressed, MessageEdited, MessageReceived
from bot.model.message import EditMessage
from bot.model.question import Author, Question
from handlers.context import Context
from handlers.outgoing import Address, do, fitted, post
from storage import actions, conversations, questions
from storage.database import Transaction
from storage.looking import Seen, may_see
from storage.messages import NewMessage


def seen_by(ctx: Context, admin_chat: ChatRef) -> Seen | None:
    """Which questions this admin chat may see; None: all."""
    desk = ctx.desk
    if desk.sees_all(admin_chat):
        return None
    # What was indexed before the chat moved is known by its old address.
    return Seen(
        chats=(admin_chat, *(old for old in desk.moves if desk.now_at(old) == admin_chat)),
        departments=tuple(slug for slug in desk.departments if desk.own_chat_of(slug) == admin_chat),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a command was given, and by whom."""

    tx: Transaction
    ctx: Context
    #: The admin chat as the settings know it: what it may see.
    admin_chat: ChatRef
    official: Official
    #: The command, or the message with the button: what is answered.
    message_id: str
    #: When he did that, by the platform's clock.
    at: datetime
    #: By a button, whose press shows a line by itself.
    pressed: bool = False
    #: What an official's message says that the command replies to; empty: others' words. None: it is no reply.
    replied_text: str | None = None
    #: The message of a thread that it replies to.
    replied_message: int | None = None
    #: All that came with the command: its files, too.
    content: Content = field(default_factory=Content)
    album_id: str = ""

    @classmethod
    def of(
        cls, tx: Transaction, ctx: Context, event: MessageReceived | MessageEdited | ButtonPressed, admin_chat: ChatRef
    ) -> Desk:
        """The desk at which this was written, edited or pressed."""
        who, chat = event.sender, event.chat
        return cls(
            tx=tx,
            ctx=ctx,
            admin_chat=admin_chat,
            official=Official(id=f"{chat.channel}:{who.user_id}" if who.user_id else "", name=who.name, chat=chat),
            message_id=event.message_id,
            at=event.at,
        )

    @property
    def chat(self) -> ChatRef:
        """Where to answer: the admin chat, or one of its topics."""
        return self.official.chat

    @property
    def sees_all(self) -> bool:
        return self.ctx.desk.sees_all(self.admin_chat)

    def may(self, question: Question) -> bool:
        """Whether this chat has anything to do with the question."""
        return self.ctx.desk.may(self.admin_chat, question.admin_chat)

    async def find(self, number: int, *, to_read: bool = False) -> Question | str:
        """A question, locked; or why there is none for this desk. `to_read`: nothing will be done with it."""
        await conversations.lock_of_question(self.tx, number)
        question = await questions.find(self.tx, number, lock=True)
        if question is None:
            return texts.no_question(number)
        if self.may(question) or (to_read and await may_see(self.tx, number, seen_by(self.ctx, self.admin_chat))):
            return question
        return texts.not_yours(number)

    def written(self, role: Author, content: Content) -> NewMessage:
        """What the official wrote here, as a message of a thread."""
        return NewMessage(
            role=role,
            author=self.official.name,
            chat=self.chat,
            message_id=self.message_id,
            content=content,
            at=self.ctx.clock(),
            album_id=self.album_id,
        )

    async def name_left_out(self, number: int, left_out: tuple[LeftOut, ...]) -> None:
        """Tell the official which of his files could not go along."""
        for one in left_out:
            await self.say(texts.file_not_passed(number, describe(one.media), one.why()), question=number)

    async def did(self, number: int, deed: Deed, detail: str = "") -> None:
        """Write down what this official has done."""
        await actions.add(self.tx, number, self.official, deed, self.ctx.clock(), detail)

    async def say(
        self,
        draft: Draft | str,
        *,
        question: int | None = None,
        thread_message: int | None = None,
        role: Role = Role.COMMAND,
    ) -> str:
        """Answer in the chat; returns what a press of a button shows besides."""
        if isinstance(draft, str):
            draft = Draft(text=draft, reply_to=self.message_id)
        address = Address(
            chat=self.chat, chat_kind=ChatKind.GROUP, role=role, question=question, thread_message=thread_message
        )
        await post(self.tx, self.ctx, address, draft)
        return draft.text if len(draft.text) <= 80 else ""

    async def refuse(self, why: str) -> str:
        """Say why not: to whoever pressed alone, where that is possible."""
        capabilities = self.ctx.capabilities[self.chat.channel]
        return why if self.pressed and capabilities.answers_presses else await self.say(why)

    async def turn_page(self, draft: Draft) -> str:
        """Show another page in the place of the last, where messages can be edited; else below it."""
        address = Address(chat=self.chat, chat_kind=ChatKind.GROUP, role=Role.COMMAND)
        ready = fitted(self.ctx, address, draft).messages
        if not (self.pressed and self.message_id and self.ctx.capabilities[self.chat.channel].edits) or len(ready) > 1:
            return await self.say(draft)
        page = ready[0]
        effect = EditMessage(message_id=self.message_id, text=page.text, spans=page.spans, keyboard=page.keyboard)
        await do(self.tx, self.ctx, address, effect, strand=f"page:{self.message_id}")
        return ""
