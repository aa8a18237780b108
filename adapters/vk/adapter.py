"""VK communities: the only module of this platform's that talks to it on behalf of the core."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

import structlog

from adapters.download import download
from adapters.vk.callback import CallbackServer
from adapters.vk.capabilities import capabilities
from adapters.vk.check import Checks
from adapters.vk.client import VkClient
from adapters.vk.errors import NO_KEYBOARDS, NO_REPLY, WRONG_PARAMETER, error_for
from adapters.vk.json_values import as_dict, as_int, as_items, as_text
from adapters.vk.longpoll import LongPoll
from adapters.vk.parse import check_body, parse_body, parse_update
from adapters.vk.render import Call, peer_of, render
from adapters.vk.settings import Settings
from adapters.vk.uploads import Uploads
from adapters.vk.whole import Whole
from bot.adapter import Accept, Finding, Lent, RawReply, RawRequest, Received, Update
from bot.errors import BadUpdate, Misconfigured, OutcomeUnknown, Rejected, SendError, Unauthentic
from bot.model.chat import ChannelName, ChatRef
from bot.model.content import Media
from bot.model.message import AnswerPress, DeleteMessage, EditMessage, Outgoing, Receipt, SendMessage

log = structlog.get_logger(__name__)

#: Where VK keeps what people send; documents begin at vk.com and are redirected.
MEDIA_HOSTS = (
    "*.userapi.com",
    "vk.com",
    "*.vk.com",
    "vk.ru",
    "*.vk.ru",
    "*.vkuser.net",
    "*.vkuseraudio.net",
    "*.mycdn.me",
)
_SECRET = "secret"  # noqa: S105 - the name of a kept value
#: https://dev.vk.com/en/method/users.get takes 1000; a hundred keeps one call short.
_NAMES_AT_ONCE = 100
_NOT_TOLD = datetime(1970, 1, 1, tzinfo=UTC)


class VkAdapter:
    """One community of VK."""

    def __init__(self, *, channel: ChannelName, settings: Settings, lent: Lent) -> None:
        self.channel = channel
        self.capabilities = capabilities(settings)
        self._settings = settings
        self._lent = lent
        self._secret = settings.secret.get_secret_value() if settings.secret else ""
        self._client = VkClient(token=settings.token.get_secret_value(), api_url=settings.api_url)
        self._whole = Whole(client=self._client, group_id=settings.group_id)
        self._uploads = Uploads(client=self._client, files=lent.files, kept=lent.kept)
        self._callback = CallbackServer(
            client=self._client,
            kept=lent.kept,
            group_id=settings.group_id,
            url=lent.webhook_url or "",
            secret=self._expected_secret,
            given_code=settings.confirmation,
            is_made_by_hand=settings.secret is not None and settings.confirmation is not None,
        )
        self._updates = settings.updates or ("callback" if lent.webhook_url else "longpoll")

    # --- in ---

    def parse(self, raw: bytes) -> Update:
        # What is stored says when it came; anything else is the same at any time, too.
        return self._update(parse_body(raw, group_id=self._settings.group_id), received_at=_NOT_TOLD)

    async def receive(self, request: RawRequest) -> Received:
        """https://dev.vk.com/en/api/callback/getting-started: the secret stands inside the body."""
        body = parse_body(request.body, group_id=self._settings.group_id)
        given = body.get("secret")
        if body["type"] == "confirmation":
            # The code is asked for before VK knows the secret; it is no secret itself.
            if given and not await self._is_our_secret(given):
                raise Unauthentic("wrong secret")
            return Received(reply=await self._confirm())
        if not await self._is_our_secret(given):
            raise Unauthentic("wrong or missing secret")
        # Anything but exactly `ok` counts as an error; a few of those, and VK stops to deliver.
        body = await self._whole.of(body)
        return Received(updates=(self._update(body, received_at=datetime.now(UTC)),), reply=RawReply(body="ok"))

    async def listen(self, accept: Accept) -> None:
        if self._updates == "longpoll":
            longpoll = LongPoll(client=self._client, kept=self._lent.kept, group_id=self._settings.group_id)

            async def take(body: dict[str, Any]) -> None:
                try:
                    check_body(body, group_id=self._settings.group_id)
                    update = self._update(await self._whole.of(body), received_at=datetime.now(UTC))
                except BadUpdate as error:
                    log.warning("vk.longpoll.bad_update", channel=self.channel, reason=str(error))
                    return
                await accept(update)

            await longpoll.run(take)
        elif self._lent.webhook_url is None:
            raise Misconfigured("no_public_url", "callbacks need PUBLIC_URL")
        else:
            await self._callback.watch()

    def _update(self, body: dict[str, Any], *, received_at: datetime) -> Update:
        return parse_update(body, channel=self.channel, group_id=self._settings.group_id, received_at=received_at)

    async def _confirm(self) -> RawReply:
        try:
            return RawReply(body=await self._callback.confirmation())
        except SendError as error:
            log.warning("vk.callback.no_confirmation", channel=self.channel, error=error.code)
            return RawReply(status=503)

    async def _is_our_secret(self, given: object) -> bool:
        expected = await self._expected_secret()
        return isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())

    async def _expected_secret(self) -> str:
        if not self._secret:
            self._secret = await self._lent.kept.get_or_set(_SECRET, secrets.token_hex(20))
        return self._secret

    # --- out ---

    async def send(self, outgoing: Outgoing) -> Receipt:
        match outgoing.effect:
            case SendMessage(media=media):
                return await self._write(outgoing, media)
            case EditMessage(media=media):
                await self._write(outgoing, media)
            case DeleteMessage():
                call = render(outgoing, self._settings)
                _check_items(await self._client.act(call.method, call.params), call.method)
            case AnswerPress():
                call = render(outgoing, self._settings)
                try:
                    await self._client.act(call.method, call.params)
                except Rejected as error:
                    # The press is older than a minute: nobody waits for the answer any more.
                    log.info("vk.press.stale", channel=self.channel, error=error.code)
            case _:
                call = render(outgoing, self._settings)
                await self._client.act(call.method, call.params)
        return Receipt()

    async def _write(self, outgoing: Outgoing, media: Sequence[Media]) -> Receipt:
        """Send or edit a message; what VK refuses about its trimmings is left off, so that the words arrive."""
        peer = peer_of(outgoing)
        call = render(outgoing, self._settings, await self._uploads.attachments(media, peer))
        is_anew = False
        while True:
            try:
                return await self._deliver(call)
            except Rejected as error:
                if error.code in NO_KEYBOARDS and "keyboard" in call.params:
                    call = call.without("keyboard")
                elif error.code in NO_REPLY and "forward" in call.params:
                    call = call.without("forward")
                elif error.code == WRONG_PARAMETER and media and not is_anew:
                    # A file that was saved before may have been deleted since.
                    is_anew = True
                    names = await self._uploads.attachments(media, peer, anew=True)
                    call = Call(method=call.method, params={**call.params, "attachment": ",".join(names)})
                else:
                    raise
                log.warning("vk.send.mended", channel=self.channel, chat=str(outgoing.chat), error=error.code)

    async def _deliver(self, call: Call) -> Receipt:
        answer = await self._client.act(call.method, call.params)
        if call.method != "messages.send":
            return Receipt()
        if isinstance(answer, list):
            _check_items(answer, call.method)
            item = as_dict(next(iter(answer), None))
        else:
            item = {"message_id": answer}
        if number := as_int(item.get("conversation_message_id")):
            return Receipt(message_ids=(str(number),))
        if message_id := as_int(item.get("message_id")):
            return Receipt(message_ids=(await self._number_in_chat(message_id),))
        raise OutcomeUnknown("strange_answer", call.method)

    async def _number_in_chat(self, message_id: int) -> str:
        """https://dev.vk.com/en/method/messages.getById"""
        try:
            answer = as_dict(await self._client.ask("messages.getById", {"message_ids": str(message_id)}))
        except SendError as error:
            # The message is there; only replies to it will have to say their number.
            log.warning("vk.send.no_number", channel=self.channel, error=error.code)
            answer = {}
        message = as_dict(next(iter(as_items(answer.get("items"))), None))
        return str(as_int(message.get("conversation_message_id")) or message_id)

    # --- the rest ---

    async def names(self, user_ids: Collection[str]) -> dict[str, str]:
        """https://dev.vk.com/en/method/users.get"""
        wanted = sorted({user_id for user_id in user_ids if user_id.isascii() and user_id.isdigit()})
        found: dict[str, str] = {}
        for start in range(0, len(wanted), _NAMES_AT_ONCE):
            batch = ",".join(wanted[start : start + _NAMES_AT_ONCE])
            for person in map(as_dict, as_items(await self._client.ask("users.get", {"user_ids": batch}))):
                number = as_int(person.get("id"))
                name = " ".join(filter(None, (as_text(person.get(part)) for part in ("first_name", "last_name"))))
                if number is not None and name:
                    found[str(number)] = name
        return found

    async def link(self, source: str) -> str:
        """https://dev.vk.com/en/reference/objects/message: comes back as `ref` with what is said first."""
        # By number, not by the short name, which a community may change while the code hangs on a wall.
        return f"https://vk.me/club{self._settings.group_id}?ref={source}"

    async def fetch(self, media: Media, into: BinaryIO) -> None:
        await download(media.ref, into, hosts=MEDIA_HOSTS, trusted=(*self._lent.media_hosts, self._settings.api_host))

    async def check(self, admin_chats: Sequence[ChatRef]) -> list[Finding]:
        callback = self._callback if self._updates == "callback" else None
        return await Checks(client=self._client, group_id=self._settings.group_id, callback=callback).run(admin_chats)

    async def close(self) -> None:
        await self._client.close()


def _check_items(answer: object, method: str) -> None:
    """Raise the error of a single peer or message: the call as a whole succeeds all the same."""
    for item in map(as_dict, as_items(answer)):
        if error := as_dict(item.get("error")):
            code = as_int(error.get("code")) or as_int(error.get("error_code")) or 1
            raise error_for(code, as_text(error.get("description"))[:200], method=method)
