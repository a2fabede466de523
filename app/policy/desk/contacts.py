"""A change of the people listed on an account: who may ask for it, and whom the policy accepts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import JsonValue

from app.base.vocabulary import Outcome, Role
from app.policy.compile import CompiledPolicy
from app.policy.decide import answer
from app.policy.decision import Decision
from app.policy.language.entrances import ContactRole
from app.policy.language.model import Model
from app.policy.situation import Account, ListedContact, Request, Sender, Situation
from app.policy.stages import admission
from app.policy.stages.deliberation import Deliberation
from app.policy.stages.standing import RESELLER_CUSTOMER, address_state, below, on_server

MANAGES = frozenset({"manage_contacts", "everything"})
_APART = frozenset({"staff", "system"})


class ContactChange(Model):
    op: Literal["add", "replace", "remove", "confirm_all"]
    role: str | None = None
    email: str | None = None
    new_email: str | None = None
    forwards_to: tuple[str, ...] = ()
    """Where mail to the new address is known to end up."""


class ContactsAnswer(Model):
    """Whether the change was allowed, the account after it, and the listed people of the role."""

    decision: Decision
    account: Account
    role: str | None = None
    count: int | None = None
    limit: int | None = None


def change_contacts(
    policy: CompiledPolicy,
    account: Account,
    change: ContactChange,
    sender: Sender | None,
    facts: dict[str, JsonValue],
    others: Sequence[Account],
    at: datetime,
) -> ContactsAnswer:
    """Judge a change of the listed people and carry it out; `others` are the provider's other accounts."""
    role = _role_meant(account, change)
    request = Request(sender=sender, action=_action(policy, change, role), facts=facts)
    situation = Situation(account=account, account_named=True, ticket=True)
    d = Deliberation(policy, request, situation, at)
    for stage in (admission.topic, admission.sender, admission.action):
        if not d.ended:
            stage(d)
    if not d.ended:
        _check_authority(d)
    after = account if d.ended else _carried_out(d, account, change, role, others)
    d.run("effects")
    terms = policy.document.contacts.get(role or "")
    return ContactsAnswer(
        decision=answer(d),
        account=after,
        role=role,
        count=sum(c.role == role for c in after.contacts) if role else None,
        limit=terms.max if terms else None,
    )


def _role_meant(account: Account, change: ContactChange) -> str | None:
    """The role that is named, or that of the person who is replaced or removed."""
    if change.role is not None or change.email is None:
        return change.role
    return next((c.role for c in account.contacts if _is(c, change.email)), None)


def _action(policy: CompiledPolicy, change: ContactChange, role: str | None) -> str:
    """What the change is called among the administrative actions of the policy."""
    terms = policy.document.contacts.get(role or "")
    named = "change_contacts"
    if change.op == "confirm_all":
        named = "confirm_contacts"
    elif terms is not None and terms.token_role is Role.PRIMARY_CONTACT:
        named = "change_primary_contact"
    return named if named in policy.document.actions else "change_contacts"


def _check_authority(d: Deliberation) -> None:
    """Whatever the policy's rules say: a tie to the account, and a role that may where the policy names such roles."""
    d.stage = "action"
    roles = d.policy.document.contacts
    if d.standing in _APART:
        return
    if d.standing is None or d.standing not in roles:
        admission.refuse(d, "identity_verification_pending", outcome=Outcome.HELD)
    elif any(MANAGES & set(r.may) for r in roles.values()) and not MANAGES & set(roles[d.standing].may):
        admission.refuse(d, "role_not_permitted")


