"""Administrative actions asked for in an old ticket, or outside any."""

from pydantic import JsonValue

from app.base.vocabulary import Outcome
from app.policy.compile import CompiledPolicy
from app.policy.desk.asking import ask_for_action
from app.policy.life import Desk, open_ticket
from app.policy.situation import Account, ListedContact, Request, Sender
from app.policy.tickets.ticket import Ticket
from tests.policy.harbour import HELPER, NOON, OWNER, QUAY, harbour

POLICY = harbour()
AROUND = Desk(account=QUAY, account_named=True)
CLOSE = Request(sender=OWNER, action="cancel_service", facts={"confirmed": True})


def ticket(policy: CompiledPolicy = POLICY, **facts: JsonValue) -> Ticket:
    request = Request(sender=OWNER, facts={"topic": "web.error", **facts})
    return open_ticket(policy, request, AROUND, NOON, id_="first").ticket


def test_an_action_that_needs_a_ticket_is_refused_outside_any() -> None:
    decision = ask_for_action(POLICY, CLOSE, AROUND, None, NOON)
    assert (decision.outcome, decision.reason) == (Outcome.REFUSED, "ticket_required")
    assert decision.redirect == ("portal",)


def test_in_a_ticket_it_is_judged() -> None:
    decision = ask_for_action(POLICY, CLOSE, AROUND, ticket(), NOON)
    assert decision.outcome is Outcome.ACCEPTED
    assert decision.action is not None
    assert (decision.action.roles, decision.action.destructive) == (("owner",), True)
    by_helper = CLOSE.model_copy(update={"sender": HELPER})
    assert ask_for_action(POLICY, by_helper, AROUND, ticket(), NOON).reason == "role_not_permitted"


def test_what_the_ticket_says_already_counts_unless_it_is_said_anew() -> None:
    spared = harbour({"actions": {"cancel_service": {"excluded_when": {"cause": "third_party"}}}})
    first = ticket(spared, cause="third_party")
    assert ask_for_action(spared, CLOSE, AROUND, first, NOON).reason == "modification_excluded"
    anew = CLOSE.model_copy(update={"facts": {"confirmed": True, "cause": "provider"}})
    assert ask_for_action(spared, anew, AROUND, first, NOON).outcome is Outcome.ACCEPTED


def test_an_action_with_a_topic_of_its_own_is_about_that_and_not_about_the_ticket() -> None:
    own = harbour({"actions": {"cancel_service": {"topic": "web.offline"}}})
    assert ask_for_action(own, CLOSE, AROUND, ticket(own), NOON).topic == "web.offline"
    assert ask_for_action(POLICY, CLOSE, AROUND, ticket(), NOON).topic == "web.error"


def test_a_reseller_asks_for_its_own_customer_and_for_no_other() -> None:
    broker = Account(
        number="broker", is_reseller=True, contacts=(ListedContact(role="owner", email="desk@broker.example"),)
    )
    own = Desk(account=QUAY.model_copy(update={"reseller": "broker"}), account_named=True, reseller=broker)
    asked = CLOSE.model_copy(update={"sender": Sender(email="desk@broker.example")})
    assert ask_for_action(POLICY, asked, own, ticket(), NOON).standing == "reseller"
    foreign = Desk(account=QUAY, account_named=True, reseller=broker)
    assert ask_for_action(POLICY, asked, foreign, ticket(), NOON).standing == "unlisted"
