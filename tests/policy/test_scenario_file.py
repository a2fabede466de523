"""Scenario files read: closed, with every fault at its place."""

from datetime import date
from typing import Any

import pytest
import yaml

from app.policy.library.files import library
from app.policy.scenarios.file import ScenarioFile, ScenarioFileFault, read_file
from app.policy.scenarios.running import play
from app.policy.scenarios.shelf import Shelf

ACCOUNTS: dict[str, Any] = {
    "quay": {"provider": "harbour", "account": "17", "contacts": [{"email": "ann@quay.example", "role": "owner"}]},
    "other": {"provider": "elsewhere", "account": "17", "contacts": []},
}
ASK: dict[str, Any] = {"ticket": {"at": "2026-02-10T10:00:00+00:00", "account": "quay", "facts": {"topic": "email"}}}


def scenario(**more: Any) -> dict[str, Any]:
    plain = {
        "id": "HAR-S1",
        "policy": "harbour",
        "title": "T",
        "clauses": ["HAR-1"],
        "when": ASK,
        "then": {"outcome": "accepted"},
    }
    return {k: v for k, v in {**plain, **more}.items() if v is not None}


def file(*scenarios: dict[str, Any], **more: Any) -> ScenarioFile:
    whole = {"format": 2, "accounts": ACCOUNTS, "scenarios": list(scenarios), **more}
    return read_file(yaml.safe_dump(whole, sort_keys=False))


def faults(**more: Any) -> list[str]:
    return file(scenario(**more)).scenarios[0].faults


def test_a_plain_scenario_is_one_case() -> None:
    (read,) = file(scenario()).scenarios
    assert (read.id, read.faults) == ("HAR-S1", [])
    (case,) = read.cases
    assert (case.row, case.policy, case.when.kind, case.given) == (None, "harbour", "ticket", ())


def test_a_row_lays_its_part_over_the_step_and_its_expectation_over_the_scenarios_own() -> None:
    table = [
        {"with": {"facts": {"cause": "provider"}}, "then": {"fee": {"amount": "0.00"}}},
        {"with": {"facts": {"topic": "code"}, "sender": {"email": "a@b.example"}}, "note": "for people"},
    ]
    read = file(scenario(table=table, then={"outcome": "accepted", "fee": {"currency": "GBP"}})).scenarios[0]
    first, second = read.cases
    assert first.when.step.model_dump()["facts"] == {"topic": "email", "cause": "provider"}
    assert second.when.step.model_dump()["facts"] == {"topic": "code"}
    assert (first.row, second.row) == (1, 2)
    assert set(first.when.then["fee"]) == {"amount", "currency"}
    assert set(second.when.then["fee"]) == {"currency"}


def test_lists_are_replaced_and_not_merged() -> None:
    table = [{"with": {}, "then": {"cites": ["HAR-2"]}}]
    read = file(scenario(table=table, then={"cites": ["HAR-1"]})).scenarios[0]
    assert read.cases[0].when.then["cites"] == ("HAR-2",)


def test_each_row_of_a_scenario_about_all_policies_names_its_own() -> None:
    row = {"policy": "harbour", "with": {}}
    assert file(scenario(policy="all", table=[row])).scenarios[0].cases[0].policy == "harbour"
    assert faults(policy="all", table=[{"with": {}}]) == ["row 1: policy: the row must name its own"]


