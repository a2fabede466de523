"""What rules about a step say, beside what follows from it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.policy.compile import CompiledPolicy
from app.policy.life import Desk, open_ticket
from app.policy.situation import Request, Sender
from app.policy.tickets.ticket import Ticket
from app.policy.transitions import apply
from app.policy.verbs.step import Result, Transition
from tests.policy.harbour import NOON, OWNER, QUAY, STAFF, harbour

AROUND = Desk(account=QUAY, account_named=True)
TELL = {"do": "notify", "to": "account_owner"}


def with_rules(**rules: dict[str, Any]) -> CompiledPolicy:
    return harbour({"rules": {name: {**rule, "clauses": ["HAR-10"]} for name, rule in rules.items()}})


def asked(policy: CompiledPolicy, topic: str = "web.error") -> Ticket:
    return open_ticket(policy, Request(sender=OWNER, facts={"topic": topic}), AROUND, NOON, id_="one").ticket


def done(policy: CompiledPolicy, ticket: Ticket, verb: str, by: Sender = STAFF, **said: Any) -> Result:
    return apply(policy, ticket, Transition(verb=verb, by=by, payload=said), AROUND, NOON + timedelta(hours=1))


def test_what_a_step_and_its_consequences_both_bring_about_is_done_once() -> None:
    policy = with_rules(
        step={"stage": "transition", "when": {"transition": "diagnose"}, "then": [TELL]},
        consequence={"stage": "effects", "when": {"cause": "third_party"}, "then": [TELL]},
    )
    decision, _ = done(policy, asked(policy), "diagnose", cause="third_party")
    assert [effect.type for effect in decision.effects].count("notify") == 1


def test_facts_that_rules_about_a_step_work_out_stay_with_the_ticket() -> None:
    worked_out = {"do": "fact", "fact": "scope", "value": "all"}
    policy = with_rules(step={"stage": "transition", "when": {"transition": "diagnose"}, "then": [worked_out]})
    _, after = done(policy, asked(policy), "diagnose", cause="third_party")
    assert after.facts["scope"] == "all"


def test_a_price_that_was_declined_can_be_agreed_to_as_it_stood() -> None:
    policy = harbour({"fees": {"development": {"consent": "required", "payment": {"timing": "postpay"}}}})
    _, quoted = done(policy, asked(policy, "code.development"), "quote", amount="90.00", minutes=60)
    _, declined = done(policy, quoted, "decline", OWNER)
    decision, agreed = done(policy, declined, "consent", OWNER)
    assert (str(agreed.money.consented), agreed.money.declined, decision.work_gate) == ("90.00", False, "open")


# ── beyond what is known ─────────────────────────────────────────────────────
FEW_HOLIDAYS = {
    "holidays": {"FEW": ["2025-12-25", "2026-12-25"]},
    "calendars": {"office": {"open": {"mon-fri": [["09:00", "17:00"]]}, "holidays": ["FEW"], "clauses": ["HAR-1"]}},
    "targets": {"1": {"kind": "business", "max": "PT8H", "calendar": "office"}},
}


def test_a_step_that_needs_hours_beyond_the_known_holidays_is_refused_by_that_name_and_changes_nothing() -> None:
    policy, december = harbour(FEW_HOLIDAYS), datetime(2026, 12, 29, 12, tzinfo=UTC)
    request = Request(sender=OWNER, facts={"topic": "web.error"})
    ticket = open_ticket(policy, request, AROUND, december, id_="one").ticket
    resolve = Transition(verb="resolve", by=STAFF, payload={})
    decision, after = apply(policy, ticket, resolve, AROUND, december + timedelta(days=20))
    assert (decision.outcome, decision.reason) == ("refused", "calendar_horizon_exceeded")
    assert [(e.type, e.model_extra) for e in decision.effects] == [
        ("warn", {"of": "calendar_horizon_exceeded", "calendar": "office"})
    ]
    assert after is ticket
    assert apply(policy, ticket, resolve, AROUND, december + timedelta(days=1))[0].outcome == "accepted"


# ── a time agreed upon ───────────────────────────────────────────────────────
def test_a_time_that_is_agreed_without_a_target_is_the_policy_s_own_promise() -> None:
    policy = harbour()
    due = NOON + timedelta(days=3)
    _, after = done(policy, asked(policy), "negotiate", due_at=due.isoformat())
    (agreed,) = (line for line in after.clocks if line.metric == "turnaround")
    assert (agreed.target.due_at, agreed.target.strength) == (due, policy.document.strength)
    assert {line.terms.by for line in after.clocks} == {policy.numbers}
