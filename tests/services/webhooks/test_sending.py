"""Webhooks from the event to a receiver on a real socket, which fails, hangs, redirects and says that it is gone."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from standardwebhooks.webhooks import Webhook as Reference
from standardwebhooks.webhooks import WebhookVerificationError

from app.base.vocabulary import Role
from app.clients.addresses import networks
from app.clients.outbound import Outbound
from app.db.pool import Database
from app.services.delivering import Deliveries
from app.services.webhooks.planning import plan_webhooks
from app.services.webhooks.sending import WebhookSender
from tests import factories
from tests.clients.receiver import Receiver, receiving
from tests.frontdesk import FrontDesk, Headers
from tests.services.sequence import sequence


@dataclass
class Post:
    """A provider with an administrator, a worker's senders, and a clock that a test moves."""

    front: FrontDesk
    worker: Database
    owner: asyncpg.Connection
    provider_id: UUID
    admin: Headers
    outbound: Outbound
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def subscribe(self, receiver: Receiver, *event_types: str) -> dict[str, Any]:
        body = {"url": receiver.url, "event_types": event_types or ["ticket.*"]}
        answer = await self.front.client.post("/v1/webhooks", json=body, headers=self.admin)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def happens(self, kind: str = "ticket.opened", **given: Any) -> UUID:
        event = await factories.event(self.owner, self.provider_id, type=kind, **given)
        await self.place()
        return event.id

    async def place(self) -> None:
        await sequence(self.worker, (plan_webhooks,), self.now)

    async def deliver(self) -> int:
        """What is due, one attempt each; how many there were."""
        sender = WebhookSender(self.worker, self.outbound, self.front.desk.sealing, lambda: self.now)
        deliveries = Deliveries(self.worker, {"webhook": sender}, lambda: self.now)
        claimed = await deliveries.claim(100, ())
        for one in claimed:
            await deliveries.attempt(one)
        return len(claimed)

    async def sent(self, webhook: dict[str, Any], state: str | None = None) -> list[dict[str, Any]]:
        path = f"/v1/webhooks/{webhook['id']}/deliveries" + (f"?state={state}" if state else "")
        found: list[dict[str, Any]] = (await self.front.client.get(path, headers=self.admin)).json()["data"]
        return found

    async def shown(self, webhook: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = (
            await self.front.client.get(f"/v1/webhooks/{webhook['id']}", headers=self.admin)
        ).json()
        return found


@pytest.fixture
async def post(front: FrontDesk, worker_database: Database, owner: asyncpg.Connection) -> AsyncIterator[Post]:
    provider = await front.provider()
    outbound = Outbound(allowed=networks("127.0.0.0/8"), timeout_seconds=0.3)
    yield Post(front, worker_database, owner, provider.id, await front.staff(provider, Role.ADMIN), outbound)
    await outbound.close()


def verified(receiver: Receiver, secret: str) -> dict[str, Any]:
    got = receiver.got[-1]
    found: dict[str, Any] = Reference(secret).verify(got.body, got.headers)
    return found


async def test_an_event_arrives_signed_in_the_shape_of_the_feed(post: Post) -> None:
    async with receiving() as receiver:
        webhook = await post.subscribe(receiver)
        event = await post.happens(data={"priority": "high"}, occurred_at=factories.NOW, actor_id="7")
        await post.deliver()
        said = verified(receiver, webhook["secret"])
    position = said.pop("position")
    assert said == {
        "id": str(event),
        "type": "ticket.opened",
        "occurred_at": "2026-02-10T15:00:00Z",
        "provider": "mexxus",
        "subject": {"kind": "ticket", "id": said["subject"]["id"]},
        "actor": {"kind": "system", "id": "7"},
        "data": {"priority": "high"},
    }
    assert position > 0
    got = receiver.got[-1].headers
    assert got["webhook-id"] == str(event)
    # The standard by hand, beside its reference library.
    key = base64.b64decode(webhook["secret"].removeprefix("whsec_"))
    content = f"{got['webhook-id']}.{got['webhook-timestamp']}.".encode() + receiver.got[-1].body
    mac = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert got["webhook-signature"] == f"v1,{mac}"
    with pytest.raises(WebhookVerificationError):
        Reference("whsec_" + base64.b64encode(b"another").decode()).verify(receiver.got[-1].body, got)


async def test_a_failed_delivery_comes_again_with_the_same_id_and_body_and_a_fresh_time(post: Post) -> None:
    async with receiving(500, 503, 200) as receiver:
        webhook = await post.subscribe(receiver)
        await post.happens()
        assert await post.deliver() == 1
        assert await post.deliver() == 0, "not before its time"
        post.now += timedelta(seconds=6)
        assert await post.deliver() == 1
        post.now += timedelta(minutes=6)
        assert await post.deliver() == 1
        post.now += timedelta(days=2)
        assert await post.deliver() == 0, "what was delivered stays delivered"
    first, second, third = receiver.got
    assert first.body == second.body == third.body
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert len({got.headers["webhook-timestamp"] for got in receiver.got}) == 3
    (delivery,) = await post.sent(webhook)
    assert (delivery["state"], delivery["attempts"], delivery["last_status"]) == ("delivered", 3, 200)
    assert [(a["attempt"], a["status"], a["error"]) for a in delivery["attempt_log"]] == [
        (1, 500, "it answered 500"),
        (2, 503, "it answered 503"),
        (3, 200, None),
    ]


async def test_redirects_and_silence_are_failures(post: Post) -> None:
    async with receiving() as other:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n".encode()
        async with receiving(moved, None) as receiver:
            webhook = await post.subscribe(receiver)
            await post.happens()
            for _ in range(2):
                await post.deliver()
                post.now += timedelta(minutes=1)
        (delivery,) = await post.sent(webhook, "pending")
        assert [a["error"] for a in delivery["attempt_log"]] == ["it answered 302", "no answer within 0.3 seconds"]
        assert other.got == []


async def test_after_a_day_and_more_it_is_a_dead_letter_that_staff_can_set_going_again(post: Post) -> None:
    front, staff = post.front, await post.front.staff(await post.front.provider())
    async with receiving(500) as receiver:
        webhook = await post.subscribe(receiver)
        await post.happens()
        began = post.now
        while await post.deliver():
            waits = await post.owner.fetchval("SELECT next_at FROM delivery")
            gave_up, post.now = post.now, waits + timedelta(seconds=1)
        assert len(receiver.got) == 10
        assert timedelta(hours=75) < gave_up - began < timedelta(hours=95)
        (letter,) = (await front.client.get("/v1/dead-letters?kind=webhook", headers=staff)).json()["data"]
        assert (letter["webhook"], letter["last_error"]) == (webhook["id"], "it answered 500")
        receiver.answers = [200]
        again = f"/v1/dead-letters/{letter['id']}/requeue"
        assert (await front.client.post(again, headers=staff)).json()["state"] == "pending"
        assert (await front.client.post(again, headers=staff)).status_code == 404
        await post.deliver()
        assert (await front.client.get("/v1/dead-letters", headers=staff)).json()["data"] == []
    assert {got.headers["webhook-id"] for got in receiver.got} == {letter["event"]["id"]}


async def test_who_answers_410_is_switched_off_and_that_is_an_event(post: Post) -> None:
    async with receiving(410) as receiver:
        webhook = await post.subscribe(receiver)
        await post.happens()
        await post.deliver()
        shown = await post.shown(webhook)
        assert (shown["active"], shown["disabled_reason"]) == (False, "it answered 410")
        await post.happens()
        assert await post.deliver() == 0
        assert await post.owner.fetchval("SELECT count(*) FROM event WHERE type = 'webhook.disabled'") == 1
        body, match = {"active": True}, {"If-Match": f'"{shown["version"]}"'}
        url = f"/v1/webhooks/{webhook['id']}"
        changed = await post.front.client.patch(url, json=body, headers={**post.admin, **match})
        assert (changed.json()["active"], changed.json()["disabled_reason"]) == (True, None)


async def test_an_endpoint_that_keeps_failing_is_left_alone_and_then_tried_once(post: Post) -> None:
    async with receiving(500) as receiver:
        webhook = await post.subscribe(receiver)
        for _ in range(5):
            await post.happens()
        assert await post.deliver() == 5
        for _ in range(3):
            await post.happens()
        paused_until = datetime.fromisoformat((await post.shown(webhook))["paused_until"])
        assert timedelta(seconds=25) < paused_until - post.now <= timedelta(seconds=30)
        post.now += timedelta(seconds=20)
        assert await post.deliver() == 0
        post.now = paused_until + timedelta(seconds=1)
        assert await post.deliver() == 1, "one alone finds out"
        receiver.answers = [200]
        post.now += timedelta(minutes=2)
        while await post.deliver():
            post.now += timedelta(minutes=6)
        assert await post.sent(webhook, "pending") == []
        shown = await post.shown(webhook)
        assert (shown["failures"], shown["paused_until"]) == (0, None)


async def test_while_a_secret_is_changed_both_verify_and_then_only_the_new_one(post: Post) -> None:
    async with receiving() as receiver:
        webhook = await post.subscribe(receiver)
        url = f"/v1/webhooks/{webhook['id']}/rotate"
        rotated = await post.front.client.post(url, json={"grace_seconds": 60}, headers=post.admin)
        new = rotated.json()["secret"]
        assert new != webhook["secret"]
        # The grace counts by the desk's own clock.
        await post.owner.execute("UPDATE webhook SET previous_expires_at = $1", post.now + timedelta(seconds=60))
        await post.happens()
        await post.deliver()
        assert verified(receiver, webhook["secret"])["id"] == verified(receiver, new)["id"]
        post.now += timedelta(seconds=61)
        await post.happens()
        await post.deliver()
        assert verified(receiver, new)
        with pytest.raises(WebhookVerificationError):
            verified(receiver, webhook["secret"])
        sealed = await post.owner.fetchval("SELECT secret FROM webhook")
        assert new.encode() not in sealed


async def test_a_webhook_hears_what_it_asked_for_and_never_of_notes_among_staff(post: Post) -> None:
    async with receiving() as all_, receiving() as some, receiving() as kind:
        body = {"url": all_.url}
        everything = (await post.front.client.post("/v1/webhooks", json=body, headers=post.admin)).json()
        await post.subscribe(some, "ticket.closed")
        await post.subscribe(kind, "quote.*")
        for name in ("ticket.opened", "ticket.closed", "quote.offered", "ticket.noted"):
            await post.happens(name)
        await post.deliver()
        heard = [
            [got.json["type"] for got in sorted(receiver.got, key=lambda got: int(str(got.json["position"])))]
            for receiver in (all_, some, kind)
        ]
        assert heard[1:] == [["ticket.closed"], ["quote.offered"]]
        assert [t for t in heard[0] if not str(t).startswith("webhook")] == [
            "ticket.opened",
            "ticket.closed",
            "quote.offered",
        ]
        pinged = await post.front.client.post(f"/v1/webhooks/{everything['id']}/ping", headers=post.admin)
        assert pinged.status_code == 202
        await post.place()
        await post.deliver()
        assert all_.got[-1].json["type"] == "webhook.pinged"
        assert len(some.got) == len(kind.got) == 1


async def test_an_administrator_has_one_or_all_that_failed_sent_again(post: Post) -> None:
    async with receiving() as receiver:
        webhook = await post.subscribe(receiver)
        for _ in range(3):
            await post.happens()
        await post.deliver()
        await post.owner.execute("UPDATE delivery SET created_at = $1", post.now)
        first, second, third = await post.sent(webhook)
        url = f"/v1/webhooks/{webhook['id']}/redeliver"
        one = await post.front.client.post(url, json={"delivery": first["id"]}, headers=post.admin)
        assert (one.status_code, one.json()) == (202, {"deliveries": 1})
        await post.deliver()
        assert receiver.got[-1].headers["webhook-id"] == first["event"]["id"]
        await post.owner.execute(
            "UPDATE delivery SET state = 'dead', delivered_at = NULL WHERE id = ANY($1)", [second["id"], third["id"]]
        )
        since = {"since": (post.now - timedelta(hours=1)).isoformat()}
        many = await post.front.client.post(url, json=since, headers=post.admin)
        assert many.json() == {"deliveries": 2}
        assert await post.deliver() == 2
        both = await post.front.client.post(url, json={**since, "delivery": first["id"]}, headers=post.admin)
        assert both.status_code == 422
