"""All facts that a request is decided by, in one statement: grant, policy, accounts, open tickets, kept answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from app.base.actor import Principal
from app.base.identifiers import first_uuid7
from app.db.callers import CallerRow, Kind, for_caller, kind_of, sees
from app.db.idempotency import KEPT_COLUMNS, kept, key_args
from app.db.policies import in_force
from app.db.pool import Database
from app.schemas.idempotency import IdempotentRequest

_MOST_CANDIDATES: Final = 20
_MOST_TICKETS: Final = 50
_MOST_READ: Final = 10
"""Of the open tickets, so many are read for what was said on them: the newest."""
_APART: Final = timedelta(hours=1)
"""Clocks of machines differ by less: no ticket's id is so much older than its arrival."""


@dataclass(slots=True)
class Reference:
    """How a body or path names a row: by its id, or by number. Nobody changes one."""

    id: UUID | None = None
    number: str | None = None

    @classmethod
    def of(cls, text: str | None) -> "Reference":
        if text is None:
            return _NOBODY
        try:
            return cls(UUID(text)) if len(text) == 36 else cls(number=text)
        except ValueError:
            return cls(number=text)

    def names(self, row: Mapping[str, Any]) -> bool:
        return str(row["id"]) == str(self.id) or row["number"] == self.number

    def __bool__(self) -> bool:
        return self.id is not None or self.number is not None


_NOBODY: Final = Reference()


@dataclass(slots=True)
class Asked:
    """What the statement is to look for. Nobody changes one."""

    version_at: datetime
    settings_at: datetime
    account: Reference
    on_behalf_of: Reference
    email: str | None
    login: str | None
    name: str | None
    account_username: str | None
    open_since: datetime | None = None
    """Open tickets that arrived since, the newest; None where no rule of the policy looks for any."""
    topic: str | None = None
    most_helped: int = 0
    """So much earlier help with the topic is counted, for each account."""
    beside: bool = True
    """Whether to look for open incidents and for the reseller's own account, too."""


_NAMED: Final = "(a.id = {{{id}}}::uuid OR a.number = {{{number}}}::text)"
_ACCOUNT: Final = "(SELECT a.id FROM account AS a WHERE a.provider_id = $1 AND {condition})"
_CANDIDATES: Final = """ARRAY(SELECT a.id FROM account AS a
      WHERE a.provider_id = $1 AND named.main IS NULL AND {sees} AND a.id IN (
        SELECT account_id FROM contact WHERE provider_id = $1 AND removed_at IS NULL
          AND (email = {{email}}::text OR login = {{login}}::text
            OR ({{email}} IS NULL AND lower(name) = lower({{name}}::text)))
        UNION SELECT id FROM account
          WHERE provider_id = $1 AND number IN ({{username}}::text, upper({{username}}), lower({{username}}))
        LIMIT {most}) ORDER BY a.id)"""
_RESELLER_ACCOUNT: Final = """(SELECT over_it.account_id FROM account AS a
      JOIN reseller AS over_it ON over_it.provider_id = $1 AND over_it.id = a.reseller_id
      WHERE a.provider_id = $1 AND a.id = named.main)"""
"""The account of the reseller whose customer the main account is: its people speak, too."""
_INCIDENTS: Final = """coalesce((SELECT jsonb_agg(server) FROM notice
      WHERE provider_id = $1 AND kind = 'incident' AND state = 'open' AND server IS NOT NULL), '[]')"""
_SAID: Final = """(SELECT left(m.body, 4000) FROM message AS m
          WHERE m.provider_id = $1 AND m.ticket_id = t.id AND m.visibility = 'public' ORDER BY m.id LIMIT 1)"""
"""The first words on the ticket `t`."""
_OPEN: Final = f"""coalesce((SELECT json_agg(json_build_object('id', t.id, 'status', t.status, 'outcome', t.outcome,
        'facts', t.facts, 'claimed', t.claimed, 'received_at', t.received_at, 'subject', t.subject,
        'said', CASE WHEN t.place <= {_MOST_READ} THEN {_SAID} END) ORDER BY t.id)
      FROM (
        SELECT one.*, row_number() OVER (ORDER BY one.id DESC) AS place
        FROM unnest(meant.ids) AS of(account), LATERAL (
          SELECT t.id, t.status, t.outcome, t.facts, t.claimed, t.received_at, t.subject FROM ticket AS t
          WHERE t.provider_id = $1 AND t.account_id = of.account AND t.status NOT IN ('resolved', 'closed')
            AND t.id >= {{first_id}}::uuid AND t.received_at >= {{open_since}}::timestamptz
          ORDER BY t.id DESC LIMIT {_MOST_TICKETS}) AS one
        ORDER BY one.id DESC LIMIT {_MOST_TICKETS}) AS t), '[]')"""
