"""People are called out until somebody answers: whatever the receiver does, and whoever is away."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.base.vocabulary import Role
from app.clients.addresses import networks
from app.clients.outbound import Outbound
from app.db.pool import Database
from app.services.delivering import Deliveries
from app.services.paging.escalating import escalate
from app.services.paging.planning import PagePlanner
from app.services.paging.sending import PageSender
from tests import factories
from tests.clients.receiver import Receiver, receiving
from tests.frontdesk import FrontDesk
from tests.services.sequence import sequence

PATIENCE = timedelta(minutes=5)
EVERYBODY = {"support": ["ada", "bela", "chloe"]}


@dataclass
class Tower:
    """A worker that pages one receiver; `now` is its time."""

    front: FrontDesk
    worker: Database
    owner: asyncpg.Connection
    provider_id: UUID
    outbound: Outbound
    receiver: Receiver
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def on_call(self, who: dict[str, list[str]]) -> None:
        admin = await self.front.staff(await self.front.provider(), Role.ADMIN)
        answer = await self.front.client.put("/v1/policies/mexxus/settings", json={"on_call": who}, headers=admin)
        assert answer.status_code in (200, 201), answer.text

    async def happens(self, kind: str, subject: UUID, seq: int, **given: Any) -> None:
        await factories.event(self.owner, self.provider_id, type=kind, subject_id=subject, seq=seq, **given)
        await self.work()

    async def down(self, **effect: Any) -> UUID:
        """A server is down, and the policy has somebody called."""
        subject = factories.new_id()
        decision = {"effects": [{"type": "page", "audience": "support", **effect}]}
        data = {"type": "monitor_down", "server": "s7"}
        signal = {"subject_kind": "signal", "decision": decision, "data": data, "occurred_at": self.now}
        await self.happens("monitoring.noticed", subject, 1, **signal)
        return subject

    async def work(self) -> None:
        """Place, escalate, and one attempt of whatever is due."""
        await sequence(self.worker, (PagePlanner(PATIENCE),), self.now)
        await escalate(self.worker, self.now, PATIENCE)
        sender = PageSender(self.worker, self.outbound, self.receiver.url)
        deliveries = Deliveries(self.worker, {"page": sender}, lambda: self.now)
        for one in await deliveries.claim(100, ()):
            await deliveries.attempt(one)

    async def later(self, **passed: float) -> None:
        self.now += timedelta(**passed)
        await self.work()

    @property
    def called(self) -> list[tuple[Any, Any]]:
        return [(got.json["event_action"], got.json["routing_key"]) for got in self.receiver.got]


@pytest.fixture
async def tower(front: FrontDesk, worker_database: Database, owner: asyncpg.Connection) -> AsyncIterator[Tower]:
    provider = await front.provider()
    outbound = Outbound(allowed=networks("127.0.0.0/8"), timeout_seconds=0.3)
    async with receiving(202) as receiver:
        made = Tower(front, worker_database, owner, provider.id, outbound, receiver)
        await made.on_call(EVERYBODY)
        yield made
    await outbound.close()


async def test_the_next_is_called_until_somebody_answers_and_all_who_were_called_hear_of_it(tower: Tower) -> None:
    await tower.down()
    assert tower.called == [("trigger", "ada")]
    first = tower.receiver.got[0].json
    assert first["payload"]["summary"] == "mexxus: monitor_down s7"  # type: ignore[index] # JSON
    await tower.later(minutes=4, seconds=59)
    assert len(tower.called) == 1
    await tower.later(seconds=1)
    await tower.later(minutes=5)
    await tower.later(minutes=5)
    assert tower.called == [("trigger", who) for who in ("ada", "bela", "chloe", "ada")], "and the first again"
    staff = await tower.front.staff(await tower.front.provider())
    (page,) = (await tower.front.client.get("/v1/pages?state=triggered", headers=staff)).json()["data"]
    done = await tower.front.client.post(f"/v1/pages/{page['id']}/acknowledge", headers=staff)
    assert (done.json()["state"], done.json()["ended_by"].split(":")[0]) == ("acknowledged", "staff")
    await tower.work()
    assert tower.called[4:] == [("acknowledge", who) for who in ("ada", "bela", "chloe")]
    await tower.later(hours=1)
    assert len(tower.called) == 7
    assert {got.json["dedup_key"] for got in tower.receiver.got} == {page["id"]}
    told = await tower.owner.fetch("SELECT type FROM event WHERE subject_kind = 'page' ORDER BY seq")
    assert [row["type"].removeprefix("page.") for row in told] == [
        *("raised", "delivered", "escalated", "escalated", "escalated", "acknowledged"),
    ]


async def test_a_receiver_that_is_back_gets_the_page_within_seconds_and_the_time_is_kept(tower: Tower) -> None:
    tower.receiver.answers = [500]
    await tower.down()
    for _ in range(6):
        await tower.later(seconds=5)
    assert len(tower.called) == 7
    tower.receiver.answers = [202]
    await tower.later(seconds=5)
    await tower.later(seconds=5)
    assert len(tower.called) == 8
    staff = await tower.front.staff(await tower.front.provider())
    (page,) = (await tower.front.client.get("/v1/pages", headers=staff)).json()["data"]
    assert 34 < page["time_to_page_seconds"] < 37
    data = await tower.owner.fetchval("SELECT data FROM event WHERE type = 'page.delivered'")
    assert data == {"time_to_page_seconds": page["time_to_page_seconds"]}


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("monitoring.noticed", {"type": "monitor_up", "server": "s7"}),
        ("notice.resolved", {"kind": "incident", "server": "s7"}),
        ("notice.withdrawn", {"kind": "incident", "server": "s7"}),
    ],
)
async def test_all_are_called_at_once_where_the_policy_says_so_and_hear_when_it_is_over(
    tower: Tower, kind: str, told: dict[str, Any]
) -> None:
    await tower.down(multiple=True)
    everybody = EVERYBODY["support"]
    assert sorted(tower.called) == [("trigger", who) for who in everybody]
    await tower.down()
    assert len(tower.called) == 3 + 1, "another report of another signal is another page"
    await tower.happens("notice.resolved", factories.new_id(), 1, subject_kind="notice", data={**told, "server": "s8"})
    await tower.happens(
        "notice.resolved", factories.new_id(), 1, subject_kind="notice", data={**told, "kind": "security"}
    )
    assert len(tower.called) == 4, "something else is over"
    await tower.happens(kind, factories.new_id(), 1, subject_kind=kind.partition(".")[0], data=told)
    ends = [("resolve", who) for who in everybody]
    assert sorted(call for call in tower.called if call[0] == "resolve") == sorted([*ends, ("resolve", "ada")])
    await tower.later(hours=1)
    assert not [call for call in tower.called[-3:] if call[0] == "trigger"]


@pytest.mark.parametrize("kind", ["ticket.assigned", "ticket.replied"])
async def test_whoever_takes_the_ticket_or_answers_it_has_answered_the_page(tower: Tower, kind: str) -> None:
    ticket = await factories.ticket(tower.owner, tower.provider_id)
    decision = {"effects": [{"type": "page", "audience": "support"}], "priority": "high", "department": "support"}
    await tower.happens("ticket.opened", ticket.id, 1, decision=decision)
    summary = tower.receiver.got[0].json["payload"]["summary"]  # type: ignore[index] # JSON
    assert summary == f"mexxus: ticket {ticket.reference}, priority high"
    await tower.happens("ticket.replied", ticket.id, 2, actor_kind="contact")
    await tower.happens("ticket.described", ticket.id, 3, decision=decision)
    assert len(tower.called) == 1, "called once about one thing"
    await tower.happens(kind, ticket.id, 4, actor_kind="staff")
    assert tower.called == [("trigger", "ada"), ("acknowledge", "ada")]
    await tower.happens("ticket.resolved", ticket.id, 5, actor_kind="staff")
    assert tower.called[2:] == [("resolve", "ada")]


async def test_where_nobody_is_on_call_it_is_a_dead_letter_until_somebody_is(tower: Tower) -> None:
    await tower.on_call({"billing": ["dora"]})
    await tower.down()
    assert tower.called == []
    staff = await tower.front.staff(await tower.front.provider())
    (letter,) = (await tower.front.client.get("/v1/dead-letters?kind=page", headers=staff)).json()["data"]
    assert letter["last_error"] == "nobody is on call for support"
    await tower.on_call({"standby": ["eve"]})
    await tower.front.client.post(f"/v1/dead-letters/{letter['id']}/requeue", headers=staff)
    await tower.work()
    assert tower.called == [("trigger", "eve")]


async def test_a_call_that_comes_too_late_is_not_made(tower: Tower) -> None:
    tower.receiver.answers = [500]
    subject = await tower.down()
    up = {"subject_kind": "signal", "data": {"type": "monitor_up", "server": "s7"}}
    tower.receiver.answers = [202]
    await tower.happens("monitoring.noticed", subject, 2, **up)
    await tower.later(minutes=1)
    assert [action for action, _ in tower.called] == ["trigger", "resolve"]
