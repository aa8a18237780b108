"""What adapters call the parts of officials' messages that cannot be carried: residents read it in their language."""

from __future__ import annotations

import pytest

from adapters.telegram import content
from adapters.vk import attachments
from bot.conversation.voice import voices

NAMES = sorted({*content._UNSUPPORTED.values(), *(noun for *_, noun in content._FILES), *attachments._NAMES.values()})
#: Nobody can show this to a group.
_NEVER = {"документы Telegram Passport"}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in _NEVER])
def test_name_is_known_in_each_language(name: str) -> None:
    """Each name is in the catalogue, so that nobody reads a Russian word in the middle of an English line."""
    for voice in voices():
        assert (voice.language == "ru") == (name == voice.ours("part", name))
