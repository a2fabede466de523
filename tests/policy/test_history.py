"""What an account's earlier tickets say about a new request."""

from typing import Any

import pytest

from app.base.vocabulary import Outcome, TicketStatus
from app.policy.life import Desk, open_ticket
from app.policy.situation import Request
from app.policy.tickets.history import HELPED_BEFORE, times_helped, with_history
from app.policy.tickets.ticket import Ticket
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

ASKED = Request(sender=OWNER, facts={"topic": "web.error"})
SOLVED = open_ticket(harbour(), ASKED, Desk(account=QUAY), NOON, id_="one").ticket.changed(status=TicketStatus.RESOLVED)
COUNTING = harbour({"facts": {HELPED_BEFORE: {"type": "int", "asserted_by": ["system"]}}})


def refused() -> Ticket:
    return SOLVED.changed(decision=SOLVED.decision.changed(outcome=Outcome.REFUSED))


def test_help_that_was_given_with_the_same_matter_is_counted() -> None:
    closed = SOLVED.changed(status=TicketStatus.CLOSED)
    assert times_helped([SOLVED, closed], "17", "web.error") == 2


@pytest.mark.parametrize(
    "other",
    [
        refused(),
        SOLVED.changed(merged_into="two"),
        SOLVED.changed(status=TicketStatus.OPEN),
        SOLVED.changed(account="18"),
        SOLVED.changed(decision=SOLVED.decision.changed(topic="email.error")),
    ],
    ids=["refused", "merged", "open", "of another account", "about something else"],
)
def test_what_was_no_help_with_it_is_not(other: Ticket) -> None:
    assert times_helped([other], "17", "web.error") == 0


def test_of_nobody_or_about_nothing_there_is_no_history() -> None:
    unknown = SOLVED.changed(account=None, facts={})
    assert times_helped([unknown], None, "web.error") == 0
    assert times_helped([SOLVED.changed(facts={"topic": None})], "17", None) == 0


@pytest.mark.parametrize(
    ("facts", "helped", "known"), [({}, 2, 2), ({}, 0, None), ({HELPED_BEFORE: 5}, 2, 5), ({HELPED_BEFORE: 0}, 2, 0)]
)
def test_the_count_is_known_unless_somebody_has_said_it(facts: dict[str, Any], helped: int, known: int | None) -> None:
    assert with_history(COUNTING, Request(facts=facts), helped).facts.get(HELPED_BEFORE) == known


def test_a_policy_that_does_not_ask_is_not_told() -> None:
    assert HELPED_BEFORE not in with_history(harbour({"facts": {HELPED_BEFORE: None}}), ASKED, 2).facts
