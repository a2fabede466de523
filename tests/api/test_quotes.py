"""Quotes over HTTP: priced by the fee rules with their clauses, one on offer for each ticket."""

import asyncio
from typing import Any

import pytest

from app.base.vocabulary import Scope
from app.schemas.listing import Listed
from app.schemas.quotes import Quote
from tests import factories
from tests.frontdesk import FrontDesk, Headers

URL = "/v1/quotes"
CODING = {"subject": "Please write a form", "facts": {"topic": "code"}}


async def offered(front: FrontDesk, who: Headers, **body: Any) -> Quote:
    answer = await front.client.post(URL, json=body, headers={**who, **front.key()})
    assert answer.status_code == 201, answer.text
    return Quote.model_validate_json(answer.content)


async def test_an_estimate_is_priced_by_the_rule_and_its_clauses(front: FrontDesk) -> None:
    account, _, customer = await front.customer()
    answer = await front.client.post(
        URL, json={"rule": "advanced_support", "estimated_minutes": 61}, headers={**customer, **front.key()}
    )
    quote = Quote.model_validate_json(answer.content)
    assert quote.total is not None
    assert answer.json()["total"] == {"amount": "170.00", "currency": "CAD"}
    assert (quote.status, quote.terms, quote.consent_required) == ("offered", "capped", True)
    assert (quote.lines[0].minutes, quote.lines[0].unit_price) == (120, "85.00")
    assert "MEX-45" in {citation.clause for citation in quote.citations}
    assert quote.account is not None
    assert quote.account.number == account.number
    read = await front.client.get(answer.headers["location"], headers=customer)
    assert read.json() == answer.json()
    assert (
        await front.client.get(answer.headers["location"], headers={**customer, "If-None-Match": '"1"'})
    ).status_code == 304


async def test_what_the_work_is_leads_to_its_price(front: FrontDesk) -> None:
    account, _, _ = await front.customer()
    staff = await front.staff(await front.provider())
    facts = {"topic": "code", "staff_decision": "bill"}
    quote = await offered(front, staff, account=account.number, facts=facts, estimated_minutes=30)
    assert (quote.rule, str(quote.total.amount if quote.total else None)) == ("advanced_support", "85.00")
    free = await offered(front, staff, account=account.number, facts={"topic": "web.offline"}, estimated_minutes=30)
    assert str(free.total.amount if free.total else None) == "0.00"


