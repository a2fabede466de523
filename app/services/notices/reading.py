"""Notices read and listed, and whom each is for."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.db.notices import audience_of, list_notices, read_notice
from app.policy.compile import CompiledPolicy
from app.policy.decision import jsonable_citations
from app.policy.desk.notices import NoticeKind, addressed
from app.services.accounts import as_account
from app.services.errands import Errand
from app.services.mail.letters import DECLINABLE
from app.services.notices.view import notice_view


async def read(errand: Errand, notice: UUID) -> dict[str, Any]:
    row = await read_notice(errand.database, errand.provider_id, errand.principal, notice)
    if row is None:
        raise Problem("not_found")
    return notice_view(row)


async def listed(errand: Errand, after: UUID | None, filters: Sequence[Any], fetch: int) -> Sequence[Mapping[str, Any]]:
    return await list_notices(errand.database, errand.provider_id, errand.principal, after, filters, fetch)


async def recipients(errand: Errand, notice: UUID, after: str | None, fetch: int) -> list[dict[str, Any]]:
    """The accounts it is for, by number: each told, or left out by a clause of the policy at its publication."""
    row = await audience_of(errand.database, errand.provider_id, errand.principal, notice, after, fetch, errand.now)
    if row is None:
        raise Problem("not_found")
    policy = await errand.policies.policy(errand.provider_id, row["version"], row["revision"])
    kind = told_as(row["kind"])
    return [_recipient(policy, kind, account, row) for account in row["accounts"]]


def told_as(kind: str) -> NoticeKind:
    """As policies know them: maintenance is announced."""
    match kind:
        case "incident" | "security":
            return kind
        case _:
            return "announcement"


def _recipient(
    policy: CompiledPolicy, kind: NoticeKind, account: Mapping[str, Any], row: Mapping[str, Any]
) -> dict[str, Any]:
    found = addressed(policy, [as_account(account)], kind, row["at"])
    left_out = next(iter(found.excluded), None)
    return {
        "account": {"id": account["id"], "number": account["number"], "name": account["holder"]},
        "included": left_out is None,
        "letters": len(written_to(row["kind"], account)) if left_out is None else 0,
        "reason": left_out.reason if left_out is not None else None,
        "citations": jsonable_citations(found.citations),
    }


def written_to(kind: str, account: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """People of the account with an address. Announcements can be declined; what concerns the service cannot."""
    declined = account["unsubscribed"] if kind == DECLINABLE else ()
    if kind == "incident":
        return []
    return [person for person in account["contacts"] if person["email"] and person["id"] not in declined]
