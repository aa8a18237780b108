"""What finding a question's department by its words costs."""

from __future__ import annotations

import time
import timeit
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.desk.routing import Department, Desk
from bot.desk.words import Subject, build_recognizer
from bot.model.chat import ChatRef
from bot.model.content import Content

_CHAT = ChatRef(channel="work", chat_id="-1")
_WORDS = (
    "батарея отопление котельная тепло вода кран водопровод канализация дорога яма тротуар светофор фонарь свет "
    "электричество школа учитель детский_сад воспитатель больница врач поликлиника аптека автобус маршрут остановка "
    "мусор свалка контейнер двор площадка парк дерево собака снег наледь крыша подъезд лифт квитанция"
)
_TOWNS = (
    "Надым Пангоды Салехард Лабытнанги Муравленко Ноябрьск Губкинский Новый_Уренгой Тарко-Сале Уренгой Тазовский "
    "Аксарка Красноселькуп Яр-Сале Харп Ныда Заполярный Правохеттинский Пурпе Ханымей Харампур Гыда Антипаюта Панаевск"
)
_QUESTION = "Здравствуйте! В Надыме на улице Зверева третий день холодные батареи, когда же включат отопление? "


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Times in seconds."""

    words: int
    forms: int
    #: Reading the dictionary and making all forms.
    reading: float
    #: One question each.
    short: float
    long: float


def route(times: int = 500) -> Routing:
    """Build the desk of a region and route a short question and the longest one."""
    topics = [_subject("t", number, several) for number, several in enumerate(_groups(_WORDS, 40, 12))]
    places = [_subject("p", number, several) for number, several in enumerate(_groups(_TOWNS, 30, 4))]
    began = time.perf_counter()
    recognizer = build_recognizer(topics, places)
    reading = time.perf_counter() - began
    desk = Desk(
        coordinators=_CHAT,
        answer_within=timedelta(hours=4),
        departments={
            f"d{number}": Department(
                slug=f"d{number}",
                name="",
                admin_chat=_CHAT,
                topics=frozenset({topics[number % len(topics)].slug}),
                places=frozenset({places[number % len(places)].slug}),
            )
            for number in range(300)
        },
        recognizer=recognizer,
    )
    return Routing(
        words=sum(len(one.words) for one in (*topics, *places)),
        forms=len(recognizer.topics.patterns) + len(recognizer.places.patterns),
        reading=reading,
        short=_cost(desk, _QUESTION, times),
        long=_cost(desk, (_QUESTION * 42)[:4096], times),
    )


def _groups(words: str, groups: int, size: int) -> list[tuple[str, ...]]:
    """So many groups of neighbouring words, which overlap as people's lists do."""
    several = [word.replace("_", " ") for word in words.split()]
    return [tuple(several[(start + index) % len(several)] for index in range(size)) for start in range(groups)]


def _subject(kind: str, number: int, words: tuple[str, ...]) -> Subject:
    return Subject(slug=f"{kind}{number}", words=words)


def _cost(desk: Desk, text: str, times: int) -> float:
    now = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
    return min(timeit.repeat(lambda: desk.route("home", now, Content(text=text)), number=times, repeat=3)) / times
