"""One tiny bad document for each thing that can be wrong with a policy, each with all that is said about it."""

from datetime import date
from pathlib import Path

import pytest

from app.policy.language.faults import PolicyFaults
from app.policy.lint import is_publishable, lint, lint_readings
from app.policy.loading import load
from tests.policy.documents import LIBRARY, SMALL, TODAY

FILES = sorted((Path(__file__).parent / "invalid").glob("*.yaml"))


def expected(text: str) -> list[str]:
    return [line.removeprefix("#> ") for line in text.splitlines() if line.startswith("#> ")]


def said(text: str) -> list[str]:
    try:
        policy = load(text, LIBRARY)
    except PolicyFaults as found:
        return [f"{fault.line or '-'} {fault.pointer or '/'}: {fault.message}" for fault in found.faults]
    findings = [*lint(policy.document, TODAY), *lint_readings(policy.raw)]
    return [f"{finding.level} {finding.pointer or '/'}: {finding.message}" for finding in findings]


def test_there_are_bad_documents_to_learn_from() -> None:
    assert len(FILES) > 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bad_document_is_told_what_is_wrong_and_nothing_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert expected(text), "say in `#>` lines what is expected"
    assert said(text) == expected(text)


def test_every_bad_document_is_about_something_else() -> None:
    titles = [path.read_text(encoding="utf-8").splitlines()[0] for path in FILES]
    assert len(set(titles)) == len(titles)


def test_a_sound_document_has_nothing_worse_than_notes() -> None:
    policy = load(SMALL, LIBRARY)
    findings = [*lint(policy.document, TODAY), *lint_readings(policy.raw)]
    assert {finding.code for finding in findings} == {"undecided_assumption"}
    assert {finding.level for finding in findings} == {"note"}


def test_the_gravest_findings_come_first() -> None:
    text = SMALL.replace("low: {rank: 2}", "low: {rank: 1}") + "languages: {fr: {}}\n"
    levels = [finding.level for finding in lint(load(text, LIBRARY).document, TODAY)]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    assert set(levels) == {"error", "warning", "note"}


def test_an_error_keeps_a_document_from_being_published() -> None:
    document = load(SMALL, LIBRARY).document
    assert is_publishable(lint(document, TODAY))
    overlapping = load(SMALL.replace("low: {rank: 2}", "low: {rank: 1}"), LIBRARY).document
    assert not is_publishable(lint(overlapping, TODAY))


@pytest.mark.parametrize(("today", "short"), [(date(2030, 12, 31), False), (date(2031, 1, 1), True)])
def test_holidays_are_wanted_twelve_months_ahead(today: date, short: bool) -> None:
    findings = lint(load(SMALL, LIBRARY).document, today)
    assert any(finding.code == "short_horizon" for finding in findings) is short


def test_conditions_that_say_the_same_in_another_order_are_the_same() -> None:
    rule = "  - {{stage: classify, when: {}, then: [{{do: level, level: {}}}]}}\n"
    text = SMALL + rule.format("{any: [{down: true}, {cause: [provider, customer]}]}", 1)
    text += rule.format("{any: [{cause: [customer, provider]}, {down: [true]}]}", 2)
    assert [f.code for f in lint(load(text, LIBRARY).document, TODAY) if f.level == "error"] == ["contradictory_rules"]


def test_a_narrower_coverage_entry_is_not_hidden_by_a_wider_one() -> None:
    entry = "  - {topics: [email.error], status: not_supported}\n"
    entry += "  - {topics: [email], when: {down: true}, status: covered}\n"
    findings = lint(load(SMALL.replace("rules:\n", entry + "rules:\n"), LIBRARY).document, TODAY)
    assert [finding for finding in findings if finding.level != "note"] == []


def test_rules_with_checks_of_their_own_do_not_contradict_each_other() -> None:
    rule = "  - {{stage: classify, check: {}, then: [{{do: level, level: {}}}]}}\n"
    text = SMALL + rule.format("one", 1) + rule.format("two", 2)
    assert is_publishable(lint(load(text, LIBRARY).document, TODAY))


def test_a_reading_may_take_away_the_place_of_another() -> None:
    text = SMALL.replace('{meaning: "Nothing is charged.", changes: {', '{meaning: "Free.", changes: {fees: null, ')
    policy = load(text, LIBRARY)
    assert [finding for finding in lint_readings(policy.raw) if finding.level == "error"] == []
