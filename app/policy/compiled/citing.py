"""Clauses as decisions cite them, in the words of one language."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from app.policy.decision import Citation

Statement = tuple[str, str, str]
"""A clause, the stage in which it is cited, and what follows from it there."""


class Source(Protocol):
    """What a statement can rest on."""

    @property
    def clauses(self) -> Sequence[str]: ...

    @property
    def assumption(self) -> Sequence[str]: ...


class Clauses(NamedTuple):
    """Some by themselves."""

    clauses: Sequence[str]
    assumption: Sequence[str] = ()


_MOST_KEPT = 2_000


class Citations(dict[Statement, Citation]):
    """Citations that show no fact, by what they state; those made first are kept."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__()
        self.sentences = sentences

    def __missing__(self, statement: Statement) -> Citation:
        clause, stage, effect = statement
        made = Citation(clause, self.sentences.get(clause, ""), stage, effect)
        if len(self) < _MOST_KEPT:
            self[statement] = made
        return made
