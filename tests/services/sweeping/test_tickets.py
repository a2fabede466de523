"""What happens to tickets because time has passed: told once, by the policy's rules, whoever looks first."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from app.base.vocabulary import Role
from app.clients.objects import Objects
from app.db.due import due_tickets
from app.db.pool import Database
from app.db.tables.providers import Provider
from app.jobs.sweep import sweep
from app.policy.library.files import library
from app.policy.loading import load
from app.services.shelf import Policies
from app.services.sweeping.rounds import Sweeping
from tests import factories
from tests.frontdesk import NOW, FrontDesk, Headers

STRANGERS = Path(__file__).parents[2] / "policy" / "strangers"
OFFLINE: dict[str, Any] = {"subject": "Offline", "body": "Nobody can open it.", "facts": {"topic": "web.offline"}}


@dataclass
class Night:
    """A desk and a worker that sweeps; `front.now` is the time of both."""

    front: FrontDesk
    owner: asyncpg.Connection
    sweeping: Sweeping

    async def pass_to(self, now: datetime) -> None:
        self.front.now = now
        await sweep(self.sweeping)

    async def opened(self, who: Headers, **body: Any) -> dict[str, Any]:
        answer = await self.front.client.post("/v1/tickets", json=body, headers={**who, **self.front.key()})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def told(self, ticket: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        rows = await self.owner.fetch(
            "SELECT type, data FROM event WHERE subject_id = $1 AND actor_kind = 'system' ORDER BY seq", ticket["id"]
        )
        return [(row["type"].removeprefix("ticket."), row["data"]) for row in rows]

    async def read(self, ticket: dict[str, Any], who: Headers) -> dict[str, Any]:
        found: dict[str, Any] = (await self.front.client.get(f"/v1/tickets/{ticket['id']}", headers=who)).json()
        return found


@pytest.fixture
async def night(front: FrontDesk, worker_database: Database, owner: asyncpg.Connection, tmp_path: Path) -> Night:
    objects = Objects.at("", tmp_path)
    return Night(front, owner, Sweeping(worker_database, Policies(worker_database), objects, lambda: front.now))


async def stranger(front: FrontDesk, slug: str) -> Provider:
    """A provider with one of the policies that were written from the schema alone."""
    text = (STRANGERS / f"{slug}.yaml").read_text("utf-8")
    loaded = load(text, library())
    made = await factories.provider(front.owner, slug=loaded.document.provider, prefix=loaded.document.prefix)
    await factories.policy_version(
        front.owner,
        made.id,
        document=orjson.dumps(loaded.raw, default=str).decode(),
        source=text,
        digest=sha256(text.encode()).digest(),
        effective_from=NOW - timedelta(days=3650),
    )
    return made


async def test_a_target_is_warned_of_and_its_breach_told_once(night: Night) -> None:
    _, _, customer = await night.front.customer()
    ticket = await night.opened(customer, **OFFLINE)
    due = datetime.fromisoformat(ticket["clocks"][0]["due_at"])
    await night.pass_to(NOW + (due - NOW) * 0.7)
    assert await night.told(ticket) == []
    await night.pass_to(NOW + (due - NOW) * 0.8)
    await night.pass_to(due)
    clock = {"metric": "first_response", "cycle": 1, "due_at": ticket["clocks"][0]["due_at"]}
    assert await night.told(ticket) == [("warned", clock)], "exactly due is not late"
    await night.pass_to(due + timedelta(seconds=1))
    await night.pass_to(due + timedelta(seconds=2))
    missed = ("breached", {**clock, "strength": "expected", "liability": "none"})
    assert await night.told(ticket) == [("warned", clock), missed]
    shown = await night.read(ticket, customer)
    assert (shown["clocks"][0]["state"], shown["breached"], shown["version"]) == ("breached", True, 3)
    assert await due_tickets(night.sweeping.database, night.front.now, 9) == []


async def test_what_was_answered_in_time_is_neither_warned_of_nor_breached(night: Night) -> None:
    _, _, customer = await night.front.customer()
    staff = await night.front.staff(await night.front.provider())
    ticket = await night.opened(customer, **OFFLINE)
    url = f"/v1/tickets/{ticket['id']}/messages"
    answer = await night.front.client.post(url, json={"body": "On it."}, headers={**staff, **night.front.key()})
    assert answer.status_code == 201
    await night.pass_to(NOW + timedelta(days=30))
    assert [kind for kind, _ in await night.told(ticket) if kind != "elapsed"] == []


async def test_many_workers_tell_of_each_clock_once(night: Night, owner_dsn: str, tmp_path: Path) -> None:
    _, _, customer = await night.front.customer()
    tickets = [await night.opened(customer, **{**OFFLINE, "subject": f"Offline {n}"}) for n in range(4)]
    night.front.now = NOW + timedelta(hours=30)
    databases = [await Database.connect(owner_dsn, role="clausedesk_worker", size=4) for _ in range(3)]
    workers = [
        Sweeping(database, Policies(database), Objects.at("", tmp_path), lambda: night.front.now)
        for database in databases
    ]
    await asyncio.gather(*(sweep(worker) for worker in workers for _ in range(2)))
    for database in databases:
        await database.close()
    for ticket in tickets:
        if ticket["outcome"] == "accepted":
            assert [kind for kind, _ in await night.told(ticket)].count("breached") == 1
    # The database itself would not have it twice.
    row = await night.owner.fetchrow("SELECT * FROM event WHERE type = 'ticket.breached' LIMIT 1")
    with pytest.raises(asyncpg.UniqueViolationError, match="uq_event_breach"):
        await factories.event(
            night.owner, row["provider_id"], subject_id=row["subject_id"], seq=99, type=row["type"], data=row["data"]
        )


async def test_the_policys_rules_about_whiles_are_carried_out_when_they_are_over(night: Night) -> None:
    front, provider = night.front, await stranger(night.front, "bluestem")
    account = await factories.account(night.owner, provider.id)
    person = await factories.staff(night.owner, provider.id, role="admin", level=2)

    def staff() -> Headers:
        return front.bearer(provider, Role.ADMIN, person.id)

    ticket = await night.opened(staff(), account=account.number, channel="portal", subject="Down", body="All of it.")
    assert ticket["status"] == "open"
    await night.pass_to(NOW + timedelta(hours=1, minutes=59))
    assert [kind for kind, _ in await night.told(ticket) if kind == "elapsed"] == []
    await night.pass_to(NOW + timedelta(hours=2))
    elapsed = [data for kind, data in await night.told(ticket) if kind == "elapsed"]
    assert elapsed == [{"since": "received_at", "after": "PT2H"}]
    assert (await night.read(ticket, staff()))["level"] == 2
    await night.pass_to(NOW + timedelta(hours=3))
    assert len([kind for kind, _ in await night.told(ticket) if kind == "elapsed"]) == 1
    asks = {"body": "Which of them?", "facts": {"awaits_customer": True}}
    url = f"/v1/tickets/{ticket['id']}/messages"
    answer = await front.client.post(url, json=asks, headers={**staff(), **front.key()})
    assert answer.json()["ticket"]["status"] == "waiting_customer", answer.text
    since = front.now
    await night.pass_to(since + timedelta(hours=71))
    assert (await night.read(ticket, staff()))["status"] == "waiting_customer"
    await night.pass_to(since + timedelta(hours=72))
    assert (await night.read(ticket, staff()))["status"] == "closed"


async def test_scheduled_work_may_begin_when_its_window_opens_and_that_is_told_once(night: Night) -> None:
    front = night.front
    _, _, customer = await front.customer("mexxus")
    staff = await front.staff(await front.provider("mexxus"), level=2)
    ticket = await night.opened(customer, **OFFLINE)
    opens = NOW + timedelta(hours=10)
    window = {"from": opens.isoformat(), "until": (opens + timedelta(hours=2)).isoformat()}
    url = f"/v1/tickets/{ticket['id']}/schedule"
    answer = await front.client.post(url, json={"window": window}, headers={**staff, **front.key()})
    assert (answer.json()["status"], answer.json()["work_gate"]) == ("scheduled", "scheduled"), answer.text
    await night.pass_to(opens - timedelta(seconds=1))
    assert (await night.read(ticket, staff))["work_gate"] == "scheduled"
    for later in (0, 1, 60):
        await night.pass_to(opens + timedelta(seconds=later))
    now = await night.read(ticket, staff)
    assert (now["status"], now["work_gate"]) == ("open", "open")
    assert [kind for kind, _ in await night.told(ticket)].count("window_opened") == 1


async def test_a_ticket_that_cannot_be_attended_does_not_hold_up_the_others(night: Night) -> None:
    _, _, customer = await night.front.customer()
    broken = await night.opened(customer, **OFFLINE)
    sound = await night.opened(customer, **{**OFFLINE, "subject": "Another", "facts": {"topic": "email.webmail"}})
    await night.owner.execute("UPDATE ticket SET decision = '{}' WHERE id = $1", broken["id"])
    await night.pass_to(NOW + timedelta(days=2))
    assert [kind for kind, _ in await night.told(sound)].count("breached") >= 1
    assert await night.told(broken) == []


async def test_a_price_that_nobody_agreed_to_in_time_expires_with_an_event(night: Night) -> None:
    staff = await night.front.staff(await night.front.provider())
    account, _, _ = await night.front.customer()
    body = {"account": account.number, "rule": "advanced_support", "estimated_minutes": 30}
    made = await night.front.client.post("/v1/quotes", json=body, headers={**staff, **night.front.key()})
    assert made.status_code == 201, made.text
    expires_at = datetime.fromisoformat(made.json()["expires_at"])
    for now, expired in ((expires_at - timedelta(seconds=1), 0), (expires_at, 1), (expires_at + timedelta(days=1), 1)):
        await night.pass_to(now)
        assert await night.owner.fetchval("SELECT count(*) FROM event WHERE type = 'quote.expired'") == expired
    row = await night.owner.fetchrow("SELECT status, version FROM quote")
    assert tuple(row) == ("expired", made.json()["version"] + 1)


async def test_work_whose_price_has_expired_waits_for_a_new_one(night: Night) -> None:
    front, provider = night.front, await night.front.provider()
    _, _, customer = await front.customer()
    staff = await front.staff(provider, level=3, supervisor=True)
    ticket = await night.opened(customer, subject="Please write a form", facts={"topic": "code"})

    async def priced() -> str:
        body = {"ticket": ticket["id"], "estimated_minutes": 30}
        made = await front.client.post("/v1/quotes", json=body, headers=staff | front.key())
        assert made.status_code == 201, made.text
        return f"/v1/quotes/{made.json()['id']}/consent"

    async def waits() -> tuple[str, str]:
        shown = await night.read(ticket, staff)
        return shown["status"], shown["work_gate"]

    old = await priced()
    assert await waits() == ("waiting_consent", "awaiting_consent")
    ends = NOW + timedelta(hours=2)
    await night.owner.execute("UPDATE quote SET expires_at = $1", ends)
    for now, told in ((ends - timedelta(seconds=1), []), (ends, ["price_expired"]), (ends, ["price_expired"])):
        await night.pass_to(now)
        assert [kind for kind, _ in await night.told(ticket)] == told
    assert await waits() == ("open", "awaiting_quote")
    assert (await front.client.post(old, json={}, headers=customer | front.key())).status_code == 409
    new = await priced()
    assert await waits() == ("waiting_consent", "awaiting_consent")
    assert (await front.client.post(new, json={}, headers=customer | front.key())).status_code == 200
    assert await waits() == ("open", "open")
    statuses = await night.owner.fetch("SELECT status FROM quote ORDER BY edition")
    assert [row["status"] for row in statuses] == ["expired", "consented"]


async def test_who_is_waited_for_is_reminded_twice_and_then_the_ticket_is_closed(night: Night) -> None:
    provider = await night.front.provider()
    _, contact, customer = await night.front.customer()
    staff = await night.front.staff(provider)
    ticket = await night.opened(customer, **OFFLINE)
    url = f"/v1/tickets/{ticket['id']}"
    asks = {"body": "Since when?", "facts": {"awaits_customer": True}}
    await night.front.client.post(f"{url}/messages", json=asks, headers={**staff, **night.front.key()})
    for days, status in ((3, "waiting_customer"), (10, "waiting_customer"), (14, "closed")):
        await night.pass_to(NOW + timedelta(days=days) - timedelta(seconds=1))
        await night.pass_to(NOW + timedelta(days=days))
        who = night.front.contact(provider, contact)
        assert (await night.read(ticket, who))["status"] == status
    elapsed = [data for kind, data in await night.told(ticket) if kind == "elapsed"]
    assert elapsed == [{"since": "waiting_customer", "after": after} for after in ("P3D", "P10D", "P14D")]
    effects = await night.owner.fetch("SELECT decision -> 'effects' AS e FROM event WHERE type = 'ticket.elapsed'")
    told = [[(effect["type"], effect.get("of")) for effect in row["e"]] for row in effects]
    assert [("notify", "reminder") in row for row in told] == [True, True, False]
    assert ("notify", "closing") in told[2]


async def test_what_is_resolved_is_closed_in_the_end_and_what_is_taken_up_again_is_not(night: Night) -> None:
    provider = await night.front.provider()
    _, contact, customer = await night.front.customer()
    staff = await night.front.staff(provider)
    solved, back = [await night.opened(customer, **{**OFFLINE, "subject": f"Site {n}"}) for n in range(2)]
    for ticket in (solved, back):
        done = {"resolution": "Restarted."}
        url = f"/v1/tickets/{ticket['id']}/resolve"
        answer = await night.front.client.post(url, json=done, headers={**staff, **night.front.key()})
        assert answer.status_code == 200, answer.text
    reply = {"body": "Down again."}
    url = f"/v1/tickets/{back['id']}/messages"
    await night.front.client.post(url, json=reply, headers={**customer, **night.front.key()})
    await night.pass_to(NOW + timedelta(days=14))
    who = night.front.contact(provider, contact)
    assert (await night.read(solved, who))["status"] == "closed"
    assert (await night.read(back, who))["status"] == "open"


async def test_whoever_is_told_of_a_price_late_has_as_long_to_pay_it_as_anybody(night: Night) -> None:
    front, provider = night.front, await night.front.provider("quarry")
    _, contact, customer = await front.customer("quarry")
    ticket = await night.opened(customer, subject="A new site", facts={"topic": "web"})
    found_out = NOW + timedelta(days=20)
    await night.pass_to(found_out)
    answer = await front.client.patch(
        f"/v1/tickets/{ticket['id']}",
        json={"facts": {"topic": "setup"}},
        headers={**front.contact(provider, contact), "If-Match": "*"},
    )
    assert answer.json()["status"] == "waiting_payment"
    for days, status in ((1, "waiting_payment"), (14, "closed")):
        await night.pass_to(found_out + timedelta(days=days))
        assert (await night.read(ticket, front.contact(provider, contact)))["status"] == status
