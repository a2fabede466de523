"""Labelled pairs of messages: the same problem told twice, or two problems."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from app.triage.likeness import ALIKE, Likeness, Sound, compared
from tests.triage.tickets import HERE, lexicon


@dataclass(frozen=True, slots=True)
class Pair:
    language: str
    same: bool
    first: str
    second: str


@cache
def pairs() -> list[Pair]:
    return [Pair(**json.loads(line)) for line in (HERE / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]


def alike(first: str, second: str) -> Likeness:
    return compared(Sound(lexicon(), first), Sound(lexicon(), second))


def found(among: Sequence[Pair]) -> list[Pair]:
    """Those that are taken for the same problem."""
    return [pair for pair in among if alike(pair.first, pair.second).score >= ALIKE]
