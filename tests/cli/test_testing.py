"""`clausedesk policy test`: what is printed, and how it ends."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from app.cli.testing import play_files
from tests.policy.harbour import PATH as DOCUMENT

SCENARIOS = DOCUMENT.with_name("harbour_scenarios.yaml")
APP = typer.Typer()
APP.command()(play_files)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(APP, [str(a) for a in arguments])


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """The scenarios with one expectation that the policy does not meet."""
    path = tmp_path / "wrong.yaml"
    path.write_text(SCENARIOS.read_text(encoding="utf-8").replace("standing: owner", "standing: helper"), "utf-8")
    return path


def test_where_all_is_kept_the_count_is_all_that_is_said() -> None:
    result = run(SCENARIOS, "--policy", DOCUMENT)
    assert (result.output, result.exit_code) == ("15 passed, 0 failed\n", 0)


def test_a_failure_is_one_line_and_ends_with_one(wrong: Path) -> None:
    result = run(wrong, "--policy", DOCUMENT)
    assert result.output.splitlines() == ["HAR-S1: standing: expected helper, got owner", "14 passed, 1 failed"]
    assert result.exit_code == 1


def test_one_scenario_can_be_played_alone(wrong: Path) -> None:
    assert run(wrong, "--policy", DOCUMENT, "--only", "HAR-S2").output == "1 passed, 0 failed\n"
    both = run(wrong, "--policy", DOCUMENT, "--only", "HAR-S1", "--only", "HAR-S2")
    assert both.output.splitlines()[-1] == "1 passed, 1 failed"


def test_several_files_are_one_count(wrong: Path) -> None:
    assert run(SCENARIOS, wrong, "--policy", DOCUMENT).output.splitlines()[-1] == "29 passed, 1 failed"


def test_nothing_played_is_no_success() -> None:
    result = run(SCENARIOS, "--policy", DOCUMENT, "--only", "HAR-S99")
    assert (result.output, result.exit_code) == ("0 passed, 0 failed\n", 1)
    assert run().exit_code == 2


def test_a_file_of_no_scenarios_is_no_success(tmp_path: Path) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("format: 2\naccounts: {}\nscenarios: []\n", "utf-8")
    assert run(empty).exit_code == 1


def test_a_policy_that_is_nowhere_fails_each_scenario_once() -> None:
    result = run(SCENARIOS)
    assert result.output.splitlines()[0] == "HAR-S1: there is no policy harbour"
    assert result.output.splitlines()[-1] == "0 passed, 15 failed"


@pytest.mark.parametrize("content", [b"", b"format: [", b"format: 2\nmore: \xff\xfe", b"[]", b"\x00"])
def test_a_file_that_cannot_be_read_is_a_failure_with_its_name(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(content)
    result = run(broken, SCENARIOS, "--policy", DOCUMENT)
    assert result.output.startswith(f"{broken}: ")
    assert result.output.splitlines()[-1] == "15 passed, 1 failed"
    assert result.exit_code == 1


def test_a_document_that_cannot_be_used_says_why_and_nothing_is_played(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(DOCUMENT.read_text(encoding="utf-8").replace("currency: GBP", "currency: GBX"), "utf-8")
    result = run(SCENARIOS, "--policy", broken)
    assert "There is no currency `GBX`" in result.output
    assert "passed" not in result.output
    assert result.exit_code == 69


def test_a_document_of_ones_own_stands_in_for_the_library() -> None:
    library = Path(__file__).parents[1] / "policy" / "scenarios" / "brs.yaml"
    assert run(library, "--policy", DOCUMENT).exit_code == 0
