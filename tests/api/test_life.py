"""A ticket's whole life over HTTP: whatever anybody does in whatever order, it stands as the plain rules say."""

import os
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from app.base.events import EventType
from app.base.identifiers import uuid7
from app.base.vocabulary import Role, Scope
from app.db.due import due_tickets, lapse_quotes
from app.db.pool import Database
from app.db.tables.clients import ApiClient
from app.db.tables.contacts import Contact
from app.db.tables.providers import Provider
from app.db.tables.staff import Staff
from app.services.shelf import Policies
from app.services.sweeping.tickets import attend
from tests import factories
from tests.api.plainly import Plain
from tests.frontdesk import NOW, FrontDesk, Headers

LONG = os.environ.get("CLAUSEDESK_TEST_TIER") == "long"
REFUSED = (403, 409)
Step = tuple[str, Mapping[str, Any]]
COUNTED = Counter[tuple[str, bool]]()
"""Which deeds were let through and which were not, how often."""


@dataclass
class Desk:
    """A desk with its staff and billing, shared by all lives; each has a customer of its own."""

    front: FrontDesk
    provider: Provider
    staff: dict[str, Staff]
    billing: ApiClient
    worker: Database
    policies: Policies

    @classmethod
    async def opened(cls, front: FrontDesk, worker: Database) -> "Desk":
        provider = await front.provider("quarry")
        staff = {
            name: await factories.staff(front.owner, provider.id, name=name, level=level)
            for name, level in (("clerk", 1), ("expert", 2))
        }
        billing = await factories.api_client(front.owner, provider.id, scopes=["payments"])
        return cls(front, provider, staff, billing, worker, Policies(worker))

    async def worker_comes(self, ticket: str) -> None:
        """By way of all that has come due; the other lives are over."""
        now = self.front.now
        for due in await due_tickets(self.worker, now, 100_000):
            if str(due.ticket_id) == ticket:
                await attend(self.worker, self.policies, due, now)
        await lapse_quotes(self.worker, [uuid7(now) for _ in range(500)], EventType.QUOTE_EXPIRED, now)

    async def customers(self) -> dict[str, Contact]:
        account, owner, _ = await self.front.customer("quarry")
        helper = await factories.contact(
            self.front.owner, account, role="helper", token_role="authorised_contact", slot=1
        )
        return {"owner": owner, "helper": helper}

    def tokens(self, customers: Mapping[str, Contact]) -> dict[str, Headers]:
        """Good for a day from now."""
        front, provider = self.front, self.provider
        staff = {name: front.bearer(provider, Role.STAFF, row.id) for name, row in self.staff.items()}
        scopes = frozenset({Scope.PAYMENTS})
        billing = front.bearer(provider, Role.SERVICE, self.billing.id, scopes=scopes)
        contacts = {name: front.contact(provider, row) for name, row in customers.items()}
        return {**staff, **contacts, "billing": billing}


