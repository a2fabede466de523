"""The queue over HTTP: in the policy's order, for the caller's departments and level, and nothing taken twice."""

import asyncio
from datetime import timedelta
from typing import Any

from app.base.vocabulary import Role, Scope
from app.db.tables.staff import Staff
from app.policy.desk.goals import OpenTask
from app.policy.desk.queueing import queue
from app.schemas.queue import Queue
from app.schemas.tickets import Ticket
from tests import factories
from tests.frontdesk import NOW, FrontDesk, Headers

URL = "/v1/queue"
TOPICS = ("web.offline", "email.error", "panel.unreachable", "server.failure", "web.error")


async def filled(front: FrontDesk, policy: str = "plutus", product: str = "shared") -> list[dict[str, Any]]:
    """Five tickets of five accounts, a minute apart."""
    tickets = []
    for n, topic in enumerate(TOPICS):
        front.now = NOW + timedelta(minutes=n)
        _, _, customer = await front.customer(policy, product=product)
        facts = {"topic": topic, "first_name": "A", "last_name": "B", "account_username": "x", "nature": "question"}
        body = {"subject": topic, "facts": facts if policy == "plutus" else {"topic": topic}}
        answer = await front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()})
        assert answer.status_code == 201, answer.text
        tickets.append(answer.json())
    await front.owner.execute("UPDATE ticket SET status = 'open'")
    return tickets


async def read(front: FrontDesk, who: Headers) -> Queue:
    answer = await front.client.get(URL, headers=who)
    assert answer.status_code == 200, answer.text
    return Queue.model_validate_json(answer.content)


async def worker(front: FrontDesk, policy: str, **given: Any) -> tuple[Staff, Headers]:
    provider = await front.provider(policy)
    row = await factories.staff(front.owner, provider.id, level=3, **given)
    return row, front.bearer(provider, Role.STAFF, row.id)


async def test_the_order_is_the_policys(front: FrontDesk) -> None:
    for policy, product in (("plutus", "shared"), ("mexxus", "shared_hosting")):
        tickets = await filled(front, policy, product)
        _, who = await worker(front, policy)
        shown = await read(front, who)
        compiled = front.desk.policies.last_used((await front.provider(policy)).id)
        assert compiled is not None
        tasks = [
            OpenTask(id=t["id"], received_at=t["received_at"], priority=t["priority"], department=t["department"])
            for t in tickets
        ]
        assert [str(t.id) for t in shown.data] == list(queue(compiled, tasks, NOW).order)
        assert (shown.waiting, shown.unowned) == (5, 5)
        assert {c.clause for c in shown.citations} == ({"PLU-35"} if policy == "plutus" else set())
        assert shown.override_requires == ["reason"]


async def test_everybody_sees_what_is_theirs_to_do(front: FrontDesk) -> None:
    tickets = await filled(front)
    _, low = await worker(front, "plutus", departments=["billing"])
    assert (await read(front, low)).data == []
    await front.owner.execute("UPDATE ticket SET department = 'billing' WHERE id = $1", tickets[2]["id"])
    assert [str(t.id) for t in (await read(front, low)).data] == [tickets[2]["id"]]
    await front.owner.execute("UPDATE ticket SET level = 4, department = 'support' WHERE id = $1", tickets[2]["id"])
    _, high = await worker(front, "plutus")
    assert len((await read(front, high)).data) == 4
    _, _, customer = await front.customer("plutus", product="shared")
    provider = await front.provider("plutus")
    for who in (customer, await front.service(provider, Scope.EVENTS)):
        assert (await front.client.get(URL, headers=who)).status_code == 403
        assert (await front.client.post(f"{URL}/next", json={}, headers=who)).status_code == 403


async def test_many_who_take_the_next_one_get_one_each(front: FrontDesk) -> None:
    tickets = await filled(front)
    order = [str(t.id) for t in (await read(front, (await worker(front, "plutus"))[1])).data]
    people = [(await worker(front, "plutus"))[1] for _ in range(7)]
    answers = await asyncio.gather(*(front.client.post(f"{URL}/next", json={}, headers=who) for who in people))
    taken = [Ticket.model_validate_json(a.content) for a in answers if a.status_code == 200]
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [204] * 2
    assert {str(ticket.id) for ticket in taken} == set(order) == {ticket["id"] for ticket in tickets}
    assert len({ticket.assignee.id for ticket in taken if ticket.assignee}) == 5


async def test_taking_another_one_first_needs_a_reason(front: FrontDesk) -> None:
    await filled(front)
    _, who = await worker(front, "plutus")
    order = [str(t.id) for t in (await read(front, who)).data]
    url = f"{URL}/next"
    refused = await front.client.post(url, json={"ticket": order[2]}, headers=who)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")
    assert refused.json()["citations"][0]["clause"] == "PLU-35"
    taken = await front.client.post(url, json={"ticket": order[2], "reason": "She called again"}, headers=who)
    assert (taken.status_code, taken.json()["id"]) == (200, order[2])
    assert (await front.client.post(url, json={"ticket": order[0]}, headers=who)).status_code == 200
    data = await front.owner.fetch(
        "SELECT data ->> 'queue' AS how FROM event WHERE type = 'ticket.assigned' ORDER BY id"
    )
    assert [row["how"] for row in data] == ["out_of_order", "next"]
    again = await front.client.post(url, json={"ticket": order[0], "reason": "Mine"}, headers=who)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


async def test_the_next_one_is_taken_once_per_key(front: FrontDesk) -> None:
    await filled(front)
    _, who = await worker(front, "plutus")
    headers = {**who, **front.key()}
    await front.owner.execute("UPDATE ticket SET status = 'closed' WHERE id <> (SELECT id FROM ticket LIMIT 1)")
    first = await front.client.post(f"{URL}/next", json={}, headers=headers)
    again = await front.client.post(f"{URL}/next", json={}, headers=headers)
    assert (first.status_code, again.content) == (200, first.content)
    assert again.headers["idempotent-replayed"] == "true"
