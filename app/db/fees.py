"""What prices were put, agreed to, let go and paid, by period and tariff: one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import for_caller
from app.db.pool import Database


@dataclass(frozen=True, slots=True)
class Asked:
    """From the first instant up to before the last, put together by the period, which begins in this zone."""

    first: datetime
    last: datetime
    period: str
    zone: str


# Ids are made in the order of time, so a range of them is a range of time that the primary key finds.
_STATEMENT: Final = """
WITH put AS (
  SELECT date_trunc(${period}, q.created_at, ${zone}) AS period_start, q.currency, q.rule, t.department, t.level,
    count(*) AS quotes, coalesce(sum(q.total), 0) AS quoted,
    coalesce(sum(q.total) FILTER (WHERE q.consent IS NOT NULL), 0) AS consented,
    count(*) FILTER (WHERE q.consent IS NOT NULL) AS consents,
    count(*) FILTER (WHERE q.status = 'declined') AS declined, count(*) FILTER (WHERE q.status = 'expired') AS expired,
    coalesce(sum(q.total) FILTER (WHERE q.status = 'waived'), 0) AS waived,
    coalesce(sum(q.settled_total) FILTER (WHERE q.status = 'settled'), 0) AS settled,
    0::numeric AS paid, 0::numeric AS refunded
  FROM quote AS q LEFT JOIN ticket AS t ON t.provider_id = $1 AND t.id = q.ticket_id
  WHERE q.provider_id = $1 AND q.id >= ${first} AND q.id < ${last} GROUP BY 1, 2, 3, 4, 5),
came AS (
  SELECT date_trunc(${period}, m.created_at, ${zone}) AS period_start, m.currency, q.rule, t.department, t.level,
    0 AS quotes, 0::numeric AS quoted, 0::numeric AS consented, 0 AS consents, 0 AS declined, 0 AS expired,
    0::numeric AS waived, 0::numeric AS settled,
    coalesce(sum(m.amount) FILTER (WHERE m.kind = 'payment'), 0) AS paid,
    coalesce(sum(m.amount) FILTER (WHERE m.kind = 'refund'), 0) AS refunded
  FROM payment AS m JOIN quote AS q ON q.provider_id = $1 AND q.id = m.quote_id
    LEFT JOIN ticket AS t ON t.provider_id = $1 AND t.id = q.ticket_id
  WHERE m.provider_id = $1 AND m.id >= ${first} AND m.id < ${last} GROUP BY 1, 2, 3, 4, 5)
SELECT period_start, currency, rule, department, level, sum(quotes)::bigint AS quotes, sum(quoted) AS quoted,
  sum(consents)::bigint AS consents, sum(consented) AS consented, sum(declined)::bigint AS declined,
  sum(expired)::bigint AS expired, sum(waived) AS waived, sum(settled) AS settled, sum(paid) AS paid,
  sum(refunded) AS refunded
FROM (SELECT * FROM put UNION ALL SELECT * FROM came) AS both_of_them
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"""


def _statement(place: int) -> str:
    return _STATEMENT.format(**{name: place + n for n, name in enumerate(("period", "zone", "first", "last"))})


_FOR_CALLER: Final = _statement(6)
_IN_HAND: Final = _statement(2)


def _args(asked: Asked) -> tuple[Any, ...]:
    first, last = (UUID(int=int(at.timestamp() * 1000) << 80) for at in (asked.first, asked.last))
    return asked.period, asked.zone, first, last


async def money_moved(
    database: Database, provider_id: UUID, principal: Principal, asked: Asked
) -> list[asyncpg.Record]:
    """By period, currency, tariff, department and level. Prices by when they were put, money by when it was told of."""
    _, rows = await for_caller(database, provider_id, principal, _FOR_CALLER, *_args(asked))
    return rows


async def money_moved_of(database: Database, provider_id: UUID, asked: Asked) -> list[asyncpg.Record]:
    """The same for whoever has the database in hand."""
    return await database.fetch(provider_id, _IN_HAND, provider_id, *_args(asked))
