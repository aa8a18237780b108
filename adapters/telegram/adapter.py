"""One Telegram bot: everything that touches the network."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, NoReturn, TypeVar

import msgspec
import structlog
from aiogram import Bot
from aiogram.methods import DeleteWebhook, GetFile, GetMe, GetWebhookInfo, SetMyCommands, SetWebhook
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat, File

from adapters.telegram.capabilities import UPLOAD_LIMIT, capabilities
from adapters.telegram.check import Checker
from adapters.telegram.errors import ApiError, Meaning, meaning_of, part_of, retry_after, send_error
from adapters.telegram.parse import ALLOWED_UPDATES, Reader, parse_update, read_update
from adapters.telegram.render import Call, Source, documents_of, is_album, render, sources_of, split_chat
from adapters.telegram.session import Session, gone, is_repeatable, too_big
from adapters.telegram.settings import Settings
from bot.adapter import Accept, Finding, Lent, RawRequest, Received, StoredFile, Update
from bot.capabilities import Capabilities
from bot.errors import MediaUnavailable, Misconfigured, Rejected, Scope, SendError, Transient, Unauthentic
from bot.model.chat import ChannelName, ChatRef
from bot.model.content import Media, MediaKind
from bot.model.message import EditMessage, Outgoing, Receipt, SendMessage

log: structlog.stdlib.BoundLogger = structlog.get_logger()

#: https://core.telegram.org/bots/api#setwebhook; in lower case, as `RawRequest` has it.
_SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105

#: Seconds between two looks at the webhook.
_WATCH_EVERY = 60.0
#: Seconds that a getUpdates call waits at the platform for something to happen.
_POLL = 30
#: Seconds to pause when an empty answer comes faster than the platform was asked to wait.
_POLL_PAUSE = 0.3
#: After a week of silence the ids start again at a random number, and an older offset could confirm what was
#: never seen. https://core.telegram.org/bots/api#update
_OFFSET_LIVES = timedelta(days=6)

_NO_ADDRESS = "для вебхука нужен PUBLIC_URL"

#: So many chats throttled at the same time mean the whole bot.
_THROTTLED_CHATS = 3


T = TypeVar("T")


#: Commands with what they do, who sees them, and in which language his client is; None: in any other.
_Menu = tuple[tuple[tuple[str, str], ...], BotCommandScopeAllPrivateChats | BotCommandScopeChat, str | None]


class TelegramAdapter:
    """One bot: see `bot.adapter.Adapter`."""

    channel: ChannelName
    capabilities: Capabilities

    def __init__(
        self, channel: ChannelName, settings: Settings, lent: Lent, *, watch_every: float = _WATCH_EVERY
    ) -> None:
        self.channel = channel
        self.capabilities = capabilities(settings)
        self._lent = lent
        self._watch_every = watch_every
        self._session = Session(settings.api_url, settings.token)
        #: For what is asked seldom. Messages, marks and polls go to the session as plain dicts.
        self._bot = Bot(settings.token.get_secret_value(), session=self._session)
        self._uses_webhook = (settings.updates or ("webhook" if lent.webhook_url else "polling")) == "webhook"
        self._reader = Reader(channel=channel, bot_id=settings.bot_id)
        self._secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
        #: Chats that were told to wait, and until when by the loop's clock.
        self._throttled: dict[str, float] = {}

    # --- what comes in ---

    def parse(self, raw: bytes) -> Update:
        return parse_update(raw, self._reader)

    async def receive(self, request: RawRequest) -> Received:
        """https://core.telegram.org/bots/api#setwebhook: the secret is in a header."""
        given = request.headers.get(_SECRET_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, (await self._webhook_secret()).encode()):
            raise Unauthentic("wrong or missing secret token")
        if not self._reader.username and (username := await self._lent.kept.get("username")):
            self._know(username)
        return Received(updates=(self.parse(request.body),))

    async def listen(self, accept: Accept) -> None:
        await self._introduce()
        if self._uses_webhook:
            await self._set_webhook()
            await self._set_commands()
            await self._watch_webhook()
        else:
            await self._drop_webhook()
            await self._set_commands()
            await self._poll(accept)

    # --- what goes out ---

    async def send(self, outgoing: Outgoing) -> Receipt:
        effect = outgoing.effect
        if isinstance(effect, SendMessage):
            result = await (self._send_files(outgoing, effect) if effect.media else self._carry_out(outgoing))
            return Receipt(message_ids=_message_ids(result))
        await self._carry_out(outgoing)
        return Receipt(message_ids=(effect.message_id,) if isinstance(effect, EditMessage) else ())

    async def _carry_out(self, outgoing: Outgoing, sources: Sequence[Source] = ()) -> Any:
        """Call the method that renders this effect; None when what is wanted is so already."""
        call = render(outgoing, sources)
        try:
            return await self._session.call(call.method, call.fields, call.uploads)
        except ApiError as error:
            meaning = meaning_of(error)
            if meaning is Meaning.DONE:
                return None
            if meaning is Meaning.PHOTO and any(source.kind is MediaKind.PHOTO for source in sources):
                raise _PhotoRefused from None
            part = await self._part_at_fault(error, sources) if meaning in (Meaning.FILE, Meaning.PHOTO) else None
            failure = self._failure(error, call, outgoing.chat, part)
        raise failure

    async def _send_files(self, outgoing: Outgoing, message: SendMessage) -> Any:
        files = [
            None if media.channel == self.channel else await self._stored(index, media)
            for index, media in enumerate(message.media)
        ]
        sources = sources_of(message.media, files)
        if is_album(sources):
            try:
                return await self._carry_out(outgoing, sources)
            except _PhotoRefused:
                log.info("telegram.photo_refused", channel=self.channel, files=len(sources))
        # Too large, too long, of an odd kind, or not to be mixed: as documents all of them pass.
        stored = [file or await self._stored(i, message.media[i]) for i, file in enumerate(files)]
        return await self._carry_out(outgoing, documents_of(message.media, stored))

    async def _stored(self, index: int, media: Media) -> StoredFile:
        """The file out of our store. Raises Rejected for this part when it cannot be had or sent."""
        try:
            file = await self._lent.files.get(media)
        except MediaUnavailable as unavailable:
            raise Rejected(unavailable.code, unavailable.reason, part=index) from None
        if file.size > UPLOAD_LIMIT:
            raise Rejected("too_big", "больше 50 МБ", part=index)
        return file

    async def _part_at_fault(self, error: ApiError, sources: Sequence[Source]) -> int | None:
        """Which file was refused. Of an album the platform does not always say it: then each id is asked about."""
        if len(sources) <= 1:
            return 0 if sources else None
        named = part_of(error)
        if named is not None and 0 <= named < len(sources):
            return named
        for index, source in enumerate(sources):
            if source.file is None:
                try:
                    await self._bot(GetFile(file_id=source.media.ref))
                except ApiError as refusal:
                    if not refusal.says("too big"):
                        return index
        return None

    def _failure(self, error: ApiError, call: Call, chat: ChatRef, part: int | None) -> SendError:
        return send_error(
            error,
            chat=chat,
            repeatable=is_repeatable(call.method),
            scope=self._scope(error, chat) if error.status == 429 else Scope.CHAT,
            part=part,
        )

    def _scope(self, error: ApiError, chat: ChatRef) -> Scope:
        """Telegram does not say what it throttles: one chat, unless several are told to wait at the same time."""
        now = asyncio.get_running_loop().time()
        self._throttled = {chat_id: until for chat_id, until in self._throttled.items() if until > now}
        self._throttled[chat.whole.chat_id] = now + retry_after(error).total_seconds()
        return Scope.ACCOUNT if len(self._throttled) >= _THROTTLED_CHATS else Scope.CHAT

    # --- files, checks, the end ---

    async def fetch(self, media: Media, into: BinaryIO) -> None:
        """https://core.telegram.org/bots/api#getfile"""
        if media.size is not None and media.size > self.capabilities.download_limit:
            raise too_big()
        file = await self._file(media)
        if file.file_size is not None and file.file_size > self.capabilities.download_limit:
            raise too_big()
        if not file.file_path:
            raise gone()
        await self._session.download(file.file_path, into)

    async def _file(self, media: Media) -> File:
        try:
            return await self._bot(GetFile(file_id=media.ref))
        except ApiError as error:
            if error.says("too big"):
                failure: Exception = too_big()
            elif error.status == 400:
                failure = gone()
            else:
                failure = Transient(f"status_{error.status}", error.description)
        raise failure

    async def link(self, source: str) -> str:
        """https://core.telegram.org/bots/features#deep-linking: comes back as `/start <source>`."""
        me = await self._ask(self._bot(GetMe()))
        if not me.username:
            raise Misconfigured("no_username", "у бота нет имени, по которому его открывают")
        return f"https://t.me/{me.username}?start={source}"

    async def check(self, admin_chats: Sequence[ChatRef]) -> list[Finding]:
        if self._uses_webhook and self._lent.webhook_url is None:
            return [Finding(ok=False, text=_NO_ADDRESS)]
        checker = Checker(self._bot, webhook_url=self._lent.webhook_url if self._uses_webhook else None)
        return await checker.run(admin_chats)

    async def close(self) -> None:
        await self._session.close()

    # --- inside: identity, webhook, polling ---

    def _know(self, username: str) -> None:
        self._reader = Reader(channel=self.channel, bot_id=self._reader.bot_id, username=username)

    async def _introduce(self) -> None:
        """Learn the bot's name and keep it for the replicas that only take webhooks."""
        me = await self._ask(self._bot(GetMe()))
        if me.username:
            self._know(me.username)
            await self._lent.kept.set("username", me.username)

    async def _ask(self, answer: Awaitable[T]) -> T:
        """The answer to a call that concerns the bot as a whole. Raises a SendError."""
        try:
            return await answer
        except ApiError as error:
            failure = send_error(error, repeatable=True, scope=Scope.ACCOUNT)
        raise failure

    async def _webhook_secret(self) -> str:
        if not self._secret:
            self._secret = await self._lent.kept.get_or_set("webhook_secret", secrets.token_urlsafe(32))
        return self._secret

    async def _set_webhook(self) -> None:
        if self._lent.webhook_url is None:
            raise Misconfigured("no_public_url", _NO_ADDRESS)
        method = SetWebhook(
            url=self._lent.webhook_url,
            secret_token=await self._webhook_secret(),
            # Left out, the kinds asked for before would stay.
            allowed_updates=list(ALLOWED_UPDATES),
            max_connections=40,
        )
        await self._ask(self._bot(method))
        log.info("telegram.webhook_set", channel=self.channel)

    async def _watch_webhook(self) -> NoReturn:
        """Another program with the same token can take the webhook away: put it back."""
        seen: datetime | None = None
        while True:
            await asyncio.sleep(self._watch_every)
            info = await self._ask(self._bot(GetWebhookInfo()))
            if info.url != self._lent.webhook_url:
                log.warning("telegram.webhook_lost", channel=self.channel)
                await self._set_webhook()
            if info.last_error_date and info.last_error_date != seen:
                seen = info.last_error_date
                log.warning(
                    "telegram.webhook_failing",
                    channel=self.channel,
                    error=(info.last_error_message or "")[:200],
                    pending=info.pending_update_count,
                )

    async def _drop_webhook(self) -> None:
        """Where a webhook is set, getUpdates is refused; what waits there is kept."""
        await self._ask(self._bot(DeleteWebhook(drop_pending_updates=False)))

    async def _poll(self, accept: Accept) -> NoReturn:
        """https://core.telegram.org/bots/api#getupdates: an offset confirms all updates before it."""
        loop = asyncio.get_running_loop()
        while True:
            offset = await self._lent.kept.get("offset")
            fields: dict[str, Any] = {"timeout": _POLL, "limit": 100, "allowed_updates": list(ALLOWED_UPDATES)}
            if offset is not None:
                fields["offset"] = int(offset)
            asked = loop.time()
            updates = await self._ask(self._session.call("getUpdates", fields, wait=_POLL))
            last: int | None = None
            for raw in updates:
                # An update that cannot be accepted stops the poll before it is confirmed: it comes again.
                await accept(read_update(raw, msgspec.json.encode(raw), self._reader))
                last = raw["update_id"]
            if last is not None:
                expires_at = datetime.now(UTC) + _OFFSET_LIVES
                await self._lent.kept.set("offset", str(last + 1), expires_at=expires_at)
            elif loop.time() - asked < _POLL_PAUSE:
                await asyncio.sleep(_POLL_PAUSE)

    async def _set_commands(self) -> None:
        """Fill the menus of commands. They are a convenience: a refusal is logged and nothing else."""
        private = BotCommandScopeAllPrivateChats()
        menus: list[_Menu] = [(self._lent.resident_commands, private, None)]
        # Telegram knows languages of two letters alone: https://core.telegram.org/bots/api#setmycommands
        menus += [
            (commands, private, language)
            for language, commands in self._lent.resident_commands_in.items()
            if len(language) == 2
        ]
        chat_ids = dict.fromkeys(chat.whole.chat_id for chat in self._lent.admin_chats if chat.channel == self.channel)
        menus += [
            (self._lent.official_commands, BotCommandScopeChat(chat_id=split_chat(chat_id)[0]), None)
            for chat_id in chat_ids
        ]
        for commands, scope, language in menus:
            if not commands:
                continue
            # https://core.telegram.org/bots/api#botcommand
            listed = [BotCommand(command=name, description=description[:256]) for name, description in commands]
            try:
                await self._ask(self._bot(SetMyCommands(commands=listed, scope=scope, language_code=language)))
            except SendError as error:
                log.warning("telegram.commands_refused", channel=self.channel, scope=scope.type, error=error.code)


def _message_ids(result: Any) -> tuple[str, ...]:
    """The ids out of a Message or an array of them; https://core.telegram.org/bots/api#message"""
    messages = result if isinstance(result, list) else [result]
    return tuple(str(one["message_id"]) for one in messages if isinstance(one, dict) and "message_id" in one)


class _PhotoRefused(Exception):
    """Telegram does not take these files as photos; as documents it may."""
