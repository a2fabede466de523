"""What an account's earlier tickets say about a new request."""

from typing import Any

import pytest

from app.base.vocabulary import Outcome, TicketStatus
from app.policy.compile import CompiledPolicy
from app.policy.compiled.counting import ALL_OF_THEM, HELP_SHOWN, worth_counting
from app.policy.language.standard import HELPED_BEFORE
from app.policy.life import Desk, open_ticket
from app.policy.situation import Request
from app.policy.tickets.history import times_helped, with_history
from app.policy.tickets.ticket import Ticket
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

ASKED = Request(sender=OWNER, facts={"topic": "web.error"})
SOLVED = open_ticket(harbour(), ASKED, Desk(account=QUAY), NOON, id_="one").ticket.changed(status=TicketStatus.RESOLVED)


def asking(helped: Any) -> CompiledPolicy:
    """A policy with a rule that asks how often there was help before."""
    first = {"stage": "priority", "when": {HELPED_BEFORE: helped}, "then": [{"do": "priority", "priority": "urgent"}]}
    return harbour({"rules": {"again": {**first, "clauses": ["HAR-8"]}}})


COUNTING = asking({"gte": 1})


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
    assert harbour().most_helped == 0
    assert HELPED_BEFORE not in with_history(harbour(), ASKED, 2).facts
    assert harbour({"facts": {HELPED_BEFORE: None}}).most_helped == 0


def test_help_is_counted_as_far_as_people_read_it_and_as_rules_tell_it_apart() -> None:
    assert COUNTING.most_helped == HELP_SHOWN
    assert with_history(COUNTING, ASKED, 99).facts[HELPED_BEFORE] == 99
    assert with_history(COUNTING, ASKED, 8_350).facts[HELPED_BEFORE] == HELP_SHOWN
    patient = asking({"gt": 5_000})
    assert patient.most_helped == 5_001
    assert with_history(patient, ASKED, 8_350).facts[HELPED_BEFORE] == 5_001


TOLD_APART: tuple[Any, ...] = (3, [2, 4], {"not": [1, 3]}, {"exists": True}, {"gte": 2}, {"gt": 2}, {"gt": 1, "lt": 4})


@pytest.mark.parametrize("asked", TOLD_APART, ids=str)
def test_counts_that_are_not_told_apart_decide_alike(asked: Any) -> None:
    policy = asking(asked)
    far = worth_counting(policy.document, HELPED_BEFORE)
    assert 1 <= far <= 5
    assert len({again(policy, count) for count in range(far, far + 4)}) == 1
    assert len({again(policy, count) for count in range(far + 1)}) == 2, "those up to there are told apart"


def again(policy: CompiledPolicy, count: int) -> str | None:
    opened = open_ticket(policy, with_history(policy, ASKED, count), Desk(account=QUAY), NOON, id_="next")
    return opened.decision.priority


def test_what_takes_the_number_itself_has_all_of_them_counted() -> None:
    each = {"text": "once more", "amount": "2.00", "count": HELPED_BEFORE, "clauses": ["HAR-7"]}
    assert harbour({"fees": {"development": {"parts": [each]}}}).most_helped == ALL_OF_THEM
