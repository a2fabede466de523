"""Many at once, against real Postgres: exactly one of them wins, and nothing is left half-written."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from httpx2 import Response

from app.base.vocabulary import Role
from tests import factories
from tests.frontdesk import FrontDesk, Headers

MANY = 20
OFFLINE: dict[str, Any] = {"subject": "Checkout is dead", "body": "Since nine.", "facts": {"topic": "web.offline"}}


async def patiently(send: Callable[[], Awaitable[Response]]) -> Response:
    """As a caller does: a busy desk answers 503, and is asked again."""
    for _ in range(50):
        answer = await send()
        if answer.status_code != 503:
            return answer
        await asyncio.sleep(0.1)
    raise AssertionError("the desk stayed busy")


async def rows(front: FrontDesk, *tables: str) -> dict[str, int]:
    return {table: await front.owner.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


async def test_one_request_sent_twenty_times_at_once_opens_one_ticket(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    headers = {**customer, **front.key()}
    answers = await asyncio.gather(
        *(patiently(lambda: front.client.post("/v1/tickets", json=OFFLINE, headers=headers)) for _ in range(MANY))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Counter(answer.headers.get("idempotent-replayed") for answer in answers) == {"true": MANY - 1, None: 1}
    assert await rows(front, "ticket", "event", "message", "clock", "idempotency_key") == {
        "ticket": 1, "event": 1, "message": 1, "clock": len(answers[0].json()["clocks"]), "idempotency_key": 1,
    }  # fmt: skip


async def test_of_twenty_changes_that_rest_on_one_version_one_is_made(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    opened = await front.client.post("/v1/tickets", json=OFFLINE, headers={**customer, **front.key()})
    url, match = f"/v1/tickets/{opened.json()['id']}", {**customer, "If-Match": opened.headers["etag"]}
    # Half of them are decided again, which writes clocks and a decision as well.
    changes: list[dict[str, Any]] = [
        {"metadata": {"attempt": str(n)}, **({"facts": {"users_affected": n}} if n % 2 else {})} for n in range(MANY)
    ]
    answers = await asyncio.gather(
        *(patiently(partial(front.client.patch, url, json=change, headers=match)) for change in changes)
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: MANY - 1}
    change, answer = next(pair for pair in zip(changes, answers, strict=True) if pair[1].status_code == 200)
    ticket = (await front.client.get(url, headers=customer)).json()
    assert ticket == answer.json()
    assert (ticket["version"], ticket["metadata"]) == (2, change["metadata"])
    assert ticket["facts"].get("users_affected") == change.get("facts", {}).get("users_affected")
    events = await front.owner.fetch("SELECT seq, type FROM event ORDER BY seq")
    assert [tuple(event) for event in events] == [(1, "ticket.opened"), (2, "ticket.described")]
    assert (await rows(front, "clock"))["clock"] == len(ticket["clocks"])


async def test_of_two_clerks_who_list_the_last_person_at_once_one_is_refused_by_the_policy(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    account = await factories.account(front.owner, provider.id, product="shared_hosting")
    await factories.contact(front.owner, account, slot=1)
    for slot in (1, 2):
        await factories.contact(front.owner, account, role="authorised", token_role="authorised_contact", slot=slot)
    clerks = [await front.staff(provider), await front.staff(provider, Role.ADMIN)]

    async def list_one_more(clerk: Headers, email: str) -> Any:
        body = {"role": "authorised", "email": email}
        return await front.client.post(
            f"/v1/accounts/{account.number}/contacts", json=body, headers={**clerk, **front.key()}
        )

    emails = ["naledi@mailbox.example", "pieter@mailbox.example"]
    answers = await asyncio.gather(*map(list_one_more, clerks, emails))
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code, lost.json()["code"]) == (201, 403, "contact_limit_reached")
    assert "PLU-15" in {citation["clause"] for citation in lost.json()["citations"]}
    listed = await front.owner.fetch("SELECT slot, email FROM contact WHERE role = 'authorised' ORDER BY slot")
    assert [row["slot"] for row in listed] == [1, 2, 3]
    assert listed[-1]["email"] == won.json()["email"]
    assert await rows(front, "contact", "event", "idempotency_key") == {"contact": 4, "event": 1, "idempotency_key": 1}
