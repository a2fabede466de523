"""Two tickets about one matter: which clock stands."""

from datetime import timedelta

from app.policy.life import Desk, open_ticket
from app.policy.situation import Request
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import cancelled
from app.policy.verbs.ending import surviving
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

POLICY = harbour()


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
        both = surviving(survivor, merged)
        assert first_due(both) == timedelta(hours=2)
        assert both.received_at == NOON


def test_a_more_urgent_matter_brings_its_clock_along_though_it_came_later() -> None:
    both = surviving(ticket(0), ticket(0.5, "web.offline"))
    assert first_due(both) == timedelta(hours=1.5)


def test_a_clock_that_has_ended_shortens_nothing() -> None:
    ended = ticket(0)
    ended = ended.changed(clocks=cancelled(POLICY, ended.clocks, NOON))
    assert first_due(surviving(ticket(1), ended)) == timedelta(hours=3)


def test_a_clock_that_only_the_merged_one_has_is_not_taken_over() -> None:
    both = surviving(ticket(0), ticket(0.5, "web.offline"))
    assert {line.metric for line in both.clocks} == {"first_response"}
