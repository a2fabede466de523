"""Small terms of the language, each with what it decides."""

from datetime import timedelta
from typing import Any

import pytest

from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.life import Desk, open_ticket
from app.policy.situation import Account, Request, Situation
from app.policy.transitions import apply
from app.policy.verbs.step import Transition
from tests.policy.harbour import NOON, OWNER, QUAY, STAFF, harbour


def decided(policy: CompiledPolicy, account: Account = QUAY, action: str | None = None, **facts: Any) -> Decision:
    request = Request(sender=OWNER, facts=facts, action=action)
    return decide(policy, request, Situation(account=account, account_named=True, ticket=True), NOON)


VERIFIED = harbour(
    {
        "actions": {
            "reset_key": {
                "roles": ["owner"],
                "verify": ["call_back", "passport"],
                "fallback": {"when": {"account.contact_info_current": False}, "method": "notary"},
                "clauses": ["HAR-17"],
            }
        }
    }
)


def test_an_action_waits_until_staff_have_checked_who_asks() -> None:
    desk = Desk(account=QUAY, account_named=True)
    ticket = open_ticket(VERIFIED, Request(sender=OWNER, action="reset_key"), desk, NOON, id_="t").ticket
    assert (ticket.decision.outcome.value, ticket.decision.reason) == ("held", "identity_verification_pending")
    assert ticket.decision.action is not None
    assert ticket.decision.action.verify == ("call_back", "passport")
    checked = Transition(verb="verify", by=STAFF, payload={"method": "passport", "result": "match"})
    assert apply(VERIFIED, ticket, checked, desk, NOON + timedelta(hours=1))[0].outcome.value == "accepted"


def test_another_way_stands_in_for_the_usual_ones() -> None:
    stale = QUAY.model_copy(update={"contact_info_current": False})
    action = decided(VERIFIED, stale, "reset_key").action
    assert action is not None
    assert action.verify == ("notary",)


@pytest.mark.parametrize(("market", "outcome"), [("GB", "accepted"), ("DE", "refused"), (None, "accepted")])
def test_a_product_is_sold_in_its_markets_alone(market: str | None, outcome: str) -> None:
    policy = harbour(
        {
            "products": {"shared": {"markets": ["GB", "IE"]}},
            "rules": {
                "elsewhere": {
                    "stage": "applicability",
                    "when": {"product_available": False},
                    "then": [{"do": "outcome", "outcome": "refused", "reason": "product_not_available_in_market"}],
                    "clauses": ["HAR-1"],
                }
            },
        }
    )
    assert decided(policy, QUAY.model_copy(update={"market": market}), topic="email.error").outcome.value == outcome


def test_a_product_without_a_section_of_its_own_goes_by_the_general_one() -> None:
    policy = harbour(
        {
            "products": {"shared": {}, "mail_only": {}, "other": {"general": True}},
            "coverage": {
                "0": {"products": ["shared"]},
                "rest": {"topics": ["email"], "products": ["other"], "status": "best_effort", "clauses": ["HAR-12"]},
            },
        }
    )
    for product, coverage in (("shared", "covered"), ("mail_only", "best_effort"), ("unheard_of", "best_effort")):
        held = QUAY.model_copy(update={"products": (product,)})
        assert decided(policy, held, topic="email.error").coverage == coverage


BELOW = harbour(
    {
        "facts": {
            "cause": {
                "type": "enum",
                "values": ["provider", "customer", "third_party", "unknown"],
                "within": {"third_party": ["registry", "carrier"]},
                "default": "unknown",
                "asserted_by": ["staff"],
            }
        },
        "coverage": {
            "theirs": {
                "topics": ["email"],
                "when": {"cause": "third_party"},
                "status": "best_effort",
                "clauses": ["HAR-12"],
            },
        },
        "rules": {
            "call_them": {
                "stage": "effects",
                "when": {"cause": "registry"},
                "then": [{"do": "task", "task": "call_registry"}],
                "clauses": ["HAR-12"],
            },
            "ask_others": {
                "stage": "effects",
                "when": {"cause": "third_party"},
                "then": [{"do": "flag", "of": "third_party"}],
                "clauses": ["HAR-12"],
            },
            "ours_or_yours": {
                "stage": "effects",
                "when": {"cause": {"not": ["third_party", "unknown"]}},
                "then": [{"do": "flag", "of": "not_theirs"}],
                "clauses": ["HAR-12"],
            },
        },
    }
)


