"""Messages over HTTP: customers and staff talk, staff keep notes, and what has ended is taken up again."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.schemas.listing import Listed
from app.schemas.tickets import Message, MessageWritten
from tests.frontdesk import NOW, FrontDesk, Headers

URL = "/v1/tickets"


async def opened(front: FrontDesk, who: Headers) -> dict[str, Any]:
    body = {"subject": "Checkout is dead", "body": "Since nine.", "facts": {"topic": "web.offline"}}
    answer = await front.client.post(URL, json=body, headers={**who, **front.key()})
    assert answer.status_code == 201, answer.text
    ticket: dict[str, Any] = answer.json()
    return ticket


async def test_customer_and_staff_talk_and_staff_keep_notes(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    ticket = await opened(front, customer)
    url = f"{URL}/{ticket['id']}/messages"
    wordings: tuple[tuple[Headers, dict[str, str]], ...] = (
        (staff, {"body": "We look into it."}),
        ({**customer, **front.key()}, {"body": "Thank you."}),
        (staff, {"body": "Odd one.", "visibility": "internal"}),
    )
    said = []
    for minutes, (who, body) in enumerate(wordings, start=30):
        front.now = NOW + timedelta(minutes=minutes)
        said.append(await front.client.post(url, json=body, headers=who))
    assert [answer.status_code for answer in said] == [201, 201, 201], [answer.text for answer in said]
    for answer in said:
        MessageWritten.model_validate_json(answer.content)
    shown = Listed[Message].model_validate_json((await front.client.get(url, headers=customer)).content)
    assert [(m.author.kind, m.body) for m in shown.data] == [
        ("contact", "Since nine."), ("staff", "We look into it."), ("contact", "Thank you."),
    ]  # fmt: skip
    assert len((await front.client.get(url, headers=staff)).json()["data"]) == 4
    note = await front.client.post(url, json={"body": "x", "visibility": "internal"}, headers=customer)
    assert (note.status_code, note.json()["code"]) == (403, "forbidden")
    events = (await front.client.get(f"{URL}/{ticket['id']}/events", headers=customer)).json()["data"]
    assert [event["type"] for event in events] == ["ticket.opened", "ticket.replied", "ticket.replied"]
    now = (await front.client.get(f"{URL}/{ticket['id']}", headers=staff)).json()
    assert (now["version"], now["clocks"][0]["state"], now["clocks"][0]["stopped_at"]) == (
        4,
        "met",
        "2026-02-10T15:30:00Z",
    )
    written = await front.owner.fetch("SELECT state, updated_at FROM clock ORDER BY metric, cycle")
    assert [(row["state"], row["updated_at"]) for row in written if row["state"] == "met"] == [
        ("met", NOW + timedelta(minutes=30))
    ], "what had ended was written anew by the customer's reply"


async def test_a_reply_may_rest_on_the_version_that_was_read_and_its_breaks_are_line_feeds(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    url = f"{URL}/{(await opened(front, customer))['id']}/messages"
    first = await front.client.post(url, json={"body": "One\r\ntwo\rthree"}, headers={**customer, "If-Match": '"1"'})
    assert (first.status_code, first.json()["body"]) == (201, "One\ntwo\nthree"), first.text
    late = await front.client.post(url, json={"body": "Not seen"}, headers={**customer, "If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert len((await front.client.get(url, headers=customer)).json()["data"]) == 2


@pytest.mark.parametrize("unseen", [" ", "\n \t\n", "\u200b\u2060", "\u00a0\ufeff"])
async def test_words_of_which_nothing_can_be_seen_are_refused_where_they_stand_and_nothing_is_recorded(
    front: FrontDesk, unseen: str
) -> None:
    _, _, customer = await front.customer()
    url = f"{URL}/{(await opened(front, customer))['id']}"
    line = unseen.strip("\n\t ") or " "
    for path, body, pointer in (
        (URL, {"subject": line, "body": "It is down."}, "/subject"),
        (URL, {"subject": "Down", "body": unseen}, "/body"),
        (f"{url}/messages", {"body": unseen}, "/body"),
        (f"{url}/reopen", {"reason": unseen}, "/reason"),
        ("/v1/classifications", {"subject": line, "body": "It is down."}, "/subject"),
    ):
        answer = await front.client.post(path, json=body, headers={**customer, **front.key()})
        fault = answer.json()["errors"][0]
        assert (answer.status_code, fault["pointer"], fault["code"]) == (422, pointer, "blank"), answer.text
        assert fault["message"] == "This must say something: nothing of it can be seen."
    assert await front.owner.fetchval("SELECT count(*) FROM message") == 1, "the one that opened the ticket"
    assert await front.owner.fetchval("SELECT count(*) FROM ticket") == 1


async def test_a_reply_that_decides_nothing_keeps_the_decision_and_its_event_tells_it_again(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    url = f"{URL}/{(await opened(front, customer))['id']}"
    for minutes in (30, 40):
        front.now = NOW + timedelta(minutes=minutes)
        await front.client.post(f"{url}/messages", json={"body": "Still."}, headers={**customer, **front.key()})
    now = (await front.client.get(url, headers=customer)).json()
    assert (now["decision"]["at"], now["decided_at"]) == ("2026-02-10T15:30:00Z", "2026-02-10T15:40:00Z")
    logged = await front.owner.fetch(
        "SELECT decision, policy_version FROM event WHERE type = 'ticket.replied' ORDER BY seq"
    )
    assert [dict(event) for event in logged] == [{"decision": now["decision"], "policy_version": 1}] * 2


async def test_a_reply_to_what_is_closed_opens_a_linked_follow_up(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    ticket = await opened(front, customer)
    await front.owner.execute("UPDATE ticket SET status = 'closed', closed_at = received_at")
    answer = await front.client.post(f"{URL}/{ticket['id']}/messages", json={"body": "It is back."}, headers=customer)
    assert answer.status_code == 201, answer.text
    written = MessageWritten.model_validate_json(answer.content)
    assert str(written.follow_up_of) == ticket["id"]
    new = (await front.client.get(f"{URL}/{written.ticket.id}", headers=customer)).json()
    assert (new["follow_up_of"], new["subject"], new["status"]) == (ticket["id"], ticket["subject"], "open")


async def test_a_reply_to_what_is_resolved_reopens_it(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    ticket = await opened(front, customer)
    await front.owner.execute("UPDATE ticket SET status = 'resolved', resolved_at = received_at")
    answer = await front.client.post(f"{URL}/{ticket['id']}/messages", json={"body": "Not yet."}, headers=customer)
    assert (answer.status_code, answer.json()["ticket"]["status"]) == (201, "open")


async def test_a_message_is_written_once_per_key(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    ticket = await opened(front, customer)
    url, headers = f"{URL}/{ticket['id']}/messages", {**customer, **front.key()}
    answers = await asyncio.gather(*(front.client.post(url, json={"body": "Hello"}, headers=headers) for _ in range(3)))
    assert len({answer.content for answer in answers}) == 1
    assert await front.owner.fetchval("SELECT count(*) FROM message") == 2
