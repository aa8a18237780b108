"""What ails the service: for `/readyz`, logs and `otvet check`."""

from __future__ import annotations

import structlog

log = structlog.get_logger(__name__)


class Ailments:
    """What is wrong with each channel now; a platform that is away does not make the service unready."""

    def __init__(self) -> None:
        self._ailments: dict[tuple[str, str], str] = {}

    def note(self, channel: str, where: str, what: str) -> None:
        """Something is wrong; said once in the log until it changes."""
        if self._ailments.get((channel, where)) != what:
            self._ailments[channel, where] = what
            log.warning("channel.ails", channel=channel, where=where, what=what)

    def clear(self, channel: str, where: str) -> None:
        if self._ailments.pop((channel, where), None) is not None:
            log.info("channel.recovered", channel=channel, where=where)

    def of(self, channel: str) -> list[str]:
        return [f"{where}: {what}" for (name, where), what in sorted(self._ailments.items()) if name == channel]
