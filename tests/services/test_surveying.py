"""What monitoring reads of the database, against rows written by hand."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from prometheus_client import generate_latest

from app.base.figures import FIGURES
from app.base.metrics import READINGS, REGISTRY
from app.db.due import active_providers
from app.db.pool import Database
from app.db.tables.clocks import TicketClock
from app.db.tables.pages import Page
from app.db.tables.providers import Provider
from app.db.tables.quotes import Payment, Quote
from app.services.shelf import Policies
from app.services.surveying import Surveyor, holidays_end, target_bounds
from tests import factories
from tests.frontdesk import FrontDesk, library_policy
from tests.policy.harbour import harbour
from tests.services.reports.counting import count_anew

NOW = factories.NOW


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"clausedesk_{name}", labels)


@pytest.fixture
async def surveyor(worker_database: Database) -> AsyncIterator[Surveyor]:
    yield Surveyor(worker_database, Policies(worker_database), lambda: NOW)
    for part in ("now", "past", "log"):
        READINGS.keep(part, 0, ())


@pytest.fixture
async def mexxus(front: FrontDesk) -> Provider:
    return await front.provider("mexxus")


async def clock(owner: asyncpg.Connection, provider: Provider, ticket: Any, **given: Any) -> None:
    known = {"provider_id": provider.id, "ticket_id": ticket.id, "metric": "first_response", "cycle": 1}
    known |= {"state": "running", "kind": "elapsed", "strength": "promised", "liability": "none"}
    known |= {"started_at": NOW - minutes(60), "updated_at": NOW}
    await factories.insert(owner, TicketClock(**known | given))


async def survey(surveyor: Surveyor) -> None:
    """Rows that were written by hand left nothing in the log, so every day is counted."""
    for id_, _ in await active_providers(surveyor.database):
        await count_anew(surveyor.database, id_)
    while await surveyor.past():
        pass
    assert [await surveyor.now(), await surveyor.log()] == [False] * 2


async def test_open_tickets_are_counted_by_department(
    surveyor: Surveyor, owner: asyncpg.Connection, mexxus: Provider
) -> None:
    staff = await factories.staff(owner, mexxus.id)
    late = await factories.ticket(owner, mexxus.id, department="support", received_at=NOW - minutes(90))
    await clock(owner, mexxus, late, due_at=NOW - minutes(30), state="breached", breach_announced_at=NOW)
    taken = await factories.ticket(owner, mexxus.id, department="support", assignee_id=staff.id)
    await clock(owner, mexxus, taken, due_at=NOW + minutes(5), warn_at=NOW - minutes(1))
    answered = await factories.ticket(owner, mexxus.id, department="support", received_at=NOW - minutes(600))
    await clock(owner, mexxus, answered, due_at=NOW - minutes(9), stopped_at=NOW - minutes(10), state="met")
    await factories.ticket(owner, mexxus.id, work_gate="awaiting_quote")
    await factories.ticket(owner, mexxus.id, department="support", status="closed")
    await survey(surveyor)
    of = {"provider": "mexxus", "department": "support"}
    assert value("tickets_open", **of) == 3
    assert value("tickets_unassigned", **of) == 2
    assert value("tickets_overdue", **of) == 1
    assert value("oldest_unanswered_seconds", **of) == 5400
    assert value("tickets_open", provider="mexxus", department="none") == 1
    assert value("tickets_without_owner_or_due", provider="mexxus") == 1
    assert value("tickets_gated", provider="mexxus", gate="awaiting_quote") == 1
    assert value("targets_running", provider="mexxus", metric="first_response") == 1
    assert value("targets_at_risk", provider="mexxus", metric="first_response") == 1
    assert value("targets_at_risk", provider="mexxus", metric="level_response") == 0


async def test_clocks_met_are_spread_over_the_times_that_policies_give_and_misses_told_by_excuse_and_liability(
    surveyor: Surveyor, owner: asyncpg.Connection, mexxus: Provider
) -> None:
    for consumed in (3600, 3601, 14_400):
        ticket = await factories.ticket(owner, mexxus.id, priority="high", department="support")
        await clock(owner, mexxus, ticket, state="met", stopped_at=NOW, consumed_seconds=consumed)
    for excused_by in (None, "waiting_for_customer"):
        ticket = await factories.ticket(owner, mexxus.id)
        await clock(owner, mexxus, ticket, state="breached", excused_by=excused_by)
    await survey(surveyor)
    of = {"provider": "mexxus", "metric": "first_response", "priority": "high", "department": "support"}
    assert value("target_seconds_bucket", le="900.0", **of) == 0
    assert value("target_seconds_bucket", le="3600.0", **of) == 1
    assert value("target_seconds_bucket", le="14400.0", **of) == 3
    assert value("target_seconds_count", **of) == 3
    assert value("target_seconds_sum", **of) == 21_601
    for excused in ("true", "false"):
        missed = {"provider": "mexxus", "metric": "first_response", "excused": excused, "liability": "none"}
        assert value("target_breaches_total", **missed) == 1


async def test_before_the_first_miss_there_are_none_so_that_it_is_seen_to_come(
    surveyor: Surveyor, mexxus: Provider
) -> None:
    await survey(surveyor)
    missed = {"provider": "mexxus", "metric": "first_response", "excused": "false", "liability": "none"}
    assert value("target_breaches_total", **missed) == 0


async def test_money_is_counted_by_currency(surveyor: Surveyor, owner: asyncpg.Connection, mexxus: Provider) -> None:
    known: dict[str, Any] = {"provider_id": mexxus.id, "created_at": NOW, "updated_at": NOW, "edition": 1}
    known |= {"currency": "CAD", "terms": "capped", "policy_version": 1, "settings_revision": 0}
    known |= {"requested_by": "staff:7"}
    agreed = Quote(**known, id=factories.new_id(), status="consented", total=Decimal("90.50"), consent={"by": "x"})
    for quote in (agreed, Quote(**known, id=factories.new_id(), status="waived", total=Decimal("9.50"))):
        await factories.insert(owner, quote)
    paid: dict[str, Any] = {"provider_id": mexxus.id, "quote_id": agreed.id, "currency": "CAD", "recorded_by": "x"}
    for kind, amount in (("payment", "50.25"), ("refund", "5.00")):
        row: dict[str, Any] = {"id": factories.new_id(), "kind": kind, "reference": kind, "amount": Decimal(amount)}
        await factories.insert(owner, Payment(**paid, **row, paid_at=NOW, created_at=NOW))
    await survey(surveyor)
    sums = {"quoted": 100, "consented": 90.5, "waived": 9.5, "paid": 50.25, "refunded": 5}
    assert {name: value(f"fees_{name}_total", provider="mexxus", currency="CAD") for name in sums} == sums


async def test_pages_tell_how_long_the_first_call_took_and_which_have_none(
    surveyor: Surveyor, owner: asyncpg.Connection, mexxus: Provider
) -> None:
    for taken in (30, 31, None):
        event = await factories.event(owner, mexxus.id)
        known: dict[str, Any] = {
            "provider_id": mexxus.id,
            "id": factories.new_id(),
            "event_id": event.id,
            "subject_kind": "ticket",
        }
        known |= {"subject_id": factories.new_id(), "audience": "on_call", "summary": "down", "state": "triggered"}
        known |= {"escalate_at": NOW, "raised_at": NOW - minutes(2), "created_at": NOW, "updated_at": NOW}
        if taken is not None:
            known["delivered_at"] = NOW - minutes(2) + timedelta(seconds=taken)
        await factories.insert(owner, Page(**known))
    await survey(surveyor)
    assert value("time_to_page_seconds_bucket", provider="mexxus", le="30.0") == 1
    assert value("time_to_page_seconds_count", provider="mexxus") == 2
    assert value("pages_unsent", provider="mexxus") == 1
    assert value("oldest_unsent_page_seconds", provider="mexxus") == 120


async def test_what_waits_is_counted_and_how_old_it_is(
    surveyor: Surveyor, owner: asyncpg.Connection, mexxus: Provider
) -> None:
    await factories.event(owner, mexxus.id)
    await factories.delivery(owner, mexxus.id, created_at=NOW - minutes(3))
    await factories.delivery(owner, mexxus.id, state="dead", kind="page")
    await survey(surveyor)
    assert value("events_unplaced") == 1
    assert value("deliveries", kind="mail", state="pending") == 1
    assert value("deliveries", kind="page", state="dead") == 1
    assert value("deliveries", kind="webhook", state="dead") == 0
    assert value("oldest_pending_delivery_seconds", kind="mail") == 180


async def test_readings_are_counted_once_by_every_worker_however_often_it_looks(
    surveyor: Surveyor, worker_database: Database, owner: asyncpg.Connection, mexxus: Provider
) -> None:
    for position, ids in ((1, ["A_X_06", "A_X_13"]), (2, ["A_X_06"])):
        decision = {"assumptions": [{"id": id_, "value": "x"} for id_ in ids]}
        await factories.event(owner, mexxus.id, position=position, seal=b"s", decision=decision)
    await factories.event(owner, mexxus.id, position=3, seal=b"s")
    another = Surveyor(worker_database, surveyor.policies, surveyor.clock)
    for each in (surveyor, surveyor, another):
        await survey(each)
        assert value("assumption_used_total", provider="mexxus", assumption="A_X_06") == 2
        assert value("assumption_used_total", provider="mexxus", assumption="A_X_13") == 1


async def test_a_wait_at_a_gate_is_counted_once_it_is_over_however_it_ended(
    surveyor: Surveyor, owner: asyncpg.Connection, mexxus: Provider
) -> None:
    waiting = {"outcome": "accepted", "work_gate": "awaiting_payment"}
    closes = {**waiting, "effects": [{"type": "transition", "verb": "close"}]}
    told: tuple[tuple[int, int, str, dict[str, Any] | None], ...] = (
        (1, 0, "ticket.opened", waiting),
        (1, 30, "ticket.replied", waiting),
        (1, 40, "ticket.reply_refused", {"outcome": "refused", "work_gate": "open"}),
        (1, 60, "ticket.paid", {**waiting, "work_gate": "open"}),
        (2, 0, "ticket.opened", {**waiting, "work_gate": "awaiting_consent"}),
        (2, 5, "ticket.consented", waiting),
        (2, 20, "ticket.noted", None),
        (2, 300, "ticket.elapsed", closes),
        (3, 0, "ticket.opened", waiting),
    )
    for position, (number, minute, kind, decision) in enumerate(told, 1):
        known: dict[str, Any] = {"position": position, "seal": b"s", "decision": decision, "seq": position}
        known |= {"subject_kind": "ticket", "subject_id": UUID(int=number), "type": kind}
        await factories.event(owner, mexxus.id, **known, occurred_at=NOW + minutes(minute))
    await survey(surveyor)
    paid, agreed = ({"provider": "mexxus", "gate": gate} for gate in ("awaiting_payment", "awaiting_consent"))
    assert value("work_gate_seconds_count", **paid) == 2
    assert value("work_gate_seconds_sum", **paid) == 60 * (60 + 295)
    assert value("work_gate_seconds_bucket", le="3600.0", **paid) == 1
    assert value("work_gate_seconds_bucket", le="300.0", **agreed) == 1
    assert value("work_gate_seconds_count", provider="mexxus", gate="open") is None


async def test_scans_are_as_old_as_the_log_says_and_a_scan_of_everything_is_one_of_each_product(
    surveyor: Surveyor, owner: asyncpg.Connection, front: FrontDesk
) -> None:
    kenotronix = await front.provider("kenotronix")
    told = (("vps_dedicated", 30), ("vps_dedicated", 2), ("shared", 5), ("", 4))
    for position, (product, hours) in enumerate(told, 1):
        scanned = {"product": product, "at": int((NOW - timedelta(hours=hours)).timestamp())}
        known: dict[str, Any] = {"position": position, "seal": b"s", "subject_kind": "signal"}
        known |= {"type": "monitoring.noticed", "data": {"type": "security_scan", "scanned": scanned}}
        await factories.event(owner, kenotronix.id, **known)
    await survey(surveyor)

    def age(product: str) -> float | None:
        return value("security_scan_age_seconds", provider="kenotronix", product=product)

    assert [age(product) for product in ("vps_dedicated", "shared", "gsuite")] == [7200, 14_400, 14_400]
    goal = {"provider": "kenotronix", "goal": "security_scan_age"}
    assert [value(f"goal_{name}", **goal) for name in ("value", "max", "met")] == [14_400, 86_400, 1]
    assert value("goal_value", provider="kenotronix", goal="plugin_scan_age") is None


async def test_a_goal_stands_beside_its_band(surveyor: Surveyor, owner: asyncpg.Connection, front: FrontDesk) -> None:
    plutus = await front.provider("plutus")
    for level in (1, 1, 1, 2):
        await factories.ticket(owner, plutus.id, level=level, status="resolved", resolved_at=NOW)
    await survey(surveyor)
    goal = {"provider": "plutus", "goal": "level1_solved_ratio"}
    assert value("level1_solved_ratio", provider="plutus") == 0.75
    assert [value(f"goal_{name}", **goal) for name in ("value", "min", "max", "met")] == [0.75, 0.7, 0.8, 1]


async def test_calls_on_an_emergency_line_are_counted_by_whether_they_were_taken(
    surveyor: Surveyor, owner: asyncpg.Connection, front: FrontDesk
) -> None:
    plutus = await front.provider("plutus")
    line = next(name for name, c in library_policy("plutus")[1].document.channels.items() if c.emergency)
    for outcome in ("accepted", "refused", "refused"):
        await factories.ticket(owner, plutus.id, channel=line, outcome=outcome)
    await factories.ticket(owner, plutus.id, channel="ticket")
    await survey(surveyor)
    assert value("emergency_calls_total", provider="plutus", valid="true") == 1
    assert value("emergency_calls_total", provider="plutus", valid="false") == 2


async def test_no_word_of_a_request_becomes_a_label_and_strangers_words_make_no_series(
    surveyor: Surveyor, owner: asyncpg.Connection, mexxus: Provider
) -> None:
    async def series() -> set[str]:
        await survey(surveyor)
        text = generate_latest(READINGS).decode()
        return {line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")}

    words = [f"ann{n}@example.com" for n in range(6)]
    for word in words:
        ticket = await factories.ticket(
            owner, mexxus.id, channel=word, reason=word, department=word, priority=word, subject=word
        )
        await clock(owner, mexxus, ticket, metric=word, state="met", stopped_at=NOW, consumed_seconds=9)
        if word == words[0]:
            few = await series()
    many = await series()
    assert many == few
    assert not any("@" in line or str(ticket.id) in line or ticket.reference in line for line in many)
    assert value("tickets_total", provider="mexxus", outcome="accepted", reason="other", channel="other") == 6


async def test_every_figure_that_is_described_is_read(
    surveyor: Surveyor, owner: asyncpg.Connection, mexxus: Provider
) -> None:
    await survey(surveyor)
    found = {family.name.removeprefix("clausedesk_") for family in READINGS.collect()}
    assert found == set(FIGURES)


async def test_what_was_read_too_long_ago_is_not_shown(surveyor: Surveyor, mexxus: Provider) -> None:
    await survey(surveyor)
    assert value("pages_unsent", provider="mexxus") == 0
    READINGS.keep("now", 0, ())
    assert value("pages_unsent", provider="mexxus") is None


async def test_what_takes_long_to_read_is_read_less_often(
    surveyor: Surveyor, owner: asyncpg.Connection, mexxus: Provider
) -> None:
    def open_now() -> float | None:
        return value("tickets_open", provider="mexxus", department="none")

    await factories.ticket(owner, mexxus.id)
    await surveyor.now()
    await factories.ticket(owner, mexxus.id)
    # The control: what is read at once is read in the next round again.
    await surveyor.now()
    assert open_now() == 2
    async with owner.transaction():
        await owner.execute("LOCK TABLE ticket IN ACCESS EXCLUSIVE MODE")
        reading = asyncio.create_task(surveyor.now())
        await asyncio.sleep(0.8)
    await reading
    await factories.ticket(owner, mexxus.id)
    await surveyor.now()
    assert open_now() == 2


def test_bounds_hold_the_times_of_every_policy_in_order() -> None:
    _, mexxus = library_policy("mexxus")
    bounds = target_bounds([mexxus.document, harbour().document])
    assert {3600, 4 * 3600, 8 * 3600, 24 * 3600} <= set(bounds)
    assert bounds == sorted(set(bounds))


def test_holidays_are_known_until_the_end_of_the_last_year_that_every_list_has() -> None:
    _, tsc = library_policy("tsc")
    end = holidays_end(tsc.document)
    used = {name for calendar in tsc.document.calendars.values() for name in calendar.holidays}
    assert end is not None
    assert end.year == min(max(tsc.document.holidays[name]).year for name in used) + 1
    assert (end.month, end.day) == (1, 1)
