"""What officials read on the page: in Russian, the language they work in. Residents' texts are in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

#: How an official is called who has not said his name, and a resident of the page.
UNNAMED = "Сотрудник"
UNNAMED_RESIDENT = "Житель сайта"
#: The chat's name on the page with both chats, and what stands above it where it has the page to itself.
REGION = "Сотрудники"
HEADING = "Чат сотрудников"
#: The name of the links between the two chats.
TABS = "Чаты"
#: The name of the links between the pages, and how these are called.
PARTS = "Разделы"
CHAT, SEARCH, STATISTICS = "Чат", "Поиск", "Статистика"

#: In the place of the residents' texts, or beside them: ids as in `adapters.web.words`.
WORDS: Mapping[str, str] = {
    "region": REGION,
    "heading": HEADING,
    "empty": "Здесь появятся вопросы жителей. Чтобы ответить, нажмите под вопросом кнопку «Ответить».",
    "unnamed": UNNAMED,
    "naming-note": "Имя видят коллеги в этом чате.",
    "stale": "Сеанс закончился.",
    "again": "Войти",
    "nameless": "Без имени",
    "reply": "Ответить",
    "replying": "Ответ на сообщение",
    "replying-to": "Ответ: {name}",
    "restore-busy": "Сначала отправьте или сотрите то, что уже пишете.",
}


SESSION_OVER = "Сеанс закончился. Войдите снова."
CHAT_CLOSED = "Чат сотрудников закрыт."
NO_PASSWORD = "Пароль не задан."  # noqa: S105 - that there is none
WRONG_PASSWORD = "Пароль не подошёл."  # noqa: S105 - that it was wrong
MANY_ATTEMPTS = "Слишком много попыток. Подождите минуту."
CLOSED_TO_STRANGERS = (
    "Чат сотрудников закрыт: без пароля он открывается только на том компьютере, где работает сервис, и только "
    "пока сервис не виден из интернета. Чтобы открыть чат, задайте WEB_ADMIN_PASSWORD."
)
