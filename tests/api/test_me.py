"""`GET /v1/me`: everybody is told who they are, by their row as it stands now."""

import json
from typing import Any

from app.base.vocabulary import Role, Scope
from app.schemas.callers import Me
from tests import factories
from tests.frontdesk import FrontDesk, Headers


async def me(front: FrontDesk, who: Headers) -> Me:
    answer = await front.client.get("/v1/me", headers=who)
    assert answer.status_code == 200, answer.text
    return Me.model_validate_json(answer.content)


async def test_everybody_is_told_who_they_are(front: FrontDesk) -> None:
    account, contact, customer = await front.customer()
    provider = await front.provider()
    known = await me(front, customer)
    assert (known.kind, known.id, known.email, known.listed_as) == ("contact", contact.id, contact.email, "registered")
    assert known.account
    assert known.account.number == account.number
    staff = await me(front, await front.staff(provider, level=2, departments=["support"], supervisor=True))
    assert (staff.level, staff.departments, staff.supervisor) == (2, ["support"], True)
    assert "publish_policies" not in staff.may
    assert "publish_policies" in (await me(front, await front.staff(provider, Role.ADMIN))).may
    machine = await me(front, await front.service(provider, Scope.SUBMIT, Scope.EVENTS))
    assert machine.scopes == [Scope.EVENTS, Scope.SUBMIT]
    reseller = await factories.reseller(front.owner, provider.id)
    known = await me(front, await front.reseller(provider, reseller))
    assert known.reseller
    assert known.reseller.number == reseller.number


TRIED: dict[str, tuple[str, str, Any]] = {
    "classify": ("POST", "/v1/classifications", {"body": "It is down."}),
    "open_tickets": ("POST", "/v1/tickets", {"subject": "Down"}),
    "read_tickets": ("GET", "/v1/tickets", None),
    "write_messages": ("POST", "/v1/tickets/{ticket}/messages", {"body": "Still."}),
    "request_quotes": ("POST", "/v1/quotes", {"ticket": "{ticket}"}),
    "request_actions": ("POST", "/v1/authority", {"action": "modify_site"}),
    "request_secure_forms": ("POST", "/v1/secure-forms", {"ticket": "{ticket}"}),
    "report_events": ("POST", "/v1/classifications", {"body": "It is down."}),
    "read_quotes": ("GET", "/v1/quotes", None),
    "record_payments": (
        "POST",
        "/v1/quotes/{ticket}/payments",
        {"amount": {"amount": "1.00", "currency": "CAD"}, "reference": "1"},
    ),
    "work_tickets": ("POST", "/v1/tickets/{ticket}/assign", {"staff": "me"}),
    "read_accounts": ("GET", "/v1/accounts", None),
    "change_contacts": ("POST", "/v1/accounts/{account}/confirm-contacts", None),
    "read_policies": ("GET", "/v1/policies/mexxus/versions", None),
    "publish_policies": ("POST", "/v1/policies/mexxus/validate", {}),
    "revise_settings": ("GET", "/v1/policies/mexxus/settings", None),
    "take_calls": ("POST", "/v1/inbound/calls", {}),
    "write_notices": ("POST", "/v1/notices", {}),
    "administer": ("GET", "/v1/staff", None),
}
"""For each thing that somebody may do, a request that does it."""


async def test_what_they_are_told_they_may_do_is_not_forbidden(front: FrontDesk) -> None:
    account, _, customer = await front.customer()
    provider = await front.provider()
    ticket = await front.client.post("/v1/tickets", json={"subject": "Down"}, headers=customer | front.key())
    callers = [customer, await front.staff(provider), await front.staff(provider, Role.ADMIN)]
    callers += [await front.service(provider, scope) for scope in Scope]
    tried = set()
    for who in callers:
        for word in (await me(front, who)).may:
            method, path, body = TRIED[word]
            named = {"ticket": ticket.json()["id"], "account": account.number}
            sent = json.loads(json.dumps(body).replace("{ticket}", named["ticket"])) if body is not None else None
            answer = await front.client.request(method, path.format(**named), json=sent, headers=who | front.key())
            assert answer.status_code != 403, (word, answer.text)
            tried.add(word)
    assert len(tried) > 10, "somebody may do something"


async def test_right_is_what_token_and_row_both_say(front: FrontDesk) -> None:
    provider = await front.provider()
    client = await factories.api_client(front.owner, provider.id, scopes=["submit"])
    scopes = frozenset({Scope.SUBMIT, Scope.PAYMENTS})
    assert (await me(front, front.bearer(provider, Role.SERVICE, client.id, scopes=scopes))).scopes == [Scope.SUBMIT]
    admin = await factories.staff(front.owner, provider.id, role="admin")
    assert (await me(front, front.bearer(provider, Role.STAFF, admin.id))).role is Role.STAFF
    staff = await factories.staff(front.owner, provider.id)
    forged = await front.client.get("/v1/me", headers=front.bearer(provider, Role.ADMIN, staff.id))
    assert forged.status_code == 401


async def test_whoever_is_removed_is_out_at_the_next_call(front: FrontDesk) -> None:
    _, contact, customer = await front.customer()
    provider = await front.provider()
    staff = await front.staff(provider)
    machine = await front.service(provider, Scope.SUBMIT)
    reseller = await factories.reseller(front.owner, provider.id)
    everybody = (customer, staff, machine, await front.reseller(provider, reseller))
    assert [(await front.client.get("/v1/me", headers=who)).status_code for who in everybody] == [200] * 4
    await front.owner.execute("UPDATE contact SET removed_at = now() WHERE id = $1", contact.id)
    await front.owner.execute("UPDATE staff SET active = false; UPDATE api_client SET active = false")
    await front.owner.execute("UPDATE reseller SET active = false")
    assert [(await front.client.get("/v1/me", headers=who)).status_code for who in everybody] == [401] * 4


async def test_a_provider_that_is_switched_off_lets_nobody_in(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    await me(front, customer)
    await front.owner.execute("UPDATE provider SET active = false")
    assert (await front.client.get("/v1/me", headers=customer)).status_code == 401


async def test_a_contact_is_out_with_the_client_that_acts_for_them(front: FrontDesk) -> None:
    account, contact, _ = await front.customer()
    provider = await front.provider()
    client = await factories.api_client(front.owner, provider.id, scopes=["submit", "events"])
    acting = front.bearer(
        provider,
        Role(contact.token_role),
        contact.id,
        account=account.id,
        contact=contact.id,
        acting_client=str(client.id),
    )
    for taken in ("active = false", "scopes = '{events}'"):
        await me(front, acting)
        await front.owner.execute(f"UPDATE api_client SET {taken}")
        assert (await front.client.get("/v1/me", headers=acting)).status_code == 401, taken
        await front.owner.execute("UPDATE api_client SET active = true, scopes = '{submit}'")
