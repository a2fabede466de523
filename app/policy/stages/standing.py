"""Who the sender turned out to be, and for which account: found from the lists, never taken from the text."""

import re
from dataclasses import dataclass
from typing import Literal, Protocol

from app.policy.compile import CompiledPolicy
from app.policy.situation import Account, ListedContact, Request, Sender, Situation

RESELLER_CUSTOMER = "reseller_customer"
"""A person listed on an account of a reseller's who is not the provider's own customer."""
_ADDRESS = re.compile(r"^[^@\s\"(),:;<>\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$")


class Accounts(Protocol):
    """The accounts among which somebody is looked for."""

    @property
    def account(self) -> Account | None: ...

    @property
    def candidates(self) -> tuple[Account, ...]: ...

    @property
    def reseller(self) -> Account | None: ...


@dataclass(slots=True)
class Standing:
    """`role` is a contact role of the document, or staff, system, reseller, reseller_customer, unverified, unlisted.

    Nobody changes one.
    """

    role: str | None
    account: Account | None
    contact: ListedContact | None = None
    ambiguous: bool = False
    not_own_customer: bool = False
    claimed: ListedContact | None = None
    """The listed person whom an unverified caller names."""


AddressState = Literal["valid", "invalid", "missing"]


def address_state(email: str | None) -> AddressState:
    if not email:
        return "missing"
    return "valid" if _ADDRESS.match(email) and ".." not in email else "invalid"


def find_standing(policy: CompiledPolicy, request: Request, situation: Accounts, channel: str | None) -> Standing:
    """The sender's standing on the account that the request names or that lists them alone."""
    sender, account = request.sender, situation.account
    if sender is None:
        if account is None or not account.contacts:
            return Standing(None, account)
        sender = _first_contact(account)
    if sender.role is not None:
        return Standing(sender.role, account)
    if request.on_behalf_of is not None:
        return _for_another(request.on_behalf_of, account, situation, sender)
    if account is None:
        return _among_candidates(policy, request, situation, sender, channel)
    return _on_account(policy, request, situation, account, sender, channel)


def _for_another(customer: Account, account: Account | None, situation: Accounts, sender: Sender) -> Standing:
    """A reseller asks on behalf of its own customer; anybody else for nobody but himself."""
    asking = next((a for a in ((account,) if account else situation.candidates) if listed(a, sender)), None)
    contact = listed(asking, sender) if asking else None
    if asking is not None and customer.reseller == asking.number:
        return Standing("reseller", customer, contact)
    own = situation.reseller
    if own is not None and account is not None and account.number == customer.number and listed(own, sender):
        return Standing("reseller", customer, listed(own, sender))
    return Standing("reseller" if contact else "unlisted", asking or account, contact, not_own_customer=True)


def account_meant(
    policy: CompiledPolicy, request: Request, account: Account | None, candidates: tuple[Account, ...]
) -> Account | None:
    """The account a request is about: the one that is named, else the one that the sender's lists settle."""
    entrance = policy.channel(request.channel, request.menu_option)
    situation = Situation(account=account, account_named=account is not None, candidates=candidates)
    return find_standing(policy, request, situation, entrance.slug if entrance else request.channel).account


def _on_account(
    policy: CompiledPolicy,
    request: Request,
    situation: Accounts,
    account: Account,
    sender: Sender,
    channel: str | None,
) -> Standing:
    contact = listed(account, sender)
    spoken = is_spoken(policy, sender, channel)
    claimed = contact or (_named(account, sender) if spoken else None)
    if claimed is not None and claimed.role not in policy.document.contacts and account.reseller is not None:
        return Standing(RESELLER_CUSTOMER, account, claimed)  # bars more than it grants, so nobody need prove it
    if spoken:
        if claimed is not None and request.facts.get("identity_verified") is True:
            return Standing(claimed.role, account, claimed)
        return Standing("unverified" if claimed else "unlisted", account, claimed=claimed)
    if contact is not None:
        return Standing(contact.role, account, contact)
    own = situation.reseller if situation.reseller and situation.reseller.number == account.reseller else None
    if own is not None and (person := listed(own, sender)) is not None:
        return Standing("reseller", account, person)
    return Standing("unlisted", account)


def _among_candidates(
    policy: CompiledPolicy, request: Request, situation: Accounts, sender: Sender, channel: str | None
) -> Standing:
    listing = [a for a in situation.candidates if listed(a, sender) or (not sender.email and _named(a, sender))]
    username = request.facts.get("account_username")
    if username is not None and len(listing) > 1:
        listing = [a for a in listing if a.number.casefold() == str(username).casefold()] or listing
    if len(listing) == 1:
        return _on_account(policy, request, situation, listing[0], sender, channel)
    if listing:
        contact = listed(listing[0], sender)
        role = contact.role if contact and not is_spoken(policy, sender, channel) else "unverified"
        return Standing(role, None, ambiguous=True)
    named = [a for a in situation.candidates if a.number.casefold() == str(username).casefold()]
    return Standing("unlisted", named[0] if len(named) == 1 else None)


def is_spoken(policy: CompiledPolicy, sender: Sender, channel: str | None) -> bool:
    """Where people only say who they are: on the telephone, or with nothing but a name."""
    if sender.user:
        return False
    return channel in policy.spoken_channels or not sender.email


def listed(account: Account, sender: Sender) -> ListedContact | None:
    """The listed person with this login or exact address; a failed mail authentication lists nobody."""
    if sender.user:
        for contact in account.contacts:
            if contact.user == sender.user:
                return contact
    if not sender.email or sender.mail_auth == "fail":
        return None
    address = sender.email.casefold()
    for contact in account.contacts:
        if contact.email and contact.email.casefold() == address:
            return contact
    return None


def _named(account: Account, sender: Sender) -> ListedContact | None:
    if not sender.name:
        return None
    name = " ".join(sender.name.casefold().split())
    return next((c for c in account.contacts if c.name and " ".join(c.name.casefold().split()) == name), None)


def _first_contact(account: Account) -> Sender:
    first = account.contacts[0]
    return Sender(email=first.email, user=first.user, name=first.name)


def below(domain: str, parent: str) -> bool:
    """Whether a domain is another one or lies below it, label by label."""
    name, above = domain.casefold().rstrip("."), parent.casefold().rstrip(".")
    return name == above or name.endswith("." + above)


def on_server(address: str | None, account: Account) -> bool:
    """Whether an address lives on a domain that this very account hosts."""
    if not address or "@" not in address:
        return False
    domain = address.rpartition("@")[2]
    return any(below(domain, hosted) for hosted in account.hosted_domains)
