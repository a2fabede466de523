"""Whether the listed people of an account are up to date: proven wrong by a bounce or a known change, never by time."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.base.identifiers import uuid7
from app.base.vocabulary import Scope
from app.db.accounts import account_for_change, current_accounts_of
from app.db.callers import Kind
from app.db.commands import Command, Update, carry_out
from app.db.pool import Database
from app.db.requests import Reference
from app.schemas.idempotency import StoredAnswer
from app.services.accounts import account_view
from app.services.errands import Errand
from app.services.repeating import check_repeated, once, persistently
from app.services.tickets.view import written

_STALE = {"contact_info_current": False}


async def outdate(errand: Errand, account: str, because: str, expected: int | None) -> StoredAnswer:
    """What follows is the policy's: who may confirm them, and what support there is until then."""
    return await once(lambda: _outdate(errand, account, because, expected))


async def _outdate(errand: Errand, account: str, because: str, expected: int | None) -> StoredAnswer:
    named = Reference.of(account)
    caller, row = await account_for_change(
        errand.database, errand.provider_id, errand.principal, named.id, named.number, errand.now, errand.repeat
    )
    if caller.kind is not Kind.STAFF and Scope.INBOUND not in caller.scopes:
        raise Problem("forbidden")
    if row is None:
        raise Problem("not_found")
    await check_repeated(errand, row)
    if expected is not None and expected != row["version"]:
        raise Problem("precondition_failed")
    values = {**_STALE, "updated_at": errand.now}
    version = row["version"] + 1
    told = {"number": row["number"], "because": because}
    event = errand.event(EventType.ACCOUNT_OUTDATED, ("account", row["id"]), version, told)
    answer = StoredAnswer(200, written(account_view({**row, **values, "version": version})), {"ETag": f'"{version}"'})
    update = Update("account", row["id"], row["version"], values)
    plan = Command({"event": [event]}, update, answer=answer, repeat=errand.repeat)
    await carry_out(errand.database, errand.provider_id, plan, errand.now)
    return answer


async def bounced(database: Database, provider_id: UUID, email: str, now: datetime) -> int:
    """Mail to this address will never arrive: every account that lists it is out of date. How many that were not yet.

    `database` acts as the worker.
    """
    accounts = await current_accounts_of(database, provider_id, email.lower())
    for account in accounts:
        await persistently(partial(_prove, database, provider_id, account, email.lower(), now))
    return len(accounts)


async def _prove(database: Database, provider_id: UUID, account: UUID, email: str, now: datetime) -> None:
    version = (await current_accounts_of(database, provider_id, email)).get(account)
    if version is None:
        return
    event = _event(provider_id, account, version + 1, now)
    update = Update("account", account, version, {**_STALE, "updated_at": now})
    await carry_out(database, provider_id, Command({"event": [event]}, update), now)


def _event(provider_id: UUID, account: UUID, seq: int, now: datetime) -> Mapping[str, Any]:
    return {
        "provider_id": provider_id,
        "id": uuid7(now),
        "subject_kind": "account",
        "subject_id": account,
        "seq": seq,
        "type": str(EventType.ACCOUNT_OUTDATED),
        "actor_kind": "system",
        "data": {"because": "hard_bounce"},
        "occurred_at": now,
    }
