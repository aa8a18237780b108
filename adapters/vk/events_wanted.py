"""Which events VK shall deliver: https://dev.vk.com/en/api/community-events/json-schema"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Parameters of `groups.setCallbackSettings` and `groups.setLongPollSettings`.
EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "message_new": "1",
        "message_edit": "1",
        "message_event": "1",
        "message_allow": "1",
        "message_deny": "1",
        # Our own words, somebody's typing and reading tell us nothing, and would be most of the traffic.
        "message_reply": "0",
        "message_read": "0",
        "message_typing_state": "0",
    }
)
