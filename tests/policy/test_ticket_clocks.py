"""A ticket's clocks: each metric has one verdict, however often the rules are asked again."""

from datetime import UTC, datetime, timedelta

from app.base.vocabulary import ClockState
from app.policy.life import Desk, open_ticket, reply
from app.policy.situation import Account, ListedContact, Request, Sender
from app.policy.transitions import apply
from app.policy.verbs.step import Transition
from tests.benchmarks.decisions import compiled

SATURDAY_NIGHT = datetime(2026, 2, 14, 20, tzinfo=UTC)
STAFF = Sender(email="agent@office.example", role="staff")


def test_a_quote_and_an_answer_before_the_office_opens_meet_one_first_response() -> None:
    policy = compiled("tsc")
    account = Account(number="H1", contacts=(ListedContact(role="customer", email="it@harbour.example"),))
    around = Desk(account=account, account_named=True)
    facts = {"nature": "incident", "topic": "server.failure", "scope": "all", "business_severely_compromised": True}
    asked = Request(channel="email", sender=Sender(email="it@harbour.example"), facts=facts)
    ticket = open_ticket(policy, asked, around, SATURDAY_NIGHT, id_="t1").ticket
    later = SATURDAY_NIGHT + timedelta(minutes=10)
    quoted = Transition(verb="quote", by=STAFF, payload={"amount": "500.00", "minutes": 60})
    _, ticket = apply(policy, ticket, quoted, around, later)
    answered = reply(policy, ticket, Request(sender=STAFF), around, later + timedelta(minutes=5)).ticket
    first = [line for line in answered.clocks if line.metric == "first_response"]
    assert [line.state for line in first] == [ClockState.MET]
    assert first[0].stopped_at == later
