"""What a ticket says may be done with it is what can be done: every verb by every role in every state, tried."""

import os
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from app.base.vocabulary import Role, Scope
from app.db.schema import metadata
from app.services.shelf import Policies
from app.services.stances import Stances
from app.services.ticket_state import KeptTicket, as_ticket
from app.services.tickets import actions
from tests import factories
from tests.frontdesk import NOW, FrontDesk, Headers, library_policy

EVERYTHING = os.environ.get("CLAUSEDESK_TEST_TIER") == "long"
CHANGED = ("account", "clock", "delivery", "event", "idempotency_key", "message", "payment", "quote", "ticket")
TABLES = [table for table in metadata.sorted_tables if table.name in CHANGED]
REFUSED = (403, 409)
OF_STATE = ("conflict", "quote_required")
WRITER = {"first_name": "A", "last_name": "B", "account_username": "x"}
BODIES: Mapping[str, dict[str, Any]] = {
    "triage": dict.fromkeys(("customer_info", "symptoms", "goal", "underlying_problem"), "known"),
    "assign": {"staff": "me"},
    "hand_over": {"staff": "me", "note": "x"},
    "escalate": {"to_level": 2, "reason": "x"},
    "transfer": {"department": "support", "reason": "x"},
    "diagnose": {"cause": "unknown", "note": "x"},
    "verify": {"method": "call_back", "result": "positive", "note": "x"},
    "availability": {"available": True, "note": "x"},
    "negotiate": {"due_at": "2026-03-01T10:00:00Z", "agreed_with": "Thandi"},
    "schedule": {"window": {"from": "2026-02-11T01:00:00Z", "until": "2026-02-11T03:00:00Z"}},
    "excuse": {"metric": "first_response", "code": "none", "note": "x"},
    "override": {"field": "level", "value": 1, "reason": "x"},
    "start_work": {},
    "record_work": {"minutes": 1, "note": "x"},
    "resolve": {"resolution": "x"},
    "reopen": {"reason": "x"},
    "close": {},
    "merge": {"into": "another ticket of the account"},
    "quote": {},
    "consent": {},
    "decline": {},
    "waive": {"reason": "x"},
    "settle": {"minutes": 1},
    "pay": {"amount": {"amount": "1.00", "currency": "CAD"}, "reference": "INV"},
    "reply": {"body": "x"},
    "note": {"body": "x", "visibility": "internal"},
    "describe": {"subject": "x"},
}
ON_QUOTES = {"consent": "consent", "decline": "decline", "waive": "waive", "settle": "settle", "pay": "payments"}


