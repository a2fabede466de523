"""What happens to a ticket after it was opened."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.base.vocabulary import ClockState, Outcome, TicketStatus, WorkGate
from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision, Signal, TopicCandidate
from app.policy.life import Desk, classify, joined, open_ticket
from app.policy.messages import reply
from app.policy.situation import Request, Sender
from app.policy.tickets.ticket import Ticket
from app.policy.transitions import apply
from app.policy.verbs.step import Transition
from tests.policy.harbour import HELPER, NOON, OWNER, QUAY, STAFF, STRANGER, cites, harbour

AROUND = Desk(account=QUAY, account_named=True)
HOUR = timedelta(hours=1)
POLICY = harbour(
    {
        "targets": {"solved": {"metric": "resolve", "kind": "elapsed", "max": "PT8H", "clauses": ["HAR-15"]}},
        "rules": {
            "told": {
                "stage": "effects",
                "when": {"cause": "third_party"},
                "then": [{"do": "notify", "to": "account_owner"}],
                "clauses": ["HAR-10"],
            },
        },
    }
)


def ticket(policy: CompiledPolicy = POLICY, id_: str = "one", **facts: Any) -> Ticket:
    return open_ticket(
        policy, Request(sender=OWNER, facts={"topic": "web.error", **facts}), AROUND, NOON, id_=id_
    ).ticket


def done(asked: Ticket, verb: str, after: timedelta = HOUR, by: Sender = STAFF, **said: Any) -> tuple[Decision, Ticket]:
    survivor = said.pop("survivor", None)
    step = Transition(verb=verb, by=by, payload=said)
    return apply(POLICY, asked, step, AROUND, NOON + after, survivor=survivor)


def kinds(decision: Decision) -> list[str]:
    return [effect.type for effect in decision.effects]


# ── decided again ────────────────────────────────────────────────────────────
def test_what_follows_from_a_fact_follows_when_it_is_learnt_later() -> None:
    assert "notify" not in kinds(ticket().decision)
    found, _ = done(ticket(), "diagnose", cause="third_party")
    assert "notify" in kinds(found)
    assert cites(found, "HAR-10")


def test_a_message_that_adds_a_fact_is_answered_with_what_follows() -> None:
    told = reply(POLICY, ticket(), Request(sender=OWNER, facts={"cause": "third_party"}), AROUND, NOON + HOUR)
    assert told.appended
    assert "notify" in kinds(told.decision)
    assert told.ticket.facts["cause"] == "third_party"


ASKING_FIRST = harbour(
    {
        "rules": {
            "complete": {
                "stage": "intake",
                "when": {},
                "then": [{"do": "require", "any_of": [["error_message"]]}],
                "clauses": ["HAR-10"],
            }
        }
    }
)
"""A policy that holds what does not say what went wrong."""


@pytest.mark.parametrize("policy", [POLICY, ASKING_FIRST], ids=["admitted", "held"])
def test_what_was_heard_stays_known_and_of_the_same_matter_the_latest_counts(policy: CompiledPolicy) -> None:
    urgent, several = Signal(name="urgent", value=True), Signal(name="scope", value="several")
    everybody = Signal(name="scope", value="all")
    likely = (TopicCandidate(topic="web.error", confidence=0.9),)
    first = replace(AROUND, signals=(urgent, several), topic_candidates=likely)
    request = Request(sender=OWNER, facts={"topic": "web.error"})
    asked = open_ticket(policy, request, first, NOON, id_="one").ticket
    assert asked.held is (policy is ASKING_FIRST)
    again = reply(policy, asked, Request(sender=OWNER), replace(AROUND, signals=(everybody,)), NOON + HOUR).ticket
    assert (again.decision.signals, again.decision.topic_candidates) == ((urgent, everybody), likely)
    known = Request(sender=OWNER, facts={"error_message": "404"})
    later = reply(policy, again, known, AROUND, NOON + 2 * HOUR).ticket
    assert not later.held
    assert (later.decision.signals, later.decision.topic_candidates) == ((urgent, everybody), likely)


def test_an_incident_is_known_when_what_was_held_goes_on() -> None:
    told = {"stage": "effects", "when": {"incident.open": True}, "then": [{"do": "suggest", "suggestions": ["wait"]}]}
    asking = {"stage": "intake", "when": {}, "then": [{"do": "require", "any_of": [["error_message"]]}]}
    rules = {"told": {**told, "clauses": ["HAR-11"]}, "asking": {**asking, "clauses": ["HAR-10"]}}
    policy, down = harbour({"rules": rules}), replace(AROUND, incidents=("tern",))
    held = open_ticket(policy, Request(sender=OWNER, facts={"topic": "web.error"}), down, NOON, id_="one").ticket
    assert held.held
    complete = Request(sender=OWNER, facts={"error_message": "404"})
    assert reply(policy, held, complete, down, NOON + HOUR).decision.suggestions == ("wait",)


# ── taken up again ───────────────────────────────────────────────────────────
def test_a_ticket_that_is_opened_again_has_what_was_left_of_its_time() -> None:
    _, solved = done(ticket(), "resolve", 3 * HOUR)
    _, opened = done(solved, "reopen", 24 * HOUR)
    (first, second) = [line for line in opened.clocks if line.metric == "resolve"]
    assert (first.state, second.state) == (ClockState.MET, ClockState.RUNNING)
    assert second.target.due_at == NOON + 24 * HOUR + 5 * HOUR


def test_other_clocks_stay_as_they_ended() -> None:
    _, solved = done(ticket(), "resolve")
    _, opened = done(solved, "reopen", 2 * HOUR)
    assert [line.state for line in opened.clocks if line.metric == "first_response"] == [ClockState.MET]


# ── merged ───────────────────────────────────────────────────────────────────
def test_a_merged_ticket_is_closed_and_says_so_ever_after() -> None:
    found, merged = done(ticket(id_="two"), "merge", survivor=ticket())
    assert found.outcome is Outcome.MERGED
    assert merged.decision.outcome is Outcome.MERGED
    assert (merged.status, merged.merged_into) == (TicketStatus.CLOSED, "one")
    assert merged.closed_at == NOON + HOUR
    assert not any(line.going for line in merged.clocks)


def test_a_note_in_an_open_ticket_waits_for_a_word_from_the_moment_it_came() -> None:
    noted = {"stage": "emergency", "when": {"topic": "email.offline"}, "then": [{"do": "append"}]}
    same = {"facts": ["account"], "topics": ["web"], "within": "P30D"}
    policy = harbour({"rules": {"noted": {**noted, "same": same, "clauses": ["HAR-10"]}}})
    answered = reply(policy, ticket(policy), Request(sender=STAFF), AROUND, NOON + HOUR).ticket
    busy = replace(AROUND, open_tickets=(answered.as_open(),))
    request = Request(sender=OWNER, facts={"topic": "email.offline"})
    opened = open_ticket(policy, request, busy, NOON + 2 * HOUR, id_="two")
    assert opened.joins == "one"
    for before, waits_since in ((answered, NOON + 2 * HOUR), (ticket(policy), NOON)):
        survivor = joined(policy, busy, opened, before, NOON + 2 * HOUR).survivor
        assert survivor is not None
        assert survivor.oldest_unanswered_at == waits_since


# ── answered ─────────────────────────────────────────────────────────────────
def test_an_answer_of_staff_is_added_and_stops_the_first_clock() -> None:
    told = reply(POLICY, ticket(), Request(sender=STAFF), AROUND, NOON + HOUR)
    assert told.appended
    assert told.ticket.first_response_at == NOON + HOUR
    assert told.ticket.oldest_unanswered_at is None
    assert [line.state for line in told.ticket.clocks if line.metric == "first_response"] == [ClockState.MET]


def test_a_listed_persons_word_is_added_and_a_strangers_is_not() -> None:
    assert reply(POLICY, ticket(), Request(sender=HELPER), AROUND, NOON + HOUR).appended
    refused = reply(POLICY, ticket(), Request(sender=STRANGER), AROUND, NOON + HOUR)
    assert not refused.appended
    assert refused.decision.reason == "sender_unlisted"
    assert refused.ticket == ticket()


def test_a_word_on_a_solved_ticket_opens_it_again() -> None:
    _, solved = done(ticket(), "resolve")
    told = reply(POLICY, solved, Request(sender=OWNER), AROUND, NOON + 2 * HOUR)
    assert (told.ticket.status, told.ticket.resolved_at) == (TicketStatus.OPEN, None)
    assert told.ticket.oldest_unanswered_at == NOON + 2 * HOUR, "being solved was an answer to what was said before"


def test_a_ticket_that_waits_for_its_customer_goes_on_waiting_while_staff_work_on_it() -> None:
    asking_back = Request(sender=STAFF, facts={"awaits_customer": True})
    waiting = reply(POLICY, ticket(), asking_back, AROUND, NOON + HOUR).ticket
    _, worked_on = done(waiting, "diagnose", 2 * HOUR, cause="third_party")
    assert worked_on.status is TicketStatus.WAITING_CUSTOMER
    back = reply(POLICY, worked_on, Request(sender=OWNER), AROUND, NOON + 3 * HOUR).ticket
    assert back.status is TicketStatus.OPEN


def test_what_is_given_back_is_no_longer_paid() -> None:
    _, paid = done(ticket(topic="code.development"), "pay", amount="90.00", currency="GBP")
    assert paid.money.paid == 90
    found, covered = done(paid, "override", 2 * HOUR, field="coverage", value="covered", reason="it was our fault")
    assert "refund" in kinds(found)
    assert covered.money.paid == 0


def test_rules_may_tell_a_question_from_a_request() -> None:
    trying = {"stage": "effects", "when": {"dry_run": True}, "then": [{"do": "suggest", "suggestions": ["ask"]}]}
    policy = harbour({"rules": {"trying": {**trying, "clauses": ["HAR-10"]}}})
    request = Request(sender=OWNER, facts={"topic": "web.error"})
    told, twin = classify(policy, request, AROUND, NOON)
    assert (told.suggestions, twin) == (("ask",), None)
    assert open_ticket(policy, request, AROUND, NOON, id_="one").decision.suggestions == ()


# ── windows, and who turns out to be somebody else ───────────────────────────
def test_a_window_that_staff_have_chosen_stays_until_it_opens_whatever_is_decided_meanwhile() -> None:
    opens, closes = NOON + 5 * HOUR, NOON + 9 * HOUR
    window: dict[str, Any] = {"from": opens.isoformat(), "until": closes.isoformat()}
    decision, put = done(ticket(), "schedule", **window)
    assert (decision.work_gate, put.status) == (WorkGate.SCHEDULED, TicketStatus.SCHEDULED)
    decision, later = done(put, "diagnose", 2 * HOUR, cause="third_party")
    assert decision.schedule is not None
    assert (decision.schedule.from_, decision.schedule.until) == (opens, closes)
    assert (decision.work_gate, later.status) == (WorkGate.SCHEDULED, TicketStatus.SCHEDULED)
    decision, opened = done(later, "diagnose", 6 * HOUR, cause="customer")
    assert (decision.work_gate, opened.status) == (WorkGate.OPEN, TicketStatus.OPEN)


def test_whoever_turns_out_to_be_somebody_else_leaves_no_clock_behind() -> None:
    decision, closed = done(ticket(), "verify", method="call_back", result="negative")
    assert (decision.outcome, decision.reason, closed.status) == (
        Outcome.REFUSED, "identity_not_verified", TicketStatus.CLOSED,
    )  # fmt: skip
    assert {line.state for line in closed.clocks} == {ClockState.MET}


# ── what staff decide otherwise ──────────────────────────────────────────────
@pytest.mark.parametrize("field", ["coverage", "priority", "level", "department"])
def test_staff_can_set_nothing_that_the_policy_does_not_know(field: str) -> None:
    decision, unmoved = done(ticket(), "override", field=field, value="nowhere", reason="it seemed right")
    assert (decision.outcome, decision.missing) == (Outcome.REFUSED, ("value",))
    assert unmoved == ticket()


@pytest.mark.parametrize(("timing", "charged"), [("postpay", ["charge"]), ("none", [])])
def test_work_that_nobody_pays_for_is_settled_without_a_charge(timing: str, charged: list[str]) -> None:
    policy = harbour({"fees": {"development": {"payment": {"timing": timing, "portion": "all"}}}})
    asked = ticket(policy, topic="code.development")
    settled, _ = apply(policy, asked, Transition(verb="settle", by=STAFF, payload={"minutes": 60}), AROUND, NOON + HOUR)
    assert [kind for kind in kinds(settled) if kind in ("charge", "refund")] == charged
