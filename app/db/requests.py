"""All facts that a request is decided by, in one statement: grant, policy, accounts, open tickets, kept answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from app.base.actor import Principal
from app.db.accounts import account_json, firm_json
from app.db.callers import CallerRow, Kind, for_caller, kind_of, sees
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.policies import in_force
from app.db.pool import Database
from app.schemas.idempotency import IdempotentRequest

_NAMED: Final = "(a.id = {id}::uuid OR a.number = {number}::text)"
_MAIN: Final[Mapping[Kind, str]] = {
    Kind.CONTACT: "a.id = caller.caller_account AND ($8::uuid IS NULL OR true) AND ($9::text IS NULL OR true)",
    Kind.RESELLER: "a.id = caller.caller_account AND ($8::uuid IS NULL OR true) AND ($9::text IS NULL OR true)",
    Kind.STAFF: _NAMED.format(id="$8", number="$9"),
    Kind.SERVICE: _NAMED.format(id="$8", number="$9"),
}
_MOST_CANDIDATES: Final = 20
_MOST_TICKETS: Final = 50


@dataclass(frozen=True, slots=True)
class Reference:
    """How a body or path names a row: by its id, or by number."""

    id: UUID | None = None
    number: str | None = None

    @classmethod
    def of(cls, text: str | None) -> "Reference":
        try:
            return cls(UUID(text)) if text is not None and len(text) == 36 else cls(number=text)
        except ValueError:
            return cls(number=text)

    def names(self, row: Mapping[str, Any]) -> bool:
        return str(row["id"]) == str(self.id) or row["number"] == self.number

    def __bool__(self) -> bool:
        return self.id is not None or self.number is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the statement is to look for."""

    version_at: datetime
    settings_at: datetime
    account: Reference
    on_behalf_of: Reference
    email: str | None
    login: str | None
    name: str | None
    account_username: str | None
    open_since: datetime
    """Open tickets that arrived since; the policy's duplicates reach no further back."""
    topic: str | None = None
    """Earlier help with it is counted; None where no rule asks for that."""


_SAID: Final = """(SELECT left(m.body, 4000) FROM message AS m
          WHERE m.provider_id = $1 AND m.ticket_id = t.id AND m.visibility = 'public' ORDER BY m.id LIMIT 1)"""
"""The first words on the ticket `t`."""


@lru_cache(maxsize=8)
def _rows(kind: Kind) -> str:
    target = f"{_NAMED.format(id='$10', number='$11')} AND {sees(kind, 'a.id')}"
    return f"""
  SELECT {in_force("$6::timestamptz", "$7::timestamptz")}, main.about AS account, main.firm,
    target.about AS on_behalf_of,
    coalesce(others.about, '[]') AS candidates,
    coalesce((SELECT jsonb_agg(server) FROM notice WHERE provider_id = $1 AND kind = 'incident' AND state = 'open'
                AND server IS NOT NULL), '[]') AS incidents,
    coalesce((SELECT jsonb_agg(recent.about ORDER BY recent.id) FROM (
      SELECT t.id, jsonb_build_object('id', t.id, 'status', t.status, 'outcome', t.outcome, 'facts', t.facts,
          'claimed', t.claimed, 'received_at', t.received_at, 'subject', t.subject, 'said', {_SAID}) AS about
      FROM ticket AS t
      WHERE t.provider_id = $1 AND t.status NOT IN ('resolved', 'closed') AND t.received_at >= $16
        AND t.account_id = ANY(meant.ids)
      ORDER BY t.id LIMIT {_MOST_TICKETS}) AS recent), '[]') AS open_tickets,
    (SELECT jsonb_object_agg(earlier.account_id, earlier.times) FROM (
      SELECT t.account_id, count(*) AS times FROM ticket AS t
      WHERE $19::text IS NOT NULL AND t.provider_id = $1 AND t.account_id = ANY(meant.ids) AND t.topic = $19
        AND t.status IN ('resolved', 'closed') AND t.outcome = 'accepted' AND t.merged_into IS NULL
      GROUP BY t.account_id) AS earlier) AS helped,
    {KEPT_COLUMNS}
  FROM (SELECT 1) AS once
  LEFT JOIN LATERAL (SELECT a.id, {account_json("a")} AS about, {firm_json("a")} AS firm FROM account AS a
    WHERE a.provider_id = $1 AND {_MAIN[kind]}) AS main ON true
  LEFT JOIN LATERAL (SELECT a.id, {account_json("a")} AS about FROM account AS a
    WHERE a.provider_id = $1 AND {target}) AS target ON true
  LEFT JOIN LATERAL (
    SELECT array_agg(a.id) AS ids, jsonb_agg({account_json("a")} ORDER BY a.id) AS about FROM account AS a
    WHERE a.provider_id = $1 AND main.id IS NULL AND {sees(kind, "a.id")} AND a.id IN (
      SELECT account_id FROM contact WHERE provider_id = $1 AND removed_at IS NULL
        AND (email = $12::text OR login = $13::text OR ($12 IS NULL AND lower(name) = lower($14::text)))
      UNION SELECT id FROM account
        WHERE provider_id = $1 AND number IN ($15::text, upper($15), lower($15)) LIMIT {_MOST_CANDIDATES})
    ) AS others ON true
  -- A value by itself: within a condition, row security would take the expression for one that may leak.
  CROSS JOIN LATERAL (SELECT coalesce(target.id, main.id) || others.ids AS ids OFFSET 0) AS meant
  {kept("$17", "$18")}"""


async def facts_for_request(
    database: Database, provider_id: UUID, principal: Principal, asked: Asked, repeat: IdempotentRequest | None
) -> tuple[CallerRow, Mapping[str, Any]]:
    caller, rows = await for_caller(
        database,
        provider_id,
        principal,
        _rows(kind_of(principal)),
        asked.version_at,
        asked.settings_at,
        asked.account.id,
        asked.account.number,
        asked.on_behalf_of.id,
        asked.on_behalf_of.number,
        asked.email,
        asked.login,
        asked.name,
        asked.account_username,
        asked.open_since,
        *key_args(repeat),
        asked.topic,
    )
    return caller, rows[0]
