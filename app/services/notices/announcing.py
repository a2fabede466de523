"""A notice that is out goes to people by mail: page by page of the accounts it is for, one letter to each address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.base.events import EventType
from app.base.identifiers import uuid7, uuid7_of
from app.db.announcing import concerned, first_time
from app.db.connections import ScopedConnection
from app.db.deliveries import insert_deliveries
from app.db.pool import Database
from app.policy.compile import CompiledPolicy
from app.policy.desk.notices import addressed
from app.schemas.deliveries import Attempt, Claimed, NewDelivery
from app.services.accounts import as_account
from app.services.mail.letters import Letter
from app.services.notices.reading import told_as, written_to
from app.services.sequencing import News
from app.services.shelf import Policies

_OUT: Final = frozenset({"scheduled", "open"})
_TOLD_AT: Final[Mapping[str, frozenset[str]]] = {
    EventType.NOTICE_PUBLISHED: frozenset({"announcement", "security", "maintenance"}),
    EventType.NOTICE_SCHEDULED: frozenset({"maintenance"}),
}
"""Kinds that are told by mail, and when. An incident is on the status page, and explains tickets."""


async def plan_announcements(connection: ScopedConnection, news: News) -> Sequence[NewDelivery]:
    """One delivery that finds out who is written to; a notice has one in all its life."""
    out = {e.subject_id: e for e in reversed(news.events) if e.data.get("kind") in _TOLD_AT.get(e.type, ())}
    if not out:
        return []
    new = await first_time(connection, news.provider_id, list(out), news.now)
    return [_page(id_, out[id_].id, news.now, None, uuid7(news.now)) for id_ in sorted(new)]


def _page(notice: UUID, event: UUID | None, at: datetime, after: str | None, id_: UUID) -> NewDelivery:
    return NewDelivery("announcement", id_, {"notice": notice}, {"at": at, "after": after}, event)


@dataclass(frozen=True, slots=True)
class Announcer:
    """Delivers `announcement`: puts down the letters of a page of accounts, and the page that follows."""

    database: Database
    policies: Policies
    at_once: int = 500
    """Accounts of a page."""

    async def __call__(self, claimed: Claimed, now: datetime) -> Attempt:
        notice, provider_id = UUID(claimed.target["notice"]), claimed.provider_id
        at, after = datetime.fromisoformat(claimed.payload["at"]), claimed.payload["after"]
        page = await concerned(self.database, provider_id, notice, after, self.at_once, at)
        if page is None or page["state"] not in _OUT:
            return Attempt(True, error="it is over")
        policy = await self.policies.policy(provider_id, page["version"], page["revision"])
        rows = list(_letters(policy, page, claimed, notice, at))
        if len(page["accounts"]) == self.at_once:
            last = page["accounts"][-1]["number"]
            rows.append(_page(notice, claimed.event_id, at, last, uuid7_of(at, f"{notice} after {last}")))

        async def put_down(connection: ScopedConnection) -> None:
            await insert_deliveries(connection, provider_id, rows, now)

        await self.database.atomically(provider_id, put_down)
        return Attempt(True, more={"letters": len(rows)})


def _letters(
    policy: CompiledPolicy, page: Mapping[str, Any], claimed: Claimed, notice: UUID, at: datetime
) -> Iterator[NewDelivery]:
    kind = told_as(page["kind"])
    for account in page["accounts"]:
        if addressed(policy, [as_account(account)], kind, at).excluded:
            continue
        for person in written_to(page["kind"], account):
            # The same each time, so that an address that stands on two accounts, or in a page that is read twice, is
            # written to once; and nobody can read the address from it.
            id_ = uuid7_of(at, f"{notice} {person['email'].casefold()}")
            target = {"to": "contact", "account": account["id"], "contact": person["id"]}
            yield NewDelivery("mail", id_, target, {"letter": Letter.ANNOUNCEMENT, "notice": notice}, claimed.event_id)
