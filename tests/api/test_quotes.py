"""Quotes over HTTP: priced by the fee rules with their clauses, one on offer for each ticket."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

from app.base.vocabulary import Role, Scope
from app.schemas.listing import Listed
from app.schemas.quotes import Quote
from tests import factories
from tests.frontdesk import FrontDesk, Headers, library_policy

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
    reseller = await factories.reseller(front.owner, provider.id)
    await front.owner.execute("UPDATE account SET reseller_id = $1 WHERE id = $2", reseller.id, account.id)
    for who in (customer, await front.staff(provider), await front.reseller(provider, reseller),
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


# ── what becomes of a price ──────────────────────────────────────────────────
async def priced(front: FrontDesk, minutes: int = 40) -> tuple[dict[str, Any], str, Headers, Headers]:
    """A ticket that waits for consent: itself, the path of its quote, and its customer's and staff's tokens."""
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    body = {**CODING, "facts": {"topic": "code"}}
    ticket = (await front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()})).json()
    patch = {"facts": {"staff_decision": "bill"}}
    await front.client.patch(f"/v1/tickets/{ticket['id']}", json=patch, headers={**staff, "If-Match": "*"})
    quote = await offered(front, staff, ticket=ticket["id"], estimated_minutes=minutes)
    return ticket, f"{URL}/{quote.id}", customer, staff


async def did(front: FrontDesk, who: Headers, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = await front.client.post(path, json=body, headers={**who, **front.key()})
    assert answer.status_code == status, answer.text
    if status == 200:
        Quote.model_validate_json(answer.content)
    found: dict[str, Any] = answer.json()
    return found


async def shown(front: FrontDesk, who: Headers, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await front.client.get(path, headers=who)).json()
    return found


async def test_whoever_may_agrees_and_the_work_begins(front: FrontDesk) -> None:
    ticket, path, customer, staff = await priced(front)
    url = f"/v1/tickets/{ticket['id']}"
    agreed = await did(front, customer, f"{path}/consent")
    assert (agreed["status"], agreed["consent"]["amount"], agreed["consent"]["version"]) == ("consented", "85.00", 1)
    assert agreed == await shown(front, staff, path)
    told = await front.owner.fetchrow("SELECT decision, data FROM event WHERE type = 'ticket.consented'")
    [record] = [effect for effect in told["decision"]["effects"] if effect.get("of") == "consent"]
    assert record["by"] == str(await front.owner.fetchval("SELECT id FROM contact"))
    assert "@" not in orjson.dumps([told["decision"], told["data"]]).decode()
    assert (await shown(front, staff, url))["work_gate"] == "open"
    assert (await did(front, customer, f"{path}/consent", 409))["code"] == "conflict"
    assert (await front.client.post(f"{url}/start-work", headers=staff)).status_code == 200
    done = await did(front, staff, f"{path}/settle", minutes=130)
    assert (done["status"], done["settled"]["total"]["amount"]) == ("settled", "85.00")
    billing = await front.service(await front.provider(), Scope.PAYMENTS)
    paid = await did(front, billing, f"{path}/payments", amount={"amount": "85.00", "currency": "CAD"}, reference="I-1")
    assert (paid["payment"], paid["paid"]["amount"]) == ("paid", "85.00")
    types = await front.owner.fetch("SELECT type FROM event WHERE subject_id = $1 ORDER BY seq", ticket["id"])
    assert [row["type"] for row in types][2:] == [
        "ticket.quoted", "ticket.consented", "ticket.work_started", "ticket.settled", "ticket.paid",
    ]  # fmt: skip


async def test_only_the_customers_people_agree(front: FrontDesk) -> None:
    _, path, _, staff = await priced(front)
    provider = await front.provider()
    billing = await front.service(provider, Scope.PAYMENTS, Scope.SUBMIT)
    for who in (staff, billing):
        await did(front, who, f"{path}/consent", 403)
        await did(front, who, f"{path}/decline", 403)
    _, _, neighbour = await front.customer()
    await did(front, neighbour, f"{path}/consent", 404)
    for verb, body in (("waive", {"reason": "x"}), ("settle", {"minutes": 1})):
        await did(front, billing, f"{path}/{verb}", 403, **body)
    money: dict[str, Any] = {"amount": {"amount": "1.00", "currency": "CAD"}, "reference": "X"}
    await did(front, staff, f"{path}/payments", 403, **money)


async def test_a_superseded_or_expired_price_cannot_be_agreed_to(front: FrontDesk) -> None:
    ticket, path, customer, staff = await priced(front)
    newer = await offered(front, staff, ticket=ticket["id"], estimated_minutes=70)
    assert (await did(front, customer, f"{path}/consent", 409))["code"] == "conflict"
    await front.owner.execute("UPDATE quote SET expires_at = created_at")
    assert "expired" in (await did(front, customer, f"{URL}/{newer.id}/consent", 409))["detail"]


async def test_what_was_declined_may_be_agreed_to_after_all(front: FrontDesk) -> None:
    ticket, path, customer, staff = await priced(front)
    url = f"/v1/tickets/{ticket['id']}"
    assert (await did(front, customer, f"{path}/decline", reason="Too much"))["status"] == "declined"
    refused = await front.client.post(f"{url}/start-work", headers=staff)
    assert refused.status_code == 409
    assert (await did(front, customer, f"{path}/consent"))["status"] == "consented"
    assert (await shown(front, staff, url))["work_gate"] == "open"


async def test_of_two_who_agree_at_once_one_does(front: FrontDesk) -> None:
    _, path, customer, _ = await priced(front)
    keys = [front.key() for _ in range(4)]
    answers = await asyncio.gather(
        *(front.client.post(f"{path}/consent", json={}, headers={**customer, **key}) for key in keys)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    match = {**customer, **front.key(), "If-Match": '"1"'}
    assert (await front.client.post(f"{path}/decline", json={}, headers=match)).status_code == 412


async def test_a_payment_that_arrives_twice_counts_once(front: FrontDesk) -> None:
    ticket, path, _, _ = await priced(front)
    billing = await front.service(await front.provider(), Scope.PAYMENTS)
    money: dict[str, Any] = {"amount": {"amount": "50.00", "currency": "CAD"}, "reference": "INV-1"}
    answers = await asyncio.gather(*(did(front, billing, f"{path}/payments", **money) for _ in range(4)))
    assert {answer["paid"]["amount"] for answer in answers} == {"50.00"}
    assert await front.owner.fetchval("SELECT count(*) FROM payment") == 1
    other = {**money, "amount": {"amount": "51.00", "currency": "CAD"}}
    assert (await did(front, billing, f"{path}/payments", 409, **other))["code"] == "already_exists"
    state = await front.owner.fetchval("SELECT state FROM ticket WHERE id = $1", ticket["id"])
    assert state["money"]["paid"] == "50.00"


async def test_more_and_less_than_asked_are_states_and_refunds_take_them_back(front: FrontDesk) -> None:
    ticket, path, _, _ = await priced(front)
    billing = await front.service(await front.provider(), Scope.PAYMENTS)

    def money(amount: str, reference: str, currency: str = "CAD") -> dict[str, Any]:
        return {"amount": {"amount": amount, "currency": currency}, "reference": reference}

    payments = f"{path}/payments"
    assert (await did(front, billing, payments, **money("20.00", "A")))["payment"] == "partial"
    ahead: dict[str, Any] = {"paid_at": (front.now + timedelta(minutes=4)).isoformat()}
    assert (await did(front, billing, payments, **money("80.00", "B"), **ahead))["payment"] == "overpaid"
    assert await front.owner.fetchval("SELECT paid_at FROM payment WHERE reference = 'B'") == front.now
    back = await did(front, billing, f"{path}/refunds", **money("15.00", "R"), reason="Too much")
    assert (back["payment"], back["refunded"]["amount"]) == ("paid", "15.00")
    assert (await did(front, billing, f"{path}/refunds", **money("15.00", "R")))["refunded"]["amount"] == "15.00"
    assert (await did(front, billing, f"{path}/refunds", 409, **money("85.01", "S")))["code"] == "conflict"
    state = await front.owner.fetchval("SELECT state FROM ticket WHERE id = $1", ticket["id"])
    assert state["money"]["paid"] == "85.00"
    whole = await shown(front, billing, path)
    assert [(one["kind"], one["reference"], one["amount"]["amount"]) for one in whole["payments"]] == [
        ("payment", "A", "20.00"), ("payment", "B", "80.00"), ("refund", "R", "15.00"),
    ]  # fmt: skip
    assert whole["payments"] == back["payments"]
    for amount, currency, pointer in (
        ("1.00", "USD", "/amount/currency"), ("0", "CAD", "/amount/amount"), ("1.001", "CAD", "/amount/amount"),
    ):  # fmt: skip
        wrong = await did(front, billing, payments, 422, **money(amount, "C", currency))
        assert wrong["errors"][0]["pointer"] == pointer
    later: dict[str, Any] = {"paid_at": (front.now + timedelta(minutes=6)).isoformat()}
    wrong = await did(front, billing, payments, 422, **money("1.00", "D"), **later)
    assert wrong["errors"][0]["pointer"] == "/paid_at"


async def test_who_recorded_a_payment_and_why_money_went_back_is_told_to_the_house_alone(front: FrontDesk) -> None:
    _, path, customer, staff = await priced(front)
    provider = await front.provider()
    client = await factories.api_client(front.owner, provider.id, scopes=["payments"])
    billing = front.bearer(provider, Role.SERVICE, client.id, scopes=frozenset({Scope.PAYMENTS}))
    money: dict[str, Any] = {"amount": {"amount": "85.00", "currency": "CAD"}, "reference": "INV-1"}
    await did(front, billing, f"{path}/payments", **money)
    await did(front, staff, f"{path}/refunds", **money, reason="Goodwill")
    for who in (staff, billing):
        came, went = (await shown(front, who, path))["payments"]
        assert (came["recorded_by"], came["reason"]) == ({"kind": "service", "id": str(client.id)}, None)
        assert (went["recorded_by"]["kind"], went["reason"]) == ("staff", "Goodwill")
    theirs = (await shown(front, customer, path))["payments"]
    assert [one["reference"] for one in theirs] == ["INV-1", "INV-1"]
    assert {(one["recorded_by"], one["reason"]) for one in theirs} == {(None, None)}


async def test_a_waived_price_opens_the_gate_and_asks_for_the_money_back(front: FrontDesk) -> None:
    ticket, path, customer, staff = await priced(front)
    billing = await front.service(await front.provider(), Scope.PAYMENTS)
    money: dict[str, Any] = {"amount": {"amount": "85.00", "currency": "CAD"}, "reference": "INV-1"}
    await did(front, billing, f"{path}/payments", **money)
    assert (await did(front, staff, f"{path}/waive", reason="Our fault"))["status"] == "waived"
    now = await shown(front, staff, f"/v1/tickets/{ticket['id']}")
    assert (now["work_gate"], now["fee"]["status"]) == ("open", "waived")
    assert "refund" in {effect["type"] for effect in now["decision"]["effects"]}
    await did(front, billing, f"{path}/refunds", **money)
    assert "Our fault" not in str(await shown(front, customer, f"/v1/tickets/{ticket['id']}/events"))


async def test_a_quote_for_nothing_yet_has_states_of_its_own(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    quote = await offered(front, customer, rule="advanced_support", estimated_minutes=61)
    path = f"{URL}/{quote.id}"
    assert (await did(front, customer, f"{path}/consent"))["status"] == "consented"
    done = await did(front, staff, f"{path}/settle", minutes=30)
    assert (done["settled"], done["payment"]) == (
        {"minutes": 30, "total": {"amount": "85.00", "currency": "CAD"}},
        "none",
    )
    await did(front, staff, f"{path}/waive", 409, reason="Too late")


async def test_where_a_signature_is_wanted_a_click_is_no_consent_with_a_ticket_or_without(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    provider = await front.provider()
    admin = await front.staff(provider, Role.ADMIN)
    stricter = orjson.loads(orjson.dumps(library_policy("mexxus")[1].raw, default=str))
    stricter["fees"]["advanced_support"]["consent_form"] = "signature"
    published = await front.client.post("/v1/policies/mexxus/versions", json=stricter, headers=admin)
    assert published.status_code == 201, published.text
    _, on_ticket, customer, _ = await priced(front)
    alone = await offered(front, customer, rule="advanced_support", estimated_minutes=61)
    for path in (on_ticket, f"{URL}/{alone.id}"):
        refused = await did(front, customer, f"{path}/consent", 403)
        assert (refused["code"], refused["errors"][0]["pointer"]) == ("consent_required", "/form")
        assert "MEX-49" in {citation["clause"] for citation in refused["citations"]}
        assert (await did(front, customer, f"{path}/consent", form="signature"))["status"] == "consented"


# ── the price of a ticket, by itself ─────────────────────────────────────────
DEBUGGING: dict[str, Any] = {"subject": "Erro no PHP", "facts": {"topic": "code.debug"}, "estimated_minutes": 20}


async def billable(front: FrontDesk) -> tuple[dict[str, Any], Headers, Headers]:
    """A ticket whose price the policy itself knows, its customer's token and staff's."""
    _, _, customer = await front.customer("brs")
    staff = await front.staff(await front.provider("brs"))
    answer = await front.client.post("/v1/tickets", json=DEBUGGING, headers={**customer, **front.key()})
    assert answer.status_code == 201, answer.text
    return answer.json(), customer, staff


async def test_a_ticket_with_a_price_leads_to_the_quote_that_opens_its_gate(front: FrontDesk) -> None:
    ticket, customer, staff = await billable(front)
    offer = ticket["quote"]
    assert (offer["status"], offer["version"], offer["total"]) == (
        "offered", 1, {"amount": "15.00", "currency": "BRL"},
    )  # fmt: skip
    quote = await shown(front, customer, offer["href"])
    assert quote["ticket"]["reference"] == ticket["reference"]
    assert quote["balance"] == quote["prepay"]["minimum"] == quote["total"]
    assert "BRS-22" in {citation["clause"] for citation in quote["citations"]}
    billing = await front.service(await front.provider("brs"), Scope.PAYMENTS)
    money: dict[str, Any] = {"amount": {"amount": "15.00", "currency": "BRL"}, "reference": "PIX-1"}
    paid = await did(front, billing, f"{offer['href']}/payments", **money)
    assert (paid["payment"], paid["balance"]["amount"]) == ("paid", "0.00")
    now = await shown(front, customer, f"/v1/tickets/{ticket['id']}")
    assert (now["work_gate"], now["quote"]["id"]) == ("open", offer["id"])
    asked = await front.client.post(URL, json={"ticket": ticket["id"]}, headers={**customer, **front.key()})
    assert (asked.status_code, offer["id"] in asked.json()["detail"]) == (409, True)
    url = f"/v1/tickets/{ticket['id']}"
    for minutes in (20, 6):
        body = {"minutes": minutes, "note": "x"}
        worked = await front.client.post(f"{url}/record-work", json=body, headers={**staff, **front.key()})
        assert worked.status_code == 200, worked.text
    assert worked.json()["work_gate"] == "awaiting_quote"
    refused = await front.client.post(f"{url}/start-work", headers=staff)
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_required")
    more = {"ticket": ticket["id"], "amount": {"amount": "40.00", "currency": "BRL"}, "estimated_minutes": 60}
    second = await offered(front, staff, **more)
    assert (second.version, str(second.balance.amount if second.balance else None)) == (2, "25.00")
    assert [(line.minutes, str(line.amount)) for line in second.lines] == [(60, "40.00")]
    owed: dict[str, Any] = {"amount": {"amount": "25.00", "currency": "BRL"}, "reference": "PIX-2"}
    assert (await did(front, billing, f"{URL}/{second.id}/payments", **owed))["balance"]["amount"] == "0.00"
    assert (await shown(front, staff, url))["work_gate"] == "open"


async def test_a_price_that_changes_is_a_new_quote_and_one_that_falls_away_is_waived(front: FrontDesk) -> None:
    ticket, customer, staff = await billable(front)
    url, first = f"/v1/tickets/{ticket['id']}", ticket["quote"]
    found: dict[str, Any] = {"cause": "customer", "note": "x", "estimated_minutes": 25}
    longer = await front.client.post(f"{url}/diagnose", json=found, headers={**staff, **front.key()})
    assert longer.json()["quote"] == first, "as long as the price is the same, so is the quote"
    ours: dict[str, Any] = {"cause": "provider", "note": "x"}
    fault = await front.client.post(f"{url}/diagnose", json=ours, headers={**staff, **front.key()})
    assert (fault.json()["coverage"], fault.json()["work_gate"]) == ("covered", "open")
    assert fault.json()["quote"]["status"] in ("waived", "superseded")
    gone = await shown(front, customer, first["href"])
    assert gone["status"] == fault.json()["quote"]["status"]
    assert (await did(front, customer, f"{first['href']}/consent", 409))["code"] == "conflict"


async def test_of_a_price_the_lines_are_the_total(front: FrontDesk) -> None:
    for policy in ("mexxus", "brs", "plutus", "bluestem"):
        provider = await front.provider(policy)
        account, _, _ = await front.customer(policy)
        staff = await front.staff(provider)
        for rule in library_policy(policy)[1].document.fees:
            for minutes in (24, 185):
                body = {"account": account.number, "rule": rule, "estimated_minutes": minutes}
                answer = await front.client.post(URL, json=body, headers={**staff, **front.key()})
                assert answer.status_code == 201, answer.text
                quote = Quote.model_validate_json(answer.content)
                if quote.total is not None:
                    assert sum(Decimal(line.amount) for line in quote.lines) == quote.total.amount, answer.text
