"""Found while testing kept values: fails until the core is mended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.database import Database
from storage.kept import KeptValues


async def test_value_whose_time_is_over_is_not_the_one_that_is_kept(database: Database) -> None:
    """`get_or_set` says what `get` says: an expired value is replaced by the new one."""
    kept = KeptValues(database, "work")
    await kept.set("upload", "old", expires_at=datetime.now(UTC) - timedelta(hours=1))
    assert "new" == await kept.get_or_set("upload", "new")
    assert "new" == await kept.get("upload")
