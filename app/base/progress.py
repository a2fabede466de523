"""How far long work is: told to whoever watches."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


def unwatched(_done: int, _total: int) -> None:
    """Nobody watches."""
