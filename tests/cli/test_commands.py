"""The command line as a whole: it explains itself, and costs little until it works."""

import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pkgutil import resolve_name

import pytest

from app.cli.commands import COMMANDS, GROUPS, Place
from app.cli.main import run
from tests.cli.desk import clausedesk

Captured = pytest.CaptureFixture[str]

PLACES: dict[tuple[str, ...], Place] = {(name,): place for name, place in COMMANDS.items()} | {
    (group, name): place for group, (_, members) in GROUPS.items() for name, place in members.items()
}


def test_it_says_what_it_can_do() -> None:
    told = clausedesk("--help")
    assert told.returncode == 0
    for name, place in COMMANDS.items():
        assert f"  {name} " in told.stdout
        assert place.does in told.stdout
    assert all(does in told.stdout for does, _ in GROUPS.values())


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_says_what_it_can_do(group: str) -> None:
    told = clausedesk(group, "--help")
    assert all(f"  {name} " in told.stdout for name in GROUPS[group][1])


@pytest.mark.parametrize("words", PLACES, ids=" ".join)
def test_a_command_is_where_it_is_said_to_be(words: tuple[str, ...]) -> None:
    function = resolve_name(PLACES[words].where)
    assert function.__doc__


@pytest.mark.parametrize("words", PLACES, ids=" ".join)
def test_a_command_explains_itself(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    """What it does, each option in words, and examples that are called as it is."""
    monkeypatch.setattr(sys, "argv", ["clausedesk", *words, "--help"])
    with pytest.raises(SystemExit):
        run()
    told = capsys.readouterr().out
    assert told.startswith(f"Usage: clausedesk {' '.join(words)} ")
    assert "Exit codes:\n     0  done\n" in told
    unexplained = re.findall(
        r"^  (--?[a-z-]+(?: <[^>]+>)?|[a-z.]+ <[^>]+>)(?:  +\[[^\]]*\])?$(?!\n {4,})", told, re.MULTILINE
    )
    assert unexplained == []
    examples = re.findall(r"^ {4}clausedesk (.+)$", told, re.MULTILINE)
    assert len(examples) == len(PLACES[words].examples)
    for example in examples:
        assert example.split()[: len(words)] == list(words)
        assert set(re.findall(r"--[a-z-]+", example)) <= set(re.findall(r"^  (--[a-z-]+)", told, re.MULTILINE))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("clausedesk pol", {"policy"}),
        ("clausedesk policy r", {"render"}),
        ("clausedesk import --ex", {"--existing"}),
        ("clausedesk token --role st", {"staff"}),
    ],
)
def test_a_shell_is_told_how_a_line_may_go_on(
    typed: str, offered: set[str], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("_CLAUSEDESK_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split()) - 1))
    with pytest.raises(SystemExit) as end:
        run()
    assert end.value.code == 0
    assert set(capsys.readouterr().out.split()) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_script_for_each_shell(shell: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("_CLAUSEDESK_COMPLETE", f"source_{shell}")
    with pytest.raises(SystemExit) as end:
        run()
    script = capsys.readouterr().out
    assert (end.value.code, f"_CLAUSEDESK_COMPLETE=complete_{shell}" in script) == (0, True)
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_it_knows_its_version() -> None:
    assert clausedesk("--version").stdout == f"clausedesk {version('clausedesk')}\n"


def test_a_misspelled_command_is_told_what_was_meant() -> None:
    told = clausedesk("tokn")
    assert told.returncode == 2
    assert "Did you mean 'token'" in told.stderr


def test_printing_help_loads_no_server_and_no_database() -> None:
    heavy = ("fastapi", "uvicorn", "sqlalchemy", "alembic", "asyncpg", "jose", "yaml")
    script = f"import sys, app.cli.main; print([name for name in {heavy!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert loaded.stdout == "[]\n"
