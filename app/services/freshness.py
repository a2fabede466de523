"""Whether the listed people of an account are up to date: proven wrong by a bounce or a known change, never by time."""

from app.base.errors import Problem
from app.base.events import EventType
from app.base.vocabulary import Scope
from app.db.accounts import account_for_change
from app.db.callers import Kind
from app.db.commands import Command, Update, carry_out
from app.db.requests import Reference
from app.schemas.idempotency import StoredAnswer
from app.services.accounts import account_view
from app.services.errands import Errand
from app.services.repeating import check_repeated, check_version, once
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
    check_version(row["version"], expected)
    values = {**_STALE, "updated_at": errand.now}
    version = row["version"] + 1
    told = {"number": row["number"], "because": because}
    event = errand.event(EventType.ACCOUNT_OUTDATED, ("account", row["id"]), version, told)
    answer = StoredAnswer(200, written(account_view({**row, **values, "version": version})), {"ETag": f'"{version}"'})
    update = Update("account", row["id"], row["version"], values)
    plan = Command({"event": [event]}, update, answer=answer, repeat=errand.repeat)
    await carry_out(errand.database, errand.provider_id, plan, errand.now)
    return answer
