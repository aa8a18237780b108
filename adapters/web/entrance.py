"""The way into the pages of the admin chat: open, behind the password, or closed."""

from __future__ import annotations

import re

from aiohttp import web

from adapters.web.access import Access
from adapters.web.officials import CLOSED_TO_STRANGERS
from adapters.web.pages import Pages

CHAT = "/admin"
#: The pages to which somebody may be sent back after the password.
_PAGES = re.compile(r"/admin(/statistics(/list)?|/find)?(\?[!-~]{0,4000})?", re.ASCII)


async def turned_away(request: web.Request, access: Access, pages: Pages, *, login_status: int) -> web.Response | None:
    """What to show in place of a page of the admin chat; None: the one who asks may see it."""
    if await access.opens_admin(request):
        return None
    if access.asks_password:
        return pages.login(back=back_to(request.path_qs), status=login_status)
    return pages.closed(explanation=CLOSED_TO_STRANGERS, status=403)


def back_to(address: str | None) -> str:
    """Where to go after the password: to this page of ours, or to the chat."""
    return address if address and _PAGES.fullmatch(address) else CHAT
