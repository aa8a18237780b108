"""Which admin chat a question goes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot.desk import gone as texts
from bot.desk.calendar import NO_CALENDAR, Calendar
from bot.desk.geography import Geography
from bot.desk.hours import ALWAYS, Hours
from bot.desk.words import Recognized, Recognizer, tokenize
from bot.desk.working_time import Schedule, add_working_time, half_way, schedule, working_time_between
from bot.model.chat import ChannelName, ChatRef
from bot.model.content import Content
from bot.model.question import AskedFor

#: What is late is promised for no sooner than this.
LEAST_MORE = timedelta(minutes=30)
#: Characters of a text that may be a name.
_LONGEST_NAME = 300
_ASSUMED = "место из прошлого вопроса жителя"


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """Who answers."""

    slug: str
    name: str
    admin_chat: ChatRef | None = None
    answer_within: timedelta | None = None
    hours: Hours = ALWAYS
    #: What it answers for, by slugs; without topics for everything, without places everywhere, with neither only for
    #: what its channels bring.
    topics: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    def rank(self, about: Recognized) -> int:
        """How well it suits a question about this, the higher the better; 0: not at all."""
        if self.topics and about.topic not in self.topics:
            return 0
        if self.places and about.place not in self.places:
            return 0
        return 2 * bool(self.topics) + bool(self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a question goes, and by when it is due."""

    admin_chat: ChatRef
    department: str
    due_at: datetime
    #: What the question is about, by slugs; empty: its words do not say.
    topic: str = ""
    place: str = ""
    #: The places of which they name one, without saying which.
    either: tuple[str, ...] = ()
    #: The place is only that of the resident's last question.
    place_assumed: bool = False
    #: Why it goes there, for the officials; empty: there is nothing to choose from.
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The officials' side as the settings say it, with the addresses that chats moved to."""

    #: Where questions go that no department takes.
    coordinators: ChatRef
    answer_within: timedelta
    departments: Mapping[str, Department] = field(default_factory=dict)
    #: The department of a channel, where it has one.
    channel_departments: Mapping[ChannelName, str] = field(default_factory=dict)
    moves: Mapping[ChatRef, ChatRef] = field(default_factory=dict)
    #: The chats that were tied to departments with `/bind`: they win over those of the settings.
    bindings: Mapping[str, ChatRef] = field(default_factory=dict)
    #: Chats from which the bot was removed, by the addresses that they had then: nothing can be shown there.
    gone: frozenset[ChatRef] = frozenset()
    #: When the coordinators work.
    hours: Hours = ALWAYS
    #: Where working hours are meant, and which days differ.
    zone: tzinfo = UTC
    calendar: Calendar = NO_CALENDAR
    #: Topics' and places' names by their slugs, and what finds them in a text.
    topics: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    recognizer: Recognizer = field(default_factory=Recognizer)
    #: Where places are on the map.
    geography: Geography = field(default_factory=Geography)
    #: All chats in which officials work: looked at for each update, so that hundreds are not gathered each time.
    admin_chats: frozenset[ChatRef] = field(init=False, repr=False, compare=False)
    #: Those of them to which something can be written; questions for the coordinators wait until theirs is there.
    reachable: frozenset[ChatRef] = field(init=False, repr=False, compare=False)
    #: What `places_that_matter` has found; a desk never changes.
    _places_by_topic: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    #: Topics and places by their names, as these are compared.
    _topics_by_name: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _places_by_name: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = (self.own_chat_of(slug) for slug in self.departments)
        coordinators = self.now_at(self.coordinators)
        chats = frozenset((coordinators, *filter(None, own)))
        object.__setattr__(self, "admin_chats", chats)
        object.__setattr__(self, "reachable", (chats - self.gone) | {coordinators})
        object.__setattr__(self, "_places_by_topic", {})
        object.__setattr__(self, "_topics_by_name", _by_name(self.topics))
        object.__setattr__(self, "_places_by_name", _by_name(self.places, only_one=True))

    def route(self, channel: ChannelName, now: datetime, content: Content, last_place: str = "") -> Destination:
        """Where a new question goes; where it does not say its place, that of the resident's last one is assumed.

        Not where he sent a point that is nowhere on our map, or a name that other places have in common: wherever that
        is, it is not where it was last time.
        """
        about = self.recognize(content)
        is_off_the_map = content.location is not None and bool(self.geography)
        is_elsewhere = bool(about.either) and last_place not in about.either
        if about.place or last_place not in self.places or is_off_the_map or is_elsewhere:
            return self.assign(channel, now, about)
        found = self.assign(channel, now, replace(about, place=last_place, either=()))
        return replace(found, place_assumed=True, why=f"{found.why}, {_ASSUMED}" if found.why else "")

    def recognize(self, content: Content) -> Recognized:
        """What a message is about and where: by its words, by its exact name, by a location that came with it."""
        found, name = self.recognizer.recognize(content.text), _folded(content.text)
        place = found.place or self._places_by_name.get(name, "")
        either = found.either
        if not place and (at := content.location) is not None:
            place = self.geography.place_of(at.latitude, at.longitude)
            if not place:
                named = self.recognizer.recognize(f"{at.title}\n{at.address}")
                place, either = named.place, either or named.either
        topic = found.topic or self._topics_by_name.get(name, "")
        return Recognized(topic=topic, place=place, either=() if place else either)

    def is_by_map(self, content: Content) -> bool:
        """Whether only a location says where it is: he cannot know which place that became."""
        return (
            content.location is not None
            and bool(self.recognize(content).place)
            and not self.recognize(replace(content, location=None)).place
        )

    def named(self, text: str) -> Recognized:
        """The topic or place that a text names, if it says nothing else: its name, or words that stand for it."""
        name = _folded(text)
        topic, place = self._topics_by_name.get(name, ""), self._places_by_name.get(name, "")
        # A topic's very name may be a word for a place.
        return Recognized(topic=topic, place=place) if topic or place else self.recognizer.exactly(text)

    def assign(self, channel: ChannelName, now: datetime, about: Recognized) -> Destination:
        """Where a question about this goes: its channel's department, then the one that suits best, then coordinators.

        The same question asked again, once its place is known, may go elsewhere.
        """
        department = self._department_of(channel)
        if department is not None:
            why = "по каналу"
        else:
            department = self.suited(about)
            why = self._why(about, department)
        slug = department.slug if department is not None else ""
        return Destination(
            admin_chat=self.chat_of(slug),
            department=slug,
            due_at=self.due_at(slug, now),
            topic=about.topic,
            place=about.place,
            either=about.either,
            why=self.explained(why, slug),
        )

    def suited(self, about: Recognized) -> Department | None:
        """The department that answers for this; None: the coordinators decide.

        One for the topic in that place comes before one for the topic everywhere, and that before one for all topics
        in that place. Of equals the one that answers for fewer places, then topics, then the one listed first.
        A department limited to places never gets a question whose place is not known, even if no other has its topic:
        the place may be another.
        """
        fitting = [(rank, one) for one in self.departments.values() if (rank := one.rank(about))]
        best = min(fitting, key=lambda found: (-found[0], len(found[1].places), len(found[1].topics)), default=None)
        return best[1] if best is not None else None

    def places_that_matter(self, channel: ChannelName, topic: str) -> tuple[str, ...]:
        """The places, in their order, each of which would bring a question of this topic to another department."""
        if self._department_of(channel) is not None:
            return ()
        found = self._places_by_topic.get(topic)
        if found is None:
            found = self._places_by_topic[topic] = self._changing(topic)
        return found

    def place_matters(self, channel: ChannelName, about: Recognized) -> bool:
        """Whether the place may bring this question to another department: any place, or one of those it may be."""
        changing = self.places_that_matter(channel, about.topic)
        return not set(changing).isdisjoint(about.either) if about.either else bool(changing)

    def _changing(self, topic: str) -> tuple[str, ...]:
        about = Recognized(topic=topic)
        unknown = self.suited(about)
        least = unknown.rank(about) if unknown is not None else 0
        # Who is limited to places suits all of them equally well, and never just as well as who is not.
        better = (
            one.places
            for one in self.departments.values()
            if one.places and one.rank(replace(about, place=next(iter(one.places)))) > least
        )
        changing = frozenset().union(*better)
        return tuple(place for place in self.places if place in changing)

    def topics_that_matter(self, channel: ChannelName, place: str) -> tuple[str, ...]:
        """The topics, in their order, each of which would bring a question of this place to another department.

        While the place is not known and makes no difference by itself, also those with which it will.
        """
        if self._department_of(channel) is not None:
            return ()
        leads_on = not place and not self.places_that_matter(channel, "")
        # Who is limited to topics always suits better than who is not.
        answered = frozenset[str]().union(
            *(one.topics for one in self.departments.values() if leads_on or not one.places or place in one.places)
        )
        return tuple(topic for topic in self.topics if topic in answered)

    def asks_first(self, channel: ChannelName, about: Recognized) -> AskedFor | None:
        """What to ask the resident about a new question: what is missing, and decides who answers."""
        if not about.place and self.place_matters(channel, about):
            return AskedFor.PLACE
        if not about.topic and self.topics_that_matter(channel, about.place):
            return AskedFor.TOPIC
        return None

    def asks_next(self, channel: ChannelName, about: Recognized, answered: AskedFor) -> AskedFor | None:
        """What to ask him once he has answered this, or did not want to."""
        if answered is AskedFor.PLACE:
            return AskedFor.TOPIC if not about.topic and self.topics_that_matter(channel, about.place) else None
        # A place that mattered before was asked for before.
        matters = bool(about.topic) and not about.place and not self.places_that_matter(channel, "")
        return AskedFor.PLACE if matters and self.places_that_matter(channel, about.topic) else None

    def _department_of(self, channel: ChannelName) -> Department | None:
        return self.departments.get(self.channel_departments.get(channel, ""))

    def _why(self, about: Recognized, department: Department | None) -> str:
        if not self.recognizer:
            return ""
        topic = f"теме «{self.topics.get(about.topic, about.topic)}»" if about.topic else ""
        place = f"месту «{self.places.get(about.place, about.place)}»" if about.place else ""
        if department is not None:
            by = (topic if department.topics else "", place if department.places else "")
            return f"по {' и '.join(filter(None, by))}"
        if not (topic or place):
            return "ни одна тема не подошла"
        if not place and any(about.topic in one.topics for one in self.departments.values()):
            return f"место {'не ясно' if about.either else 'не названо'}, а отделы по {topic} работают не везде"
        return f"нет отдела по {' и '.join(filter(None, (topic, place)))}"

    def due_at(self, department: str, now: datetime) -> datetime:
        """When a question that this department has to answer from now on is due, by its working hours."""
        return add_working_time(now, self._span(department), self.schedule_of(department))

    def _span(self, department: str) -> timedelta:
        """The working time that this department has for an answer."""
        own = self.departments.get(department)
        return (own.answer_within if own is not None else None) or self.answer_within

    def late_until(self, department: str, now: datetime) -> datetime:
        """By when a resident is told to have an answer that is late: half of the department's time more."""
        return add_working_time(now, max(self._span(department) / 2, LEAST_MORE), self.schedule_of(department))

    def due_again(self, department: str, now: datetime, work_left: timedelta | None) -> datetime:
        """When a question is due whose clock stood with so much working time left; None: it starts anew."""
        if work_left is None:
            return self.due_at(department, now)
        return add_working_time(now, work_left, self.schedule_of(department))

    def work_left(self, department: str, now: datetime, due_at: datetime) -> timedelta:
        """The working time until then."""
        return working_time_between(now, due_at, self.schedule_of(department))

    def remind_at(self, department: str, now: datetime, due_at: datetime) -> datetime:
        """When officials are reminded first of a question that this department has from now on."""
        return half_way(now, due_at, self.schedule_of(department))

    def schedule_of(self, department: str) -> Schedule:
        """When this department works, or the coordinators; whoever has no hours does so round the clock."""
        own = self.departments.get(department)
        return schedule(own.hours if own is not None else self.hours, self.calendar, self.zone)

    def now_at(self, chat: ChatRef) -> ChatRef:
        """Where a chat is now: a group that became a supergroup has another address than the settings say."""
        return self.moves.get(chat, chat)

    def moved(self, moves: Mapping[ChatRef, ChatRef]) -> Desk:
        """The same desk, with the addresses that chats have now."""
        return replace(self, moves=dict(moves))

    def bound(self, bindings: Mapping[str, ChatRef]) -> Desk:
        """The same desk, with the chats that departments are tied to."""
        return replace(self, bindings=dict(bindings))

    def without(self, gone: frozenset[ChatRef]) -> Desk:
        """The same desk, with these chats out of reach."""
        return replace(self, gone=gone)

    def home_of(self, admin_chat: ChatRef, department: str) -> ChatRef:
        """Where a question is shown now, when its admin chat may be no more: with its department, or coordinators."""
        chat = self.now_at(admin_chat)
        return chat if chat in self.reachable else self.chat_of(department)

    def chat_of(self, department: str) -> ChatRef:
        """The admin chat of a department; of the coordinators, when it has none or the bot was removed from it."""
        own = self.own_chat_of(department)
        return own if own is not None and own in self.reachable else self.now_at(self.coordinators)

    def explained(self, why: str, department: str) -> str:
        """Why a question of this department is where it is; says so while the department's chat is out of reach."""
        own, chat = self.departments.get(department), self.own_chat_of(department)
        if own is None:
            return why
        plain = texts.as_if_in_reach(why, own.name)
        return plain if chat is None or chat in self.reachable else texts.but_out_of_reach(plain, own.name)

    def own_chat_of(self, department: str) -> ChatRef | None:
        """The admin chat of a department, by `/bind` or else by the settings; None: it has none."""
        own = self.departments.get(department)
        chat = self.bindings.get(department, own.admin_chat) if own is not None else None
        return self.now_at(chat) if chat is not None else None

    def admin_chat_of(self, chat: ChatRef) -> ChatRef | None:
        """The admin chat that a message in this chat belongs to; None: nobody there may do anything.

        A topic of a group is part of the group, unless the settings name that very topic.
        """
        chats = self.admin_chats
        if chat in chats:
            return chat
        return chat.whole if chat.whole in chats else None

    def sees_all(self, admin_chat: ChatRef) -> bool:
        """Coordinators see and do everything; a department sees its own."""
        return admin_chat == self.now_at(self.coordinators)

    def may(self, admin_chat: ChatRef, shown_in: ChatRef) -> bool:
        """Whether officials of this admin chat may do anything with a question that is shown in that one."""
        return self.sees_all(admin_chat) or self.now_at(shown_in) == admin_chat


def _folded(name: str) -> str:
    """A name as it is compared: small letters, ё as е, words alone. Empty: it is too long for one."""
    return " ".join(tokenize(name)) if len(name) <= _LONGEST_NAME else ""


def _by_name(names: Mapping[str, str], *, only_one: bool = False) -> dict[str, str]:
    """Slugs by names; of two with one name the first, or with `only_one` neither."""
    found: dict[str, list[str]] = {}
    for slug, name in names.items():
        if folded := _folded(name):
            found.setdefault(folded, []).append(slug)
    return {name: slugs[0] for name, slugs in found.items() if len(slugs) == 1 or not only_one}
