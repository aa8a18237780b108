"""A resident who opened one of the pages: who he is, what he wants, and how he is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.conversation import texts
from bot.conversation.my_questions import PAGE_FOR
from bot.conversation.typed import labels
from bot.conversation.voice import Voice, voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.model.chat import ChatKind
from bot.model.message import Button, EditMessage, Keyboard
from bot.model.question import Conversation, Question
from handlers.context import Context
from handlers.outgoing import Address, do, fitted, post
from storage import conversations, links, questions
from storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One press, or one typed word. The conversation is locked, and his last question, if any."""

    tx: Transaction
    ctx: Context
    conversation: Conversation
    #: His last question.
    question: Question | None
    #: What stands behind the page's name: empty, a number, a slug.
    argument: str
    now: datetime
    #: The message with the button that was pressed; empty: he typed a word.
    pressed_message: str = ""

    @property
    def voice(self) -> Voice:
        return voice_of(self.conversation.language)

    @property
    def number(self) -> int | None:
        """The argument, where it is a number."""
        return int(self.argument) if self.argument.isdecimal() and len(self.argument) <= 15 else None

    async def own(self, number: int) -> Question | None:
        """A question of this very resident, locked; None: he has none of that number."""
        if self.question is not None and self.question.number == number:
            return self.question
        found = await questions.find(self.tx, number)
        if found is None or found.chat != self.conversation.chat:
            # Others' questions are not locked: their residents' conversations would have to be locked before.
            return None
        return await questions.find(self.tx, number, lock=True)

    @property
    def has_buttons(self) -> bool:
        return self.ctx.capabilities[self.conversation.chat.channel].keyboard is not None

    async def say(
        self,
        text: str,
        *rows: Sequence[Button],
        question: int | None = None,
        role: Role = Role.CONFIRMATION,
        typed: Mapping[str, str] | None = None,
    ) -> list[int]:
        """Answer, with these rows of buttons above those that are always there.

        `typed`: what can be typed now, with a button's data; without it the labels of the buttons.
        """
        await self._remember(labels(rows) if typed is None else typed)
        address = self._address(question, role)
        return list((await post(self.tx, self.ctx, address, self._draft(text, rows))).entries)

    async def turn(
        self, kind: Role, text: str, *rows: Sequence[Button], typed: Mapping[str, str] | None = None
    ) -> list[int]:
        """Show a page of this kind in the place of the one whose button was pressed, where that can be; else below."""
        address = self._address(None, kind)
        ready = fitted(self.ctx, address, self._draft(text, rows)).messages
        if len(ready) > 1:
            # Of several messages none is the page.
            return await self.say(text, *rows, typed=typed)
        if not await self._is_under(kind):
            return await self.say(text, *rows, role=kind, typed=typed)
        await self._remember(labels(rows) if typed is None else typed)
        page = ready[0]
        effect = EditMessage(message_id=self.pressed_message, text=page.text, spans=page.spans, keyboard=page.keyboard)
        return [await do(self.tx, self.ctx, address, effect, strand=address.strand)]

    async def _is_under(self, kind: Role) -> bool:
        """Whether the pressed button stands under a page of this kind, which can be changed.

        The same buttons stand under words that must not go: a number and a deadline, an answer. A message of which
        nothing is known may be one of these.
        """
        if not (self.pressed_message and self.ctx.capabilities[self.conversation.chat.channel].edits):
            return False
        link = await links.find(self.tx, self.conversation.chat, self.pressed_message)
        return link is not None and link.role == kind

    async def _remember(self, typed: Mapping[str, str]) -> None:
        if typed or self.conversation.buttons:
            await conversations.show_buttons(self.tx, self.conversation.id, typed, self.now + PAGE_FOR)

    def _draft(self, text: str, rows: Sequence[Sequence[Button]]) -> Draft:
        always = texts.keyboard(self.voice)
        return Draft(text=text, keyboard=Keyboard(rows=(*map(tuple, rows), *always.rows)), voice=self.voice)

    def _address(self, question: int | None, role: Role) -> Address:
        return Address(chat=self.conversation.chat, chat_kind=ChatKind.PRIVATE, role=role, question=question)
