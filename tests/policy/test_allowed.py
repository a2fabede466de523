"""Which verbs would be let through, asked without carrying them out."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pytest

from app.base.vocabulary import Outcome, TicketStatus, WorkGate
from app.policy.compile import CompiledPolicy
from app.policy.desk.allowed import Hindrance, hindrances, let_through, out_of_turn, writing_hindered
from app.policy.life import Desk, open_ticket
from app.policy.situation import Money, Request, Sender
from app.policy.tickets.ticket import Ticket
from app.policy.transitions import VERBS, apply
from app.policy.verbs.step import Transition
from tests.policy.harbour import HELPER, NOON, OWNER, QUAY, STAFF, STRANGER, harbour

POLICY = harbour()
AROUND = Desk(account=QUAY, account_named=True)
WEB = {"topic": "web.error"}
CODE = {"topic": "code.own"}


def ticket(policy: CompiledPolicy = POLICY, facts: dict[str, Any] = WEB, by: Sender = OWNER, **changes: Any) -> Ticket:
    opened = open_ticket(policy, Request(sender=by, facts=facts), AROUND, NOON, id_="one").ticket
    return opened.changed(**changes)


def hindered(policy: CompiledPolicy, asked: Ticket, by: Sender, *verbs: str) -> Sequence[Hindrance | None]:
    return list(hindrances(policy, asked, verbs, by, AROUND, NOON).values())


def refusal(policy: CompiledPolicy, asked: Ticket, by: Sender, verb: str) -> tuple[str | None, set[str]] | None:
    """What carrying it out would come to: None where it is let through."""
    decision, after = apply(policy, asked, Transition(verb=verb, by=by), AROUND, NOON)
    if let_through(asked, after):
        return None
    return decision.reason, {c.clause for c in decision.citations}


def rejected(outcome: Outcome, **changes: Any) -> Ticket:
    asked = ticket()
    return asked.changed(decision=asked.decision.changed(outcome=outcome), **changes)


# ── its turn ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_ticket_taken_up_in_another_one_is_past_every_verb(verb: str) -> None:
    assert out_of_turn(verb, ticket(merged_into="two").turn)


OPEN, RESOLVED, CLOSED = TicketStatus.OPEN, TicketStatus.RESOLVED, TicketStatus.CLOSED


@pytest.mark.parametrize(
    ("verb", "in_turn"),
    [
        ("close", [OPEN, RESOLVED]),
        ("reopen", [RESOLVED, CLOSED]),
        ("diagnose", [OPEN, RESOLVED, CLOSED]),
        *((verb, [OPEN, RESOLVED, CLOSED]) for verb in ("override", "settle", "waive")),
        *((verb, [OPEN]) for verb in sorted({*VERBS} - {"close", "reopen", "diagnose", "override", "settle", "waive"})),
    ],
)
def test_what_has_ended_takes_only_what_may_follow_the_end(verb: str, in_turn: list[TicketStatus]) -> None:
    assert [
        status for status in (OPEN, RESOLVED, CLOSED) if not out_of_turn(verb, ticket(status=status).turn)
    ] == in_turn


def test_a_ticket_that_somebody_has_is_not_assigned_but_handed_over() -> None:
    taken = ticket(assignee="ann")
    assert out_of_turn("assign", taken.turn)
    assert not out_of_turn("hand_over", taken.turn)


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.AUTO_CLOSED])
def test_what_was_refused_is_not_opened_again(outcome: Outcome) -> None:
    assert out_of_turn("reopen", rejected(outcome, status=CLOSED).turn)
    assert not out_of_turn("override", rejected(outcome, status=CLOSED).turn)


def test_a_price_that_was_declined_may_be_asked_for_again_while_the_ticket_is_open() -> None:
    declined = ticket(money=Money(declined=True))
    assert not out_of_turn("reopen", declined.turn)


def test_what_is_out_of_turn_is_told_as_something_that_may_pass() -> None:
    assert hindered(POLICY, ticket(assignee="ann"), STAFF, "assign") == [Hindrance("conflict", of_state=True)]


# ── the person ───────────────────────────────────────────────────────────────
@pytest.mark.parametrize("by", [OWNER, HELPER, STRANGER], ids=["owner", "helper", "stranger"])
@pytest.mark.parametrize("verb", sorted({*VERBS} - {"reopen", "pay"}))
def test_who_may_not_use_a_verb_is_told_what_using_it_would_tell(verb: str, by: Sender) -> None:
    asked = ticket()
    (found,) = hindered(POLICY, asked, by, verb)
    refused = refusal(POLICY, asked, by, verb)
    if found is None:
        assert verb in ("close", "consent", "decline")
        assert by is not STRANGER
    else:
        assert (found.code, {c.clause for c in found.citations}) == refused
        assert found.code == ("sender_unlisted" if by is STRANGER else "role_not_permitted")
        assert not found.of_state


def test_all_verbs_are_answered_at_once_each_for_itself() -> None:
    found = hindrances(POLICY, ticket(), ["assign", "close", "reopen"], OWNER, AROUND, NOON)
    assert {verb: hindrance and hindrance.code for verb, hindrance in found.items()} == {
        "assign": "role_not_permitted",
        "close": None,
        "reopen": "conflict",
    }


# ── the rules of the policy ──────────────────────────────────────────────────
GUARDED = harbour(
    {
        "facts": {
            "backed_up": {"type": "bool", "asserted_by": ["staff"]},
            "symptoms": {"type": "text", "asserted_by": ["staff"]},
        },
        "reasons": {"no_backup": "There is no copy of the files."},
        "rules": {
            "backup_first": {
                "stage": "transition",
                "when": {"transition": "transfer"},
                "then": [{"do": "require", "any_of": [["backed_up"]], "otherwise": "refused", "reason": "no_backup"}],
                "clauses": ["HAR-12"],
            },
            "told_first": {
                "stage": "transition",
                "when": {"transition": "triage", "symptoms": {"exists": False}},
                "then": [{"do": "outcome", "outcome": "refused", "reason": "intake_incomplete"}],
                "clauses": ["HAR-12"],
            },
        },
    }
)


def test_what_a_rule_asks_for_first_is_told_with_its_clause() -> None:
    (found,) = hindered(GUARDED, ticket(GUARDED), STAFF, "transfer")
    assert found is not None
    assert (found.code, found.of_state, found.missing) == ("no_backup", False, ("backed_up",))
    assert [c.clause for c in found.citations] == ["HAR-12"]


def test_a_rule_about_one_verb_stands_in_the_way_of_no_other() -> None:
    assert hindered(GUARDED, ticket(GUARDED), STAFF, "assign", "escalate", "resolve") == [None, None, None]


def test_triage_is_not_hindered_by_what_it_has_yet_to_say() -> None:
    assert hindered(GUARDED, ticket(GUARDED), STAFF, "triage") == [None]


# ── the state of the ticket ──────────────────────────────────────────────────
@pytest.mark.parametrize("verb", ["start_work", "record_work"])
def test_behind_a_closed_gate_there_is_no_work_until_it_opens(verb: str) -> None:
    waiting = ticket(facts=CODE)
    assert waiting.decision.work_gate is not WorkGate.OPEN
    (found,) = hindered(POLICY, waiting, STAFF, verb)
    assert found is not None
    assert found.of_state
    refused = refusal(POLICY, waiting, STAFF, "start_work")
    assert refused is not None
    assert (found.code, {c.clause for c in found.citations}) == refused


@pytest.mark.parametrize("verb", ["start_work", "record_work"])
def test_behind_an_open_gate_there_is_work(verb: str) -> None:
    assert hindered(POLICY, ticket(), STAFF, verb) == [None]


def test_what_is_no_work_does_not_wait_for_the_gate() -> None:
    assert hindered(POLICY, ticket(facts=CODE), STAFF, "quote", "transfer", "close") == [None, None, None]


def test_what_is_held_is_not_worked_on() -> None:
    held = rejected(Outcome.HELD)
    (found,) = hindered(POLICY, held, STAFF, "start_work")
    assert found is not None
    assert found.of_state


WINDOWS = harbour(
    {
        "calendars": {"office": {"open": {"mon-fri": [["09:00", "17:00"]]}}},
        "rules": {
            "wish": {
                "stage": "schedule",
                "when": {"topic": "web.error"},
                "then": [{"do": "schedule", "calendar": "office"}],
                "clauses": ["HAR-8"],
            }
        },
    }
)


def test_a_policy_with_windows_is_asked_whether_it_has_one_for_this() -> None:
    assert hindered(WINDOWS, ticket(WINDOWS), STAFF, "schedule") == [None]
    other = ticket(WINDOWS, facts={"topic": "email.error"})
    (found,) = hindered(WINDOWS, other, STAFF, "schedule")
    assert found is not None
    assert (found.code, found.of_state) == ("not_available", True)
    assert [c.clause for c in found.citations] == ["HAR-8"]


def test_without_windows_staff_choose_the_time() -> None:
    assert hindered(POLICY, ticket(), STAFF, "schedule") == [None]


def test_a_policy_without_excuses_takes_none() -> None:
    strict = harbour({"excuses": None})
    assert hindered(POLICY, ticket(), STAFF, "excuse") == [None]
    assert hindered(strict, ticket(strict), STAFF, "excuse") == [Hindrance("refused_at_discretion")]
    assert hindered(strict, ticket(strict), STAFF, "assign") == [None]


def test_asking_changes_nothing() -> None:
    asked = ticket(facts=CODE)
    before = deepcopy(asked)
    hindered(POLICY, asked, STAFF, *sorted(VERBS))
    assert asked == before


# ── writing ──────────────────────────────────────────────────────────────────
def test_who_may_not_ask_may_not_write_either() -> None:
    found = writing_hindered(POLICY, ticket(), STRANGER, AROUND, NOON)
    assert found is not None
    assert (found.code, found.of_state) == ("sender_unlisted", False)
    assert [c.clause for c in found.citations] == ["HAR-4"]


@pytest.mark.parametrize("by", [OWNER, HELPER, STAFF], ids=["owner", "helper", "staff"])
def test_who_may_ask_may_write(by: Sender) -> None:
    assert writing_hindered(POLICY, ticket(), by, AROUND, NOON) is None


def test_to_a_closed_ticket_anybody_may_write_for_it_is_a_request_of_its_own() -> None:
    assert writing_hindered(POLICY, ticket(status=CLOSED), STRANGER, AROUND, NOON) is None
    assert writing_hindered(POLICY, ticket(status=RESOLVED), STRANGER, AROUND, NOON) is not None
