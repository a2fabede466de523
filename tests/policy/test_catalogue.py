"""The shared catalogue and the holiday sets: whole, in three languages, and without twins that speak alike."""

import re
import unicodedata
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.base.vocabulary import Asserter
from tests.policy.resolve_holidays import SETS, read, resolve

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "app" / "policy" / "library" / "catalogue" / "hosting"
HOLIDAYS = ROOT / "app" / "policy" / "library" / "holidays"
LANGUAGES = {"en", "fr", "pt"}
SLUG = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")
FACT_TYPES = {"bool", "int", "decimal", "enum", "text", "topic", "email", "instant", "money", "duration", "list"}

HOLIDAYS_2026 = {
    "ZA": "01-01 03-21 04-03 04-06 04-27 05-01 06-16 08-09 08-10 09-24 12-16 12-25 12-26",
    "CA-ON": "01-01 02-16 04-03 05-18 07-01 09-07 10-12 12-25 12-26",
    "CA-QC": "01-01 04-03 05-18 06-24 07-01 09-07 10-12 12-25",
    "BR": "01-01 04-03 04-21 05-01 09-07 10-12 11-02 11-15 11-20 12-25",
}


def load(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


FACTS: dict[str, dict[str, Any]] = load(CATALOGUE / "facts.yaml")["facts"]
FILES = sorted((CATALOGUE / "topics").glob("*.yaml"))
TOPICS: dict[str, dict[str, Any]] = {slug: topic for path in FILES for slug, topic in load(path)["topics"].items()}


def spoken(phrase: str) -> str:
    """A phrase without what a reader of mail would not notice: accents, letter case, punctuation."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", phrase.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", bare))


def test_the_catalogue_has_every_topic_once() -> None:
    assert len(TOPICS) == 152
    assert sum(len(load(path)["topics"]) for path in FILES) == 152


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_holds_the_topics_of_its_own_first_segment(path: Path) -> None:
    assert {slug.split(".")[0] for slug in load(path)["topics"]} == {path.stem}


@pytest.mark.parametrize("slug", TOPICS)
def test_a_topic_speaks_three_languages(slug: str) -> None:
    topic = TOPICS[slug]
    assert SLUG.match(slug)
    assert set(topic) == {"names", "descriptions", "phrases"}
    for texts in topic.values():
        assert set(texts) == LANGUAGES
    for language in LANGUAGES:
        assert topic["names"][language].strip()
        assert topic["descriptions"][language].strip()
        phrases = topic["phrases"][language]
        assert all(isinstance(phrase, str) and phrase.strip() for phrase in phrases)
        assert len({spoken(phrase) for phrase in phrases}) == len(phrases) >= 8


def test_no_phrase_stands_under_two_topics() -> None:
    owners = defaultdict(set)
    for slug, topic in TOPICS.items():
        for phrases in topic["phrases"].values():
            for phrase in phrases:
                owners[spoken(phrase)].add(slug)
    assert {phrase: slugs for phrase, slugs in owners.items() if len(slugs) > 1} == {}


def test_no_two_topics_share_a_name() -> None:
    for language in LANGUAGES:
        names = [topic["names"][language].casefold() for topic in TOPICS.values()]
        assert len(set(names)) == len(names)


def test_every_topic_belongs_to_a_family_and_every_family_has_a_topic() -> None:
    families: dict[str, list[str]] = load(ROOT / "tests" / "triage" / "families.yaml")["families"]
    prefixes = {prefix: family for family, members in families.items() for prefix in members}
    reached = set()
    for slug in TOPICS:
        family = max((p for p in prefixes if slug == p or slug.startswith(f"{p}.")), key=len, default=None)
        assert family, f"{slug} is in no family"
        reached.add(prefixes[family])
    assert reached == set(families)


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_typed_and_says_who_may_assert_it(name: str) -> None:
    fact = FACTS[name]
    assert set(fact) <= {"type", "values", "default", "by_topic", "aliases", "asserted_by", "meaning"}
    assert fact["type"] in FACT_TYPES
    assert fact["asserted_by"]
    assert set(fact["asserted_by"]) <= {asserter.value for asserter in Asserter}
    assert fact["meaning"]["en"]
    assert (fact["type"] == "enum") == ("values" in fact)
    assert all(isinstance(value, str) for value in fact.get("values", []))


@pytest.mark.parametrize("name", FACTS)
def test_a_default_is_a_value_of_its_fact(name: str) -> None:
    fact = FACTS[name]
    kinds: dict[str, type] = {"bool": bool, "int": int, "list": list}
    defaults = [fact["default"]] if "default" in fact else []
    for value in [*defaults, *fact.get("by_topic", {}).values()]:
        assert isinstance(value, kinds.get(fact["type"], str))
        assert fact["type"] != "enum" or value in fact["values"]


def test_defaults_by_topic_name_topics() -> None:
    for fact in FACTS.values():
        for prefix in fact.get("by_topic", {}):
            assert any(slug == prefix or slug.startswith(f"{prefix}.") for slug in TOPICS), prefix


def test_staff_may_correct_whatever_a_customer_may_assert() -> None:
    assert [
        name for name, fact in FACTS.items() if {"customer", "staff"} & set(fact["asserted_by"]) == {"customer"}
    ] == []


def test_an_alias_stands_for_one_fact() -> None:
    names = [*FACTS, *(alias for fact in FACTS.values() for alias in fact.get("aliases", []))]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", SETS)
def test_a_holiday_file_is_what_the_script_resolves(name: str) -> None:
    assert (HOLIDAYS / f"{name}.yaml").read_text(encoding="utf-8") == resolve(name)


@pytest.mark.parametrize("name", SETS)
def test_a_holiday_set_is_dated_through_2031(name: str) -> None:
    found = read(name)
    assert (found["set"], found["from"], found["until"]) == (name, date(2025, 1, 1), date(2031, 12, 31))
    dates = found["dates"]
    assert isinstance(dates, list)
    assert dates == sorted(set(dates))
    assert {day.year for day in dates} == set(range(2025, 2032))


@pytest.mark.parametrize("name", SETS)
def test_the_holidays_of_2026_are_those_the_policies_are_tested_with(name: str) -> None:
    dates = read(name)["dates"]
    assert isinstance(dates, list)
    assert [day for day in dates if day.year == 2026] == [
        date.fromisoformat(f"2026-{day}") for day in HOLIDAYS_2026[name].split()
    ]


def test_a_sunday_moves_to_monday_in_south_africa_alone() -> None:
    """Day of Goodwill 2027 and the Brazilian republic's day 2026 both fall on a Sunday."""
    assert date(2027, 12, 27) in SETS["ZA"]()
    assert date(2026, 11, 16) not in SETS["BR"]()
    assert date(2027, 12, 27) not in SETS["CA-ON"]()
