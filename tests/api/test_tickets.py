"""Tickets over HTTP: opened once, decided by the clauses, read and listed by whoever may, and described."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app.base.vocabulary import Role, Scope
from app.schemas.listing import Listed
from app.schemas.tickets import ClocksRead, DecisionMade, EventShown, Ticket, TicketListed
from tests import factories
from tests.frontdesk import NOW, FrontDesk, Headers

URL = "/v1/tickets"
OFFLINE: dict[str, Any] = {"subject": "Checkout is dead", "body": "Since nine.", "facts": {"topic": "web.offline"}}


async def opened(front: FrontDesk, who: Headers, status: int = 201, **body: Any) -> httpx2.Response:
    answer = await front.client.post(URL, json={**OFFLINE, **body}, headers={**who, **front.key()})
    assert answer.status_code == status, answer.text
    Ticket.model_validate_json(answer.content)
    return answer


async def counted(front: FrontDesk) -> tuple[int, ...]:
    """Tickets, clocks, events, messages, kept answers."""
    tables = ("ticket", "clock", "event", "message", "idempotency_key")
    row = await front.owner.fetchrow("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables))
    return tuple(row)


# ── opening ──────────────────────────────────────────────────────────────────
async def test_a_ticket_is_decided_recorded_and_shown_with_its_clauses(front: FrontDesk) -> None:
    account, contact, customer = await front.customer()
    answer = await opened(front, customer)
    ticket = answer.json()
    assert (ticket["status"], ticket["outcome"], ticket["priority"]) == ("open", "accepted", "medium")
    assert ticket["account"] == {"id": str(account.id), "number": account.number, "name": account.holder}
    assert ticket["requester"]["contact"] == str(contact.id)
    assert ticket["clocks"][0]["due_at"] == ticket["due_at"] == "2026-02-10T19:00:00Z"
    assert "MEX-10" in {citation["clause"] for citation in ticket["decision"]["citations"]}
    assert await counted(front) == (1, 1, 1, 1, 1)
    assert answer.headers["location"] == f"/v1/tickets/{ticket['id']}"
    read = await front.client.get(answer.headers["location"], headers=customer)
    assert (read.status_code, read.json()) == (200, ticket)
    assert read.headers["etag"] == answer.headers["etag"] == '"1"'


async def test_what_is_refused_is_recorded_all_the_same(front: FrontDesk) -> None:
    account, _, _ = await front.customer()
    service = await front.service(await front.provider(), Scope.SUBMIT)
    sender = {"email": "stranger@nowhere.example"}
    ticket = (await opened(front, service, account=account.number, sender=sender)).json()
    assert (ticket["status"], ticket["outcome"], ticket["reason"]) == ("closed", "refused", "sender_unlisted")
    assert ticket["work_gate"] == "closed"
    assert ticket["clocks"] == []
    assert await counted(front) == (1, 0, 1, 1, 1)


async def test_it_is_read_by_its_reference_however_it_is_typed(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    ticket = (await opened(front, customer)).json()
    prefix, _, rest = ticket["reference"].partition("-")
    for typed in (ticket["reference"], ticket["reference"].lower(), f"{prefix}-{rest.replace('-', '')}"):
        assert (await front.client.get(f"{URL}/{typed}", headers=customer)).json()["id"] == ticket["id"]
    for wrong in ("MEX-0000-0000-0001", "nonsense", "00000000-0000-0000-0000-000000000001", "x" * 65):
        assert (await front.client.get(f"{URL}/{wrong}", headers=customer)).status_code in (404, 422)


async def test_what_was_taken_by_telephone_is_received_when_it_was_said(front: FrontDesk) -> None:
    account, contact, customer = await front.customer()
    staff = await front.staff(await front.provider())
    earlier = (NOW - timedelta(hours=3)).isoformat()
    known: dict[str, Any] = {"account": account.number, "sender": {"email": contact.email}, "channel": "helpdesk"}
    ticket = (await opened(front, staff, received_at=earlier, **known)).json()
    assert (ticket["received_at"], ticket["due_at"]) == ("2026-02-10T12:00:00Z", "2026-02-10T16:00:00Z")
    ahead = (await opened(front, staff, received_at=(NOW + timedelta(seconds=90)).isoformat(), **known)).json()
    assert ahead["received_at"] == "2026-02-10T15:00:00Z", "a clock that is ahead loses a call"
    for who, when in ((staff, NOW - timedelta(hours=25)), (staff, NOW + timedelta(minutes=6)), (customer, NOW)):
        body = {**OFFLINE, "received_at": when.isoformat()} | (known if who is staff else {})
        late = await front.client.post(URL, json=body, headers={**who, **front.key()})
        assert (late.status_code, late.json()["errors"][0]["pointer"]) == (422, "/received_at")


async def test_the_callers_own_reference_names_one_ticket(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    await opened(front, customer, external_ref="CRM-7", metadata={"colour": "blue"})
    again = await front.client.post(URL, json={**OFFLINE, "external_ref": "CRM-7"}, headers={**customer, **front.key()})
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    found = await front.client.get(URL, params={"external_ref": "CRM-7"}, headers=customer)
    assert [ticket["metadata"] for ticket in found.json()["data"]] == [{"colour": "blue"}]
    assert (await counted(front))[0] == 1


# ── once ─────────────────────────────────────────────────────────────────────
async def test_the_same_request_twice_acts_once_and_is_answered_alike(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    headers = {**customer, **front.key()}
    first = await front.client.post(URL, json=OFFLINE, headers=headers)
    front.now = NOW + timedelta(hours=2)
    second = await front.client.post(URL, json=dict(reversed(OFFLINE.items())), headers=headers)
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    for name in ("location", "etag"):
        assert second.headers[name] == first.headers[name]
    assert (await counted(front))[0] == 1
    other = await front.client.post(URL, json={**OFFLINE, "subject": "Another"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_key_is_forgotten_after_a_day(front: FrontDesk) -> None:
    _, contact, customer = await front.customer()
    key = front.key()
    first = await front.client.post(URL, json=OFFLINE, headers={**customer, **key})
    front.now = NOW + timedelta(hours=25)
    customer = front.contact(await front.provider(), contact)
    second = await front.client.post(URL, json={**OFFLINE, "subject": "Another"}, headers={**customer, **key})
    assert second.status_code == 201
    assert second.json()["id"] != first.json()["id"]


async def test_two_at_once_with_one_key_have_one_effect(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    headers, body = {**customer, **front.key()}, {**OFFLINE, "external_ref": "CRM-7"}
    answers = await asyncio.gather(*(front.client.post(URL, json=body, headers=headers) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 3
    assert await counted(front) == (1, 1, 1, 1, 1)


async def test_a_ticket_needs_a_key(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    answer = await front.client.post(URL, json=OFFLINE, headers=customer)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


async def test_what_failed_before_it_was_done_is_not_kept(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    headers = {**customer, **front.key()}
    faulty = await front.client.post(URL, json={**OFFLINE, "facts": {"nothing": 1}}, headers=headers)
    assert (faulty.status_code, faulty.json()["errors"][0]["pointer"]) == (422, "/facts/nothing")
    assert await counted(front) == (0, 0, 0, 0, 0)
    assert (await front.client.post(URL, json=OFFLINE, headers=headers)).status_code == 201


# ── who sees what ────────────────────────────────────────────────────────────
async def test_a_ticket_is_seen_within_its_account_tree_and_provider_only(front: FrontDesk) -> None:
    account, contact, customer = await front.customer()
    provider = await front.provider()
    reseller = await factories.reseller(front.owner, provider.id)
    await front.owner.execute("UPDATE account SET reseller_id = $1 WHERE id = $2", reseller.id, account.id)
    other_reseller = await factories.reseller(front.owner, provider.id)
    ticket = (await opened(front, await front.service(provider, Scope.SUBMIT), account=account.number,
                           sender={"email": contact.email})).json()  # fmt: skip
    seen = {
        "the customer": customer,
        "staff": await front.staff(provider),
        "its reseller": await front.reseller(provider, reseller),
        "the client area": await front.service(provider, Scope.SUBMIT),
    }
    unseen = {
        "another customer": (await front.customer())[2],
        "another reseller": await front.reseller(provider, other_reseller),
        "another provider's staff": await front.staff(await front.provider("brs")),
        "another provider's customer": (await front.customer("brs"))[2],
    }
    paths = ("", "/messages", "/events", "/clocks", "/decisions")
    for name, who in seen.items():
        statuses = [(await front.client.get(f"{URL}/{ticket['id']}{path}", headers=who)).status_code for path in paths]
        assert statuses == [200] * 5, name
        assert len((await front.client.get(URL, headers=who)).json()["data"]) == 1, name
    for name, who in unseen.items():
        statuses = [(await front.client.get(f"{URL}/{ticket['id']}{path}", headers=who)).status_code for path in paths]
        assert statuses == [404] * 5, name
        assert (await front.client.get(URL, headers=who)).json()["data"] == [], name
        patch = await front.client.patch(f"{URL}/{ticket['id']}", json={}, headers={**who, "If-Match": "*"})
        reply = await front.client.post(f"{URL}/{ticket['id']}/messages", json={"body": "Hello"}, headers=who)
        assert (patch.status_code, reply.status_code) == (404, 404), name
    billing = await front.service(provider, Scope.PAYMENTS)
    assert (await front.client.get(URL, headers=billing)).status_code == 403
    assert (await front.client.post(URL, json=OFFLINE, headers={**billing, **front.key()})).status_code == 403
    assert (await front.client.get(URL)).status_code == 401


async def test_a_removed_contact_is_out_at_the_next_call(front: FrontDesk) -> None:
    _, contact, customer = await front.customer()
    ticket = (await opened(front, customer)).json()
    await front.owner.execute("UPDATE contact SET removed_at = now() WHERE id = $1", contact.id)
    assert (await front.client.get(f"{URL}/{ticket['id']}", headers=customer)).status_code == 401
    assert (await front.client.get(URL, headers=customer)).status_code == 401
    answer = await front.client.post(URL, json=OFFLINE, headers={**customer, **front.key()})
    assert answer.status_code == 401
    assert (await counted(front))[0] == 1


# ── lists ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("sort", ["-created_at", "due_at", "-updated_at"])
async def test_pages_show_every_ticket_once_while_others_arrive(front: FrontDesk, sort: str) -> None:
    account, _, customer = await front.customer()
    for n in range(7):
        due = NOW + timedelta(hours=n) if n % 3 else None
        await factories.ticket(front.owner, account.provider_id, account_id=account.id, next_due_at=due,
                               updated_at=NOW + timedelta(minutes=n % 4), subject=str(n))  # fmt: skip
    url, seen = f"{URL}?limit=2&sort={sort}", []
    while True:
        answer = await front.client.get(url, headers=customer)
        assert answer.status_code == 200, answer.text
        page = Listed[TicketListed].model_validate_json(answer.content)
        seen += [ticket.subject for ticket in page.data]
        if page.next_cursor is None:
            break
        await factories.ticket(front.owner, account.provider_id, subject="of nobody")
        url = answer.headers["link"].partition(">")[0].removeprefix("<")
    assert sorted(seen) == [str(n) for n in range(7)]
    if sort == "due_at":
        assert seen == ["1", "2", "4", "5", "0", "3", "6"]


async def test_a_list_shows_each_ticket_as_it_is_read(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    admin = await front.staff(await front.provider(), Role.ADMIN)
    front.now += timedelta(microseconds=4100)
    metadata = {"words": 'of "several" kinds: é ☎ \\ \n'}
    first = (await opened(front, customer, metadata=metadata, external_ref="A-1")).json()
    front.now += timedelta(seconds=61)
    await opened(front, customer, facts={"topic": "web.error", "users_affected": 3}, subject="Slow", body=None)
    closed = await front.client.post(f"{URL}/{first['id']}/resolve", json={"resolution": "Done"}, headers=admin)
    assert closed.status_code == 200, closed.text
    listed = (await front.client.get(URL, headers=admin)).json()["data"]
    assert len(listed) == 2
    for shown in listed:
        read = (await front.client.get(f"{URL}/{shown['id']}", headers=admin)).json()
        assert shown == {name: value for name, value in read.items() if name in TicketListed.model_fields}
        assert list(shown) == [name for name in read if name in shown]


async def test_lists_are_filtered(front: FrontDesk) -> None:
    account, _, customer = await front.customer()
    provider = await front.provider()
    staff_row = await factories.staff(front.owner, provider.id)
    staff = front.bearer(provider, Role.STAFF, staff_row.id)
    one = (await opened(front, customer, subject="Alpha is down")).json()
    two = (await opened(front, customer, subject="Beta", facts={"topic": "email.error"})).json()
    await front.owner.execute(
        "UPDATE ticket SET assignee_id = $1, breached = true WHERE id = $2", staff_row.id, two["id"]
    )
    both = [two["id"], one["id"]]
    queries: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({}, both),
        ({"topic": "web"}, both[1:]),
        ({"topic": "web.offline"}, both[1:]),
        ({"topic": "we"}, []),
        ({"q": "alpha"}, both[1:]),
        ({"q": one["reference"]}, both[1:]),
        ({"status": "open", "priority": "medium", "department": "support", "level": 1}, both),
        ({"coverage": "covered", "work_gate": "open"}, both),
        ({"status": "closed"}, []),
        ({"account": account.number}, both),
        ({"account": str(account.id)}, both),
        ({"account": "NOBODY"}, []),
        ({"assignee": "me"}, both[:1]),
        ({"assignee": str(staff_row.id)}, both[:1]),
        ({"breached": "true"}, both[:1]),
        ({"created_after": "2026-02-10T15:00:00Z"}, []),
        ({"created_before": "2026-02-10T15:00:01Z"}, both),
    )
    for query, expected in queries:
        answer = await front.client.get(URL, params=query, headers=staff)
        assert answer.status_code == 200, answer.text
        assert sorted(ticket["id"] for ticket in answer.json()["data"]) == sorted(expected), query
    for query, status in (
        ({"color": "red"}, 400), ({"status": "asleep"}, 422), ({"sort": "subject"}, 422), ({"level": "x"}, 422),
        ({"assignee": "you"}, 422), ({"created_after": "2026-02-10T15:00:00"}, 422), ({"level": "9" * 30}, 422),
        ({"cursor": "abc"}, 400), ({"limit": "101"}, 422),
    ):  # fmt: skip
        assert (await front.client.get(URL, params=query, headers=staff)).status_code == status, query


# ── describing ───────────────────────────────────────────────────────────────
async def test_a_reader_who_has_it_is_not_sent_it_again(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    ticket = (await opened(front, customer)).json()
    url = f"{URL}/{ticket['id']}"
    assert (await front.client.get(url, headers={**customer, "If-None-Match": '"1"'})).status_code == 304
    changed = await front.client.patch(url, json={"subject": "Shop is dead"}, headers={**customer, "If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"], changed.json()["subject"]) == (200, '"2"', "Shop is dead")
    Ticket.model_validate_json(changed.content)
    assert (await front.client.get(url, headers=customer)).json() == changed.json()
    stale = await front.client.patch(url, json={"subject": "x"}, headers={**customer, "If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert (await front.client.patch(url, json={})).status_code == 401
    assert (await front.client.patch(url, json={}, headers=customer)).status_code == 428


async def test_new_facts_decide_the_ticket_again(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    ticket = (await opened(front, customer)).json()
    url = f"{URL}/{ticket['id']}"
    match = {"If-Match": '"1"'}
    front.now = NOW + timedelta(minutes=10)
    higher = await front.client.patch(url, json={"facts": {"cause": "provider"}}, headers={**staff, **match})
    assert (higher.status_code, higher.json()["priority"]) == (200, "high"), higher.text
    assert higher.json()["due_at"] == "2026-02-10T16:10:00Z"
    assert (await front.client.get(url, headers=staff)).json() == higher.json()
    decisions = Listed[DecisionMade].model_validate_json(
        (await front.client.get(f"{url}/decisions", headers=customer)).content
    )
    assert [made.decision.priority for made in decisions.data] == ["medium", "high"]
    events = Listed[EventShown].model_validate_json((await front.client.get(f"{url}/events", headers=customer)).content)
    assert [(event.seq, event.type) for event in events.data] == [(1, "ticket.opened"), (2, "ticket.described")]


async def test_what_counts_is_never_below_zero_whoever_says_so_and_wherever(front: FrontDesk) -> None:
    account, _, customer = await front.customer()
    provider = await front.provider()
    admin, machine = await front.staff(provider, Role.ADMIN), await front.service(provider, Scope.EVENTS)
    url = f"{URL}/{(await opened(front, customer)).json()['id']}"
    for who, method, path, body in (
        (customer, "POST", URL, {"subject": "Down", "facts": {"users_affected": -1}}),
        (customer, "POST", URL, {"subject": "Down", "facts": {"claimed_users_affected": -1}}),
        (customer, "POST", "/v1/classifications", {"facts": {"users_affected": -1}}),
        (customer, "PATCH", url, {"facts": {"users_affected": -1}}),
        (customer, "POST", f"{url}/messages", {"body": "Now two.", "facts": {"users_affected": -2}}),
        (admin, "PATCH", f"/v1/accounts/{account.number}", {"facts": {"users_total": -1}}),
        (machine, "POST", "/v1/monitoring/events",
         {"type": "monitor_down", "server": "z", "facts": {"users_affected": -1}}),
    ):  # fmt: skip
        answer = await front.client.request(
            method, path, json=body, headers={**who, **front.key(), **({"If-Match": "*"} if method == "PATCH" else {})}
        )
        (fault,) = answer.json()["errors"]
        assert (answer.status_code, fault["code"]) == (422, "out_of_range"), answer.text
        assert fault["pointer"] == f"/facts/{next(iter(body['facts']))}"
        assert fault["message"] == "This counts something: it must be at least 0."
    none = await front.client.patch(url, json={"facts": {"users_affected": 0}}, headers={**customer, "If-Match": "*"})
    assert (none.status_code, none.json()["facts"]["users_affected"]) == (200, 0), "nobody is a count"
    whole = await front.client.patch(
        url, content=b'{"facts": {"users_affected": 3.0}}',
        headers={**customer, "If-Match": "*", "Content-Type": "application/merge-patch+json"},
    )  # fmt: skip
    assert whole.json()["facts"]["users_affected"] == 3, "as PHP writes it"


async def test_a_field_that_was_left_blank_says_nothing_that_a_request_needs(front: FrontDesk) -> None:
    account, contact, _ = await front.customer("plutus", product="shared_hosting")
    client = await front.service(await front.provider("plutus"), Scope.SUBMIT)
    missing = []
    for first_name in (" ", "\u200b", "", "Thandi"):
        facts = {"topic": "access.ftp_ssh", "first_name": first_name, "last_name": "Mokoena"}
        body = {"account": account.number, "sender": {"email": contact.email}, "facts": facts}
        answer = await front.client.post("/v1/classifications", json=body, headers=client)
        missing.append("first_name" in answer.json()["missing"])
    assert missing == [True, True, True, False]


async def test_a_merge_patch_adds_and_takes_away(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    ticket = (await opened(front, customer, metadata={"a": "1", "b": "2"}, external_ref="X")).json()
    url = f"{URL}/{ticket['id']}"
    patch = {"metadata": {"a": None, "c": "3"}, "external_ref": None, "facts": {"users_affected": 3}}
    after = (await front.client.patch(url, json=patch, headers={**customer, "If-Match": "*"})).json()
    assert (after["metadata"], after["external_ref"]) == ({"b": "2", "c": "3"}, None)
    assert after["facts"] == {"topic": "web.offline", "users_affected": 3}
    gone = await front.client.patch(
        url, json={"facts": {"users_affected": None}}, headers={**customer, "If-Match": "*"}
    )
    assert gone.json()["facts"] == {"topic": "web.offline"}
    none = await front.client.patch(url, json={"facts": None}, headers={**customer, "If-Match": "*"})
    assert (none.status_code, none.json()["facts"]) == (200, {}), none.text
    for bad, pointer in (
        ({"subject": None}, "/subject"),
        ({"status": "closed"}, "/status"),
        ({"priority": "high"}, "/priority"),
        ({"facts": {"x": 1}}, "/facts/x"),
        ({"metadata": {"a": 1}}, "/metadata/a"),
        ({"metadata": {"a": "\x00"}}, "/metadata/a"),
    ):
        answer = await front.client.patch(url, json=bad, headers={**customer, "If-Match": "*"})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), bad


async def test_of_two_changes_at_once_one_comes_second(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    ticket = (await opened(front, customer)).json()
    url, match = f"{URL}/{ticket['id']}", {**customer, "If-Match": '"1"'}
    answers = await asyncio.gather(
        *(front.client.patch(url, json={"subject": str(n)}, headers=match) for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


# ── clocks ───────────────────────────────────────────────────────────────────
async def test_clocks_run_in_seconds_as_of_now(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    ticket = (await opened(front, customer)).json()
    front.now = NOW + timedelta(minutes=14)
    answer = await front.client.get(f"{URL}/{ticket['id']}/clocks", headers=customer)
    clocks = ClocksRead.model_validate_json(answer.content)
    assert clocks.as_of == front.now
    clock = clocks.data[0]
    assert (clock.metric, clock.consumed_seconds, clock.remaining_seconds) == ("first_response", 840, 4 * 3600 - 840)
    assert [cited.clause for cited in clock.citations] == ["MEX-12", "MEX-02"]


@pytest.mark.parametrize(
    ("body", "heard"), [("It is slow.", []), ("Nobody in the office can work.", ["scope"])], ids=["plain", "telling"]
)
async def test_events_of_an_opening_and_a_reply_tell_the_decision_but_not_what_was_heard(
    front: FrontDesk, body: str, heard: list[str]
) -> None:
    _, _, customer = await front.customer()
    asked = {"subject": "The shop", "body": body, "facts": {"topic": "web.error"}}
    answer = await front.client.post(URL, json=asked, headers={**customer, **front.key()})
    decision = answer.json()["decision"]
    assert [signal["name"] for signal in decision["signals"]] == heard
    logged = await front.owner.fetchval("SELECT decision FROM event WHERE type = 'ticket.opened'")
    assert logged == {**decision, "signals": []}
    url = f"{URL}/{answer.json()['id']}/messages"
    await front.client.post(url, json={"body": "It still is."}, headers={**customer, **front.key()})
    told, kept = await front.owner.fetchrow(
        "SELECT e.decision, t.decision FROM event AS e JOIN ticket AS t ON t.id = e.subject_id WHERE e.seq = 2"
    )
    assert [signal["name"] for signal in kept["signals"]] == heard
    assert told == {**kept, "signals": []}
