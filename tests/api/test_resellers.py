"""A reseller and its customers over HTTP: who asks for whom, and what becomes of a customer who asks directly."""

from dataclasses import dataclass
from typing import Any

import pytest

from app.base.vocabulary import Scope
from app.db.tables.accounts import Account
from app.db.tables.resellers import Reseller
from tests import factories
from tests.frontdesk import FrontDesk, Headers

URL = "/v1/tickets"
ASKED: dict[str, Any] = {"subject": "Our shop", "body": "It is down.", "facts": {"topic": "web.offline"}}


@dataclass
class Trade:
    """Two resellers with a customer each; the first stands below a third, and has a hosting account of its own."""

    front: FrontDesk
    own: Account
    birch: Account
    cedar: Account
    north: Reseller
    anna: Headers
    as_north: Headers
    as_above: Headers
    as_south: Headers
    staff: Headers
    client_area: Headers

    async def open(self, who: Headers, status: int = 201, /, **body: Any) -> Any:
        answer = await self.front.client.post(URL, json={**ASKED, **body}, headers={**who, **self.front.key()})
        assert answer.status_code == status, answer.text
        return answer.json()

    async def did(self, who: Headers, verb: str, status: int = 200, **body: Any) -> Any:
        url = f"/v1/accounts/{self.birch.number}/{verb}"
        answer = await self.front.client.post(url, json=body or None, headers=who)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def account(self) -> Any:
        return (await self.front.client.get(f"/v1/accounts/{self.birch.number}", headers=self.staff)).json()

    async def proposed(self) -> list[str]:
        listed = await self.front.client.get("/v1/accounts", params={"hold_proposed": True}, headers=self.staff)
        return [account["number"] for account in listed.json()["data"]]

    async def told(self) -> list[str]:
        rows = await self.front.owner.fetch("SELECT type FROM event WHERE subject_id = $1 ORDER BY seq", self.birch.id)
        return [row["type"] for row in rows]


@pytest.fixture
async def trade(front: FrontDesk) -> Trade:
    owner, provider = front.owner, await front.provider()
    own = await factories.account(owner, provider.id, number="C2001", product="reseller_hosting", is_reseller=True)
    await factories.contact(owner, own, role="registered", token_role="authorised_contact", email="ops@north.example")
    above = await factories.reseller(owner, provider.id)
    north = await factories.reseller(owner, provider.id, number="R2001", account_id=own.id, parent_id=above.id)
    south = await factories.reseller(owner, provider.id, number="R2002")
    known = {"product": "shared_hosting"}
    birch = await factories.account(owner, provider.id, number="C3001", reseller_id=north.id, **known)
    cedar = await factories.account(owner, provider.id, number="C3002", reseller_id=south.id, **known)
    anna = await factories.contact(
        owner, birch, role="reseller_customer", token_role="authorised_contact", email="anna@birch.example"
    )
    return Trade(
        front,
        own,
        birch,
        cedar,
        north,
        front.contact(provider, anna),
        await front.reseller(provider, north),
        await front.reseller(provider, above),
        await front.reseller(provider, south),
        await front.staff(provider),
        await front.service(provider, Scope.SUBMIT),
    )


async def test_a_customer_who_asks_directly_is_refused_and_a_hold_is_proposed_once(trade: Trade) -> None:
    named: dict[str, Any] = {"account": "C3001", "sender": {"email": "anna@birch.example"}, "channel": "helpdesk"}
    for who, body in ((trade.anna, dict[str, Any]()), (trade.client_area, named)):
        ticket = await trade.open(who, **body)
        decision = ticket["decision"]
        assert (ticket["status"], ticket["reason"]) == ("closed", "reseller_customer_direct")
        assert decision["standing"] == "reseller_customer"
        assert {"MEX-33", "MEX-34"} <= {citation["clause"] for citation in decision["citations"]}
        assert {"type": "notify", "to": "C2001"} in decision["effects"]
        hold = next(effect for effect in decision["effects"] if effect["type"] == "hold_account")
        assert (hold["mode"], hold["status"]) == ("discretionary", "proposed")
    account = await trade.account()
    assert (account["state"], account["hold_proposed_at"], account["version"]) == ("active", "2026-02-10T15:00:00Z", 2)
    assert await trade.told() == ["account.hold_proposed"]
    assert await trade.proposed() == ["C3001"]
    seen = await trade.front.client.get(URL, headers=trade.as_north)
    assert len(seen.json()["data"]) == 2


async def test_people_of_a_resellers_customer_are_listed_as_such_and_served_by_the_reseller(trade: Trade) -> None:
    bob = {"role": "reseller_customer", "email": "bob@birch.example"}
    for who in (trade.staff, trade.as_north):
        added = await trade.front.client.post("/v1/accounts/C3001/contacts", json=bob, headers=who)
        assert (added.status_code, added.json()["token_role"]) == (201, "authorised_contact"), added.text
        bob["email"] = "bo@birch.example"
    ticket = await trade.open(
        trade.client_area, account="C3001", sender={"email": "bob@birch.example"}, channel="helpdesk"
    )
    assert (ticket["reason"], ticket["decision"]["standing"]) == ("reseller_customer_direct", "reseller_customer")
    refused = await trade.front.client.post("/v1/accounts/C2001/contacts", json=bob, headers=trade.staff)
    assert refused.json()["errors"][0]["message"] == "This must be one of registered, portal_user."