# ── the change itself ────────────────────────────────────────────────────────
def _carried_out(
    d: Deliberation, account: Account, change: ContactChange, role: str | None, others: Sequence[Account]
) -> Account:
    terms = d.policy.document.contacts.get(role or "")
    if terms is not None:
        d.cite(terms, f"role={role}")
    match change.op:
        case "confirm_all":
            return account.model_copy(update={"contact_info_current": True})
        case "add":
            added = ListedContact(role=role or "", email=change.email)
            if _within_limit(d, account, role, terms) and _fits(d, account, added, terms, others, change.forwards_to):
                return account.model_copy(update={"contacts": (*account.contacts, added)})
        case "replace":
            old = _found(account, change.email, role)
            new = ListedContact(role=role or "", email=change.new_email, name=old.name if old else None)
            if old is None:
                admission.refuse(d, "person_not_listed")
            elif _fits(d, account, new, terms, others, change.forwards_to):
                people = tuple(new if c is old else c for c in account.contacts)
                return account.model_copy(update={"contacts": people, "contact_info_current": True})
        case "remove":
            old = _found(account, change.email, role)
            if old is None:
                admission.refuse(d, "person_not_listed")
            elif terms is not None and sum(c.role == role for c in account.contacts) <= terms.min:
                admission.refuse(d, "contact_limit_reached")
            else:
                return account.model_copy(update={"contacts": tuple(c for c in account.contacts if c is not old)})
    return account


def _is(contact: ListedContact, email: str) -> bool:
    return contact.email is not None and contact.email.casefold() == email.casefold()


def _found(account: Account, email: str | None, role: str | None) -> ListedContact | None:
    """The person with this address; without one, the only person of the role."""
    fitting = [c for c in account.contacts if (role is None or c.role == role) and (email is None or _is(c, email))]
    return fitting[0] if len(fitting) == 1 or (fitting and email is not None) else None


def _within_limit(d: Deliberation, account: Account, role: str | None, terms: ContactRole | None) -> bool:
    if terms is not None and terms.max is not None and sum(c.role == role for c in account.contacts) >= terms.max:
        admission.refuse(d, "contact_limit_reached")
        return False
    return True


def _fits(
    d: Deliberation,
    account: Account,
    person: ListedContact,
    terms: ContactRole | None,
    others: Sequence[Account],
    forwards_to: Sequence[str] = (),
) -> bool:
    """A usable address and, where the role wants one, an address that does not fail together with the account."""
    if terms is None and (person.role != RESELLER_CUSTOMER or account.reseller is None):
        admission.refuse(d, "role_not_permitted")
        return False
    if address_state(person.email) != "valid":
        admission.refuse(d, "email_invalid")
        return False
    if terms is None or terms.address != "off_server":
        return True
    addresses = (person.email, *(forwards_to if terms.through_redirects else ()))
    elsewhere = any(on_server(address, other) for address in addresses for other in others)
    if any(on_server(address, account) for address in addresses) or (terms.not_on == "provider" and elsewhere):
        admission.refuse(d, "secondary_contact_on_hosted_domain")
        return False
    if elsewhere:
        d.emit("warn", of="hosted_by_same_provider")
    return True


# ── a domain that has come to be hosted ──────────────────────────────────────
def host_domain(
    d: Deliberation, account: Account, domain: str, others: Sequence[Account]
) -> tuple[Account, tuple[Account, ...]]:
    """The account with the domain, and every account with the contacts flagged that must now be replaced."""
    hosting = account.model_copy(update={"hosted_domains": (*account.hosted_domains, domain)})
    changed = tuple(_flagged(d, other, domain, own=False) for other in others)
    return _flagged(d, hosting, domain, own=True), tuple(c for c, o in zip(changed, others, strict=True) if c is not o)


def _flagged(d: Deliberation, account: Account, domain: str, *, own: bool) -> Account:
    people = []
    for contact in account.contacts:
        people.append(contact)
        terms = d.policy.document.contacts.get(contact.role)
        touched = _lies_below(contact.email, domain)
        if terms is None or terms.address != "off_server" or not (own or touched):
            continue
        d.cite(terms, f"role={contact.role}")
        if touched and (own or terms.not_on == "provider"):
            d.emit("flag_contact", role=contact.role, flag="needs_replacement", account=account.number)
            people[-1] = contact.model_copy(update={"flag": "needs_replacement"})
        elif touched:
            d.emit("warn", of="hosted_by_same_provider", account=account.number)
    unchanged = all(a is b for a, b in zip(people, account.contacts, strict=True))
    return account if unchanged else account.model_copy(update={"contacts": tuple(people)})


def _lies_below(email: str | None, domain: str) -> bool:
    return email is not None and "@" in email and below(email.rpartition("@")[2], domain)