_HELPED: Final = """(SELECT json_object_agg(of.account, earlier.times) FROM unnest(meant.ids) AS of (account), LATERAL (
      SELECT count(*) AS times FROM (SELECT FROM ticket AS t
        WHERE t.provider_id = $1 AND t.account_id = of.account AND t.topic = {topic}::text
          AND t.status IN ('resolved', 'closed') AND t.outcome = 'accepted' AND t.merged_into IS NULL
        LIMIT {most_helped}::int) AS t) AS earlier WHERE earlier.times > 0)"""


@lru_cache(maxsize=256)
def _rows(kind: Kind, names: tuple[str, ...], beside: bool) -> str:
    """`names` of what is asked for, in the order of its places. What nobody asks for is not looked for."""
    main, target, others = "caller.caller_account", "NULL::uuid", "ARRAY[]::uuid[]"
    if kind in (Kind.STAFF, Kind.SERVICE):
        named = _NAMED.format(id="account_id", number="account_number")
        main = _ACCOUNT.format(condition=named) if "account_id" in names else "NULL::uuid"
    if "target_id" in names:
        named = _NAMED.format(id="target_id", number="target_number")
        target = _ACCOUNT.format(condition=f"{named} AND {sees(kind, 'a.id')}")
    over_it = _RESELLER_ACCOUNT if beside else "NULL::uuid"
    if "email" in names:
        others = _CANDIDATES.format(sees=sees(kind, "a.id"), most=_MOST_CANDIDATES)
    rows = f"""
  SELECT {in_force("{version_at}::timestamptz", "{settings_at}::timestamptz")},
    ARRAY(SELECT account_as_text($1, shown.id) FROM unnest(meant.shown) AS shown (id)) AS accounts,
    {_INCIDENTS if beside else "'[]'::jsonb"} AS incidents,
    {_OPEN if "open_since" in names else "'[]'::json"} AS open_tickets,
    {_HELPED if "topic" in names else "NULL::json"} AS helped,
    {KEPT_COLUMNS}
  -- Values by themselves: within a condition, row security would take the expressions for some that may leak.
  FROM (SELECT {main} AS main, {target} AS target OFFSET 0) AS named
  CROSS JOIN LATERAL (SELECT {others} AS others, {over_it} AS reseller_account OFFSET 0) AS known
  CROSS JOIN LATERAL (
    SELECT coalesce(target, main) || others AS ids,
      ARRAY[main, target, reseller_account] || others AS shown OFFSET 0) AS meant
  {kept("{principal}", "{key}")}"""
    return rows.format(**{name: f"${place}" for place, name in enumerate(names, start=6)})


def _asked(kind: Kind, asked: Asked, repeat: IdempotentRequest | None) -> dict[str, object]:
    """What goes into the statement, by name."""
    principal, key = key_args(repeat)
    found: dict[str, object] = {"version_at": asked.version_at, "settings_at": asked.settings_at}
    found |= {"principal": principal, "key": key}
    if kind in (Kind.STAFF, Kind.SERVICE) and asked.account:
        found |= {"account_id": asked.account.id, "account_number": asked.account.number}
    if asked.on_behalf_of:
        found |= {"target_id": asked.on_behalf_of.id, "target_number": asked.on_behalf_of.number}
    person = {"email": asked.email, "login": asked.login, "name": asked.name, "username": asked.account_username}
    if kind is not Kind.CONTACT and any(person.values()):  # the account of a contact is known
        found |= person
    if asked.open_since is not None:
        found |= {"first_id": first_uuid7(asked.open_since - _APART), "open_since": asked.open_since}
    if asked.topic is not None and asked.most_helped:
        found |= {"topic": asked.topic, "most_helped": asked.most_helped}
    return found


async def facts_for_request(
    database: Database, provider_id: UUID, principal: Principal, asked: Asked, repeat: IdempotentRequest | None
) -> tuple[CallerRow, dict[str, Any]]:
    """With `account`, `on_behalf_of`, `reseller_account` and `candidates` as texts, None and none where not found."""
    kind = kind_of(principal)
    wanted = _asked(kind, asked, repeat)
    caller, rows = await for_caller(
        database, provider_id, principal, _rows(kind, tuple(wanted), asked.beside), *wanted.values()
    )
    row = dict(rows[0])
    row["account"], row["on_behalf_of"], row["reseller_account"], *row["candidates"] = row.pop("accounts")
    return caller, row
