"""What is known of the account and of who asks, under the names that policies use for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from app.policy.compile import CompiledPolicy
from app.policy.language.standard import CLAIMED
from app.policy.situation import Account, Sender
from app.policy.stages.deliberation import Deliberation
from app.policy.stages.standing import Standing, address_state, on_server

_NAMES: Final = {
    "product_variant": "product_variant",
    "variant": "product_variant",
    "market": "market",
    "market_catalogue": "market_catalogue",
    "active": "active",
    "contact_info_current": "contact_info_current",
    "account_state": "state",
    "server": "server",
    "hosted_domains": "hosted_domains",
    "reseller": "reseller",
    "is_reseller": "is_reseller",
    "users_total": "users_total",
    "vip": "vip",
    "timezone": "tz",
}
_TAKEN: Final = attrgetter(*_NAMES.values())
_IN_FORCE: Final = {
    "account.active": "active",
    "account.contact_info_current": "contact_info_current",
    "account.state": "account_state",
    "account.reseller": "reseller",
}
_MOST_KEPT = 1_000


@dataclass(slots=True)
class _OfAccount:
    """What an account says of itself, whatever is asked. Nobody changes one."""

    account: Account
    known: Mapping[str, Any]
    """Unless the request states otherwise."""
    unless_known: Mapping[str, Any]
    vip: frozenset[str]
    """Addresses."""

    @classmethod
    def under(cls, policy: CompiledPolicy, account: Account) -> "_OfAccount":
        known = dict(zip(_NAMES, _TAKEN(account), strict=True))
        if len(account.products) == 1:
            known["product"] = account.products[0]
        if account.facts:
            known |= policy.stated(account.facts)
        unless_known: dict[str, Any] = {}
        if len(account.hosted_domains) == 1:
            unless_known["hosted_domain"] = account.hosted_domains[0]
        for contact in account.contacts:
            unless_known.setdefault(f"contact.{contact.role}.on_server", on_server(contact.email, account))
        return cls(
            account,
            {name: value for name, value in known.items() if value is not None},
            unless_known,
            frozenset(map(str.casefold, account.vip)),
        )


def _of_account(policy: CompiledPolicy, account: Account) -> _OfAccount:
    """Worked out once for the accounts that have asked last; what is kept holds its account, so that no other is it."""
    kept = policy.of_accounts
    found = kept.get(id(account))
    if found is None:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        found = kept[id(account)] = _OfAccount.under(policy, account)
    return found


def state_account(d: Deliberation, found: Standing) -> None:
    """Make what is known of the account and of who asks known to the rules."""
    values, account, stated, who = d.values, found.account, d.request.facts, d.request.sender
    values.update(of_sender(found, who))
    values["account_username"] = account.number if account is not None else None
    if account is None:
        return
    own = _of_account(d.policy, account)
    known = own.known
    if len(account.products) > 1 and (product := _product_named(d, account)) is not None:
        known = {"product": product, **known}
    if not stated.keys().isdisjoint(known):
        known = {name: value for name, value in known.items() if name not in stated}
    values.update(known)
    values.update(zip(_IN_FORCE, map(values.get, _IN_FORCE.values()), strict=True))
    values["product_available"] = _available(d, account)
    values["incident.open"] = account.server is not None and account.server in d.situation.incidents
    for name, value in own.unless_known.items():
        values.setdefault(name, value)
    person = found.contact or found.claimed
    if person and person.name and "first_name" not in stated and "last_name" not in stated:
        first, _, last = person.name.partition(" ")
        values["first_name"], values["last_name"] = first, last or first
    if who and who.email and who.mail_auth != "fail" and "vip_affected" not in stated:
        values["vip_affected"] = who.email.casefold() in own.vip
    users, total = values.get("users_affected"), values.get("users_total")
    if isinstance(users, int) and isinstance(total, int) and total > 0:
        values["share_affected"] = round(users / total, 6)


def of_sender(found: Standing, who: Sender | None) -> dict[str, Any]:
    """What is known of who asks, whatever the request says."""
    account = found.account
    return {
        "sender.standing": found.role,
        "not_own_customer": found.not_own_customer,
        "sender.email": address_state(who.email if who else None),
        "sender.mail_auth": who.mail_auth if who else None,
        "account": "known" if account else "ambiguous" if found.ambiguous else "unknown",
    }


def _product_named(d: Deliberation, account: Account) -> str | None:
    """The one of several that the request names; nobody claims what they do not hold."""
    named = d.request.facts.get(f"{CLAIMED}product")
    return next((held for held in account.products if d.policy.same_product(held, str(named))), None)


def _available(d: Deliberation, account: Account) -> bool:
    """Whether the product is offered to the account, and in its market."""
    product, catalogue = d.values.get("product"), account.market_catalogue
    if product is None:
        return True
    if catalogue is not None and product not in catalogue:
        return False
    sold, market = d.policy.document.products.get(str(product)), d.values.get("market")
    return sold is None or not sold.markets or market is None or market in sold.markets
