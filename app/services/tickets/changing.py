"""What every change of a ticket begins and ends with: its facts gathered, and its rows written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.base.events import EventType
from app.base.vocabulary import Scope
from app.db.callers import CallerRow
from app.db.commands import Command, Overtaken, Update
from app.db.requests import Asked, Reference, facts_for_request
from app.db.tickets import ticket_for_change, ticket_for_message
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import ClockLine
from app.services.accounts import kept_accounts
from app.services.errands import Errand, instead_of_words
from app.services.ledger import Entries, entered
from app.services.offers import Offer, offer
from app.services.repeating import check_repeated, check_version
from app.services.secure_forms.demanding import Rows, demanded
from app.services.speaking import customer_of
from app.services.ticket_state import changed_columns, clock_rows, refreshed
from app.services.tickets.actions import allowed_actions
from app.services.tickets.knowing import Known, known_of
from app.services.tickets.reading import READS, named, there
from app.services.tickets.replanning import moved, write
from app.services.tickets.view import ticket_view


async def gather(
    errand: Errand,
    name: str,
    expected: int | None = None,
    *,
    more: str = "",
    given: Sequence[object] = (),
    scopes: frozenset[Scope] = READS,
) -> Known:
    """One statement; a second one where the account is not known yet and must be looked for among the listed.

    `more` is a further column, `given` its arguments; `scopes`: of which a machine needs one.
    """
    caller, found = await ticket_for_change(
        errand.database, errand.provider_id, errand.principal, named(name), errand.now, errand.repeat, more, given
    )
    return await _judged(errand, caller, there(caller, found, scopes), expected)


async def gather_for_message(errand: Errand, name: str, expected: int | None = None) -> Known:
    """The same with less: a message shows nothing of the ticket but its name and status."""
    caller, found = await ticket_for_message(
        errand.database, errand.provider_id, errand.principal, named(name), errand.now, errand.repeat
    )
    return await _judged(errand, caller, there(caller, found), expected)


async def _judged(errand: Errand, caller: CallerRow, row: Mapping[str, Any], expected: int | None) -> Known:
    await check_repeated(errand, row)
    check_version(row["version_of_row"], expected)
    candidates = await _candidates(errand, row) if row["account"] is None else ()
    return await as_due_now(errand, await known_of(errand, caller, row, candidates))


async def as_due_now(errand: Errand, known: Known) -> Known:
    """The ticket under the settings in force; Overtaken where they move what it has due, which is written first."""
    if not known.policy.earlier or known.ticket.planned_by(known.policy):
        return known
    after = known.ticket.replanned(known.policy, errand.now)
    if not moved(known.ticket, after):
        return replace(known, ticket=after, replanned=True)
    version = known.row["version_of_row"]
    await write(errand.database, errand.provider_id, known.ticket, after, version, known.policy, errand.now)
    raise Overtaken


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
    )
    _, found = await facts_for_request(errand.database, errand.provider_id, errand.principal, asked, None)
    return tuple(kept_accounts(found)["candidates"])


@dataclass(frozen=True, slots=True)
class Changed:
    """A ticket as it is after the change, and as its row has it: columns, version."""

    ticket: Ticket
    columns: dict[str, Any]
    version: int
    price: Offer = field(default_factory=Offer)


def shown(errand: Errand, known: Known, change: Changed, **names: Any) -> dict[str, Any]:
    """The changed ticket as its caller is shown it; `names` of rows that it now points to."""
    clocks = clock_rows(errand.provider_id, known.id, change.ticket.clocks, errand.now)
    row = {**known.row, **change.columns, "clocks": clocks, "version": change.version, **names}
    row["latest_quote"] = change.price.latest
    latest = change.price.latest
    allowed = allowed_actions(
        *(known.policy, change.ticket, lambda: known.around, known.caller, errand.now, latest),
        customer_of(known.caller, known.account),
    )
    return ticket_view(row, allowed)


def changed(
    errand: Errand, known: Known, after: Ticket, *, priced: bool = True, read: bool = False, **columns: Any
) -> Changed:
    """The columns of a ticket that was decided again; `columns` beside those of the decision.

    `priced`: its price follows; not where the change is one of its quote. `read`: its clocks are, as they stand now.
    """
    after = after if read else refreshed(after, known.policy, errand.now)
    account_id = known.account_id(after.account)
    kept = None if known.replanned else known.row["state"]
    decided = changed_columns(known.ticket, after, known.policy, errand.now, kept)
    if "decision" in decided:
        decided["account_id"] = account_id
    price = offer(errand, after, account_id, known.row["latest_quote"]) if priced else Offer()
    return Changed(after, {**decided, **columns}, known.row["version_of_row"] + 1, price)


def command(
    errand: Errand, known: Known, change: Changed, kind: EventType, data: dict[str, Any], *, decided: bool = True
) -> Command:
    """The rows of a change: the ticket's own, its clocks, its event, its price, and what it enters on the account."""
    event = errand.event(kind, ("ticket", known.id), change.version, data)
    told = None
    if decided:
        decision = change.ticket.decision
        event |= {"policy_version": decision.policy_version, "settings_revision": decision.settings_revision}
        event["decision"], told = instead_of_words(decision), "decision"
    update = Update("ticket", known.id, known.row["version_of_row"], change.columns, told)
    price = change.price
    entries = Entries()
    if decided and change.ticket.decision.effects:
        entries = entered(errand, known.id, change.ticket.decision, known.accounts)
    events = [event, *price.events, *entries.events]
    form = _form(errand, known, change) if decided and known.ticket.held else {}
    events += form.get("event", [])
    inserts = {
        "clock": clock_rows(errand.provider_id, known.id, written_clocks(known, change), errand.now),
        "quote": price.quotes,
        "secure_form": form.get("secure_form", []),
        "event": events,
    }
    return Command(inserts, update, (*price.along, *entries.along), repeat=errand.repeat)


def written_clocks(known: Known, change: Changed) -> Sequence[ClockLine]:
    """All but those that are the very ones from before: nothing has been said of them, and their rows stay."""
    if "state" not in change.columns:
        return ()
    kept = set() if known.replanned else {id(line) for line in known.ticket.clocks}
    return [line for line in change.ticket.clocks if id(line) not in kept]


def _form(errand: Errand, known: Known, change: Changed) -> Rows:
    """What a held ticket that was decided again calls for."""
    number, contact = change.ticket.account, change.columns.get("contact_id", known.row["contact_id"])
    account = next((a for a in (known.account, *known.candidates) if a is not None and a["number"] == number), None)
    return demanded(errand, change.ticket.decision, known.ticket.decision, known.id, account, contact)
