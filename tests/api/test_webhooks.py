"""Webhooks over HTTP: who may do what, secrets that are shown once, and URLs that cannot be called."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.base.vocabulary import Role, Scope
from tests import factories
from tests.frontdesk import FrontDesk, Headers

URL = "https://billing.example/hooks"


@pytest.fixture
async def admin(front: FrontDesk) -> Headers:
    return await front.staff(await front.provider(), Role.ADMIN)


async def make(front: FrontDesk, admin: Headers, **given: Any) -> dict[str, Any]:
    answer = await front.client.post("/v1/webhooks", json={"url": URL, **given}, headers=admin)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/webhooks/{made['id']}"
    return made


async def test_the_secret_is_shown_once(front: FrontDesk, admin: Headers) -> None:
    key = front.key()
    made = await front.client.post("/v1/webhooks", json={"url": URL}, headers={**admin, **key})
    assert made.json()["secret"].startswith("whsec_")
    again = await front.client.post("/v1/webhooks", json={"url": URL}, headers={**admin, **key})
    assert again.status_code == 409
    assert "shown once" in again.json()["detail"]
    url = f"/v1/webhooks/{made.json()['id']}"
    shown = [(await front.client.get(u, headers=admin)).text for u in (url, "/v1/webhooks", f"{url}/deliveries")]
    assert not any("secret" in text.replace("previous_secret_expires_at", "") for text in shown)


async def test_it_is_changed_by_its_version_tried_out_and_removed(
    front: FrontDesk, admin: Headers, owner: asyncpg.Connection
) -> None:
    made = await make(front, admin, event_types=["ticket.opened", "quote.*"], description="Billing")
    url = f"/v1/webhooks/{made['id']}"
    changed = await front.client.patch(url, json={"active": False}, headers={**admin, "If-Match": '"1"'})
    assert (changed.json()["active"], changed.json()["version"], changed.headers["etag"]) == (False, 2, '"2"')
    late = await front.client.patch(url, json={"active": True}, headers={**admin, "If-Match": '"1"'})
    assert late.status_code == 412
    taken = await front.client.patch(url, json={"url": None}, headers={**admin, "If-Match": "*"})
    assert (taken.status_code, taken.json()["errors"][0]["pointer"]) == (422, "/url")
    off = await front.client.post(f"{url}/redeliver", json={"since": "2026-01-01T00:00:00Z"}, headers=admin)
    assert off.status_code == 409
    assert (await front.client.delete(url, headers=admin)).status_code == 204
    assert (await front.client.get(url, headers=admin)).status_code == 404
    assert (await front.client.delete(url, headers=admin)).status_code == 404
    types = await owner.fetch("SELECT type, seq FROM event WHERE subject_kind = 'webhook' ORDER BY seq")
    assert [tuple(row) for row in types] == [("webhook.created", 1), ("webhook.changed", 2), ("webhook.deleted", 3)]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"url": "ftp://billing.example/"}, "/url"),
        ({"url": "https://ann:hunter2@billing.example/"}, "/url"),
        ({"url": "https:///hooks"}, "/url"),
        ({"url": "https://billing.example:0/"}, "/url"),
        ({"url": "https://billing.example:65536/"}, "/url"),
        ({"url": "https://billing..example/"}, "/url"),
        ({"url": "https://169.254.169.254/latest/meta-data/"}, "/url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "/url"),
        ({"url": URL, "event_types": ["ticket.exploded"]}, "/event_types/0"),
        ({"url": URL, "event_types": ["ticket.noted"]}, "/event_types/0"),
    ],
)
async def test_what_cannot_be_called_or_heard_is_said_at_once(
    front: FrontDesk, admin: Headers, body: dict[str, Any], pointer: str
) -> None:
    answer = await front.client.post("/v1/webhooks", json=body, headers=admin)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert "hunter2" not in answer.text


async def test_administrators_change_machines_read_and_nobody_else_knows(front: FrontDesk, admin: Headers) -> None:
    made = await make(front, admin)
    provider = await front.provider()
    _, _, customer = await front.customer()
    machine = await front.service(provider, Scope.EVENTS)
    url = f"/v1/webhooks/{made['id']}"
    assert (await front.client.get(url, headers=machine)).status_code == 200
    assert (await front.client.get(f"{url}/deliveries", headers=machine)).status_code == 200
    for who in (machine, customer, await front.staff(provider), await front.service(provider, Scope.SUBMIT)):
        assert (await front.client.post("/v1/webhooks", json={"url": URL}, headers=who)).status_code == 403
        assert (await front.client.delete(url, headers=who)).status_code == 403
    stranger = await front.staff(await front.provider("brs"), Role.ADMIN)
    assert (await front.client.get(url, headers=stranger)).status_code == 404
    assert (await front.client.post(f"{url}/ping", headers=stranger)).status_code == 404
    assert (await front.client.get("/v1/dead-letters", headers=customer)).status_code == 403
    nothing = await front.client.post(f"/v1/dead-letters/{uuid4()}/requeue", headers=admin)
    assert nothing.status_code == 404


# ── the feed ─────────────────────────────────────────────────────────────────
async def placed(owner: asyncpg.Connection, provider_id: UUID, *types: str) -> None:
    first = await owner.fetchval("SELECT count(*) FROM event") + 1
    for position, kind in enumerate(types, start=first):
        await factories.event(owner, provider_id, type=kind, position=position, seal=b"1", data={"n": position})


async def test_the_feed_goes_on_from_any_place_also_from_its_end(front: FrontDesk, owner: asyncpg.Connection) -> None:
    provider = await front.provider()
    machine = await front.service(provider, Scope.EVENTS)
    await placed(owner, provider.id, *["ticket.opened"] * 5)
    await factories.event(owner, provider.id)  # has no place yet
    seen, cursor = [], ""
    for _ in range(4):
        page = (await front.client.get(f"/v1/events?limit=2{cursor}", headers=machine)).json()
        seen += [event["position"] for event in page["data"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [1, 2, 3, 4, 5]
    await placed(owner, provider.id)
    await owner.execute("UPDATE event SET position = 6, seal = '1' WHERE position IS NULL")
    waited = await front.client.get(f"/v1/events?wait_seconds=5{cursor}", headers=machine)
    assert [event["position"] for event in waited.json()["data"]] == [6]
    event = waited.json()["data"][0]
    assert event.keys() == {"id", "position", "type", "occurred_at", "provider", "subject", "actor", "data"}


async def test_a_note_among_staff_is_a_tombstone_for_machines(front: FrontDesk, owner: asyncpg.Connection) -> None:
    provider = await front.provider()
    await placed(owner, provider.id, "ticket.opened", "ticket.noted", "ticket.closed")
    told = {}
    for who in ("machine", "staff"):
        headers = await (front.service(provider, Scope.EVENTS) if who == "machine" else front.staff(provider))
        told[who] = (await front.client.get("/v1/events", headers=headers)).json()["data"]
    assert [event["type"] for event in told["machine"]] == ["ticket.opened", "tombstone", "ticket.closed"]
    assert told["machine"][1]["data"] == {}
    assert [event["type"] for event in told["staff"]] == ["ticket.opened", "ticket.noted", "ticket.closed"]


async def test_the_feed_is_for_staff_and_machines_with_the_scope(front: FrontDesk, owner: asyncpg.Connection) -> None:
    provider = await front.provider()
    _, _, customer = await front.customer()
    await placed(owner, provider.id, "ticket.opened")
    assert (await front.client.get("/v1/events", headers=customer)).status_code == 403
    submit = await front.service(provider, Scope.SUBMIT)
    assert (await front.client.get("/v1/events", headers=submit)).status_code == 403
    elsewhere = await front.staff(await front.provider("brs"))
    assert (await front.client.get("/v1/events", headers=elsewhere)).json()["data"] == []


async def test_a_place_in_the_feed_of_one_provider_is_none_in_that_of_another(
    front: FrontDesk, owner: asyncpg.Connection
) -> None:
    provider = await front.provider()
    await placed(owner, provider.id, "ticket.opened", "ticket.closed")
    machine, again = [await front.service(provider, Scope.EVENTS) for _ in range(2)]
    elsewhere = await front.service(await front.provider("brs"), Scope.EVENTS)
    first = (await front.client.get("/v1/events?limit=1", headers=machine)).json()
    url = f"/v1/events?cursor={first['next_cursor']}"
    refused = await front.client.get(url, headers=elsewhere)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")
    assert "mexxus" not in refused.text, "whose it is stays unsaid"
    whole = (await front.client.get("/v1/events", headers=machine)).json()["data"]
    kept = urlsafe_b64encode(sha256(b'["/v1/events",[]]').digest()[:9] + b"[1]").rstrip(b"=").decode()
    for known in (url, f"/v1/events?cursor={kept}"):  # which another client of the provider goes on with
        assert (await front.client.get(known, headers=again)).json()["data"] == whole[1:], "also by one from before"
