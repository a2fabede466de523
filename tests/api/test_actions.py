"""Administrative actions: who may ask, what the policy wants first, and a confirmation that counts once."""

import asyncio
from typing import Any

import httpx2
import pytest

from app.base.vocabulary import Scope
from app.db.tables.accounts import Account
from app.db.tables.contacts import Contact
from tests import factories
from tests.api.test_races import patiently
from tests.frontdesk import FrontDesk, Headers


class Bakery:
    """An account at the provider whose policy knows most actions, with a person in each role."""

    def __init__(self, front: FrontDesk, account: Account, people: dict[str, Contact]) -> None:
        self.front, self.account, self.people = front, account, people

    @classmethod
    async def opened(cls, front: FrontDesk) -> "Bakery":
        provider = await front.provider("plutus")
        account = await factories.account(front.owner, provider.id, product="shared_hosting")
        people = {
            role: await factories.contact(
                front.owner,
                account,
                role=role,
                token_role=f"{role}_contact",
                email=f"{role}@mailbox.example",
                name=f"Thandi {role.capitalize()}",
            )
            for role in ("primary", "secondary", "authorised")
        }
        return cls(front, account, people)

    async def by(self, role: str) -> Headers:
        return self.front.contact(await self.front.provider("plutus"), self.people[role])

    async def staff(self) -> Headers:
        return await self.front.staff(await self.front.provider("plutus"))

    async def ticket(self, who: Headers) -> str:
        body = {"subject": "Help", "body": "Please.", "facts": {"topic": "access.login"}}
        answer = await self.front.client.post("/v1/tickets", json=body, headers=who | self.front.key())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def asks(self, who: Headers, action: str, **more: Any) -> httpx2.Response:
        return await self.front.client.post("/v1/actions", json={"action": action, **more}, headers=who)

    async def confirms(self, who: Headers, action: str) -> httpx2.Response:
        return await self.front.client.post(f"/v1/actions/{action}/confirm", headers=who)

    async def mailed(self, action: str, **sender: Any) -> dict[str, Any]:
        """As the mail gateway hands it on."""
        gateway = await self.front.service(await self.front.provider("plutus"), Scope.INBOUND)
        body = {"account": self.account.number, "channel": "email", "sender": sender, "subject": "Please"}
        answer = await self.front.client.post(
            "/v1/tickets", json={**body, "action": action}, headers=gateway | self.front.key()
        )
        assert answer.status_code == 201, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def events(self, ticket: str) -> list[dict[str, Any]]:
        answer = await self.front.client.get(f"/v1/tickets/{ticket}/events", headers=await self.staff())
        listed: list[dict[str, Any]] = answer.json()["data"]
        return listed


@pytest.fixture
async def bakery(front: FrontDesk) -> Bakery:
    return await Bakery.opened(front)


async def test_what_needs_a_ticket_is_refused_without_one_and_done_in_one(bakery: Bakery) -> None:
    who = await bakery.by("primary")
    refused = await bakery.asks(who, "dns_change")
    assert (refused.status_code, refused.json()["code"]) == (403, "ticket_required")
    assert "PLU-29" in {c["clause"] for c in refused.json()["citations"]}
    ticket = await bakery.ticket(who)
    answer = await bakery.asks(who, "dns_change", ticket=ticket)
    assert answer.status_code == 201, answer.text
    action = answer.json()
    assert (action["outcome"], action["asked_in"], action["terms"]["requires"]) == ("accepted", ticket, ["ticket"])
    carried = (await bakery.front.client.get(answer.headers["location"], headers=who)).json()
    assert (carried["id"], carried["subject"], carried["follow_up_of"]) == (action["id"], "Change DNS settings", ticket)


async def test_a_role_that_may_not_is_refused_with_the_clause_and_nothing_is_stored(bakery: Bakery) -> None:
    who = await bakery.by("authorised")
    ticket = await bakery.ticket(who)
    before = await bakery.front.owner.fetchval("SELECT count(*) FROM event")
    refused = await bakery.asks(who, "cancel_service", ticket=ticket)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_not_permitted")
    assert {"PLU-25", "PLU-29"} <= {c["clause"] for c in refused.json()["citations"]}
    assert await bakery.front.owner.fetchval("SELECT count(*) FROM event") == before


