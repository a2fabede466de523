"""Edited settings reach open tickets: what remains of their clocks is laid out anew, and what was judged stays."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.base.vocabulary import Role
from app.db.pool import Database
from app.db.problems import unavailable
from app.db.replanning import _OTHERS
from app.policy.library.files import policy_text
from app.services.tickets.replanning import replan
from tests.api.test_verbs import events, opened, read, said
from tests.frontdesk import FrontDesk, Headers, open_front_desk

MORNING, AFTERNOON = datetime(2026, 2, 10, 7, tzinfo=UTC), datetime(2026, 2, 10, 14, tzinfo=UTC)
REPORT: dict[str, Any] = {"subject": "VPN", "body": "It hangs.", "facts": {"topic": "network.vpn", "users_affected": 1}}
WEDNESDAY_OFF: dict[str, Any] = {"closures": [{"date": "2026-02-11", "calendars": ["office"]}]}
ON_WEDNESDAY, ON_THURSDAY = "2026-02-11T09:30:00Z", "2026-02-12T09:30:00Z"


async def settle(front: FrontDesk, admin: Headers, **body: Any) -> None:
    answer = await front.client.put("/v1/policies/tsc/settings", json=body, headers=admin)
    assert answer.status_code == 200, answer.text


async def clocks(front: FrontDesk, who: Headers, ticket: dict[str, Any]) -> dict[str, Any]:
    answer = await front.client.get(f"/v1/tickets/{ticket['id']}/clocks", headers=who)
    return {clock["metric"]: clock for clock in answer.json()["data"]}


async def test_a_closure_moves_what_is_open_and_rewrites_no_verdict(front: FrontDesk) -> None:
    front.now = MORNING
    _, _, customer = await front.customer("tsc")
    admin = await front.staff(await front.provider("tsc"), Role.ADMIN)
    missed, answered = await opened(front, customer, REPORT), await opened(front, customer, REPORT | {"subject": "2"})
    reply = await front.client.post(f"/v1/tickets/{answered['id']}/messages", json={"body": "Hello."}, headers=admin)
    assert reply.is_success, reply.text
    front.now = AFTERNOON
    waiting = await opened(front, customer, REPORT | {"subject": "3"})
    assert waiting["clocks"][0]["due_at"] == ON_WEDNESDAY
    before = {name: await clocks(front, admin, ticket) for name, ticket in (("m", missed), ("a", answered))}
    assert (before["m"]["first_response"]["state"], before["a"]["first_response"]["state"]) == ("breached", "met")

    await settle(front, admin, **WEDNESDAY_OFF)

    moved = await read(front, admin, waiting)
    assert moved["clocks"][0]["due_at"] == ON_THURSDAY
    now = (await clocks(front, admin, waiting))["first_response"]
    assert (now["due_at"], now["consumed_seconds"], now["remaining_seconds"]) == (ON_THURSDAY, 0, 4 * 3600)
    after = {name: await clocks(front, admin, ticket) for name, ticket in (("m", missed), ("a", answered))}
    assert after == before
    assert await events(front, waiting) == ["ticket.opened", "ticket.replanned"]
    told = await front.owner.fetchrow("SELECT * FROM event WHERE type = 'ticket.replanned'")
    assert told["settings_revision"] == 1
    [move] = told["data"]["clocks"]
    assert (move["metric"], move["was_due_at"], move["due_at"]) == ("first_response", ON_WEDNESDAY, ON_THURSDAY)
    assert await events(front, answered) == ["ticket.opened", "ticket.replied"]
    assert moved["decision"]["settings_revision"] == 0, "the decision stays as it was given"


async def test_a_message_notes_by_which_settings_its_clocks_go_though_these_move_nothing(front: FrontDesk) -> None:
    front.now = AFTERNOON
    _, _, customer = await front.customer("tsc")
    admin = await front.staff(await front.provider("tsc"), Role.ADMIN)
    ticket = await opened(front, customer, REPORT)
    far_off = [{"date": "2026-03-20", "calendars": ["office"]}]
    await settle(front, admin, effective_from="2026-02-10T14:30:00Z", closures=far_off)
    front.now = AFTERNOON.replace(hour=15)
    url = f"/v1/tickets/{ticket['id']}/messages"
    answer = await front.client.post(url, json={"body": "Still."}, headers={**customer, **front.key()})
    assert answer.status_code == 201, answer.text
    assert await front.owner.fetchval("SELECT settings_revision FROM clock WHERE stopped_at IS NULL") == 1


async def test_settings_of_later_reach_a_ticket_when_they_take_effect(front: FrontDesk) -> None:
    front.now = AFTERNOON
    _, _, customer = await front.customer("tsc")
    admin = await front.staff(provider := await front.provider("tsc"), Role.ADMIN)
    first, second = await opened(front, customer, REPORT), await opened(front, customer, REPORT | {"subject": "2"})
    await settle(front, admin, effective_from="2026-02-10T14:30:00Z", **WEDNESDAY_OFF)
    assert (await read(front, admin, first))["clocks"][0]["due_at"] == ON_WEDNESDAY

    front.now = AFTERNOON.replace(hour=15)
    taken = await said(front, admin, first, "assign", staff="me")
    assert taken["clocks"][0]["due_at"] == ON_THURSDAY
    assert await events(front, first) == ["ticket.opened", "ticket.replanned", "ticket.assigned"]
    desk = front.desk
    assert await replan(desk.database, desk.policies, provider.id, front.now) == 1
    assert await events(front, second) == ["ticket.opened", "ticket.replanned"]
    assert await replan(desk.database, desk.policies, provider.id, front.now) == 0


async def test_settings_that_move_nothing_are_looked_at_once_and_tell_nothing(front: FrontDesk) -> None:
    front.now = AFTERNOON
    _, _, customer = await front.customer("tsc")
    admin = await front.staff(provider := await front.provider("tsc"), Role.ADMIN)
    ticket = await opened(front, customer, REPORT)
    await settle(front, admin, closures=[{"date": "2026-08-03", "calendars": ["office"]}])
    assert await events(front, ticket) == ["ticket.opened"]
    assert await replan(front.desk.database, front.desk.policies, provider.id, front.now) == 0
    assert (await said(front, admin, ticket, "assign", staff="me"))["clocks"][0]["due_at"] == ON_WEDNESDAY


@pytest.mark.parametrize(("takes_over", "due"), [("migrate", "2026-02-11T10:30:00Z"), ("keep", ON_WEDNESDAY)])
async def test_a_version_that_takes_open_tickets_over_brings_its_hours_along(
    front: FrontDesk, takes_over: str, due: str
) -> None:
    front.now = AFTERNOON
    _, _, customer = await front.customer("tsc")
    admin = await front.staff(provider := await front.provider("tsc"), Role.ADMIN)
    ticket = await opened(front, customer, REPORT)
    text = (policy_text("tsc") or "").replace("open_tickets: keep, a", f"open_tickets: {takes_over}, a")
    later = {"source": text.replace('mon-fri: [["08:30", "17:00"]]', 'mon-fri: [["09:30", "17:00"]]')}
    assert (await front.client.post("/v1/policies/tsc/versions", json=later, headers=admin)).status_code == 201
    assert (await read(front, admin, ticket))["clocks"][0]["due_at"] == due
    assert await replan(front.desk.database, front.desk.policies, provider.id, front.now) == 0


class Away(Database):
    """Has no time for open tickets."""

    async def fetch(self, provider_id: Any, statement: str, *args: object) -> list[asyncpg.Record]:
        if statement.startswith(_OTHERS[:40]):
            raise unavailable()
        return await super().fetch(provider_id, statement, *args)


async def test_what_was_settled_stands_where_the_database_has_no_time_for_tickets(
    front: FrontDesk, keys_folder: Path, owner_dsn: str, owner: asyncpg.Connection
) -> None:
    front.now = MORNING
    _, _, customer = await front.customer("tsc")
    admin = await front.staff(await front.provider("tsc"), Role.ADMIN)
    waiting = await opened(front, customer, REPORT)
    database = await Away.connect(owner_dsn, size=1)
    async with open_front_desk(keys_folder, database, owner) as busy:
        busy.now = AFTERNOON
        await settle(busy, admin, **WEDNESDAY_OFF)
    await database.close()
    assert await events(front, waiting) == ["ticket.opened"]
    assert await front.owner.fetchval("SELECT count(*) FROM settings_revision") == 1
