"""The people listed on an account: added, changed and removed as the policy allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.base.vocabulary import Outcome, Role, Scope
from app.db.callers import CallerRow, Kind
from app.db.commands import Along, Command, Overtaken, Update, carry_out
from app.db.contacts import facts_for_contacts, list_contacts, read_contact
from app.db.problems import violated_constraint
from app.db.requests import Reference
from app.policy.compile import CompiledPolicy
from app.policy.desk.contacts import ContactChange, ContactsAnswer, change_contacts
from app.policy.situation import Account, Sender
from app.policy.stages.standing import RESELLER_CUSTOMER
from app.schemas.contacts import ContactAdd, ContactPatch
from app.schemas.idempotency import StoredAnswer
from app.schemas.requests import NamedSender
from app.services.accounts import as_account
from app.services.errands import Errand
from app.services.refusals import refusal
from app.services.repeating import check_repeated, check_version, once, persistently
from app.services.requests import sender_of
from app.services.tickets.view import instant, written

_NOWHERE: tuple[None, None] = (None, None)


@dataclass(frozen=True, slots=True)
class Known:
    """An account with all that a change of its people is decided by."""

    caller: CallerRow
    row: Mapping[str, Any]
    policy: CompiledPolicy
    others: tuple[Account, ...]

    @property
    def account(self) -> Mapping[str, Any]:
        account: Mapping[str, Any] = self.row["account"]
        return account

    def person(self, id_: UUID) -> Mapping[str, Any]:
        found = next((c for c in self.account["contacts"] if c["id"] == str(id_)), None)
        if found is None:
            raise Problem("not_found")
        known: Mapping[str, Any] = found
        return known


# ── read ─────────────────────────────────────────────────────────────────────
async def listed(errand: Errand, account: str, after: UUID | None, fetch: int) -> Sequence[Mapping[str, Any]]:
    named = Reference.of(account)
    caller, rows = await list_contacts(
        errand.database, errand.provider_id, errand.principal, (named.id, named.number), after, fetch
    )
    _check_reader(caller)
    if rows is None:
        raise Problem("not_found")
    return rows


async def read(errand: Errand, contact: UUID) -> dict[str, Any]:
    caller, row = await read_contact(errand.database, errand.provider_id, errand.principal, contact)
    _check_reader(caller)
    if row is None:
        raise Problem("not_found")
    return contact_view(row)


def _check_reader(caller: CallerRow) -> None:
    """Of machines, only a client area deals with people."""
    if caller.kind is Kind.SERVICE and Scope.SUBMIT not in caller.scopes:
        raise Problem("forbidden")


def contact_view(row: Mapping[str, Any]) -> dict[str, Any]:
    account = {name: row[f"account_{name}"] for name in ("id", "number", "name")}
    names = ("id", "role", "token_role", "email", "login", "name", "flag", "version")
    dates = {name: instant(row[name]) for name in ("created_at", "updated_at")}
    named = {"account": account, "announcements": row["unsubscribed_at"] is None}
    return {**{name: row[name] for name in names}, **named, **dates}


# ── changed ──────────────────────────────────────────────────────────────────
async def add(errand: Errand, account: str, body: ContactAdd) -> StoredAnswer:
    return await once(lambda: _add(errand, account, body))


async def _add(errand: Errand, account: str, body: ContactAdd) -> StoredAnswer:
    named = Reference.of(account)
    email = body.email.lower()
    known = await _gather(errand, (named.id, named.number), None, email)
    roles = known.policy.document.contacts
    offered = [*roles, *([RESELLER_CUSTOMER] if as_account(known.account).reseller is not None else [])]
    if body.role not in offered:
        raise Problem("invalid", errors=[Fault("/role", "not_offered", f"This must be one of {', '.join(offered)}.")])
    change = ContactChange(op="add", role=body.role, email=email)
    _judged(errand, known, change, body.sender)
    row = {
        "provider_id": errand.provider_id,
        "id": errand.new_id(),
        "account_id": known.account["id"],
        "role": body.role,
        "token_role": str(roles[body.role].token_role if body.role in roles else Role.AUTHORISED_CONTACT),
        "slot": _free_slot(known, body.role),
        "email": email,
        "login": body.login,
        "name": body.name,
        "flag": None,
        "unsubscribed_at": None,
        "version": 1,
        "created_at": errand.now,
        "updated_at": errand.now,
    }
    event = errand.event(EventType.CONTACT_ADDED, ("contact", row["id"]), 1, _told(known, body.role))
    view = contact_view({**row, **_account_names(known)})
    answer = StoredAnswer(201, written(view), {"Location": f"/v1/contacts/{row['id']}", "ETag": '"1"'})
    inserts = {"contact": [row], "event": [event]}
    await _carry_out(errand, Command(inserts, answer=answer, repeat=errand.repeat))
    return answer


async def change(errand: Errand, contact: UUID, body: ContactPatch, expected: int | None) -> dict[str, Any]:
    return await persistently(lambda: _change(errand, contact, body.model_dump(exclude_unset=True), expected))


async def _change(errand: Errand, contact: UUID, patch: dict[str, Any], expected: int | None) -> dict[str, Any]:
    if "email" in patch:
        patch["email"] = patch["email"].lower()
    known = await _gather(errand, _NOWHERE, contact, patch.get("email"))
    person = known.person(contact)
    check_version(person["version"], expected)
    before = await read(errand, contact)
    moved = "email" in patch and patch["email"] != person["email"]
    if moved:
        asked = ContactChange(op="replace", role=person["role"], email=person["email"], new_email=patch["email"])
    else:
        # Other data of theirs is for whoever may say that the data is right.
        asked = ContactChange(op="confirm_all")
    _judged(errand, known, asked, None)
    values = {**patch, "updated_at": errand.now, **({"flag": None} if moved else {})}
    if (wanted := values.pop("announcements", None)) is not None:
        values["unsubscribed_at"] = None if wanted else errand.now
    version = person["version"] + 1
    told = {**_told(known, person["role"]), "fields": sorted(patch)}
    events = [errand.event(EventType.CONTACT_CHANGED, ("contact", contact), version, told)]
    along = []
    if moved and not known.account["contact_info_current"]:
        along.append(_confirmed(errand, known, events))
    update = Update("contact", contact, person["version"], values)
    await _carry_out(errand, Command({"event": events}, update, along))
    return {**before, **patch, **({"flag": None} if moved else {}), "version": version, "updated_at": errand.now}


async def remove(errand: Errand, contact: UUID, expected: int | None) -> None:
    await persistently(lambda: _remove(errand, contact, expected))


async def _remove(errand: Errand, contact: UUID, expected: int | None) -> None:
    known = await _gather(errand, _NOWHERE, contact, None)
    person = known.person(contact)
    check_version(person["version"], expected)
    if person["email"] is not None:
        _judged(errand, known, ContactChange(op="remove", role=person["role"], email=person["email"]), None)
    else:
        _judged(errand, known, ContactChange(op="confirm_all"), None)
    version = person["version"] + 1
    event = errand.event(EventType.CONTACT_REMOVED, ("contact", contact), version, _told(known, person["role"]))
    values = {"removed_at": errand.now, "updated_at": errand.now}
    await _carry_out(errand, Command({"event": [event]}, Update("contact", contact, person["version"], values)))


# ── parts ────────────────────────────────────────────────────────────────────
async def _gather(
    errand: Errand, account: tuple[UUID | None, str | None], contact: UUID | None, email: str | None
) -> Known:
    caller, row = await facts_for_contacts(
        errand.database,
        errand.provider_id,
        errand.principal,
        account,
        contact,
        errand.now,
        _domains_above(email),
        errand.repeat,
    )
    if caller.kind is Kind.SERVICE and Scope.SUBMIT not in caller.scopes:
        raise Problem("forbidden")
    if row is None:
        raise Problem("not_found")
    await check_repeated(errand, row)
    policy = await errand.policies.policy(errand.provider_id, row["version"], row["revision"])
    return Known(caller, row, policy, tuple(map(as_account, row["others"])))


def _domains_above(email: str | None) -> list[str]:
    """The address's own domain and those that it lies below."""
    labels = email.rpartition("@")[2].split(".") if email else []
    return [".".join(labels[n:]) for n in range(len(labels))]


