"""Who speaks when a caller acts in person, and what the policy knows around an account that the caller reaches."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base.vocabulary import Role
from app.db.callers import CallerRow, Kind
from app.policy.desk.glimpse import Customer
from app.policy.life import Desk
from app.policy.situation import Account, Grant, ListedContact, Sender
from app.policy.stages.standing import address_state
from app.services.accounts import as_account, login_of


def speaker(caller: CallerRow) -> Sender:
    """The caller as the policy's lists may find them."""
    match caller.kind:
        case Kind.CONTACT:
            user = login_of({"login": caller.login, "email": caller.email, "id": caller.id})
            return Sender(email=caller.email, user=user, name=caller.name, id=str(caller.id))
        case Kind.STAFF:
            return Sender(email=caller.email, name=caller.name, role="staff", id=str(caller.id), grant=_grant(caller))
        case Kind.RESELLER:
            return Sender(user=_login_of_reseller(caller), name=caller.name, id=str(caller.id))
        case Kind.SERVICE:
            return Sender(name=caller.name, role="system")


def _grant(caller: CallerRow) -> Grant:
    """Administrators see to everything, as supervisors do."""
    supervisor = caller.supervisor or caller.role is Role.ADMIN
    return Grant(
        id=str(caller.id), level=caller.level or 0, departments=tuple(caller.departments), supervisor=supervisor
    )


def customer_of(caller: CallerRow, account: Mapping[str, Any] | None) -> Customer | None:
    """The caller on their own account, as its row gives it; None for anybody else."""
    if caller.kind is not Kind.CONTACT or account is None or account["id"] != str(caller.account):
        return None
    by_login = caller.login is not None or caller.email is None
    return Customer(
        caller.listed_as or "",
        address_state(caller.email),
        by_login,
        of_reseller=account["reseller_id"] is not None,
        on_hold=account["state"] == "on_hold",
        active=account["active"] and account["state"] != "closed",
        contact_info_current=account["contact_info_current"],
        facts=bool(account["facts"]),
    )


def around(
    caller: CallerRow,
    account: Mapping[str, Any] | None,
    incidents: Sequence[str],
    candidates: Sequence[Mapping[str, Any]] = (),
    reseller_account: Mapping[str, Any] | None = None,
    known: Account | None = None,
) -> Desk:
    """`account`, `candidates` and `reseller_account` are rows as statements give them.

    `known`: what the row of the account says, where that has been read already.
    """
    known = known or (as_account(account) if account is not None else None)
    reseller = as_account(reseller_account) if reseller_account is not None else None
    if caller.kind is Kind.RESELLER and known is not None:
        # Its token reached the account, so it lies in its tree, however deep; or it is its own account.
        person = ListedContact(role="reseller", user=_login_of_reseller(caller), name=caller.name)
        if account is not None and str(account["id"]) == str(caller.account):
            known = known.model_copy(update={"contacts": (*known.contacts, person)})
        else:
            reseller = Account(number=known.reseller or "", is_reseller=True, contacts=(person,))
    return Desk(
        account=known,
        account_named=known is not None,
        candidates=tuple(map(as_account, candidates)),
        reseller=reseller,
        incidents=tuple(incidents),
    )


def _login_of_reseller(caller: CallerRow) -> str:
    return f"reseller:{caller.id}"