async def test_authority_says_beforehand_what_would_come_of_it(bakery: Bakery) -> None:
    client = bakery.front.client
    agent = await bakery.staff()

    async def told(**body: Any) -> dict[str, Any]:
        asked = {"account": bakery.account.number, "channel": "email", **body}
        answer = await client.post("/v1/authority", json=asked, headers=agent)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    recovery = await told(action="password_recovery", sender={"email": "secondary@mailbox.example"})
    assert (recovery["allowed"], recovery["standing"], recovery["deliver_to"]) == (True, "secondary", "secondary")
    stranger = await told(action="password_recovery", sender={"email": "somebody@else.example"})
    assert (stranger["allowed"], stranger["reason"]) == (False, "sender_unlisted")
    cancel = await told(action="cancel_service", sender={"email": "authorised@mailbox.example"})
    assert (cancel["allowed"], cancel["reason"]) == (False, "ticket_required")
    assert (cancel["in_a_ticket"]["allowed"], cancel["in_a_ticket"]["reason"]) == (False, "role_not_permitted")
    caller = await told(action="password_recovery", channel="phone", sender={"name": bakery.people["primary"].name})
    assert (caller["allowed"], caller["outcome"], caller["standing"]) == (False, "held", "unverified")
    assert await bakery.front.owner.fetchval("SELECT count(*) FROM ticket") == 0


async def test_what_cannot_be_undone_waits_for_a_confirmation_that_counts_once(bakery: Bakery) -> None:
    who = await bakery.by("primary")
    asked = (await bakery.asks(who, "account_reinstall", ticket=await bakery.ticket(who))).json()
    assert (asked["outcome"], asked["reason"]) == ("held", "confirmation_required")
    assert (asked["missing"], asked["terms"]["destructive"]) == (["data_loss_confirmed"], True)
    not_they = await bakery.confirms(await bakery.by("authorised"), asked["id"])
    assert (not_they.status_code, not_they.json()["code"]) == (403, "role_not_permitted")
    confirmed = await bakery.confirms(await bakery.by("secondary"), asked["id"])
    assert confirmed.status_code == 200, confirmed.text
    assert (confirmed.json()["outcome"], confirmed.json()["decision"]["work_gate"]) == ("accepted", "awaiting_consent")
    again = await bakery.confirms(who, asked["id"])
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    last = (await bakery.events(asked["id"]))[-1]
    assert (last["type"], last["actor"]["id"]) == ("ticket.action_confirmed", str(bakery.people["secondary"].id))


async def test_who_is_shown_that_they_may_confirm_may_and_nobody_else(bakery: Bakery) -> None:
    who, client = await bakery.by("primary"), bakery.front.client
    asked = (await bakery.asks(who, "account_reinstall", ticket=await bakery.ticket(who))).json()

    async def shown(to: Headers) -> dict[str, Any] | None:
        actions = (await client.get(f"/v1/tickets/{asked['id']}", headers=to)).json()["allowed_actions"]
        return next((action for action in actions if action["action"] == "confirm"), None)

    helper = await bakery.by("authorised")
    told = await shown(helper)
    assert told is not None
    assert (told["allowed"], told["code"]) == (False, "role_not_permitted")
    assert "PLU-25" in {citation["clause"] for citation in told["citations"]}
    assert (await bakery.confirms(helper, asked["id"])).status_code == 403
    assert await shown(await bakery.staff()) is None
    told = await shown(who)
    assert told is not None
    assert told["allowed"]
    assert (await client.request(told["method"], told["href"], headers=who)).status_code == 200
    told = await shown(who)
    assert told is not None
    assert (told["allowed"], told["code"]) == (False, "conflict")


async def test_the_word_of_somebody_who_may_not_ask_for_it_confirms_nothing(bakery: Bakery) -> None:
    who, client = await bakery.by("primary"), bakery.front.client
    asked = (await bakery.asks(who, "account_reinstall", ticket=await bakery.ticket(who))).json()
    path, said = f"/v1/tickets/{asked['id']}", {"facts": {"data_loss_confirmed": True}}
    helper = await bakery.by("authorised")
    described = await client.patch(path, json=said, headers=helper | {"If-Match": "*"})
    assert (described.json()["status"], described.json()["claimed"]) == ("on_hold", {"data_loss_confirmed": True})
    await client.post(f"{path}/messages", json={"body": "Yes.", **said}, headers=helper)
    gateway = await bakery.front.service(await bakery.front.provider("plutus"), Scope.SUBMIT, Scope.INBOUND)
    mail = {"body": "Yes.", "sender": {"email": "primary@mailbox.example", "mail_auth": "none"}, "channel": "email"}
    await client.post(f"{path}/messages", json=mail | said, headers=gateway)
    assert (await client.get(path, headers=who)).json()["status"] == "on_hold"
    described = await client.patch(path, json=said, headers=who | {"If-Match": "*"})
    assert described.json()["status"] == "waiting_consent"


