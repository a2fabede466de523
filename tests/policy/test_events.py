"""What follows from what monitoring or the system noticed."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy.compile import CompiledPolicy
from app.policy.decision import Breach
from app.policy.desk.events import Event, EventAnswer, happened
from app.policy.situation import Account
from tests.policy.harbour import NOON, PIER, QUAY, cites, harbour

POLICY = harbour()


def event(
    type_: str,
    account: Account | None = None,
    others: tuple[Account, ...] = (),
    incidents: tuple[str, ...] = (),
    policy: CompiledPolicy = POLICY,
    **fields: Any,
) -> EventAnswer:
    return happened(policy, Event(type=type_, fields=fields), account, others, incidents, NOON)


def effects(answer: EventAnswer) -> list[dict[str, Any]]:
    return [e.model_dump() for e in answer.decision.effects]


# ── a server ─────────────────────────────────────────────────────────────────
def test_an_outage_pages_and_is_an_incident_on_the_server() -> None:
    answer = event("monitor_down", server="tern")
    assert effects(answer) == [
        {"type": "page", "audience": "on_call", "at": NOON},
        {"type": "open_incident", "server": "tern"},
    ]
    assert answer.incidents == ("tern",)
    assert cites(answer.decision, "HAR-11")


def test_the_same_outage_told_twice_is_one_incident_and_ends_when_the_server_is_back() -> None:
    assert event("monitor_down", incidents=("tern",), server="tern").incidents == ("tern",)
    assert event("monitor_up", incidents=("gull", "tern"), server="tern").incidents == ("gull",)


def test_an_incident_is_known_even_where_the_policy_says_nothing_of_it() -> None:
    silent = harbour({"rules": {"outage": None}})
    answer = event("monitor_down", policy=silent, server="tern")
    assert (effects(answer), answer.incidents) == ([], ("tern",))


# ── a plug-in, a reseller ────────────────────────────────────────────────────
def test_a_plug_in_that_was_judged_bad_is_removed_and_one_that_was_not_judged_stays() -> None:
    answer = event("plugin_scan", QUAY, plugin="tide", approved=False)
    assert effects(answer) == [
        {"type": "remove_plugin", "plugin": "tide"},
        {"type": "notify", "to": "account_owner", "count": 1},
    ]
    assert effects(event("plugin_scan", QUAY, plugin="tide", approved=True)) == []
    assert effects(event("plugin_scan", QUAY, plugin="tide", approved=None)) == []


def test_the_reseller_answers_for_its_customer() -> None:
    answer = event("abuse_report", PIER, content="copied books")
    assert answer.responsible == "90"
    assert effects(answer) == [{"type": "notify", "to": "90", "responsible": "90"}]
    assert event("abuse_report", QUAY, content="copied books").responsible is None


@pytest.mark.parametrize(("count", "state"), [(2, None), (3, "on_hold")])
def test_an_account_is_held_at_once_where_the_policy_leaves_no_choice(count: int, state: str | None) -> None:
    answer = event("reseller_customer_contact", PIER, count=count)
    assert [a.state for a in answer.accounts] == ([state] if state else [])


def test_a_hold_that_is_left_to_staff_is_proposed_and_changes_nothing() -> None:
    careful = harbour({"rules": {"impatient": {"then": [{"do": "hold_account", "mode": "discretionary"}]}}})
    answer = event("reseller_customer_contact", PIER, policy=careful, count=9)
    assert effects(answer)[0]["status"] == "proposed"
    assert answer.accounts == ()


# ── a domain ─────────────────────────────────────────────────────────────────
def test_a_person_whose_address_the_account_now_hosts_is_flagged_and_stays_listed() -> None:
    answer = event("hosted_domain_added", QUAY, domain="elsewhere.example")
    (after,) = answer.accounts
    assert after.hosted_domains == ("quay.example", "elsewhere.example")
    assert [(c.role, c.flag) for c in after.contacts] == [("owner", None), ("helper", "needs_replacement")]
    assert effects(answer) == [{"type": "flag_contact", "role": "helper", "flag": "needs_replacement", "account": "17"}]
    assert cites(answer.decision, "HAR-6")


def test_a_domain_of_somebody_elses_address_only_warns_unless_the_policy_minds_the_whole_provider() -> None:
    answer = event("hosted_domain_added", PIER, (QUAY,), domain="elsewhere.example")
    assert [a.number for a in answer.accounts] == ["18"]
    assert [e["type"] for e in effects(answer)] == ["warn"]
    minding = harbour({"contacts": {"helper": {"not_on": "provider"}}})
    both = event("hosted_domain_added", PIER, (QUAY,), policy=minding, domain="elsewhere.example")
    assert [a.number for a in both.accounts] == ["18", "17"]
    assert both.accounts[1].contacts[1].flag == "needs_replacement"


def test_a_domain_that_is_nobodys_address_flags_nobody() -> None:
    answer = event("hosted_domain_added", QUAY, domain="where.example")
    assert effects(answer) == []
    assert answer.accounts[0].contacts == QUAY.contacts
    assert cites(answer.decision, "HAR-6")


# ── a clock that has stopped ─────────────────────────────────────────────────
def met(metric: str, late: float, policy: CompiledPolicy = POLICY, **more: Any) -> Breach | None:
    due = NOON - timedelta(hours=1)
    fields = {"metric": metric, "due": due, "met_at": due + timedelta(seconds=late), **more}
    return event("target_met", QUAY, policy=policy, **fields).decision.breach


def test_due_exactly_is_met_and_a_second_later_is_a_miss() -> None:
    assert met("repair", 0) is None
    assert met("repair", -60) is None
    assert met("repair", 1) == Breach(metric="repair", late_seconds=1, liability="none")


def test_a_delay_code_excuses_a_miss_of_the_metrics_it_is_for() -> None:
    excused = met("first_response", 1800, delay_code="heavy_load")
    assert excused is not None
    assert (excused.excused, excused.excused_by, excused.late_seconds) == (True, "heavy_load", 1800)
    for metric, code in [("repair", "heavy_load"), ("first_response", "rain"), ("first_response", None)]:
        missed = met(metric, 1800, delay_code=code)
        assert missed is not None
        assert missed.excused is False


def test_an_excuse_is_cited_with_the_target_it_excuses() -> None:
    fields: dict[str, Any] = {"metric": "first_response", "due": NOON, "met_at": NOON + timedelta(seconds=5)}
    cited = [c.clause for c in event("target_met", QUAY, delay_code="heavy_load", **fields).decision.citations]
    assert cited == ["HAR-3", "HAR-16"]
    assert [c.clause for c in event("target_met", QUAY, **fields).decision.citations] == ["HAR-3"]


@pytest.mark.parametrize(
    ("metric", "strength", "liability"),
    [("first_response", None, "unspecified"), ("repair", None, "none"), ("first_response", "none", "none")],
)
def test_a_miss_obliges_to_what_the_policy_says(metric: str, strength: str | None, liability: str) -> None:
    missed = met(metric, 5, strength=strength)
    assert missed is not None
    assert missed.liability == liability


def test_a_miss_of_a_guideline_obliges_to_nothing() -> None:
    missed = met("first_response", 5, policy=harbour({"strength": "guideline"}))
    assert missed is not None
    assert missed.liability == "none"


def test_without_times_there_is_no_verdict() -> None:
    assert event("target_met", QUAY, metric="repair", due=NOON).decision.breach is None
    assert event("target_met", QUAY, metric="repair", met_at=NOON).decision.breach is None


@given(st.integers(-(10**6), 10**6), st.sampled_from(["heavy_load", "rain", None]))
def test_a_code_changes_neither_the_verdict_nor_how_late_it_was(seconds: int, code: str | None) -> None:
    plain, labelled = met("first_response", seconds), met("first_response", seconds, delay_code=code)
    assert (plain is None) == (labelled is None) == (seconds <= 0)
    if plain is not None and labelled is not None:
        assert plain.late_seconds == labelled.late_seconds == seconds
