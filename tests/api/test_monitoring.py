"""Monitoring over HTTP: servers down and up, findings and updates, in our own words and in Alertmanager's."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import httpx2

from app.base.vocabulary import Scope
from app.schemas.monitoring import NoticedAlerts, NoticedEvent
from tests import factories
from tests.api.test_races import patiently
from tests.frontdesk import NOW, FrontDesk, Headers

URL = "/v1/monitoring/events"


async def reported(front: FrontDesk, who: Headers, **body: Any) -> httpx2.Response:
    return await front.client.post(URL, json=body, headers=who)


def seen(answer: httpx2.Response, status: int = 201) -> NoticedEvent:
    assert answer.status_code == status, answer.text
    return NoticedEvent.model_validate_json(answer.content)


async def monitor(front: FrontDesk, policy: str = "plutus") -> Headers:
    return await front.service(await front.provider(policy), Scope.EVENTS)


async def log(front: FrontDesk, *types: str) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = await front.owner.fetch(
        "SELECT type, subject_id, seq, data, decision FROM event WHERE type = ANY($1::text[]) ORDER BY id", types
    )
    return rows


def effects(noticed: NoticedEvent) -> list[str]:
    assert noticed.decision is not None
    return [effect["type"] for effect in noticed.decision.effects]


# ── servers ──────────────────────────────────────────────────────────────────
async def test_a_server_that_is_down_pages_is_public_and_explains_tickets_until_it_is_up(front: FrontDesk) -> None:
    account, _, customer = await front.customer("plutus", product="shared", server="zeus3")
    who, provider = await monitor(front), await front.provider("plutus")
    body: dict[str, Any] = {"subject": "Slow today", "facts": {"topic": "email.error"}}
    before = await front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()})
    await factories.ticket(front.owner, provider.id, account_id=account.id, status="resolved")
    down = seen(
        await reported(front, who, type="monitor_down", server="zeus3", occurred_at=str(NOW - timedelta(seconds=40)))
    )
    assert effects(down) == ["page", "open_incident", "measure"]
    assert down.measures == {"time_to_page_seconds": 40}
    assert down.tickets_linked == 1
    assert down.decision is not None
    assert {c.clause for c in down.decision.citations} == {"PLU-44"}
    (noticed,) = await log(front, "monitoring.noticed")
    assert [e["type"] for e in noticed["decision"]["effects"]] == effects(down)
    assert noticed["data"]["measures"] == {"time_to_page_seconds": 40}
    assert [e["subject_id"] for e in await log(front, "ticket.linked")] == [UUID(before.json()["id"])]
    body = {"subject": "Down?", "facts": {"topic": "web.offline"}}
    opened = await front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()})
    assert (opened.json()["incident"], opened.json()["decision"]["suggestions"]) == (
        "zeus3",
        ["status_page", "maintenance_board"],
    )
    status = (await front.client.get(f"/v1/status/{provider.slug}")).json()
    assert [(n["id"], n["title"], n["starts_at"]) for n in status["incidents"]] == [
        (str(down.notice), "zeus3 is down", "2026-02-10T14:59:20Z")
    ]
    front.now += timedelta(minutes=10)
    up = seen(await reported(front, who, type="monitor_up", server="zeus3"))
    assert (up.notice, up.outcome) == (down.notice, "noticed")
    status = (await front.client.get(f"/v1/status/{provider.slug}")).json()
    assert (status["state"], [n["ends_at"] for n in status["history"]]) == ("operational", ["2026-02-10T15:10:00Z"])
    types = [e["type"] for e in await log(front, "notice.published", "notice.resolved")]
    assert types == ["notice.published", "notice.resolved"]


async def test_a_report_that_comes_again_changes_nothing(front: FrontDesk) -> None:
    who = await monitor(front)
    down = {"type": "monitor_down", "server": "zeus3", "occurred_at": "2026-02-10T14:59:00Z", "fingerprint": "ping"}
    first = seen(await reported(front, who, **down))
    for again in (down, {**down, "fingerprint": "http"}, {"type": "monitor_down", "server": "zeus3"}):
        known = seen(await reported(front, who, **again), 200)
        assert (known.outcome, known.notice, known.decision) == ("known", first.notice, None)
    up = {**down, "type": "monitor_up", "occurred_at": "2026-02-10T14:59:30Z"}
    seen(await reported(front, who, **up))
    for late in (down, up, {"type": "monitor_up", "server": "hera1"}):
        assert seen(await reported(front, who, **late), 200).outcome == "known"
    assert len(await log(front, "monitoring.noticed")) == 2
    anew = seen(await reported(front, who, **{**down, "occurred_at": "2026-02-10T14:59:50Z"}))
    assert anew.notice != first.notice
    assert await front.owner.fetchval("SELECT count(*) FROM notice") == 2


async def test_of_many_reports_at_once_one_opens_the_incident(front: FrontDesk) -> None:
    who = await monitor(front)
    report = partial(reported, front, who, type="monitor_down", server="zeus3")
    sent_ = (patiently(partial(report, fingerprint=f"check {n % 4}")) for n in range(8))
    answers = await asyncio.gather(*sent_)
    assert sorted(a.status_code for a in answers) == [200] * 7 + [201]
    assert len({a.json()["notice"] for a in answers}) == 1
    assert len(await log(front, "monitoring.noticed", "notice.published")) == 2


# ── Alertmanager ─────────────────────────────────────────────────────────────
BEGAN = "2026-02-10T14:58:30.123456789Z"


def alert(fingerprint: str, status: str = "firing", starts: str = BEGAN, **labels: str) -> Any:
    """As Alertmanager 0.28 sends it."""
    ends = "0001-01-01T00:00:00Z" if status == "firing" else "2026-02-10T15:20:00Z"
    return {
        "status": status,
        "labels": {"alertname": "HostDown", "severity": "critical", **labels},
        "annotations": {"summary": "host is down"},
        "startsAt": starts,
        "endsAt": ends,
        "generatorURL": "http://prometheus.example/graph?g0.expr=up+%3D%3D+0",
        "fingerprint": fingerprint,
    }


def group(*alerts: Any) -> dict[str, Any]:
    return {
        "version": "4",
        "groupKey": '{}:{alertname="HostDown"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "clausedesk",
        "groupLabels": {"alertname": "HostDown"},
        "commonLabels": {"alertname": "HostDown", "severity": "critical"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example",
        "alerts": list(alerts),
    }


async def sent(front: FrontDesk, who: Headers, *alerts: Any) -> list[NoticedEvent]:
    answer = await front.client.post(URL, json=group(*alerts), headers=who)
    assert answer.status_code == 200, answer.text
    return NoticedAlerts.model_validate_json(answer.content).data


async def test_alertmanagers_webhook_is_understood_as_it_is(front: FrontDesk) -> None:
    who = await monitor(front)
    ping, http = alert("aa01", instance="zeus3:9100"), alert("aa02", server="zeus3", instance="10.0.0.3:443")
    first, second = await sent(front, who, ping, http)
    assert (first.outcome, first.server, first.measures) == ("noticed", "zeus3", {"time_to_page_seconds": 89})
    assert (second.outcome, second.notice) == ("known", first.notice)
    front.now += timedelta(hours=4)
    assert [e.outcome for e in await sent(front, who, ping, http)] == ["known", "known"]
    over = [alert("aa01", "resolved", instance="zeus3:9100"), alert("aa02", "resolved", server="zeus3")]
    assert [e.outcome for e in await sent(front, who, over[0])] == ["known"]
    assert await front.owner.fetchval("SELECT state FROM notice") == "open"
    assert [e["data"]["type"] for e in await log(front, "monitoring.noticed")] == ["monitor_down"]
    assert [e["data"]["type"] for e in await log(front, "monitoring.confirmed")] == ["monitor_down", "monitor_up"]
    (ended,) = await sent(front, who, over[1])
    assert (ended.outcome, ended.notice) == ("noticed", first.notice)
    assert await front.owner.fetchval("SELECT state FROM notice") == "resolved"
    assert [e.outcome for e in await sent(front, who, ping, http, *over)] == ["known"] * 4
    (anew,) = await sent(front, who, alert("aa01", starts="2026-02-10T18:59:00Z", instance="zeus3:9100"))
    assert (anew.outcome, anew.notice != first.notice) == ("noticed", True)


async def test_an_alert_that_nothing_can_be_made_of_loses_no_other(front: FrontDesk) -> None:
    who = await monitor(front)
    noticed = await sent(
        front,
        who,
        alert("b1"),
        alert("b2", clausedesk_event="coffee", server="zeus3"),
        alert("b3", clausedesk_event="plugin_scan", plugin="x", account="nobody"),
        alert("b4", "resolved", clausedesk_event="plugin_scan", plugin="x", account="nobody"),
        alert("b5", server="zeus3", account="the cloud's own"),
    )
    assert [e.outcome for e in noticed] == ["ignored"] * 4 + ["noticed"]
    assert [e.detail for e in noticed[:4]] == [
        "It lacks a label: server.",
        "Its labels cannot be used: type.",
        "There is no account as its label says.",
        "Nothing follows from the end of such an event.",
    ]
    assert len(await log(front, "monitoring.ignored")) == 4
    await sent(front, who, alert("b1"))
    assert len(await log(front, "monitoring.ignored")) == 4
    broken = await front.client.post(URL, json=group({**alert("b6"), "startsAt": "yesterday"}), headers=who)
    assert [e["pointer"] for e in broken.json()["errors"]] == ["/alerts/0/startsAt"]


async def test_a_clock_that_is_years_ahead_hides_nothing_that_comes_later(front: FrontDesk) -> None:
    who, ahead = await monitor(front), "2031-01-01T00:00:00Z"
    down = [await reported(front, who, type="monitor_down", server="zeus3", occurred_at=ahead) for _ in range(2)]
    assert [a.status_code for a in down] == [201, 200]
    told = down[0].json()
    assert (told["outcome"], told["measures"]) == ("noticed", {"time_to_page_seconds": 0})
    up = await reported(front, who, type="monitor_up", server="zeus3")
    assert (up.status_code, up.json()["notice"]) == (201, told["notice"])
    outcomes = [
        [one.outcome for one in await sent(front, who, alert("a1", status, starts, server="apollo"))]
        for status, starts in (("firing", ahead), ("firing", ahead), ("resolved", ahead), ("firing", BEGAN))
    ]
    assert outcomes == [["noticed"], ["known"], ["noticed"], ["noticed"]]


async def test_the_page_does_not_wait_for_busy_tickets(front: FrontDesk) -> None:
    account, _, customer = await front.customer("plutus", product="shared", server="zeus3")
    body = {"subject": "Slow today", "facts": {"topic": "email.error"}}
    made = await front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()})
    # A change that has its event, but is not to be seen in the ticket's row: whoever rests on the row is too late.
    await factories.event(front.owner, account.provider_id, subject_id=UUID(made.json()["id"]), seq=2)
    down = seen(await reported(front, await monitor(front), type="monitor_down", server="zeus3"))
    assert (down.tickets_linked, effects(down)[0]) == (0, "page")


# ── other events ─────────────────────────────────────────────────────────────
async def test_a_scan_that_has_run_is_measured_and_what_it_did_not_find_is_followed_by_nothing(
    front: FrontDesk,
) -> None:
    await front.customer("kenotronix", product="vps_dedicated", number="K7")
    who = await monitor(front, "kenotronix")
    ran = seen(await reported(front, who, type="security_scan", account="K7", fingerprint="nightly"))
    assert list(ran.measures) == ["security_scan_age"]
    # Each run is new, though it bears the name of the last one.
    await reported(front, who, type="security_scan", product="vps_dedicated", fingerprint="nightly")
    clean = seen(await reported(front, who, type="plugin_scan", occurred_at="2026-02-10T02:00:00Z"))
    assert effects(clean) == ["measure"]
    told = [row["data"]["scanned"]["product"] for row in await log(front, "monitoring.noticed")]
    assert told == ["vps_dedicated", "vps_dedicated", ""]


async def test_a_bad_plug_in_is_a_task_and_a_notice_to_the_owner_alone(front: FrontDesk) -> None:
    await front.customer("kenotronix", product="managed_wordpress", number="K7")
    who, provider = await monitor(front, "kenotronix"), await front.provider("kenotronix")
    scan = {"type": "plugin_scan", "account": "K7", "plugin": "super-cache-hack", "approved": False}
    found = seen(await reported(front, who, **scan, fingerprint="scan 1"))
    assert effects(found)[:2] == ["remove_plugin", "record"]
    (task,) = await log(front, "task.requested")
    assert (task["data"]["task"], task["data"]["plugin"], task["subject_id"]) == (
        "remove_plugin", "super-cache-hack", found.tasks[0])  # fmt: skip
    staff = await front.staff(provider)
    notice = (await front.client.get(f"/v1/notices/{found.notices[0]}", headers=staff)).json()
    assert (notice["kind"], notice["state"], notice["audience"]["accounts"]) == ("security", "open", ["K7"])
    assert notice["title"] == "plugin removed: super-cache-hack"
    assert "the owner of the account gets an e-mail" in notice["body"]
    assert seen(await reported(front, who, **scan, fingerprint="scan 1"), 200).decision is None
    same = seen(await reported(front, who, **scan))
    assert ("remove_plugin" in effects(same), same.tasks) == (False, [])
    assert (await front.client.get(f"/v1/status/{provider.slug}")).json()["history"] == []


async def test_an_urgent_update_is_not_held_up_by_mail_that_cannot_be_sent(front: FrontDesk) -> None:
    who = await monitor(front, "kenotronix")
    told = seen(await reported(front, who, type="urgent_panel_update", mail_gateway="up"))
    held = seen(await reported(front, who, type="urgent_panel_update", mail_gateway="down"))
    states = dict(await front.owner.fetch("SELECT id, state FROM notice"))
    assert [states[UUID(str(n))] for n in (*told.notices, *held.notices)] == ["open", "draft"]
    assert [e["data"]["task"] for e in await log(front, "task.requested")] == ["apply_update"] * 2


async def test_a_person_whose_address_is_hosted_here_from_now_on_is_flagged(front: FrontDesk) -> None:
    account, _, _ = await front.customer("plutus", product="shared", number="acmeco")
    second = await factories.contact(front.owner, account, role="secondary", token_role="secondary_contact",
                                     email="thandi@mailbox.example")  # fmt: skip
    who = await monitor(front)
    added = {"type": "hosted_domain_added", "account": "acmeco", "domain": "MailBox.example"}
    assert "flag_contact" in effects(seen(await reported(front, who, **added)))
    row = await front.owner.fetchrow("SELECT flag, version FROM contact WHERE id = $1", second.id)
    assert (row["flag"], row["version"]) == ("needs_replacement", 2)
    assert await front.owner.fetchval("SELECT name FROM hosted_domain") == "mailbox.example"
    told = await log(front, "account.domain_added", "contact.flagged")
    assert [(e["type"], e["seq"]) for e in told] == [("account.domain_added", 2), ("contact.flagged", 2)]
    assert seen(await reported(front, who, **added), 200).outcome == "known"


async def test_the_reseller_answers_for_abuse_of_its_customer(front: FrontDesk) -> None:
    provider = await front.provider("mexxus")
    own, _, _ = await front.customer("mexxus", number="R1", is_reseller=True)
    reseller = await factories.reseller(front.owner, provider.id, account_id=own.id)
    await front.customer("mexxus", number="M2", reseller_id=reseller.id)
    who = await monitor(front, "mexxus")
    abused = seen(await reported(front, who, type="abuse_report", account="M2", content="pirated books of J. Doe"))
    assert abused.responsible == "R1"
    notice = await front.owner.fetchrow("SELECT audience, body FROM notice")
    assert notice["audience"] == {"accounts": ["R1"]}
    assert "J. Doe" in notice["body"]
    assert "Doe" not in str([e["data"] for e in await log(front, "monitoring.noticed", "notice.published")])
    turned = seen(await reported(front, who, type="reseller_customer_contact", account="M2", count=3))
    assert turned.decision is not None
    assert next(e for e in turned.decision.effects if e["type"] == "hold_account")["status"] == "proposed"
    assert await front.owner.fetchval("SELECT state FROM account WHERE number = 'M2'") == "active"
    assert len(await log(front, "account.hold_proposed")) == 1


# ── the edge ─────────────────────────────────────────────────────────────────
async def test_what_an_event_lacks_is_named(front: FrontDesk) -> None:
    who = await monitor(front)
    for body, pointer in (
        ({"type": "monitor_down"}, "/server"),
        ({"type": "plugin_scan", "account": "x", "approved": False}, "/plugin"),
        ({"type": "plugin_scan", "plugin": "x"}, "/account"),
        ({"type": "security_scan", "product": "nothing_we_sell"}, "/product"),
        ({"type": "monitor_up", "server": "s", "product": "shared"}, "/product"),
        ({"type": "abuse_report", "account": "nobody"}, "/account"),
        ({"type": "coffee"}, "/type"),
        ({"type": "hosted_domain_added", "account": "x", "domain": "no domain"}, "/domain"),
        ({"type": "monitor_down", "server": "s", "facts": {"nonsense": 1}}, "/facts/nonsense"),
        ({"server": "s"}, "/type"),
        ({"alerts": "none"}, "/alerts"),
    ):
        answer = await front.client.post(URL, json=body, headers=who)
        assert answer.status_code == 422, answer.text
        assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]
    assert await front.owner.fetchval("SELECT count(*) FROM event") == 0


async def test_a_repeated_key_gets_its_answer_again(front: FrontDesk) -> None:
    who = {**await monitor(front), **front.key()}
    first = await reported(front, who, type="monitor_down", server="zeus3")
    again = await reported(front, who, type="monitor_down", server="zeus3")
    assert (again.status_code, again.content, again.headers["idempotent-replayed"]) == (201, first.content, "true")
    other = await reported(front, who, type="monitor_up", server="zeus3")
    assert other.json()["code"] == "idempotency_key_reused"


async def test_events_are_reported_by_staff_and_machines_with_the_scope(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    _, _, customer = await front.customer("plutus", product="shared")
    reseller = await front.reseller(provider, await factories.reseller(front.owner, provider.id))
    for who in (customer, reseller, await front.service(provider, Scope.INBOUND, Scope.SUBMIT)):
        assert (await reported(front, who, type="monitor_down", server="zeus3")).status_code == 403
    assert (await reported(front, {}, type="monitor_down", server="zeus3")).status_code == 401
    seen(await reported(front, await front.staff(provider), type="monitor_down", server="zeus3"))
