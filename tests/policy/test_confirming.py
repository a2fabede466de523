"""A held action, confirmed: by somebody who may, while it waits."""

from app.base.vocabulary import Outcome
from app.policy.desk.confirming import confirm
from app.policy.life import Desk, open_ticket
from app.policy.situation import Request, Sender
from app.policy.tickets.ticket import Ticket
from tests.policy.harbour import HELPER, NOON, OWNER, QUAY, harbour

POLICY = harbour()
AROUND = Desk(account=QUAY, account_named=True)


def asked(sender: Sender = OWNER, **facts: bool) -> Ticket:
    return open_ticket(
        POLICY, Request(sender=sender, action="cancel_service", facts=facts), AROUND, NOON, id_="first"
    ).ticket


def test_what_waited_goes_on() -> None:
    waiting = asked()
    assert (waiting.held, waiting.decision.reason) == (True, "confirmation_required")
    done = confirm(POLICY, waiting, OWNER, AROUND, NOON)
    assert done.hindrance is None
    assert (done.decision.outcome, done.ticket.held) == (Outcome.ACCEPTED, False)
    assert done.ticket.facts["confirmed"] is True


def test_what_does_not_wait_is_not_confirmed() -> None:
    for ticket in (asked(confirmed=True), confirm(POLICY, asked(), OWNER, AROUND, NOON).ticket):
        done = confirm(POLICY, ticket, OWNER, AROUND, NOON)
        assert done.hindrance is not None
        assert (done.hindrance.code, done.hindrance.of_state, done.ticket) == ("conflict", True, ticket)


def test_only_somebody_who_may_ask_for_it_confirms_it() -> None:
    strangers = {
        "role_not_permitted": HELPER,
        "person_not_listed": Sender(email="somebody@else.example"),
        "forbidden": Sender(role="staff"),
    }
    for code, sender in strangers.items():
        done = confirm(POLICY, asked(), sender, AROUND, NOON)
        assert done.hindrance is not None
        assert (done.hindrance.code, done.hindrance.of_state) == (code, False)
        assert done.ticket.held
