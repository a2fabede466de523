"""What came of promises, from the tallies of days: one statement, whatever the number of tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.base.actor import Principal
from app.db.callers import for_caller
from app.db.pool import Database
from app.schemas.reports import By


@dataclass(frozen=True, slots=True)
class Asked:
    """Days from the first up to before the last, put together by the period."""

    first: date
    last: date
    period: str
    by: Sequence[By]


_STATEMENT: Final = """
WITH part AS MATERIALIZED (
  SELECT dense_rank() OVER (ORDER BY {groups}) AS number, {columns}, state, excused_by, liability, clocks, seconds
  FROM clock_tally CROSS JOIN LATERAL (SELECT date_trunc(${period}, day::timestamp)::date AS period_start) AS time
  WHERE provider_id = $1 AND day >= ${first} AND day < ${last}),
line AS (
  SELECT number, state, excused_by, liability, sum(clocks) AS clocks FROM part GROUP BY 1, 2, 3, 4),
spread AS (
  SELECT number, percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY s) AS spread
  FROM part, unnest(part.seconds) AS s GROUP BY number)
SELECT (SELECT counted_at FROM tally WHERE provider_id = $1) AS counted_at,
  (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY number), '[]')
    FROM (SELECT DISTINCT number, {names} FROM part) AS one) AS rows,
  (SELECT coalesce(jsonb_agg(to_jsonb(line)), '[]') FROM line) AS lines,
  (SELECT coalesce(jsonb_object_agg(number, spread), '{{}}') FROM spread) AS spreads"""


@lru_cache(maxsize=32)
def _statement(by: tuple[By, ...], place: int) -> str:
    """Its arguments from this place on; $1 is the provider."""
    columns = [f"{one}" if one in by else f"NULL::{'smallint' if one is By.LEVEL else 'text'} AS {one}" for one in By]
    places = ("period", "first", "last")
    return _STATEMENT.format(
        names=", ".join(("period_start", "metric", *By)),
        columns=", ".join(("period_start", "metric", *columns)),
        groups=", ".join(("period_start", "metric", *by)),
        **{name: place + n for n, name in enumerate(places)},
    )


def _args(asked: Asked) -> tuple[Any, ...]:
    return asked.period, asked.first, asked.last


async def promises_kept(database: Database, provider_id: UUID, principal: Principal, asked: Asked) -> asyncpg.Record:
    """`rows` by number, `lines` of them by verdict, their `spreads`, and `counted_at`."""
    statement = _statement(tuple(asked.by), 6)
    _, rows = await for_caller(database, provider_id, principal, statement, *_args(asked))
    return rows[0]


async def promises_kept_of(database: Database, provider_id: UUID, asked: Asked) -> asyncpg.Record:
    """The same for whoever has the database in hand."""
    row = await database.fetchrow(provider_id, _statement(tuple(asked.by), 2), provider_id, *_args(asked))
    assert row is not None
    return row
