"""What PostgreSQL can spread over partitions or shards without giving up a key: all of a provider, by provider."""

import asyncpg
import pytest

from app.db.schema import metadata

OF_A_PROVIDER = sorted(name for name, table in metadata.tables.items() if "provider_id" in table.columns)


async def test_every_table_of_a_provider_can_be_partitioned_or_distributed_by_it(owner: asyncpg.Connection) -> None:
    assert len(OF_A_PROVIDER) > 20
    refused = set()
    for name in OF_A_PROVIDER:
        # Postgres, as Citus, refuses unless every primary and unique key holds the provider.
        shape = f'CREATE TEMP TABLE "spread_{name}" (LIKE "{name}" INCLUDING ALL) PARTITION BY HASH (provider_id)'
        try:
            await owner.execute(shape)
        except asyncpg.FeatureNotSupportedError:
            refused.add(name)
        else:
            await owner.execute(f'DROP TABLE "spread_{name}"')
    # A file's place in the object store, which all providers share, is unique across them.
    assert refused == {"attachment"}


async def test_what_refers_to_another_row_of_a_provider_lies_together_with_it(owner: asyncpg.Connection) -> None:
    loose = await owner.fetch(
        """SELECT c.conname FROM pg_constraint AS c
           WHERE c.contype = 'f' AND c.confrelid <> 'provider'::regclass AND NOT EXISTS (
             SELECT FROM pg_attribute AS a
             WHERE a.attrelid = c.conrelid AND a.attname = 'provider_id' AND a.attnum = ANY(c.conkey))"""
    )
    assert loose == []


@pytest.mark.parametrize(("name", "by_month"), [("message", True), ("ticket", False), ("event", False)])
async def test_by_month_only_what_has_no_other_key_than_its_id(
    name: str, by_month: bool, owner: asyncpg.Connection
) -> None:
    """Ids are made in the order of time. A reference, or a place in the log, must be unique across all months."""
    shape = f'CREATE TEMP TABLE spread (LIKE "{name}" INCLUDING ALL) PARTITION BY RANGE (id)'
    if by_month:
        await owner.execute(shape)
        await owner.execute("DROP TABLE spread")
    else:
        with pytest.raises(asyncpg.FeatureNotSupportedError):
            await owner.execute(shape)
