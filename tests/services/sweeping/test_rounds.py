"""What a round looks through beside tickets: kept answers that may go, and what waits, for the metrics."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import asyncpg
import pytest

from app.base.errors import Problem
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


async def test_mail_as_it_came_goes_when_its_days_are_over_but_for_what_nobody_has_decided_about(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider, tmp_path: Path
) -> None:
    objects = Objects.at("", tmp_path)
    came = """INSERT INTO inbound_mail
      (provider_id, id, fingerprint, state, storage_key, received_at, created_at, updated_at)
      VALUES ($1, $2, $3, $4, $3::text, $5, $5, $5)"""
    old, young = NOW - timedelta(days=31), NOW - timedelta(days=29)
    for key, state, at in (("a", "processed", old), ("b", "received", old), ("c", "ignored", young)):
        await objects.put(key, BytesIO(b"From: jane@maple.example"))
        await owner.execute(came.replace("$3,", "$3::text::bytea,"), provider.id, factories.new_id(), key, state, at)
    without_end = Sweeping(worker_database, Policies(worker_database), objects, lambda: NOW)
    await without_end.tidy()
    assert await owner.fetchval("SELECT count(storage_key) FROM inbound_mail") == 3
    await replace(without_end, mail_kept=timedelta(days=30)).tidy()
    left = await owner.fetch("SELECT storage_key FROM inbound_mail WHERE storage_key IS NOT NULL ORDER BY storage_key")
    assert [row["storage_key"] for row in left] == ["b", "c"]
    with pytest.raises(Problem):
        await objects.get("a")


async def test_contact_data_that_nobody_has_confirmed_for_a_year_is_told_of_once(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider, tmp_path: Path
) -> None:
    year = timedelta(days=365)
    for number, confirmed_at, more in (
        ("OLD", NOW - year, {}),
        ("NEVER", None, {"created_at": NOW - year}),
        ("YOUNG", NOW - year + timedelta(seconds=1), {}),
        ("WRONG", NOW - year, {"contact_info_current": False}),
        ("ENDED", NOW - year, {"state": "closed"}),
    ):
        await factories.account(owner, provider.id, number=number, contact_info_confirmed_at=confirmed_at, **more)
    at = [NOW]
    sweeping = Sweeping(worker_database, Policies(worker_database), Objects.at("", tmp_path), lambda: at[0])

    async def told() -> list[str]:
        await sweeping.tell_unconfirmed()
        events = await owner.fetch(
            "SELECT data ->> 'number' AS number FROM event WHERE type = 'account.confirmation_due' ORDER BY 1"
        )
        return [event["number"] for event in events]

    assert await told() == ["NEVER", "OLD"]
    assert await told() == ["NEVER", "OLD"]
    at[0] = NOW + timedelta(days=1)
    await owner.execute("UPDATE account SET contact_info_confirmed_at = $1 WHERE number = 'OLD'", at[0])
    assert await told() == ["NEVER", "OLD", "YOUNG"]
    at[0] += year
    assert await told() == ["NEVER", "OLD", "OLD", "YOUNG"]
