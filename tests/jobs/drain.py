"""A backlog of events, workers that are killed while they work it off, and a receiver that counts."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from uuid import UUID

import asyncpg

from app.base.identifiers import uuid7
from app.sealing.envelope import seal
from app.sealing.keys import SealingKeys
from app.services.webhooks.sending import secret_place

_EVENTS = """
INSERT INTO event (provider_id, id, subject_kind, subject_id, seq, type, actor_kind, data, occurred_at)
SELECT $1, id, 'ticket', id, 1, 'ticket.opened', 'system', '{"priority": "high"}', $3 FROM unnest($2::uuid[]) AS id"""
_WEBHOOK = """
INSERT INTO webhook (provider_id, id, url, secret, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)"""


@dataclass
class Counting:
    """Answers 200 to everything, and keeps how often and when it saw each message id."""

    seen: Counter[str] = field(default_factory=Counter)
    first: dict[str, float] = field(default_factory=dict)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(_header(head, b"content-length"))
            await reader.readexactly(length)
            message = _header(head, b"webhook-id").decode()
            self.seen[message] += 1
            self.first.setdefault(message, perf_counter())
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever called was killed
        finally:
            writer.close()


def _header(head: bytes, name: bytes) -> bytes:
    return head.split(name + b":", 1)[1].split(b"\r\n", 1)[0].strip()


async def subscribe(owner: asyncpg.Connection, provider_id: UUID, port: int, keys: SealingKeys, now: datetime) -> None:
    id_ = uuid7(now)
    secret = seal(keys, b"whsec_c2VjcmV0IG9mIGEgdGVzdA==", secret_place(provider_id, id_))
    await owner.execute(_WEBHOOK, provider_id, id_, f"http://127.0.0.1:{port}/", secret, now)


async def write(owner: asyncpg.Connection, provider_id: UUID, count: int, now: datetime) -> list[str]:
    """So many events, each of a ticket of its own, in transactions of up to 1,000; their ids."""
    ids = [uuid7(now) for _ in range(count)]
    for first in range(0, count, 1_000):
        await owner.execute(_EVENTS, provider_id, ids[first : first + 1_000], now)
    return [str(id_) for id_ in ids]
