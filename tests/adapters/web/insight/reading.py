"""What a page says, read without a browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Element:
    """One element of a page: its attributes and all the text in it."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""

    def has(self, name: str) -> bool:
        return name in (self.attributes.get("class") or "").split()

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name) or ""


@dataclass(slots=True)
class Reader:
    """The elements of a page in the order in which they begin."""

    elements: list[Element] = field(default_factory=list)

    def all(self, tag: str, name: str = "") -> list[Element]:
        """The elements of this kind, and of this class if one is given."""
        return [one for one in self.elements if one.tag == tag and (not name or one.has(name))]

    def texts(self, tag: str, name: str = "") -> list[str]:
        """What they say, on one line each, with plain spaces."""
        return [" ".join(one.text.replace("\u202f", " ").split()) for one in self.all(tag, name)]

    def links(self) -> dict[str, str]:
        """Where the links lead, by what they are called."""
        return {one["aria-label"] or " ".join(one.text.split()): one["href"] for one in self.all("a")}


def read(page: str) -> Reader:
    """Read a page. Everything between tags is text, whatever it looks like."""
    reader = Reader()
    parser = _Parser(reader)
    parser.feed(page)
    parser.close()
    assert parser.stack == []
    return reader


class _Parser(HTMLParser):
    _VOID = frozenset({"meta", "link", "img", "input", "br", "hr"})

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader = reader
        self.stack: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self._reader.elements.append(element)
        if tag not in self._VOID:
            self.stack.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.stack.pop().tag

    def handle_data(self, data: str) -> None:
        for element in self.stack:
            element.text += data
