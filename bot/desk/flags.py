"""What an official should know of a text before he reads or passes it on. Nothing is censored. Pure."""

from __future__ import annotations

import re

from bot.desk.personal_data import Kind, places

RUDE = "Грубая лексика"
PERSONAL = "Похоже на личные данные"
#: Characters that are looked at: no card shows more of one message.
LOOKED_AT = 20_000


def warning(text: str) -> str:
    """One line for the card; empty when there is nothing to warn of."""
    text = text[:LOOKED_AT]
    found = personal_data(text)
    parts = (RUDE if is_rude(text) else "", f"{PERSONAL}: {', '.join(found)}" if found else "")
    return " · ".join(filter(None, parts))


# --- rude words ----------------------------------------------------------------------------------------------------

#: What looks or sounds like a letter and is written for it, and the letter.
_ALIKE = tuple(zip("ёa@b6csdeghxi1!klmno0prtuyvz34", "еааббссдегххиииклмноорртуувззч", strict=True))
#: Signs that hide a letter, in any place but the first.
_HIDING = "*#"

# «оскорблять», «страхуй», «требовать», «подебоширить», «Екатеринбург», «команда», «скипидар», «Олеговна», «Аманда»,
# «херсонский», «бляха», «ЕБС» hold the letters of rude roots: where they stand in a word decides. «\b» ends it.
#: Roots that no other word holds.
_ANYWHERE = "пизд|бляд|пид[ао]рас|долб[ао]еб"
#: Roots at the beginning of a word or behind a prefix.
_BEHIND_PREFIX = (
    "ху[йеяию]|еб(?:а[лнтшрц]|у[чтнш]|у\\b|е[тшнм]|и[сцт]|о[шмк]|к[аиоу]|л[аоияюу]|н[уеио]|ы|ст[ьи]|\\b)"
    "|сра(?:л|ть\\b|н[ыоцеь])|хер(?:а|у|ом|ня|не|ни|ню|ней|ов[оаы](?:[йеяму])?|ач\\w*)?\\b|дроч(?:ат|ил|ит|иш|[уи]\\b)"
)
_PREFIXES = "на|по|за|вы|до|у|про|при|пере|раз|разъ|рас|из|изъ|ис|от|отъ|подъ|об|обо|объ|съ|въ|взъ|недо|ни|не|о|мудо"
#: Roots at the beginning of a word only.
_FIRST = (
    "бля\\b|блят[ьи]|бла[дт]ь|пзд(?:е)?ц|аху[еи]|говн(?:о|а|е|у|ом|я\\w*|ю\\w*|ист\\w*)\\b|жоп(?:[аеуы]|ой)\\b|муда[кчц]|мудил|мудозв"
    "|пид[ао]р(?:[ыау]|ов|ок|ск\\w*)?\\b|сук(?:[аиу]|ой|ин|ина|ины|ины[йе])\\b|сучк[ау]\\b|манд(?:[аыеу]|ой)\\b"
    "|залуп[аеуы]\\b|г[ао]ндон(?:[аыу]|ом|ов)?\\b|шлюх|ублюд|мраз(?:ь|и|ей|ота)\\b|сволоч[иь]\\b"
)
#: Letters back from a root that are looked at for a prefix.
_BACK = 12


def _spelled(roots: str) -> str:
    """A pattern of letters as people write them: stretched, and all but the first of a root hidden by signs."""
    # (Quantifiers in the roots stand behind groups only: those of the letters are already there.)
    pattern, in_set, before = "", False, "|"
    for sign in roots:
        if sign in "[]":
            in_set = sign == "["
            # So many: without an end to it, a text of one letter would be looked at again from each of them.
            pattern += sign if in_set else f"{_HIDING}]{{1,9}}"
        elif in_set or not "а" <= sign <= "я":
            pattern += sign
        elif before in "|(":
            # One plain letter at the beginning lets the search skip what cannot be a root.
            pattern += f"{sign}{sign}{{0,9}}"
        else:
            pattern += f"[{sign}{_HIDING}]{{1,9}}"
        before = sign
    return pattern.replace("\\b", f"(?![\\w{_HIDING}])")


_ROOT = re.compile(_spelled(f"{_ANYWHERE}|{_BEHIND_PREFIX}|{_FIRST}"))
_ROOT_ANYWHERE = re.compile(_spelled(_ANYWHERE))
_ROOT_BEHIND_PREFIX = re.compile(_spelled(_BEHIND_PREFIX))
_PREFIX = re.compile(rf"(?<![\w{_HIDING}])(?:{_spelled(_PREFIXES)})$")
_RUSSIAN = re.compile("[а-яё]")
_DIGITS = re.compile(r"\d\d")
#: Of words wholly in Latin letters, those that begin so: «cyka», «xyй», but no «her», «hue», «ebook».
_LATIN = ("c", "s", "x")


def is_rude(text: str) -> bool:
    """Whether it has a rude word, also a stretched one, with look-alikes of letters or signs in their places."""
    lowered = text.lower()
    plain = lowered
    for sign, letter in _ALIKE:
        plain = plain.replace(sign, letter)
    return any(
        _is_word(lowered[match.start() : match.end() + 1]) and _stands_so(plain, match.start())
        for match in _ROOT.finditer(plain)
    )


def _is_word(written: str) -> bool:
    """Whether it was a word before it was made plain: the plate «Е600МН» is none, nor is «х**»."""
    if sum(map(str.isalpha, written)) < 2 or _DIGITS.search(written) is not None:
        return False
    return written.startswith(_LATIN) or _RUSSIAN.search(written) is not None


def _stands_so(plain: str, start: int) -> bool:
    """Whether the root that begins here stands where it means what it says."""
    before = plain[start - 1 : start]
    if not (before.isalnum() or before in ("_", *_HIDING)):
        return True
    if _ROOT_ANYWHERE.match(plain, start) is not None:
        return True
    return (
        _ROOT_BEHIND_PREFIX.match(plain, start) is not None
        and _PREFIX.search(plain, max(start - _BACK, 0), start) is not None
    )


# --- personal data -------------------------------------------------------------------------------------------------


def personal_data(text: str) -> tuple[str, ...]:
    """The kinds of personal data that it seems to have, the resident's own or somebody's."""
    found = {place.kind for place in places(text)}
    return tuple(kind.value for kind in Kind if kind in found)
