"""/mydata: a resident gets all that is stored about him, as two files in his chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import structlog

from bot.adapter import StoredFile
from bot.conversation import my_data as document
from bot.conversation import rights as texts
from bot.conversation import wishes
from bot.conversation.my_data import Document
from bot.conversation.texts import keyboard as always
from bot.conversation.texts import moment
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.errors import MediaUnavailable
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Media, MediaKind
from bot.rights import MADE_KEPT
from handlers import chores
from handlers.context import Context
from handlers.media import MediaStore
from handlers.outgoing import Address, post
from handlers.rights.collecting import Inquiry, collect
from handlers.visit import Visit
from storage import chores as stored_chores
from storage import conversations, my_data
from storage.chores import Chore
from storage.database import Transaction

log = structlog.get_logger(__name__)

#: The kind of the chore.
KIND = "mydata"
#: Bytes of one file: the thread of a lifetime has less.
LIMIT = 50 * 1024 * 1024


async def ask(visit: Visit) -> list[int]:
    """He wants the file: it is made off this transaction, at most once an hour."""
    tx, ctx, conversation, now, voice = visit.tx, visit.ctx, visit.conversation, visit.now, visit.voice
    if conversation.mydata_at is not None and now < (next_at := conversation.mydata_at + wishes.FILE_EVERY):
        return await visit.say(texts.collected_lately(voice, moment(next_at, now, ctx.look.zone, voice)))
    await conversations.change(tx, conversation.id, mydata_at=now)
    await chores.add(tx, ctx, KIND, str(conversation.id), {"conversation": conversation.id})
    return await visit.say(texts.collecting(voice))


class MyData:
    """Makes the files."""

    def __init__(self, ctx: Context, media: MediaStore, *, limit: int = LIMIT) -> None:
        self._ctx = ctx
        self._media = media
        self._limit = limit

    async def make(self, chore: Chore) -> None:
        """Collect, write and send: a handler of chores."""
        ctx, conversation = self._ctx, chore.arguments.get("conversation")
        if not isinstance(conversation, int):
            raise chores.Outdated
        async with ctx.database.transaction() as tx:
            person = await my_data.person(tx, conversation)
            if person is None:
                # He had it removed meanwhile.
                await stored_chores.finish(tx, chore.id)
                return
            inquiry = Inquiry(tx=tx, ctx=ctx, conversation=conversation, person=person, media=self._media)
            voice, sections = inquiry.voice, await collect(inquiry)
        made = Document(service=ctx.service_name, at=ctx.clock(), sections=sections)
        name = voice.say("mydata-file")
        try:
            files = [
                await self._keep(await asyncio.to_thread(document.to_html, voice, made, ctx.look.zone), f"{name}.html"),
                await self._keep(await asyncio.to_thread(document.to_json, made), f"{name}.json"),
            ]
        except MediaUnavailable as error:
            log.warning("mydata.not_kept", error=error.code)
            async with ctx.database.transaction() as tx:
                await stored_chores.finish(tx, chore.id)
                await conversations.change(tx, conversation, mydata_at=None)
                await _say(tx, ctx, person.chat, Draft(text=texts.not_collected(voice), voice=voice))
            return
        media = tuple(map(_media, files))
        async with ctx.database.transaction() as tx:
            await stored_chores.finish(tx, chore.id)
            # Locked, so that nothing is sent to somebody who has it all removed at this moment.
            known = await conversations.lock_known(tx, person.chat)
            if is_his := known is not None and known.id == conversation:
                await _say(tx, ctx, person.chat, Draft(text=texts.my_data(voice), media=media, voice=voice))
        if not is_his:
            await self._media.forget(media)

    async def _keep(self, content: bytes, name: str) -> StoredFile:
        async def chunks() -> AsyncIterator[bytes]:
            yield content

        return await self._media.put(chunks(), file_name=name, limit=self._limit)


def _media(file: StoredFile) -> Media:
    return Media(
        kind=MediaKind.DOCUMENT,
        channel="",
        ref=f"file:{file.sha256}",
        file_name=file.file_name,
        mime_type=file.mime_type,
        size=file.size,
    )


async def _say(tx: Transaction, ctx: Context, chat: ChatRef, draft: Draft) -> None:
    address = Address(chat=chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, lifetime=MADE_KEPT)
    await post(tx, ctx, address, replace(draft, keyboard=always(draft.voice)))