async def test_staff_confirm_the_hold_and_the_own_reseller_alone_takes_over(trade: Trade) -> None:
    await trade.open(trade.anna)
    for who in (trade.anna, trade.as_north):
        assert (await trade.did(who, "hold", 403, reason="x"))["code"] == "role_not_permitted"
    held = await trade.did(trade.staff, "hold", reason="Northlight is silent")
    assert (held["state"], held["hold_proposed_at"]) == ("on_hold", None)
    assert await trade.proposed() == []
    await trade.open(trade.anna)
    assert await trade.proposed() == []
    assert (await trade.did(trade.as_above, "adopt", 403))["code"] == "not_own_customer"
    await trade.did(trade.as_south, "adopt", 404)
    assert (await trade.did(trade.anna, "adopt", 403))["code"] == "not_own_customer"
    assert (await trade.did(trade.as_north, "adopt"))["state"] == "active"
    assert await trade.told() == ["account.hold_proposed", "account.held", "account.adopted"]


@pytest.mark.parametrize(("verb", "event"), [("release", "account.released"), ("adopt", "account.adopted")])
async def test_a_hold_that_is_only_proposed_can_be_forestalled(trade: Trade, verb: str, event: str) -> None:
    who, other = (trade.staff, trade.as_north) if verb == "release" else (trade.as_north, trade.staff)
    await trade.did(who, verb, 409)
    await trade.open(trade.anna)
    await trade.did(other, verb, 403)
    after = await trade.did(who, verb)
    assert (after["state"], after["hold_proposed_at"]) == ("active", None)
    await trade.open(trade.anna)
    assert await trade.told() == ["account.hold_proposed", event, "account.hold_proposed"]


async def test_a_reseller_asks_for_its_customers_and_for_nobody_elses(trade: Trade) -> None:
    for who in (trade.as_north, trade.as_above):
        for named in ({"account": "C3001"}, {"on_behalf_of": str(trade.birch.id)}):
            ticket = await trade.open(who, **named)
            assert (ticket["outcome"], ticket["account"]["number"]) == ("accepted", "C3001"), named
            assert "MEX-35" in {citation["clause"] for citation in ticket["decision"]["citations"]}
    rows = await trade.front.owner.fetch("SELECT actor_kind, on_behalf_of FROM event WHERE type = 'ticket.opened'")
    assert {(row["actor_kind"], row["on_behalf_of"]) for row in rows} == {("reseller", trade.birch.id)}
    for named in ({"account": "C3002"}, {"on_behalf_of": "C3002"}):
        assert (await trade.open(trade.as_north, 404, **named))["code"] == "not_found"
    own = await trade.open(trade.as_north)
    assert (own["account"]["number"], own["outcome"]) == ("C2001", "accepted")


async def test_what_a_clerk_or_machine_names_is_judged_by_whose_customer_it_is(trade: Trade) -> None:
    sender = {"email": "ops@north.example"}
    for who in (trade.staff, trade.client_area):
        named = {"account": "C2001", "sender": sender, "channel": "helpdesk"}
        theirs = await trade.open(who, **named, on_behalf_of="C3001")
        assert (theirs["outcome"], theirs["decision"]["standing"]) == ("accepted", "reseller")
        others = await trade.open(who, **named, on_behalf_of="C3002")
        assert (others["outcome"], others["reason"]) == ("refused", "not_own_customer")
        assert "MEX-35" in {citation["clause"] for citation in others["decision"]["citations"]}


async def test_resellers_see_their_tree_and_nothing_else(trade: Trade) -> None:
    birch, cedar = await trade.open(trade.as_north, account="C3001"), await trade.open(trade.as_south, account="C3002")
    front = trade.front
    files = {"file": ("error.log", b"ERROR", "text/plain")}
    note = (await front.client.post("/v1/attachments", files=files, headers=trade.staff)).json()["id"]
    body = {"body": "Secret", "visibility": "internal", "attachments": [note]}
    await front.client.post(f"{URL}/{birch['id']}/messages", json=body, headers=trade.staff)
    for who, mine in ((trade.as_north, [birch]), (trade.as_above, [birch]), (trade.as_south, [cedar])):
        listed = (await front.client.get(URL, headers=who)).json()["data"]
        assert [ticket["id"] for ticket in listed] == [ticket["id"] for ticket in mine]
        for ticket in (birch, cedar):
            expected = 200 if ticket in mine else 404
            for part in ("", "/messages", "/events", "/clocks", "/decisions", "/attachments"):
                answer = await front.client.get(f"{URL}/{ticket['id']}{part}", headers=who)
                assert answer.status_code == expected, part
                assert "Secret" not in answer.text
        assert (await front.client.get(f"/v1/attachments/{note}", headers=who)).status_code == 404
        assert (await front.client.get(f"{URL}?q=secret", headers=who)).json()["data"] == []
    for path in ("accounts/C3002", "accounts/C3002/contacts", "accounts/C3002/domains", "resellers/R2002"):
        assert (await front.client.get(f"/v1/{path}", headers=trade.as_north)).status_code == 404, path
    listed = (await front.client.get("/v1/accounts", headers=trade.as_north)).json()["data"]
    assert [account["number"] for account in listed] == ["C2001", "C3001"]
