"""The officials' chat on the page, as a browser of each of them sees it."""

from __future__ import annotations

import http
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from tests.scenarios.service import Service, until
from tests.scenarios.web_screen import WebScreen

PASSWORD = "password-of-the-officials"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A message as the page shows it to one official."""

    id: str
    text: str
    #: What buttons send, by what they say.
    buttons: Mapping[str, str]


class WebDesk:
    """One official's browser, and what it shows."""

    def __init__(self, browser: aiohttp.ClientSession, name: str) -> None:
        self.browser = browser
        self.name = name
        self._screen = WebScreen(browser, "admin")

    async def enter(self) -> None:
        """Say the password."""
        form = aiohttp.FormData({"password": PASSWORD}, default_to_multipart=True)
        async with self.browser.post("/admin/login", data=form) as answer:
            assert answer.status == http.HTTPStatus.OK

    async def write(self, text: str, *, to: Item | None = None) -> None:
        """Write, perhaps as a reply to a message."""
        fields = {"client_id": str(uuid.uuid4()), "name": self.name, "text": text}
        if to is not None:
            fields["reply_to"] = to.id
        async with self.browser.post("/web/admin/messages", json=fields) as answer:
            assert answer.status == http.HTTPStatus.OK, await answer.text()

    async def shown(self, text: str, *, lacks: str = "", buttons: bool = False) -> Item:
        """Wait until the page shows a message with this in its text; `lacks`: what it must not say.

        With `buttons` it is the last one that has any.
        """

        async def look() -> Item | None:
            found = [one for one in await self.items(text) if not (lacks and lacks in one.text)]
            if buttons:
                return next((one for one in reversed(found) if one.buttons), None)
            return next(iter(found), None)

        return await until(look)

    async def items(self, text: str) -> list[Item]:
        """The service's messages with this in their text, oldest first."""
        return [
            Item(
                id=one["id"],
                text=one["text"],
                buttons={key["text"]: key["data"] for row in one["keyboard"] for key in row},
            )
            for one in await self._screen.items()
            if one["who"] == "service" and text in one.get("text", "")
        ]

    async def press(self, item: Item, label: str) -> str:
        """Press a button; gives the id of the press."""
        press_id = str(uuid.uuid4())
        fields = {"client_id": press_id, "name": self.name, "message_id": item.id, "data": item.buttons[label]}
        async with self.browser.post("/web/admin/press", json=fields) as answer:
            assert answer.status == http.HTTPStatus.NO_CONTENT, await answer.text()
        return press_id

    async def told(self, item: Item, label: str) -> str:
        """Press a button; what the page shows this official for a moment."""
        press_id = await self.press(item, label)

        async def look() -> str | None:
            return next((one["text"] for one in await self._screen.items() if one.get("press_id") == press_id), None)

        return await until(look)


def official(service: Service, name: str) -> tuple[WebDesk, aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)
    browser = aiohttp.ClientSession(service.url, cookie_jar=jar, headers={"Origin": service.url})
    return WebDesk(browser, name), browser
