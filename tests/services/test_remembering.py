"""What a ticket's row remembers: as much as pydantic would write of it, and enough to have the ticket again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from app.policy.scenarios.desk import ScenarioDesk
from app.policy.situation import Request
from app.policy.tickets.ticket import Ticket
from app.services.remembering import remembered, remembered_since
from tests.policy.recording import FILES, SHELF

TICKETS: TypeAdapter[Ticket] = TypeAdapter(Ticket)
REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
COLUMNS = {
    *("id", "account", "received_at", "request", "facts", "decision", "status", "department", "level"),
    *("assignee", "merged_into", "incident", "resolved_at", "closed_at"),
}
OF_REQUEST = {"channel", "sender", "facts", "estimated_minutes", "on_behalf_of"}


def tickets() -> Iterator[Ticket]:
    """Those of every fifteenth scenario, as they are in the end."""
    for file in FILES.values():
        for scenario in file.scenarios[::15]:
            for case in scenario.cases[:1]:
                desk = ScenarioDesk(SHELF.policy(case.policy, scenario.overrides, file.holidays), file.accounts)
                for played in (*case.given, case.when):
                    desk.play(played)
                yield from desk._memory.tickets.values()


@pytest.fixture(scope="module")
def known() -> list[Ticket]:
    return list(tickets())


def by_pydantic(ticket: Ticket) -> dict[str, Any]:
    kept = TICKETS.dump_python(ticket, mode="json", exclude=COLUMNS, exclude_defaults=True)
    request = REQUESTS.dump_python(ticket.request, mode="json", exclude=OF_REQUEST, exclude_defaults=True)
    return {**kept, "request": request} if request else kept


def test_all_that_is_not_as_usual_is_kept_as_pydantic_writes_it(known: list[Ticket]) -> None:
    kinds = {name for ticket in known for name in orjson.loads(remembered(ticket))}
    assert {"clocks", "money", "starts", "request", "oldest_unanswered_at"} <= kinds
    for ticket in known:
        assert orjson.loads(remembered(ticket)) == by_pydantic(ticket)


def test_a_ticket_can_be_had_again_from_its_columns_and_what_is_remembered(known: list[Ticket]) -> None:
    for ticket in known:
        columns = {name: value for name, value in ticket.__dict__.items() if name in COLUMNS}
        assert TICKETS.validate_python({**orjson.loads(remembered(ticket)), **columns}) == ticket


def test_another_default_of_a_part_is_kept_too(known: list[Ticket]) -> None:
    """A length of nothing is usual of what has passed, and told of what may pass."""
    line = next(line for ticket in known for line in ticket.clocks)
    ticket = next(t for t in known if t.clocks)
    odd = replace(line, used=timedelta(hours=30, seconds=1.5), terms=replace(line.terms, maximum=timedelta(0), days=2))
    found = orjson.loads(remembered(ticket.changed(clocks=(odd,))))
    assert found["clocks"][0]["used"] == "P1DT6H1.5S"
    assert (found["clocks"][0]["terms"]["maximum"], found["clocks"][0]["terms"]["days"]) == ("PT0S", 2)


def test_of_a_changed_ticket_what_has_stayed_is_not_made_anew(known: list[Ticket]) -> None:
    for ticket in known:
        kept = orjson.loads(remembered(ticket))
        for after in (ticket, ticket.changed(clocks=(), linked=("other",), oldest_unanswered_at=None)):
            assert orjson.loads(remembered_since(ticket, after, kept)) == by_pydantic(after)
