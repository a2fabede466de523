"""A worker that has much to send still tells within five seconds that a clock was missed."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from app.db.tables.providers import Provider
from tests.frontdesk import FrontDesk
from tests.jobs.drain import Counting, write
from tests.jobs.test_drain import Hand, counting
from tests.services.sweeping.test_tickets import OFFLINE

TICKETS, BACKLOG = 40, 3_000
SOON = timedelta(seconds=40)
WITHIN = timedelta(seconds=5)
__all__ = ["counting"]


@pytest.mark.long
async def test_each_breach_is_told_within_five_seconds_while_a_backlog_is_sent(
    front: FrontDesk,
    counting: Counting,
    owner: asyncpg.Connection,
    owner_dsn: str,
    provider: Provider,
    keys_folder: Path,
) -> None:
    target = timedelta(hours=3)
    began = datetime.now(UTC)
    for n in range(TICKETS):
        front.now = began + SOON - target + timedelta(milliseconds=250 * n)
        _, _, customer = await front.customer("plutus", product="shared")
        answer = await front.client.post("/v1/tickets", json=OFFLINE, headers={**customer, **front.key()})
        assert answer.status_code == 201, answer.text
    ids = await write(owner, provider.id, BACKLOG, datetime.now(UTC))
    assert datetime.now(UTC) < began + SOON, "the first is not due yet"
    hands = [Hand(owner_dsn, keys_folder) for _ in range(2)]
    for hand in hands:
        await hand.start()
    until = began + SOON + timedelta(milliseconds=250 * TICKETS) + WITHIN
    while datetime.now(UTC) < until:
        await asyncio.sleep(0.2)
    late = await owner.fetch("""
      SELECT e.occurred_at - (e.data ->> 'due_at')::timestamptz AS by FROM event AS e
      WHERE e.type = 'ticket.breached' AND e.data ->> 'metric' = 'first_response' ORDER BY by""")
    for hand in hands:
        await hand.finish()
    assert len(late) == TICKETS
    print(f"\nof {TICKETS} breaches told at most {late[-1]['by'].total_seconds():.2f} s late", end=" ")
    print(f"while {sum(1 for one in ids if one in counting.seen)} of {BACKLOG} events were sent")
    assert timedelta(0) <= late[0]["by"]
    assert late[-1]["by"] <= WITHIN