@dataclass
class Life:
    """One ticket over HTTP, told what the plain one is told."""

    desk: Desk
    customers: dict[str, Contact]
    people: dict[str, Headers]
    ticket: dict[str, Any]
    payments: int = 0
    issued: datetime = NOW

    @classmethod
    async def begun(cls, desk: Desk, topic: str, minutes: int | None, *, urgent: bool) -> "Life":
        customers = await desk.customers()
        people = desk.tokens(customers)
        body = {"subject": "Help", "facts": {"topic": topic, "urgent": urgent}, "estimated_minutes": minutes}
        headers = {**people["owner"], **desk.front.key()}
        answer = await desk.front.client.post("/v1/tickets", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return cls(desk, customers, people, answer.json())

    def waits_until(self, now: datetime) -> None:
        self.desk.front.now = now
        if now - self.issued > timedelta(hours=12):
            self.people, self.issued = self.desk.tokens(self.customers), now

    async def does(self, deed: str, said: Mapping[str, Any]) -> bool:
        """Whether it was let through; the ticket is read again if it was."""
        who = said.get("who")
        match deed:
            case "worker_comes":
                await self.desk.worker_comes(self.ticket["id"])
                done = True
            case "customer_writes":
                done = await self._sent("owner", "messages", {"body": "Hello?"})
            case "staff_write":
                facts = {"awaits_customer": True} if said["asks"] else {}
                done = await self._sent("clerk", "messages", {"body": "Hello.", "facts": facts})
            case "describe":
                done = await self._patched({"urgent": said["urgent"]})
            case "merge":
                other = await self._another(urgent=False)
                done = await self._sent(str(who), "merge", {"into": other["id"]})
            case "absorb":
                other = await self._another(urgent=said["urgent"])
                done = await self._posted(str(who), f"/v1/tickets/{other['id']}/merge", {"into": self.ticket["id"]})
            case "put_price":
                body = {"ticket": self.ticket["id"], "estimated_minutes": said["minutes"]}
                done = await self._posted(str(who), "/v1/quotes", body)
            case "consent" | "decline" | "waive" | "settle" | "pay":
                done = await self._on_quote(deed, said)
            case _:
                done = await self._sent(str(who), deed.replace("_", "-"), self._body(deed, said))
        if done:
            read = await self.desk.front.client.get(f"/v1/tickets/{self.ticket['id']}", headers=self.people["expert"])
            self.ticket = read.json()
        return done

    def _body(self, deed: str, said: Mapping[str, Any]) -> dict[str, Any] | None:
        agreed = self.desk.front.now + timedelta(minutes=said.get("minutes") or 0)
        bodies: dict[str, dict[str, Any]] = {
            "triage": {"symptoms": "x"},
            "assign": {"staff": "me"},
            "hand_over": {"staff": str(self.desk.staff[said["to"]].id) if "to" in said else "", "note": "x"},
            "escalate": {"to_level": 2, "reason": "x"},
            "transfer": {"department": "sales", "reason": "x"},
            "diagnose": {"cause": said.get("cause"), "note": "x", "estimated_minutes": said.get("minutes")},
            "negotiate": {"due_at": agreed.isoformat(), "agreed_with": "Ann"},
            "excuse": {"metric": "resolve", "code": "peak_load", "note": "x"},
            "override": {"field": "priority", "value": said.get("priority"), "reason": "x"},
            "verify": {"method": "call_back", "result": "positive" if said.get("passed") else "negative", "note": "x"},
            "availability": {"available": said.get("available"), "note": "x"},
            "schedule": self._window(**said) if deed == "schedule" else {},
            "work": {"minutes": said.get("minutes"), "note": "x"},
            "resolve": {"resolution": "x"},
            "reopen": {"reason": "x"},
        }
        return bodies.get(deed)

    def _window(self, who: str, wait: int, length: int) -> dict[str, Any]:
        begins = self.desk.front.now + timedelta(minutes=wait)
        return {"window": {"from": begins.isoformat(), "until": (begins + timedelta(minutes=length)).isoformat()}}

    async def _another(self, *, urgent: bool) -> dict[str, Any]:
        """Another ticket of the same customer, of no cost."""
        body = {"subject": "Help", "facts": {"topic": "web", "urgent": urgent}}
        answer = await self._post(self.people["owner"], "/v1/tickets", body)
        other: dict[str, Any] = answer.json()
        return other

    async def _sent(self, who: str, path: str, body: dict[str, Any] | None) -> bool:
        path = {"work": "record-work", "start": "start-work"}.get(path, path)
        return await self._posted(who, f"/v1/tickets/{self.ticket['id']}/{path}", body)

    async def _on_quote(self, deed: str, said: Mapping[str, Any]) -> bool:
        quote = self.ticket["quote"]
        if quote is None:
            return False
        if deed == "pay":
            self.payments += 1
            money = {"amount": f"{said['amount']}.00", "currency": "EUR"}
            body: dict[str, Any] = {"amount": money, "reference": f"{self.ticket['id']}-{self.payments}"}
            return self._let_through(await self._post(self.people["billing"], f"{quote['href']}/payments", body))
        bodies: dict[str, dict[str, Any]] = {"settle": {"minutes": said.get("minutes")}, "waive": {"reason": "x"}}
        return await self._posted(said["who"], f"{quote['href']}/{deed}", bodies.get(deed, {}))

    async def _patched(self, facts: dict[str, Any]) -> bool:
        url, headers = f"/v1/tickets/{self.ticket['id']}", {**self.people["owner"], "If-Match": "*"}
        return self._let_through(await self.desk.front.client.patch(url, json={"facts": facts}, headers=headers))

    async def _posted(self, who: str, url: str, body: dict[str, Any] | None) -> bool:
        return self._let_through(await self._post(self.people[who], url, body))

    async def _post(self, who: Headers, url: str, body: dict[str, Any] | None) -> Any:
        return await self.desk.front.client.post(url, json=body, headers={**who, **self.desk.front.key()})

    @staticmethod
    def _let_through(answer: Any) -> bool:
        assert answer.status_code < 300 or answer.status_code in REFUSED, answer.text
        return bool(answer.status_code < 300)


@pytest.fixture
async def desk(front: FrontDesk, worker_database: Database) -> AsyncIterator[Desk]:
    COUNTED.clear()
    yield await Desk.opened(front, worker_database)
    done = {name for name, let_through in COUNTED if let_through}
    refused = {name for name, let_through in COUNTED if not let_through}
    assert len(done) >= 25, f"done: {done}"
    assert len(refused) >= 15, f"refused: {refused}"


# ── what both come to ────────────────────────────────────────────────────────
def of_http(ticket: Mapping[str, Any]) -> dict[str, Any]:
    quote = ticket["quote"]
    return {
        "status": ticket["status"],
        "outcome": ticket["outcome"],
        "gate": ticket["work_gate"],
        "place": (ticket["department"], ticket["level"], ticket["priority"]),
        "assignee": ticket["assignee"] and ticket["assignee"]["name"],
        "fee": None if ticket["fee"]["amount"] is None else float(ticket["fee"]["amount"]),
        "worked": ticket["worked_minutes"],
        "quote": (quote["status"], float(quote["total"]["amount"]), quote["version"]) if quote is not None else None,
        "clocks": sorted((c["metric"], c["cycle"], c["state"], _minute(c["due_at"])) for c in ticket["clocks"]),
    }


def of_plain(plain: Plain) -> dict[str, Any]:
    quote = plain.quote
    return {
        "status": plain.status,
        "outcome": plain.outcome,
        "gate": plain.gate,
        "place": (plain.department, plain.level, plain.priority),
        "assignee": plain.assignee,
        "fee": None if plain.price is None else float(plain.price),
        "worked": plain.used,
        "quote": (quote.status, float(quote.total), len(plain.quotes)) if quote is not None else None,
        "clocks": sorted((c.metric, c.cycle, c.state(plain.status), float(c.due)) for c in plain.clocks),
    }


def without_paused(standing: dict[str, Any]) -> dict[str, Any]:
    clocks = [(*clock[:3], None if clock[2] == "paused" else clock[3]) for clock in standing["clocks"]]
    return {**standing, "clocks": clocks}


def _minute(instant: str) -> float:
    return (datetime.fromisoformat(instant) - NOW).total_seconds() / 60


# ── what may happen ──────────────────────────────────────────────────────────
STAFF, CUSTOMERS = st.sampled_from(["clerk", "expert"]), st.sampled_from(["owner", "owner", "helper"])
MINUTES = st.sampled_from([15, 30, 45, 70])


def deed(name: str, **said: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), st.fixed_dictionaries(said))


