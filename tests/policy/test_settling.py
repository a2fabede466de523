"""The operator's choices change a document in one place each, and the document itself never."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy.checks.source import read
from app.policy.language.faults import PolicyFault, PolicyFaults
from app.policy.language.settings import Closure, Settings
from app.policy.library.files import policy_text, providers
from app.policy.loading import check, load
from app.policy.settling import settle, without_effect
from tests.policy.documents import LIBRARY, SMALL

RAW = load(SMALL, LIBRARY).raw
READINGS = {
    "A_SMA_01": ["nine_to_five", "longer", "ZA", "TOWN"],
    "A_SMA_02": ["85.00", "free", "99.5", "0"],
    "A_SMA_03": ["PT1H", "PT90M", "P1D"],
    "A_SMA_04": ["0.10", "0.05", "1"],
}
TOWN = {"TOWN": (date(2026, 11, 4),)}


def refused(**settings: Any) -> list[PolicyFault]:
    with pytest.raises(PolicyFaults) as caught:
        settle(RAW, Settings(**settings))
    return list(caught.value.faults)


def settled(**settings: Any) -> dict[str, Any]:
    raw, _ = settle(RAW, Settings(**settings))
    check(raw)
    return raw


@st.composite
def settings(draw: st.DrawFn) -> Settings:
    return Settings(
        revision=draw(st.integers(0, 9)),
        assumptions=draw(st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in READINGS.items()})),
        holidays=TOWN,
        closures=tuple(
            Closure(date=day, calendars=calendars)
            for day, calendars in draw(
                st.lists(
                    st.tuples(
                        st.dates(date(2026, 1, 1), date(2026, 12, 31)),
                        st.sampled_from([(), ("office",), ("always", "office")]),
                    ),
                    max_size=3,
                )
            )
        ),
    )


@given(settings())
def test_settling_twice_is_settling_once(chosen: Settings) -> None:
    once, readings = settle(RAW, chosen)
    assert settle(once, chosen) == (once, readings)


@given(settings())
def test_settling_leaves_the_document_itself_alone(chosen: Settings) -> None:
    before = json.dumps(RAW)
    settle(RAW, chosen)
    assert json.dumps(RAW) == before


@given(settings())
def test_a_settled_document_is_a_sound_one(chosen: Settings) -> None:
    raw, readings = settle(RAW, chosen)
    assert check(raw).provider == "small"
    assert set(readings) == set(RAW["assumptions"])
    assert all(readings[id_] == value for id_, value in chosen.assumptions.items())


def test_no_choice_changes_nothing() -> None:
    raw, readings = settle(RAW, Settings())
    assert raw == RAW
    assert readings == {id_: str(assumption["value"]) for id_, assumption in RAW["assumptions"].items()}


def test_choosing_the_reading_in_force_changes_nothing() -> None:
    assert settled(assumptions={"A_SMA_01": "nine_to_five", "A_SMA_02": "85.00"}) == RAW


def test_an_alternative_applies_its_changes() -> None:
    calendar = settled(assumptions={"A_SMA_01": "longer"})["calendars"]["office"]
    assert calendar["open"] == {"mon-fri": [["08:00", "18:00"]]}
    assert calendar["clauses"] == ["SMA-1"]  # the rest stays


def test_entries_of_a_list_are_addressed_by_id_and_null_takes_away() -> None:
    entry = settled(assumptions={"A_SMA_02": "free"})["coverage"][1]
    assert entry == {"id": "own_code", "topics": ["code"], "status": "covered", "clauses": ["SMA-2"]}


@pytest.mark.parametrize("changes", [None, {}, {"fees": {"hourly": {}}}])
def test_a_reading_that_says_nothing_of_what_it_changes_is_told(changes: dict[str, Any] | None) -> None:
    described = {"meaning": "It is done for nothing.", **({} if changes is None else {"changes": changes})}
    question = {**RAW["assumptions"]["A_SMA_02"], "alternatives": {"free": described}}
    raw = {**RAW, "assumptions": {**RAW["assumptions"], "A_SMA_02": question}}
    (told,) = without_effect(raw, Settings(assumptions={"A_SMA_01": "longer", "A_SMA_02": "free"}))
    assert (told.pointer, told.code) == ("/assumptions/A_SMA_02", "changes_nothing")
    assert told.message == "`free` is described for `A_SMA_02`, but the policy does not say what it changes."


@pytest.mark.parametrize(("id_", "value"), [(id_, value) for id_, values in READINGS.items() for value in values])
def test_of_a_reading_that_is_written_out_nothing_is_told(id_: str, value: str) -> None:
    assert without_effect(RAW, Settings(assumptions={id_: value})) == []


@pytest.mark.parametrize(
    ("id_", "value", "place", "put"),
    [
        ("A_SMA_02", "99.5", ("fees", "hourly", "amount"), "99.5"),
        ("A_SMA_03", "PT90M", ("targets", 0, "max"), "PT90M"),
        ("A_SMA_04", "0.05", ("rules", 0, "when", "share_affected", "lte"), "0.05"),
        ("A_SMA_01", "ZA", ("calendars", "office", "holidays"), ["ZA"]),
    ],
)
def test_a_value_of_the_operators_own_is_put_in_its_place(
    id_: str, value: str, place: tuple[Any, ...], put: Any
) -> None:
    found: Any = settled(assumptions={id_: value})
    for step in place:
        found = found[step]
    assert found == put


NO_NUMBER = 'Write digits with a point, such as "0.05".'


@pytest.mark.parametrize(
    ("id_", "value", "code", "message", "remedy"),
    [
        ("A_SMA_09", "x", "unknown_assumption", "The policy has no assumption `A_SMA_09`.", "Did you mean `A_SMA_05`?"),
        (
            "A_X_7",
            "x",
            "unknown_assumption",
            "The policy has no assumption `A_X_7`.",
            "Name one that the policy lists.",
        ),
        ("A_SMA_05", "UTC", "not_overridable", "`A_SMA_05` is not the operator's to choose.", "Leave it out."),
        (
            *("A_SMA_01", "XX", "unknown_holiday_set", "There is no holiday set `XX`."),
            "Give its dates in `holidays` of these settings.",
        ),
        ("A_SMA_01", "CA-QB", "unknown_holiday_set", "There is no holiday set `CA-QB`.", "Did you mean `CA-QC`?"),
        ("A_SMA_02", "cheap", "bad_value", "`cheap` is no amount.", NO_NUMBER),
        ("A_SMA_02", "-1", "out_of_range", "`-1` is out of range.", "Write a number of at least 0."),
        ("A_SMA_02", "NaN", "bad_value", "`NaN` is no amount.", NO_NUMBER),
        ("A_SMA_02", "1e99", "bad_value", "`1e99` is no amount.", NO_NUMBER),
        ("A_SMA_02", "10000000000", "bad_value", "`10000000000` is no amount.", NO_NUMBER),
        ("A_SMA_02", "0.0000000001", "bad_value", "`0.0000000001` is no amount.", NO_NUMBER),
        *(
            ("A_SMA_03", value, "bad_value", f"`{value}` is no duration.", "Write one such as `PT15M` or `P2D`.")
            for value in ("one hour", "60")
        ),
        *(
            ("A_SMA_04", value, "out_of_range", f"`{value}` is out of range.", remedy)
            for remedy in ["Write a number of at least 0 and at most 1."]
            for value in ("1.5", "-0.1")
        ),
        ("A_SMA_04", "half", "bad_value", "`half` is no share.", NO_NUMBER),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused_with_its_place(
    id_: str, value: str, code: str, message: str, remedy: str
) -> None:
    assert refused(assumptions={id_: value}) == [PolicyFault(f"/assumptions/{id_}", None, code, message, remedy)]


@pytest.mark.parametrize(
    ("id_", "value"),
    [("A_SMA_02", "9999999999"), ("A_SMA_02", "0.000000001"), ("A_SMA_02", "0"), ("A_SMA_04", "1"), ("A_SMA_04", "0")],
)
def test_a_number_at_its_bound_is_taken(id_: str, value: str) -> None:
    _, chosen = settle(RAW, Settings(assumptions={id_: value}))
    assert chosen[id_] == value


def test_what_is_taken_as_a_number_is_one() -> None:
    accepts = {"type": "number", "at": ["/priorities/high/rank"]}
    raw = {**RAW, "assumptions": {"A_SMA_01": {"question": "?", "value": "one", "accepts": accepts}}}
    for value, written in (("3", 3), ("3.0", 3), ("2.50", "2.50"), ("-4", -4)):
        found = settle(raw, Settings(assumptions={"A_SMA_01": value}))[0]["priorities"]["high"]["rank"]
        assert (found, type(found)) == (written, type(written))


def test_a_place_that_another_choice_has_taken_away_is_told() -> None:
    changes = {"fees": {"hourly": None}, "rules": {"nothing": 3}}
    gone = {"question": "?", "value": "a", "alternatives": {"b": {"meaning": "b", "changes": {"fees": None}}}}
    bad = {"question": "?", "value": "a", "alternatives": {"b": {"meaning": "b", "changes": changes}}}
    raw = {**RAW, "assumptions": {"A_SMA_02": RAW["assumptions"]["A_SMA_02"], "A_SMA_06": gone, "A_SMA_07": bad}}
    with pytest.raises(PolicyFaults) as caught:
        settle(raw, Settings(assumptions={"A_SMA_02": "90", "A_SMA_06": "b", "A_SMA_07": "b"}))
    assert list(caught.value.faults) == [
        PolicyFault(
            *("/assumptions/A_SMA_07", None, "bad_change", "No entry of this list has the id `nothing`."),
            "Another choice has taken that entry away.",
        ),
        PolicyFault(
            *("/assumptions/A_SMA_02", None, "bad_place"),
            "`/fees/hourly/amount` leads to nothing: there is no `fees`.",
            "Another choice has taken that place away.",
        ),
    ]


@pytest.mark.parametrize(
    ("settings", "place", "message", "remedy"),
    [
        (
            {"closures": [{"date": "2026-12-24", "calendars": ["ofice"]}]},
            *("/closures/0/calendars", "There is no calendar `ofice`.", "Did you mean `office`?"),
        ),
        (
            {"closures": [{"date": "2026-12-24"}, {"date": "2026-12-24", "calendars": ["moon"]}]},
            *("/closures/1/calendars", "There is no calendar `moon`.", "Name one that the policy lists."),
        ),
        (
            {"phrases": {"email.eror": {"en": ["x"]}}},
            *("/phrases/email.eror", "The policy has no topic `email.eror`.", "Did you mean `email.error`?"),
        ),
        (
            {"phrases": {"quilts": {"en": ["x"]}}},
            *("/phrases/quilts", "The policy has no topic `quilts`.", "Name one that the policy lists."),
        ),
    ],
)
def test_a_closure_or_phrase_of_nothing_is_refused_in_words(
    settings: dict[str, Any], place: str, message: str, remedy: str
) -> None:
    code = "unknown_topic" if "phrases" in settings else "unknown_calendar"
    assert refused(**settings) == [PolicyFault(place, None, code, message, remedy)]


def test_phrases_of_the_settings_stand_behind_those_there_are_each_once() -> None:
    topics = {"email": {"phrases": {"en": ["mail", "post"]}}, "web": None}
    raw, _ = settle(
        {**RAW, "topics": topics},
        Settings(phrases={"email": {"en": ["post", "letter"], "fr": ["courriel"]}, "web": {"en": ["site"]}}),
    )
    assert raw["topics"] == {
        "email": {"phrases": {"en": ["mail", "post", "letter"], "fr": ["courriel"]}},
        "web": {"phrases": {"en": ["site"]}},
    }


def test_an_unknown_alternative_is_answered_with_those_there_are() -> None:
    raw = {**RAW, "assumptions": {"A_SMA_01": {"question": "?", "value": "a", "alternatives": {"b": {"meaning": "b"}}}}}
    with pytest.raises(PolicyFaults) as caught:
        settle(raw, Settings(assumptions={"A_SMA_01": "zzz"}))
    assert caught.value.faults[0].remedy == "Choose one of `a`, `b`."


def test_all_faults_of_the_settings_come_at_once() -> None:
    closures = [{"date": "2026-12-24", "calendars": ["ofice"]}]
    found = refused(assumptions={"A_SMA_09": "x", "A_SMA_02": "cheap"}, closures=closures)
    assert {fault.pointer for fault in found} == {
        "/assumptions/A_SMA_09",
        "/assumptions/A_SMA_02",
        "/closures/0/calendars",
    }


def test_holidays_of_the_settings_replace_and_extend_the_documents() -> None:
    raw = settled(holidays={"TOWN": [date(2026, 11, 4)], "CA-QC": [date(2026, 1, 1)]})
    assert (raw["holidays"]["TOWN"], raw["holidays"]["CA-QC"]) == (["2026-11-04"], ["2026-01-01"])
    assert raw["holidays"]["ZA"] == RAW["holidays"]["ZA"]


def test_a_set_of_the_settings_can_be_chosen() -> None:
    raw = settled(holidays=TOWN, assumptions={"A_SMA_01": "TOWN"})
    assert raw["calendars"]["office"]["holidays"] == ["TOWN"]


def test_a_closure_closes_every_calendar_with_hours() -> None:
    calendars = settled(closures=[{"date": "2026-12-24"}])["calendars"]
    assert calendars["office"]["extra"] == ["2026-12-24"]
    assert "extra" not in calendars["always"]


def test_a_calendar_that_is_always_open_is_closed_only_by_name() -> None:
    calendars = settled(closures=[{"date": "2026-12-24", "calendars": ["always"]}])["calendars"]
    assert calendars["always"]["extra"] == ["2026-12-24"]
    assert "extra" not in calendars["office"]


def test_a_closure_goes_before_hours_of_a_single_date() -> None:
    office = {**RAW["calendars"]["office"], "dated": {"2026-12-24": [["09:00", "12:00"]], "2026-12-31": []}}
    raw = {**RAW, "calendars": {**RAW["calendars"], "office": office}}
    after, _ = settle(raw, Settings(closures=(Closure(date=date(2026, 12, 24)),)))
    assert after["calendars"]["office"]["dated"] == {"2026-12-31": []}


def test_the_guide_names_each_reading_of_ours_that_is_only_described() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")
    described = {
        id_
        for slug in providers()
        for id_, assumption in (read(policy_text(slug) or "")[0].get("assumptions") or {}).items()
        if any("changes" not in alternative for alternative in (assumption.get("alternatives") or {}).values())
    }
    assert len(described) > 5
    assert {id_ for id_ in described if f"`{id_}`" not in guide} == set()
