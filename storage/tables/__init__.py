"""The schema, once: migrations are checked against it, statements are written for it.

Whoever imports any of it has all of it.
"""

from storage.tables import channels, officials, questions, residents

__all__ = ["channels", "officials", "questions", "residents"]