@dataclass
class Stage:
    """A ticket in some state, everybody who might do something about it, and a second ticket of the account."""

    front: FrontDesk
    policy: str
    people: dict[str, Headers] = field(default_factory=dict)
    ticket: str = ""
    other: str = ""
    kept: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    async def built(cls, front: FrontDesk, policy: str) -> "Stage":
        stage, provider = cls(front, policy), await front.provider(policy)
        reseller = await factories.reseller(front.owner, provider.id)
        _, _, customer = await front.customer(policy, product="shared_hosting", reseller_id=reseller.id)
        stage.people = {
            "customer": customer,
            "reseller": await front.reseller(provider, reseller),
            "clerk": await front.staff(provider, level=1),
            "expert": await front.staff(provider, level=3),
            "bookkeeper": await front.staff(provider, level=3, departments=["billing"]),
            "supervisor": await front.staff(provider, level=1, supervisor=True),
            "admin": await front.staff(provider, Role.ADMIN, level=1),
            "monitor": await front.service(provider, Scope.EVENTS),
            "billing": await front.service(provider, Scope.SUBMIT, Scope.PAYMENTS),
        }
        stage.other = await stage.opened({"topic": "panel.unreachable", **WRITER})
        return stage

    async def opened(self, facts: Mapping[str, Any], minutes: int | None = None) -> str:
        declared = library_policy(self.policy)[1].document.facts
        known = {name: value for name, value in facts.items() if name in declared or name == "topic"}
        body: dict[str, Any] = {"subject": "Help", "facts": known, "estimated_minutes": minutes}
        headers = {**self.people["customer"], **self.front.key()}
        answer = await self.front.client.post("/v1/tickets", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def does(self, who: str, verb: str, **body: Any) -> None:
        status, text = await self.tried(who, verb, body or BODIES[verb])
        assert status < 300, (verb, text)

    async def tried(self, who: str, verb: str, body: Mapping[str, Any]) -> tuple[int, str]:
        """What comes of it, sent as the documentation says, whatever is shown."""
        client, url = self.front.client, f"/v1/tickets/{self.ticket}"
        headers = {**self.people[who], **self.front.key()}
        body = self.in_its_words(verb, body)
        if verb == "describe":
            answer = await client.patch(url, json=body, headers={**headers, "If-Match": "*"})
        elif verb == "quote":
            answer = await client.post("/v1/quotes", json={"ticket": self.ticket, **body}, headers=headers)
        elif verb in ON_QUOTES:
            quote = (await self.read(who)).get("quote")
            if quote is None:
                return 409, "there is none"
            answer = await client.post(f"{quote['href']}/{ON_QUOTES[verb]}", json=body, headers=headers)
        else:
            path = {"reply": "messages", "note": "messages"}.get(verb, verb.replace("_", "-"))
            answer = await client.post(f"{url}/{path}", json=body, headers=headers)
        return answer.status_code, answer.text

    def in_its_words(self, verb: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """With the names that the policy and the other ticket have."""
        document = library_policy(self.policy)[1].document
        match verb:
            case "merge":
                return {"into": self.other}
            case "escalate":
                at = [row["level"] for row in self.kept.get("ticket", ()) if row["id"] == self.ticket]
                return {**body, "to_level": 1 if at == [2] else 2}
            case "transfer":
                return {**body, "department": next(iter(document.departments))}
            case "excuse" if document.excuses is not None:
                return {**body, "metric": document.excuses.metrics[0], "code": document.excuses.codes[0]}
            case "pay":
                return {**body, "amount": {"amount": "1.00", "currency": document.currency}}
            case _:
                return body

    async def read(self, who: str) -> dict[str, Any]:
        answer = await self.front.client.get(f"/v1/tickets/{self.ticket}", headers=self.people[who])
        view: dict[str, Any] = answer.json()
        return view

    # ── to try one thing after the other on the very same state ──────────────
    async def keep(self) -> None:
        for table in TABLES:
            rows = await self.front.owner.fetch(f'SELECT to_jsonb(t) AS row FROM "{table.name}" t')
            self.kept[table.name] = [row["row"] for row in rows]

    async def put_back(self) -> None:
        owner = self.front.owner
        gone = "; ".join(f'DELETE FROM "{table.name}"' for table in TABLES)
        await owner.execute(f"SET session_replication_role = replica; {gone}")
        for table in TABLES:
            columns = ", ".join(f'"{column.name}"' for column in table.columns if column.computed is None)
            rows = f'jsonb_populate_recordset(NULL::"{table.name}", $1)'
            await owner.execute(
                f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM {rows}', self.kept[table.name]
            )
        await owner.execute("RESET session_replication_role")


async def nothing_happened(_: Stage) -> None:
    """As it was opened."""


async def priced(stage: Stage) -> None:
    await stage.does("clerk", "describe", facts={"staff_decision": "bill"})
    await stage.does("clerk", "quote", estimated_minutes=40)


async def agreed(stage: Stage) -> None:
    await priced(stage)
    await stage.does("customer", "consent", form="click")


async def declined(stage: Stage) -> None:
    await priced(stage)
    await stage.does("customer", "decline", reason="x")


async def done_and_paid_for(stage: Stage) -> None:
    await agreed(stage)
    await stage.does("clerk", "resolve")
    await stage.does("clerk", "settle")


async def expired(stage: Stage) -> None:
    await priced(stage)
    await stage.front.owner.execute("UPDATE quote SET expires_at = $1", NOW - timedelta(days=1))


async def taken(stage: Stage) -> None:
    await stage.does("expert", "assign")


async def merged(stage: Stage) -> None:
    await stage.does("clerk", "merge")


async def resolved(stage: Stage) -> None:
    await stage.does("clerk", "resolve")


async def closed(stage: Stage) -> None:
    await stage.does("clerk", "close")


async def escalated(stage: Stage) -> None:
    await stage.does("clerk", "triage")
    await stage.does("clerk", "escalate")


Arranged = Callable[[Stage], Awaitable[None]]
STATES: Mapping[str, tuple[str, dict[str, Any], Arranged]] = {
    "open": ("mexxus", {"topic": "web.offline"}, nothing_happened),
    "awaiting a decision": ("mexxus", {"topic": "code"}, nothing_happened),
    "priced": ("mexxus", {"topic": "code"}, priced),
    "agreed": ("mexxus", {"topic": "code"}, agreed),
    "declined": ("mexxus", {"topic": "code"}, declined),
    "settled": ("mexxus", {"topic": "code"}, done_and_paid_for),
    "price expired": ("mexxus", {"topic": "code"}, expired),
    "taken": ("mexxus", {"topic": "web.offline"}, taken),
    "merged": ("mexxus", {"topic": "web.offline"}, merged),
    "resolved": ("mexxus", {"topic": "web.offline"}, resolved),
    "closed": ("mexxus", {"topic": "web.offline"}, closed),
    "held": ("plutus", {"topic": "email.error"}, nothing_happened),
    "untriaged": ("plutus", {"topic": "email.error", **WRITER}, nothing_happened),
    "escalated": ("plutus", {"topic": "email.error", **WRITER}, escalated),
    "a complaint": ("plutus", {"topic": "management.complaint", **WRITER}, nothing_happened),
    "to be paid first": ("plutus", {"topic": "code.debug", **WRITER}, nothing_happened),
}


@pytest.mark.timeout(1_800 if EVERYTHING else 300)
@pytest.mark.parametrize("policy", ["mexxus", "plutus"])
async def test_what_is_shown_as_allowed_is_and_nothing_else(front: FrontDesk, policy: str) -> None:
    stage, counted = await Stage.built(front, policy), Counter[bool]()
    for number, (state, (of, facts, arrange)) in enumerate(STATES.items()):
        if of == policy:
            stage.ticket = await stage.opened(facts, 40 if state == "to be paid first" else None)
            await arrange(stage)
            await stage.keep()
            columns_tell_where_it_stands(stage)
            counted += await tried_by_all(stage, state, number)
            await stage.put_back()
    assert counted[True] >= 40, counted
    assert counted[False] >= 40, counted


def columns_tell_where_it_stands(stage: Stage) -> None:
    """What is read off a row alone is what the whole ticket says."""
    for row in stage.kept["ticket"]:
        kept, whole = KeptTicket({**row, "account_number": None}), as_ticket({**row, "account_number": None})
        assert (kept.id, kept.turn, kept.planners) == (whole.id, whole.turn, whole.planners)


async def tried_by_all(stage: Stage, state: str, number: int) -> Counter[bool]:
    """How much was allowed and how much was not; each is put back before the next is tried."""
    counted = Counter[bool]()
    for n, who in enumerate(stage.people):
        view = await stage.read(who)
        assert view == await stage.read(who) == await read_in_full(stage, who), (state, who)
        shown = {action["action"]: action for action in view["allowed_actions"]}
        for verb in _tried(n + number):
            may = verb in shown and shown[verb]["allowed"]
            status, text = await stage.tried(who, verb, BODIES[verb])
            assert (status in REFUSED) is not may, f"{state}: {who} may {'' if may else 'not '}{verb}: {status} {text}"
            counted[may] += 1
            if may:
                assert status < 300, f"{state}: {who} {verb}: {text}"
                await stage.put_back()
            elif verb in shown and stage.policy == "plutus" and shown[verb]["code"] not in OF_STATE:
                assert shown[verb]["citations"], (state, who, verb)
    return counted


async def read_in_full(stage: Stage, who: str) -> dict[str, Any]:
    """As it is read where rules have to be asked: the whole ticket, and all that is known of its account."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Policies, "stances", lambda *_: Stances())
        patched.setattr(actions, "at_a_glance", lambda *_: None)
        return await stage.read(who)


@pytest.mark.parametrize("policy", ["mexxus", "plutus"])
async def test_whatever_changes_around_a_ticket_is_known_from_the_next_reading_on(
    front: FrontDesk, policy: str
) -> None:
    stage = await Stage.built(front, policy)
    stage.ticket = await stage.opened({"topic": "email.error", **WRITER})
    for change in (
        *(
            "account SET state = 'on_hold', held_since = now()",
            "account SET state = 'closed', held_since = NULL",
            "account SET active = false, state = 'active'",
        ),
        *("account SET active = true, contact_info_current = false", """account SET facts = '{"vip": true}'"""),
        *(
            "contact SET email = 'not an address'",
            "contact SET email = NULL, login = 'admin'",
            "contact SET role = 'x'",
        ),
        *("staff SET supervisor = NOT supervisor", "staff SET level = 1", "staff SET departments = '{billing}'"),
        *(
            "ticket SET level = 2",
            "ticket SET department = 'billing'",
            "ticket SET assignee_id = (SELECT id FROM staff ORDER BY id LIMIT 1)",
        ),
    ):
        await stage.read("customer")
        await front.owner.execute(f"UPDATE {change}")
        for who in ("customer", "clerk", "expert"):
            assert await stage.read(who) == await stage.read(who) == await read_in_full(stage, who), (change, who)


def _tried(start: int) -> list[str]:
    """All verbs, or every eighth of them: others for each role and state, so that each is tried by somebody."""
    verbs = list(BODIES)
    return verbs if EVERYTHING else verbs[start % 8 :: 8]


async def test_what_is_allowed_is_sent_where_it_says(front: FrontDesk) -> None:
    stage = await Stage.built(front, "mexxus")
    stage.ticket = await stage.opened({"topic": "code"})
    await priced(stage)
    await stage.keep()
    for who in ("clerk", "customer"):
        for action in (await stage.read(who))["allowed_actions"]:
            if not action["allowed"]:
                assert "href" not in action
                continue
            body = dict(stage.in_its_words(action["action"], BODIES[action["action"]]))
            body |= {"ticket": stage.ticket} if action["action"] == "quote" else {}
            headers = {**stage.people[who], **front.key(), "If-Match": "*"}
            answer = await front.client.request(action["method"], action["href"], json=body, headers=headers)
            assert answer.status_code < 300, (who, action, answer.text)
            await stage.put_back()
