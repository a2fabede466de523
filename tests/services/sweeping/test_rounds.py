"""What a round looks through beside tickets: kept answers that may go, and what waits, for the metrics."""

from datetime import timedelta
from pathlib import Path

import asyncpg

from app.clients.objects import Objects
from app.db.pool import Database
from app.db.tables.providers import Provider
from app.services.shelf import Policies
from app.services.sweeping.rounds import Sweeping
from tests import factories

NOW = factories.NOW


async def test_answers_kept_for_repeated_requests_go_when_their_day_is_over(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider, tmp_path: Path
) -> None:
    kept = """INSERT INTO idempotency_key (provider_id, principal, key, fingerprint, status, created_at, expires_at)
      VALUES ($1, 'staff:7', $2, 'x', 201, $3, $3)"""
    for key, expires_at in (("old", NOW), ("young", NOW + timedelta(seconds=1))):
        await owner.execute(kept, provider.id, key, expires_at)
    sweeping = Sweeping(worker_database, Policies(worker_database), Objects.at("", tmp_path), lambda: NOW)
    assert await sweeping.tidy() is False
    assert [row["key"] for row in await owner.fetch("SELECT key FROM idempotency_key")] == ["young"]


async def test_what_was_delivered_is_kept_for_thirty_days_and_what_is_dead_for_longer(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider, tmp_path: Path
) -> None:
    sent = """INSERT INTO delivery (provider_id, id, kind, target, payload, state, next_at, delivered_at, created_at,
      updated_at) VALUES ($1, $2, 'mail', '{}', '{}', $3, $4, $5, $4, $4)"""
    old, young = NOW - timedelta(days=30), NOW - timedelta(days=29)
    for state, at in (("delivered", old), ("delivered", young), ("dead", old)):
        await owner.execute(sent, provider.id, factories.new_id(), state, at, at if state == "delivered" else None)
    await Sweeping(worker_database, Policies(worker_database), Objects.at("", tmp_path), lambda: NOW).tidy()
    left = await owner.fetch("SELECT state, next_at FROM delivery ORDER BY next_at")
    assert [tuple(row) for row in left] == [("dead", old), ("delivered", young)]
