"""What may be done next, kept for all tickets that stand alike."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
import pytest

from app.base.vocabulary import Outcome, Role, Scope, TicketStatus, WorkGate
from app.db.callers import CallerRow, Kind
from app.policy.desk.glimpse import Customer
from app.policy.tickets.turn import Turn
from app.services.tickets import actions
from app.services.tickets.actions import at_a_glance
from tests.policy.harbour import harbour

POLICY = harbour()
ME, TICKET = UUID(int=1), str(UUID(int=2))
TURN = Turn(
    *(TicketStatus.OPEN, Outcome.ACCEPTED, None, WorkGate.OPEN, False, "support", 1, False, False, None, "portal", None)
)
TURNS = (
    TURN,
    *(TURN._replace(status=status) for status in TicketStatus),
    *(TURN._replace(work_gate=gate) for gate in WorkGate),
    TURN._replace(outcome=Outcome.HELD),
    TURN._replace(merged=True),
    TURN._replace(level=3),
    TURN._replace(declined=True),
    TURN._replace(department="harbour_master"),
    TURN._replace(action="move_ship"),
    TURN._replace(assignee=str(ME)),
    TURN._replace(assignee=str(TICKET)),
)
NOTHING = frozenset[Scope]()
OWNER = Customer("owner", "valid", False, False, False, True, True, False)


def caller(kind: Kind, role: Role, level: int | None = None, scopes: frozenset[Scope] = NOTHING) -> CallerRow:
    person = {"email": "o@quay.example", "listed_as": "owner"} if kind is Kind.CONTACT else dict[str, Any]()
    nobody = {"account": None, "reseller": None, "email": None, "login": None, "name": "S", "listed_as": None}
    rank = {"level": level, "departments": (), "supervisor": False, "scopes": scopes}
    return CallerRow(kind=kind, id=ME, role=role, **{**nobody, **person, **rank})


CALLERS = (
    (caller(Kind.CONTACT, Role.PRIMARY_CONTACT), OWNER),
    (caller(Kind.CONTACT, Role.PRIMARY_CONTACT), OWNER._replace(role="helper")),
    (caller(Kind.CONTACT, Role.PRIMARY_CONTACT), OWNER._replace(of_reseller=True)),
    (caller(Kind.STAFF, Role.STAFF, 1), None),
    (caller(Kind.STAFF, Role.STAFF, 3), None),
    (caller(Kind.STAFF, Role.ADMIN, 1), None),
    (caller(Kind.SERVICE, Role.SERVICE), None),
    (caller(Kind.SERVICE, Role.SERVICE, scopes=frozenset({Scope.EVENTS, Scope.PAYMENTS})), None),
)


def told() -> Iterator[bytes]:
    for turn in TURNS:
        for who, customer in CALLERS:
            alike = at_a_glance(POLICY, turn, who, customer)
            yield b"" if alike is None else alike.of(TICKET)


def test_what_is_kept_is_what_would_be_worked_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    POLICY.at_a_glance.clear()
    list(told())
    kept = list(told())
    monkeypatch.setattr(actions, "_MOST_ALIKE", 0)  # nothing stays
    assert list(told()) == kept
    assert len(set(kept)) > 10


def test_no_more_is_kept_than_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    POLICY.at_a_glance.clear()
    monkeypatch.setattr(actions, "_MOST_ALIKE", 7)
    list(told())
    assert 0 < len(POLICY.at_a_glance) <= 7


def test_where_the_account_is_not_the_callers_own_every_rule_is_asked() -> None:
    assert at_a_glance(POLICY, TURN, CALLERS[0][0], None) is None
    assert at_a_glance(POLICY, TURN, caller(Kind.RESELLER, Role.RESELLER), None) is None


def test_each_href_names_the_ticket_that_was_asked_for() -> None:
    alike = at_a_glance(POLICY, TURN, *CALLERS[0])
    assert alike is not None
    shown = orjson.loads(alike.of(TICKET))
    hrefs = [one["href"] for one in shown if one["allowed"] and one["action"] != "quote"]
    assert hrefs
    assert all(TICKET in href for href in hrefs)
