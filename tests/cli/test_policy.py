"""`clausedesk policy`: what a person at a terminal, or a script, is told about a document."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from app.cli import explaining, policy
from tests.policy.documents import SMALL


def app() -> typer.Typer:
    commands = typer.Typer()
    every: list[Callable[..., None]] = [policy.lint, explaining.explain, policy.diff, policy.render]
    for command in every:
        commands.command()(command)
    return commands


APP = app()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(APP, arguments)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_lint_of_a_sound_document_ends_well(small: Path) -> None:
    result = run("lint", str(small))
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == f"{small}: sound, 4 findings"
    assert f"{small}:14: note: /assumptions/A_SMA_01: " in result.output


def test_lint_names_the_line_of_every_fault_and_ends_with_one(small: Path) -> None:
    small.write_text(SMALL.replace("currency: EUR", "currency: EUX").replace("rank: 2", "rnak: 2"), encoding="utf-8")
    result = run("lint", str(small))
    assert result.exit_code == 1
    assert f"{small}:6: error: /currency: There is no currency `EUX`." in result.output
    assert "Did you mean `rank`?" in result.output


def test_lint_of_several_files_is_one_answer_in_json(small: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("provider: [", encoding="utf-8")
    result = run("lint", str(small), str(broken), "--json")
    assert result.exit_code == 1
    assert [(answer["publishable"], len(answer["findings"])) for answer in json.loads(result.output)] == [
        (True, 4),
        (False, 1),
    ]


def test_explain_shows_the_clause_its_uses_and_an_example(small: Path) -> None:
    result = run("explain", str(small), "SMA-3")
    assert result.exit_code == 0
    assert "Outages are looked at within one hour." in result.output
    assert "first answer: the priority is high → within 1 h" in result.output
    assert "A_SMA_03: How soon? PT1H" in result.output
    assert "For example:\n  ticket on " in result.output
    assert "accepted, high" in result.output


def test_explain_answers_in_json(small: Path) -> None:
    answer = json.loads(run("explain", str(small), "SMA-2", "--json").output)
    assert answer["id"] == "SMA-2"
    assert any(citation["clause"] == "SMA-2" for citation in answer["example"]["decision"]["citations"])


def test_explain_of_a_clause_that_is_not_there_is_a_sentence(small: Path) -> None:
    result = run("explain", str(small), "SMA-9")
    assert (result.exit_code, result.stderr) == (
        69,
        f"{small} has no clause SMA-9: `clausedesk policy render {small}` shows those that it has.\n",
    )


def test_diff_says_what_changed(small: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.yaml"
    newer.write_text(SMALL.replace('kind: hourly, amount: "85.00"', 'kind: hourly, amount: "90.00"'), encoding="utf-8")
    result = run("diff", str(small), str(newer))
    assert result.output == "fees:\n  Fee hourly changes from: 85.00 EUR per 1 h; to: 90.00 EUR per 1 h.\n1 change.\n"
    assert run("diff", str(small), str(small)).output == "Nothing changed.\n"


def test_render_writes_markdown_or_html(small: Path) -> None:
    assert run("render", str(small)).output.startswith("# Small Hosting: Support policy")
    assert run("render", str(small), "--html", "--language", "fr").output.startswith(
        '<!doctype html>\n<html lang="fr">'
    )


def test_something_that_is_neither_file_nor_provider_is_refused() -> None:
    result = run("render", "nowhere")
    assert result.exit_code == 69
    assert "neither a file nor a provider" in result.stderr


def test_a_document_with_faults_cannot_be_rendered(small: Path) -> None:
    small.write_text(SMALL.replace("currency: EUR", "currency: EUX"), encoding="utf-8")
    result = run("render", str(small))
    assert result.exit_code == 69
    assert "line 6, /currency: There is no currency `EUX`." in result.stderr