DEEDS = st.one_of(
    deed("waits", minutes=st.sampled_from([10, 61, 130, 300, 1_500, 20_160, 44_640])),
    deed("worker_comes"),
    deed("customer_writes"),
    deed("staff_write", asks=st.booleans()),
    deed("describe", urgent=st.booleans()),
    deed("triage", who=STAFF),
    deed("assign", who=STAFF),
    deed("hand_over", who=STAFF, to=STAFF),
    deed("escalate", who=STAFF),
    deed("transfer", who=STAFF),
    deed("diagnose", who=STAFF, cause=st.sampled_from(["provider", "customer", "unknown"]), minutes=MINUTES),
    deed("negotiate", who=STAFF, minutes=st.sampled_from([60, 600])),
    deed("excuse", who=STAFF),
    deed("override", who=STAFF, priority=st.sampled_from(["high", "low"])),
    deed("verify", who=STAFF, passed=st.sampled_from([True, True, False])),
    deed("availability", who=STAFF, available=st.booleans()),
    deed("schedule", who=STAFF, wait=st.sampled_from([30, 200]), length=st.sampled_from([60, 400])),
    deed("merge", who=STAFF),
    deed("absorb", who=STAFF, urgent=st.booleans()),
    deed("start", who=STAFF),
    deed("work", who=STAFF, minutes=MINUTES),
    deed("resolve", who=STAFF),
    deed("close", who=st.one_of(STAFF, CUSTOMERS)),
    deed("reopen", who=st.one_of(STAFF, CUSTOMERS)),
    deed("reopen", who=st.just("owner")),
    deed("put_price", who=STAFF, minutes=MINUTES),
    deed("consent", who=CUSTOMERS),
    deed("decline", who=CUSTOMERS),
    deed("pay", amount=st.sampled_from([10, 50])),
    deed("waive", who=STAFF),
    deed("settle", who=STAFF, minutes=MINUTES),
)
PUT_OFF: list[Step] = [
    ("schedule", {"who": "clerk", "wait": 30, "length": 60}),
    ("work", {"who": "clerk", "minutes": 15}),
    ("waits", {"minutes": 61}),
    ("work", {"who": "clerk", "minutes": 15}),
    ("schedule", {"who": "clerk", "wait": 30, "length": 60}),
    ("waits", {"minutes": 61}),
    ("worker_comes", {}),
    ("verify", {"who": "clerk", "passed": False}),
]
"""A window, before and while it is open."""
TOGETHER: list[Step] = [
    ("absorb", {"who": "clerk", "urgent": True}),
    ("put_price", {"who": "clerk", "minutes": 15}),
]
"""The answer to two requests that became one."""
ELSEWHERE: list[Step] = [
    ("merge", {"who": "clerk"}),
    ("pay", {"amount": 10}),
    ("customer_writes", {}),
    ("diagnose", {"who": "expert", "cause": "provider", "minutes": None}),
    ("reopen", {"who": "owner"}),
    ("waits", {"minutes": 44_640}),
    ("worker_comes", {}),
]
"""It went on in another ticket, and nothing more happens to it."""
SOMEBODY_ELSE: list[Step] = [
    ("verify", {"who": "clerk", "passed": False}),
    ("override", {"who": "clerk", "priority": "high"}),
    ("reopen", {"who": "owner"}),
    ("diagnose", {"who": "clerk", "cause": "customer", "minutes": 30}),
    ("pay", {"amount": 50}),
]
"""Refused for who asked, once and for all."""
TOO_LATE: list[Step] = [
    ("waits", {"minutes": 44_640}),
    ("consent", {"who": "owner"}),
    ("worker_comes", {}),
    ("put_price", {"who": "clerk", "minutes": 45}),
    ("consent", {"who": "owner"}),
]
"""A price that nobody agreed to in time."""
SILENCE: list[Step] = [
    ("staff_write", {"asks": True}),
    ("waits", {"minutes": 20_160}),
    ("worker_comes", {}),
    ("reopen", {"who": "owner"}),
    ("resolve", {"who": "clerk"}),
    ("waits", {"minutes": 20_160}),
    ("worker_comes", {}),
]
"""Closed twice, for nobody answered and for nobody objected."""
TOPICS = st.sampled_from(["web", "code", "code", "setup"])


