"""Commands whose code is loaded when they are called: printing help should not load a web server."""

import gc
from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from app.cli.commands import Place
from app.cli.exits import MEANINGS, ExitCode


class LazyCommand(TyperCommand):
    """Known by its name and line of help; becomes the function at its place when it is called."""

    def __init__(self, name: str, place: Place) -> None:
        super().__init__(name, help=place.does, rich_markup_mode=None)
        self._place = place

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(self.name, epilog=_epilog(self._place))(loaded(self._place.where))
        return get_command(app).make_context(info_name, args, parent, **extra)


def lazy_group(name: str, does: str, commands: Mapping[str, Place]) -> TyperGroup:
    return TyperGroup(
        name=name, help=does, commands=lazy_commands(commands), no_args_is_help=True, rich_markup_mode=None
    )


def lazy_commands(commands: Mapping[str, Place]) -> dict[str, Any]:
    return {name: LazyCommand(name, place) for name, place in commands.items()}


def _epilog(place: Place) -> str:
    r"""Examples as they are typed (`\b` keeps their lines), and when it does not end with 0."""
    examples = "\n".join(f"  clausedesk {example}" for example in place.examples)
    failing = ExitCode.LATER if place.again else ExitCode.CANNOT
    meanings = {code: MEANINGS[code] for code in (ExitCode.DONE, ExitCode.NO, ExitCode.MISUSED, failing)}
    meanings |= {ExitCode.NO: place.no}
    codes = "\n".join(f"  {code:2}  {meaning}" for code, meaning in meanings.items() if meaning)
    return f"\b\nExamples:\n{examples}\n\n\b\nExit codes:\n{codes}"


def loaded(where: str) -> Any:
    """Nothing of what is loaded becomes garbage, so none is looked for meanwhile: a sixth of the time of a start."""
    gc.disable()
    try:
        return resolve_name(where)
    finally:
        gc.enable()
        gc.freeze()
