"""What a resident reads of the news that he can subscribe to, and its buttons. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.capabilities import KeyboardLimits
from bot.conversation import texts
from bot.conversation.consulting import Rows
from bot.conversation.decisions import ALL, Page
from bot.conversation.typed import plain
from bot.conversation.vocabulary import naming
from bot.conversation.voice import Voice
from bot.delivery.split import shorten
from bot.desk.words import Recognized
from bot.model.message import Button
from bot.model.subscription import EVERYTHING, About, Subscription

#: Places, or topics, on one page, in rows of two; and names that a text lists.
PAGE, NAMED = 8, 10
#: Names that a text lists where there are no buttons: it is all that tells them.
_WITHOUT_BUTTONS = 60
#: Characters of a button that every platform shows, less the sign of what is chosen.
_LABEL = 38
_CHOSEN = "✓ "
#: Rows below a page's own.
_BELOW = 2
#: What stands before a slug in a button, and opens the list of all of its kind.
_SIGNS = {About.PLACE: "p", About.TOPIC: "t"}
_LISTS = {About.PLACE: "places", About.TOPIC: "topics"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a button or a typed name asks for: one thing, or a list to choose from."""

    #: What to subscribe to, or to end.
    subscription: Subscription | None = None
    #: The list to show, and its page; after a button of a list that list again. None: the beginning.
    listed: About | None = None
    page: int = 0


def read(argument: str) -> Wish | None:
    """What stands behind the page's name in a button, or behind a word; None: nothing that we give.

    `all`, `p:nadym` or `t:heating`, with the list's page behind it where it was pressed there; `places:0`.
    """
    if not argument:
        return Wish()
    if argument == ALL:
        return Wish(subscription=EVERYTHING)
    sign, _, rest = argument.partition(":")
    slug, colon, page = rest.partition(":")
    for about, own in _SIGNS.items():
        if sign == own and slug:
            wanted = Subscription(about=about, slug=slug)
            return Wish(subscription=wanted, listed=about, page=_number(page)) if colon else Wish(subscription=wanted)
    for about, own in _LISTS.items():
        if sign == own:
            return Wish(listed=about, page=_number(rest))
    return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def argument_of(found: Recognized, *, topic_first: bool = False) -> str:
    """The argument for a place or topic that was named, of both for the place or `topic_first`; empty: neither was."""
    if found.place and not (topic_first and found.topic):
        return f"{_SIGNS[About.PLACE]}:{found.place}"
    return f"{_SIGNS[About.TOPIC]}:{found.topic}" if found.topic else ""


def offer(voice: Voice, *, buttons: bool) -> str:
    """One line at first contact."""
    return voice.say("news-offer-press" if buttons else "news-offer-write")


def button(voice: Voice) -> Button:
    """Opens the beginning."""
    return Button(text=voice.say("button-news"), data=f"{Page.NEWS}:")


# --- the pages -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The places and topics that there are, by their slugs."""

    places: Mapping[str, str]
    topics: Mapping[str, str]

    def of(self, about: About) -> Mapping[str, str]:
        return self.places if about is About.PLACE else self.topics

    def known(self, one: Subscription) -> bool:
        """Whether there is such a thing: settings change."""
        return one == EVERYTHING or (one.about is not About.ALL and one.slug in self.of(one.about))

    def alike(self, one: Subscription) -> Sequence[Subscription]:
        """All that is called like this, itself as well: a place and a topic may have one name."""
        name = self.of(one.about).get(one.slug)
        alike = [
            Subscription(about=about, slug=slug)
            for about in _LISTS
            for slug, other in self.of(about).items()
            if name is not None and plain(other) == plain(name)
        ]
        return alike or [one]

    def chosen(self, subscriptions: Collection[Subscription]) -> list[str]:
        """What is chosen, in the order of the settings."""
        return [
            name
            for about in _LISTS
            for slug, name in self.of(about).items()
            if Subscription(about=about, slug=slug) in subscriptions
        ]


def beginning(
    voice: Voice, subscriptions: Collection[Subscription], names: Names, limits: KeyboardLimits | None
) -> tuple[str, Rows]:
    """What he is subscribed to, and what there is."""
    chosen = names.chosen(subscriptions)
    everything = EVERYTHING in subscriptions
    if everything:
        now = voice.say("news-now-all")
    elif chosen:
        now = voice.say("news-now-some", names=_listed(voice, chosen, NAMED))
    else:
        now = voice.say("news-now-none")
    parts = [f"{voice.say('news-head')} {now}"]
    if limits is None:
        parts += _in_words(voice, names)
        return "\n\n".join(parts), []
    whole = _toggle(voice.say("button-news-all"), chosen=everything, argument=ALL)
    lists = list_buttons(voice, names)
    # Whoever has all would end it by the same word.
    words = (voice.say("quoted", name=one.text) for one in (*lists, *(() if everything else (whole,))))
    parts.append(voice.say("news-how-press", words=", ".join(words)))
    rows: Rows = [(whole,)]
    if lists:
        rows.append(lists)
    if subscriptions:
        rows.append((Button(text=voice.say("button-stop"), data=f"{Page.STOP}:"),))
    return "\n\n".join(parts), rows


