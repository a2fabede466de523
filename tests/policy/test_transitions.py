"""What rules about a step say, beside what follows from it."""

from datetime import timedelta
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
