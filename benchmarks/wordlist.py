"""Made-up words, as frequent as those of Russian: «в» is in nearly every text, «вода» in every tenth, most in a few.

Words of letters and messages follow Zipf's law with Mandelbrot's shift: the word of rank r is used in proportion to
1 / (r + 2.7). Topics and places are real, in the forms that people write; behind them stand thousands of stems that
only look like Russian, each with its endings.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

from bot.desk.words import Inflect, read_dictionary

#: Stems that are made up; each has four or five forms.
STEMS = 15_000
_SHIFT = 2.7
#: Ranks after which hand-written words come in between the made-up ones: the first hundred are taken by what holds
#: sentences together.
_FIRST_TOPICAL = 100
_FORMS = 12

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Generic[T]):
    """Things of which some are drawn more often than others."""

    things: tuple[T, ...]
    #: How often each is drawn, summed up to and including it.
    weights: tuple[float, ...]

    def draw(self, random: Random, count: int) -> list[T]:
        """So many, each for itself."""
        return random.choices(self.things, cum_weights=self.weights, k=count)

    def one(self, random: Random) -> T:
        return self.draw(random, 1)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A topic or a place with the forms of its words."""

    slug: str
    forms: Choice[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordlist:
    """Everything that texts are made of."""

    words: Choice[str]
    topics: Choice[Subject]
    places: Choice[Subject]


def zipf(things: Iterable[T]) -> Choice[T]:
    """These, the most frequent first."""
    return weighted((thing, 1 / (rank + _SHIFT)) for rank, thing in enumerate(things, 1))


def weighted(things: Iterable[tuple[T, float]]) -> Choice[T]:
    """These, each as often as said."""
    several = list(things)
    return Choice(
        things=tuple(thing for thing, _ in several),
        weights=tuple(itertools.accumulate(weight for _, weight in several)),
    )


def make(stems: int = STEMS) -> Wordlist:
    """The same list every time."""
    inflect = read_dictionary()
    topics = zipf(_subject(slug, words, inflect) for slug, words in TOPICS.items())
    places = zipf(_subject(slug, words, inflect) for slug, words in PLACES.items())
    topical = [form for subject in (*topics.things, *places.things) for form in subject.forms.things]
    random = Random(20)  # noqa: S311
    random.shuffle(topical)
    return Wordlist(words=weighted(_ranked(topical, _made_up(random, stems))), topics=topics, places=places)


def _ranked(topical: Sequence[str], made_up: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, float]]:
    rank = itertools.count(1)
    for word in _BINDING.split():
        yield word, 1 / (next(rank) + _SHIFT)
    waiting = iter(topical)
    for stem in made_up:
        weight = 1 / (next(rank) + _SHIFT)
        share = sum(1 / place for place in range(1, len(stem) + 1))
        for place, form in enumerate(stem, 1):
            yield form, weight / place / share
        # Every form of a topic's word has a rank of its own, among the first thousands.
        if word := next(waiting, ""):
            yield word, 1 / (next(rank) + _FIRST_TOPICAL)


def _made_up(random: Random, count: int) -> Iterator[tuple[str, ...]]:
    """Forms of stems that look like Russian words."""
    seen: set[str] = set()
    while len(seen) < count:
        stem = "".join(
            random.choice(_ONSETS) + random.choice(_VOWELS) for _ in range(random.choice((1, 2, 2, 2, 3)))
        ) + random.choice(_CODAS)
        if stem not in seen:
            seen.add(stem)
            yield tuple(stem + ending for ending in random.choice(_ENDINGS))


def _subject(slug: str, words: str, inflect: Inflect) -> Subject:
    return Subject(slug=slug, forms=weighted(_forms(words, inflect)))


def _forms(words: str, inflect: Inflect) -> Iterator[tuple[str, float]]:
    """The first forms of each word; a phrase, joined by `_`, stays as it is."""
    for word in words.split():
        forms = [word.replace("_", " ")] if "_" in word else list(dict.fromkeys(inflect(word)))[:_FORMS]
        for place, form in enumerate(forms):
            # A dictionary begins with the forms that people use most.
            yield form, 1 / (1 + place)


