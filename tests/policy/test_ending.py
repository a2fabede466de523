"""Two tickets about one matter: which clock stands."""

from dataclasses import replace
from datetime import timedelta

from app.base.vocabulary import ClockState, TicketStatus
from app.policy.life import Desk, open_ticket
from app.policy.situation import Request
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import ClockLine, cancelled
from app.policy.verbs.ending import surviving
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

POLICY = harbour()
HOUR = timedelta(hours=1)


def ticket(hours: float, topic: str = "web.error") -> Ticket:
    at = NOON + timedelta(hours=hours)
    return open_ticket(POLICY, Request(sender=OWNER, facts={"topic": topic}), Desk(account=QUAY), at, id_="t").ticket


def first_due(asked: Ticket) -> timedelta:
    (due,) = (target.due_at for target in asked.targets if target.metric == "first_response")
    assert due is not None
    return due - NOON


def test_the_clock_that_is_due_first_stands_and_the_earlier_receipt() -> None:
    late, early = ticket(1), ticket(0)
    for survivor, merged in ((late, early), (early, late)):
        both = surviving(POLICY, survivor, merged, NOON)
        assert first_due(both) == timedelta(hours=2)
        assert both.received_at == NOON


def test_a_more_urgent_matter_brings_its_clock_along_though_it_came_later() -> None:
    both = surviving(POLICY, ticket(0), ticket(0.5, "web.offline"), NOON + HOUR)
    assert first_due(both) == timedelta(hours=1.5)


def test_a_clock_that_has_ended_shortens_nothing() -> None:
    ended = ticket(0)
    ended = ended.changed(clocks=cancelled(POLICY, ended.clocks, NOON))
    assert first_due(surviving(POLICY, ticket(1), ended, NOON)) == timedelta(hours=3)


def test_a_clock_that_only_the_merged_one_has_is_not_taken_over() -> None:
    both = surviving(POLICY, ticket(0), ticket(0.5, "web.offline"), NOON + HOUR)
    assert {line.metric for line in both.clocks} == {"first_response"}


def test_a_clock_that_is_taken_over_has_the_number_of_the_one_whose_place_it_takes() -> None:
    again = ticket(0).changed(clocks=tuple(renumbered(line, 3) for line in ticket(0).clocks))
    both = surviving(POLICY, again, ticket(0.5, "web.offline"), NOON + HOUR)
    assert [(line.terms.cycle, first_due(both)) for line in both.clocks] == [(3, 1.5 * HOUR)]


def renumbered(line: ClockLine, cycle: int) -> ClockLine:
    return replace(line, terms=replace(line.terms, cycle=cycle))


def test_a_clock_that_is_taken_over_stands_still_while_the_ticket_waits_for_its_customer() -> None:
    waiting = ticket(1, "web.offline").changed(status=TicketStatus.WAITING_CUSTOMER)
    both = surviving(POLICY, waiting, ticket(0, "web.offline"), NOON + HOUR)
    (repair,) = [line for line in both.clocks if line.metric == "repair"]
    assert (repair.state, repair.target.clock_start) == (ClockState.PAUSED, NOON)
