"""Afterwards: the ledger of the callers and the receiver's list against what the database holds."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from app.db.pool import WORKER_ROLE, Database
from app.services.audit import verify
from tests.chaos.load import Ledger
from tests.jobs.drain import Counting

_PATIENCE = 45.0
_UNSENT = """SELECT (SELECT count(*) FROM event WHERE position IS NULL)
  + (SELECT count(*) FROM delivery WHERE state = 'pending' AND (kind <> 'mail' OR attempts = 0))"""
# What a killed worker held comes free with its lease; a minute is not waited for here.
_FREE = """UPDATE delivery SET next_at = now()
  WHERE state = 'pending' AND (leased_until IS NOT NULL OR next_at > now())"""
_TOLD = ("ticket", "quote")


@dataclass(frozen=True)
class Reckoning:
    """Each count must be zero."""

    counts: dict[str, int]
    examples: list[str]

    @property
    def wrong(self) -> dict[str, int]:
        return {what: count for what, count in self.counts.items() if count}


async def reckon(dsn: str, provider: UUID, ledger: Ledger, receiver: Counting) -> Reckoning:
    owner = await asyncpg.connect(dsn)
    try:
        await _settle(owner)
        found = {
            "lost": await _lost(owner, ledger),
            "duplicates": await _duplicates(owner),
            "doubled": await _doubled(owner, ledger),
            "without event": await _without_event(owner),
            "undelivered": await _undelivered(owner, receiver),
            "stuck": [*ledger.stuck, *(["events without a place"] if await owner.fetchval(_UNSENT) else [])],
            "wrong answers": ledger.wrong,
            "broken seals": await _broken_seals(dsn, provider),
        }
    finally:
        await owner.close()
    examples = [f"{what}: {one}" for what, entries in found.items() for one in entries[:3]]
    return Reckoning({what: len(entries) for what, entries in found.items()}, examples)


async def _settle(owner: asyncpg.Connection) -> None:
    until = asyncio.get_running_loop().time() + _PATIENCE
    while await owner.fetchval(_UNSENT) and asyncio.get_running_loop().time() < until:
        await owner.execute(_FREE)
        await asyncio.sleep(0.3)


async def _missing(owner: asyncpg.Connection, query: str, wanted: list[str]) -> list[str]:
    there = {row[0] for row in await owner.fetch(query, wanted)}
    return [one for one in wanted if one not in there]


async def _lost(owner: asyncpg.Connection, ledger: Ledger) -> list[str]:
    return [
        *await _missing(owner, "SELECT id::text FROM ticket WHERE id::text = ANY($1)", list(ledger.tickets.values())),
        *await _missing(owner, "SELECT body FROM message WHERE body = ANY($1)", list(ledger.messages)),
        *await _missing(owner, "SELECT reference FROM payment WHERE reference = ANY($1)", list(ledger.payments)),
        *await _missing(
            owner,
            "SELECT subject_id::text FROM event WHERE type = 'quote.consented' AND subject_id::text = ANY($1)",
            [quote for quote, times in ledger.consents.items() if times],
        ),
    ]


async def _duplicates(owner: asyncpg.Connection) -> list[str]:
    """Two tickets under one key, or a message that was said twice: each carries a word of its own."""
    rows = await owner.fetch("""
        SELECT metadata->>'key' FROM ticket GROUP BY 1 HAVING count(*) > 1
        UNION ALL SELECT body FROM message WHERE body LIKE 'Any news%' GROUP BY body HAVING count(*) > 1""")
    return [row[0] for row in rows]


async def _doubled(owner: asyncpg.Connection, ledger: Ledger) -> list[str]:
    rows = await owner.fetch("""
        SELECT reference FROM payment GROUP BY reference HAVING count(*) > 1
        UNION ALL SELECT subject_id::text FROM event WHERE type = 'quote.consented' GROUP BY 1 HAVING count(*) > 1""")
    pressed = [quote for quote, times in ledger.consents.items() if times > 1]
    return [*(row[0] for row in rows), *pressed]


async def _without_event(owner: asyncpg.Connection) -> list[str]:
    """Every version of a row has its entry in the log."""
    rows = []
    for table in _TOLD:
        rows += await owner.fetch(f"""
            SELECT '{table} ' || t.id::text FROM {table} AS t WHERE t.version <> (
              SELECT count(*) FROM event AS e
              WHERE e.provider_id = t.provider_id AND e.subject_kind = '{table}' AND e.subject_id = t.id)""")
    return [row[0] for row in rows]


async def _undelivered(owner: asyncpg.Connection, receiver: Counting) -> list[str]:
    """What the receiver never saw, of all that a webhook is told of, and what was given up."""
    opened = await owner.fetch("SELECT id::text FROM event WHERE type IN ('ticket.opened', 'quote.consented')")
    dead = await owner.fetch("SELECT id::text FROM delivery WHERE state = 'dead'")
    return [row[0] for row in opened if row[0] not in receiver.seen] + [row[0] for row in dead]


async def _broken_seals(dsn: str, provider: UUID) -> list[str]:
    database = await Database.connect(dsn, role=WORKER_ROLE, size=1)
    try:
        tampered = (await verify(database, provider)).tampered
    finally:
        await database.close()
    return [] if tampered is None else [str(tampered)]
