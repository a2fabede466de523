"""A ticket with all that it is judged by: its row, the policy that counts for it, and what stands around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.db.callers import CallerRow
from app.policy.compile import CompiledPolicy
from app.policy.life import Desk
from app.policy.tickets.ticket import Planned, Ticket
from app.services.accounts import kept_account
from app.services.errands import Errand
from app.services.shelf import Policies
from app.services.speaking import around
from app.services.ticket_state import as_ticket


@dataclass(frozen=True, slots=True)
class Known:
    """`row` is what the database said; `around` is that as the policy sees it."""

    caller: CallerRow
    row: Mapping[str, Any]
    policy: CompiledPolicy
    ticket: Ticket
    around: Desk
    candidates: tuple[Mapping[str, Any], ...] = ()
    replanned: bool = False
    """Whether its clocks go by newer settings than their rows, which is to be written along."""

    @property
    def id(self) -> UUID:
        id_: UUID = self.row["id"]
        return id_

    @property
    def accounts(self) -> tuple[Mapping[str, Any] | None, ...]:
        """The rows of the ticket's account and of its reseller's own."""
        return self.account, kept_account(self.row["reseller_account"])

    @property
    def account(self) -> Mapping[str, Any] | None:
        return kept_account(self.row["account"])

    def account_id(self, number: str | None) -> UUID | None:
        """Of the account that the ticket turned out to be about."""
        found = next((a["id"] for a in self.candidates if a["number"] == number), None)
        known: UUID | None = self.row["account_id"]
        return UUID(found) if found is not None and number != self.row["account_number"] else known


async def known_of(
    errand: Errand, caller: CallerRow, row: Mapping[str, Any], candidates: tuple[Mapping[str, Any], ...] = ()
) -> Known:
    ticket = as_ticket(row)
    policy = await policy_of(errand, row, ticket)
    account, reseller = kept_account(row["account"]), kept_account(row["reseller_account"])
    desk = around(caller, account, row["incidents"], candidates, reseller)
    return Known(caller, row, policy, ticket, desk, candidates)


async def policy_of(errand: Errand, row: Mapping[str, Any], ticket: Planned) -> CompiledPolicy:
    """The policy that counts for the ticket of a row."""
    return await errand.policies.knowing(errand.provider_id, await policy_alone(errand, row), ticket)


async def policy_alone(errand: Errand, row: Mapping[str, Any]) -> CompiledPolicy:
    """The same, without those that the ticket's clocks were planned by."""
    present = await errand.policies.policy(errand.provider_id, row["version_now"], row["revision_now"])
    received_under = row["policy_version"]
    if present.version == received_under:
        return present
    return await _counting(errand.policies, errand.provider_id, present, received_under)


async def counting(
    policies: Policies, provider_id: UUID, present: CompiledPolicy, received_under: int, ticket: Planned
) -> CompiledPolicy:
    """The version of the receipt, unless the present one takes open tickets over; the settings of today."""
    counts = await _counting(policies, provider_id, present, received_under)
    return await policies.knowing(provider_id, counts, ticket)


async def _counting(
    policies: Policies, provider_id: UUID, present: CompiledPolicy, received_under: int
) -> CompiledPolicy:
    if present.document.change.open_tickets == "migrate" or present.version == received_under:
        return present
    return await policies.policy(provider_id, received_under, present.revision)
