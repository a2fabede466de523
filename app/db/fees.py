"""What prices were put, agreed to, let go and paid, from the tallies of days and the latest prices: one statement."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import for_caller
from app.db.pool import Database


@dataclass(frozen=True, slots=True)
class Asked:
    """Days from the first up to before the last, which begin in this zone, put together by the period."""

    first: date
    last: date
    period: str
    zone: str
    today: date


GROUPS: Final = "currency, rule, department, level"
COUNTS: Final = ("quotes", "consents", "declined", "expired")
AMOUNTS: Final = ("quoted", "consented", "waived", "settled", "paid", "refunded")
# Ids are made in the order of time, so a day is a range of them that the primary key finds. How many days and prices
# there will be is not known when it is planned: OFFSET 0 has each looked up by its key, where all would be read else.
_FIRST_ID: Final = """(lpad(to_hex((extract(epoch FROM {day}::timestamp AT TIME ZONE {zone}) * 1000)::bigint), 12, '0')
      || repeat('0', 20))::uuid"""
_MOVED: Final = """
SELECT day, currency, rule, department, level, count(*) FILTER (WHERE kind = 'price') AS quotes,
  count(*) FILTER (WHERE agreed) AS consents, count(*) FILTER (WHERE moved.status = 'declined') AS declined,
  count(*) FILTER (WHERE moved.status = 'expired') AS expired,
  coalesce(sum(amount) FILTER (WHERE kind = 'price'), 0) AS quoted,
  coalesce(sum(amount) FILTER (WHERE agreed), 0) AS consented,
  coalesce(sum(amount) FILTER (WHERE moved.status = 'waived'), 0) AS waived,
  coalesce(sum(settled_total) FILTER (WHERE moved.status = 'settled'), 0) AS settled,
  coalesce(sum(amount) FILTER (WHERE kind = 'payment'), 0) AS paid,
  coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0) AS refunded
FROM (
  SELECT day, 'price' AS kind, q.* FROM {days}, LATERAL (
    SELECT currency, rule, ticket_id, total AS amount, consent IS NOT NULL AS agreed, status, settled_total FROM quote
    WHERE provider_id = $1 AND id >= {begins} AND id < {ends} OFFSET 0) AS q
  UNION ALL
  SELECT day, m.kind, m.currency, q.rule, q.ticket_id, m.amount, false, NULL, NULL FROM {days}, LATERAL (
    SELECT kind, currency, amount, quote_id FROM payment
    WHERE provider_id = $1 AND id >= {begins} AND id < {ends} OFFSET 0) AS m, LATERAL (
    SELECT rule, ticket_id FROM quote WHERE provider_id = $1 AND id = m.quote_id OFFSET 0) AS q) AS moved
LEFT JOIN LATERAL (
  SELECT department, level FROM ticket WHERE provider_id = $1 AND id = moved.ticket_id OFFSET 0) AS t ON true
GROUP BY day, currency, rule, department, level"""


def day_of(id_: str, zone: str) -> str:
    """The day on which something with this id was made; both are names of the statement."""
    milliseconds = f"('x' || translate(left({id_}::text, 13), '-', ''))::bit(48)::bigint"
    return f"(to_timestamp({milliseconds} / 1000.0) AT TIME ZONE {zone})::date"


def moved(days: str, zone: str) -> str:
    """What moved on days, by day: `days` are rows with a `day`, the names are of the statement's places."""
    begins, ends = (_FIRST_ID.format(day=day, zone=zone) for day in ("day", "(day + 1)"))
    return _MOVED.format(days=days, begins=begins, ends=ends)


# Tallies tell of whole days, a minute late. The days that may still get a price or a payment are read themselves, and
# so are those that are yet to be counted, be it anew.
_STATEMENT: Final = """
WITH counted AS (SELECT fees_stale FROM tally WHERE provider_id = $1 AND fees_zone = ${zone}),
known AS (
  SELECT day::date AS day,
    day < ${today}::date - 1 AND EXISTS (SELECT FROM counted WHERE day <> ALL (fees_stale)) AS counted
  FROM generate_series(${first}::date::timestamp, ${last}::date::timestamp - interval '1 day', '1 day') AS day),
itself AS (SELECT day FROM known WHERE NOT counted),
part AS (
  SELECT day, {columns} FROM fee_tally JOIN known USING (day) WHERE provider_id = $1 AND known.counted
  UNION ALL SELECT day, {columns} FROM ({moved}) AS moved)
SELECT date_trunc(${period}, day::timestamp) AT TIME ZONE ${zone} AS period_start, {groups}, {sums}
FROM part GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"""


def _statement(place: int) -> str:
    """Its arguments from this place on; $1 is the provider."""
    places = {name: place + n for n, name in enumerate(("period", "zone", "first", "last", "today"))}
    sums = [f"sum({name})::bigint AS {name}" for name in COUNTS] + [f"sum({name}) AS {name}" for name in AMOUNTS]
    return _STATEMENT.format(
        columns=", ".join((GROUPS, *COUNTS, *AMOUNTS)),
        groups=GROUPS,
        moved=moved("itself", f"${places['zone']}"),
        sums=", ".join(sums),
        **places,
    )


_FOR_CALLER: Final = _statement(6)
_IN_HAND: Final = _statement(2)


def _args(asked: Asked) -> tuple[Any, ...]:
    return asked.period, asked.zone, asked.first, asked.last, asked.today


async def money_moved(
    database: Database, provider_id: UUID, principal: Principal, asked: Asked
) -> list[asyncpg.Record]:
    """By period, currency, tariff, department and level. Prices by when they were put, money by when it was told of."""
    _, rows = await for_caller(database, provider_id, principal, _FOR_CALLER, *_args(asked))
    return rows


async def money_moved_of(database: Database, provider_id: UUID, asked: Asked) -> list[asyncpg.Record]:
    """The same for whoever has the database in hand."""
    return await database.fetch(provider_id, _IN_HAND, provider_id, *_args(asked))
