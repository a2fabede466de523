"""Messages on a ticket, and what they leave as it is."""

from datetime import timedelta
from typing import Any

import pytest

from app.base.vocabulary import TicketStatus
from app.policy import messages
from app.policy.life import Desk, open_ticket
from app.policy.messages import reply
from app.policy.situation import Request
from app.policy.tickets.ticket import Ticket
from app.policy.transitions import apply
from app.policy.verbs.step import Transition
from tests.policy.harbour import HELPER, NOON, OWNER, QUAY, STAFF, harbour

AROUND = Desk(account=QUAY, account_named=True)
HOUR = timedelta(hours=1)
POLICY = harbour()
NEWS = {"topic": "code.own"}


def ticket() -> Ticket:
    request = Request(sender=OWNER, facts={"topic": "web.error"})
    return open_ticket(POLICY, request, AROUND, NOON, id_="one").ticket


@pytest.mark.parametrize("facts", [{}, NEWS], ids=["nothing new", "another topic"])
def test_a_reply_is_decided_as_if_the_ticket_were_read_anew(
    facts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, said = ticket(), Request(sender=OWNER, facts=facts)
    told = reply(POLICY, asked, said, AROUND, NOON + HOUR)
    monkeypatch.setattr(messages, "_says_nothing_new", lambda *_: False)
    assert reply(POLICY, asked, said, AROUND, NOON + HOUR) == told
    monkeypatch.setattr(messages, "_says_nothing_new", lambda *_: True)
    assert (reply(POLICY, asked, said, AROUND, NOON + HOUR) == told) is (facts != NEWS)


def test_a_reply_that_says_nothing_new_leaves_facts_and_decision_as_they_are() -> None:
    first = reply(POLICY, ticket(), Request(sender=OWNER), AROUND, NOON + HOUR).ticket
    again = reply(POLICY, first, Request(sender=OWNER, facts={"topic": "web.error"}), AROUND, NOON + 2 * HOUR)
    assert again.decision is again.ticket.decision is first.decision
    assert again.ticket.facts is first.facts
    assert again.decision.at == NOON + HOUR
    news = reply(POLICY, first, Request(sender=OWNER, facts=NEWS), AROUND, NOON + 2 * HOUR)
    assert (news.decision.topic, news.decision.at) == ("code.own", NOON + 2 * HOUR)
    assert messages._learned({"seats": 1}, {"seats": True}) == {"seats": True}, "a count of one was taken for a yes"


def test_a_question_on_a_ticket_that_is_solved_leaves_it_solved() -> None:
    solved = apply(POLICY, ticket(), Transition(verb="resolve", by=STAFF), AROUND, NOON + HOUR)[1]
    asking_back = Request(sender=STAFF, facts={"awaits_customer": True})
    assert reply(POLICY, solved, asking_back, AROUND, NOON + 2 * HOUR).ticket.status is TicketStatus.RESOLVED


def test_it_is_known_when_the_customer_wrote_and_when_they_were_answered() -> None:
    wrote = reply(POLICY, ticket(), Request(sender=OWNER), AROUND, NOON + HOUR).ticket
    answered = reply(POLICY, wrote, Request(sender=STAFF), AROUND, NOON + 2 * HOUR).ticket
    assert answered.starts == {"customer_wrote": NOON + HOUR, "replied": NOON + 2 * HOUR}


def test_only_who_may_ask_for_an_action_confirms_it_by_writing() -> None:
    cancelling = Request(sender=OWNER, action="cancel_service")
    held = open_ticket(POLICY, cancelling, AROUND, NOON, id_="one").ticket
    for sender, name in ((HELPER, "claimed_confirmed"), (OWNER, "confirmed")):
        said = Request(sender=sender, facts={"confirmed": True})
        after = reply(POLICY, held, said, AROUND, NOON + HOUR).ticket
        assert after.facts == {name: True}
        assert after.held is (sender is HELPER)


def test_what_triage_took_a_request_for_is_triages_until_somebody_says_what_it_is() -> None:
    request = Request(sender=OWNER, facts={"topic": "web.error"}, topic_source="triage")
    asked = open_ticket(POLICY, request, AROUND, NOON, id_="one").ticket
    silent = reply(POLICY, asked, Request(sender=OWNER), AROUND, NOON + HOUR).ticket
    assert silent.request.topic_source == "triage"
    said = reply(POLICY, silent, Request(sender=OWNER, facts=NEWS), AROUND, NOON + 2 * HOUR).ticket
    assert (said.request.topic_source, said.decision.topic) == ("given", NEWS["topic"])
