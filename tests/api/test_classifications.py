"""Classifications over HTTP: the decision as the policy has it, for everybody who may ask; nothing is stored."""

from typing import Any

import pytest

from app.base.vocabulary import Scope
from app.schemas.decisions import DecisionShown
from tests import factories
from tests.frontdesk import FrontDesk

URL = "/v1/classifications"
OFFLINE = {"facts": {"topic": "web.offline"}}


async def classified(front: FrontDesk, who: dict[str, str], **body: Any) -> dict[str, Any]:
    answer = await front.client.post(URL, json={**OFFLINE, **body}, headers=who)
    assert answer.status_code == 200, answer.text
    DecisionShown.model_validate_json(answer.content)
    decision: dict[str, Any] = answer.json()
    return decision


async def test_a_contacts_request_is_decided_by_the_clauses(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    decision = await classified(front, customer)
    assert (decision["outcome"], decision["priority"], decision["standing"]) == ("accepted", "medium", "registered")
    assert decision["targets"][0]["due_at"] == "2026-02-10T19:00:00Z"
    assert "MEX-10" in {citation["clause"] for citation in decision["citations"]}
    assert await front.owner.fetchval("SELECT count(*) FROM event") == 0


async def test_what_a_customer_may_not_assert_is_a_claim(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    claimed = await classified(front, customer, facts={"topic": "web.offline", "cause": "provider"})
    assert claimed["priority"] == "medium"
    assert "MEX-48" in {citation["clause"] for citation in claimed["citations"]}
    account, contact, _ = await front.customer()
    staff = await front.staff(await front.provider())
    said = await classified(front, staff, account=account.number, sender={"email": contact.email},
                            facts={"topic": "web.offline", "cause": "provider"})  # fmt: skip
    assert said["priority"] == "high"


async def test_machines_name_account_and_sender(front: FrontDesk) -> None:
    account, contact, _ = await front.customer()
    service = await front.service(await front.provider(), Scope.SUBMIT)
    decision = await classified(front, service, account=account.number, sender={"email": contact.email})
    assert decision["standing"] == "registered"
    found = await classified(front, service, sender={"email": contact.email})
    assert found["standing"] == "registered"
    stranger = await classified(front, service, account=str(account.id), sender={"email": "who@nowhere.example"})
    assert (stranger["outcome"], stranger["reason"]) == ("refused", "sender_unlisted")


async def test_a_reseller_asks_for_the_customers_of_its_tree_only(front: FrontDesk) -> None:
    provider = await front.provider()
    own = await factories.account(front.owner, provider.id, is_reseller=True, product="reseller_hosting")
    await factories.contact(front.owner, own, role="registered", token_role="authorised_contact")
    reseller = await factories.reseller(front.owner, provider.id, account_id=own.id)
    customer = await factories.account(front.owner, provider.id, reseller_id=reseller.id)
    below = await factories.reseller(front.owner, provider.id, parent_id=reseller.id)
    grandchild = await factories.account(front.owner, provider.id, reseller_id=below.id)
    stranger = await factories.account(front.owner, provider.id)
    who = await front.reseller(provider, reseller)
    for account in (customer, grandchild):
        decision = await classified(front, who, on_behalf_of=account.number)
        assert (decision["outcome"], decision["standing"]) == ("accepted", "reseller"), decision["reason"]
    assert (await classified(front, who, account=str(customer.id)))["standing"] == "reseller"
    assert (await classified(front, who))["standing"] == "registered"
    out = await front.client.post(URL, json={**OFFLINE, "account": stranger.number}, headers=who)
    assert out.status_code == 404


async def test_accounts_of_others_are_not_there(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    other, _, _ = await front.customer()
    foreign, _, _ = await front.customer("brs")
    service = await front.service(await front.provider(), Scope.SUBMIT)
    for who, account in ((customer, other.number), (customer, str(foreign.id)), (service, foreign.number)):
        answer = await front.client.post(URL, json={**OFFLINE, "account": account}, headers=who)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"facts": {"no_such_fact": 1}}, "/facts/no_such_fact"),
        ({"facts": {"topic": "no.such.topic"}}, "/facts/topic"),
        ({"facts": {"topic": 7}}, "/facts/topic"),
        ({"facts": {"users_affected": "many"}}, "/facts/users_affected"),
        ({"facts": {"users_affected": True}}, "/facts/users_affected"),
        ({"facts": {"users_affected": 10**13}}, "/facts/users_affected"),
        ({"facts": {"down": "yes"}}, "/facts/down"),
        ({"facts": {"nature": "gossip"}}, "/facts/nature"),
        ({"facts": {"occurred_at": "2026-02-10T10:00:00"}}, "/facts/occurred_at"),
        ({"facts": {"hosted_domains": "x"}}, "/facts/hosted_domains"),
        ({"at": "2026-02-10T10:00:00"}, "/at"),
        ({"at": "9999-02-10T10:00:00Z"}, "/at"),
        ({"action": "no_such_action", "facts": {}, "sender": None}, None),
        ({"sender": {"email": "other@maple.example"}}, "/sender"),
        ({"channel": "phone"}, "/channel"),
        ({"estimated_minutes": -1}, "/estimated_minutes"),
        ({"estimated_minutes": 10**30}, "/estimated_minutes"),
        ({"subject": "a\u0000b"}, "/subject"),
        ({"surprise": 1}, "/surprise"),
        ({"facts": []}, "/facts"),
    ],
)
async def test_bad_input_is_pointed_at(front: FrontDesk, body: dict[str, Any], pointer: str | None) -> None:
    _, _, customer = await front.customer()
    answer = await front.client.post(URL, json=body, headers=customer)
    if pointer is None:
        assert answer.status_code == 200  # this policy has terms for any action
        return
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text


async def test_an_earlier_instant_is_decided_by_the_policy_of_that_time(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    decision = await classified(front, customer, at="2026-02-11T01:00:00-05:00")
    assert decision["at"] == "2026-02-11T06:00:00Z"
    early = await front.client.post(URL, json={**OFFLINE, "at": "1999-01-01T00:00:00Z"}, headers=customer)
    assert (early.status_code, early.json()["code"]) == (409, "no_policy")


async def test_a_customer_names_which_of_their_own_products_it_is_about(front: FrontDesk) -> None:
    _, _, customer = await front.customer("kenotronix", product=None, products=["shared", "managed_wordpress"])
    about = {"topic": "backup.data"}
    unclear = await classified(front, customer, facts=about)
    assert (unclear["coverage"], unclear["missing"]) == ("unspecified", ["product"])
    named = await classified(front, customer, facts={**about, "product": "managed_wordpress"})
    assert (named["coverage"], named["missing"]) == ("covered", [])
    foreign = await classified(front, customer, facts={**about, "product": "vps_dedicated"})
    assert (foreign["coverage"], foreign["missing"]) == ("unspecified", ["product"])
