"""A request as it reached the desk, together with all that it is decided by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.vocabulary import Scope
from app.db.callers import CallerRow, Kind
from app.db.requests import Asked, Reference, facts_for_request
from app.policy.compile import CompiledPolicy
from app.policy.compiled.counting import HELP_SHOWN
from app.policy.life import Desk
from app.policy.situation import Account, ListedContact, Request, Sender
from app.policy.stages.standing import account_meant
from app.policy.tickets.history import with_history
from app.schemas.requests import NamedSender, Requested
from app.services.accounts import as_account, kept_accounts, login_of
from app.services.errands import Errand
from app.services.facts import Stated, asserters, state
from app.services.redacting import Redactions, noticed
from app.services.repeating import check_repeated
from app.services.secure_forms.judging import REFERENCE, about_form
from app.services.shelf import ended_or_not
from app.services.ticket_state import as_open_ticket
from app.services.triage import NOTHING, Suggested, said_before, suggest

_SPEAKERS = frozenset({Scope.SUBMIT, Scope.INBOUND, Scope.EVENTS})
ASKING = frozenset({Scope.SUBMIT, Scope.INBOUND})
"""Scopes of machines that hand on what a person asks for."""
_USUAL_WINDOW = timedelta(days=2)
_UNSAID = ("", "")


@dataclass(slots=True)
class Gathered:
    """`row` is what the database said; `around` is that as the policy sees it. Nobody changes one."""

    caller: CallerRow
    policy: CompiledPolicy
    request: Request
    stated: Stated
    around: Desk
    row: Mapping[str, Any]
    redacted: Redactions = ()

    def account_row(self, number: str | None) -> Mapping[str, Any] | None:
        """The row of an account that the decision speaks of."""
        known: Sequence[Mapping[str, Any] | None] = (
            self.row["on_behalf_of"],
            self.row["account"],
            *self.row["candidates"],
        )
        return next((a for a in known if a is not None and a["number"] == number), None)

    def contact_id(self, account: Mapping[str, Any] | None) -> UUID | None:
        """The listed person who asks, on the account or on that of the reseller who asks for it."""
        sender = self.request.sender
        if self.caller.kind is Kind.CONTACT:
            return self.caller.id
        if sender is None or account is None or sender.role is not None:
            return None
        email = sender.email.casefold() if sender.email else None
        for contact in account["contacts"]:
            if (email is not None and contact["email"] == email) or (sender.user and login_of(contact) == sender.user):
                return UUID(contact["id"])
        return None


async def gather(
    errand: Errand,
    body: Requested,
    received_at: datetime,
    at: datetime,
    redacted: Redactions = (),
    *,
    beside: bool = True,
) -> Gathered:
    """One statement; a second one where the policy is new to this process and looks further back than was guessed.

    `beside`: whether it matters what else is open, which servers are down and who resells to the account.
    """
    guess = errand.policies.last_used(errand.provider_id)
    window = _looks_back(guess, beside) if guess is not None else _USUAL_WINDOW
    most = guess.most_helped if guess is not None else HELP_SHOWN
    while True:
        caller, row = await facts_for_request(
            errand.database,
            errand.provider_id,
            errand.principal,
            _asked(errand, body, received_at, at, window, most, beside=beside),
            errand.repeat,
        )
        await check_repeated(errand, row)
        policy = await errand.policies.policy(errand.provider_id, row["version"], row["revision"])
        needed, worth = _looks_back(policy, beside), policy.most_helped
        if worth <= most and (needed is None or (window is not None and needed <= window)):
            row.update(kept_accounts(row))
            noticed_facts = noticed(policy, redacted)
            if REFERENCE in body.facts:
                noticed_facts |= await about_form(errand, policy, body.facts, _ids(row))
            in_force = ended_or_not(policy, received_at)
            return await _gathered(errand, in_force, caller, body, row, noticed_facts, redacted, received_at)
        window, most = needed, worth


def _looks_back(policy: CompiledPolicy, beside: bool) -> timedelta | None:
    return policy.looks_back if beside else None


async def _told(
    errand: Errand,
    policy: CompiledPolicy,
    body: Requested,
    row: Mapping[str, Any],
    stated: Stated,
    account: Account | None,
    candidates: Sequence[Account],
    received_at: datetime,
) -> tuple[Suggested, Mapping[str, tuple[str, ...]]]:
    """What the text proposes, identifies and describes, and the open tickets that say the same."""
    written = vars(body)
    words = (written.get("subject") or "", written.get("body") or "")
    if words == _UNSAID:
        return NOTHING, {}
    lexicons = errand.policies.lexicons
    alike = await said_before(lexicons, policy, words, row["open_tickets"]) if row["open_tickets"] else {}
    known, usernames = stated.asserted, tuple(a.number for a in candidates)
    action = policy.action(body.action) if body.action else None
    if action is not None and action.topic:  # what it is about by the policy; words propose no other
        known = {"topic": action.topic, **known}
    return await suggest(lexicons, policy, words, known, account, usernames, received_at), alike


def _ids(row: Mapping[str, Any]) -> list[str]:
    """Of every account that the request may turn out to be about."""
    return [
        account["id"] for account in (row["account"], row["on_behalf_of"], *row["candidates"]) if account is not None
    ]


def _asked(
    errand: Errand,
    body: Requested,
    received_at: datetime,
    at: datetime,
    window: timedelta | None,
    most: int,
    *,
    beside: bool,
) -> Asked:
    sender, username, topic = body.sender, body.facts.get("account_username"), body.facts.get("topic")
    account, target = Reference.of(body.account), Reference.of(body.on_behalf_of)
    if errand.principal.reseller is not None:
        target = target or account
    return Asked(
        version_at=received_at,
        settings_at=at,
        account=account,
        on_behalf_of=target,
        email=sender.email.casefold() if sender and sender.email else None,
        login=sender.user if sender else None,
        name=sender.name if sender else None,
        account_username=username if isinstance(username, str) and username else None,
        open_since=received_at - window if window is not None else None,
        topic=topic if isinstance(topic, str) else None,
        most_helped=most,
        beside=beside,
    )


async def _gathered(
    errand: Errand,
    policy: CompiledPolicy,
    caller: CallerRow,
    body: Requested,
    row: Mapping[str, Any],
    noticed_facts: dict[str, Any],
    redacted: Redactions,
    received_at: datetime,
) -> Gathered:
    """`noticed_facts`: what the desk itself says of the request."""
    _check_authority(caller)
    check_asker(caller, body)
    check_names(caller, body, row)
    account = as_account(row["account"]) if row["account"] else None
    target = as_account(row["on_behalf_of"]) if _is_for_another(row) else None
    candidates = tuple(map(as_account, row["candidates"]))
    stated = state(policy, body.facts, asserters(caller))
    channel, sender = channel_of(policy, caller, body), sender_of(caller, body.sender, account)
    action = action_of(policy, body)
    if caller.kind is Kind.RESELLER:
        if account is None:
            account, sender = _reseller(caller)
        if target is not None:
            # Its token reached the other account, so it lies in its tree, however deep.
            target = target.model_copy(update={"reseller": account.number})
    asked: dict[str, Any] = {
        "channel": channel,
        "menu_option": body.menu_option,
        "sender": sender,
        "on_behalf_of": target,
        "action": action,
        "estimated_minutes": body.estimated_minutes,
    }
    facts: Mapping[str, Any] = stated.all | noticed_facts
    if row["helped"]:
        facts = _with_history(policy, Request.model_construct(**asked, facts=facts), account, candidates, row)
    meant = target or account
    found, alike = await _told(errand, policy, body, row, stated, meant, candidates, received_at)
    request = Request.model_construct(
        **asked,
        facts={**facts, **found.facts},
        language=body.language or found.language,
        topic_source=found.topic_source,
    )
    around = Desk(
        account=account,
        account_named=account is not None,
        candidates=candidates,
        reseller=as_account(row["reseller_account"]) if row["reseller_account"] is not None else None,
        open_tickets=tuple(map(as_open_ticket, row["open_tickets"])),
        incidents=tuple(row["incidents"]),
        topic_candidates=found.candidates,
        signals=found.signals,
        alike=alike,
    )
    return Gathered(caller, policy, request, stated, around, row, redacted)


def _with_history(
    policy: CompiledPolicy,
    request: Request,
    account: Account | None,
    candidates: tuple[Account, ...],
    row: Mapping[str, Any],
) -> Mapping[str, Any]:
    """The facts of the request with what the tickets of the account that it is about say of earlier help."""
    meant = request.on_behalf_of or account_meant(policy, request, account, candidates)
    known = [a for a in (row["on_behalf_of"], row["account"], *row["candidates"]) if a is not None]
    id_ = next((a["id"] for a in known if meant is not None and a["number"] == meant.number), None)
    return with_history(policy, request, row["helped"].get(id_, 0)).facts


def _check_authority(caller: CallerRow) -> None:
    if caller.kind is Kind.SERVICE and not caller.scopes & _SPEAKERS:
        raise Problem("forbidden", "This needs one of the scopes submit, inbound and events.")


def check_asker(caller: CallerRow, body: Requested) -> None:
    """A machine asks for no action by itself: it hands on what a person wants, and says who."""
    if caller.kind is not Kind.SERVICE or body.action is None:
        return
    if not caller.scopes & ASKING:
        raise Problem("forbidden", "Administrative actions need one of the scopes submit and inbound.")
    if body.sender is None:
        raise Problem("invalid", errors=[Fault("/sender", "required", "Say who asks for the action.")])


def check_names(caller: CallerRow, body: Requested, row: Mapping[str, Any]) -> None:
    """What a token says already is not said otherwise; accounts out of reach are not there."""
    named = Reference.of(body.account)
    if caller.kind is Kind.CONTACT:
        said = vars(body)
        faults = [
            Fault(f"/{name}", "not_offered", "Your token says who asks, and for which account.")
            for name in ("sender", "on_behalf_of", "menu_option")
            if said[name] is not None
        ]
        if faults:
            raise Problem("invalid", errors=faults)
        if named and not named.names(row["account"]):
            raise Problem("not_found", "There is no such account here.")
        return
    missing = (caller.kind is not Kind.RESELLER and named and row["account"] is None) or (
        (body.on_behalf_of or (caller.kind is Kind.RESELLER and body.account)) and row["on_behalf_of"] is None
    )
    if missing:
        raise Problem("not_found", "There is no such account here.")
    if body.on_behalf_of and row["account"] is None and caller.kind is not Kind.RESELLER:
        fault = Fault("/account", "required", "Say which reseller's account asks on behalf of the other.")
        raise Problem("invalid", errors=[fault])
    if caller.scopes == {Scope.SUBMIT} and row["account"] is None and body.sender is None:
        raise Problem("invalid", errors=[Fault("/sender", "required", "Say who asks: a sender, or an account.")])


def _is_for_another(row: Mapping[str, Any]) -> bool:
    target, account = row["on_behalf_of"], row["account"]
    return target is not None and (account is None or target["id"] != account["id"])


def sender_of(caller: CallerRow, named: NamedSender | None, account: Account | None) -> Sender | None:
    """Who asks: by the token where it says so, else as the caller names them."""
    if caller.kind is Kind.CONTACT:
        return _contact(caller.id, caller.login, caller.email, caller.name)
    if named is not None:
        trusted = caller.kind is not Kind.SERVICE or Scope.INBOUND in caller.scopes
        mail_auth = named.mail_auth if trusted or named.mail_auth == "fail" else "pass"
        return Sender(email=named.email, name=named.name, user=named.user, phone=named.phone, mail_auth=mail_auth)
    if caller.kind is Kind.STAFF:
        return Sender(email=caller.email, name=caller.name, role="staff")
    if caller.kind is Kind.SERVICE and Scope.SUBMIT not in caller.scopes:
        return Sender(name=caller.name, role="system")
    # The policy takes the account's first contact.
    return None if account is not None and account.contacts else Sender(name=caller.name)


@lru_cache(maxsize=512)
def _contact(id_: UUID, login: str | None, email: str | None, name: str | None) -> Sender:
    return Sender(email=email, user=login_of({"login": login, "email": email, "id": id_}), name=name)


def _reseller(caller: CallerRow) -> tuple[Account, Sender]:
    """A reseller without an account of its own is known by what its token names."""
    login = f"reseller:{caller.id}"
    person = ListedContact(role="reseller", user=login, name=caller.name)
    account = Account(number=caller.login or "", holder=caller.name, is_reseller=True, contacts=(person,))
    return account, Sender(user=login, name=caller.name)


def channel_of(policy: CompiledPolicy, caller: CallerRow, body: Requested) -> str | None:
    """A contact's entrance is the client area; nobody telephones through it."""
    if caller.kind is not Kind.CONTACT or body.channel is None:
        return body.channel
    offered, spoken = policy.document.channels.get(body.channel), policy.document.unverified
    if (
        offered is None
        or not offered.official
        or offered.mail_in
        or offered.emergency
        or (spoken is not None and body.channel in spoken.channels)
    ):
        fault = Fault("/channel", "not_offered", "This is no channel of the client area; leave it out.")
        raise Problem("invalid", errors=[fault])
    return body.channel


def action_of(policy: CompiledPolicy, body: Requested) -> str | None:
    if body.action is not None and policy.action(body.action) is None:
        raise Problem("invalid", errors=[Fault("/action", "not_offered", "The policy knows no action of this name.")])
    return body.action
