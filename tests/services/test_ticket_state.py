"""What a row remembers of a ticket is written as far as it differs, and comes to the same as if written whole."""

from datetime import timedelta
from typing import Any

import orjson

from app.policy.life import Desk, open_ticket
from app.policy.messages import reply
from app.policy.situation import Request, Sender
from app.policy.tickets.ticket import Ticket
from app.services.ticket_state import changed_columns, decided_columns
from tests.policy.harbour import NOON, OWNER, QUAY, STAFF, harbour

AROUND = Desk(account=QUAY, account_named=True)
POLICY = harbour()


def kept(columns: dict[str, Any]) -> dict[str, Any]:
    """As the row has it."""
    state: dict[str, Any] = orjson.loads(orjson.dumps(columns["state"]))
    return state


def test_what_has_stayed_is_kept_as_it_is_and_what_has_changed_is_written() -> None:
    request = Request(sender=OWNER, facts={"topic": "web.error"}, language="en")
    before = open_ticket(POLICY, request, AROUND, NOON, id_="one").ticket
    state = kept(decided_columns(before, POLICY, NOON))
    assert state["request"] == {"language": "en"}
    differed = 0
    for hours, who in enumerate((OWNER, OWNER, STAFF, OWNER, STAFF), 1):
        after = said(before, who, hours)
        columns = changed_columns(before, after, POLICY, after.decision.at, state)
        assert "status" not in columns, "only what the ticket remembers was to change"
        whole = kept(changed_columns(before, after, POLICY, after.decision.at, None))
        assert kept(columns) == whole
        assert columns.keys() == changed_columns(before, after, POLICY, after.decision.at, None).keys()
        differed += whole != state
        before, state = after, whole
    assert differed >= 4, "what was said has to be remembered"


def said(ticket: Ticket, who: Sender, hours: int) -> Ticket:
    """After this person's word; of what was decided only what the ticket remembers has changed."""
    told = reply(POLICY, ticket, Request(sender=who), AROUND, NOON + timedelta(hours=hours))
    return told.ticket.changed(decision=ticket.decision)
