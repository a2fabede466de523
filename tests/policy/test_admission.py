"""Which entrance takes what, and when."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.base.vocabulary import Outcome
from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.situation import Request, Situation
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

PATCH: dict[str, Any] = {
    "calendars": {"office": {"open": {"mon-fri": [["09:00", "17:00"]]}, "clauses": ["HAR-2"]}},
    "channels": {
        "phone": {
            "calendar": "office",
            "clauses": ["HAR-8"],
            "redirect": ["portal"],
            "scope": {"topic": "web"},
            "out_of_scope": [{"when": {"topic": "code"}, "outcome": "refused", "clauses": ["HAR-7"]}],
        }
    },
    "rules": {
        "alarm": {
            "stage": "sender",
            "when": {"topic": "web.offline"},
            "then": [{"do": "exempt", "stages": ["channel"]}],
            "clauses": ["HAR-11"],
        },
        "anybody": {
            "stage": "channel",
            "when": {"channel.open": False, "topic": "web"},
            "then": [{"do": "notify", "to": "on_call"}],
            "clauses": ["HAR-11"],
        },
    },
}
POLICY = harbour(PATCH)
NIGHT = datetime(2026, 2, 10, 22, tzinfo=UTC)


def asked(topic: str = "web.error", channel: str = "phone", at: datetime = NOON) -> Decision:
    request = Request(channel=channel, sender=OWNER, facts={"topic": topic})
    return decide(POLICY, request, Situation(account=QUAY, account_named=True, ticket=True), at)


def test_the_entrance_and_its_hours_are_cited_for_the_stage_that_asks() -> None:
    cited = {(c.clause, c.effect) for c in asked().citations if c.stage == "channel"}
    assert {("HAR-8", "channel=phone"), ("HAR-2", "calendar=office")} <= cited


@pytest.mark.parametrize(("at", "open_"), [(NOON, True), (NIGHT, False)])
def test_an_entrance_is_open_in_its_hours_and_rules_may_ask(at: datetime, open_: bool) -> None:
    found = asked(at=at)
    assert found.channel is not None
    assert (found.channel.slug, found.channel.open, found.channel.official) == ("phone", open_, True)
    assert ("notify" in [e.type for e in found.effects]) is not open_


def test_what_an_entrance_is_not_for_is_refused_by_the_clause_that_says_so() -> None:
    found = asked("code.development")
    assert (found.outcome, found.reason) == (Outcome.REFUSED, "channel_scope_exceeded")
    assert found.redirect == ("portal",)
    assert {c.clause for c in found.citations if c.effect == "out of scope"} == {"HAR-7"}


def test_what_no_clause_speaks_of_is_refused_by_the_entrances_own() -> None:
    found = asked("email.error")
    assert (found.outcome, found.reason, found.redirect) == (Outcome.REFUSED, "channel_scope_exceeded", ("portal",))
    assert {c.clause for c in found.citations if c.effect == "out of scope"} == {"HAR-8"}


def test_who_is_spared_the_question_is_let_in_anywhere() -> None:
    assert asked("web.offline", channel="fax").outcome is Outcome.ACCEPTED


def test_an_entrance_that_is_not_offered_leads_to_one_that_is() -> None:
    found = asked(channel="fax")
    assert found.outcome is Outcome.REFUSED
    assert found.channel is not None
    assert (found.channel.slug, found.channel.open, found.channel.official) == ("fax", False, False)
    assert "portal" in found.redirect


# ── what is known of the account ─────────────────────────────────────────────
KNOWN = {"bought": "2026-01-01T10:00:00Z", "share": "0.75", "monthly": "150.00", "warned": "P2D"}
TYPED = {
    name: {"type": kind, "asserted_by": ["contract", "staff"]}
    for name, kind in (("bought", "instant"), ("share", "decimal"), ("monthly", "money"), ("warned", "duration"))
}


@pytest.mark.parametrize("of", ["account", "request"])
@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({"age": {"of": "bought", "gt": "P7D"}}, True),
        ({"age": {"of": "bought", "lte": "P7D"}}, False),
        ({"bought": {"in": "always"}}, True),
        ({"share": {"gte": 0.5}}, True),
        ({"monthly": {"lt": 150}}, False),
        ({"monthly": 150}, True),
        ({"warned": {"gte": "P1D"}}, True),
    ],
)
def test_a_fact_means_the_same_whether_the_account_or_the_request_has_it(
    of: str, when: dict[str, Any], holds: bool
) -> None:
    rule = {"stage": "effects", "when": when, "then": [{"do": "flag", "of": "noted"}], "clauses": ["HAR-1"]}
    policy = harbour({"facts": TYPED, "rules": {"noted": rule}})
    account = QUAY.model_copy(update={"facts": KNOWN if of == "account" else {}})
    request = Request(sender=OWNER, facts={"topic": "web", **(KNOWN if of == "request" else {})})
    decision = decide(policy, request, Situation(account=account, account_named=True), NOON)
    assert any(effect.type == "flag" for effect in decision.effects) is holds
