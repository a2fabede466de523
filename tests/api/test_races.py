"""Many at once, against real Postgres: exactly one of them wins, and nothing is left half-written."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import httpx2
from httpx2 import Response

from app.api.server import bound_socket, new_server
from app.base.vocabulary import Role
from app.main import create_app
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


async def test_of_resellers_who_are_put_below_each_other_at_once_one_stays_above(front: FrontDesk) -> None:
    provider = await front.provider()
    admin = await front.staff(provider, Role.ADMIN)
    resellers = [await factories.reseller(front.owner, provider.id, number=f"R{n}") for n in range(3)]

    async def below(n: int) -> Response:
        url, parent = f"/v1/resellers/R{n}", f"R{(n + 1) % len(resellers)}"
        return await patiently(
            partial(front.client.patch, url, json={"parent": parent}, headers={**admin, "If-Match": "*"})
        )

    answers = await asyncio.gather(*map(below, range(len(resellers))))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 422]
    lost = next(answer.json() for answer in answers if answer.status_code == 422)
    assert lost["errors"][0]["pointer"] == "/parent"
    above = await front.owner.fetch("SELECT parent_id FROM reseller")
    assert sum(row["parent_id"] is None for row in above) == 1


# ── one ticket, several people ───────────────────────────────────────────────
async def post(front: FrontDesk, who: Headers, path: str, body: Any = None) -> Response:
    return await patiently(partial(front.client.post, path, json=body, headers={**who, **front.key()}))


async def a_ticket(front: FrontDesk, **body: Any) -> tuple[str, Headers, Headers]:
    """Its path, its customer and somebody of the staff."""
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    opened = await post(front, customer, "/v1/tickets", {**OFFLINE, **body})
    return f"/v1/tickets/{opened.json()['id']}", customer, staff


async def nothing_is_lost(front: FrontDesk, path: str, who: Headers) -> dict[str, Any]:
    """The log of a ticket has one entry for each of its versions; what is shown is what was written last."""
    ticket: dict[str, Any] = (await front.client.get(path, headers=who)).json()
    seqs = await front.owner.fetch("SELECT seq FROM event WHERE subject_id = $1 ORDER BY seq", ticket["id"])
    assert [row["seq"] for row in seqs] == list(range(1, ticket["version"] + 1))
    return ticket


async def test_of_several_who_take_one_ticket_one_has_it(front: FrontDesk) -> None:
    path, _, _ = await a_ticket(front)
    provider = await front.provider()
    people = [await front.staff(provider, name=f"Staff {n}") for n in range(5)]
    answers = await asyncio.gather(*(post(front, who, f"{path}/assign", {"staff": "me"}) for who in people))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    (won,) = (answer.json() for answer in answers if answer.status_code == 200)
    lost = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (lost["code"], lost["detail"]) == ("conflict", "Somebody has taken it; it can be handed over.")
    assert (await nothing_is_lost(front, path, people[0]))["assignee"] == won["assignee"]


async def test_a_word_said_while_a_ticket_is_merged_is_heard_in_one_of_the_two(front: FrontDesk) -> None:
    first, customer, staff = await a_ticket(front)
    other = await post(front, customer, "/v1/tickets", {**OFFLINE, "facts": {"topic": "email.error"}})
    second = f"/v1/tickets/{other.json()['id']}"
    words = [f"Word {n}" for n in range(4)]
    answers = await asyncio.gather(
        post(front, staff, f"{first}/merge", {"into": other.json()["id"]}),
        *(post(front, customer, f"{first}/messages", {"body": word}) for word in words),
    )
    assert [answer.status_code for answer in answers] == [200, 201, 201, 201, 201], [a.text for a in answers]
    said = await front.owner.fetch("SELECT body FROM message WHERE body LIKE 'Word%' ORDER BY body")
    assert [row["body"] for row in said] == words
    assert (await nothing_is_lost(front, first, staff))["merged_into"] == other.json()["id"]
    await nothing_is_lost(front, second, staff)


async def test_a_word_said_while_a_ticket_is_solved_is_said_before_or_opens_it_again(front: FrontDesk) -> None:
    path, customer, staff = await a_ticket(front)
    answers = await asyncio.gather(
        post(front, staff, f"{path}/resolve", {"resolution": "Fixed"}),
        post(front, customer, f"{path}/messages", {"body": "Still dead"}),
        post(front, staff, f"{path}/messages", {"body": "Have a look"}),
    )
    assert [answer.status_code for answer in answers] == [200, 201, 201]
    ticket = await nothing_is_lost(front, path, staff)
    log = [row["type"] for row in await front.owner.fetch("SELECT type FROM event WHERE subject_id = $1 "
           "AND (actor_kind = 'contact' OR type = 'ticket.resolved') ORDER BY seq", ticket["id"])]  # fmt: skip
    assert ticket["status"] == ("resolved" if log[-1] == "ticket.resolved" else "open")


async def test_of_those_who_resolve_close_and_hand_over_at_once_each_finds_what_the_others_left(
    front: FrontDesk,
) -> None:
    path, customer, staff = await a_ticket(front)
    deeds: list[tuple[Headers, str, dict[str, Any] | None]] = [
        (staff, "resolve", {"resolution": "Fixed"}),
        (staff, "resolve", {"resolution": "Fixed twice"}),
        (customer, "close", None),
        (staff, "hand-over", {"staff": "me", "note": "x"}),
        (staff, "triage", {"symptoms": "x"}),
    ]
    answers = await asyncio.gather(*(post(front, who, f"{path}/{verb}", body) for who, verb, body in deeds))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert [answer.status_code for answer in answers[:2]] != [200, 200], "it is solved once"
    ticket = await nothing_is_lost(front, path, staff)
    assert ticket["version"] == 1 + sum(answer.status_code == 200 for answer in answers)
    assert ticket["status"] == "closed"


async def test_a_price_is_agreed_to_before_it_changes_or_not_at_all(front: FrontDesk) -> None:
    path, customer, staff = await a_ticket(front, facts={"topic": "code"})
    ticket = path.rpartition("/")[2]
    first = await post(front, staff, "/v1/quotes", {"ticket": ticket, "estimated_minutes": 40})
    quote = f"/v1/quotes/{first.json()['id']}"
    consent, dearer = await asyncio.gather(
        post(front, customer, f"{quote}/consent", {}),
        post(front, staff, "/v1/quotes", {"ticket": ticket, "estimated_minutes": 130}),
    )
    assert (consent.status_code in (200, 409), dearer.status_code) == (True, 201)
    now = await nothing_is_lost(front, path, staff)
    assert (now["quote"]["id"], now["quote"]["status"]) == (dearer.json()["id"], "offered")
    assert now["work_gate"] == "awaiting_consent", "what was agreed to was another price"


@asynccontextmanager
async def served(front: FrontDesk) -> AsyncIterator[FrontDesk]:
    """The same desk, asked through sockets."""
    settings, started, listener = front.desk.settings, asyncio.Event(), bound_socket("127.0.0.1", 0)
    server = new_server(create_app(settings, desk=front.desk), settings, started.set)
    running = asyncio.create_task(server._serve([listener]))
    await started.wait()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx2.AsyncClient(base_url=url, trust_env=False) as caller:
        yield replace(front, client=caller)
    server.handle_exit(signal.SIGINT, None)
    await asyncio.wait_for(running, 5)


async def test_all_of_those_who_write_to_one_ticket_at_once_are_heard(front: FrontDesk) -> None:
    path, customer, _ = await a_ticket(front)
    provider = await front.provider()
    staff = [await front.staff(provider, name=f"Staff {n}") for n in range(11)]
    bodies = [{"body": f"Word {n}"} for n in range(23)] + [{"body": "Word 23", "visibility": "internal"}]
    people = [*([customer] * 12), *staff, staff[0]]
    async with served(front) as desk:
        written = [post(desk, who, f"{path}/messages", body) for who, body in zip(people, bodies, strict=True)]
        answers = await asyncio.gather(*written)
    assert Counter(answer.status_code for answer in answers) == {201: 24}, [answer.text for answer in answers]
    assert sorted(answer.json()["ticket"]["version"] for answer in answers) == list(range(2, 26))
    assert (await nothing_is_lost(front, path, staff[0]))["version"] == 25
    said = await front.owner.fetch("SELECT body FROM message WHERE body LIKE 'Word%'")
    assert Counter(row["body"] for row in said) == Counter(body["body"] for body in bodies)
