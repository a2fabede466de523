"""Domains that an account hosts: whose listed address comes to lie on one is flagged, and stays listed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.db.administration import DOMAIN, POLICY, facts_for_change
from app.db.commands import Along, Command, Update
from app.db.domains import list_domains
from app.db.requests import Reference
from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision, jsonable
from app.policy.desk.events import Event, happened
from app.policy.stages.standing import on_server
from app.schemas.idempotency import StoredAnswer
from app.services.accounts import as_account
from app.services.administration import records
from app.services.errands import Errand
from app.services.repeating import check_version, once, persistently
from app.services.tickets.view import written

_FLAG = "needs_replacement"


async def listed(errand: Errand, account: str, after: UUID | None, fetch: int) -> Sequence[Mapping[str, Any]]:
    """By whoever sees the account, in the order of their adding."""
    named = Reference.of(account)
    rows = await list_domains(
        errand.database, errand.provider_id, errand.principal, (named.id, named.number), after, fetch
    )
    if rows is None:
        raise Problem("not_found")
    return rows


def domain_view(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "name", "created_at")}


async def add(errand: Errand, account: str, name: str) -> StoredAnswer:
    return await once(lambda: _add(errand, account, name.lower()))


async def _add(errand: Errand, account: str, name: str) -> StoredAnswer:
    facts, policy = await _gather(errand, account, name, others=True)
    row = records.known(facts)
    about, others = facts["about"], facts["others"]
    noticed = Event(type="hosted_domain_added", fields={"domain": name})
    judged = happened(policy, noticed, as_account(about), tuple(map(as_account, others)), (), errand.now)
    after = {a.number: a for a in judged.accounts}
    flagged = [
        {**contact, "account": of["id"]}
        for of in (about, *others)
        if of["number"] in after
        for contact, then in zip(of["contacts"], after[of["number"]].contacts, strict=True)
        if then.flag != contact["flag"]
    ]
    domain = {"provider_id": errand.provider_id, "id": errand.new_id(), "account_id": row["id"], "name": name}
    domain |= {"created_at": errand.now, "updated_at": errand.now}
    told = EventType.ACCOUNT_DOMAIN_ADDED, {"domain": str(domain["id"])}
    shown = [{name: contact[name] for name in ("id", "account", "role")} for contact in flagged]
    view = {**domain_view(domain), "flagged": shown}
    location = f"/v1/accounts/{row['id']}/domains/{domain['id']}"
    answer = StoredAnswer(201, written(view), {"Location": location})
    inserts = {"hosted_domain": [domain]}
    plan = _plan(errand, row, told, EventType.CONTACT_FLAGGED, flagged, judged.decision)
    await records.write(
        errand,
        Command({**plan.inserts, **inserts}, plan.update, plan.along, answer=answer, repeat=errand.repeat),
    )
    return answer


async def remove(errand: Errand, account: str, domain: str, expected: int | None) -> None:
    """Whose address lies on no hosted domain any more is no longer flagged."""
    await persistently(lambda: _remove(errand, account, domain.lower(), expected))


async def _remove(errand: Errand, account: str, domain: str, expected: int | None) -> None:
    facts, policy = await _gather(errand, account, domain, others=False)
    row, gone = records.known(facts), records.known(facts, "domain")
    check_version(row["version"], expected)
    about = facts["about"]
    left = [name for name in about["hosted_domains"] if name != gone["name"]]
    after = as_account({**about, "hosted_domains": left})
    own = {name for name, role in policy.document.contacts.items() if role.not_on == "account"}
    freed = [
        {**contact, "account": row["id"]}
        for contact in about["contacts"]
        if contact["flag"] == _FLAG and contact["role"] in own and not on_server(contact["email"], after)
    ]
    told = EventType.ACCOUNT_DOMAIN_REMOVED, {"domain": gone["id"]}
    plan = _plan(errand, row, told, EventType.CONTACT_UNFLAGGED, freed, None)
    removed = ("hosted_domain", UUID(gone["id"]))
    await records.write(errand, Command(plan.inserts, plan.update, plan.along, removed=removed))


def _plan(
    errand: Errand,
    row: Mapping[str, Any],
    told: tuple[EventType, dict[str, Any]],
    about_people: EventType,
    people: Sequence[Mapping[str, Any]],
    judged: Decision | None,
) -> Command:
    """The account's new version with its event, and the flags of its people with theirs."""
    kind, data = told
    version = row["version"] + 1
    events = [records.event(errand, kind, row, version, data)]
    if judged is not None:
        events[0] |= {
            "decision": jsonable(judged),
            "policy_version": judged.policy_version,
            "settings_revision": judged.settings_revision,
        }
    flag = _FLAG if about_people is EventType.CONTACT_FLAGGED else None
    along = []
    for contact in people:
        said = {"account": contact["account"], "role": contact["role"]}
        events.append(records.event(errand, about_people, contact, contact["version"] + 1, said))
        along.append(Along("contact", {"id": contact["id"]}, {"flag": flag, "updated_at": errand.now}))
    update = Update("account", UUID(row["id"]), row["version"], {"updated_at": errand.now})
    return Command({"event": events}, update, along)


async def _gather(
    errand: Errand, account: str, domain: str, *, others: bool
) -> tuple[Mapping[str, Any], CompiledPolicy]:
    named = Reference.of(account)
    caller, facts = await facts_for_change(
        errand.database,
        errand.provider_id,
        errand.principal,
        f"{DOMAIN}, {POLICY}",
        errand.repeat,
        *(errand.now, named.id, named.number, None, None, domain, others),
    )
    await records.check_admin(errand, caller, facts)
    return facts, await errand.policies.policy(errand.provider_id, facts["version"], facts["revision"])
