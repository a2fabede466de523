"""What is wrong with a policy has a code that programs may rely on, and a remedy: for the bad documents, as listed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.policy.language.faults import MOST_FAULTS, PolicyFault, PolicyFaults
from app.policy.lint import Finding, lint, lint_readings
from app.policy.loading import load
from tests.policy.documents import LIBRARY, SMALL, TODAY

HERE = Path(__file__).parent


def _listed() -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {}
    name = ""
    for line in (HERE / "remedies.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            listed[name].append(line.strip())
        else:
            name = line.removesuffix(":")
            listed[name] = []
    return listed


LISTED = _listed()


def wrong(text: str) -> Sequence[PolicyFault | Finding]:
    try:
        policy = load(text, LIBRARY)
    except PolicyFaults as found:
        return found.faults
    return [*lint(policy.document, TODAY), *lint_readings(policy.raw)]


def test_the_list_is_long() -> None:
    assert len(LISTED) > 160


def test_of_very_many_faults_it_is_said_that_there_are_more() -> None:
    rules = "".join(f"  - {{stage: classify, then: [{{do: level, level: {n + 9}}}]}}\n" for n in range(MOST_FAULTS + 5))
    found = wrong(SMALL + rules)
    assert len(found) == MOST_FAULTS + 1
    assert (found[-1].code, found[-1].pointer) == ("more_faults", "")
    assert (found[-1].message, found[-1].remedy) == ("There are more faults than these.", "Mend these first.")


@pytest.mark.parametrize("name", LISTED)
def test_a_bad_document_is_told_a_code_and_what_to_do(name: str) -> None:
    found = wrong((HERE / "invalid" / f"{name}.yaml").read_text(encoding="utf-8"))
    assert [f"{one.code}: {one.remedy}" for one in found] == LISTED[name]
