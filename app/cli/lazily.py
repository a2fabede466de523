"""Commands whose code is loaded when they are called: printing help should not load a web server."""

import gc
from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


class LazyCommand(TyperCommand):
    """Known by its name and line of help; becomes the function at `where` (`module:function`) when it is called."""

    def __init__(self, name: str, help_text: str, where: str) -> None:
        super().__init__(name, help=help_text, rich_markup_mode=None)
        self._where = where

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(self.name)(_loaded(self._where))
        return get_command(app).make_context(info_name, args, parent, **extra)


def lazy_group(name: str, help_text: str, commands: Mapping[str, tuple[str, str]]) -> TyperGroup:
    return TyperGroup(
        name=name, help=help_text, commands=lazy_commands(commands), no_args_is_help=True, rich_markup_mode=None
    )


def lazy_commands(commands: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    return {name: LazyCommand(name, help_text, where) for name, (help_text, where) in commands.items()}


def _loaded(where: str) -> Any:
    """Nothing of what is loaded becomes garbage, so none is looked for meanwhile: a sixth of the time of a start."""
    gc.disable()
    try:
        return resolve_name(where)
    finally:
        gc.enable()
        gc.freeze()