def test_holidays_are_dates_by_name() -> None:
    assert file(scenario(), holidays={"X-2026": ["2026-05-01"]}).holidays == {"X-2026": (date(2026, 5, 1),)}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"clausess": []}, "clausess: is not known here"),
        ({"id": "one"}, "id: "),
        ({"when": {}}, "one step is wanted"),
        ({"when": {"tickt": {}}}, "not tickt"),
        ({"when": {**ASK, "read": {}}}, "not ticket, read"),
        ({"when": {"ticket": {"subjct": "x"}}}, "ticket.subjct: is not known here"),
        ({"when": {"ticket": {"at": "2026-02-10T10:00:00"}}}, "ticket.at: "),
        ({"when": {"ticket": {"account": "nobody"}}}, "there is no account nobody"),
        ({"when": {"ticket": {"account": "other"}}}, "account other is not one of harbour"),
        ({"when": {"notice": {"accounts": ["quay", "nobody"]}}}, "there is no account nobody"),
        ({"when": {"message": {"ticket": "first"}}}, "no earlier step makes a ticket first"),
        ({"when": {"transition": {"ticket": "t", "verb": "fly", "by": {}}}}, "there is no verb fly"),
        ({"when": {"transition": {"ticket": "t", "verb": "close", "by": {}, "payload": {"x": 1}}}}, "payload.x"),
        ({"when": {"event": {"type": "rain"}}}, "event.type: "),
        ({"when": {"quote": {"rule": "r", "minutes": "60"}}}, "quote.minutes: "),
        ({"then": {}}, "then: nothing is expected"),
        ({"then": None}, "then: nothing is expected"),
        ({"then": {"outcom": "held"}}, "then.outcom: is not known here"),
        ({"then": {"outcome": "hold"}}, "then.outcome: "),
        ({"then": {"fee": {"amont": "1"}}}, "then.fee.amont: is not known here"),
        ({"then": {"fee": {"amount": 1}}}, "then.fee.amount: "),
        ({"then": {"targets": {"resolve": {"due_at": None}}}}, "then.targets.resolve.due_at: is not known here"),
        ({"then": {"effects": [{"type": "page", "whom": None}]}}, "effects.0.whom: is not known here"),
        ({"then": {"effects": [{"type": "fly"}]}}, "there is no effect fly"),
        ({"then": {"no_effects": ["fly"]}}, "there is no effect fly"),
        ({"then": {"explained": False}}, "then.explained: "),
        ({"given": [{"as": "first", "then": {}}]}, "given 1: one step is wanted"),
        ({"given": [{**ASK, "as": "x", "then": {"level": "one"}}]}, "given 1: then.level: "),
        ({"given": [{**ASK, "as": "x"}, {**ASK, "as": "x"}]}, "two steps make a ticket x"),
        ({"table": []}, "table: "),
        ({"table": [{"with": {"subjct": "x"}}]}, "row 1: ticket.subjct: is not known here"),
        ({"table": [{"with": {}, "then": {"level": "one"}}]}, "row 1: then.level: "),
        ({"overrides": {"rate": "1"}}, "overrides.rate"),
    ],
)
def test_what_nobody_knows_is_a_fault_of_the_scenario_at_its_place(more: dict[str, Any], words: str) -> None:
    found = faults(**more)
    assert any(words in fault for fault in found), found


def test_a_fault_of_one_scenario_leaves_the_others_alone() -> None:
    read = file(scenario(id="HAR-S1", then={"x": 1}), scenario(id="HAR-S2")).scenarios
    assert [bool(s.faults) for s in read] == [True, False]


def test_a_scenario_with_a_fault_is_told_and_not_played() -> None:
    (result,) = play(file(scenario(then={"x": 1})), Shelf(lambda _: None, library()))
    assert (len(result.failures), result.answers) == (1, ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no document"),
        ("a: [", "cannot be read"),
        ("- 1", "valid dictionary"),
        ("format: 3\naccounts: {}\nscenarios: []", "line 1, format: "),
        ("format: 2\naccounts: {}\nscenarios: []\nmore: 1", "more: is not known here"),
        ("format: 2\naccounts: {a: {provider: p, account: x, contacts: [], colour: red}}\nscenarios: []", "line 2"),
        ("format: 2\naccounts: {a: {provider: p, account: x, contacts: [], reseller: b}}\nscenarios: []", "account b"),
    ],
)
def test_what_is_wrong_with_the_file_itself_is_raised(text: str, words: str) -> None:
    with pytest.raises(ScenarioFileFault, match=words):
        read_file(text)


def test_two_scenarios_or_two_accounts_under_one_name_are_a_fault_of_the_file() -> None:
    with pytest.raises(ScenarioFileFault, match="HAR-S1 is there twice"):
        file(scenario(), scenario())
    with pytest.raises(ScenarioFileFault, match="quay has the number 17 already"):
        file(scenario(), accounts={**ACCOUNTS, "again": ACCOUNTS["quay"]})