async def test_staff_price_a_ticket_and_its_gate_waits_for_consent(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    opened = await front.client.post("/v1/tickets", json=CODING, headers={**customer, **front.key()})
    ticket = opened.json()
    assert ticket["work_gate"] == "awaiting_staff_decision"
    url, match = f"/v1/tickets/{ticket['id']}", {"If-Match": '"1"'}
    decided = await front.client.patch(url, json={"facts": {"staff_decision": "bill"}}, headers={**staff, **match})
    assert decided.status_code == 200, decided.text
    first = await offered(front, staff, ticket=ticket["reference"], estimated_minutes=40)
    assert first.ticket is not None
    assert (first.ticket.reference, first.version) == (ticket["reference"], 1)
    now = (await front.client.get(url, headers=customer)).json()
    assert (now["work_gate"], now["status"], now["fee"]["amount"]) == ("awaiting_consent", "waiting_consent", "85.00")
    second = await offered(front, staff, ticket=ticket["id"], estimated_minutes=70)
    assert (second.version, str(second.total.amount if second.total else None)) == (2, "170.00")
    listed = Listed[Quote].model_validate_json((await front.client.get(URL, headers=customer)).content)
    assert {quote.version: str(quote.status) for quote in listed.data} == {2: "offered", 1: "superseded"}
    types = await front.owner.fetch("SELECT type FROM event WHERE subject_kind = 'quote' ORDER BY type")
    assert [row["type"] for row in types] == ["quote.offered", "quote.offered", "quote.superseded"]
    own = await front.client.post(URL, json={"ticket": ticket["id"]}, headers={**customer, **front.key()})
    assert (own.status_code, own.json()["code"]) == (409, "conflict")


async def test_a_customer_may_ask_what_a_ticket_would_cost(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    ticket = (await front.client.post("/v1/tickets", json=CODING, headers={**customer, **front.key()})).json()
    quote = await offered(front, customer, ticket=ticket["reference"], estimated_minutes=40)
    assert (quote.indicative, quote.total) == (True, None)
    after = (await front.client.get(f"/v1/tickets/{ticket['id']}", headers=customer)).json()
    assert after["version"] == 1


async def test_two_prices_at_once_are_two_editions(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    ticket = (await front.client.post("/v1/tickets", json=CODING, headers={**customer, **front.key()})).json()
    quotes = await asyncio.gather(
        *(offered(front, staff, ticket=ticket["id"], estimated_minutes=n) for n in (40, 50, 70))
    )
    assert sorted(quote.version for quote in quotes) == [1, 2, 3]
    assert await front.owner.fetchval("SELECT count(*) FROM quote WHERE status = 'offered'") == 1


async def test_a_quote_is_offered_once_per_key(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    body, headers = {"rule": "advanced_support", "estimated_minutes": 30}, {**customer, **front.key()}
    answers = await asyncio.gather(*(front.client.post(URL, json=body, headers=headers) for _ in range(3)))
    assert len({answer.content for answer in answers}) == 1
    assert await front.owner.fetchval("SELECT count(*) FROM quote") == 1
    missing = await front.client.post(URL, json=body, headers=customer)
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_required")


async def test_quotes_of_others_are_not_there(front: FrontDesk) -> None:
    provider = await front.provider()
    account, _, customer = await front.customer()
    quote = await offered(front, customer, rule="advanced_support", estimated_minutes=30)
    _, _, neighbour = await front.customer()
    foreign = await front.staff(await front.provider("brs"))
    for who in (neighbour, foreign):
        assert (await front.client.get(f"{URL}/{quote.id}", headers=who)).status_code == 404
        assert (await front.client.get(URL, headers=who)).json()["data"] == []
    firm = await factories.reseller(front.owner, provider.id)
    await front.owner.execute("UPDATE account SET reseller_id = $1 WHERE id = $2", firm.id, account.id)
    for who in (customer, await front.staff(provider), await front.reseller(provider, firm),
                await front.service(provider, Scope.PAYMENTS)):  # fmt: skip
        assert (await front.client.get(f"{URL}/{quote.id}", headers=who)).status_code == 200
    heard = await front.service(provider, Scope.EVENTS)
    assert (await front.client.get(URL, headers=heard)).status_code == 403
    billing = await front.service(provider, Scope.PAYMENTS)
    body = {"rule": "advanced_support", "account": account.number}
    assert (await front.client.post(URL, json=body, headers={**billing, **front.key()})).status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/facts"),
        ({"rule": "no_such_rule"}, "/rule"),
        ({"rule": "advanced_support", "estimated_minutes": -1}, "/estimated_minutes"),
        ({"rule": "advanced_support", "estimated_minutes": 1.5}, "/estimated_minutes"),
        ({"facts": {"nothing": 1}}, "/facts/nothing"),
        ({"ticket": "MEX-0000-0000-0000", "rule": "advanced_support"}, "/rule"),
        ({"rule": "advanced_support", "amount": {"amount": "1.00", "currency": "CAD"}}, "/amount"),
        ({"rule": "advanced_support", "amount": {"amount": "NaN", "currency": "CAD"}}, "/amount/amount"),
        ({"rule": "advanced_support", "amount": {"amount": "-1", "currency": "CAD"}}, "/amount/amount"),
    ],
)
async def test_bad_input_is_pointed_at(front: FrontDesk, body: dict[str, Any], pointer: str) -> None:
    _, _, customer = await front.customer()
    answer = await front.client.post(URL, json=body, headers={**customer, **front.key()})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
