"""VK's error codes, each with the one error of sending that it means.

https://dev.vk.com/en/reference/errors, and the errors of each method on its own page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.errors import Misconfigured, RecipientGone, Rejected, Scope, SendError, Throttled, Transient

_Make = Callable[[str, str], SendError]


def _wait(retry_after: timedelta, scope: Scope) -> _Make:
    return lambda code, reason: Throttled(code, retry_after=retry_after, scope=scope, reason=reason)


_TABLE: dict[int, _Make] = {
    1: Transient,  # Unknown error occurred
    2: Misconfigured,  # Application is disabled
    4: Misconfigured,  # Incorrect signature
    5: Misconfigured,  # User authorization failed
    6: _wait(timedelta(seconds=0.3), Scope.ACCOUNT),  # Too many requests per second
    7: Misconfigured,  # Permission to perform this action is denied
    9: _wait(timedelta(minutes=1), Scope.CHAT),  # Flood control
    10: Transient,  # Internal server error: the same random_id makes a repeat harmless
    11: Misconfigured,  # In test mode application should be disabled
    13: Transient,  # Runtime error occurred during code invocation
    14: Misconfigured,  # Captcha needed: nobody is there to solve it
    15: Misconfigured,  # Access denied
    16: Misconfigured,  # HTTP authorization failed
    17: Misconfigured,  # Validation required
    18: RecipientGone,  # User was deleted or banned
    20: Misconfigured,  # Denied for non-standalone applications
    21: Misconfigured,  # Allowed only for standalone and OpenAPI applications
    24: Misconfigured,  # Confirmation required
    25: Misconfigured,  # Token confirmation required
    27: Misconfigured,  # Group authorization failed
    28: Misconfigured,  # Application authorization failed
    29: _wait(timedelta(minutes=10), Scope.ACCOUNT),  # Rate limit reached
    37: RecipientGone,  # User was banned
    38: Misconfigured,  # Unknown application
    39: RecipientGone,  # Unknown user
    40: Misconfigured,  # Unknown group
    42: Misconfigured,  # IP is not allowed
    43: Transient,  # This section is temporarily unavailable
    100: Rejected,  # One of the parameters specified was missing or invalid
    101: Misconfigured,  # Invalid application API ID
    113: RecipientGone,  # Invalid user id
    118: Transient,  # Invalid server: the upload took too long, a new one may do
    121: Transient,  # Invalid hash: the same
    203: Misconfigured,  # Access to group denied
    900: RecipientGone,  # The user is on the community's blacklist
    901: RecipientGone,  # The user never wrote, or denied messages
    902: RecipientGone,  # The user's privacy settings
    909: Rejected,  # Too old to edit
    910: Rejected,  # Message is too big
    911: Rejected,  # Keyboard format is invalid
    912: Rejected,  # This is a chat bot feature, switched off in the community
    913: Rejected,  # Too many forwarded messages
    914: Rejected,  # Message is too long
    917: RecipientGone,  # No access to this chat
    920: Rejected,  # This kind of message cannot be edited
    921: Rejected,  # These messages cannot be forwarded
    922: RecipientGone,  # The community left this chat
    924: Rejected,  # Cannot be deleted for everybody
    925: RecipientGone,  # Not an admin of this chat
    927: RecipientGone,  # Chat does not exist
    932: RecipientGone,  # The community cannot interact with this peer
    935: RecipientGone,  # User not found in chat
    936: RecipientGone,  # Contact not found
    939: RecipientGone,  # Message request already sent
    940: Rejected,  # Too many posts in messages
    945: RecipientGone,  # Chat was disabled
    946: RecipientGone,  # Chat not supported
    950: RecipientGone,  # The time to reply is over
    962: RecipientGone,  # A chat for paying subscribers
    985: RecipientGone,  # A chat for notifications only
    987: RecipientGone,  # A message request is needed
    988: RecipientGone,  # A message request waits
    1012: RecipientGone,  # Writing is disabled for this chat
    1114: Misconfigured,  # Anonymous token has expired
    1116: Misconfigured,  # Anonymous token is invalid
    1117: Misconfigured,  # Access token has expired
    1118: Misconfigured,  # Token used from another address
    2000: Misconfigured,  # The community has all its ten callback servers
    3300: Misconfigured,  # Recaptcha needed
    3301: Misconfigured,  # Phone validation needed
    3302: Misconfigured,  # Password validation needed
    3303: Misconfigured,  # Code from an application needed
    3304: Misconfigured,  # E-mail confirmation needed
    3609: Misconfigured,  # Token extension required
    3610: RecipientGone,  # User is deactivated
    3611: RecipientGone,  # The service is deactivated for the user
}

#: Said about one message, these are no matter of the channel: the message is not ours, or not there.
_ABOUT_ONE_MESSAGE = frozenset({7, 15})
_METHODS_ON_ONE_MESSAGE = frozenset(
    {"messages.edit", "messages.delete", "messages.sendReaction", "messages.sendMessageEventAnswer"}
)

#: The token lacks a right.
NO_ACCESS = frozenset({"vk_7", "vk_15", "vk_203"})
#: A parameter is wrong: for a message with files, a saved file may be gone.
WRONG_PARAMETER = "vk_100"
#: Buttons are refused, or switched off in the community.
NO_KEYBOARDS = frozenset({"vk_911", "vk_912"})
#: The message replied to is gone or cannot be quoted.
NO_REPLY = frozenset({"vk_100", "vk_913", "vk_921"})


def error_for(number: int, reason: str, *, method: str = "") -> SendError:
    """The error of sending for VK's `error_code`; a code that we do not know is a refusal."""
    if number in _ABOUT_ONE_MESSAGE and method in _METHODS_ON_ONE_MESSAGE:
        return Rejected(f"vk_{number}", reason)
    return _TABLE.get(number, Rejected)(f"vk_{number}", reason)