@pytest.mark.parametrize(
    ("cause", "coverage", "effects"),
    [
        ("registry", "best_effort", ["task", "flag"]),
        ("carrier", "best_effort", ["flag"]),
        ("third_party", "best_effort", ["flag"]),
        ("provider", "covered", ["flag"]),
        ("unknown", "covered", []),
    ],
)
def test_a_value_of_the_policys_own_counts_as_the_standard_one_above_it(
    cause: str, coverage: str, effects: list[str]
) -> None:
    decision = decided(BELOW, topic="email.error", cause=cause)
    assert (decision.coverage, [e.type for e in decision.effects]) == (coverage, effects)


HOURS = harbour(
    {
        "calendars": {"office": {"open": {"mon-fri": [["09:00", "17:00"]]}}},
        "facts": {
            "renewed_at": {"type": "instant", "asserted_by": ["system"]},
            "expires_at": {"type": "instant", "asserted_by": ["system"]},
        },
        "priorities": {"idle": {"rank": 3}},
        "rules": {
            "fresh": {
                "stage": "effects",
                "when": {"age": {"of": "renewed_at", "calendar": "office", "lt": "PT8H"}},
                "then": [{"do": "flag", "of": "fresh"}],
                "clauses": ["HAR-8"],
            },
            "soon": {
                "stage": "effects",
                "when": {"until": {"of": "expires_at", "gte": "PT0S", "lt": "P2D"}},
                "then": [{"do": "flag", "of": "soon"}],
                "clauses": ["HAR-8"],
            },
            "at_night": {
                "stage": "priority",
                "when": {"received_at": {"not_in": "office"}},
                "then": [{"do": "priority", "priority": "idle"}],
                "clauses": ["HAR-8"],
            },
        },
    }
)


def flags(**facts: Any) -> list[str]:
    return [str((e.model_extra or {})["of"]) for e in decided(HOURS, topic="email.error", **facts).effects]


@pytest.mark.parametrize(
    ("renewed", "fresh"),
    [
        ("2026-02-10T09:00:00+00:00", True),
        ("2026-02-09T12:00:01+00:00", True),  # a second less than a day's open hours
        ("2026-02-09T12:00:00+00:00", False),
        ("2026-02-06T20:00:00+00:00", False),  # Monday and half of Tuesday
    ],
)
def test_an_age_can_count_open_hours_alone(renewed: str, fresh: bool) -> None:
    assert flags(renewed_at=renewed) == (["fresh"] if fresh else [])


@pytest.mark.parametrize(
    ("expires", "soon"),
    [
        ("2026-02-12T11:59:59+00:00", True),
        ("2026-02-12T12:00:00+00:00", False),
        ("2026-02-10T12:00:00+00:00", True),
        ("2026-02-10T11:59:59+00:00", False),
    ],
)
def test_notice_is_the_time_that_is_left(expires: str, soon: bool) -> None:
    assert flags(expires_at=expires) == (["soon"] if soon else [])


def test_what_nobody_knows_is_neither_old_nor_near() -> None:
    assert flags() == []


@pytest.mark.parametrize(("hour", "cited"), [(8, True), (9, False), (16, False), (17, True)])
def test_the_hour_of_the_receipt_can_decide_the_priority(hour: int, cited: bool) -> None:
    request = Request(sender=OWNER, facts={"topic": "email.error"})
    situation = Situation(account=QUAY, account_named=True, ticket=True)
    found = decide(HOURS, request, situation, NOON.replace(hour=hour))
    assert any("received_at" in c.because for c in found.citations if c.stage == "priority") is cited
