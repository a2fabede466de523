"""The same problem told twice, over HTTP: merged where the policy says so, suggested where only the words agree."""

import asyncio
from datetime import timedelta
from typing import Any

from app.base.identifiers import uuid7
from tests import factories
from tests.frontdesk import NOW, FrontDesk, Headers

WRITER = {"first_name": "A", "last_name": "B", "account_username": "x"}
BOUNCES = "All mail that I send to gmail addresses comes back with 550 rejected since this morning."
AGAIN = "Mails I send to gmail still come back, 550 rejected. Please help."
OTHER = "The backup of last night is missing from the list in the control panel."


async def told(
    front: FrontDesk, who: Headers, text: str, facts: dict[str, str] | None = None, status: int = 201
) -> dict[str, Any]:
    body = {"subject": text.partition(".")[0][:60], "body": text, "facts": {**WRITER, **(facts or {})}}
    answer = await front.client.post("/v1/tickets", json=body, headers={**who, **front.key()})
    assert answer.status_code == status, answer.text
    ticket: dict[str, Any] = answer.json()
    return ticket


def linked(ticket: dict[str, Any]) -> list[dict[str, Any]]:
    return [effect for effect in ticket["decision"]["effects"] if effect["type"] == "link" and effect.get("to")]


async def test_the_same_error_on_the_same_matter_is_one_ticket(front: FrontDesk) -> None:
    _, _, customer = await front.customer("plutus", product="shared")
    known = {"topic": "email.error", "error_message": "550 rejected"}
    first = await told(front, customer, BOUNCES, known)
    front.now = NOW + timedelta(hours=1)
    again = await told(front, customer, AGAIN, known, 200)
    assert (again["id"], again["reference"]) == (first["id"], first["reference"])
    said = await front.client.get(f"/v1/tickets/{first['id']}/messages", headers=customer)
    assert [message["body"] for message in said.json()["data"]] == [BOUNCES, AGAIN]
    merged = await front.owner.fetchrow("SELECT outcome, reason FROM ticket WHERE merged_into = $1", first["id"])
    assert tuple(merged) == ("merged", "duplicate_of_open_ticket")


async def test_of_many_open_tickets_the_newest_are_looked_at(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    account, _, customer = await front.customer("plutus", product="shared")
    for _ in range(50):
        id_ = uuid7(NOW - timedelta(minutes=1))
        await factories.ticket(front.owner, provider.id, id=id_, account_id=account.id, subject="Something else")
    known = {"topic": "email.error", "error_message": "550 rejected"}
    first = await told(front, customer, BOUNCES, known)
    front.now = NOW + timedelta(hours=1)
    assert (await told(front, customer, AGAIN, known, 200))["id"] == first["id"]


async def test_words_alone_suggest_a_merger_and_say_which_words(front: FrontDesk) -> None:
    _, _, customer = await front.customer("plutus", product="shared")
    first = await told(front, customer, BOUNCES)
    front.now = NOW + timedelta(hours=1)
    other = await told(front, customer, OTHER)
    assert (other["id"] != first["id"], linked(other)) == (True, []), "two problems of one account stay two"
    again = await told(front, customer, AGAIN)
    assert again["id"] != first["id"]
    (link,) = linked(again)
    assert link["to"] == first["id"]
    assert "gmail" in " ".join(link["because"])
    assert "merge" in again["decision"]["suggestions"]
    assert "PLU-31" in {citation["clause"] for citation in again["decision"]["citations"]}
    _, _, neighbour = await front.customer("plutus", product="shared")
    assert linked(await told(front, neighbour, AGAIN)) == [], "nobody is told of another's ticket"
    staff = await front.staff(await front.provider("plutus"), level=2)
    merged = await front.client.post(
        f"/v1/tickets/{again['id']}/merge", json={"into": link["to"]}, headers={**staff, **front.key()}
    )
    assert (merged.status_code, merged.json()["merged_into"]) == (200, first["id"])


async def test_where_each_request_has_a_reference_of_its_own_both_are_kept(front: FrontDesk) -> None:
    _, _, customer = await front.customer("tsc", product=None)
    facts = {"topic": "email.error", "nature": "incident"}
    tickets = []
    for text in (BOUNCES, AGAIN):
        body = {"subject": "Mail", "body": text, "facts": facts}
        answer = await front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()})
        assert answer.status_code == 201, answer.text
        tickets.append(answer.json())
    assert tickets[0]["reference"] != tickets[1]["reference"]
    assert linked(tickets[1]) == []


async def test_what_would_join_another_is_foreseen_with_the_others_times(front: FrontDesk) -> None:
    _, _, customer = await front.customer("plutus", product="shared")
    known = {"topic": "email.error", "error_message": "550 rejected"}
    first = await told(front, customer, BOUNCES, known)
    front.now = NOW + timedelta(hours=1)
    foreseen = await front.client.post("/v1/classifications", json={"facts": {**WRITER, **known}}, headers=customer)
    assert (foreseen.status_code, foreseen.json()["outcome"]) == (200, "merged")
    assert foreseen.json()["targets"] == first["decision"]["targets"] != []


async def test_telling_again_while_the_first_is_resolved_loses_no_word(front: FrontDesk) -> None:
    _, _, customer = await front.customer("plutus", product="shared")
    staff = await front.staff(await front.provider("plutus"), level=2)
    known = {"topic": "email.error", "error_message": "550 rejected"}
    first = await told(front, customer, BOUNCES, known)
    body = {"subject": "Again", "body": AGAIN, "facts": {**WRITER, **known}}
    again, resolved = await asyncio.gather(
        front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()}),
        front.client.post(
            f"/v1/tickets/{first['id']}/resolve", json={"resolution": "Delisted."}, headers={**staff, **front.key()}
        ),
    )
    assert again.status_code in (200, 201), again.text
    assert resolved.status_code in (200, 412), resolved.text
    said = await front.client.get(f"/v1/tickets/{again.json()['id']}/messages", headers=customer)
    assert AGAIN in [message["body"] for message in said.json()["data"]]