async def test_of_ten_who_confirm_at_once_one_wins(bakery: Bakery) -> None:
    who = await bakery.by("primary")
    asked = (await bakery.asks(who, "account_reinstall", ticket=await bakery.ticket(who))).json()
    answers = await asyncio.gather(*(patiently(lambda: bakery.confirms(who, asked["id"])) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    kinds = [event["type"] for event in await bakery.events(asked["id"])]
    assert kinds == ["ticket.opened", "ticket.action_confirmed"]


async def test_by_unauthenticated_mail_it_is_held_until_confirmed_in_the_client_area(bakery: Bakery) -> None:
    mailed = await bakery.mailed("cancel_service", email="primary@mailbox.example", mail_auth="none")
    assert (mailed["status"], mailed["reason"]) == ("on_hold", "identity_verification_pending")
    confirmed = await bakery.confirms(await bakery.by("primary"), mailed["reference"])
    assert (confirmed.status_code, confirmed.json()["outcome"]) == (200, "accepted"), confirmed.text
    sure = await bakery.mailed("cancel_service", email="primary@mailbox.example", mail_auth="pass")
    assert sure["status"] == "open"


async def test_a_telephone_caller_is_somebody_once_called_back(bakery: Bakery) -> None:
    agent, name = await bakery.staff(), bakery.people["primary"].name
    asked = await bakery.asks(
        agent, "password_recovery", account=bakery.account.number, channel="phone", sender={"name": name}
    )
    assert (asked.status_code, asked.json()["reason"]) == (201, "identity_verification_pending"), asked.text
    no_word = await bakery.confirms(agent, asked.json()["id"])
    assert (no_word.status_code, no_word.json()["code"]) == (403, "forbidden")
    said = {"method": "call_back", "result": "positive", "note": "Answered on the number on file."}
    path = f"/v1/tickets/{asked.json()['id']}/verify"
    ticket = (await bakery.front.client.post(path, json=said, headers=agent)).json()
    assert (ticket["status"], ticket["outcome"]) == ("open", "accepted")


async def test_what_nobody_asked_for_or_may_see_is_not_there(bakery: Bakery) -> None:
    who = await bakery.by("primary")
    ticket = await bakery.ticket(who)
    assert (await bakery.confirms(who, ticket)).status_code == 404
    _, _, stranger = await bakery.front.customer("plutus")
    asked = (await bakery.asks(who, "account_reinstall", ticket=ticket)).json()
    assert (await bakery.confirms(stranger, asked["id"])).status_code == 404
    assert (await bakery.asks(stranger, "dns_change", ticket=ticket)).status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/action"),
        ({"action": "dns_change", "sender": {"email": "a@b.example"}}, "/sender"),
        ({"action": "dns_change", "facts": {"nonsense": 1}}, "/facts/nonsense"),
        ({"action": "dns_change", "on_behalf_of": "other"}, "/on_behalf_of"),
    ],
)
async def test_what_makes_no_sense_is_pointed_at(bakery: Bakery, body: dict[str, Any], pointer: str) -> None:
    for path in ("/v1/actions", "/v1/authority"):
        answer = await bakery.front.client.post(path, json=body, headers=await bakery.by("primary"))
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


async def test_the_ticket_must_be_about_the_account(bakery: Bakery) -> None:
    ticket = await bakery.ticket(await bakery.by("primary"))
    other, _, _ = await bakery.front.customer("plutus")
    answer = await bakery.asks(await bakery.staff(), "dns_change", ticket=ticket, account=other.number)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/account"]


async def test_the_same_request_is_one_action(bakery: Bakery) -> None:
    who, key = await bakery.by("primary"), bakery.front.key()
    first = await bakery.asks(who | key, "password_recovery")
    again = await bakery.asks(who | key, "password_recovery")
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert await bakery.front.owner.fetchval("SELECT count(*) FROM ticket") == 1


async def test_machines_ask_for_nothing_by_themselves(bakery: Bakery) -> None:
    provider = await bakery.front.provider("plutus")
    ticket = await bakery.ticket(await bakery.by("primary"))
    monitor = await bakery.front.service(provider, Scope.EVENTS)
    client_area = await bakery.front.service(provider, Scope.SUBMIT)
    asked = {"action": "password_recovery", "account": bakery.account.number}
    for more in ({}, {"ticket": ticket}):
        for path in ("/v1/actions", "/v1/authority"):
            answers = [
                await bakery.front.client.post(path, json=asked | more, headers=who) for who in (monitor, client_area)
            ]
            assert [answer.status_code for answer in answers] == [403, 422]
            assert answers[1].json()["errors"][0]["pointer"] == "/sender"
    body = asked | {"subject": "x", "channel": "ticket"}
    opened = await bakery.front.client.post("/v1/tickets", json=body, headers=monitor | bakery.front.key())
    assert opened.status_code == 403


async def test_machines_without_the_scope_ask_for_nothing(bakery: Bakery) -> None:
    billing = await bakery.front.service(await bakery.front.provider("plutus"), Scope.PAYMENTS)
    for path in ("/v1/actions", "/v1/authority"):
        body = {"action": "dns_change", "account": bakery.account.number}
        assert (await bakery.front.client.post(path, json=body, headers=billing)).status_code == 403