@pytest.mark.timeout(3_600 if LONG else 600)
@settings(
    max_examples=2_000 if LONG else 150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@example(topic="web", minutes=None, urgent=False, deeds=PUT_OFF)
@example(topic="web", minutes=None, urgent=False, deeds=TOGETHER)
@example(topic="setup", minutes=None, urgent=False, deeds=ELSEWHERE)
@example(topic="code", minutes=None, urgent=False, deeds=SOMEBODY_ELSE)
@example(topic="code", minutes=20, urgent=False, deeds=TOO_LATE)
@example(topic="web", minutes=None, urgent=False, deeds=SILENCE)
@given(
    topic=TOPICS,
    minutes=st.sampled_from([None, 20, 50]),
    urgent=st.booleans(),
    deeds=st.lists(DEEDS, min_size=1, max_size=9),
)
async def test_it_stands_as_the_plain_rules_say_whatever_happens(
    front: FrontDesk, desk: Desk, *, topic: str, minutes: int | None, urgent: bool, deeds: list[Step]
) -> None:
    front.now = NOW
    plain, life = Plain(topic, minutes, urgent), await Life.begun(desk, topic, minutes, urgent=urgent)
    assert of_http(life.ticket) == of_plain(plain)
    for name, said in deeds:
        if name == "waits":
            plain.waits(**said)
            life.waits_until(NOW + timedelta(minutes=plain.now))
            continue
        if plain.status == "closed" and not plain.merged and name == "customer_writes":
            continue  # that is a ticket of its own
        plain.waits(1)
        life.waits_until(NOW + timedelta(minutes=plain.now))
        expected = plain.does(name, said)
        assert await life.does(name, said) is expected, f"{name} {said}: {'let through' if not expected else 'refused'}"
        COUNTED[name, expected] += 1
        if expected:
            shown, meant = of_http(life.ticket), of_plain(plain)
            if name == "worker_comes":  # who finds nothing to do writes nothing of what stands still
                shown, meant = without_paused(shown), without_paused(meant)
            assert shown == meant, f"{topic} {minutes}: {deeds}"
