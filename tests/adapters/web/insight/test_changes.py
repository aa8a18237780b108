"""What changed is said in words, with an arrow, and judged only where more is better or worse."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.web.insight.changes import Change, Tone, of_count, of_rating, of_share, of_time

HOUR = timedelta(hours=1)
CASES = [
    ("more questions", of_count(12, 10), "▲ больше на 2 (20 %)", Tone.NEITHER),
    ("fewer questions", of_count(8, 10), "▼ меньше на 2 (20 %)", Tone.NEITHER),
    ("as many", of_count(8, 8), "без изменений", Tone.NEITHER),
    ("none before", of_count(8, 0), "▲ больше на 8", Tone.NEITHER),
    ("a larger part is late", of_share(0.051, 0.02), "▲ больше на 3,1 п. п., хуже", Tone.WORSE),
    ("a smaller part is late", of_share(0.02, 0.051), "▼ меньше на 3,1 п. п., лучше", Tone.BETTER),
    ("nearly the same part", of_share(0.02, 0.0201), "без изменений", Tone.NEITHER),
    ("nothing received before", of_share(0.02, None), "не с чем сравнить", Tone.NEITHER),
    ("slower", of_time(3 * HOUR, 2 * HOUR), "▲ больше на 1 ч (50 %), хуже", Tone.WORSE),
    ("faster", of_time(HOUR, 2 * HOUR), "▼ меньше на 1 ч (50 %), лучше", Tone.BETTER),
    ("by seconds", of_time(HOUR, HOUR + timedelta(seconds=40)), "без изменений", Tone.NEITHER),
    ("no answers now", of_time(None, HOUR), "не с чем сравнить", Tone.NEITHER),
    ("from nothing", of_time(HOUR, timedelta(0)), "▲ больше на 1 ч, хуже", Tone.WORSE),
    ("a better rating", of_rating(4.6, 4.4), "▲ больше на 0,2, лучше", Tone.BETTER),
    ("a worse rating", of_rating(4.4, 4.6), "▼ меньше на 0,2, хуже", Tone.WORSE),
    ("no ratings before", of_rating(4.4, None), "не с чем сравнить", Tone.NEITHER),
]


@pytest.mark.parametrize(("change", "expected", "tone"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_changes(change: Change, expected: str, tone: Tone) -> None:
    """An arrow for the eye, words for the ear, and «лучше» or «хуже» for those who see no colours."""
    shown = change.shown()
    for tagged in ('<span aria-hidden="true">', '<span class="unseen">', f'<span class="change {tone}">', "</span>"):
        shown = type(shown)(shown.replace(tagged, ""))
    assert (expected, tone) == (shown.replace("\u00a0", " "), change.tone)
