"""What every change of a ticket begins and ends with: its facts gathered, and its rows written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.db.callers import CallerRow
from app.db.commands import Command, Update
from app.db.requests import Asked, Reference, facts_for_request
from app.db.tickets import ticket_for_change
from app.policy.compile import CompiledPolicy
from app.policy.life import Desk
from app.policy.ticket import Ticket
from app.services.accounts import as_account
from app.services.errands import Errand
from app.services.repeating import check_repeated
from app.services.ticket_state import as_ticket, clock_rows, decided_columns, refreshed
from app.services.tickets.reading import named, there


@dataclass(frozen=True, slots=True)
class Known:
    """A ticket with all that a change of it is decided by."""

    caller: CallerRow
    row: Mapping[str, Any]
    policy: CompiledPolicy
    ticket: Ticket
    around: Desk
    candidates: tuple[Mapping[str, Any], ...] = ()

    @property
    def id(self) -> UUID:
        id_: UUID = self.row["id"]
        return id_

    def account_id(self, number: str | None) -> UUID | None:
        """Of the account that the ticket turned out to be about."""
        found = next((a["id"] for a in self.candidates if a["number"] == number), None)
        known: UUID | None = self.row["account_id"]
        return UUID(found) if found is not None and number != self.row["account_number"] else known


async def gather(errand: Errand, name: str, expected: int | None = None, *, more: str = "") -> Known:
    """One statement; a second one where the account is not known yet and must be looked for among the listed."""
    caller, found = await ticket_for_change(
        errand.database, errand.provider_id, errand.principal, named(name), errand.now, errand.repeat, more
    )
    row = there(caller, found)
    await check_repeated(errand, row)
    if expected is not None and expected != row["version_of_row"]:
        raise Problem("precondition_failed")
    policy = await _policy(errand, row)
    ticket = as_ticket(row)
    candidates = await _candidates(errand, row) if row["account"] is None else ()
    account = as_account(row["account"]) if row["account"] is not None else None
    around = Desk(
        account=account,
        account_named=account is not None,
        candidates=tuple(map(as_account, candidates)),
        incidents=tuple(row["incidents"]),
    )
    return Known(caller, row, policy, ticket, around, candidates)


async def _policy(errand: Errand, row: Mapping[str, Any]) -> CompiledPolicy:
    """The version of the receipt, unless the present one takes open tickets over; the settings of today."""
    present = await errand.policies.policy(errand.provider_id, row["version_now"], row["revision_now"])
    if present.document.change.open_tickets == "migrate" or present.version == row["policy_version"]:
        return present
    return await errand.policies.policy(errand.provider_id, row["policy_version"], row["revision_now"])


async def _candidates(errand: Errand, row: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    requester = row["requester"]
    asked = Asked(
        version_at=row["received_at"],
        settings_at=errand.now,
        account=Reference(),
        on_behalf_of=Reference(),
        email=(requester.get("email") or "").casefold() or None,
        login=requester.get("user"),
        name=requester.get("name"),
        account_username=row["facts"].get("account_username"),
        open_since=errand.now,
    )
    _, found = await facts_for_request(errand.database, errand.provider_id, errand.principal, asked, None)
    return tuple(found["candidates"])


@dataclass(frozen=True, slots=True)
class Changed:
    """A ticket as it is after the change: its columns, its clocks, its version."""

    columns: dict[str, Any]
    clocks: list[dict[str, Any]]
    version: int

    def shown(self, known: Known) -> dict[str, Any]:
        """The row as a view takes it."""
        return {**known.row, **self.columns, "clocks": self.clocks, "version": self.version}


def changed(errand: Errand, known: Known, after: Ticket, **columns: Any) -> Changed:
    """The columns of a ticket that was decided again; `columns` beside those of the decision."""
    after = refreshed(after, known.policy, errand.now)
    decided = {**decided_columns(after, known.policy, errand.now), "account_id": known.account_id(after.account)}
    clocks = clock_rows(errand.provider_id, known.id, after.clocks, errand.now)
    return Changed({**decided, **columns}, clocks, known.row["version_of_row"] + 1)


def command(
    errand: Errand, known: Known, change: Changed, kind: EventType, data: dict[str, Any], *, decided: bool = True
) -> Command:
    """The rows of a change: the ticket's own, its clocks and its event."""
    decision = (
        {
            "decision": change.columns["decision"],
            "policy_version": change.columns["policy_version"],
            "settings_revision": change.columns["settings_revision"],
        }
        if decided
        else {}
    )
    event = errand.event(kind, ("ticket", known.id), change.version, data, **decision)
    update = Update("ticket", known.id, known.row["version_of_row"], change.columns)
    return Command({"clock": change.clocks, "event": [event]}, update, repeat=errand.repeat)