def _judged(errand: Errand, known: Known, change: ContactChange, named: NamedSender | None) -> ContactsAnswer:
    account = as_account(known.account)
    sender = _sender(known.caller, named)
    judged = change_contacts(known.policy, account, change, sender, {}, known.others, errand.now)
    if judged.decision.outcome is not Outcome.ACCEPTED:
        raise refusal(judged.decision)
    return judged


def _sender(caller: CallerRow, named: NamedSender | None) -> Sender:
    """A reseller, whose token reaches the account, is no listed person of it."""
    if caller.kind is Kind.CONTACT and named is not None:
        raise Problem("invalid", errors=[Fault("/sender", "not_offered", "Your token says who asks.")])
    if caller.kind is Kind.RESELLER:
        return Sender(name=caller.name, role="system")
    return sender_of(caller, named, None) or Sender(name=caller.name)


def _free_slot(known: Known, role: str) -> int | None:
    """A role with a cap numbers its people, so that two who come at once cannot both have the last place."""
    terms = known.policy.document.contacts.get(role)
    most = terms.max if terms is not None else None
    if most is None:
        return None
    taken = {c["slot"] for c in known.account["contacts"] if c["role"] == role}
    return next(n for n in range(1, most + len(taken) + 2) if n not in taken)


def _confirmed(errand: Errand, known: Known, events: list[dict[str, Any]]) -> Along:
    account = known.account
    subject = ("account", UUID(account["id"]))
    events.append(errand.event(EventType.ACCOUNT_CONFIRMED, subject, account["version"] + 1, {}))
    values = {"contact_info_current": True, "contact_info_confirmed_at": errand.now, "updated_at": errand.now}
    return Along("account", {"id": account["id"]}, values)


async def _carry_out(errand: Errand, command: Command) -> None:
    try:
        await carry_out(errand.database, errand.provider_id, command, errand.now)
    except Problem as problem:
        match violated_constraint(problem):
            case "uq_contact_slot":
                raise Overtaken from None
            case "uq_contact_email":
                raise Problem("already_exists", "This address is listed on the account already.") from problem
            case "uq_contact_login":
                raise Problem("already_exists", "This login is listed on the account already.") from problem
        raise


def _told(known: Known, role: str) -> dict[str, Any]:
    return {"account": known.account["id"], "role": role}


def _account_names(known: Known) -> dict[str, Any]:
    account = known.account
    return {"account_id": account["id"], "account_number": account["number"], "account_name": account["holder"]}
