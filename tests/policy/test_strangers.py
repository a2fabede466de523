"""Policies of other providers, written from the JSON Schema alone: they load, have nothing to mend, and decide."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from app.policy.checks.source import read
from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.library.files import library
from app.policy.lint import lint, lint_readings
from app.policy.loading import load
from app.policy.pages.difference import difference
from app.policy.pages.rendering import html, markdown, page
from app.policy.scenarios.file import Scenario, ScenarioFile, read_file
from app.policy.scenarios.running import play
from app.policy.scenarios.shelf import Shelf
from app.policy.situation import Account, ListedContact, Request, Sender, Situation

FOLDER = Path(__file__).parent / "strangers"
TEXTS = {p.stem: p.read_text(encoding="utf-8") for p in sorted(FOLDER.glob("*.yaml")) if "_scenarios" not in p.stem}
FILES = {slug: read_file((FOLDER / f"{slug}_scenarios.yaml").read_text(encoding="utf-8")) for slug in TEXTS}
SHELF = Shelf(TEXTS.get, library())
EVERY = [pytest.param(FILES[slug], s, id=s.id) for slug in FILES for s in FILES[slug].scenarios]
SCHEMA = json.loads((Path(__file__).parents[2] / "openapi" / "policy.schema.json").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 1)
WORKING_DAY = datetime(2026, 2, 10, 12, tzinfo=UTC)

slugs = pytest.mark.parametrize("slug", TEXTS)


def test_there_are_several_of_them_in_several_languages() -> None:
    assert len(TEXTS) >= 4
    assert {load(text, library()).document.locale[:2] for text in TEXTS.values()} >= {"de", "en", "pt"}


@slugs
def test_a_strangers_document_fits_the_published_schema(slug: str) -> None:
    raw, _ = read(TEXTS[slug])
    faults = Draft202012Validator(SCHEMA).iter_errors(json.loads(json.dumps(raw, default=str)))
    assert [f"{'/'.join(map(str, fault.path))}: {fault.message}" for fault in faults] == []


@slugs
def test_a_strangers_document_has_nothing_worse_than_notes(slug: str) -> None:
    policy = load(TEXTS[slug], library())
    found = [*lint(policy.document, TODAY), *lint_readings(policy.raw)]
    assert [str(finding) for finding in found if finding.level != "note"] == []


@pytest.mark.parametrize(("file", "scenario"), EVERY)
def test_it_decides_what_its_text_says(file: ScenarioFile, scenario: Scenario) -> None:
    (result,) = play(file, SHELF, {scenario.id})
    assert [str(failure) for failure in result.failures] == []


@slugs
def test_its_scenarios_speak_of_most_of_its_clauses(slug: str) -> None:
    document = load(TEXTS[slug], library()).document
    spoken = {clause for scenario in FILES[slug].scenarios for clause in scenario.clauses}
    deciding = {id_ for id_, clause in document.clauses.items() if clause.informative is None}
    assert len(spoken & deciding) >= 0.6 * len(deciding)


@slugs
def test_it_can_be_shown_to_customers_and_compared(slug: str) -> None:
    document = load(TEXTS[slug], library()).document
    shown = page(document, None)
    assert markdown(shown)
    assert html(shown)
    assert difference(document, document, "en") == []


@slugs
@pytest.mark.parametrize("facts", [{}, {"cause": "third_party"}, {"estimated_minutes": 40}])
def test_a_plain_request_ends_in_a_decision_with_a_reason(slug: str, facts: dict[str, object]) -> None:
    policy = CompiledPolicy(load(TEXTS[slug], library()).document, version=1, revision=0, chosen={})
    role = next(iter(policy.document.contacts))
    account = Account(number="1", contacts=(ListedContact(role=role, email="a@b.example"),))
    request = Request(sender=Sender(email="a@b.example"), facts=facts)
    decision = decide(policy, request, Situation(account=account, account_named=True, ticket=True), WORKING_DAY)
    assert decision.citations
