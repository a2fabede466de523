"""A morning of a staff member who knows one address, the queue's: all else is named by the answers."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.base.vocabulary import Scope
from tests.frontdesk import NOW, FrontDesk, Headers

SAYS: dict[str, Any] = {
    "body": "We are looking into it.",
    "resolution": "The script called a function that is gone.",
    "reason": "It needs somebody who knows scripts.",
    "note": "Looked into the log.",
    "minutes": 20,
    "to_level": 2,
    "visibility": "internal",
    "amount": {"amount": "226.67", "currency": "ZAR"},
    "reference": "INV-1",
    "estimated_minutes": 40,
    **dict.fromkeys(("customer_info", "symptoms", "goal", "underlying_problem"), "known"),
}


@dataclass
class Desk:
    """One person at a terminal, with the ticket as they last read it."""

    front: FrontDesk
    who: Headers
    ticket: dict[str, Any] = field(default_factory=dict)

    async def reads(self, ticket: str) -> None:
        self.front.now += timedelta(minutes=1)
        answer = await self.front.client.get(f"/v1/tickets/{ticket}", headers=self.who)
        assert answer.status_code == 200, answer.text
        self.ticket = answer.json()

    def may(self, action: str) -> dict[str, Any]:
        (found,) = (one for one in self.ticket["allowed_actions"] if one["action"] == action)
        assert found["allowed"], found
        return dict(found)

    async def does(self, action: str, *optional: str) -> None:
        """As its button says: where it is sent, and what must be said along with it."""
        button = self.may(action)
        assert set(optional) <= set(button["body"]["optional"])
        says = {**SAYS, "ticket": self.ticket["id"]}
        body = {name: says[name] for name in (*button["body"]["required"], *optional)}
        headers = {**self.who, **self.front.key()}
        answer = await self.front.client.request(button["method"], button["href"], json=body, headers=headers)
        assert answer.is_success, answer.text
        await self.reads(self.ticket["id"])


async def test_next_read_reply_quote_resolve(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    _, _, customer = await front.customer("plutus", product="shared")
    facts = {"topic": "code.debug", "first_name": "A", "last_name": "B", "account_username": "x"}
    asked = {"subject": "Our script fails", "body": "It says error 500.", "facts": facts}
    opened = await front.client.post("/v1/tickets", json=asked, headers={**customer, **front.key()})
    assert opened.status_code == 201, opened.text
    clerk = Desk(front, await front.staff(provider, level=3))
    taken = await front.client.post("/v1/queue/next", headers=clerk.who)
    assert taken.status_code == 200, taken.text
    await clerk.reads(taken.json()["id"])
    await clerk.does("reply")
    await clerk.does("note")
    await clerk.does("triage", "customer_info", "symptoms", "goal", "underlying_problem")
    await clerk.does("quote", "estimated_minutes")
    assert clerk.ticket["work_gate"] == "awaiting_payment"
    billing = Desk(front, await front.service(provider, Scope.SUBMIT, Scope.PAYMENTS))
    await billing.reads(clerk.ticket["id"])
    await billing.does("pay")
    await clerk.reads(clerk.ticket["id"])
    for action in ("start_work", "record_work", "resolve"):
        await clerk.does(action)
    assert (clerk.ticket["status"], clerk.ticket["worked_minutes"]) == ("resolved", 20)
    nothing = await front.client.post("/v1/queue/next", headers=clerk.who)
    assert nothing.status_code == 204


async def test_who_puts_a_price_on_what_only_words_were_about_has_decided_what_it_is_about(front: FrontDesk) -> None:
    provider = await front.provider("brs")
    _, _, customer = await front.customer("brs", product="linux")
    asked = {"subject": "Erro 500 no meu script PHP", "body": "Depois da mudança o formulário dá erro 500."}
    await front.client.post("/v1/tickets", json=asked, headers={**customer, **front.key()})
    clerk = Desk(front, await front.staff(provider))
    taken = (await front.client.post("/v1/queue/next", headers=clerk.who)).json()
    assert (taken["topic_source"], taken["work_gate"]) == ("triage", "awaiting_staff_decision")
    await clerk.reads(taken["id"])
    await clerk.does("quote", "estimated_minutes")
    told = await front.client.post(f"/v1/tickets/{taken['id']}/start-work", headers=clerk.who | front.key())
    assert (told.json()["code"], "`amount`" in told.json()["detail"]) == ("payment_required", True)
    SAYS["amount"]["currency"] = "BRL"
    await clerk.does("quote", "estimated_minutes", "amount")
    billing = Desk(front, await front.service(provider, Scope.SUBMIT, Scope.PAYMENTS))
    await billing.reads(taken["id"])
    await billing.does("pay")
    await clerk.reads(taken["id"])
    for action in ("start_work", "record_work", "resolve"):
        await clerk.does(action)


async def test_what_there_is_to_choose_from_is_named_and_understood(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    clerk = Desk(front, await front.staff(await front.provider(), level=3, supervisor=True))
    opened = await front.client.post("/v1/tickets", json={"subject": "Help"}, headers={**customer, **front.key()})
    await clerk.reads(opened.json()["id"])
    seen = 0
    for action in ("assign", "escalate", "transfer", "diagnose", "verify", "note"):
        button = clerk.may(action)
        (member, offered), *_ = [(name, found) for name, found in button["body"]["choices"].items() if found]
        said = dict.fromkeys(button["body"]["required"], "x") | {"body": "x"} if action == "note" else {}
        for choice in offered if action != "verify" else offered[:1]:
            given = {name: {"method": "call_back"}.get(name, "x") for name in button["body"]["required"]}
            body = {**given, **said, member: choice}
            answer = await front.client.post(button["href"], json=body, headers={**clerk.who, **front.key()})
            assert answer.status_code != 422, answer.text
            seen += 1
    assert seen >= 12


async def test_who_says_nothing_is_told_what_has_to_be_said(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    clerk = Desk(front, await front.staff(await front.provider()))
    opened = await front.client.post("/v1/tickets", json={"subject": "Help"}, headers={**customer, **front.key()})
    await clerk.reads(opened.json()["id"])
    asked = {
        one["action"]: one for one in clerk.ticket["allowed_actions"] if one["allowed"] and one["method"] == "POST"
    }
    wanting = {name: one for name, one in asked.items() if one["body"]["required"] and name != "quote"}
    assert len(wanting) > 8, sorted(asked)
    for name, one in wanting.items():
        answer = await front.client.post(one["href"], headers=clerk.who)
        wanted = {f"/{member}" for member in one["body"]["required"] if (name, member) != ("note", "visibility")}
        assert answer.status_code == 422, answer.text
        assert {fault["pointer"] for fault in answer.json()["errors"]} == wanted
    wrong = await front.client.post(f"/v1/tickets/{opened.json()['id']}/answer", json={}, headers=clerk.who)
    assert (wrong.status_code, "allowed_actions" in wrong.json()["detail"]) == (404, True)
    await clerk.reads(opened.json()["id"])
    assert (clerk.ticket["version"], clerk.front.now) == (1, NOW + timedelta(minutes=2))
