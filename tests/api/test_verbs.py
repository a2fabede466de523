"""The verbs over HTTP: judged by the policy, written once, and shown as allowed exactly when they are."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app.base.vocabulary import Role, Scope
from app.schemas.tickets import Ticket
from app.services.tickets.actions import STAFFS
from tests import factories
from tests.frontdesk import NOW, FrontDesk, Headers

URL = "/v1/tickets"
OFFLINE: dict[str, Any] = {"subject": "Checkout is dead", "body": "Since nine.", "facts": {"topic": "web.offline"}}
CODING: dict[str, Any] = {"subject": "Please write a form", "facts": {"topic": "code"}}
TRIAGED: dict[str, Any] = dict.fromkeys(("customer_info", "symptoms", "goal", "underlying_problem"), "known")


async def opened(front: FrontDesk, who: Headers, body: dict[str, Any] = OFFLINE) -> dict[str, Any]:
    answer = await front.client.post(URL, json=body, headers={**who, **front.key()})
    assert answer.status_code == 201, answer.text
    ticket: dict[str, Any] = answer.json()
    return ticket


async def said(
    front: FrontDesk, who: Headers, ticket: dict[str, Any], verb: str, status: int = 200, **body: Any
) -> dict[str, Any]:
    answer = await front.client.post(f"{URL}/{ticket['id']}/{verb}", json=body or None, headers=who)
    assert answer.status_code == status, answer.text
    if status == 200:
        Ticket.model_validate_json(answer.content)
    found: dict[str, Any] = answer.json()
    return found


async def read(front: FrontDesk, who: Headers, ticket: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await front.client.get(f"{URL}/{ticket['id']}", headers=who)).json()
    return found


async def events(front: FrontDesk, ticket: dict[str, Any]) -> list[str]:
    rows = await front.owner.fetch("SELECT type FROM event WHERE subject_id = $1 ORDER BY seq", ticket["id"])
    return [row["type"] for row in rows]


# ── what they do ─────────────────────────────────────────────────────────────
async def test_a_ticket_is_taken_worked_on_and_resolved(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    ticket = await opened(front, customer)
    taken = await said(front, staff, ticket, "assign", staff="me")
    assert taken["assignee"]["name"] == "Ada"
    await said(front, staff, ticket, "triage", **TRIAGED)
    await said(front, staff, ticket, "diagnose", cause="provider", note="The power supply")
    await said(front, staff, ticket, "start-work")
    worked = await said(front, staff, ticket, "record-work", minutes=20, note="Replaced")
    assert worked["worked_minutes"] == 20
    front.now = NOW + timedelta(minutes=50)
    solved = await said(front, staff, ticket, "resolve", resolution="A new power supply")
    assert (solved["status"], solved["resolution"]) == ("resolved", "A new power supply")
    assert {clock["state"] for clock in solved["clocks"]} == {"met"}
    assert solved == await read(front, staff, ticket)
    await said(front, customer, ticket, "reopen", reason="It is down again")
    assert (await said(front, customer, ticket, "close"))["status"] == "closed"
    assert await events(front, ticket) == [
        f"ticket.{word}"
        for word in (
            "opened", "assigned", "triaged", "diagnosed", "work_started", "work_recorded",
            "resolved", "reopened", "closed",
        )
    ]  # fmt: skip


async def test_notes_are_for_staff_and_stand_in_no_event(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    provider = await front.provider()
    staff = await front.staff(provider)
    colleague = await factories.staff(front.owner, provider.id, name="Grace")
    ticket = await opened(front, customer)
    handed = await said(front, staff, ticket, "hand-over", staff=colleague.email, note="A difficult person")
    assert handed["assignee"] == {"id": str(colleague.id), "name": "Grace"}
    messages = f"{URL}/{ticket['id']}/messages"
    seen = (await front.client.get(messages, headers=customer)).json()["data"]
    notes = (await front.client.get(messages, headers=staff)).json()["data"]
    assert ([m["body"] for m in seen], notes[-1]["body"]) == (["Since nine."], "A difficult person")
    assert await front.owner.fetchval("SELECT count(*) FROM event WHERE event::text LIKE '%difficult%'") == 0
    assert "difficult" not in str(await read(front, customer, ticket))


async def test_an_escalation_before_triage_is_refused_with_the_clause_and_what_is_missing(front: FrontDesk) -> None:
    _, _, customer = await front.customer("plutus", product="shared")
    staff = await front.staff(await front.provider("plutus"))
    ticket = await opened(front, customer)
    refused = await said(front, staff, ticket, "escalate", 403, to_level=2, reason="Hard")
    assert refused["code"] == "triage_incomplete"
    assert "PLU-40" in {citation["clause"] for citation in refused["citations"]}
    assert {fault["pointer"] for fault in refused["errors"]} >= {"/symptoms", "/goal"}
    assert (await read(front, staff, ticket))["version"] == 1
    await said(front, staff, ticket, "triage", **TRIAGED)
    assert (await said(front, staff, ticket, "escalate", to_level=2, reason="Hard"))["level"] == 2


async def test_a_ticket_goes_to_another_level_than_its_own(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider(), level=3)
    ticket = await opened(front, customer)
    raised = await said(front, staff, ticket, "escalate", to_level=2, reason="Hard")
    (action,) = [one for one in raised["allowed_actions"] if one["action"] == "escalate"]
    assert action["body"]["choices"]["to_level"] == [1, 3]
    front.now += timedelta(hours=1)
    refused = await said(front, staff, ticket, "escalate", 409, to_level=2, reason="Hard")
    assert (refused["code"], refused["detail"]) == (
        "conflict",
        "The ticket is at level 2 already; bring it to another one.",
    )
    now = await read(front, staff, ticket)
    assert (now["version"], now["clocks"]) == (raised["version"], raised["clocks"]), "no clock has begun anew"
    assert (await said(front, staff, ticket, "escalate", to_level=3, reason="Harder"))["level"] == 3


async def test_work_waits_for_its_gate_and_says_for_what(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    ticket = await opened(front, customer, CODING)
    match = {**staff, "If-Match": "*"}
    await front.client.patch(f"{URL}/{ticket['id']}", json={"facts": {"staff_decision": "bill"}}, headers=match)
    body = {"ticket": ticket["id"], "estimated_minutes": 40}
    await front.client.post("/v1/quotes", json=body, headers={**staff, **front.key()})
    refused = await said(front, staff, ticket, "start-work", 409)
    assert (refused["code"], refused["status"]) == ("consent_required", 409)
    assert "MEX-45" in {citation["clause"] for citation in refused["citations"]}


async def test_a_merged_ticket_gives_the_earlier_time_to_the_one_that_goes_on(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    first = await opened(front, customer)
    front.now = NOW + timedelta(minutes=30)
    second = await opened(front, customer, {**OFFLINE, "facts": {"topic": "email.error"}})
    merged = await said(front, staff, first, "merge", into=second["reference"])
    assert (merged["status"], merged["outcome"], merged["merged_into"]) == ("closed", "merged", second["id"])
    after = await read(front, staff, second)
    assert (after["version"], after["received_at"]) == (2, first["received_at"])
    assert after["due_at"] == first["due_at"]
    assert await events(front, second) == ["ticket.opened", "ticket.joined"]
    again = await said(front, staff, first, "merge", 409, into=second["id"])
    assert again["code"] == "conflict"
    _, _, stranger = await front.customer()
    theirs = await opened(front, stranger)
    for into in (theirs["id"], second["id"], "nonsense", "MEX-0000-0000-0000"):
        wrong = await said(front, staff, second, "merge", 422, into=into)
        assert wrong["errors"][0]["pointer"] == "/into"


# ── bad input ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("verb", "body", "pointer"),
    [
        ("assign", {"staff": "nobody@desk.example"}, "/staff"),
        ("assign", {}, "/staff"),
        ("hand-over", {"staff": "me"}, "/note"),
        ("escalate", {"to_level": 77, "reason": "x"}, "/to_level"),
        ("escalate", {"to_level": 2}, "/reason"),
        ("transfer", {"department": "catering", "reason": "x"}, "/department"),
        ("diagnose", {"cause": "the moon", "note": "x"}, "/cause"),
        ("diagnose", {"cause": "provider", "note": "x", "facts": {"nothing": 1}}, "/facts/nothing"),
        ("verify", {"method": "call_back", "result": "perhaps", "note": "x"}, "/result"),
        ("availability", {"available": "yes", "note": "x"}, "/available"),
        ("negotiate", {"due_at": "2026-02-12T12:00:00", "agreed_with": "x"}, "/due_at"),
        ("negotiate", {"due_at": "2026-02-09T15:00:00Z", "agreed_with": "x"}, "/due_at"),
        ("close", {"reason": "spam"}, "/reason"),
        ("schedule", {"window": {"from": "tomorrow"}}, "/window/from"),
        (
            "schedule",
            {"window": {"from": "2026-02-12T12:00:00Z", "until": "2026-02-12T12:30:00+01:00"}},
            "/window/until",
        ),
        ("override", {"field": "fee", "value": "0", "reason": "x"}, "/field"),
        ("override", {"field": "priority", "value": "extreme", "reason": "x"}, "/value"),
        ("override", {"field": "coverage", "value": "free", "reason": "x"}, "/value"),
        ("record-work", {"minutes": -1, "note": "x"}, "/minutes"),
        ("triage", {"topic": "no.such"}, "/topic"),
        ("resolve", {}, "/resolution"),
        ("reopen", {"reason": 1}, "/reason"),
    ],
)
async def test_what_cannot_be_meant_is_pointed_at(
    front: FrontDesk, verb: str, body: dict[str, Any], pointer: str
) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    ticket = await opened(front, customer)
    answer = await front.client.post(f"{URL}/{ticket['id']}/{verb}", json=body, headers=staff)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    assert (await read(front, staff, ticket))["version"] == 1


# ── who and when ─────────────────────────────────────────────────────────────
BODIES: dict[str, dict[str, Any]] = {
    "triage": {**TRIAGED, "reproduction_attempt": "reproduced"},
    "assign": {"staff": "me"},
    "hand_over": {"staff": "me", "note": "x"},
    "escalate": {"to_level": 1, "reason": "x"},
    "transfer": {"department": "", "reason": "x"},
    "diagnose": {"cause": "provider", "note": "x"},
    "verify": {"method": "call_back", "result": "positive", "note": "x"},
    "availability": {"available": True, "note": "x"},
    "negotiate": {"due_at": "2026-03-12T12:00:00Z", "agreed_with": "x"},
    "schedule": {"window": {"from": "2026-03-12T12:00:00Z", "until": "2026-03-12T13:00:00Z"}},
    "excuse": {"metric": "first_response", "code": "workload", "note": "x"},
    "override": {"field": "priority", "value": "", "reason": "x"},
    "start_work": {},
    "record_work": {"minutes": 5, "note": "x"},
    "resolve": {"resolution": "x"},
    "reopen": {"reason": "x"},
    "close": {},
    "merge": {"into": ""},
}
Step = Callable[[FrontDesk, Headers, dict[str, Any]], Awaitable[Any]]


async def _as_opened(_: FrontDesk, __: Headers, ___: dict[str, Any]) -> None:
    """Nothing more happens."""


async def _taken_and_triaged(front: FrontDesk, staff: Headers, ticket: dict[str, Any]) -> None:
    await said(front, staff, ticket, "assign", staff="me")
    await said(front, staff, ticket, "triage", **TRIAGED)


async def _resolved(front: FrontDesk, staff: Headers, ticket: dict[str, Any]) -> None:
    await said(front, staff, ticket, "resolve", resolution="Done")


async def _closed(front: FrontDesk, staff: Headers, ticket: dict[str, Any]) -> None:
    await said(front, staff, ticket, "close")


STATES: dict[str, tuple[dict[str, Any], Step]] = {
    "open": (OFFLINE, _as_opened),
    "taken and triaged": (OFFLINE, _taken_and_triaged),
    "to be decided": (CODING, _as_opened),
    "with extensive work": (
        {**OFFLINE, "facts": {"topic": "server.configuration", "extensive_work": True}},
        _as_opened,
    ),
    "resolved": (OFFLINE, _resolved),
    "closed": (OFFLINE, _closed),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("policy", "product"), [("mexxus", "shared_hosting"), ("plutus", "shared"), ("brs", "linux")])
async def test_a_verb_is_let_through_exactly_when_it_is_shown_as_allowed(
    front: FrontDesk, policy: str, product: str, state: str
) -> None:
    body, before = STATES[state]
    provider = await front.provider(policy)
    _, _, customer = await front.customer(policy, product=product)
    reseller = await factories.reseller(front.owner, provider.id)
    await front.owner.execute("UPDATE account SET reseller_id = $1", reseller.id)
    worker = await factories.staff(front.owner, provider.id)
    staff = front.bearer(provider, Role.STAFF, worker.id)
    callers = {
        "staff": staff,
        "customer": customer,
        "reseller": await front.reseller(provider, reseller),
        "monitoring": await front.service(provider, Scope.EVENTS),
        "the client area": await front.service(provider, Scope.SUBMIT),
    }
    other = await opened(front, customer, {"subject": "Another", "facts": {"topic": "email.error"}})
    ticket = await opened(front, customer, body)
    await before(front, staff, ticket)
    stored = await front.owner.fetch("SELECT * FROM ticket")
    departments = sorted({row["department"] for row in stored if row["department"]})
    priorities = [row["priority"] for row in stored if row["priority"]]
    for name, who in callers.items():
        shown = await read(front, who, ticket)
        actions = {one["action"]: one for one in shown["allowed_actions"]}
        for verb in STAFFS if who is staff else ("reopen", "close", "diagnose", "assign"):
            said_along = dict(BODIES[verb])
            if verb == "escalate" and (there := actions[verb].get("body", {}).get("choices", {}).get("to_level")):
                said_along["to_level"] = there[0]
            said_along |= {"transfer": {"department": departments[0]}, "merge": {"into": other["id"]},
                           "override": {"value": priorities[0]}}.get(verb, {})  # fmt: skip
            if verb == "escalate" and policy == "brs":
                continue
            answer = await _tried(front, who, ticket, verb, said_along)
            allowed = verb in actions and actions[verb]["allowed"]
            assert answer.status_code in ((200,) if allowed else (403, 409)), (
                name,
                verb,
                actions.get(verb),
                answer.text,
            )
            if not allowed and verb in actions:
                assert answer.json()["code"] == actions[verb]["code"], (name, verb)


async def _tried(
    front: FrontDesk, who: Headers, ticket: dict[str, Any], verb: str, body: dict[str, Any]
) -> httpx2.Response:
    """The verb's answer; what it wrote is taken back."""
    tables = ("ticket", "clock")
    kept = {
        table: await front.owner.fetch(f"SELECT to_jsonb(t) - 'search' AS row FROM {table} AS t") for table in tables
    }
    answer = await front.client.post(f"{URL}/{ticket['id']}/{verb.replace('_', '-')}", json=body, headers=who)
    if answer.status_code == 200:
        for table, rows in kept.items():
            await _put_back(front, table, [row["row"] for row in rows])
    return answer


