"""The bar that says on a terminal how far an export is."""

from __future__ import annotations

import io

from handlers.statistics.progress import Bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bar() -> None:
    """The line says how much is done, is drawn over itself, and is gone at the end."""
    terminal = Terminal()
    bar = Bar(terminal)
    bar.tell(500, 2000)
    bar.tell(2000, 2000)
    bar.clear()
    start, quarter, whole, end = terminal.getvalue().split("\r\x1b[K")
    assert ("", "") == (start, end)
    assert quarter.endswith("25%  500 of 2,000")
    assert whole.endswith("100%  2,000 of 2,000")
    assert quarter.count("#") < whole.count("#")


def test_few_drawings() -> None:
    """A terminal is not flooded, however fast the rows come."""
    terminal = Terminal()
    bar = Bar(terminal)
    for done in range(10_000):
        bar.tell(done, 10_000)
    assert terminal.getvalue().count("\r") < 1000


def test_nothing_to_do() -> None:
    """Of nothing all is done."""
    terminal = Terminal()
    Bar(terminal).tell(0, 0)
    assert terminal.getvalue().endswith("100%  0 of 0")


def test_no_terminal() -> None:
    """What is written to a file or a pipe is kept clean."""
    pipe = io.StringIO()
    bar = Bar(pipe)
    bar.tell(1, 2)
    bar.clear()
    assert "" == pipe.getvalue()
