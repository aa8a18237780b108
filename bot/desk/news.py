"""What coordinators read of the news that residents subscribe to: figures alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.model.subscription import EVERYTHING, About, Subscribers
from bot.plural import count, plural

REFUSED = "Сколько жителей подписано на новости, видят координаторы."
#: Places, and topics, that are named; the rest are counted together.
NAMED = 40


def counted(
    residents: int, counts: Sequence[Subscribers], *, places: Mapping[str, str], topics: Mapping[str, str]
) -> str:
    """How many subscribe to what, most wanted first."""
    if not residents:
        return "На новости пока никто не подписан."
    people = count(residents, "житель", "жителя", "жителей")
    parts = [f"На новости {plural(residents, 'подписан', 'подписаны', 'подписано')}: {people}"]
    if everything := sum(one.count for one in counts if one.subscription == EVERYTHING):
        parts.append(f"На все новости: {everything}")
    for about, head, names in ((About.PLACE, "Места", places), (About.TOPIC, "Темы", topics)):
        own = [one for one in counts if one.subscription.about is about]
        lines = [f"{names.get(one.subscription.slug, one.subscription.slug)}: {one.count}" for one in own[:NAMED]]
        if len(own) > NAMED:
            lines.append(f"…и ещё {len(own) - NAMED}")
        if lines:
            parts.append("\n".join((f"{head}:", *lines)))
    return "\n\n".join(parts)
