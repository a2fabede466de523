"""Time as an event of a ticket: what is to come, when it began, and what follows when it has come."""

from datetime import timedelta
from typing import Any

import pytest

from app.base.vocabulary import TicketStatus, WorkGate
from app.policy.decision import ScheduleWindow
from app.policy.desk.events import Event
from app.policy.desk.triggers import WINDOW_OPENED, Trigger, noticed, whiles, window_opened
from app.policy.life import Desk, open_ticket
from app.policy.situation import Request
from app.policy.tickets.ticket import Ticket
from app.policy.transitions import apply
from app.policy.verbs.step import Transition
from tests.policy.harbour import NOON, OWNER, QUAY, STAFF, cites, harbour

HOUR = timedelta(hours=1)
DESK = Desk(account=QUAY, account_named=True)


def rule(when: dict[str, Any], *then: dict[str, Any]) -> dict[str, Any]:
    return {"stage": "event", "when": when, "then": list(then), "clauses": ["HAR-3"]}


def refund(share: str) -> dict[str, Any]:
    return {"do": "refund", "share": share}


POLICY = harbour(
    {
        "rules": {
            "old": rule(
                {"event": "elapsed", "since": "received", "after": "PT48H"}, {"do": "page", "audience": "desk"}
            ),
            "on_hold": rule(
                {"event": "elapsed", "since": "on_hold", "after": "PT24H"}, {"do": "transition", "verb": "close"}
            ),
            "unassigned": rule(
                {"event": "elapsed", "since": "assigned", "after": "PT5H"}, {"do": "page", "audience": "desk"}
            ),
            "all_back": rule({"event": "breached", "metric": "resolve"}, refund("1"), refund("0.5")),
            "half_back": rule({"event": "breached", "metric": "first_response"}, refund("0.5"), refund("0.75")),
        }
    }
)


def opened() -> Ticket:
    request = Request(sender=OWNER, facts={"topic": "email.error"}, channel="portal")
    return open_ticket(POLICY, request, DESK, NOON, id_="t").ticket


def after(ticket: Ticket, verb: str, minutes: int, **payload: object) -> Ticket:
    moved = Transition.model_validate({"verb": verb, "by": STAFF, "payload": payload})
    return apply(POLICY, ticket, moved, DESK, NOON + timedelta(minutes=minutes))[1]


def told(ticket: Ticket) -> dict[str, Trigger]:
    return {str(trigger.event.fields.get("since", trigger.event.type)): trigger for trigger in whiles(POLICY, ticket)}


def test_a_while_since_the_receipt_is_waited_for_from_the_beginning() -> None:
    trigger = told(opened())["received"]
    assert (trigger.at, trigger.since, trigger.event.type) == (NOON + 48 * HOUR, NOON, "elapsed")
    assert set(told(opened())) == {"received"}


def test_a_while_in_a_status_is_waited_for_in_that_status_alone() -> None:
    held = opened().changed(status=TicketStatus.ON_HOLD, starts={"on_hold": NOON + HOUR})
    assert (told(held)["on_hold"].at, told(held)["on_hold"].since) == (NOON + 25 * HOUR, NOON + HOUR)
    assert told(held.changed(starts={}))["on_hold"].since == NOON
    assert "on_hold" not in told(held.changed(status=TicketStatus.OPEN))


def test_a_while_since_what_happened_is_waited_for_once_it_has() -> None:
    assigned = after(opened(), "assign", 30, staff="kim")
    assert told(assigned)["assigned"].at == NOON + timedelta(hours=5, minutes=30)


@pytest.mark.parametrize("status", [TicketStatus.RESOLVED, TicketStatus.CLOSED])
def test_nothing_is_waited_for_on_what_has_ended(status: TicketStatus) -> None:
    ended = after(opened(), "assign", 30, staff="kim").changed(status=status)
    assert told(ended) == {}


def test_a_window_is_waited_for_while_the_work_is_scheduled_and_opens_the_gate() -> None:
    ticket = opened()
    window = ScheduleWindow.model_validate({"from": NOON + 9 * HOUR, "until": NOON + 10 * HOUR})
    decision = ticket.decision.changed(schedule=window, work_gate=WorkGate.SCHEDULED)
    scheduled = ticket.changed(status=TicketStatus.SCHEDULED, decision=decision)
    trigger = told(scheduled)[WINDOW_OPENED]
    assert (trigger.at, trigger.since) == (NOON + 9 * HOUR, NOON + 9 * HOUR)
    assert WINDOW_OPENED not in told(ticket.changed(decision=decision))
    answer, now = window_opened(POLICY, scheduled, trigger.at)
    assert (answer.work_gate, answer.effects, now.status) == (WorkGate.OPEN, (), TicketStatus.OPEN)
    assert now.decision.work_gate is WorkGate.OPEN


def test_no_more_is_given_back_than_was_paid() -> None:
    paid = after(opened(), "pay", 5, amount="45.01", currency="GBP")
    for metric, amounts, left in (("resolve", ["45.01"], "0.00"), ("first_response", ["22.51", "22.50"], "0.00")):
        event = Event(type="breached", fields={"metric": metric})
        decision, refunded = noticed(POLICY, paid, event, DESK, NOON + 5 * HOUR)
        back = [e.model_extra or {} for e in decision.effects if e.type == "refund"]
        assert [str(refund["amount"]) for refund in back] == amounts
        assert {refund["currency"] for refund in back} == {"GBP"}
        assert str(refunded.money.paid) == left


def test_nothing_is_given_back_where_nothing_was_paid() -> None:
    event = Event(type="breached", fields={"metric": "resolve"})
    decision, ticket = noticed(POLICY, opened(), event, DESK, NOON + 5 * HOUR)
    assert [e for e in decision.effects if e.type == "refund"] == []
    assert cites(decision, "HAR-3")
    assert ticket.money.paid == 0


def test_the_decision_that_stood_stays_beside_what_follows() -> None:
    ticket = opened()
    event = Event(type="elapsed", fields={"since": "received", "after": "PT48H"})
    decision, unmoved = noticed(POLICY, ticket, event, DESK, NOON + 48 * HOUR)
    assert [e.type for e in decision.effects] == ["page"]
    assert (decision.priority, decision.coverage) == (ticket.decision.priority, ticket.decision.coverage)
    assert [c for c in ticket.decision.citations if decision.citations.count(c) != 1] == []
    assert decision.citations[0].clause == "HAR-3"
    assert decision.targets == ticket.targets
    assert unmoved.status is ticket.status
