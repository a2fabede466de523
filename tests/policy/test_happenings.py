"""Clocks of a policy's own: started by what happens to a ticket, met by it, paused in named states, repeated."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.base.vocabulary import ClockState, TicketStatus
from app.policy.compile import CompiledPolicy
from app.policy.desk.events import Event
from app.policy.desk.triggers import noticed, whiles
from app.policy.language.standard import TICKET_EVENTS
from app.policy.life import Desk, open_ticket
from app.policy.messages import reply
from app.policy.situation import Request, Sender
from app.policy.tickets import happenings
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import ClockLine
from app.policy.transitions import VERBS, apply
from app.policy.verbs.step import Transition
from tests.policy.harbour import NOON, OWNER, QUAY, STAFF, cites, harbour

PATCH: dict[str, Any] = {
    "facts": {"workaround_given": {"type": "bool", "default": False, "asserted_by": ["staff"]}},
    "metrics": {
        "workaround": {"stops": "workaround_given"},
        "update": {"stops": "replied", "repeat": True},
        "begin": {"stops": "work_started"},
        "report": {"stops": "replied"},
    },
    "targets": {
        "around": {"metric": "workaround", "kind": "elapsed", "max": "PT4H", "clauses": ["HAR-3"]},
        "news": {"metric": "update", "kind": "elapsed", "max": "PT30M", "pauses": ["on_hold"], "clauses": ["HAR-3"]},
        "begun": {"metric": "begin", "kind": "elapsed", "max": "PT2H", "start": "assigned", "clauses": ["HAR-3"]},
        "reported": {
            "metric": "report",
            "kind": "elapsed",
            "max": "P1D",
            "start": "workaround_given",
            "clauses": ["HAR-3"],
        },
    },
    "rules": {
        "late": {
            "stage": "event",
            "when": {"event": "breached", "metric": "update"},
            "then": [{"do": "transition", "verb": "escalate", "to_level": 2}, {"do": "page", "audience": "on_call"}],
            "clauses": ["HAR-3"],
        },
        "silent": {
            "stage": "event",
            "when": {"event": "elapsed", "since": "replied", "after": "PT72H"},
            "then": [{"do": "transition", "verb": "close"}],
            "clauses": ["HAR-3"],
        },
        "two_days": {
            "stage": "event",
            "when": {"event": "elapsed", "since": "received", "after": "PT16H", "calendar": "office"},
            "then": [{"do": "transition", "verb": "transfer", "department": "seniors"}],
            "clauses": ["HAR-3"],
        },
        "half_back": {
            "stage": "event",
            "when": {"event": "breached", "metric": "workaround", "paid": {"gt": 0}},
            "then": [{"do": "refund", "share": "0.5"}],
            "clauses": ["HAR-3"],
        },
    },
    "departments": {"seniors": {"when": {"topic": "never"}, "clauses": ["HAR-3"]}, "desk": {"clauses": ["HAR-3"]}},
    "topics": {"never": {}},
    "calendars": {"office": {"open": {"mon-fri": [["09:00", "17:00"]]}}},
}
POLICY: CompiledPolicy = harbour(PATCH)
PATIENT = harbour(
    {
        **PATCH,
        "targets": {**PATCH["targets"], "news": {**PATCH["targets"]["news"], "pauses": ["waiting_customer"]}},
        "rules": {
            "silent": {
                "stage": "event",
                "when": {"event": "elapsed", "since": "waiting_customer", "after": "PT72H"},
                "then": [{"do": "transition", "verb": "close"}],
                "clauses": ["HAR-3"],
            }
        },
    }
)
DESK = Desk(account=QUAY, account_named=True)


def opened(**facts: object) -> Ticket:
    request = Request(sender=OWNER, facts={"topic": "email.error", **facts}, channel="portal")
    return open_ticket(POLICY, request, DESK, NOON, id_="t").ticket


def after(ticket: Ticket, verb: str, minutes: int, **payload: object) -> Ticket:
    moved = Transition.model_validate({"verb": verb, "by": STAFF, "payload": payload})
    return apply(POLICY, ticket, moved, DESK, NOON + timedelta(minutes=minutes))[1]


def answered(ticket: Ticket, minutes: int, by: Sender = STAFF) -> Ticket:
    return reply(POLICY, ticket, Request(sender=by), DESK, NOON + timedelta(minutes=minutes)).ticket


def clocks(ticket: Ticket, metric: str) -> list[ClockLine]:
    return [line for line in ticket.clocks if line.metric == metric]


def due(ticket: Ticket, metric: str) -> datetime | None:
    return clocks(ticket, metric)[-1].target.due_at


def test_every_verb_but_a_merge_is_an_event_under_a_name_that_policies_can_use() -> None:
    assert set(happenings.OF_VERB) | {"merge", "availability"} == set(VERBS)
    assert {*happenings.OF_VERB.values(), happenings.REPLIED, happenings.CUSTOMER_WROTE} <= TICKET_EVENTS


def test_a_clock_of_the_policys_own_is_met_by_a_fact_that_comes_true() -> None:
    ticket = after(opened(), "diagnose", 60, facts={"workaround_given": True})
    assert [line.state for line in clocks(ticket, "workaround")] == [ClockState.MET]


def test_another_fact_leaves_it_running() -> None:
    ticket = after(opened(), "diagnose", 60, cause="customer")
    assert [line.state for line in clocks(ticket, "workaround")] == [ClockState.RUNNING]


def test_updates_are_due_again_and_again_from_the_last_one() -> None:
    ticket = answered(answered(opened(), 20), 45)
    assert [line.state for line in clocks(ticket, "update")] == [ClockState.MET, ClockState.MET, ClockState.RUNNING]
    assert due(ticket, "update") == NOON + timedelta(minutes=75)
    late = answered(ticket, 80)
    assert [line.state for line in clocks(late, "update")][2:] == [ClockState.BREACHED, ClockState.RUNNING]


def test_what_the_customer_writes_is_no_update() -> None:
    assert len(clocks(answered(opened(), 20, OWNER), "update")) == 1


def test_nothing_repeats_on_a_ticket_that_is_resolved() -> None:
    ticket = after(opened(), "resolve", 10)
    assert [line.state for line in clocks(ticket, "update")] == [ClockState.MET]
    assert [line.going for line in clocks(answered(ticket, 20), "update")] == [False]


def test_a_clock_can_begin_with_any_event_of_the_ticket() -> None:
    ticket = opened()
    assert clocks(ticket, "begin") == []
    assigned = after(ticket, "assign", 30, staff="kim")
    assert due(assigned, "begin") == NOON + timedelta(minutes=150)
    begun = after(assigned, "start_work", 60)
    assert [line.state for line in clocks(begun, "begin")] == [ClockState.MET]


def test_a_clock_can_begin_when_a_fact_comes_to_hold() -> None:
    ticket = after(opened(), "diagnose", 60, facts={"workaround_given": True})
    assert due(ticket, "report") == NOON + timedelta(minutes=60, days=1)
    later = after(ticket, "diagnose", 90, cause="customer")
    assert due(later, "report") == NOON + timedelta(minutes=60, days=1)
    assert later.starts["workaround_given"] == NOON + timedelta(minutes=60)


def test_a_fact_of_the_request_counts_from_its_receipt() -> None:
    assert due(opened(workaround_given=True), "report") == NOON + timedelta(days=1)


def test_an_answer_that_asks_back_waits_for_the_customer_and_the_clocks_that_may_wait_too() -> None:
    asking = Request(sender=STAFF, facts={"awaits_customer": True})
    request = Request(sender=OWNER, facts={"topic": "email.error"}, channel="portal")
    ticket = open_ticket(PATIENT, request, DESK, NOON, id_="t").ticket
    waiting = reply(PATIENT, ticket, asking, DESK, NOON + timedelta(minutes=10)).ticket
    assert waiting.status is TicketStatus.WAITING_CUSTOMER
    (update,) = clocks(waiting, "update")[1:]
    assert update.state is ClockState.PAUSED
    back = reply(PATIENT, waiting, Request(sender=OWNER), DESK, NOON + timedelta(minutes=130)).ticket
    assert back.status is TicketStatus.OPEN
    assert due(back, "update") == NOON + timedelta(minutes=160)
    awaited = {t.event.fields.get("since") for t in whiles(PATIENT, waiting)}
    assert "waiting_customer" in awaited
    assert "waiting_customer" not in {t.event.fields.get("since") for t in whiles(PATIENT, back)}


# ── time as an event ─────────────────────────────────────────────────────────
def test_what_is_to_come_is_known_with_its_time() -> None:
    times = {t.event.fields.get("since"): (t.at, t.event.type) for t in whiles(POLICY, answered(opened(), 20))}
    assert times["replied"] == (NOON + timedelta(minutes=20, hours=72), "elapsed")
    assert times["received"] == (datetime.fromisoformat("2026-02-12T12:00+00:00"), "elapsed")


def test_a_missed_time_moves_the_ticket_and_wakes_somebody() -> None:
    ticket = opened()
    event = Event(type="breached", fields={"metric": "update"})
    decision, moved = noticed(POLICY, ticket, event, DESK, NOON + timedelta(minutes=31))
    assert moved.level == 2
    assert [e.type for e in decision.effects] == ["page"]
    assert cites(decision, "HAR-3")


def test_a_while_without_an_answer_closes_the_ticket() -> None:
    ticket = answered(opened(), 20)
    event = next(t for t in whiles(POLICY, ticket) if t.event.fields.get("since") == "replied")
    assert not noticed(POLICY, ticket, event.event, DESK, event.at)[1].open


@pytest.mark.parametrize("after_", ["PT71H", "P2D"])
def test_another_while_does_not(after_: str) -> None:
    event = Event(type="elapsed", fields={"since": "replied", "after": after_})
    assert noticed(POLICY, opened(), event, DESK, NOON + timedelta(days=3))[1].open


def test_the_same_while_in_other_words_does() -> None:
    event = Event(type="elapsed", fields={"since": "replied", "after": "P3D"})
    assert not noticed(POLICY, opened(), event, DESK, NOON + timedelta(days=3))[1].open


def test_a_share_of_what_was_paid_goes_back_for_a_miss() -> None:
    ticket = opened(topic="code.development")
    paid = after(ticket, "pay", 5, amount="45.01", currency="GBP")
    event = Event(type="breached", fields={"metric": "workaround"})
    decision, refunded = noticed(POLICY, paid, event, DESK, NOON + timedelta(hours=5))
    (refund,) = (e.model_extra for e in decision.effects if e.type == "refund")
    assert refund is not None
    assert (str(refund["amount"]), refund["currency"], str(refunded.money.paid)) == ("22.51", "GBP", "22.50")