_VOWELS = ("а", "а", "е", "е", "и", "о", "о", "о", "у", "ы", "я")
_ONSETS = (
    "б", "в", "г", "д", "ж", "з", "к", "л", "м", "н", "п", "р", "с", "т", "ф", "х", "ц", "ч", "ш", "бр", "гл", "гр",
    "др", "зв", "кл", "кр", "пл", "пр", "ск", "сл", "см", "сн", "ст", "стр", "тр", "хр",
)  # fmt: skip
_CODAS = ("б", "в", "г", "д", "з", "к", "л", "м", "н", "п", "р", "с", "т", "ск", "ст", "нт", "рт", "льн", "тк", "нн")
_ENDINGS = (
    ("", "а", "у", "ом", "ы"),
    ("а", "у", "ой", "е", "ы"),
    ("ий", "ого", "ая", "ых"),
    ("ать", "ает", "али", "ают"),
    ("ение", "ения", "ению", "ением"),
)

#: What holds sentences together, most frequent first.
_BINDING = (
    "в и не на что с по у как это мы за все из к то но от до для о так же уже нам нас вы вас когда если или год бы нет "
    "есть мне он она они было был быть еще только после при без день дом дома улица улице город где почему можно очень "
    "тоже во со под там здесь кто наш нашем этого этот того будет были раз время дней дня людей человек дети работы "
    "просим прошу пожалуйста сколько может никто опять снова сейчас сегодня вчера вопрос ответ здравствуйте спасибо "
    "нужно надо делать сделать ребенок номер квартира жители"
)

TOPICS = {
    "heating": "отопление батарея тепло котельная холодно топить радиатор",
    "water": "вода кран водопровод напор водоканал холодная_вода горячая_вода",
    "roads": "дорога яма асфальт тротуар ремонт обочина пешеходный_переход",
    "snow": "снег уборка сугроб наледь трактор сосулька чистить",
    "waste": "мусор контейнер свалка вывоз бак отходы мусоровоз",
    "schools": "школа учитель класс ученик директор урок первый_класс",
    "kindergartens": "садик воспитатель группа очередь детский_сад детского_сада детском_саду",
    "hospitals": "больница врач поликлиника запись талон регистратура скорая_помощь",
    "buses": "автобус маршрут остановка расписание водитель рейс проезд",
    "housing": "жильё переселение аварийный барак сертификат жилищный новостройка",
    "lighting": "фонарь освещение темно светильник лампа столб уличное_освещение",
    "power": "электричество свет отключение счётчик подстанция напряжение",
    "yards": "двор площадка скамейка качели благоустройство детская_площадка",
    "parking": "парковка стоянка машина автомобиль эвакуатор шлагбаум",
    "dogs": "собака стая отлов бродячий приют безнадзорный",
    "bills": "квитанция начисление тариф долг оплата перерасчёт",
    "benefits": "пособие выплата льгота субсидия малоимущий справка",
    "pensions": "пенсия пенсионер стаж доплата ветеран инвалид",
    "work": "работа вакансия зарплата безработный увольнение работодатель",
    "land": "участок земля кадастр межевание аренда дача",
    "building": "стройка застройщик разрешение фундамент подрядчик",
    "roofs": "крыша протечка подвал подъезд потолок капремонт",
    "lifts": "лифт кабина диспетчер застрять этаж",
    "gas": "газ баллон газопровод газификация плита",
    "internet": "интернет связь оператор вышка роуминг",
    "culture": "концерт музей библиотека клуб выставка кружок",
    "sport": "стадион бассейн тренер секция каток лыжи",
    "ecology": "воздух запах выброс река загрязнение дым",
    "trade": "магазин цена рынок продукты аптека лекарство",
    "police": "полиция шум хулиган участковый драка",
    "fire": "пожар дымоход пожарный сигнализация эвакуация",
    "floods": "паводок затопление канава ливнёвка лужа",
    "reindeer": "олень тундра кочевой стойбище чум",
    "air": "аэропорт самолёт вертолёт авиабилет вылет",
    "ferries": "паром переправа зимник ледовая_переправа лодка",
    "cemeteries": "кладбище захоронение ограда памятник",
    "trees": "дерево кустарник обрезка тополь спилить",
    "documents": "паспорт прописка госуслуги заявление свидетельство",
    "youth": "студент стипендия общежитие колледж практика",
    "elections": "выборы участковая_комиссия депутат наказ голосование",
}

