"""Found while testing storage: fails until the core is mended."""

from __future__ import annotations

from storage.database import Database


async def test_json_comes_as_text(database: Database) -> None:
    """What `storage.codec` decodes is text: SQLAlchemy must not have decoded it before."""
    async with database.transaction() as tx:
        assert '{"text": "Яма"}' == await tx.raw.fetchval("""SELECT '{"text": "Яма"}'::jsonb""")
