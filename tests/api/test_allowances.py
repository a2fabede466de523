"""Help that is included, over HTTP: drawn when the work is settled, never twice, and the rest is charged."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson

from app.base.vocabulary import Role
from app.db.tables.accounts import Account
from app.db.tables.contacts import Contact
from app.db.tables.providers import Provider
from app.schemas.allowances import Allowances
from app.schemas.quotes import Quote
from app.schemas.tickets import Ticket
from tests.frontdesk import NOW, FrontDesk, Headers, library_policy

MAIL: dict[str, Any] = {"subject": "Mail", "facts": {"topic": "mail", "users_affected": 1}}


@dataclass
class Customer:
    """An office whose plan includes an hour of help a month, and the staff who help it."""

    front: FrontDesk
    provider: Provider
    account: Account
    contact: Contact
    staff: Headers

    @classmethod
    async def of(cls, front: FrontDesk) -> "Customer":
        account, contact, _ = await front.customer("bluestem", product=None, facts={"plan_minutes": 60})
        provider = await front.provider("bluestem")
        return cls(front, provider, account, contact, await front.staff(provider, level=2))

    @property
    def person(self) -> Headers:
        return self.front.contact(self.provider, self.contact)

    async def asks(self, minutes: int) -> Ticket:
        body = {**MAIL, "estimated_minutes": minutes}
        answer = await self.front.client.post("/v1/tickets", json=body, headers={**self.person, **self.front.key()})
        assert answer.status_code == 201, answer.text
        return Ticket.model_validate_json(answer.content)

    async def price_of(self, ticket: Ticket) -> Quote:
        assert ticket.quote is not None
        answer = await self.front.client.get(ticket.quote.href, headers=self.person)
        return Quote.model_validate_json(answer.content)

    async def settled(self, ticket: Ticket, minutes: int) -> Quote:
        assert ticket.quote is not None
        path = f"{ticket.quote.href}/settle"
        headers = {**self.staff, **self.front.key()}
        answer = await self.front.client.post(path, json={"minutes": minutes}, headers=headers)
        assert answer.status_code == 200, answer.text
        return Quote.model_validate_json(answer.content)

    async def ledger(self) -> list[tuple[str, str]]:
        path = f"/v1/accounts/{self.account.number}/allowances"
        answer = await self.front.client.get(path, headers=self.person)
        (found,) = Allowances.model_validate_json(answer.content).data
        assert {"BMI-9"} == {citation.clause for citation in found.citations}
        signs = {"granted": 1, "drawn": -1, "expired": -1, "carried": 0}
        assert Decimal(found.left) == sum(signs[e.kind] * Decimal(e.amount) for e in found.entries)
        return [(entry.kind, entry.amount) for entry in found.entries]


async def test_what_is_included_pays_first_and_the_rest_is_charged(front: FrontDesk) -> None:
    office = await Customer.of(front)
    first = await office.asks(40)
    price = await office.price_of(first)
    assert (first.work_gate, str(price.total.amount if price.total else None)) == ("open", "0.00")
    assert price.allowance is not None
    assert (price.allowance.drawn, price.allowance.left, price.allowance.rest) == ("45", "15", "0")
    done = await office.settled(first, 40)
    assert done.settled is not None
    assert (str(done.status), str(done.settled.total.amount if done.settled.total else None)) == ("settled", "0.00")
    assert await office.ledger() == [("granted", "60"), ("drawn", "45")]
    second = await office.asks(50)
    price = await office.price_of(second)
    assert (second.status, str(price.total.amount if price.total else None)) == ("waiting_consent", "105.00")
    assert price.allowance is not None
    assert (price.allowance.drawn, price.allowance.left, price.allowance.rest) == ("15", "0", "45")
    assert price.total is not None
    assert sum(Decimal(line.amount) for line in price.lines) == price.total.amount


async def test_what_is_left_is_carried_for_a_month_and_then_expires(front: FrontDesk) -> None:
    office = await Customer.of(front)
    await office.settled(await office.asks(40), 40)
    front.now = NOW + timedelta(days=30)
    assert await office.ledger() == [("granted", "60"), ("drawn", "45"), ("carried", "15"), ("granted", "60")]
    front.now = NOW + timedelta(days=60)
    assert (await office.ledger())[4:] == [("expired", "15"), ("carried", "60"), ("granted", "60")]


async def test_of_two_jobs_settled_at_once_each_minute_is_drawn_once(front: FrontDesk) -> None:
    office = await Customer.of(front)
    tickets = [await office.asks(45), await office.asks(45)]
    done = await asyncio.gather(*(office.settled(ticket, 45) for ticket in tickets))
    totals = sorted(quote.settled.total.amount for quote in done if quote.settled and quote.settled.total)
    assert totals == [Decimal("0.00"), Decimal("70.00")]
    assert await office.ledger() == [("granted", "60"), ("drawn", "45"), ("drawn", "15")]


async def test_the_ledger_of_others_is_not_there(front: FrontDesk) -> None:
    office, neighbour = await Customer.of(front), await Customer.of(front)
    path = f"/v1/accounts/{office.account.number}/allowances"
    assert (await front.client.get(path, headers=neighbour.person)).status_code == 404
    assert (await front.client.get(path, headers=office.staff)).status_code == 200


async def test_work_draws_on_the_plan_and_then_on_the_card_and_each_drawing_is_in_the_ledger(front: FrontDesk) -> None:
    office = await Customer.of(front)
    document = orjson.loads(orjson.dumps(library_policy("bluestem")[1].raw, default=str))
    card = {"unit": "credits", "grant": {"amount": 2}, "per": "once", "draw": {"per": "PT30M"}, "then": "hours"}
    document["allowances"]["card"] = {**card, "name": "Your card", "clauses": ["BMI-9"]}
    document["allowances"]["included_hours"]["then"] = "card"
    admin = await front.staff(office.provider, Role.ADMIN)
    published = await front.client.post("/v1/policies/bluestem/versions", json=document, headers=admin)
    assert published.status_code == 201, published.text
    ticket = await office.asks(150)
    price = await office.price_of(ticket)
    assert price.allowance is not None
    used = [(one.allowance, one.drawn, one.left) for one in (price.allowance, *price.allowance.then)]
    assert used == [("included_hours", "60", "0"), ("card", "2", "0")]
    assert [(line.text, line.quantity, line.amount) for line in price.lines[:2]] == [
        ("included hours", "60", "0.00"),
        ("Your card", "2", "0.00"),
    ]
    assert str(price.total.amount if price.total else None) == "70.00"  # the last half hour
    before = await front.owner.fetchval("SELECT version FROM account WHERE id = $1", office.account.id)
    assert ticket.quote is not None
    headers = {**office.person, **front.key()}
    assert (await front.client.post(f"{ticket.quote.href}/consent", json={}, headers=headers)).status_code == 200
    await office.settled(ticket, 150)
    answer = await front.client.get(f"/v1/accounts/{office.account.number}/allowances", headers=office.staff)
    ledger = {one.allowance: one for one in Allowances.model_validate_json(answer.content).data}
    assert {name: (one.left, one.entries[-1].kind) for name, one in ledger.items()} == {
        "included_hours": ("0", "drawn"),
        "card": ("0", "drawn"),
    }
    assert await front.owner.fetchval("SELECT version FROM account WHERE id = $1", office.account.id) == before + 2
    again = await office.price_of(await office.asks(30))
    assert again.total is not None
    assert str(again.total.amount) == "70.00"
