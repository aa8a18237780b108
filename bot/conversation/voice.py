"""The languages in which residents are spoken to: each is one file of texts in `locale/`. Pure, but for reading them.

A file is a gettext catalogue, `ru.po`. Adding a language is adding a file: its code is the file's name, its name for
people and the words by which they ask for it are messages of it. What it lacks is said in Russian.
"""

from __future__ import annotations

import gettext
import io
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

#: What is spoken to whoever's own language there is no file of: nearly everybody here reads it.
_FIRST = "ru"
#: Characters of a language's code: https://www.rfc-editor.org/rfc/rfc5646#section-4.4.1
_LONGEST_CODE = 35
#: Stands between the words of a message that lists some.
_BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks one language. What is put into a text stays as it is, whatever signs it has."""

    language: str
    _of: Catalogues = field(repr=False)

    def say(self, what: str, /, **values: object) -> str:
        """The text of this id with the values in their places. Raises KeyError when one of them is missing."""
        return self._of.texts(self.language).gettext(what).format_map(values)

    def count(self, what: str, n: int, /, **values: object) -> str:
        """The same in the plural form that goes with `n`."""
        return self._of.texts(self.language).ngettext(what, what, n).format_map({**values, "n": n})

    def text(self, what: str, /) -> str:
        """The text with its places still open, for whoever puts the values in himself."""
        return self._of.texts(self.language).gettext(what)

    def words(self, what: str, /) -> tuple[str, ...]:
        """A text that lists words."""
        return tuple(self._of.texts(self.language).gettext(what).split(_BETWEEN))

    def has(self, what: str, /) -> bool:
        """Whether the text of this id is there in this very language, not only in Russian."""
        return self._of.has(self.language, what)

    def ours(self, group: str, words: str, /) -> str:
        """Words of the service itself that officials' side keeps in Russian, said in this voice.

        Their ids begin with `group`. Other people's words stay as they are.
        """
        if self.language == _FIRST:
            return words
        what = self._of.known_by.get((group, words))
        return self.say(what) if what is not None else words

    @property
    def name(self) -> str:
        """What those who speak it call the language."""
        return self.say("language-name") if self.has("language-name") else self.language

    @property
    def called(self) -> tuple[str, ...]:
        """The names by which people may ask for it, in small letters."""
        own = self.words("language-words") if self.has("language-words") else ()
        return (self.name.lower(), *own)


class Catalogues:
    """The languages of one folder, each compiled in memory when it is first spoken, which takes about 10 ms."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[str, gettext.GNUTranslations] = {}
        self._own: dict[str, dict[str, str]] = {}
        self.voice_of = lru_cache(maxsize=256)(self._voice_of)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Their codes, Russian first."""
        codes = sorted(path.stem for path in self._folder.glob("*.po"))
        return tuple(sorted(codes, key=lambda code: code != _FIRST))

    @cached_property
    def voices(self) -> tuple[Voice, ...]:
        return tuple(map(self.voice_of, self.languages))

    def texts(self, language: str) -> gettext.GNUTranslations:
        """The texts of a language; behind them the Russian ones."""
        found = self._texts.get(language)
        return found if found is not None else self._read(language)

    def has(self, language: str, what: str) -> bool:
        """Whether the language has this text itself."""
        self.texts(language)
        return what in self._own[language]

    @cached_property
    def known_by(self) -> dict[tuple[str, str], str]:
        """The ids of Russian texts, by the first word of the id and the text."""
        self.texts(_FIRST)
        return {(what.partition("-")[0], said): what for what, said in self._own[_FIRST].items()}

    def _voice_of(self, language: str) -> Voice:
        code = language.lower().replace("_", "-")
        for known in (code, code.partition("-")[0]):
            if known in self.languages:
                return Voice(known, self)
        return Voice(_FIRST, self)

    def _read(self, language: str) -> gettext.GNUTranslations:
        # This costs 20 ms to import: whoever only looks at the settings need not wait for it.
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        catalog = read_po(io.BytesIO((self._folder / f"{language}.po").read_bytes()), ignore_obsolete=True)
        behind = self.texts(_FIRST) if language != _FIRST else None
        _leave_out_unusable(catalog, behind)
        compiled = io.BytesIO()
        write_mo(compiled, catalog)
        compiled.seek(0)
        texts = gettext.GNUTranslations(compiled)
        if behind is not None:
            texts.add_fallback(behind)
        self._own[language] = {_id(one): _forms(one)[0] for one in catalog if one.id}
        self._texts[language] = texts
        return texts


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> tuple[str, ...]:
    """The text, or its plural forms."""
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string or "",)


def _leave_out_unusable(catalog: Catalog, behind: gettext.GNUTranslations | None) -> None:
    """Drop what is not translated (yet), and what needs values that its Russian text does not have.

    A translator's mistake must cost nobody his answer.
    """
    for message in [one for one in catalog if one.id]:
        usable = all(_forms(message)) and not message.fuzzy
        if usable and behind is not None:
            given = placeholders(behind.gettext(_id(message))) or frozenset()
            usable = all((needed := placeholders(form)) is not None and needed <= given for form in _forms(message))
        if not usable:
            catalog.delete(message.id)


def placeholders(text: str) -> frozenset[str] | None:
    """The names of the values that a text needs, each as `{name}`; None: it needs something else."""
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return None
    if any(spec or conversion for _, _, spec, conversion in parts):
        return None
    return frozenset(name for _, name, _, _ in parts if name is not None)


_OURS = Catalogues(Path(__file__).with_name("locale"))
RUSSIAN = Voice(_FIRST, _OURS)


def voice_of(language: str) -> Voice:
    """The voice for a messenger's or a resident's own language: `en-US`, `ru`.

    Whoever's language we do not have reads Russian, whatever it is: who lives here and has a client in German or Komi
    reads Russian sooner than English. Whoever wants English presses a button.
    """
    return _OURS.voice_of(language[:_LONGEST_CODE])


def voices() -> tuple[Voice, ...]:
    """All that there are, Russian first."""
    return _OURS.voices


def load() -> None:
    """Read all languages now, so that no resident waits for it."""
    for voice in voices():
        _OURS.texts(voice.language)
