"""The command `clausedesk`."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from typer.main import get_command

from app.base.errors import CannotStart
from app.cli.commands import COMMANDS, GROUPS
from app.cli.exits import ExitCode
from app.cli.interrupts import keep_interrupts
from app.cli.lazily import lazy_commands, lazy_group
from app.db.faults import DatabaseFault

_root = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="A support desk in which the published support policy runs.",
    epilog="Begin with `clausedesk demo`; `clausedesk COMMAND --help` shows how each is used. Settings are environment "
    "variables: docs/settings.md lists them. docs/cli.md tells of exit codes and completion.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"clausedesk {version('clausedesk')}")
        raise typer.Exit


@_root.callback()
def _about(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def run() -> None:
    """What is wrong around us ends the process with one sentence; only our own mistakes have a traceback."""
    keep_interrupts()
    command = get_command(_root)
    commands: dict[str, object] = command.commands  # type: ignore[attr-defined] # a group, since it has a callback
    commands |= lazy_commands(COMMANDS)
    commands |= {name: lazy_group(name, does, members) for name, (does, members) in GROUPS.items()}
    try:
        command(prog_name="clausedesk")
    except (CannotStart, DatabaseFault) as fault:
        print(fault, file=sys.stderr)
        sys.exit(ExitCode.CANNOT)