async def _put_back(front: FrontDesk, table: str, rows: list[dict[str, Any]]) -> None:
    columns = ", ".join(f'"{name}"' for name in rows[0]) if rows else "provider_id"
    insert = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, $1)"
    await front.owner.execute("SET session_replication_role = replica")
    await front.owner.execute(f"DELETE FROM {table}")
    await front.owner.execute(insert, rows)
    await front.owner.execute("DELETE FROM event WHERE seq > (SELECT version FROM ticket WHERE id = subject_id)")
    await front.owner.execute("RESET session_replication_role")


# ── at the same moment ───────────────────────────────────────────────────────
async def test_of_two_who_take_a_ticket_one_gets_it(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    provider = await front.provider()
    many = [await front.staff(provider) for _ in range(4)]
    ticket = await opened(front, customer)
    url = f"{URL}/{ticket['id']}/assign"
    answers = await asyncio.gather(*(front.client.post(url, json={"staff": "me"}, headers=who) for who in many))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    other = await opened(front, customer, {"subject": "Another", "facts": {"topic": "email.error"}})
    url, match = f"{URL}/{other['id']}/assign", {"If-Match": '"1"'}
    answers = await asyncio.gather(
        *(front.client.post(url, json={"staff": "me"}, headers={**who, **match}) for who in many)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


async def test_a_merge_and_a_reply_at_once_lose_nothing(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    for _ in range(3):
        first = await opened(front, customer)
        second = await opened(front, customer, {"subject": "Another", "facts": {"topic": "email.error"}})
        answers = await asyncio.gather(
            front.client.post(f"{URL}/{first['id']}/merge", json={"into": second["id"]}, headers=staff),
            front.client.post(f"{URL}/{first['id']}/messages", json={"body": "Any news?"}, headers=customer),
            front.client.post(f"{URL}/{second['id']}/messages", json={"body": "Any news?"}, headers=customer),
            front.client.post(f"{URL}/{second['id']}/merge", json={"into": first["id"]}, headers=staff),
        )
        statuses = [answer.status_code for answer in answers]
        assert (statuses[1], statuses[2]) == (201, 201)
        assert sorted((statuses[0], statuses[3])) == [200, 409], [answer.text for answer in answers]
        heard = await front.owner.fetchval(
            "SELECT count(*) FROM message WHERE ticket_id IN ($1, $2) AND body = 'Any news?'", first["id"], second["id"]
        )
        assert heard == 2
        await front.owner.execute("UPDATE ticket SET status = 'closed', closed_at = received_at")


async def test_a_verb_is_carried_out_once_per_key(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    ticket = await opened(front, customer)
    url, headers = f"{URL}/{ticket['id']}/record-work", {**staff, **front.key()}
    body = {"minutes": 10, "note": "x"}
    answers = await asyncio.gather(*(front.client.post(url, json=body, headers=headers) for _ in range(3)))
    assert len({answer.content for answer in answers}) == 1
    assert (await read(front, staff, ticket))["worked_minutes"] == 10
