"""The policy that the documentation shows is sound, and does what it says."""

from pathlib import Path

import pytest

from tests.cli.desk import clausedesk

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
POLICIES = sorted(path for path in EXAMPLES.glob("*.yaml") if ".scenarios" not in path.suffixes)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda path: path.stem)
def test_an_example_is_sound(policy: Path) -> None:
    assert clausedesk("policy", "lint", str(policy)).stdout == f"{policy}: sound, 0 findings\n"


@pytest.mark.parametrize("policy", POLICIES, ids=lambda path: path.stem)
def test_an_example_does_what_its_scenarios_say(policy: Path) -> None:
    run = clausedesk("policy", "test", str(policy.with_suffix(".scenarios.yaml")), "--policy", str(policy))
    assert (run.returncode, run.stdout) == (0, "4 passed, 0 failed\n")
