"""The in-memory desk: every kind of step played, and told when it cannot be."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from app.policy.library.files import library
from app.policy.scenarios.file import read_file
from app.policy.scenarios.running import play
from app.policy.scenarios.shelf import Shelf
from tests.policy.harbour import PATH

WRITTEN = yaml.safe_load((Path(__file__).parent / "harbour_scenarios.yaml").read_text(encoding="utf-8"))
DOCUMENT = PATH.read_text(encoding="utf-8")
SHELF = Shelf({"harbour": DOCUMENT, "broken": "provider: broken"}.get, library())


def failures(*scenarios: dict[str, Any], shelf: Shelf = SHELF) -> list[str]:
    file = read_file(yaml.safe_dump({**WRITTEN, "scenarios": list(scenarios)}))
    return [str(failure) for result in play(file, shelf) for failure in result.failures]


def one(when: dict[str, Any], then: dict[str, Any], **more: Any) -> list[str]:
    return failures({**PLAIN, "when": when, "then": then, **more})


PLAIN: dict[str, Any] = {"id": "HAR-S1", "policy": "harbour", "title": "T", "clauses": []}
ASK: dict[str, Any] = {"ticket": {"at": "2026-02-10T10:00:00Z", "account": "quay", "facts": {"topic": "email.error"}}}


@pytest.mark.parametrize("scenario", WRITTEN["scenarios"], ids=lambda s: s["title"])
def test_every_kind_of_step_is_played(scenario: dict[str, Any]) -> None:
    assert failures(scenario) == []


def test_a_line_says_which_scenario_and_what_is_otherwise() -> None:
    assert one(ASK, {"outcome": "held"}) == ["HAR-S1: outcome: expected held, got accepted"]


def test_a_line_says_which_row_or_earlier_step() -> None:
    table = [{"with": {}}, {"with": {"facts": {"topic": "web.offline"}}}]
    assert one(ASK, {"priority": "usual"}, table=table) == ["HAR-S1 row 2: priority: expected usual, got urgent"]
    given = [{**ASK, "then": {"priority": "urgent"}}]
    assert one(ASK, {"priority": "usual"}, given=given) == ["HAR-S1 given 1: priority: expected urgent, got usual"]


def test_an_effect_that_must_not_occur_is_a_failure_when_it_does() -> None:
    down = {"event": {"type": "monitor_down", "at": "2026-02-10T10:00:00Z", "server": "tern"}}
    assert one(down, {"no_effects": ["notify"]}) == []
    assert one(down, {"no_effects": ["page"]}) == ["HAR-S1: no_effects: expected page, got [page, open_incident]"]


def test_each_row_starts_from_an_empty_desk() -> None:
    add = {"contact": {"at": "2026-02-10T10:00:00Z", "account": "quay", "op": "add", "role": "helper"}}
    table = [{"with": {"email": f"{name}@else.example"}} for name in "abc"]
    assert one(add, {"outcome": "accepted"}, table=table) == []


def test_a_policy_without_a_document_is_one_failure() -> None:
    table = [{"with": {"at": "2026-02-10T10:00:00Z"}}, {"with": {}}]
    assert one({"read": {}}, {"policy": None}, policy="sunk", table=table) == ["HAR-S1: there is no policy sunk"]


def test_a_document_that_cannot_be_used_is_one_failure() -> None:
    (line,) = one({"read": {}}, {"policy": None}, policy="broken")
    assert "the document of broken cannot be used" in line


def test_a_reading_that_cannot_be_chosen_is_one_failure() -> None:
    (line,) = one({"read": {}}, {"outcome": "accepted"}, overrides={"A_HAR_02": "a lot"})
    assert "the readings cannot be chosen" in line
    (line,) = one({"read": {}}, {"outcome": "accepted"}, overrides={"A_HAR_99": "1"})
    assert "A_HAR_99" in line


def test_a_clause_that_the_policy_does_not_have_is_a_failure() -> None:
    assert one(ASK, {"outcome": "accepted"}, clauses=["HAR-99"]) == ["HAR-S1: clauses: there is no clause HAR-99"]


def test_a_holiday_set_of_the_file_can_be_chosen() -> None:
    office = yaml.safe_load(DOCUMENT)
    office["calendars"]["office"] = {"open": {"mon-fri": [["09:00", "17:00"]]}, "holidays": ["BR"]}
    office["targets"] = [{"metric": "resolve", "kind": "next_business_day", "calendar": "office", "clauses": ["HAR-3"]}]
    places = {"type": "holiday_set", "at": ["/calendars/office/holidays"]}
    office["assumptions"]["A_HAR_03"] = {"question": "Closed when?", "value": "BR", "accepts": places}
    shelf = Shelf({"harbour": yaml.safe_dump(office)}.get, library())
    scenario = {
        **PLAIN,
        "overrides": {"A_HAR_03": "HARBOUR-2026"},
        "when": {"ticket": {**ASK["ticket"], "at": "2026-02-09T10:00:00Z"}},
        "then": {"targets": {"resolve": {"due": "2026-02-11T17:00:00Z"}}},
    }
    assert failures(scenario, shelf=shelf) == []


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"ticket": {**ASK["ticket"], "facts": {"colour": "red"}}}, "facts.colour: No fact is called `colour`."),
        ({"ticket": {**ASK["ticket"], "at": "2025-06-01T10:00:00Z"}}, "no version of the policy is in force"),
        ({"quote": {"rule": "sinking"}}, "the policy has no fee rule sinking"),
        ({"report": {"metric": "ships_sunk"}}, "the policy has no goal for ships_sunk"),
        ({"contact": {"account": "quay", "op": "add", "role": "captain"}}, "the policy has no contact role captain"),
        ({"transition": {"verb": "hold", "by": {"role": "staff"}}}, "hold needs a ticket or an account"),
        ({"transition": {"verb": "pay", "account": "quay", "by": {}}}, "pay needs a ticket"),
        ({"publish": {"at": "2026-02-10T10:00:00Z", "effective_from": "2026-02-09T10:00:00Z"}}, "when it is published"),
        ({"publish": {"effective_from": "2026-02-09T10:00:00Z", "changes": [{"target": "turnaround"}]}}, "no target"),
    ],
)
def test_a_step_that_cannot_be_played_is_a_failure(when: dict[str, Any], words: str) -> None:
    (line,) = one(when, {"outcome": "accepted"})
    assert words in line


def test_a_verb_on_accounts_does_nothing_to_a_ticket() -> None:
    hold = {"transition": {"ticket": "first", "verb": "hold", "by": {"role": "staff"}, "at": "2026-02-10T11:00:00Z"}}
    assert one(hold, {"outcome": "accepted"}, given=[{"as": "first", **ASK}]) == ["HAR-S1: hold needs an account"]


# ── the laws that nobody writes ──────────────────────────────────────────────
def test_a_decision_without_a_clause_breaks_a_law() -> None:
    bare = yaml.safe_load(DOCUMENT)
    bare.update(targets=[], coverage=[], rules=[], unspecified={}, about={}, priorities={}, contract={}, actions={})
    for part in ("calendars", "channels", "contacts"):
        for entry in bare[part].values():
            entry.pop("clauses", None)
    shelf = Shelf({"harbour": yaml.safe_dump(bare)}.get, library())
    lines = failures({**PLAIN, "when": ASK, "then": {"outcome": "accepted"}}, shelf=shelf)
    assert lines == ["HAR-S1: cites: expected at least one clause, got nothing"]


def test_where_no_clause_speaks_the_silence_of_the_policy_is_what_is_cited() -> None:
    update = {"event": {"type": "panel_update", "at": "2026-02-10T10:00:00Z", "account": "quay"}}
    assert one(update, {"effects": [], "cites": ["HAR-1"]}) == []


def test_an_event_of_which_a_policy_says_nothing_decides_nothing() -> None:
    silent = yaml.safe_load(DOCUMENT)
    silent.update(unspecified={}, about={})
    shelf = Shelf({"harbour": yaml.safe_dump(silent)}.get, library())
    update = {"event": {"type": "panel_update", "at": "2026-02-10T10:00:00Z", "account": "quay"}}
    assert failures({**PLAIN, "when": update, "then": {"effects": [], "cites": []}}, shelf=shelf) == []


def test_a_time_of_a_metric_that_nobody_knows_is_a_failure() -> None:
    assert one(ASK, {"targets": {"sinking": None}}) == [
        "HAR-S1: targets.sinking: expected a metric of the policy, got sinking"
    ]
    own = yaml.safe_load(DOCUMENT)
    own["metrics"] = {"sinking": {"stops": "resolved"}}
    shelf = Shelf({"harbour": yaml.safe_dump(own)}.get, library())
    assert failures({**PLAIN, "when": ASK, "then": {"targets": {"sinking": None}}}, shelf=shelf) == []


def test_a_target_without_a_due_time_must_be_explained() -> None:
    vague = yaml.safe_load(DOCUMENT)
    vague["targets"] = [{"metric": "resolve", "kind": "qualitative"}]
    shelf = Shelf({"harbour": yaml.safe_dump(vague)}.get, library())
    (line,) = failures({**PLAIN, "when": ASK, "then": {"outcome": "accepted"}}, shelf=shelf)
    assert line.startswith("HAR-S1: targets.resolve: expected a citation or an assumption")
