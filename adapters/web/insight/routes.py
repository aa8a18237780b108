"""The addresses of the pages over `Insight`: who may see them, what they ask for, and what is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from aiohttp import hdrs, web

from adapters.web.access import Access
from adapters.web.entrance import turned_away
from adapters.web.guard import Handler, guarded
from adapters.web.insight import address, filters, find_page, list_page, open_page, report_page
from adapters.web.insight.address import Viewer
from adapters.web.insight.markup import Markup
from adapters.web.insight.months import Counted, Months
from adapters.web.insight.open_page import Reader
from adapters.web.locality import is_foreign_read
from adapters.web.pages import Pages, Part
from adapters.web.uploads import Refused, clean_text
from bot.adapter import Insight, Route
from bot.model.chat import ChatRef
from bot.statistics.figures import Month

#: Seconds that figures, a list or a search may take.
PATIENCE = 20.0
#: For how long browsers and proxies keep what everybody may see.
_KEEP = "public, max-age=300"


class InsightRoutes:
    """Ties addresses to pages. Without `Insight` there are none."""

    def __init__(
        self,
        *,
        access: Access,
        pages: Pages,
        insight: Insight,
        admin_chat: ChatRef,
        service_name: str,
        now: Callable[[], datetime],
    ) -> None:
        self._access = access
        self._pages = pages
        self._insight = insight
        self._admin_chat = admin_chat
        self._now = now
        self._months = Months(insight, service_name, now)
        #: Pages of months by when these were counted, which one is shown, and to whom.
        self._written: dict[tuple[datetime, date | None, Reader], Markup] = {}
        self._writing = asyncio.Lock()

    def for_officials(self) -> Sequence[Route]:
        return [
            self._admin_route(address.REPORT, self._report),
            self._admin_route(address.LIST, self._list),
            self._admin_route(address.FIND, self._find),
        ]

    def for_everybody(self) -> Sequence[Route]:
        return [
            guarded(
                "GET", address.OPEN, self._open, self._open_failing, speaks=lambda request: _read_by(request).voice
            ),
            guarded("GET", address.OPEN_JSON, self._open_json),
        ]

    # --- officials ---

    async def _report(self, request: web.Request) -> web.Response:
        viewer = await self._viewer_of(request)
        asked, mistakes = address.read(request.query, viewer)
        if mistakes:
            body = filters.refused(report_page.TITLE, asked, mistakes, viewer)
            return self._page(report_page.TITLE, body, Part.STATISTICS, status=400)
        async with asyncio.timeout(PATIENCE):
            report = await self._insight.report(self._admin_chat, asked.scope)
        # Hundreds of departments make a page that takes long to write.
        body = await asyncio.to_thread(report_page.page, report, asked, viewer)
        response = self._page(report_page.TITLE, body, Part.STATISTICS)
        response.enable_compression()
        return response

    async def _list(self, request: web.Request) -> web.Response:
        viewer = await self._viewer_of(request)
        asked, mistakes = address.read(request.query, viewer)
        title = list_page.title(asked)
        if mistakes:
            body = filters.refused(title, asked, mistakes, viewer, what=asked.what)
            return self._page(title, body, Part.STATISTICS, status=400)
        async with asyncio.timeout(PATIENCE):
            listed = await self._insight.behind(self._admin_chat, asked.scope, asked.what, page=asked.page)
        body = await asyncio.to_thread(list_page.page, listed, asked, viewer)
        return self._page(title, body, Part.STATISTICS)

    async def _find(self, request: web.Request) -> web.Response:
        viewer = self._viewer()
        text = clean_text(request.query.get("q", ""))
        mistakes: list[str] = []
        page = address.read_page(request.query, mistakes)
        if not text and not mistakes:
            # Whoever comes by the link has not looked for anything yet; whoever pressed the button is told.
            asked_for_nothing = ["Напишите, что найти."] if "q" in request.query else []
            status = 400 if asked_for_nothing else 200
            return self._page(find_page.TITLE, find_page.form("", *asked_for_nothing), Part.SEARCH, status=status)
        if mistakes:
            return self._page(find_page.TITLE, find_page.form(text, *mistakes), Part.SEARCH, status=400)
        async with asyncio.timeout(PATIENCE):
            found = await self._insight.find(self._admin_chat, text, page=page)
        if isinstance(found, str):
            return self._page(find_page.TITLE, find_page.form(text, found), Part.SEARCH, status=400)
        body = find_page.page(text, found, asked=page, labels=viewer.labels, now=self._now())
        return self._page(find_page.TITLE, body, Part.SEARCH)

    async def _viewer_of(self, request: web.Request) -> Viewer:
        """What holds for the admin chat, which may ask for a department that settings do not have any more."""
        viewer = self._viewer()
        department = request.query.get("department", "").strip()
        if not viewer.may_have_had(department):
            return viewer
        async with asyncio.timeout(PATIENCE):
            has_figures = await self._insight.has_figures(department)
        return replace(viewer, removed=(department,)) if has_figures else viewer

    def _viewer(self) -> Viewer:
        """What holds for the admin chat now. Raises Refused."""
        labels = self._insight.labels()
        allowed = self._insight.departments_of(self._admin_chat)
        if allowed == ():
            raise Refused(
                403,
                "У чата сотрудников на сайте нет своих вопросов: его нет ни в ADMIN_CHAT, ни у отделов. "
                "Статистика и поиск есть в тех чатах, где вопросы.",
            )
        return Viewer(today=self._now().astimezone(labels.zone).date(), labels=labels, allowed=allowed)

    def _admin_route(self, path: str, handler: Handler) -> Route:
        async def entered(request: web.Request) -> web.StreamResponse:
            if is_foreign_read(request.headers):
                raise Refused(403, "Запрос пришёл с чужой страницы. Откройте эту по её адресу.")
            instead = await turned_away(request, self._access, self._pages, login_status=401)
            return instead or await handler(request)

        return guarded("GET", path, entered, self._failing)

    def _page(self, title: str, body: Markup, part: Part, *, status: int = 200) -> web.Response:
        return self._pages.desk(
            title=title, body=body, part=part, can_log_out=self._access.asks_password, status=status
        )

    def _failing(self, status: int, text: str, _: web.Request) -> web.Response:
        return self._pages.closed(explanation=text, status=status)

    # --- everybody ---

    async def _open(self, request: web.Request) -> web.Response:
        read = _read_by(request)
        counted = await self._months.get()
        try:
            chosen = open_page.choose(request.query, counted.months)
        except open_page.NoMonth:
            return self._open_failing(404, read.voice.say("figures-no-month"), request)
        body = await self._shown(counted, chosen, read)
        in_address = chosen if request.query.get("month", "").strip() else None
        response = self._pages.open(body=body, voice=read.voice, languages=open_page.languages(read, in_address))
        response.headers[hdrs.CACHE_CONTROL] = _KEEP
        response.headers[hdrs.VARY] = f"{hdrs.ACCEPT_ENCODING}, {hdrs.ACCEPT_LANGUAGE}"
        response.enable_compression()
        return response

    async def _shown(self, counted: Counted, chosen: Month | None, read: Reader) -> Markup:
        """The page of a month, written once for each counting: strangers cannot make it work hard."""
        key = counted.at, chosen.first if chosen else None, read
        async with self._writing:
            if key not in self._written:
                self._written = {old: page for old, page in self._written.items() if old[0] == counted.at}
                self._written[key] = await asyncio.to_thread(open_page.page, counted, chosen, read)
            return self._written[key]

    def _open_failing(self, status: int, text: str, request: web.Request) -> web.Response:
        read = _read_by(request)
        body = open_page.refused(text, read)
        return self._pages.open(body=body, voice=read.voice, languages=open_page.languages(read), status=status)

    async def _open_json(self, request: web.Request) -> web.Response:
        counted = await self._months.get()
        headers = {
            hdrs.CACHE_CONTROL: _KEEP,
            hdrs.VARY: "Accept-Encoding",
            # Anybody's page may show these figures.
            hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        body = counted.json
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            body = counted.zipped
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(body=body, content_type="application/json", charset="utf-8", headers=headers)


def _read_by(request: web.Request) -> Reader:
    return open_page.reader(request.query, request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
