"""Words that were looked for are marked, wherever they are said to be."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.web.insight.questions import marked, pager

MARKS = [
    ("no mark", (), "нет воды"),
    ("one word", ((4, 8),), "нет <mark>воды</mark>"),
    ("all of it", ((0, 8),), "<mark>нет воды</mark>"),
    ("two words", ((0, 3), (4, 8)), "<mark>нет</mark> <mark>воды</mark>"),
    ("in another order", ((4, 8), (0, 3)), "<mark>нет</mark> <mark>воды</mark>"),
    ("one over another", ((0, 5), (4, 8)), "<mark>нет в</mark><mark>оды</mark>"),
    ("beyond the end", ((4, 80), (90, 95)), "нет <mark>воды</mark>"),
    ("before the beginning", ((-5, 3),), "<mark>нет</mark> воды"),
    ("nothing", ((3, 3), (8, 4)), "нет воды"),
]


@pytest.mark.parametrize(("marks", "expected"), [case[1:] for case in MARKS], ids=[case[0] for case in MARKS])
def test_marks(marks: Sequence[tuple[int, int]], expected: str) -> None:
    """Every mark that fits is shown, no letter is lost or said twice."""
    assert expected == marked("нет воды", marks)


def test_marked_text_is_text() -> None:
    """Signs of HTML in the text stay signs, inside a mark and around it."""
    assert "&lt;b&gt;<mark>&amp;</mark>&quot;" == marked('<b>&"', ((3, 4),))


@pytest.mark.parametrize(
    ("page", "total", "expected"),
    [
        (0, 0, None),
        (0, 10, None),
        (0, 11, ["/2", "1 из 2"]),
        (1, 11, ["/1", "2 из 2"]),
        (1, 25, ["/1", "/3", "2 из 3"]),
        (99, 25, ["/3", "К последней"]),
        (5, 7, ["/1", "К последней"]),
    ],
)
def test_pager(page: int, total: int, expected: list[str] | None) -> None:
    """There are links to the pages that there are, from beyond them too, and none where there is one page."""
    shown = pager(page, total, 10, lambda page: f"/{page + 1}")
    if expected is None:
        assert shown is None
        return
    *links, counted = expected
    assert shown is not None
    assert [f'href="{link}"' for link in links] == [part for part in shown.replace(">", " ").split() if "href" in part]
    assert counted in shown