PLACES = {
    "noyabrsk": "Ноябрьск",
    "urengoy": "Новый_Уренгой Новом_Уренгое Нового_Уренгоя",
    "nadym": "Надым",
    "salekhard": "Салехард",
    "muravlenko": "Муравленко",
    "labytnangi": "Лабытнанги",
    "gubkinsky": "Губкинский",
    "tarko-sale": "Тарко-Сале",
    "pangody": "Пангоды",
    "korotchaevo": "Коротчаево",
    "tazovsky": "Тазовский",
    "purpe": "Пурпе",
    "urengoy-town": "Уренгой",
    "kharp": "Харп",
    "krasnoselkup": "Красноселькуп",
    "aksarka": "Аксарка",
    "yar-sale": "Яр-Сале",
    "muzhi": "Мужи",
    "khanymey": "Ханымей",
    "gyda": "Гыда",
    "pravokhettinsky": "Правохеттинский",
    "zapolyarny": "Заполярный",
    "nyda": "Ныда",
    "panaevsk": "Панаевск",
    "antipayuta": "Антипаюта",
    "seyakha": "Сеяха",
    "mys-kamenny": "Мыс_Каменный Мысе_Каменном",
    "tolka": "Толька",
    "samburg": "Самбург",
    "beloyarsk": "Белоярск",
}

FIRST_NAMES = (
    "Анна Елена Ольга Наталья Ирина Татьяна Светлана Мария Екатерина Юлия Анастасия Людмила Галина Марина Надежда "
    "Валентина Алина Дарья Ксения Полина Александр Сергей Дмитрий Алексей Андрей Владимир Евгений Иван Николай Михаил "
    "Максим Игорь Олег Виктор Павел Роман Денис Руслан Тимур Юрий"
)
LAST_NAMES = (
    "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев "
    "Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьёв Борисов "
    "Яковлев Григорьев Романов Воробьёв Сергеев Кузьмин Фролов Александров Дмитриев Королёв Гусев Киселёв Ильин "
    "Максимов Поляков Сорокин Виноградов Ковалёв Белов Медведев Антонов Тарасов Жуков Баранов Филиппов Комаров "
    "Давыдов Беляев Герасимов Богданов Осипов Сидоров Матвеев Титов Марков Миронов Крылов Куликов Карпов Власов "
    "Мельников Денисов Гаврилов Тихонов Казаков Афанасьев Данилов Савельев Тимофеев Фомин Чернов Абрамов Мартынов "
    "Ефимов Федотов Щербаков Назаров Калинин Исаев Чернышёв Быков Маслов Родионов Коновалов Лазарев Воронин Климов "
    "Филатов Пономарёв Голубев Кудрявцев Прохоров Наумов Потапов Журавлёв Овчинников Трофимов Леонов Соболев Ермаков "
    "Колесников Гончаров Емельянов Никифоров Грачёв Котов Гришин Ефремов Архипов Громов Кириллов Малышев Панов "
    "Моисеев Румянцев Акимов Кондратьев Бирюков Горбунов Анисимов Ерёмин Тихомиров Галкин Лукьянов Михеев Скворцов "
    "Юдин Белоусов Нестеров Симонов Прокофьев Харитонов Князев Цветков Левин Митрофанов Воронов Аксёнов Софронов "
    "Мальцев Логинов Горшков Савин Краснов Майоров Демидов Елисеев Рыбаков Сафонов Плотников Демин Хохлов Фадеев "
    "Молчанов Игнатов Литвинов Ершов Ушаков Дементьев Рябов Мухин Калашников Леонтьев Лобанов Кузин Корнеев Евдокимов "
    "Бородин Платонов Некрасов Балашов Суворов Жданов Рудаков Лаптандер Окотэтто Сэротэтто Худи Яптик Салиндер "
    "Вануйто Ненянг Яндо Тусида Пяк Айваседо"
)
