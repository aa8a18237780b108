"""The pages that residents can open, and who shows each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.conversation.decisions import Page
from handlers import consulting, my_questions, news, rating
from handlers.rights import forgetting, my_data
from handlers.visit import Visit

#: Shows a page, or does one thing of it; returns the entries by which the resident is answered.
PAGES: Mapping[Page, Callable[[Visit], Awaitable[list[int]]]] = {
    Page.ANSWERS: consulting.show,
    Page.HELPED: consulting.helped,
    Page.WAIT: consulting.wait,
    Page.QUESTIONS: my_questions.show,
    Page.ADD: my_questions.add,
    Page.TAKE_BACK: my_questions.take_back,
    Page.REOPEN: my_questions.reopen,
    Page.RATE: rating.rate,
    Page.ASKS: my_questions.asks,
    Page.NEWS: news.show,
    Page.STOP: news.stop,
    Page.DATA: my_data.ask,
    Page.FORGET: forgetting.ask,
}
