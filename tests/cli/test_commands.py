"""The command line as a whole: it explains itself, and costs little until it works."""

import subprocess
import sys
from importlib.metadata import version
from pkgutil import resolve_name

import pytest

from app.cli.commands import COMMANDS, GROUPS
from tests.cli.desk import clausedesk

PLACES: dict[tuple[str, ...], tuple[str, str]] = {(name,): place for name, place in COMMANDS.items()} | {
    (group, name): place for group, (_, members) in GROUPS.items() for name, place in members.items()
}


def test_it_says_what_it_can_do() -> None:
    run = clausedesk("--help")
    assert run.returncode == 0
    for name, (words, _) in COMMANDS.items():
        assert f"  {name} " in run.stdout
        assert words in run.stdout
    assert all(words in run.stdout for words, _ in GROUPS.values())


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_says_what_it_can_do(group: str) -> None:
    run = clausedesk(group, "--help")
    assert all(f"  {name} " in run.stdout for name in GROUPS[group][1])


@pytest.mark.parametrize("words", PLACES, ids=" ".join)
def test_a_command_is_where_it_is_said_to_be(words: tuple[str, ...]) -> None:
    function = resolve_name(PLACES[words][1])
    assert function.__doc__


def test_a_command_explains_itself() -> None:
    run = clausedesk("serve", "--help")
    assert run.returncode == 0
    assert run.stdout.startswith("Usage: clausedesk serve [OPTIONS]")
    assert "--port" in run.stdout


def test_it_knows_its_version() -> None:
    assert clausedesk("--version").stdout == f"clausedesk {version('clausedesk')}\n"


def test_a_misspelled_command_is_told_what_was_meant() -> None:
    run = clausedesk("tokn")
    assert run.returncode == 2
    assert "Did you mean 'token'" in run.stderr


def test_printing_help_loads_no_server_and_no_database() -> None:
    heavy = ("fastapi", "uvicorn", "sqlalchemy", "alembic", "asyncpg", "jose", "yaml")
    script = f"import sys, app.cli.main; print([name for name in {heavy!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert loaded.stdout == "[]\n"