def list_buttons(voice: Voice, names: Names) -> tuple[Button, ...]:
    """Open the list of places and that of topics, where there are any: on each page their labels can be typed."""
    return tuple(
        Button(text=voice.say(f"button-news-{listed}"), data=f"{Page.NEWS}:{listed}:0")
        for about, listed in _LISTS.items()
        if names.of(about)
    )


def _in_words(voice: Voice, names: Names) -> list[str]:
    """What can be chosen and how, where there are no buttons."""
    parts = [_there_is(voice, about, names, 0, _WITHOUT_BUTTONS) for about in _LISTS if names.of(about)]
    example = next(iter((*names.places.values(), *names.topics.values())), "")
    parts.append(voice.say("news-how-write", example=example) if example else voice.say("news-how-write-all"))
    return parts


def choosing(
    voice: Voice,
    about: About,
    subscriptions: Collection[Subscription],
    names: Names,
    limits: KeyboardLimits | None,
    page: int,
) -> tuple[str, Rows]:
    """One page of places or topics: each a button that chooses it, or takes it off again; in words without buttons."""
    options = list(names.of(about).items())
    example = options[0][1]
    if limits is None:
        how = voice.say("news-how-write", example=example)
        page = min(max(page, 0), (len(options) - 1) // _WITHOUT_BUTTONS)
        return f"{how}\n\n{_there_is(voice, about, names, page, _WITHOUT_BUTTONS)}", []
    always = texts.keyboard(voice).rows
    room = limits.buttons - sum(map(len, always)) - 2 * _BELOW
    per = max(min(PAGE, 2 * (limits.rows - len(always) - _BELOW), room), 1)
    last = max((len(options) - 1) // per, 0)
    page = min(max(page, 0), last)
    toggles = [
        _toggle(
            name,
            chosen=Subscription(about=about, slug=slug) in subscriptions,
            argument=f"{_SIGNS[about]}:{slug}:{page}",
        )
        for slug, name in options[page * per : (page + 1) * per]
    ]
    rows: Rows = [tuple(toggles[at : at + 2]) for at in range(0, len(toggles), 2)]
    around = []
    if page:
        around.append(Button(text=voice.say("button-back"), data=f"{Page.NEWS}:{_LISTS[about]}:{page - 1}"))
    if page < last:
        around.append(Button(text=voice.say("button-on"), data=f"{Page.NEWS}:{_LISTS[about]}:{page + 1}"))
    if around:
        rows.append(tuple(around))
    rows.append((button(voice),))
    how = voice.say(f"news-choose-{_LISTS[about]}", example=example)
    # Whoever sees no buttons learns here what there is.
    return f"{how}\n\n{_there_is(voice, about, names, page, per)}", rows


def typed_names(about: About, names: Names) -> Mapping[str, str]:
    """What can be typed under this list, with its data: a name that the other list has, too, is meant as one of this.

    All others are known wherever they are typed.
    """
    others = {plain(name) for other in _LISTS if other is not about for name in names.of(other).values()}
    called = [(slug, name) for slug, shown in names.of(about).items() if (name := plain(shown)) in others]
    words = [word for word, page in naming() if page is Page.NEWS]
    return {f"{word}{name}": f"{Page.NEWS}:{_SIGNS[about]}:{slug}" for slug, name in called for word in words}


def _there_is(voice: Voice, about: About, names: Names, page: int, per: int) -> str:
    """The names from this page of the list on, so many `per` page; and the word for those that the text leaves out."""
    every, start = list(names.of(about).values()), page * per
    said = voice.say(f"news-{_LISTS[about]}", names=_listed(voice, every[start:], _WITHOUT_BUTTONS))
    if (end := start + _WITHOUT_BUTTONS) < len(every):
        # People count from 1.
        said += f" {voice.say(f'news-further-{_LISTS[about]}', page=end // per + 1)}"
    return said


def _toggle(name: str, *, chosen: bool, argument: str) -> Button:
    """Says which it will be, so that one pressed twice does what it did once."""
    label = shorten(name, _LABEL) if len(name) > _LABEL else name
    page = Page.STOP if chosen else Page.NEWS
    return Button(text=f"{_CHOSEN if chosen else ''}{label}", data=f"{page}:{argument}")


def _listed(voice: Voice, names: Sequence[str], most: int) -> str:
    shown = ", ".join(names[:most])
    more = len(names) - most
    return voice.count("news-more", more, names=shown) if more > 0 else shown
