"""What people do on the page: into the log and to the core, each thing once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from adapters.web.access import Visitor
from adapters.web.items import Body, Side, State, Who, as_it_is, changing, decode, encode, with_state
from adapters.web.officials import UNNAMED, UNNAMED_RESIDENT
from adapters.web.parse import RawEdit, RawLanguage, RawPress, RawStart, message_from, reply_of, update_of
from adapters.web.uploads import Form, Refused
from adapters.web.words import saying
from bot.adapter import Accept, ChatLog, LogItem
from bot.conversation.voice import voices
from bot.model.chat import ChannelName

log = structlog.get_logger(__name__)

_UNNAMED = {Side.RESIDENT: UNNAMED_RESIDENT, Side.ADMIN: UNNAMED}
_WHO = {Side.RESIDENT: Who.RESIDENT, Side.ADMIN: Who.OFFICIAL}
_SOURCE_LIMIT = 200


class Inbound:
    """Carries out what the page sends. Methods raise Refused for what people can mend.

    A message is written into the log first, as one that is being sent: its place there is its id, and it stands
    before all that follows from it. If the core then cannot take it, the log says so, and the page offers to try
    again; the core knows a repeat by its key.
    """

    def __init__(self, channel: ChannelName, chat_log: ChatLog, accept: Accept, now: Callable[[], datetime]) -> None:
        self._channel = channel
        self._log = chat_log
        self._accept = accept
        self._now = now

    def written(self, visitor: Visitor, form: Form) -> Body:
        """The message that somebody wrote."""
        body = Body(
            who=_WHO[visitor.side],
            at=self._now(),
            user=visitor.user,
            author=form.name(_UNNAMED[visitor.side]),
            text=form.text(),
            files=form.files,
            reply_to=str(form.message_id("reply_to")) if form.fields.get("reply_to") else "",
            state=State.SENDING,
            client_id=form.client_id(),
        )
        if not body.text and not body.files:
            raise Refused(400, saying("page-nothing"))
        return body

    async def message(self, visitor: Visitor, body: Body) -> LogItem:
        """Take a message in; one with the same client id is the same message."""
        item = await self._log.append(visitor.chat_id, key=f"in:{visitor.user}:{body.client_id}", body=encode(body))
        return await self._hand_over(visitor, item)

    async def retry(self, visitor: Visitor, form: Form) -> LogItem:
        """Take in a message that is in the log and was not taken before."""
        return await self._hand_over(visitor, await self._own(visitor, form.message_id()))

    async def edit(self, visitor: Visitor, form: Form) -> LogItem:
        """Change the text of a message of one's own."""
        item = await self._own(visitor, form.message_id())
        body, text = decode(item.body), form.text()
        if body.state is not State.SENT:
            raise Refused(409, saying("page-not-sent-yet"))
        if not text and not body.files:
            raise Refused(400, saying("page-emptied"))
        raw = RawEdit(
            side=visitor.side,
            chat_id=visitor.chat_id,
            client_id=form.client_id(),
            at=self._now(),
            user=visitor.user,
            name=form.name(body.author),
            message_id=str(item.id),
            text=text,
            files=body.files,
            reply_to=reply_of(body, await self._body(visitor.chat_id, body.reply_to)),
        )
        await self._accept(update_of(raw, self._channel))
        changed = await self._log.change(
            visitor.chat_id, item.id, changing(lambda body: replace(body, text=text, edited=True))
        )
        return changed or item

    async def press(self, visitor: Visitor, form: Form) -> None:
        """Press a button that is there."""
        item_id, data = form.message_id(), form.fields.get("data", "")
        item = await self._log.change(visitor.chat_id, item_id, as_it_is)
        if item is None or not decode(item.body).has_button(data):
            raise Refused(409, saying("page-button-gone"))
        raw = RawPress(
            side=visitor.side,
            chat_id=visitor.chat_id,
            client_id=form.client_id(),
            at=self._now(),
            user=visitor.user,
            name=form.name(_UNNAMED[visitor.side]),
            message_id=str(item_id),
            data=data,
        )
        await self._accept(update_of(raw, self._channel))

    async def start(self, visitor: Visitor, form: Form) -> None:
        """Somebody opened the page by a link with a value; counts once, however often the page tells it."""
        source = "".join(char for char in form.fields.get("source", "") if char.isprintable())[:_SOURCE_LIMIT]
        raw = RawStart(
            side=visitor.side,
            chat_id=visitor.chat_id,
            client_id=form.client_id(),
            at=self._now(),
            user=visitor.user,
            name=form.name(_UNNAMED[visitor.side]),
            source=source,
        )
        await self._accept(update_of(raw, self._channel))

    async def language(self, visitor: Visitor, form: Form) -> None:
        """Choose the language in which the service and the page speak to this resident."""
        language = form.fields.get("language", "")
        if language not in {voice.language for voice in voices()}:
            raise Refused(400, saying("page-outdated"))
        raw = RawLanguage(
            side=visitor.side,
            chat_id=visitor.chat_id,
            client_id=form.client_id(),
            at=self._now(),
            user=visitor.user,
            name=form.name(_UNNAMED[visitor.side]),
            language=language,
        )
        await self._accept(update_of(raw, self._channel))

    async def _own(self, visitor: Visitor, item_id: int) -> LogItem:
        item = await self._log.change(visitor.chat_id, item_id, as_it_is)
        body = decode(item.body) if item else None
        if item is None or body is None or body.user != visitor.user or not body.client_id or body.deleted:
            raise Refused(404, saying("page-message-gone"))
        return item

    async def _hand_over(self, visitor: Visitor, item: LogItem) -> LogItem:
        body = decode(item.body)
        if body.state is State.SENT or body.deleted:
            return item
        try:
            replied = await self._body(visitor.chat_id, body.reply_to)
            raw = message_from(item.id, body, side=visitor.side, chat_id=visitor.chat_id, replied=replied)
            await self._accept(update_of(raw, self._channel))
        except Exception:
            await self._mark_failed(visitor, item)
            raise
        sent = with_state(State.SENT)
        # It is gone where it was the word that has everything removed: that it was taken is true all the same.
        return await self._log.change(visitor.chat_id, item.id, sent) or replace(item, body=sent(item.body))

    async def _mark_failed(self, visitor: Visitor, item: LogItem) -> None:
        try:
            await self._log.change(visitor.chat_id, item.id, with_state(State.FAILED))
        except Exception as error:
            # Most likely the database is away, which made the core fail too: the caller raises that error. The
            # page takes a message that stays "being sent" for one that failed.
            log.warning("web.message_left_sending", item=item.id, error=type(error).__name__)

    async def _body(self, chat_id: str, message_id: str) -> Body | None:
        item = await self._log.change(chat_id, int(message_id), as_it_is) if message_id else None
        return decode(item.body) if item else None
