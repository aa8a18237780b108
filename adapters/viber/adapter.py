"""The Viber channel: the only place of it that does I/O."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any, BinaryIO
from urllib.parse import quote

from yarl import URL

from adapters.download import download
from adapters.viber.api import ViberApi
from adapters.viber.capabilities import capabilities
from adapters.viber.errors import OK, TOO_OLD_CLIENT
from adapters.viber.parse import parse
from adapters.viber.render import MAX_VIDEO, Attachment, Shape, encode, plain, render
from adapters.viber.settings import Settings
from bot.adapter import Accept, Finding, Lent, RawRequest, Received, StoredFile, Update
from bot.errors import MediaUnavailable, Misconfigured, Rejected, SendError, Unauthentic
from bot.model.chat import ChannelName, ChatRef
from bot.model.content import Media, MediaKind
from bot.model.message import Outgoing, Receipt, SendMessage

#: `message` cannot be switched off; `delivered` and `seen` would come for each message and device.
EVENT_TYPES = ("failed", "subscribed", "unsubscribed", "conversation_started")
#: Callbacks after which nothing changes: Viber's test of the webhook, and receipts, of which there may be several
#: for each message we send. They are acknowledged and not stored.
_NOT_STORED = frozenset({"webhook", "delivered", "seen"})
_OWN_HOSTS = ("viber.com", "*.viber.com")
_PLAIN = re.compile(r"^http://(?=[\w.-]+\.viber\.com/)", re.ASCII | re.IGNORECASE)
#: Pictures as Viber takes them; GIFs only when they stand still, which those sent as photos do.
_PICTURES = frozenset({"image/jpeg", "image/png", "image/gif"})


class ViberAdapter:
    """One Viber bot."""

    def __init__(self, channel: ChannelName, settings: Settings, lent: Lent) -> None:
        self.channel = channel
        self.capabilities = capabilities(settings)
        self._settings = settings
        self._lent = lent
        self._key = settings.token.get_secret_value().encode()
        self._api = ViberApi(settings.api_url, settings.token.get_secret_value(), chat_pause=settings.chat_pause)
        # https://developers.viber.com/docs/api/rest-bot-api/#general-send-message-parameters: 28 characters, required
        self._sender_name = settings.sender_name or lent.service_name[:28].strip() or "Бот"

    # --- in ---

    def parse(self, raw: bytes) -> Update:
        return parse(raw, self.channel)

    async def receive(self, request: RawRequest) -> Received:
        given = request.headers.get("x-viber-content-signature", "").strip().lower()
        expected = hmac.new(self._key, request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            raise Unauthentic("X-Viber-Content-Signature is missing or wrong")
        update = self.parse(request.body)
        return Received(updates=() if update.kind in _NOT_STORED else (update,))

    async def listen(self, accept: Accept) -> None:
        if self._lent.webhook_url is None:
            raise Misconfigured("no_public_url", "Viber присылает сообщения только на https-адрес: задайте PUBLIC_URL")
        await self._set_webhook(self._lent.webhook_url)
        while True:
            await asyncio.sleep(self._settings.webhook_check_every.total_seconds())
            account = await self._api.call("get_account_info", {})
            # Somebody may have tried the token elsewhere, and Viber keeps one webhook for a bot.
            if account.get("webhook") != self._lent.webhook_url:
                await self._set_webhook(self._lent.webhook_url)

    async def fetch(self, media: Media, into: BinaryIO) -> None:
        await download(
            # Stickers come with plain http, which is not fetched; the same hosts answer by https.
            _PLAIN.sub("https://", media.ref),
            into,
            hosts=_OWN_HOSTS,
            trusted=(*self._lent.media_hosts, URL(self._settings.api_url).host_port_subcomponent or ""),
        )

    # --- out ---

    async def send(self, outgoing: Outgoing) -> Receipt:
        effect = outgoing.effect
        if not isinstance(effect, SendMessage):
            raise Rejected("unsupported", "Viber этого не умеет")
        attachment = await self._attachment(effect.media) if effect.media else None
        body = {"receiver": outgoing.chat.chat_id} | render(effect, attachment, sender_name=self._sender_name)
        status, answer = await self._api.ask("send_message", body)
        if status in TOO_OLD_CLIENT:
            status, answer = await self._api.ask("send_message", plain(body))
        if status != OK:
            raise self._api.error(status)
        token = answer.get("message_token")
        return Receipt(message_ids=() if token is None else (str(token),))

    def render_inline(self, outgoing: Outgoing) -> str:
        if not isinstance(outgoing.effect, SendMessage) or outgoing.effect.media:
            raise Rejected("unsupported", "приветствие в Viber — только текст и кнопки")
        return encode(render(outgoing.effect, None, sender_name=self._sender_name)).decode()

    # --- about ---

    async def link(self, source: str) -> str:
        """https://developers.viber.com/docs/tools/deep-links/: comes back as `context`."""
        account = await self._api.call("get_account_info", {})
        uri = account.get("uri")
        if not isinstance(uri, str) or not uri:
            raise Misconfigured("no_uri", "Viber не назвал адрес бота")
        return f"viber://pa?chatURI={quote(uri, safe='')}&context={source}"

    async def check(self, admin_chats: Sequence[ChatRef]) -> list[Finding]:
        findings = [
            Finding(ok=False, text=f"{chat}: в Viber нет групп с ботами, чат сотрудников здесь невозможен")
            for chat in admin_chats
        ]
        try:
            account = await self._api.call("get_account_info", {})
        except SendError as error:
            return [Finding(ok=False, text=f"Viber не отвечает на get_account_info: {error}"), *findings]
        return [_about(account), self._about_webhook(account), *findings]

    async def close(self) -> None:
        await self._api.close()

    # --- inside ---

    async def _set_webhook(self, url: str) -> None:
        # Viber calls the address before it answers: https://developers.viber.com/docs/api/rest-bot-api/#setting-a-webhook
        body = {"url": url, "event_types": list(EVENT_TYPES), "send_name": True, "send_photo": False}
        await self._api.call("set_webhook", body)

    def _about_webhook(self, account: dict[str, Any]) -> Finding:
        ours = self._lent.webhook_url
        if ours is None:
            return Finding(ok=False, text="вебхук: нужен PUBLIC_URL, иначе Viber некуда присылать сообщения")
        if account.get("webhook") != ours:
            return Finding(ok=False, text="вебхук: у Viber записан другой адрес")
        return Finding(ok=True, text="вебхук: установлен")

    async def _attachment(self, media: Sequence[Media]) -> Attachment:
        if len(media) > 1:
            raise Rejected("album", "в Viber нет альбомов")
        try:
            return await self._prepare(media[0])
        except MediaUnavailable as error:
            raise Rejected(error.code, error.reason, part=0) from None

    async def _prepare(self, media: Media) -> Attachment:
        """Put the file where Viber can fetch it, in the shape it takes. Raises MediaUnavailable or Transient."""
        files = self._lent.files
        file = await files.get(media)
        shape = _shape(media, file, self._settings)
        if shape is Shape.PICTURE:
            file = await self._picture(media, file)
        elif file.size > self._settings.file_size_limit:
            raise MediaUnavailable("too_big", f"больше {self._settings.file_size_limit // 1024**2} МБ")
        url = await files.link(file)
        if shape is Shape.VIDEO and not URL(url).path.lower().endswith(".mp4"):
            # Viber judges a video by the end of its address.
            shape = Shape.FILE
        return Attachment(
            shape=shape, url=url, size=file.size, file_name=file.file_name, duration=media.duration or None
        )

    async def _picture(self, media: Media, file: StoredFile) -> StoredFile:
        limit = self._settings.picture_size_limit
        if media.kind is MediaKind.STICKER and file.mime_type not in _PICTURES:
            # As PNG a sticker keeps its transparent ground.
            file = await self._lent.files.as_png(file)
        if file.mime_type not in _PICTURES or file.size > limit:
            file = await self._lent.files.as_jpeg(file, max_bytes=limit)
        return file


def _shape(media: Media, file: StoredFile, settings: Settings) -> Shape:
    match media.kind:
        case MediaKind.PHOTO | MediaKind.STICKER:
            return Shape.PICTURE
        case MediaKind.VIDEO | MediaKind.VIDEO_NOTE | MediaKind.ANIMATION:
            is_short = media.duration is None or media.duration <= MAX_VIDEO
            is_mp4 = file.mime_type == "video/mp4" and file.size <= settings.video_size_limit
            return Shape.VIDEO if is_mp4 and is_short else Shape.FILE
        case _:
            return Shape.FILE


def _about(account: dict[str, Any]) -> Finding:
    name, subscribers = account.get("name"), account.get("subscribers_count")
    known = f", подписчиков: {subscribers}" if isinstance(subscribers, int) else ""
    return Finding(ok=True, text=f"токен подходит, бот «{name}»{known}")
