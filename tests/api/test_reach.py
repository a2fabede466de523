"""Who of the staff works on what: by level, department and supervision, as the policy and their rows say."""

from typing import Any

from app.schemas.queue import Queue
from tests.api.test_verbs import TRIAGED, opened, read, said
from tests.frontdesk import FrontDesk, Headers

WRITER = {"first_name": "A", "last_name": "B", "account_username": "x"}


async def waiting(front: FrontDesk, who: Headers) -> list[str]:
    answer = await front.client.get("/v1/queue", headers=who)
    return [str(ticket.id) for ticket in Queue.model_validate_json(answer.content).data]


async def asked(front: FrontDesk, topic: str) -> dict[str, Any]:
    _, _, customer = await front.customer("plutus", product="shared")
    return await opened(front, customer, {"subject": "Help", "facts": {"topic": topic, **WRITER}})


async def test_what_goes_to_the_next_level_is_nobodys_there_and_out_of_reach_of_the_first(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    first, second = await front.staff(provider, level=1), await front.staff(provider, level=2)
    ticket = await asked(front, "email.error")
    await said(front, first, ticket, "assign", staff="me")
    await said(front, first, ticket, "triage", **TRIAGED)
    above = await said(front, first, ticket, "escalate", to_level=2, reason="Hard")
    assert (above["level"], above["assignee"]) == (2, None)
    assert (await waiting(front, first), await waiting(front, second)) == ([], [ticket["id"]])
    refused = await said(front, first, ticket, "resolve", 403, resolution="x")
    assert refused["code"] == "role_not_permitted"
    assert "PLU-42" in {citation["clause"] for citation in refused["citations"]}
    taken = await said(front, second, ticket, "assign", staff="me")
    assert taken["assignee"] is not None
    assert (await said(front, second, ticket, "resolve", resolution="x"))["status"] == "resolved"


async def test_whose_ticket_it_is_goes_on_with_it_whatever_its_level(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    supervisor = await front.staff(provider, level=2, supervisor=True)
    first = await front.staff(provider, level=1, email="ayanda@desk.example")
    ticket = await asked(front, "email.error")
    await said(front, supervisor, ticket, "triage", **TRIAGED)
    await said(front, supervisor, ticket, "escalate", to_level=2, reason="Hard")
    await said(front, supervisor, ticket, "assign", staff="ayanda@desk.example")
    assert await waiting(front, first) == [ticket["id"]]
    assert (await said(front, first, ticket, "resolve", resolution="x"))["status"] == "resolved"


async def test_a_complaint_goes_straight_to_a_supervisor_and_to_nobody_else(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    clerk, expert = await front.staff(provider, level=1), await front.staff(provider, level=3)
    supervisor = await front.staff(provider, level=1, departments=["support"], supervisor=True)
    ticket = await asked(front, "management.complaint")
    assert (ticket["department"], ticket["level"], ticket["status"]) == ("supervisor", None, "open")
    assert [await waiting(front, who) for who in (clerk, expert, supervisor)] == [[], [], [ticket["id"]]]
    for who in (clerk, expert):
        refused = await said(front, who, ticket, "assign", 403, staff="me")
        assert "PLU-91" in {citation["clause"] for citation in refused["citations"]}
        shown = {action["action"]: action["allowed"] for action in (await read(front, who, ticket))["allowed_actions"]}
        assert not any(shown[verb] for verb in ("assign", "resolve", "override", "quote"))
    assert (await said(front, supervisor, ticket, "assign", staff="me"))["assignee"] is not None


async def test_each_department_sees_to_its_own_tickets(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    provider = await front.provider()
    support = await front.staff(provider, level=1, departments=["support"])
    billing = await front.staff(provider, level=1, departments=["billing"])
    ticket = await opened(front, customer)
    await said(front, billing, ticket, "triage", 403, **TRIAGED)
    moved = await said(front, support, ticket, "transfer", department="billing", reason="It is about an invoice")
    assert (moved["department"], moved["assignee"]) == ("billing", None)
    assert (await waiting(front, support), await waiting(front, billing)) == ([], [ticket["id"]])
    await said(front, support, ticket, "resolve", 403, resolution="x")


async def test_somebody_whose_identity_is_to_be_checked_waits_for_staff(front: FrontDesk) -> None:
    provider = await front.provider("brs")
    account, _, _ = await front.customer("brs")
    clerk = await front.staff(provider, level=1)
    body = {"subject": "Senha", "account": account.number, "channel": "portal", "facts": {"topic": "code.debug"}}
    body["sender"] = {"email": "visita@longe.example"}
    answer = await front.client.post("/v1/tickets", json=body, headers={**clerk, **front.key()})
    assert (answer.json()["status"], answer.json()["reason"]) == ("on_hold", "identity_verification_pending")
    assert await waiting(front, clerk) == [answer.json()["id"]]
