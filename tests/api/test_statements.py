"""What a request costs the database: a reading or a list one statement, a command two."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from app.db.pool import Database
from tests.frontdesk import FrontDesk, open_front_desk

TICKET: dict[str, Any] = {"subject": "Checkout is dead", "body": "Since nine.", "facts": {"topic": "web.offline"}}
NOTICE = {"kind": "announcement", "title": "PHP moves on", "body": "PHP 8.1 ends in May."}


class Counted:
    """A desk on one connection, which notes every statement."""

    def __init__(self, front: FrontDesk) -> None:
        self.front = front
        self.said: list[str] = []

    async def by(self, request: Awaitable[httpx2.Response]) -> int:
        await asyncio.sleep(0)  # a logger hears of a statement after whoever sent it
        self.said.clear()
        answer = await request
        assert answer.is_success, answer.text
        await asyncio.sleep(0)
        return len(self.said)


@pytest.fixture
async def counted(keys_folder: Path, owner_dsn: str, owner: asyncpg.Connection) -> AsyncIterator[Counted]:
    narrow = await Database.connect(owner_dsn, size=1)
    async with open_front_desk(keys_folder, narrow, owner) as front:
        counting = Counted(front)
        async with narrow.read(None) as connection:
            connection.add_query_logger(lambda query: counting.said.append(query.query))
        yield counting
    await narrow.close()


async def test_readings_take_one_statement_and_commands_two(counted: Counted) -> None:
    front, client = counted.front, counted.front.client
    account, contact, customer = await front.customer()
    staff = await front.staff(await front.provider())
    ticket = (await client.post("/v1/tickets", json=TICKET, headers={**customer, **front.key()})).json()
    url = f"/v1/tickets/{ticket['id']}"
    await client.get(url, headers=staff)
    readings = {
        "/v1/me": customer,
        "/v1/tickets?status=open": customer,
        url: customer,
        f"{url}/messages": customer,
        f"{url}/events": staff,
        f"{url}/decisions": staff,
        f"{url}/clocks": staff,
        "/v1/accounts": staff,
        f"/v1/accounts/{account.number}/contacts": staff,
        f"/v1/contacts/{contact.id}": staff,
        "/v1/quotes": staff,
        "/v1/queue": staff,
    }
    for path, who in readings.items():
        assert await counted.by(client.get(path, headers=who)) == 1, path
    asked = client.post("/v1/classifications", json={"facts": {"topic": "web.offline"}}, headers=customer)
    assert await counted.by(asked) == 1
    opened = client.post("/v1/tickets", json=TICKET, headers={**customer, **front.key()})
    assert await counted.by(opened) == 2
    changed = client.patch(url, json={"facts": {"users_affected": 3}}, headers={**customer, "If-Match": "*"})
    assert await counted.by(changed) == 2
    replied = client.post(f"{url}/messages", json={"body": "Hello"}, headers={**staff, **front.key()})
    assert await counted.by(replied) == 2
    upload = client.post("/v1/attachments", files={"file": ("a.log", b"ERROR")}, headers={**staff, **front.key()})
    assert await counted.by(upload) == 2
    file = str(await front.owner.fetchval("SELECT id FROM attachment"))
    with_file = {"body": "See the log", "attachments": [file]}
    replied = client.post(f"{url}/messages", json=with_file, headers={**staff, **front.key()})
    assert await counted.by(replied) == 2
    for path in (f"/v1/attachments/{file}", f"{url}/attachments", "/v1/tickets?q=log", "/v1/resellers", "/v1/staff"):
        assert await counted.by(client.get(path, headers=staff)) == 1, path
    assert await counted.by(client.post("/v1/queue/next", json={}, headers=staff)) == 2
    for verb, said in (
        ("hand-over", {"staff": "me", "note": "Mine"}),
        ("record-work", {"minutes": 5, "note": "Looked"}),
    ):
        assert await counted.by(client.post(f"{url}/{verb}", json=said, headers={**staff, **front.key()})) == 2
    priced = {"rule": "advanced_support", "account": account.number, "estimated_minutes": 30}
    assert await counted.by(client.post("/v1/quotes", json=priced, headers={**staff, **front.key()})) == 2
    priced = {"ticket": ticket["id"], "estimated_minutes": 30}
    assert await counted.by(client.post("/v1/quotes", json=priced, headers={**staff, **front.key()})) == 2
    quote = (await client.get("/v1/quotes?limit=1", headers=staff)).json()["data"][0]["id"]
    waived = client.post(f"/v1/quotes/{quote}/waive", json={"reason": "x"}, headers=staff)
    assert await counted.by(waived) == 2
    people = f"/v1/accounts/{account.number}/contacts"
    person = {"role": "registered", "email": "new@maple.example"}
    assert await counted.by(client.post(people, json=person, headers={**customer, **front.key()})) == 2


async def test_a_ticket_is_read_by_one_whatever_rules_have_to_be_asked(counted: Counted) -> None:
    front, client = counted.front, counted.front.client
    _, _, customer = await front.customer()
    clerk = await front.staff(await front.provider(), level=1)
    ticket = (await client.post("/v1/tickets", json=TICKET, headers={**customer, **front.key()})).json()
    url = f"/v1/tickets/{ticket['id']}"
    for change in ("level = 1", "level = 2", "level = 1", "work_gate = 'awaiting_consent'", "status = 'closed'"):
        await front.owner.execute(f"UPDATE ticket SET {change}")
        for who in (clerk, customer):
            assert [await counted.by(client.get(url, headers=who)) for _ in range(2)] == [1, 1], change


async def test_of_two_stances_with_one_hash_each_is_judged_by_itself(counted: Counted) -> None:
    front, client = counted.front, counted.front.client
    _, _, customer = await front.customer()
    url = (await client.post("/v1/tickets", json=TICKET, headers={**customer, **front.key()})).headers["location"]
    first = await client.get(url, headers=customer)
    front.desk.policies.stances((await front.provider()).id, frozenset()).shown.clear()
    assert await counted.by(client.get(url, headers=customer)) == 2
    assert (await client.get(url, headers=customer)).json() == first.json()


async def test_a_request_that_comes_again_takes_one(counted: Counted) -> None:
    _, _, customer = await counted.front.customer()
    headers = {**customer, **counted.front.key()}
    await counted.front.client.post("/v1/tickets", json=TICKET, headers=headers)
    assert await counted.by(counted.front.client.post("/v1/tickets", json=TICKET, headers=headers)) == 1


async def test_reports_and_calls_take_two(counted: Counted) -> None:
    front = counted.front
    account, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    await front.client.post("/v1/tickets", json=TICKET, headers={**customer, **front.key()})
    down = {"type": "monitor_down", "server": "zeus3"}
    call = {"channel": "phone", "account": account.number, "caller": {"name": "Jo"}}
    for path, body in (("monitoring/events", down), ("inbound/calls", call), ("notices", NOTICE)):
        assert await counted.by(front.client.post(f"/v1/{path}", json=body, headers=staff)) == 2, path
    assert await counted.by(front.client.post("/v1/monitoring/events", json=down, headers=staff)) == 1
    assert await counted.by(front.client.get("/v1/notices", headers=staff)) == 1
    assert await counted.by(front.client.get(f"/v1/status/{(await front.provider()).slug}")) == 1


async def test_joining_an_open_ticket_reads_that_one_too(counted: Counted) -> None:
    front, client = counted.front, counted.front.client
    _, _, customer = await front.customer("plutus", product="shared")
    writer = {"first_name": "A", "last_name": "B", "account_username": "x"}
    facts = {**writer, "topic": "email.error", "error_message": "550 rejected"}
    body = {"subject": "Mail comes back", "body": "Since nine.", "facts": facts}
    await client.post("/v1/tickets", json=body, headers={**customer, **front.key()})
    again = client.post("/v1/tickets", json=body, headers={**customer, **front.key()})
    assert await counted.by(again) == 3
