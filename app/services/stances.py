"""Stances of tickets towards whoever asks, of which it is known what may be done: there no rule has to be asked."""

from typing import Any

MOST = 128
"""Known of one provider; then it begins anew."""


class Stances:
    """Each with what is shown of it. What is known stays known as long as somebody holds this."""

    __slots__ = ("known", "shown")

    def __init__(self) -> None:
        self.known = b""
        """The hashes of all of them, one behind another."""
        self.shown: dict[str, Any] = {}

    def learn(self, stance: str, hash_: bytes, shown: object) -> None:
        if stance not in self.shown:
            self.shown[stance] = shown
            self.known += hash_
