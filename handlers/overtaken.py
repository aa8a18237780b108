"""Updates that came before what they are about: they are kept, and tried again for a minute."""

from __future__ import annotations


class Overtaken(Exception):
    """What it is about is not known yet: that update, or a receipt, is still on the way. Try again soon."""
